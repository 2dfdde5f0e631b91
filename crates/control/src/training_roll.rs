//! What the host of a session sees and does: the screen with the code, who has a place, who came.

use std::collections::BTreeMap;

use desk::{Answer, Desk, Mistakes, Question, missing};
use kernel::{Id, kinds};
use people::{Grant, ManageTraining};
use store::StoreError;
use training::{TakenPlace, TrainingSession, cancel_session, room_code, tick_attendance};
use webkit::parts::{Button, ButtonStyle, Table, Tone};
use webkit::{Body, Failure, Markup, Page, qr};

use crate::training_session::find;
use crate::training_told::{course_title, session_url};

/// Adds the host's part to the page of a session.
pub(crate) fn add(desk: &Desk, body: &mut Body, session: &TrainingSession, places: &[TakenPlace]) -> Result<(), Failure> {
    let (now, base) = (desk.now(), session_url(desk, session.id));
    body.h2(desk.say("training-roll"));
    if session.is_open(now) {
        body.part(&Button::link(desk.say("training-screen"), format!("{base}/screen")));
    }
    let names = names(desk, places)?;
    let mut table = Table::new(desk.say("training-roll"), ["training-post", "training-department", "state", "training-note"].map(|key| desk.say(key)));
    table.quiet_caption = true;
    table.empty = desk.say("training-roll-empty");
    for place in places {
        let (post, department) = names.get(&place.officer).cloned().unwrap_or_default();
        let came = match place.attended {
            Some(_) => desk.tag(desk.say("training-attended"), Tone::Good),
            None => desk.tag(desk.say("training-enrolled"), Tone::Active),
        };
        let label = desk.tell("training-tick", [("post", post.as_str()), ("department", department.as_str())]);
        let tick = if place.attended.is_none() && session.is_ticked(now) {
            let button = Button::new(label).style(ButtonStyle::Quiet).sends("officer", place.officer.to_string());
            desk.html(&desk.form().to(format!("{base}/tick")).id(format!("tick-{}", place.officer)).part(&button))
        } else {
            Markup::default()
        };
        table.row([Markup::text(&post), Markup::text(&department), came, tick]);
    }
    body.part(&table);
    if session.cancelled.is_none() && now < session.begins {
        body.part(&desk.form().to(format!("{base}/cancel")).id("cancel").part(&Button::new(desk.say("training-cancel")).style(ButtonStyle::Warning)));
    }
    Ok(())
}

/// Post and department's code of everybody with a place.
fn names(desk: &Desk, places: &[TakenPlace]) -> Result<BTreeMap<Id<kinds::Officer>, (String, String)>, Failure> {
    Ok(desk.platform().ledger().read("control.roll", |tx| {
        let codes: BTreeMap<_, _> = people::departments(tx)?.into_iter().map(|department| (department.id, department.code)).collect();
        let mut names = BTreeMap::new();
        for place in places {
            let post = people::officer(tx, place.officer)?.map(|officer| desk.text(&officer.post)).unwrap_or_default();
            names.insert(place.officer, (post, codes.get(&place.department).cloned().unwrap_or_default()));
        }
        Ok::<_, StoreError>(names)
    })?)
}

fn own(desk: &Desk) -> Result<(TrainingSession, Grant<ManageTraining>), Failure> {
    let grant = desk.right::<ManageTraining>()?;
    let session = find(desk)?;
    if session.department == grant.department() { Ok((session, grant)) } else { Err(missing()) }
}

/// The code, large, for the wall of the room or the shared screen; with a picture for telephones.
pub(crate) fn screen(desk: &Desk) -> Answer {
    let (session, _) = own(desk)?;
    let now = desk.now();
    let title = course_title(desk, &session.course);
    let mut body = desk.body(&title, &Mistakes::default());
    let base = session_url(desk, session.id);
    if session.is_open(now) {
        let code = room_code(&session, now);
        let address = format!("{}{base}/code/{code}", desk.platform().sender().origin);
        let large = Markup::trusted(format!("<p class=\"lr-clock\">{}</p>\n", Markup::text(&code)));
        body.h2(desk.say("training-screen-title")).push(&large).push(&qr(&address, &desk.say("training-screen-qr"))).p(desk.say("training-screen-lead")).p(address);
    } else {
        body.p(desk.say("training-not-now"));
    }
    body.link(desk.say("training-screen-again"), format!("{base}/screen"));
    Ok(desk.show(Page::new(title, body.markup()).refresh(60).back(base)))
}

/// Notes that somebody came.
pub(crate) fn tick(desk: &Desk) -> Answer {
    let (session, grant) = own(desk)?;
    let officer: Id<kinds::Officer> = desk.values.get("officer").parse().map_err(|_| missing())?;
    let id = session.id;
    desk.platform().ledger().write("control.tick_attendance", grant.actor(), move |work| tick_attendance(work, &grant, (id, officer)))?;
    Ok(desk.done("done-saved", &session_url(desk, id)))
}

/// Calls the session off.
pub(crate) fn cancel(desk: &Desk) -> Answer {
    let (session, grant) = own(desk)?;
    let id = session.id;
    if let Some(page) = desk.unless_sure(&Question { act: "training-cancel", warning: "training-cancel-warning", back: session_url(desk, id) }) {
        return Ok(page);
    }
    desk.platform().ledger().write("control.cancel_session", grant.actor(), move |work| cancel_session(work, &grant, id))?;
    Ok(desk.done("done-called-off", &session_url(desk, id)))
}
