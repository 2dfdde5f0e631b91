use axum::response::Response;
use callout::{Details, DetailsError, KeepPerson, Person, QuietHours, check_person, end_person, keep_person, seal_details};
use desk::{Answer, Desk, Mistakes, Question, line, named, three};
use people::{Duty, ManageTeam};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Checkboxes, Choice, SummaryList, SummaryRow, TextInput};
use webkit::{Body, Page, formats};

use crate::team::{clock, duties, find, minute};

/// The form for somebody new.
pub(crate) fn ask_new(desk: &Desk) -> Answer {
    desk.right::<ManageTeam>()?;
    Ok(page(desk, None, &Mistakes::default()))
}

/// One person: what is on record, and the form for new details. The old ones stay sealed.
pub(crate) fn ask(desk: &Desk) -> Answer {
    Ok(page(desk, Some(&find(desk)?), &Mistakes::default()))
}

fn page(desk: &Desk, person: Option<&Person>, mistakes: &Mistakes) -> Response {
    let title = person.map_or_else(|| desk.say("team-new"), |person| desk.text(&person.post));
    let mut body = desk.body(&title, mistakes);
    if let Some(person) = person {
        known(desk, &mut body, person);
        body.h2(desk.say("team-renew"));
    }
    let choices = Duty::ALL.into_iter().map(|duty| Choice::new(duty.slug(), desk.text(&duty.title()))).collect();
    let mut form = desk.form();
    for field in three(desk, mistakes, "team-post") {
        form = form.part(&field);
    }
    let kind = |kind, field: TextInput| TextInput { kind: Some(kind), ..field };
    let form = form
        .part(&Checkboxes {
            values: desk.values.all("duty").map(str::to_owned).collect(),
            error: mistakes.of("duty"),
            ..Checkboxes::new("duty", desk.say("team-duties"), choices)
        })
        .part(&line(desk, mistakes, "name", "officers-name"))
        .part(&kind("tel", line(desk, mistakes, "mobile", "team-mobile")))
        .part(&kind("tel", line(desk, mistakes, "voice", "team-voice")))
        .part(&kind("email", line(desk, mistakes, "mail", "officers-mail")))
        .part(&clock(desk, mistakes, "quiet-from", "team-quiet-from"))
        .part(&clock(desk, mistakes, "quiet-until", "team-quiet-until"))
        .part(&Button::new(desk.say("team-save")));
    body.part(&form).note(desk.say("team-sealed"));
    desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/team")), mistakes)
}

fn known(desk: &Desk, body: &mut Body, person: &Person) {
    let at = |at: Option<kernel::Instant>| at.map_or_else(|| desk.say("never"), |at| desk.at(at));
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("team-duties"), duties(desk, person)),
        SummaryRow::new(desk.say("team-checked"), at(person.checked)),
        SummaryRow::new(desk.say("team-reached"), at(person.reached)),
        SummaryRow::new(desk.say("team-expiry"), formats::date(person.expiry, desk.language())),
    ]));
    let acts = desk.form().to(desk.url(&format!("/staff/team/people/{}/act", person.id))).id("act").part(&ButtonGroup(vec![
        Button::new(desk.say("team-check")).sends("act", "check"),
        Button::new(desk.say("team-end")).style(ButtonStyle::Warning).sends("act", "end"),
    ]));
    body.part(&acts);
}

/// Takes somebody into the team.
pub(crate) fn hire(desk: &Desk) -> Answer {
    keep(desk, None)
}

/// Keeps new details of somebody.
pub(crate) fn change(desk: &Desk) -> Answer {
    keep(desk, Some(&find(desk)?))
}

fn keep(desk: &Desk, person: Option<&Person>) -> Answer {
    let grant = desk.right::<ManageTeam>()?;
    if desk.values.switching() {
        return Ok(page(desk, person, &Mistakes::default()));
    }
    let mut mistakes = Mistakes::default();
    let post = named(desk, &mut mistakes, "team-post");
    let duties: Vec<Duty> = desk.values.all("duty").filter_map(Duty::from_slug).collect();
    if duties.is_empty() {
        mistakes.add("duty", desk.say("team-duty-missing"));
    }
    let quiet = quiet(desk, &mut mistakes);
    let typed = |name: &str| desk.values.get(name);
    let details = Details::parse(typed("name"), typed("mobile"), typed("voice"), typed("mail"));
    match &details {
        Err(DetailsError::Name) => mistakes.add("name", desk.say("officers-name-wrong")),
        Err(DetailsError::Mobile) => mistakes.add("mobile", desk.say("team-mobile-wrong")),
        Err(DetailsError::Voice) => mistakes.add("voice", desk.say("team-voice-wrong")),
        Err(DetailsError::Mail) => mistakes.add("mail", desk.say("officers-mail-wrong")),
        Err(DetailsError::Nothing) => mistakes.add("mobile", desk.say("team-nothing")),
        Err(DetailsError::Seal(_)) | Ok(_) => {}
    }
    if [&post.en, &post.zh_hant, &post.zh_hans].iter().any(|title| title.chars().count() > 100) {
        mistakes.add("team-post-en", desk.say("officers-post-missing"));
    }
    if !mistakes.is_empty() {
        return Ok(page(desk, person, &mistakes));
    }
    let ledger = desk.platform().ledger();
    let details = seal_details(ledger.keys(), desk.now().day(), &details?)?;
    let command = KeepPerson { person: person.map(|person| person.id), post, duties, quiet, details };
    ledger.write("staff.keep_person", grant.actor(), move |work| keep_person(work, &grant, &command))?;
    Ok(desk.done("done-person", &desk.url("/staff/team")))
}

/// Both ends or none.
fn quiet(desk: &Desk, mistakes: &mut Mistakes) -> QuietHours {
    if !desk.values.has("quiet-from") && !desk.values.has("quiet-until") {
        return QuietHours::default();
    }
    let (from, until) = (minute(desk, mistakes, "quiet-from"), minute(desk, mistakes, "quiet-until"));
    QuietHours { from_minute: from.unwrap_or(0), until_minute: until.unwrap_or(0) }
}

/// The details were checked, or the person leaves the team.
pub(crate) fn act(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageTeam>()?;
    let (id, ends) = (find(desk)?.id, desk.values.get("act") == "end");
    let back = desk.url(&format!("/staff/team/people/{id}"));
    let asked = ends.then(|| desk.unless_sure(&Question { act: "team-end", warning: "team-end-warning", back })).flatten();
    if let Some(page) = asked {
        return Ok(page);
    }
    desk.platform().ledger().write("staff.person_act", grant.actor(), move |work| {
        if ends { end_person(work, &grant, id) } else { check_person(work, &grant, id) }
    })?;
    Ok(desk.done(if ends { "done-person-gone" } else { "done-checked" }, &desk.url("/staff/team")))
}
