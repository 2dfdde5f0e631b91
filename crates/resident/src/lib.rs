//! Pages for residents.
//!
//! HTML first: every page works without a script, and a cookie is never needed. What was typed travels sealed inside the
//! form ([`draft`]) and is stored nowhere before it is sent in; nothing personal is ever part of an address. Only the pages of
//! accounts ([`account_routes`]) need cookies and passkeys. A scheme that
//! is not through its launch gate has no page here; one that has ended has its certificate.

mod accessibility;
mod advisories;
mod account;
mod assist;
mod blocking;
mod certificate;
mod check_receipt;
mod draft;
mod faults;
mod front;
mod journey;
mod layout;
mod limits;
mod list;
mod my_data;
mod pictures;
mod privacy;
mod queue;
mod received;
mod receipt;
mod repair;
mod sealed;
mod state;
mod stations;
mod statistics;
mod status;
mod texts;
mod trust;
mod visit;
mod wait;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use webkit::{in_every_language, takes_files};

pub use account::{ACCOUNT_PATH, AccountState, FROM_SERVICES, Turns, account_layout, account_routes};
pub use layout::layout;
pub use pictures::Pictures;
pub use state::ResidentState;

/// The pages, in every language. They want a [`webkit::Shell`] around them.
pub fn routes(state: Arc<ResidentState>) -> Router {
    let pages = Router::new()
        .route("/", get(list::show))
        .route("/accessibility", get(accessibility::show))
        .route("/privacy", get(privacy::show))
        .route("/check-receipt", get(check_receipt::show).post(check_receipt::check))
        .route("/check-receipt/file", get(check_receipt::elsewhere).post(check_receipt::download))
        .route("/advisories", get(advisories::show))
        .route("/advisories/feed.xml", get(advisories::feed))
        .route("/advisories/subscribe", get(advisories::ask).post(advisories::subscribe))
        .route("/advisories/subscription/{token}", get(advisories::link).post(advisories::settle))
        .route("/advisories/{number}", get(advisories::one))
        .route("/advisories/{number}/revisions/{revision}", get(advisories::past))
        .route("/stations", get(stations::show))
        .route("/stations/open-now", get(stations::open_now))
        .route("/stations/in/{district}", get(stations::of_district))
        .route("/stations/assist", get(assist::show))
        .route("/stations/assist/install", get(assist::install))
        .route("/stations/assist/end", get(assist::ask_end).post(assist::end))
        .route("/stations/assist/over", get(assist::over))
        .route("/stations/helpers", get(assist::own_phone::show).post(assist::own_phone::begin))
        .route("/stations/helpers/end", get(assist::own_phone::ask_end).post(assist::own_phone::end))
        .route("/stations/helpers/over", get(assist::own_phone::over))
        .route("/stations/{station}/screen", get(stations::queue::screen))
        .route("/stations/{station}/queue", get(stations::queue::show))
        .route("/stations/{station}/queue/{code}", get(stations::queue::offer).post(stations::queue::take))
        .route("/stations/{station}/queue/number/{number}", get(stations::queue::number))
        .route("/stations/week/{day}", get(stations::week))
        .route("/stations/week/{day}/{form}", get(stations::file))
        .route("/{slug}", get(front::show))
        .route("/{slug}/wait", get(wait::show).post(wait::arrive))
        .route("/{slug}/register", get(journey::begin).post(journey::step))
        .route("/{slug}/received", get(received::elsewhere).post(received::show))
        .route("/{slug}/status", get(status::ask).post(status::answer))
        .route("/{slug}/repair", get(repair::ask).post(repair::answer))
        .route("/{slug}/my-data", get(my_data::ask).post(my_data::answer))
        .route("/{slug}/my-data/file", get(my_data::elsewhere).post(my_data::file))
        .route("/{slug}/my-data/proof", get(my_data::elsewhere).post(my_data::proof))
        .route("/{slug}/my-data/correct", get(my_data::elsewhere).post(my_data::correct))
        .route("/{slug}/my-data/withdraw", get(my_data::elsewhere).post(my_data::withdraw))
        .route("/{slug}/my-data/request", get(my_data::elsewhere).post(my_data::request).layer(takes_files()))
        .route("/{slug}/certificates/{erasure}", get(my_data::certificate).post(my_data::opening))
        .route("/{slug}/trust", get(trust::show))
        .route("/{slug}/statistics", get(statistics::show))
        .route("/{slug}/certificate.json", get(certificate::download));
    let devices = Router::new()
        .route("/stations/leaflet.pdf", get(stations::leaflet::file))
        .route("/stations/device/station-device.sh", get(assist::device::program))
        .route("/stations/device/enrol", post(assist::device::enrol))
        .route("/stations/device/turn", get(assist::device::look).post(assist::device::make))
        .route("/stations/device/open/{ticket}", get(assist::device::open));
    let watch = from_fn_with_state(state.platform.clone(), assist::watch);
    in_every_language(&pages).route("/{slug}/queue.json", get(queue::show)).merge(devices).with_state(state).route_layer(watch)
}
