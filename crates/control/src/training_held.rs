use desk::{Answer, Desk, Mistakes, date, day, line, link};
use kernel::Instant;
use people::ManageTraining;
use store::RunError;
use training::{PlanSession, SessionError, Venue, courses, plan_session, sessions_of};
use webkit::parts::{Button, Choice, Radios, Table, TextInput, Tone, Width};
use webkit::{Markup, Page};

use crate::training_told::{course_title, place, session_url, when};

/// The sessions that the department holds and has held, and the form of another one.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let department = desk.right::<ManageTraining>()?.department();
    let held = desk.platform().ledger().read("control.sessions_of", |tx| sessions_of(tx, department))?;
    let title = desk.say("training-held");
    let mut body = desk.body(&title, mistakes);
    let columns = ["training-course", "training-when", "training-place", "training-places", "state"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), columns);
    table.quiet_caption = true;
    table.empty = desk.say("training-held-none");
    for session in &held {
        let (key, tone) = match session.cancelled {
            Some(_) => ("training-cancelled", Tone::Neutral),
            None if desk.now() >= session.ends() => ("training-ended", Tone::Neutral),
            None => ("training-to-come", Tone::Active),
        };
        table.row([
            link(&course_title(desk, &session.course), &session_url(desk, session.id)),
            Markup::text(&when(desk, session)),
            Markup::text(&place(desk, session)),
            Markup::text(&desk.tell("training-places-of", [("taken", session.taken), ("capacity", session.capacity)])),
            desk.tag(desk.say(key), tone),
        ]);
    }
    body.part(&table).h2(desk.say("training-plan"));
    let choices = courses().iter().map(|course| Choice::new(course.slug.clone(), desk.text(&course.title))).collect();
    let small = |name: &str, label: &str| TextInput { width: Width::Five, ..line(desk, mistakes, name, label) };
    let form = desk
        .form()
        .part(&Radios {
            value: desk.values.get("course").into(),
            error: mistakes.of("course"),
            ..Radios::new("course", desk.say("training-course"), choices)
        })
        .part(&date(desk, mistakes, "on", "training-day"))
        .part(&small("begins", "training-begins"))
        .part(&small("minutes", "training-minutes"))
        .part(&small("capacity", "training-capacity"))
        .part(&line(desk, mistakes, "room", "training-room"))
        .part(&line(desk, mistakes, "link", "training-link"))
        .part(&Button::new(desk.say("training-plan")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).wide().back(desk.url("/staff/training")), mistakes))
}

/// Plans it.
pub(crate) fn plan(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageTraining>()?;
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let on = day(desk, &mut mistakes, "on");
    let begins = minute_of_day(desk.values.get("begins"));
    if begins.is_none() {
        mistakes.add("begins", desk.say("training-begins-wrong"));
    }
    let mut number = |name: &str, wrong: &str| {
        let typed = desk.values.get(name).trim().parse::<i64>().ok();
        if typed.is_none() {
            mistakes.add(name, desk.say(wrong));
        }
        typed
    };
    let (minutes, capacity) = (number("minutes", "training-minutes-wrong"), number("capacity", "training-capacity-wrong"));
    let (Some(on), Some(begins), Some(minutes), Some(capacity), true) = (on, begins, minutes, capacity, mistakes.is_empty()) else {
        return page(desk, &mistakes);
    };
    let given = |name: &str| Some(desk.values.get(name).trim().to_owned()).filter(|text| !text.is_empty());
    let plan = PlanSession {
        course: desk.values.get("course").to_owned(),
        begins: Instant::at(on, begins),
        minutes,
        venue: Venue { room: given("room"), link: given("link") },
        capacity,
    };
    let planned = desk.platform().ledger().write("control.plan_session", grant.actor(), move |work| plan_session(work, &grant, &plan));
    let (field, key) = match planned {
        Ok((id, _)) => return Ok(desk.done("done-session", &session_url(desk, id))),
        Err(RunError::Refused(SessionError::Course)) => ("course", "choose-one"),
        Err(RunError::Refused(SessionError::Begins)) => ("on", "training-day-wrong"),
        Err(RunError::Refused(SessionError::Minutes)) => ("minutes", "training-minutes-wrong"),
        Err(RunError::Refused(SessionError::Capacity)) => ("capacity", "training-capacity-wrong"),
        Err(RunError::Refused(SessionError::Venue)) => ("room", "training-venue-wrong"),
        Err(error) => return Err(error.into()),
    };
    page(desk, &Mistakes::one(field, desk.say(key)))
}

/// `14:30` as minutes since midnight.
fn minute_of_day(typed: &str) -> Option<i64> {
    let (hours, minutes) = typed.trim().split_once([':', '：'])?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::minute_of_day;

    #[test]
    fn a_time_of_day_is_hours_and_minutes() {
        assert_eq!([minute_of_day("09:30"), minute_of_day(" 0：00 "), minute_of_day("23:59")], [Some(570), Some(0), Some(1439)]);
        for wrong in ["", "9", "24:00", "12:60", "-1:30", "ab:cd", "9:30pm"] {
            assert_eq!(minute_of_day(wrong), None, "{wrong}");
        }
    }
}
