//! Looking at one's own registration, behind reference and a code sent to the mobile. There is no account and no cookie:
//! a pass of half an hour travels sealed in the form.

pub(crate) mod door;
pub(crate) mod openings;
mod pass;
mod view;

use axum::response::Response;
use webkit::{Failure, Values};

use crate::visit::Visit;
use door::{Answered, Errand};

/// `GET …/status`: which registration?
pub(crate) async fn ask(visit: Visit) -> Response {
    door::reference_page(&visit, Errand::Status)
}

/// `POST …/status`: a reference, a code, or the pass again.
pub(crate) async fn answer(visit: Visit, values: Values) -> Result<Response, Failure> {
    match door::answer(&visit, &values, Errand::Status).await? {
        Answered::Page(response) => Ok(response),
        Answered::Known(household) => view::show(&visit, household, false).await,
    }
}

pub(crate) use view::show as show_view;

/// The pass that a form carries so that the code is not asked for again.
pub(crate) fn pass_of(visit: &Visit, known: door::Known) -> Result<String, Failure> {
    pass::issue(visit, known.household, known.until)
}
