//! Residents' accounts: sign up, sign in, passkeys and sessions. The pages stand behind the identity provider's launch gate: while
//! it is not in force there are none. Unlike the other pages of this crate they need a cookie, once somebody signs up or in.

mod activate;
mod asked;
mod call;
mod cancel;
mod close;
mod code;
mod connect;
mod cookies;
mod details;
mod developers;
mod document;
mod errand;
mod first_passkey;
mod forgot;
mod home;
mod inbox;
mod inspect;
mod known_device;
mod own_data;
mod passkeys;
mod proofing;
mod password;
mod password_sign_in;
mod recover;
mod recovered;
mod services;
mod sessions;
mod show_code;
mod sign_in;
mod sign_up;
mod signing;
mod statement;
mod terminal;
mod turns;
mod way_back;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use flows::{Platform, SigningOffice};
use kernel::{Environment, Text};
use notify::LetterFont;
use people::RelyingParty;
use webkit::{Layout, Link, in_every_language, takes_files};

use crate::Pictures;
use crate::layout::footer;

/// What the pages for accounts need.
pub struct AccountState {
    /// The platform and its identity provider.
    pub platform: Arc<Platform>,
    /// The site, as passkeys know it.
    pub relying_party: RelyingParty,
    /// Whether the site is reached by TLS. Only a demonstration on `http://localhost` is not, and its cookies are plain.
    pub secure: bool,
    /// The font of documents to keep; without one, a copy of one's data is given as JSON only.
    pub font: Option<LetterFont>,
    /// How many passwords are worked on at once.
    pub passwords: Turns,
    /// How pictures that residents send are taken.
    pub pictures: Pictures,
    /// What documents are signed with; an installation may have none.
    pub signing: Option<Arc<SigningOffice>>,
}

impl AccountState {
    /// The name of the session's cookie; the shell must be told the same, because form tokens are bound to it.
    pub const fn session_cookie(&self) -> &'static str {
        if self.secure { "__Host-account" } else { "account" }
    }

    pub(crate) const fn ticket_cookie(&self) -> &'static str {
        if self.secure { "__Host-sign-up" } else { "sign-up" }
    }

    pub(crate) const fn waiting_cookie(&self) -> &'static str {
        if self.secure { "__Host-waiting" } else { "waiting" }
    }

    pub(crate) const fn terminal_cookie(&self) -> &'static str {
        if self.secure { "__Host-terminal" } else { "terminal" }
    }

    pub(crate) const fn device_cookie(&self) -> &'static str {
        if self.secure { "__Host-known-device" } else { "known-device" }
    }
}

pub use turns::Turns;

/// Where the pages stand, without the language; the shell binds the form tokens below it to the account's own session.
pub const ACCOUNT_PATH: &str = "/account";

/// Where anybody checks a document that was signed.
pub(crate) const CHECK_DOCUMENT: &str = signing::check::PATH;

/// Where anybody inspects the code that somebody shows.
pub(crate) const INSPECT: &str = "/inspect";

/// The pages, in every language. They want a [`webkit::Shell`] around them.
pub fn account_routes(state: Arc<AccountState>) -> Router {
    let pages = Router::new()
        .route("/developers", get(developers::show))
        .route("/account", get(home::show))
        .route("/account/inbox", get(inbox::show))
        .route("/account/inbox/letters/{barcode}", get(inbox::letter).post(inbox::deliver))
        .route("/account/asked", get(asked::show))
        .route("/account/services", get(services::show).post(services::end))
        .route("/account/details", get(details::show).post(details::keep))
        .route("/account/email/again", post(details::again))
        .route("/account/email/{link}", get(details::ask_confirm).post(details::confirm))
        .route("/account/data", get(own_data::show))
        .route("/account/data/file", post(own_data::file))
        .route("/account/data/proof", post(own_data::proof))
        .route("/account/leave", get(connect::ask_to_leave).post(connect::leave_all))
        .route("/account/connect/{client}/{opener}", get(connect::show).post(connect::decide))
        .route("/account/stay", post(sessions::stay))
        .route("/account/code", get(show_code::show))
        .route(INSPECT, get(inspect::show))
        .route("/account/close", get(close::ask).post(close::close))
        .route("/account/certificates/{erasure}", get(close::certificate).post(close::opening))
        .route("/account/password", get(password::own).post(password::change))
        .route("/account/password/remove", post(password::remove))
        .route("/account/passkeys/add", get(passkeys::add))
        .route("/account/passkeys/options", post(passkeys::options))
        .route("/account/passkeys/finish", post(passkeys::finish))
        .route("/account/passkeys/{passkey}/device", get(passkeys::ask_device).post(passkeys::tell_device))
        .route("/account/passkeys/{passkey}/remove", get(passkeys::ask_remove).post(passkeys::remove))
        .route("/account/sessions/end", post(sessions::end))
        .route("/account/sessions/end-others", post(sessions::end_others))
        .merge(ways_in())
        .merge(identity_pages());
    let watch = from_fn_with_state(state.platform.clone(), crate::assist::watch);
    let pages = in_every_language(&pages)
        .merge(from_services())
        .route("/oidc/signing/{request}", get(signing::asked::arrive));
    pages.with_state(state).route_layer(watch)
}

/// Signing up and in, getting an account back, activating and cancelling it.
fn ways_in() -> Router<Arc<AccountState>> {
    Router::new()
        .route("/account/sign-in", get(sign_in::show))
        .route("/account/sign-in/options", post(sign_in::options))
        .route("/account/sign-in/finish", post(sign_in::finish))
        .route("/account/sign-in/password", get(password_sign_in::show).post(password_sign_in::begin))
        .route("/account/sign-in/code", get(password_sign_in::ask).post(password_sign_in::finish))
        .route("/account/sign-out", post(sign_in::sign_out))
        .route("/pin", get(activate::short))
        .route("/account/pin", get(activate::open).post(activate::open_pin))
        .route("/account/activate", get(activate::show).post(activate::ask))
        .route("/account/activate/again", get(activate::again).post(activate::ask))
        .route("/account/activate/pin", post(activate::own_pin))
        .route("/account/sign-up", get(sign_up::show).post(sign_up::begin))
        .route("/account/sign-up/code", get(code::show).post(code::check))
        .route("/account/sign-up/passkey", get(first_passkey::show))
        .route("/account/sign-up/passkey/options", post(first_passkey::options))
        .route("/account/sign-up/passkey/finish", post(first_passkey::finish))
        .route("/account/sign-up/password", get(password::first).post(password::create))
        .route("/account/cancel", get(cancel::show).post(cancel::ask))
        .route("/account/cancel/code", get(cancel::code).post(cancel::check))
        .route("/account/cancel/done", get(cancel::end))
        .route("/account/forgot", get(forgot::show).post(forgot::ask))
        .route("/account/forgot/code", get(forgot::code).post(forgot::check))
        .route("/account/forgot/password", get(forgot::choose).post(forgot::change))
        .route("/account/forgot/done", get(forgot::end))
        .route("/account/recover", get(recover::show).post(recover::ask))
        .route(way_back::HERE, get(way_back::show).post(way_back::ask))
        .route("/account/recover/code", get(recover::code).post(recover::begin))
        .route("/account/recover/step", get(recover::step))
        .merge(photos_of_strangers())
        .route("/account/recover/passkey/options", post(recovered::options))
        .route("/account/recover/passkey/finish", post(recovered::finish))
        .route("/account/recover/password", get(recovered::choose).post(recovered::change))
        .route("/account/recovery/stop", post(recover::stop))
}

/// Photos of somebody who wants an account back and has no way in.
fn photos_of_strangers() -> Router<Arc<AccountState>> {
    use proofing::back;
    Router::new()
        .route(back::BACK, get(back::show))
        .route("/account/recover/photos/details", get(back::ask_details).post(back::details))
        .route("/account/recover/photos/photo/{piece}", get(back::ask_photo).post(back::photo).layer(takes_files()))
        .route("/account/recover/photos/send", post(back::send))
        .route("/account/recover/photos/withdraw", get(back::ask_withdraw).post(back::withdraw))
        .route("/account/recover/photos/{case}/receipt.json", get(back::receipt))
}

/// Proving who one is, on the phone or at a public terminal, and signing documents.
fn identity_pages() -> Router<Arc<AccountState>> {
    Router::new()
        .route("/account/proofing", get(proofing::show))
        .route("/account/proofing/details", get(proofing::details::ask).post(proofing::details::send))
        .route("/account/proofing/photo/{piece}", get(proofing::photo::ask).post(proofing::photo::send).layer(takes_files()))
        .route("/account/proofing/send", post(proofing::send))
        .route("/account/proofing/visit", post(proofing::visit::give))
        .route("/account/proofing/withdraw", get(proofing::ask_withdraw).post(proofing::withdraw))
        .route("/account/proofing/{case}/receipt.json", get(proofing::receipt))
        .route("/account/signing", get(signing::show))
        .route("/account/signing/passkey", post(signing::register))
        .route("/account/signing/leave", post(signing::leave))
        .route("/account/signing/document", post(signing::bring).layer(takes_files()))
        .route("/account/signing/revoke/{serial}", get(signing::history::ask).post(signing::history::revoke))
        .route("/account/signing/{request}", get(signing::document::show))
        .route("/account/signing/{request}/page/{page}", get(signing::document::page))
        .route("/account/signing/{request}/options", post(signing::document::options))
        .route("/account/signing/{request}/finish", post(signing::document::finish))
        .route("/account/signing/{request}/signed", get(signing::document::signed))
        .route("/account/signing/{request}/withdraw", post(signing::document::withdraw))
        .route(signing::check::PATH, get(signing::check::ask).post(signing::check::check).layer(takes_files()))
        .route("/account/terminal", get(terminal::start))
        .route("/account/terminal/begin", get(terminal::again).post(terminal::begin))
        .route("/account/terminal/details", get(terminal::again).post(terminal::details))
        .route("/account/terminal/photo", get(terminal::again).post(terminal::photo).layer(takes_files()))
        .route("/account/terminal/enrol", get(terminal::ask_enrol).post(terminal::enrol))
}

fn from_services() -> Router<Arc<AccountState>> {
    let [arrive, leave] = FROM_SERVICES;
    let router = Router::new().route(arrive, get(connect::arrive).post(connect::arrive));
    router.route(leave, get(connect::arrive_to_leave).post(connect::arrive_to_leave))
}

/// Where online services send residents, by an address or by a form of their own page (OpenID Connect Core 1.0, section 3.1.2.1;
/// RP-Initiated Logout 1.0, section 2): the shell must let their forms in. Both lead to a page that asks.
pub const FROM_SERVICES: [&str; 2] = ["/oidc/authorize", "/oidc/logout"];

/// The frame of these pages; the shell shows failures below [`ACCOUNT_PATH`] in it.
pub fn account_layout(environment: Environment) -> Layout {
    let mut layout = Layout::new(Text::new("Resident account", "市民帳戶", "市民账户"), environment);
    ACCOUNT_PATH.clone_into(&mut layout.home);
    layout.navigation = vec![
        Link::new(Text::new("My account", "我的帳戶", "我的账户"), ACCOUNT_PATH),
        Link::new(Text::new("Services", "服務", "服务"), "/"),
        Link::new(Text::new("Support stations", "流動支援站", "流动支援站"), "/stations"),
    ];
    layout.footer = footer();
    layout
}
