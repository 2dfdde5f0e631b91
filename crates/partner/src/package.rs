use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::{Id, Kind, kinds};
use processors::{HandOverError, Partner, fetch_package};
use store::RunError;
use webkit::Failure;

use crate::blocking::blocking;
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
