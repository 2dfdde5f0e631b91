use axum::response::Response;
use desk::{Answer, Desk, Mistakes, missing};
use people::{Grant, RecordReview, RecordReviewError, ReviewAccess, ReviewDecision, ReviewLine, ReviewStatus, record_review};
use store::{RunError, StoreError};
use webkit::parts::{Button, Choice, Inset, Radios, Warning};
use webkit::{Failure, Page, formats};

/// Everybody in the department who has rights, on one page, with a decision to make about each.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let grant = desk.right::<ReviewAccess>()?;
    page(desk, &grant, &Mistakes::default())
}

fn look(desk: &Desk, grant: &Grant<ReviewAccess>) -> Result<(ReviewStatus, Vec<ReviewLine>), Failure> {
    let department = grant.department();
    let (status, lines) = desk.platform().ledger().read("staff.access_review", |tx| {
        Ok::<_, StoreError>((people::review_status(tx, department)?, people::review_lines(tx, department)?))
    })?;
    Ok((status.ok_or_else(missing)?, lines))
}

fn page(desk: &Desk, grant: &Grant<ReviewAccess>, mistakes: &Mistakes) -> Answer {
    let (status, lines) = look(desk, grant)?;
    let title = desk.say("review-title");
    let mut body = desk.body(&title, mistakes);
    let day = |day| formats::date(day, desk.language());
    let last = status.last.map_or_else(|| desk.say("never"), |last| day(last.day()));
    body.p(desk.tell("review-lead", [("last", last), ("due", day(status.due))]));
    if status.due < desk.now().day() {
        body.part(&Warning(desk.say("review-overdue")));
    }
    let mut form = desk.form();
    for line in &lines {
        form = if line.officer.id == grant.officer() {
            form.part(&Inset(desk.tell("review-own", [("post", desk.text(&line.officer.post))]).into()))
        } else {
            form.part(&question(desk, line, mistakes))
        };
    }
    body.part(&form.part(&Button::new(desk.say("review-record"))));
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff")), mistakes))
}

fn question(desk: &Desk, line: &ReviewLine, mistakes: &Mistakes) -> Radios {
    let name = line.officer.id.to_string();
    let seen = line.last_sign_in.map_or_else(|| desk.say("never"), |at| desk.at(at));
    let hint = desk.tell("review-line", [("roles", desk.roles(&line.officer.roles)), ("seen", seen)]);
    let choices = vec![
        Choice::new(ReviewDecision::Keep.slug(), desk.say("review-keep")),
        Choice::new(ReviewDecision::End.slug(), desk.say("review-end")),
    ];
    Radios {
        value: desk.values.get(&name).into(),
        hint: Some(hint),
        error: mistakes.of(&name),
        ..Radios::new(name, desk.text(&line.officer.post), choices)
    }
}

/// Records the review; rights that are not needed end at once.
pub(crate) fn record(desk: &Desk) -> Answer {
    let grant = desk.right::<ReviewAccess>()?;
    if desk.values.switching() {
        return page(desk, &grant, &Mistakes::default());
    }
    let (_, listed) = look(desk, &grant)?;
    let (mut lines, mut mistakes) = (Vec::new(), Mistakes::default());
    for line in listed.iter().filter(|line| line.officer.id != grant.officer()) {
        let name = line.officer.id.to_string();
        match ReviewDecision::from_slug(desk.values.get(&name)) {
            Some(decision) => lines.push((line.officer.id, decision)),
            None => mistakes.add(&name, desk.tell("review-decide", [("post", desk.text(&line.officer.post))])),
        }
    }
    if !mistakes.is_empty() {
        return page(desk, &grant, &mistakes);
    }
    let command = RecordReview { lines };
    let done = desk.platform().ledger().write("staff.record_review", grant.actor(), move |work| {
        record_review(work, &grant, &command)
    });
    match done {
        Ok((_, _)) => Ok(recorded(desk)),
        Err(RunError::Refused(RecordReviewError::Incomplete)) => {
            page(desk, &grant, &Mistakes::one("form", desk.say("review-changed")))
        }
        Err(error) => Err(Failure::from(error)),
    }
}

fn recorded(desk: &Desk) -> Response {
    desk.done("done-review", &desk.url("/staff/access-review"))
}
