//! "My data", behind reference and code: what is held, where it came from, why and until when; every opening, checkable against
//! the journal; a copy; correction; withdrawal with its certificate; formal requests. Nothing of it needs a script.

mod correct;
mod copy;
mod picture;
mod request;
mod view;
mod withdraw;

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Id, Kind, kinds};
use flows::{OwnFile, Platform};
use registration::StatusView;
use webkit::{Failure, SentForm, Values};

use crate::blocking::{blocking, read};
use crate::state::ResidentState;
use crate::status::door::{self, Answered, Errand, Known};
use crate::visit::Visit;

pub(crate) use withdraw::certified;

/// `GET …/my-data`: whose?
pub(crate) async fn ask(visit: Visit) -> Response {
    door::reference_page(&visit, Errand::MyData)
}

/// `GET` of a page that is the answer to a form: it begins at the door.
pub(crate) async fn elsewhere(visit: Visit) -> Response {
    Redirect::to(&visit.url("/my-data")).into_response()
}

/// `POST …/my-data`: a reference, a code, or the pass again.
pub(crate) async fn answer(visit: Visit, values: Values) -> Result<Response, Failure> {
    match come_in(&visit, &values).await? {
        Answered::Page(response) => Ok(response),
        Answered::Known(known) => view::show(&visit, known).await,
    }
}

/// `POST …/my-data/correct`
pub(crate) async fn correct(visit: Visit, values: Values) -> Result<Response, Failure> {
    match come_in(&visit, &values).await? {
        Answered::Page(response) => Ok(response),
        Answered::Known(known) => correct::step(visit, &values, known).await,
    }
}

/// `POST …/my-data/withdraw`
pub(crate) async fn withdraw(visit: Visit, values: Values) -> Result<Response, Failure> {
    match come_in(&visit, &values).await? {
        Answered::Page(response) => Ok(response),
        Answered::Known(known) => withdraw::step(visit, &values, known).await,
    }
}

/// `POST …/my-data/request`
pub(crate) async fn request(visit: Visit, request: Request) -> Result<Response, Failure> {
    let sent = SentForm::read(request, picture::MAX_BYTES).await?;
    match come_in(&visit, &sent.values).await? {
        Answered::Page(response) => Ok(response),
        Answered::Known(known) => request::step(visit, &sent, known).await,
    }
}

/// `POST …/my-data/file`: a copy of everything, as PDF or JSON.
pub(crate) async fn file(visit: Visit, values: Values) -> Result<Response, Failure> {
    match come_in(&visit, &values).await? {
        Answered::Page(response) => Ok(response),
        Answered::Known(known) => copy::file(&visit, known, values.get("form")).await,
    }
}

/// `POST …/my-data/proof`: the proof that an entry of one's own list stands in the journal; `lionrock-verify receipt` reads it.
pub(crate) async fn proof(visit: Visit, values: Values) -> Result<Response, Failure> {
    let known = match come_in(&visit, &values).await? {
        Answered::Page(response) => return Ok(response),
        Answered::Known(known) => known,
    };
    let wanted: Id<kinds::Event> = values.get("event").parse().map_err(|_| Failure::of(Kind::Missing))?;
    let status = status_of(&visit, known).await?;
    if !status.openings.iter().chain(&status.batches).any(|opening| opening.event == wanted) {
        return Err(Failure::of(Kind::Missing));
    }
    let service = visit.service.clone();
    let found = blocking(move || flows::entry_proof(&service, wanted)).await?;
    let document = found.ok_or_else(|| Failure::of(Kind::Busy).because("not yet in the journal"))?;
    Ok(download(document.to_string().into_bytes(), "application/json", &format!("{wanted}.json")))
}

/// `GET …/certificates/{erasure}`: the certificate of an erasure. It holds nothing personal, and its address is known only to
/// whoever was shown it.
pub(crate) async fn certificate(
    State(state): State<Arc<ResidentState>>,
    Path((_, erasure)): Path<(String, String)>,
) -> Result<Response, Failure> {
    certificate_file(state.platform.clone(), &erasure).await
}

/// A certificate that is kept, as a file.
pub(crate) async fn certificate_file(platform: Arc<Platform>, erasure: &str) -> Result<Response, Failure> {
    let id: Id<kinds::Erasure> = erasure.parse().map_err(|_| Failure::of(Kind::Missing))?;
    let found = blocking(move || flows::kept_certificate(&platform, id)).await?.ok_or_else(|| Failure::of(Kind::Missing))?;
    Ok(download(found.to_string().into_bytes(), "application/json", &format!("certificate-{id}.json")))
}

/// `POST …/certificates/{erasure}`: what opens the commitments of a certificate, as a file. It comes with the form from the page that
/// showed it, goes back as it came, and is kept nowhere.
pub(crate) async fn opening(
    State(state): State<Arc<ResidentState>>,
    Path((_, erasure)): Path<(String, String)>,
    values: Values,
) -> Result<Response, Failure> {
    opening_file(state.platform.clone(), &erasure, &values).await
}

/// What opens a certificate, as a file, if it does.
pub(crate) async fn opening_file(platform: Arc<Platform>, erasure: &str, values: &Values) -> Result<Response, Failure> {
    let id: Id<kinds::Erasure> = erasure.parse().map_err(|_| Failure::of(Kind::Missing))?;
    let found = blocking(move || flows::kept_certificate(&platform, id)).await?.ok_or_else(|| Failure::of(Kind::Missing))?;
    let file = flows::opening_file(&found, values.get("opening")).ok_or_else(|| Failure::of(Kind::Invalid))?;
    Ok(download(file.to_string().into_bytes(), "application/json", &format!("opening-{id}.json")))
}

async fn come_in(visit: &Visit, values: &Values) -> Result<Answered, Failure> {
    door::answer(visit, values, Errand::MyData).await
}

/// State, openings and batches of the household.
async fn status_of(visit: &Visit, known: Known) -> Result<StatusView, Failure> {
    let household = known.household;
    let view = read(&visit.service, "resident.my_data", move |tx| registration::status(tx, household)).await?;
    view.ok_or_else(|| Failure::of(Kind::Gone))
}

/// Everything that is held, opened for the resident and on record as such.
async fn own_file(visit: &Visit, known: Known) -> Result<OwnFile, Failure> {
    let (platform, service) = (visit.state.platform.clone(), visit.service.clone());
    blocking(move || flows::own_file(&platform, &service, known.household)).await
}

/// A file to keep.
pub(crate) fn download(bytes: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}
