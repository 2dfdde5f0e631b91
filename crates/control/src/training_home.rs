use desk::{Answer, Desk, Mistakes, link};
use kernel::{Id, kinds};
use people::ManageTraining;
use store::StoreError;
use training::{Standing, TakenPlace, TrainingRecord, TrainingSession, places_of, records_of, sessions_after, standings};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Table, Tone, Warning};
use webkit::{Failure, Markup, Page};

use crate::training_told::{course_title, date, last_day, place, posts, session_url, validity, when};

struct Own {
    standings: Vec<Standing>,
    sessions: Vec<TrainingSession>,
    places: Vec<TakenPlace>,
    records: Vec<TrainingRecord>,
}

/// What the officer has and lacks, the sessions to come, and certificates.
pub(crate) fn show(desk: &Desk) -> Answer {
    let own = read(desk)?;
    let title = desk.say("training-title");
    let mut body = desk.body(&title, &Mistakes::default());
    let lacking: Vec<String> = own.standings.iter().filter(|standing| standing.is_lacking()).map(|standing| desk.text(&standing.course.title)).collect();
    if lacking.is_empty() {
        body.p(desk.say("training-nothing-lacks"));
    } else {
        body.part(&Warning(desk.tell("training-you-lack", [("courses", lacking.join(&desk.say("list-comma")))])));
    }
    body.part(&courses(desk, &own.standings));
    body.part(&sessions_table(desk, &own.sessions, &own.places));
    body.part(&records_table(desk, &own.records));
    if desk.may::<ManageTraining>() {
        body.h2(desk.say("training-manage")).part(&ButtonGroup(vec![
            Button::link(desk.say("training-held"), desk.url("/staff/training/held")).style(ButtonStyle::Secondary),
            Button::link(desk.say("training-matrix"), desk.url("/staff/training/matrix")).style(ButtonStyle::Secondary),
        ]));
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

fn read(desk: &Desk) -> Result<Own, Failure> {
    let (officer, now): (Id<kinds::Officer>, _) = (desk.who()?.officer(), desk.now());
    Ok(desk.platform().ledger().read("control.training", |tx| {
        Ok::<_, StoreError>(Own {
            standings: standings(tx, officer, now.day())?,
            // One that has begun may still be joined.
            sessions: sessions_after(tx, now.plus_secs(-10 * 3600))?,
            places: places_of(tx, officer)?,
            records: records_of(tx, officer)?,
        })
    })?)
}

fn courses(desk: &Desk, standings: &[Standing]) -> Table {
    let head = ["training-course", "training-for", "state", "training-until"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("training-courses"), head);
    for standing in standings {
        let course = standing.course;
        let posts = if standing.posts.is_empty() { desk.say("training-for-nobody") } else { posts(desk, &standing.posts) };
        table.row([
            link(&desk.text(&course.title), &desk.url(&format!("/staff/training/courses/{}", course.slug))),
            Markup::text(&posts),
            validity(desk, standing.validity, !standing.posts.is_empty()),
            Markup::text(&last_day(desk, standing.validity)),
        ]);
    }
    table
}

/// Sessions that have not ended, with what the officer has to do with each.
pub(crate) fn sessions_table(desk: &Desk, sessions: &[TrainingSession], places: &[TakenPlace]) -> Table {
    let head = ["training-course", "training-when", "training-place", "state"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("training-sessions"), head);
    table.empty = desk.say("training-no-sessions");
    let now = desk.now();
    for session in sessions.iter().filter(|session| now < session.ends().plus_secs(1800)) {
        let own = places.iter().find(|place| place.session == session.id);
        table.row([
            link(&course_title(desk, &session.course), &session_url(desk, session.id)),
            Markup::text(&when(desk, session)),
            Markup::text(&place(desk, session)),
            state(desk, session, own),
        ]);
    }
    table
}

/// What somebody has to do with a session.
pub(crate) fn state(desk: &Desk, session: &TrainingSession, own: Option<&TakenPlace>) -> Markup {
    let (key, tone) = match own {
        _ if session.cancelled.is_some() => ("training-cancelled", Tone::Neutral),
        Some(TakenPlace { attended: Some(_), .. }) => ("training-attended", Tone::Good),
        Some(_) => ("training-enrolled", Tone::Active),
        None if session.has_places(desk.now()) => ("training-places-free", Tone::Neutral),
        None => ("training-full", Tone::Neutral),
    };
    desk.tag(desk.say(key), tone)
}

fn records_table(desk: &Desk, records: &[TrainingRecord]) -> Table {
    let head = ["training-course", "training-completed", "training-until"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("training-certificates"), head);
    table.empty = desk.say("training-no-certificates");
    for record in records {
        table.row([
            link(&course_title(desk, &record.course), &desk.url(&format!("/staff/training/records/{}", record.id))),
            Markup::text(&date(desk, record.completed.day())),
            Markup::text(&date(desk, record.last_day)),
        ]);
    }
    table
}
