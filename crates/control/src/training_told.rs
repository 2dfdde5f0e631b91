//! How training is said on its pages.

use desk::Desk;
use kernel::{Day, Id, kinds};
use training::{Post, TrainingSession, Validity};
use webkit::parts::Tone;
use webkit::{Markup, formats};

/// How it stands with a course, in a word and a colour.
pub(crate) fn validity(desk: &Desk, validity: Validity, is_required: bool) -> Markup {
    match validity {
        Validity::Never if is_required => desk.tag(desk.say("training-never"), Tone::Bad),
        Validity::Never => desk.tag(desk.say("training-not-required"), Tone::Neutral),
        Validity::Lapsed(_) if is_required => desk.tag(desk.say("training-lapsed"), Tone::Bad),
        Validity::Lapsed(_) => desk.tag(desk.say("training-lapsed"), Tone::Neutral),
        Validity::Soon(_) => desk.tag(desk.say("training-soon"), Tone::Attention),
        Validity::Holds(_) => desk.tag(desk.say("training-holds"), Tone::Good),
    }
}

/// The last day of what holds or held; empty when there never was anything.
pub(crate) fn last_day(desk: &Desk, validity: Validity) -> String {
    match validity {
        Validity::Never => String::new(),
        Validity::Lapsed(day) | Validity::Soon(day) | Validity::Holds(day) => date(desk, day),
    }
}

/// A day.
pub(crate) fn date(desk: &Desk, day: Day) -> String {
    formats::date(day, desk.language())
}

/// Posts in a row.
pub(crate) fn posts(desk: &Desk, posts: &[Post]) -> String {
    let titles: Vec<String> = posts.iter().map(|post| desk.text(&post.title())).collect();
    titles.join(&desk.say("list-comma"))
}

/// A count.
pub(crate) fn count(number: usize) -> String {
    formats::number(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Day and hours of a session.
pub(crate) fn when(desk: &Desk, session: &TrainingSession) -> String {
    desk.tell("training-when-from", [("begins", desk.at(session.begins)), ("ends", formats::time(session.ends(), desk.language()))])
}

/// Room and address of a session, in a few words.
pub(crate) fn place(desk: &Desk, session: &TrainingSession) -> String {
    match (&session.venue.room, &session.venue.link) {
        (Some(room), Some(_)) => desk.tell("training-place-both", [("room", room.as_str())]),
        (Some(room), None) => room.clone(),
        (None, _) => desk.say("training-place-online"),
    }
}

/// The title of a session's course; its name when it is no longer offered.
pub(crate) fn course_title(desk: &Desk, slug: &str) -> String {
    training::course(slug).map_or_else(|| slug.to_owned(), |course| desk.text(&course.title))
}

/// The address of a session's page.
pub(crate) fn session_url(desk: &Desk, id: Id<kinds::TrainingSession>) -> String {
    desk.url(&format!("/staff/training/sessions/{id}"))
}
