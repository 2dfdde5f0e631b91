use axum::response::{IntoResponse, Redirect, Response};
use processors::notify_breach;
use webkit::parts::{Button, ButtonStyle, Form, Warning};
use webkit::{Failure, Page, Values};

use crate::visit::Visit;

/// `GET /partner/leases/{lease}/breach`
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let lease = visit.lease().await?;
    let title = visit.t.get("breach-title");
    let mut body = visit.body(&title);
    body.p(visit.t.get("breach-lead"));
    body.part(&Warning(visit.t.get("breach-warning")));
    let button = Button::new(visit.t.get("breach-send")).style(ButtonStyle::Warning);
    body.part(&Form::new(&visit.visitor).part(&button));
    Ok(visit.show(Page::new(title, body.markup()).back(visit.lease_url(lease.id, ""))))
}

/// `POST /partner/leases/{lease}/breach`: the notice that the contract demands. The lease stops at once.
pub(crate) async fn report(visit: Visit, _: Values) -> Result<Response, Failure> {
    let (lease, partner) = (visit.lease().await?.id, visit.partner.clone());
    let done = visit.act("partner.notify_breach", move |work| {
        notify_breach(work, &partner, lease, &flows::lease_rules()).map(|_| ())
    });
    done.await??;
    Ok(Redirect::to(&visit.lease_url(lease, "")).into_response())
}
