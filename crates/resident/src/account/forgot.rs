use std::ops::ControlFlow;

use axum::http::StatusCode;
use axum::response::Response;
use identity::{CodeFor, ErrandError, NewPassword, Ticket, ask_new_password, confirm_password_code, may_choose_password};
use store::RunError;
use webkit::parts::{Button, ButtonStyle, Warning};
use webkit::{Body, Failure, Page, Values};

use super::call::Call;
use super::errand::{Way, ask as send, code_page, done, form, ticket, typed, wrong_code};
use super::password::wrong;
use super::password_sign_in::password_field;
use super::{cookies, sign_in};
use crate::blocking::blocking;
use crate::faults::Faults;

const PASSWORD: &str = "/account/forgot/password";
const DONE: &str = "/account/forgot/done";
const WAY: Way = Way {
    aim: CodeFor::NewPassword,
    here: "/account/forgot",
    code: "/account/forgot/code",
    title: "forgot-title",
    before,
    after,
};

/// `GET /account/forgot`: whoever has a passkey is offered it first.
pub(super) async fn show(call: Call) -> Response {
    form(&call, &WAY, &Values::default(), &Faults::none())
}

/// `POST /account/forgot`
pub(super) async fn ask(call: Call, values: Values) -> Result<Response, Failure> {
    send(&call, &WAY, &values).await
}

/// `GET /account/forgot/code`
pub(super) async fn code(call: Call) -> Response {
    code_page(&call, &WAY)
}

/// `POST /account/forgot/code`: a right code leads to the new password, account or none.
pub(super) async fn check(call: Call, values: Values) -> Result<Response, Failure> {
    let ticket = match typed(&call, &WAY, &values).await? {
        ControlFlow::Continue(ticket) => ticket,
        ControlFlow::Break(answer) => return Ok(answer),
    };
    let (keys, code) = (call.service.ledger().keys().clone(), values.get("code").to_owned());
    let verb = move |work: &mut journal::Work<'_, '_>| confirm_password_code(work, &keys, &ticket, &code);
    let right = call.act("resident.confirm_password_code", verb).await??;
    Ok(if right { call.go(PASSWORD) } else { wrong_code(&call, &WAY) })
}

/// `GET /account/forgot/password`
pub(super) async fn choose(call: Call) -> Result<Response, Failure> {
    Ok(match confirmed(&call).await? {
        Some(_) => choose_form(&call, &Faults::none()),
        None => call.go(WAY.here),
    })
}

/// `POST /account/forgot/password`: noted, whatever there is.
pub(super) async fn change(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(ticket) = confirmed(&call).await? else { return Ok(call.go(WAY.here)) };
    if values.switching() {
        return Ok(choose_form(&call, &Faults::none()));
    }
    let password = match NewPassword::parse(values.get("password"), Some(ticket.mobile())) {
        Ok(password) => password,
        Err(fault) => return Ok(choose_form(&call, &wrong(&call, fault))),
    };
    let Some(turn) = call.state.passwords.take().await else {
        let mut busy = choose_form(&call, &Faults::one("password", call.say("account-password-busy")));
        *busy.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        return Ok(busy);
    };
    let (ledger, charter) = (call.service.ledger().clone(), call.charter.clone());
    let noted = blocking(move || {
        let _turn = turn;
        match ask_new_password(&ledger, &charter, &ticket, &password) {
            Ok(()) => Ok(true),
            Err(RunError::Refused(ErrandError::Over)) => Ok(false),
            Err(error) => Err(error),
        }
    });
    if !noted.await? {
        return Ok(call.go(WAY.here));
    }
    let mut response = call.go(DONE);
    cookies::remove(&call.state, &mut response, call.state.ticket_cookie());
    Ok(response)
}

/// `GET /account/forgot/done`: the same for everybody.
pub(super) async fn end(call: Call) -> Response {
    done(&call, "forgot-done-title", &["forgot-done", "forgot-done-not"], ("account-password-sign-in", "/account/sign-in/password"))
}

/// The ticket, if its code was typed lately.
async fn confirmed(call: &Call) -> Result<Option<Ticket>, Failure> {
    let Some(ticket) = ticket(call, &WAY) else { return Ok(None) };
    let (now, asked) = (call.now(), ticket.clone());
    let may = call.read("resident.may_choose_password", move |tx| may_choose_password(tx, &asked, now)).await?;
    Ok(may.then_some(ticket))
}

fn choose_form(call: &Call, faults: &Faults) -> Response {
    let title = call.say("account-password-choose");
    let mut body = call.body(&title, faults);
    body.lead(call.say("account-password-lead")).part(&Warning(call.say("forgot-ends")));
    let field = password_field(call, "new-password", faults);
    body.part(&call.form(PASSWORD).unremembered().part(&field).part(&Button::new(call.say("account-save"))));
    call.show_form(Page::new(title, body.markup()).back(call.url(WAY.here)), faults)
}

fn before(call: &Call, body: &mut Body) {
    body.lead(call.say("forgot-lead")).h2(call.say("recover-first"));
    body.part(&sign_in::form(call, None).part(&Button::new(call.say("account-sign-in")).style(ButtonStyle::Secondary)));
    body.h2(call.say("forgot-how")).p(call.say("forgot-for"));
}

fn after(call: &Call, body: &mut Body) {
    body.note(call.say("forgot-verified")).link(call.say("recover-link"), call.url("/account/recover"));
}
