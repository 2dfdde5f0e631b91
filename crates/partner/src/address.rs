use axum::response::{IntoResponse, Redirect, Response};
use processors::{AddressUse, DeclareError, declare_address};
use webkit::{Failure, Values};

use crate::lease::{Typed, page};
use crate::visit::Visit;

/// `POST /partner/leases/{lease}/addresses`: where the data may live. It is looked at from outside from now on.
pub(crate) async fn declare(visit: Visit, values: Values) -> Result<Response, Failure> {
    let lease = visit.lease().await?.id;
    let address = values.get("address").trim().to_owned();
    if values.switching() {
        return page(&visit, &Typed { address, ..Typed::default() }).await;
    }
    let use_for = AddressUse::from_slug(values.get("use")).unwrap_or(AddressUse::Data);
    let (partner, environment, typed) = (visit.partner.clone(), visit.state.platform.environment(), address.clone());
    let done = visit.act("partner.declare_address", move |work| {
        declare_address(work, &partner, lease, (&typed, use_for), environment).map(|_| ())
    });
    let message = match done.await? {
        Ok(()) => return Ok(Redirect::to(&visit.lease_url(lease, "")).into_response()),
        Err(DeclareError::TooMany) => visit.t.get("address-many"),
        Err(DeclareError::Address(_)) => visit.t.get("address-wrong"),
        Err(error) => return Err(error.into()),
    };
    page(&visit, &Typed { address, fault: Some(("address", message)), ..Typed::default() }).await
}
