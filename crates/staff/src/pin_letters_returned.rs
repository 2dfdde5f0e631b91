//! Letters that came back are scanned, one after the other: the field takes what a hand scanner types and the page is ready for the next.
//! Nobody sees whose they are.

use desk::{Answer, Desk, Mistakes};
use identity::{Scanned, return_letter};
use people::ProofIdentity;
use webkit::Page;
use webkit::parts::{Button, Inset, Notification, TextInput, Width};

use crate::pin_letters::HOME;
use crate::proofing::rights;

/// The field.
pub(crate) fn ask(desk: &Desk) -> Answer {
    desk.identity::<ProofIdentity>()?;
    Ok(page(desk, None, &Mistakes::default()))
}

fn page(desk: &Desk, scanned: Option<(Scanned, String)>, mistakes: &Mistakes) -> axum::response::Response {
    let title = desk.say("pin-letters-returned-title");
    let mut body = desk.body(&title, mistakes);
    if let Some((scanned, code)) = scanned {
        let key = match scanned {
            Scanned::Returned => "pin-letters-scanned",
            Scanned::Again => "pin-letters-scanned-again",
            Scanned::NotNeeded => "pin-letters-scanned-not-needed",
            Scanned::Unknown => "pin-letters-scanned-unknown",
        };
        let words = desk.tell(key, [("code", code)]);
        if scanned == Scanned::Returned {
            body.part(&Notification { title: desk.say("pin-letters-noted"), body: words.into(), success: true });
        } else {
            body.part(&Inset(words.into()));
        }
    }
    body.p(desk.say("pin-letters-returned-lead"));
    let field = TextInput {
        error: mistakes.of("code"),
        hint: Some(desk.say("pin-letters-code-hint")),
        width: Width::Twenty,
        verbatim: true,
        autocomplete: Some("off"),
        inputmode: Some("numeric"),
        ..TextInput::new("code", desk.say("pin-letters-code"))
    };
    body.part(&desk.form().part(&field).part(&Button::new(desk.say("pin-letters-note"))));
    desk.show_form(Page::new(title, body.markup()).back(desk.url(HOME)), mistakes)
}

/// Notes one letter.
pub(crate) fn scan(desk: &Desk) -> Answer {
    let (service, grant) = rights(desk)?;
    if desk.values.switching() {
        return Ok(page(desk, None, &Mistakes::default()));
    }
    let code = desk.values.get("code").trim().to_owned();
    if code.is_empty() || code.chars().count() > 20 {
        return Ok(page(desk, None, &Mistakes::one("code", desk.say("pin-letters-wrong-code"))));
    }
    let typed = code.clone();
    let done = service.ledger().write("staff.letter_returned", grant.actor(), move |work| return_letter(work, &grant, &typed))?;
    Ok(page(desk, Some((done.0, code)), &Mistakes::default()))
}
