use axum::http::StatusCode;
use axum::response::Response;
use registration::Status;
use webkit::parts::{Button, ButtonStyle, Notification};
use webkit::{Failure, Markup, Page, formats};

use super::helpers;
use crate::visit::{Standing, Visit};

/// Why the scheme takes no registrations now; nothing when it does.
pub(super) fn notice(visit: &Visit, standing: &Standing) -> Option<Notification> {
    let words = sentence(visit, standing)?;
    let body = format!("<p class=\"govuk-notification-banner__heading\">{}</p>", Markup::text(&words));
    Some(Notification { body: Markup::trusted(body), ..Notification::default() })
}

fn sentence(visit: &Visit, standing: &Standing) -> Option<String> {
    let (t, language) = (&visit.t, visit.language());
    match standing.status {
        Status::Open => None,
        Status::Draft | Status::Scheduled => {
            Some(t.with("closed-scheduled", [("opens", formats::date_time(standing.state.opens, language))]))
        }
        Status::Paused => {
            Some(t.with("closed-paused", [("closes", formats::end_of_window(standing.state.closes, language))]))
        }
        Status::Closed => {
            Some(t.with("closed-over", [("closes", formats::end_of_window(standing.state.closes, language))]))
        }
    }
}

/// The page for whoever wants to register while that is not possible: when it opens, what became of what was typed,
/// which other ways there are.
pub(crate) async fn not_open(visit: &Visit) -> Result<Response, Failure> {
    let t = &visit.t;
    let standing = visit.standing().await?;
    let title = t.get(match standing.status {
        Status::Scheduled | Status::Draft => "closed-title-scheduled",
        Status::Paused => "closed-title-paused",
        Status::Closed | Status::Open => "closed-title-over",
    });
    let mut body = visit.body();
    body.h1(&title);
    if let Some(words) = sentence(visit, &standing) {
        body.lead(words);
    }
    body.p(t.get("closed-nothing-saved"));
    match standing.status {
        Status::Closed => body.p(t.get("closed-retention")),
        Status::Draft | Status::Scheduled => body.p(t.get("closed-no-rush")),
        Status::Paused | Status::Open => body.p(t.get("closed-repairs")),
    };
    body.h2(t.get("front-other")).p(t.text("front-other-text", &helpers(visit)));
    body.part(&Button::link(t.get("closed-front"), visit.url("")).style(ButtonStyle::Secondary));
    let status = match standing.status {
        Status::Paused => StatusCode::SERVICE_UNAVAILABLE,
        Status::Closed => StatusCode::GONE,
        Status::Draft | Status::Scheduled | Status::Open => StatusCode::OK,
    };
    Ok(visit.show(Page::new(title, body.markup()).status(status).without_switch()))
}
