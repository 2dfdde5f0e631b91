use axum::response::Response;
use desk::{Answer, Desk, Mistakes, Question, code, date, line};
use drill::{InviteGuest, InvitedGuest, Part, end_guest, open_guest, seal_guest};
use kernel::{Id, Instant, kinds};
use people::{Contact, ContactError};
use webkit::parts::{Button, Checkboxes, Choice, Radios, SummaryList, SummaryRow, TextInput, Warning};
use webkit::{Failure, Page};

use crate::visit::Visit;

/// The form that invites an outside expert.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (visit, _) = Visit::held(desk)?;
    Ok(page(&visit, &Mistakes::default()))
}

fn page(visit: &Visit<'_>, mistakes: &Mistakes) -> Response {
    let desk = visit.desk;
    let title = desk.say("drill-guest-new");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("drill-guest-lead"));
    let choices = [Part::Evaluator, Part::Observer].map(|part| {
        let name = format!("drill-part-{}", part.slug());
        Choice::new(part.slug(), desk.say(&name)).hint(desk.say(&format!("{name}-hint")))
    });
    let form = desk
        .form()
        .part(&line(desk, mistakes, "name", "drill-guest-name"))
        .part(&TextInput { kind: Some("email"), ..line(desk, mistakes, "mail", "drill-guest-mail") })
        .part(&Radios {
            value: desk.values.get("part").to_owned(),
            error: mistakes.of("part"),
            ..Radios::new("part", desk.say("drill-guest-part"), choices.to_vec())
        })
        .part(&date(desk, mistakes, "until", "drill-guest-last"))
        .part(&Checkboxes {
            values: desk.values.all("by-mail").map(str::to_owned).collect(),
            hint: Some(desk.say("drill-guest-by-mail-hint")),
            ..Checkboxes::new("by-mail", desk.say("drill-guest-by-mail"), vec![Choice::new("yes", desk.say("drill-guest-by-mail-yes"))])
        })
        .part(&Button::new(desk.say("drill-guest-invite")));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).back(visit.url("")), mistakes)
}

/// Invites, and shows the link to hand over: now, and never again.
pub(crate) fn invite(desk: &Desk) -> Answer {
    let (visit, grant) = Visit::held(desk)?;
    let mut mistakes = Mistakes::default();
    if desk.values.switching() {
        return Ok(page(&visit, &mistakes));
    }
    let details = details(desk, &mut mistakes);
    let part = [Part::Evaluator, Part::Observer].into_iter().find(|part| part.slug() == desk.values.get("part"));
    if part.is_none() {
        mistakes.add("part", desk.say("choose-one"));
    }
    let last = desk::day(desk, &mut mistakes, "until");
    let today = desk.now().day();
    if last.is_some_and(|last| last < today || Instant::at(last.plus(1), 0) > desk.now().plus_secs(drill::GUEST_DAYS * 86_400)) {
        mistakes.add("until", desk.say("drill-guest-last-wrong"));
    }
    let (Some(details), Some(part), Some(last), true) = (details, part, last, mistakes.is_empty()) else {
        return Ok(page(&visit, &mistakes));
    };
    let until = Instant::at(last.plus(1), 0);
    let details = seal_guest(desk.platform().ledger().keys(), (visit.record.id, until.day()), &details)?;
    let (command, id, by_mail) = (InviteGuest { details, part, until }, visit.record.id, desk.values.has("by-mail"));
    let write = move |work: &mut journal::Work<'_, '_>| flows::invite_guest(work, &grant, id, (&command, by_mail));
    let (invited, _) = desk.platform().ledger().write("control.invite_guest", desk.right::<people::RunDrill>()?.actor(), write)?;
    Ok(invitation(&visit, &invited, (until, by_mail)))
}

fn details(desk: &Desk, mistakes: &mut Mistakes) -> Option<Contact> {
    let read = Contact::parse(desk.values.get("name"), desk.values.get("mail"));
    match &read {
        Err(ContactError::Mail) => mistakes.add("mail", desk.say("officers-mail-wrong")),
        Err(_) => mistakes.add("name", desk.say("officers-name-wrong")),
        Ok(_) => {}
    }
    read.ok()
}

fn invitation(visit: &Visit<'_>, invited: &InvitedGuest, (until, by_mail): (Instant, bool)) -> Response {
    let desk = visit.desk;
    let address = format!("{}{}", desk.state.origin, desk.url(&format!("/staff/drills/guest/{}", invited.token.reveal().expose())));
    let title = desk.say("drill-guest-invited");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.tell("drill-guest-hand-over", [("until", desk.at(until))]));
    body.part(&SummaryList::new(vec![SummaryRow::new(desk.say("drill-guest-link"), code(&address))]));
    body.part(&Warning(desk.say("drill-guest-once")));
    if by_mail {
        body.p(desk.say("drill-guest-mailed"));
    }
    body.link(desk.say("drill-back"), visit.url(""));
    desk.show(Page::new(title, body.markup()).without_switch())
}

fn guest(visit: &Visit<'_>) -> Result<Id<kinds::Guest>, Failure> {
    visit.desk.id("guest")
}

/// Ends a guest's access at once.
pub(crate) fn end(desk: &Desk) -> Answer {
    let (visit, grant) = Visit::held(desk)?;
    let (id, guest) = (visit.record.id, guest(&visit)?);
    if let Some(page) = desk.unless_sure(&Question { act: "drill-guest-out", warning: "drill-guest-out-warning", back: visit.url("") }) {
        return Ok(page);
    }
    desk.platform().ledger().write("control.end_guest", grant.actor(), move |work| end_guest(work, &grant, id, guest))?;
    Ok(desk.done("done-guest-gone", &visit.url("")))
}

/// Shows who a guest is: an opening, which the journal notes.
pub(crate) fn who(desk: &Desk) -> Answer {
    let (visit, grant) = Visit::held(desk)?;
    let (id, guest) = (visit.record.id, guest(&visit)?);
    let ledger = desk.platform().ledger();
    let (sealed, committed) = ledger.write("control.open_guest", grant.actor(), move |work| open_guest(work, &grant, id, guest))?;
    let details = sealed.open(&committed, ledger.keys())?;
    let title = desk.say("drill-guest");
    let mut body = desk.body(&title, &Mistakes::default());
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("drill-guest-name"), details.name().expose().clone()),
        SummaryRow::new(desk.say("drill-guest-mail"), details.mail().expose().clone()),
    ]));
    body.note(desk.say("drill-guest-noted")).link(desk.say("drill-back"), visit.url(""));
    Ok(desk.show(Page::new(title, body.markup()).without_switch()))
}
