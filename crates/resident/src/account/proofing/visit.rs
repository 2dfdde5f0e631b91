use axum::response::Response;
use identity::{VisitCode, give_visit_code};
use kernel::{Fault, Kind};
use webkit::parts::{Button, ButtonStyle, Panel};
use webkit::{Body, Failure, Page, Values};

use crate::account::call::Call;

/// The other ways: a counter, or a public terminal.
pub(super) fn offer(call: &Call, body: &mut Body) {
    body.h2(call.say("proof-elsewhere")).p(call.say("proof-elsewhere-lead"));
    let button = Button::new(call.say("proof-visit")).style(ButtonStyle::Secondary);
    body.part(&call.form("/account/proofing/visit").id("visit").part(&button));
}

/// `POST /account/proofing/visit`: a code that says at a counter or a terminal whose account it is. What matters asks for a sign-in of
/// the last few minutes.
pub(in crate::account) async fn give(call: Call, _: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    if !found.who.is_fresh(call.now()) {
        return Ok(call.go("/account/sign-in?next=/account/proofing"));
    }
    let (keys, account) = (call.service.ledger().keys().clone(), found.who.account());
    let code = VisitCode::new(&**call.service.ledger().random());
    let shown = code.clone();
    let given = call.act("resident.give_visit_code", move |work| give_visit_code(work, &keys, account, &code)).await?;
    let until = match given {
        Err(error) if error.kind() == Kind::Taken => return Ok(call.go("/account/proofing")),
        given => given?,
    };
    let title = call.say("proof-visit-title");
    let mut body = Body::new(call.language());
    body.part(&Panel { title: title.clone(), label: call.say("proof-visit-code"), reference: shown.text().to_owned() });
    body.p(call.t.with("proof-visit-until", [("time", call.at(until))])).p(call.say("proof-visit-bring"));
    Ok(call.show(Page::new(title, body.markup()).without_switch().back(call.url("/account/proofing"))))
}
