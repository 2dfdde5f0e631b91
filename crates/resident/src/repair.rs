use axum::response::Response;
use kernel::to_hex;
use registration::Status;
use webkit::{Failure, Values};

use crate::blocking::read;
use crate::status::door::{self, Answered, Errand};
use crate::status::show_view;
use crate::visit::Visit;
use crate::{front, journey};

/// `GET …/repair`: where the link in the message leads. Which registration?
pub(crate) async fn ask(visit: Visit) -> Response {
    door::reference_page(&visit, Errand::Repair)
}

/// `POST …/repair`: behind reference and code, an empty form that takes the place of the registration.
pub(crate) async fn answer(visit: Visit, values: Values) -> Result<Response, Failure> {
    let known = match door::answer(&visit, &values, Errand::Repair).await? {
        Answered::Page(response) => return Ok(response),
        Answered::Known(known) => known,
    };
    let household = known.household;
    let look = move |tx: &mut store::Tx<'_>| registration::status(tx, household);
    let view = read(&visit.service, "resident.repair", look).await?;
    let Some(view) = view.filter(registration::StatusView::can_repair) else {
        return show_view(&visit.on_page("/status"), known, true).await;
    };
    if matches!(visit.standing().await?.status, Status::Open | Status::Paused) {
        // What they read when they registered holds, unless another statement is in force by now.
        let shown = view.statement.map(|digest| to_hex(&digest)).unwrap_or_default();
        journey::first_page(visit, String::new(), Some(household), shown)
    } else {
        front::not_open(&visit).await
    }
}
