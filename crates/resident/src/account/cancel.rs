use std::ops::ControlFlow;

use axum::response::Response;
use identity::{CodeFor, ask_to_cancel};
use webkit::{Body, Failure, Values};

use super::call::Call;
use super::cookies;
use super::errand::{Way, ask as send, code_page, done, form, typed, wrong_code};
use crate::faults::Faults;

const DONE: &str = "/account/cancel/done";
const WAY: Way = Way {
    aim: CodeFor::Cancel,
    here: "/account/cancel",
    code: "/account/cancel/code",
    title: "cancel-title",
    before,
    after,
};

/// `GET /account/cancel`: for an account that was never activated, because its letter went to a wrong address.
pub(super) async fn show(call: Call) -> Response {
    form(&call, &WAY, &Values::default(), &Faults::none())
}

/// `POST /account/cancel`
pub(super) async fn ask(call: Call, values: Values) -> Result<Response, Failure> {
    send(&call, &WAY, &values).await
}

/// `GET /account/cancel/code`
pub(super) async fn code(call: Call) -> Response {
    code_page(&call, &WAY)
}

/// `POST /account/cancel/code`: noted, whatever there is.
pub(super) async fn check(call: Call, values: Values) -> Result<Response, Failure> {
    let ticket = match typed(&call, &WAY, &values).await? {
        ControlFlow::Continue(ticket) => ticket,
        ControlFlow::Break(answer) => return Ok(answer),
    };
    let (keys, code) = (call.service.ledger().keys().clone(), values.get("code").to_owned());
    let verb = move |work: &mut journal::Work<'_, '_>| ask_to_cancel(work, &keys, &ticket, &code);
    if !call.act("resident.ask_to_cancel", verb).await?? {
        return Ok(wrong_code(&call, &WAY));
    }
    let mut response = call.go(DONE);
    cookies::remove(&call.state, &mut response, call.state.ticket_cookie());
    Ok(response)
}

/// `GET /account/cancel/done`: the same for everybody.
pub(super) async fn end(call: Call) -> Response {
    done(&call, "cancel-done-title", &["cancel-done", "cancel-done-message"], ("cancel-again", "/account/sign-up"))
}

fn before(call: &Call, body: &mut Body) {
    body.lead(call.say("cancel-lead")).bullets(["cancel-number", "cancel-erased", "cancel-same"].map(|key| call.say(key)));
}

fn after(call: &Call, body: &mut Body) {
    body.note(call.say("cancel-activated"));
}
