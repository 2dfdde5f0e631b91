use axum::response::Response;
use desk::{Answer, Desk, Mistakes, missing};
use hongkong::IdNumber;
use identity::{Vouched, vouch_for_recovery};
use people::ProofIdentity;
use webkit::Page;
use webkit::parts::{Button, Notification, TextInput, Width};

/// Where an officer says that the person who asks for an account back stands here with the right document.
pub(crate) fn ask(desk: &Desk) -> Answer {
    desk.identity::<ProofIdentity>()?;
    Ok(page(desk, &Mistakes::default(), None))
}

/// Takes an officer's word. It needs two officers, and each types what the document says.
pub(crate) fn vouch(desk: &Desk) -> Answer {
    let (scope, grant) = desk.identity::<ProofIdentity>()?;
    scope.ok_or_else(missing)?;
    if desk.values.switching() {
        return Ok(page(desk, &Mistakes::default(), None));
    }
    let Ok(number) = IdNumber::parse(desk.values.get("id_number")) else {
        return Ok(page(desk, &Mistakes::one("id_number", desk.say("recover-number-wrong")), None));
    };
    let service = desk.platform().identity().ok_or_else(missing)?;
    let (keys, reference) = (service.ledger().keys().clone(), desk.values.get("reference").to_owned());
    let (vouched, _) = service.ledger().write("staff.vouch_for_recovery", grant.actor(), move |work| {
        vouch_for_recovery(work, &keys, &grant, &reference, &number)
    })?;
    Ok(match vouched {
        Vouched::Refused => page(desk, &Mistakes::one("reference", desk.say("recover-refused")), None),
        Vouched::Again => page(desk, &Mistakes::one("reference", desk.say("recover-again")), None),
        Vouched::First => page(desk, &Mistakes::default(), Some("recover-first")),
        Vouched::Both => page(desk, &Mistakes::default(), Some("recover-both")),
    })
}

fn page(desk: &Desk, mistakes: &Mistakes, done: Option<&str>) -> Response {
    let title = desk.say("recover-title");
    let mut body = desk.body(&title, mistakes);
    if let Some(key) = done {
        body.part(&Notification { title: String::new(), body: desk.say(key).into(), success: true });
    }
    body.p(desk.say("recover-lead")).bullets([desk.say("recover-two"), desk.say("recover-waits")]);
    // After a word was taken the form is empty again: the next person is somebody else.
    let typed = |name: &str| if done.is_none() { desk.values.get(name).to_owned() } else { String::new() };
    let input = |name: &'static str, label: &str, hint: &str| TextInput {
        value: typed(name),
        hint: Some(desk.say(hint)),
        error: mistakes.of(name),
        width: Width::Ten,
        verbatim: true,
        ..TextInput::new(name, desk.say(label))
    };
    let form = desk
        .form()
        .part(&input("reference", "recover-reference", "recover-reference-hint"))
        .part(&input("id_number", "recover-number", "recover-number-hint"))
        .part(&Button::new(desk.say("recover-vouch")));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff")), mistakes)
}
