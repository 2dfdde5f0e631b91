use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use flows::{LetterBatchError, post_letters};
use kernel::{Id, Instant, Kind, kinds};
use processors::{HandOverError, Partner, fetch_package};
use store::RunError;
use webkit::{Failure, Values};

use crate::blocking::blocking;
use crate::lease::{self, Typed};
use crate::state::PartnerState;
use crate::visit::Visit;

/// `GET /partner/leases/{lease}/packages/{package}`: the encrypted file, as long as the lease lives. That it was fetched is on
/// record before it is opened.
pub(crate) async fn fetch(visit: Visit) -> Result<Response, Failure> {
    let package: Id<kinds::Export> = visit.param("package").parse().map_err(|_| Failure::of(Kind::Missing))?;
    fetched(&visit.state, visit.partner.clone(), package).await
}

/// The file for a program or a person.
pub(crate) async fn fetched(
    state: &PartnerState,
    partner: Partner,
    package: Id<kinds::Export>,
) -> Result<Response, Failure> {
    let ledger = state.platform.ledger().clone();
    let bytes = blocking(move || {
        let actor = partner.actor();
        let (pass, committed) = ledger
            .write("partner.fetch_package", actor, move |work| fetch_package(work, &partner, package))?;
        pass.open(&committed, ledger.keys()).map_err(|error| RunError::Refused(HandOverError::from(error)))
    })
    .await?;
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{package}.tar.age\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// `POST /partner/leases/{lease}/packages/{package}/posted`: the letters of this package are in the post.
pub(crate) async fn posted(visit: Visit, _: Values) -> Result<Response, Failure> {
    let lease = visit.lease().await?.id;
    let package = visit.param("package").parse().map_err(|_| Failure::of(Kind::Missing))?;
    if let Err(NotFetched) = noted(&visit.state, visit.partner.clone(), (lease, package)).await? {
        let fault = Some(("main", visit.t.get("package-not-fetched")));
        return lease::page(&visit, &Typed { fault, ..Typed::default() }).await;
    }
    Ok(Redirect::to(&visit.lease_url(lease, "")).into_response())
}

/// A bureau cannot have posted what it never fetched.
pub(crate) struct NotFetched;

/// Notes for a program or a person that a package of letters was posted; when that was.
pub(crate) async fn noted(
    state: &PartnerState,
    partner: Partner,
    which: (Id<kinds::Lease>, Id<kinds::Export>),
) -> Result<Result<Instant, NotFetched>, Failure> {
    let platform = state.platform.clone();
    let posted = blocking(move || match post_letters(&platform, &partner, which) {
        Err(LetterBatchError::HandOver(HandOverError::NotFetched)) => Ok(Err(NotFetched)),
        posted => posted.map(Ok),
    });
    posted.await
}
