use axum::response::Response;
use identity::{
    CodeFor, Recovery, RecoveryStep, Ticket, begin_recovery, prepare_recovery, recovery_step, stop_recovery,
};
use notify::QueueError;
use store::RunError;
use webkit::parts::{Button, ButtonStyle, Inset, SummaryList, SummaryRow, Warning};
use webkit::{Body, Failure, Markup, Page, Values};

use super::call::Call;
use super::code::field;
use super::proofing::back;
use super::password_sign_in::often;
use super::sign_in;
use super::sign_up::{Sent, mobile_field, mobile_of, send_code, send_code_about};
use super::way_back;
use crate::blocking::blocking;
use crate::faults::Faults;

pub(super) const HERE: &str = "/account/recover";
pub(super) const CODE: &str = "/account/recover/code";
pub(super) const STEP: &str = "/account/recover/step";

/// `GET /account/recover`
pub(super) async fn show(call: Call) -> Response {
    form(&call, "", &Faults::none())
}

/// `POST /account/recover`: a code goes to the number that was typed, account or none.
pub(super) async fn ask(call: Call, values: Values) -> Result<Response, Failure> {
    let typed = values.get("mobile");
    if values.switching() {
        return Ok(form(&call, typed, &Faults::none()));
    }
    let Some(mobile) = mobile_of(typed) else {
        return Ok(form(&call, typed, &Faults::one("mobile", call.say("account-mobile-wrong"))));
    };
    Ok(match send_code(&call, CodeFor::Recovery, mobile, CODE).await? {
        Sent::Code(response) => response,
        Sent::TooOften => often(form(&call, typed, &Faults::one("mobile", call.say("account-often")))),
    })
}

fn form(call: &Call, typed: &str, faults: &Faults) -> Response {
    let title = call.say("recover-title");
    let mut body = call.body(&title, faults);
    body.lead(call.say("recover-lead")).h2(call.say("recover-first"));
    body.part(&sign_in::form(call, None).part(&Button::new(call.say("account-sign-in")).style(ButtonStyle::Secondary)));
    body.h2(call.say("recover-how"));
    body.steps(["recover-step-code", "recover-step-wait", "recover-step-end"].map(|key| call.say(key)));
    body.p(call.say("recover-verified"));
    body.link(call.say("way-back-link"), call.url(way_back::HERE));
    let field = mobile_field(call, typed, "tel-national", faults);
    body.part(&call.form(HERE).part(&field).part(&Button::new(call.say("account-send-code"))));
    call.show_form(Page::new(title, body.markup()).script("passkey.js").back(call.url("/account")), faults)
}

/// `GET /account/recover/code`
pub(super) async fn code(call: Call) -> Response {
    match ticket(&call) {
        Some(_) => code_form(&call, &Faults::none()),
        None => call.go(HERE),
    }
}

/// `POST /account/recover/code`: a right code begins the recovery, or goes on with the one that is under way.
pub(super) async fn begin(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(ticket) = ticket(&call) else { return Ok(call.go(HERE)) };
    if values.switching() {
        return Ok(code_form(&call, &Faults::none()));
    }
    if values.get("act") == "again" {
        return Ok(match send_code_about(&call, ticket.aim(), (ticket.mobile(), ticket.document()), CODE).await? {
            Sent::Code(response) => response,
            Sent::TooOften => often(code_form(&call, &Faults::one("code", call.say("account-often")))),
        });
    }
    let (ledger, language, typed) = (call.service.ledger().clone(), call.language(), values.get("code").to_owned());
    let host = call.state.platform.sender().host.clone();
    let done = blocking(move || -> Result<bool, RunError<QueueError>> {
        let keys = ledger.keys().clone();
        let new = prepare_recovery(&keys, &**ledger.random(), ledger.now(), &ticket, language, &host).map_err(RunError::Refused)?;
        let begin = move |work: &mut journal::Work<'_, '_>| begin_recovery(work, &keys, &ticket, &typed, &new);
        Ok(ledger.write("resident.begin_recovery", journal::Actor::Visitor, begin)?.0)
    });
    Ok(if done.await? { call.go(STEP) } else { code_form(&call, &Faults::one("code", call.say("account-code-wrong"))) })
}

fn code_form(call: &Call, faults: &Faults) -> Response {
    let title = call.say("code-title");
    let mut body = call.body(&title, faults);
    body.part(&Inset(call.say("account-code-sent").into()));
    let again = Button::new(call.say("code-again")).style(ButtonStyle::Quiet).sends("act", "again");
    body.part(&call.form(CODE).part(&field(call, faults)).part(&Button::new(call.say("continue"))).part(&again));
    body.note(call.say("account-code-none"));
    call.show_form(Page::new(title, body.markup()).back(call.url(HERE)), faults)
}

/// `GET /account/recover/step`: how far it is.
pub(super) async fn step(call: Call) -> Result<Response, Failure> {
    let (key, recovery) = match standing(&call).await? {
        RecoveryStep::Wrong => return Ok(call.go(HERE)),
        RecoveryStep::Ready(_) => return Ok(ready(&call)),
        RecoveryStep::NoAccount => return Ok(no_account(&call)),
        RecoveryStep::Waiting(recovery) => ("recover-waiting", recovery),
        RecoveryStep::NeedsProof(recovery) => ("recover-proof", recovery),
    };
    let title = call.say("recover-begun-title");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say(key)).part(&facts(&call, &recovery));
    if recovery.proofed {
        body.link(call.say("photos-link-seen"), call.url(back::BACK));
    } else {
        body.h2(call.say("recover-document")).p(call.say("recover-verified"));
        body.part(&Button::link(call.say("photos-link"), call.url(back::BACK)).style(ButtonStyle::Secondary));
    }
    body.p(call.say("recover-come-back"));
    Ok(call.show(Page::new(title, body.markup()).back(call.url("/account"))))
}

/// Where the recovery of the ticket stands.
pub(super) async fn standing(call: &Call) -> Result<RecoveryStep, Failure> {
    let Some(ticket) = ticket(call) else { return Ok(RecoveryStep::Wrong) };
    let (keys, now) = (call.service.ledger().keys().clone(), call.now());
    call.read("resident.recovery", move |tx| recovery_step(tx, &keys, &ticket, now)).await
}

/// The ticket, if its code is for a recovery, by number or by person.
pub(super) fn ticket(call: &Call) -> Option<Ticket> {
    call.ticket.clone().filter(|ticket| matches!(ticket.aim(), CodeFor::Recovery | CodeFor::WayBack))
}

fn ready(call: &Call) -> Response {
    let title = call.say("recover-ready-title");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("recover-ready")).part(&Warning(call.say("recover-ready-ends")));
    let form = call
        .form(STEP)
        .registers_passkey(call.url("/account/recover/passkey/options"), call.url("/account/recover/passkey/finish"))
        .part(&Button::new(call.say("account-passkey-make")));
    body.part(&form);
    if ticket(call).is_some_and(|ticket| ticket.aim() == CodeFor::Recovery) {
        body.link(call.say("account-password-rather"), call.url("/account/recover/password"));
    }
    call.show(Page::new(title, body.markup()).script("passkey.js"))
}

fn no_account(call: &Call) -> Response {
    let title = call.say("recover-none-title");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("recover-none"));
    body.part(&Button::link(call.say("account-sign-up"), call.url("/account/sign-up")).style(ButtonStyle::Secondary));
    call.show(Page::new(title, body.markup()).back(call.url("/account")))
}

fn facts(call: &Call, recovery: &Recovery) -> SummaryList {
    let mut rows = vec![
        SummaryRow::new(call.say("recover-reference"), recovery.reference.as_str()),
        SummaryRow::new(call.say("recover-since"), call.at(recovery.begun)),
        SummaryRow::new(call.say("recover-due"), call.at(recovery.due)),
        SummaryRow::new(call.say("recover-until"), call.at(recovery.ends)),
    ];
    if recovery.proofed {
        rows.push(SummaryRow::new(call.say("recover-document"), call.say("recover-document-seen")));
    }
    SummaryList::new(rows)
}

/// What whoever is signed in sees of a recovery of the account, on every page: that it is under way, and how to stop it.
pub(super) fn warning(call: &Call, recovery: &Recovery) -> Markup {
    let mut body = Body::new(call.language());
    body.part(&Warning(call.say("recover-warning"))).part(&facts(call, recovery));
    let button = Button::new(call.say("recover-stop")).style(ButtonStyle::Warning);
    body.part(&call.form("/account/recovery/stop").id("stop-recovery").part(&button));
    body.markup()
}

/// `POST /account/recovery/stop`: any living session will do. Doing it twice is fine.
pub(super) async fn stop(call: Call, _: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    call.act("resident.stop_recovery", move |work| stop_recovery(work, &found.who)).await??;
    Ok(call.go("/account"))
}
