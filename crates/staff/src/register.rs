use std::sync::mpsc;

use axum::response::Response;
use desk::{Answer, Case, Desk, Mistakes};
use flows::{Acknowledged, Submit, SubmitError, submit_household};
use kernel::{Kind, Language, from_hex, to_hex};
use people::{Grant, RegisterForResident};
use registration::{Channel, EnteredBy, FieldProblem, RegisterError};
use webkit::parts::{Inset, Panel};
use webkit::{Failure, Page};

use crate::register_form::{form, household, member_count};

/// The form for somebody who calls or comes in person.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RegisterForResident>()?;
    page(desk, &case, &Mistakes::default())
}

fn page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    let service = case.live()?;
    let most = service.scheme().max_people();
    let title = desk.say("register-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("register-lead")).part(&Inset(desk.say("register-read-out").into()));
    let digest = to_hex(&service.scheme().digest());
    body.link(desk.say("register-statement"), desk.scheme_url(case, &format!("/versions/{digest}")));
    let sent = desk.values.get("key");
    let key = if sent.is_empty() { to_hex(&service.ledger().random().bytes16()) } else { sent.to_owned() };
    body.part(&form(desk, mistakes, member_count(&desk.values, most), most, &key).hidden("version", &digest));
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.scheme_url(case, "")), mistakes))
}

/// Registers. The same parser as on the public pages; without a mobile the result goes by letter.
pub(crate) fn submit(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RegisterForResident>()?;
    if desk.values.switching() || desk.values.get("act") == "more" {
        return page(desk, &case, &Mistakes::default());
    }
    match enter(desk, &case, grant, desk.values.get("key"))? {
        Entered::Done(done, channel) => Ok(received(desk, &case, &done, channel)),
        Entered::Not(mistakes) => page(desk, &case, &mistakes),
    }
}

/// What became of what was typed for somebody.
pub(crate) enum Entered {
    /// It is registered.
    Done(Box<Acknowledged>, Channel),
    /// It is not, and why.
    Not(Mistakes),
}

/// Sends in what was typed, under a key that counts once.
pub(crate) fn enter(desk: &Desk, case: &Case, grant: Grant<RegisterForResident>, key: &str) -> Result<Entered, Failure> {
    let service = case.live()?;
    let typed = household(&desk.values, member_count(&desk.values, service.scheme().max_people()));
    let channel = if typed.mobile.trim().is_empty() { Channel::Letter } else { Channel::Officer };
    let submit = Submit {
        form: &typed,
        idempotency: key,
        language: Language::from_slug(desk.values.get("language")).unwrap_or(desk.language()),
        channel,
        replaces: None,
        shown: from_hex(desk.values.get("version")).ok().and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; 32]),
        officer: Some(EnteredBy::Counter(grant)),
    };
    let (reply, answer) = mpsc::channel();
    submit_household(desk.platform(), service, &submit, move |result| {
        // Nobody listens any more when the browser has gone; what was registered stays registered.
        let _ = reply.send(result);
    });
    match answer.recv() {
        Ok(Ok(done)) => Ok(Entered::Done(Box::new(done), channel)),
        Ok(Err(SubmitError::Fields(problems))) => Ok(Entered::Not(of_problems(desk, &problems))),
        Ok(Err(SubmitError::Register(RegisterError::NotOpen(_)))) => Ok(Entered::Not(Mistakes::one("form", desk.say("register-not-open")))),
        Ok(Err(SubmitError::Register(RegisterError::Statement))) => {
            Ok(Entered::Not(Mistakes::one("form", desk.say("register-other-statement"))))
        }
        Ok(Err(error)) => Err(Failure::from(error)),
        Err(_) => Err(Failure::of(Kind::Broken).because("no answer from the store")),
    }
}

/// What the parser says, beside the fields.
pub(crate) fn of_problems(desk: &Desk, problems: &[FieldProblem]) -> Mistakes {
    let mut mistakes = Mistakes::default();
    for problem in problems {
        mistakes.add(&problem.field, desk.text(&problem.fault.text()));
    }
    mistakes
}

pub(crate) fn received(desk: &Desk, case: &Case, done: &Acknowledged, channel: Channel) -> Response {
    let title = desk.say("register-received");
    let mut body = webkit::Body::new(desk.language());
    let reference = done.received.reference.to_string();
    body.part(&Panel { title: title.clone(), label: desk.say("reference"), reference });
    body.p(desk.tell("register-at", [("time", desk.at(done.received.at))]));
    let next = if channel == Channel::Letter { "register-by-letter" } else { "register-by-sms" };
    body.p(desk.say("register-tell")).p(desk.say(next));
    body.link(desk.say("register-another"), desk.scheme_url(case, "/register"));
    desk.show(Page::new(title, body.markup()).without_switch().back(desk.scheme_url(case, "")))
}
