use desk::{Answer, Desk, Mistakes, actor_of, missing};
use kernel::{Id, kinds};
use people::ManageTraining;
use store::{RunError, StoreError};
use training::{CodeTyped, SessionError, TakenPlace, TrainingSession, attend, enrol, places_in, session, withdraw};
use webkit::parts::{Button, ButtonStyle, Inset, SummaryList, SummaryRow, TextInput, Width};
use webkit::{Body, Failure, Markup, Page};

use crate::training_home::state;
use crate::training_roll;
use crate::training_told::{course_title, place, session_url, when};

pub(crate) fn find(desk: &Desk) -> Result<TrainingSession, Failure> {
    desk.who()?;
    let id: Id<kinds::TrainingSession> = desk.id("session")?;
    desk.platform().ledger().read("control.session", |tx| session(tx, id))?.ok_or_else(missing)
}

/// A session: when and where, one's own place, the code; for its host who has a place and who came.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(desk, "", &Mistakes::default())
}

/// The same, with the code of the room filled in: where the picture on the screen leads.
pub(crate) fn show_with_code(desk: &Desk) -> Answer {
    page(desk, desk.param("code"), &Mistakes::default())
}

fn page(desk: &Desk, code: &str, mistakes: &Mistakes) -> Answer {
    let (session, who) = (find(desk)?, desk.who()?);
    let is_host = desk.may::<ManageTraining>() && session.department == who.department();
    let (places, host) = desk.platform().ledger().read("control.session_places", |tx| {
        Ok::<_, StoreError>((places_in(tx, session.id)?, people::department(tx, session.department)?))
    })?;
    let own = places.iter().find(|place| place.officer == who.officer());
    let title = course_title(desk, &session.course);
    let mut body = desk.body(&title, mistakes);
    let mut rows = vec![
        SummaryRow::new(desk.say("state"), state(desk, &session, own)),
        SummaryRow::new(desk.say("training-when"), when(desk, &session)),
        SummaryRow::new(desk.say("training-place"), place(desk, &session)),
        SummaryRow::new(desk.say("training-host"), host.map(|host| desk.text(&host.name)).unwrap_or_default()),
        SummaryRow::new(desk.say("training-places"), desk.tell("training-places-of", [("taken", session.taken), ("capacity", session.capacity)])),
    ];
    if let Some(link) = session.venue.link.as_ref().filter(|_| own.is_some() || is_host) {
        rows.push(SummaryRow::new(desk.say("training-link"), desk::link(link, link)));
    }
    body.part(&SummaryList::new(rows));
    if session.cancelled.is_none() {
        own_part(desk, &mut body, &session, (own, code, mistakes));
    }
    if is_host {
        training_roll::add(desk, &mut body, &session, &places)?;
    }
    let page = Page::new(title, body.markup()).wide().back(desk.url("/staff/training"));
    Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }))
}

/// What one can do oneself: take a place, type the code, give the place back.
fn own_part(desk: &Desk, body: &mut Body, session: &TrainingSession, (own, code, mistakes): (Option<&TakenPlace>, &str, &Mistakes)) {
    let (now, base) = (desk.now(), session_url(desk, session.id));
    if let Some((at, _)) = own.and_then(|own| own.attended) {
        body.part(&Inset(Markup::text(&desk.tell("training-attended-at", [("time", desk.at(at))]))));
        return;
    }
    if session.is_open(now) && (own.is_some() || session.has_places(now)) {
        let input = TextInput {
            value: if desk.values.has("code") { desk.values.get("code").into() } else { code.into() },
            hint: Some(desk.say("training-code-hint")),
            error: mistakes.of("code"),
            width: Width::Ten,
            verbatim: true,
            ..TextInput::new("code", desk.say("training-code"))
        };
        body.h2(desk.say("training-attend"));
        body.part(&desk.form().to(format!("{base}/attend")).id("attend").part(&input).part(&Button::new(desk.say("training-attend-note"))));
    }
    if own.is_some() {
        body.part(&desk.form().to(format!("{base}/withdraw")).id("withdraw").part(&Button::new(desk.say("training-withdraw")).style(ButtonStyle::Secondary)));
    } else if session.has_places(now) {
        body.part(&desk.form().to(format!("{base}/enrol")).id("enrol").part(&Button::new(desk.say("training-enrol"))));
    }
}

/// Takes a place.
pub(crate) fn take(desk: &Desk) -> Answer {
    let (id, who) = (find(desk)?.id, desk.who()?.clone());
    let done = desk.platform().ledger().write("control.enrol", actor_of(desk.who()?), move |work| enrol(work, &who, id));
    settled(desk, id, ("enrol", "done-place"), done.map(drop))
}

/// Gives it back.
pub(crate) fn give_back(desk: &Desk) -> Answer {
    let (id, who) = (find(desk)?.id, desk.who()?.clone());
    let done = desk.platform().ledger().write("control.withdraw", actor_of(desk.who()?), move |work| withdraw(work, &who, id));
    settled(desk, id, ("withdraw", "done-place-back"), done.map(drop))
}

/// Notes attendance by the code.
pub(crate) fn come(desk: &Desk) -> Answer {
    let (id, who, typed) = (find(desk)?.id, desk.who()?.clone(), desk.values.get("code").to_owned());
    if desk.values.switching() {
        return page(desk, &typed, &Mistakes::default());
    }
    let note = move |work: &mut journal::Work<'_, '_>| attend(work, &who, (id, &typed));
    match desk.platform().ledger().write("control.attend", actor_of(desk.who()?), note) {
        Ok((CodeTyped::Wrong { left }, _)) => page(desk, "", &Mistakes::one("code", desk.tell("training-code-wrong", [("left", left)]))),
        done => settled(desk, id, ("code", "done-attended"), done.map(drop)),
    }
}

fn settled(desk: &Desk, id: Id<kinds::TrainingSession>, (field, told): (&str, &str), done: Result<(), RunError<SessionError>>) -> Answer {
    let key = match done {
        Ok(()) => return Ok(desk.done(told, &session_url(desk, id))),
        Err(RunError::Refused(SessionError::Over)) => "training-over",
        Err(RunError::Refused(SessionError::Full)) => "training-is-full",
        Err(RunError::Refused(SessionError::NotNow)) => "training-not-now",
        Err(RunError::Refused(SessionError::TooMany)) => "training-too-many",
        Err(error) => return Err(error.into()),
    };
    page(desk, "", &Mistakes::one(field, desk.say(key)))
}
