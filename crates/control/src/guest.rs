//! Who sits where in an exercise, and how an outside expert takes the seat of an invitation.

use axum::http::StatusCode;
use desk::{Answer, Desk, Mistakes, cookies, go, missing};
use drill::{DrillRecord, GuestToken, Part, Seat};
use kernel::{Id, Kind, kinds};
use store::{StoreError, Tx};
use webkit::parts::{Button, SummaryList, SummaryRow};
use webkit::{Failure, Page};

/// The seat of whoever asks, in the exercise of the address: an officer's own, or the guest's whose cookie it is. Everybody else learns
/// nothing, not even that there is such an exercise.
pub(crate) fn seat(desk: &Desk) -> Result<Seat, Failure> {
    let id: Id<kinds::Drill> = desk.id("drill")?;
    let (officer, token, now) = (desk.who().ok().map(people::SignedIn::officer), token_of(desk), desk.now());
    let seat = desk.platform().ledger().read("control.seat", |tx| {
        let own = officer.map(|officer| drill::seat_of(tx, id, officer)).transpose()?.flatten();
        let Some(token) = token.as_ref().filter(|_| own.is_none()) else { return Ok::<_, StoreError>(own) };
        Ok(drill::guest_seat(tx, token, now)?.filter(|seat| seat.drill() == id))
    })?;
    // Whoever has nothing but a cookie that opens nothing any more reads that it has ended, whichever exercise was asked for.
    seat.ok_or_else(|| if officer.is_none() { Failure::of(Kind::Gone) } else { missing() })
}

fn token_of(desk: &Desk) -> Option<GuestToken> {
    desk.guest.as_deref().and_then(GuestToken::parse)
}

/// What an invitation is to: who invites, what for, until when. Reading it changes nothing, so that a mail scanner that follows links
/// takes no seat.
pub(crate) fn invitation(desk: &Desk) -> Answer {
    let Some((record, seat)) = invited(desk)? else { return Ok(void(desk)) };
    let title = desk.text(&record.title);
    let mut body = desk.body(&title, &Mistakes::default());
    body.lead(desk.say("play-invited-lead"));
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("play-invited-by"), hosts(desk, &record)?),
        SummaryRow::new(desk.say("play-invited-for"), part(desk, seat.part())),
        SummaryRow::new(desk.say("play-begins"), desk.at(record.begins)),
        SummaryRow::new(desk.say("play-invited-until"), until(desk, &seat)),
    ]));
    body.bullets(["play-invited-sees", "play-invited-not", "play-invited-cookie"].map(|key| desk.say(key)));
    body.part(&desk.form().part(&Button::new(desk.say("play-invited-take"))));
    Ok(desk.show(Page::new(title, body.markup())))
}

/// Takes the seat: the browser keeps the invitation's secret until the access ends.
pub(crate) fn take(desk: &Desk) -> Answer {
    let Some((record, seat)) = invited(desk)? else { return Ok(void(desk)) };
    let Some(token) = GuestToken::parse(desk.param("token")) else { return Ok(void(desk)) };
    let lasts = seat.until().map_or(0, |until| until.since(desk.now()) / 1_000);
    let mut response = go(&desk.url(&format!("/staff/drills/{}/watch", record.id)));
    let lasts = u32::try_from(lasts).unwrap_or(0).max(1);
    cookies::set(desk, &mut response, desk.state.guest_cookie(), &token.reveal(), lasts);
    Ok(response)
}

fn invited(desk: &Desk) -> Result<Option<(DrillRecord, Seat)>, Failure> {
    let (Some(token), now) = (GuestToken::parse(desk.param("token")), desk.now()) else { return Ok(None) };
    let find = |tx: &mut Tx<'_>| {
        let Some(seat) = drill::guest_seat(tx, &token, now)? else { return Ok::<_, StoreError>(None) };
        Ok(drill::drill(tx, seat.drill())?.map(|record| (record, seat)))
    };
    Ok(desk.platform().ledger().read("control.invited", find)?)
}

/// One answer for every link that opens nothing: forged, ended, or of an exercise that is no more.
fn void(desk: &Desk) -> axum::response::Response {
    let title = desk.say("play-void-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("play-void-lead"));
    desk.show(Page::new(title, body.markup()).status(StatusCode::GONE))
}

/// What a guest is invited as.
fn part(desk: &Desk, part: Part) -> String {
    desk.say(if part == Part::Evaluator { "play-as-evaluator" } else { "play-as-observer" })
}

/// The departments that hold an exercise, the host first.
fn hosts(desk: &Desk, record: &DrillRecord) -> Result<String, Failure> {
    let all = desk.platform().ledger().read("control.hosts", people::departments)?;
    let ids = std::iter::once(record.host).chain(record.co_hosts.iter().copied());
    let names = ids.filter_map(|id| all.iter().find(|department| department.id == id)).map(|department| desk.text(&department.name));
    Ok(names.collect::<Vec<_>>().join(&desk.say("list-comma")))
}

/// When somebody's access ends, in words.
pub(crate) fn until(desk: &Desk, seat: &Seat) -> String {
    seat.until().map_or_else(|| desk.say("play-until-kept"), |until| desk.at(until))
}
