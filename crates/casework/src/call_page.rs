use axum::response::Response;
use callout::{AnswerError, PageFace, PageToken, Standing, acknowledge_by_link, page_face};
use desk::{Answer, Desk, go, missing};
use journal::Actor;
use kernel::{Kind, Text};
use store::RunError;
use webkit::parts::{Button, Inset, Warning};
use webkit::{Body, Failure, Layout, Markup, Page};

/// The page behind the link of a call. Looking changes nothing, since mail scanners follow links: only the button acknowledges.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (token, now) = (PageToken::parse(desk.param("token")).ok_or_else(missing)?, desk.now());
    let face = desk.platform().ledger().read("staff.call_page", |tx| page_face(tx, &token, now))?;
    Ok(page(desk, &face.ok_or_else(missing)?))
}

fn page(desk: &Desk, face: &PageFace) -> Response {
    let title = desk.text(&face.title);
    let mut body = Body::new(desk.language());
    if face.is_exercise {
        body.part(&Warning(desk.say("call-exercise")));
    }
    body.h1(&title).part(&Inset(Markup::text(&desk.text(&face.body))));
    body.p(desk.tell("call-page-began", [("time", desk.at(face.started))]));
    match face.standing {
        Standing::Waiting => {
            body.p(desk.say("call-page-lead"));
            body.part(&desk.form().part(&Button::new(desk.say("call-page-acknowledge"))));
        }
        Standing::Acknowledged(at) => {
            body.lead(desk.tell("call-page-done", [("time", desk.at(at))]));
            body.p(desk.say("call-page-no-more"));
        }
        Standing::Over => {
            body.lead(desk.say("call-page-over"));
        }
    }
    let layout = Layout::new(Text::new("Lionrock", "獅子山", "狮子山"), desk.platform().environment());
    layout.page(&desk.visitor, Page::new(title, body.markup()))
}

/// Acknowledges; whoever presses twice sees that it is done.
pub(crate) fn acknowledge(desk: &Desk) -> Answer {
    let token = PageToken::parse(desk.param("token")).ok_or_else(missing)?;
    let act = move |work: &mut journal::Work<'_, '_>| acknowledge_by_link(work, &token);
    match desk.platform().ledger().write("staff.acknowledge_call", Actor::Visitor, act) {
        Ok(_) | Err(RunError::Refused(AnswerError::Taken | AnswerError::Gone)) => {
            Ok(go(&desk.url(&format!("/staff/page/{}", desk.param("token")))))
        }
        Err(RunError::Refused(AnswerError::Missing)) => Err(Failure::of(Kind::Missing)),
        Err(error) => Err(Failure::from(error)),
    }
}
