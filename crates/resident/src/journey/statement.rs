//! A registration is sent in under the collection statement that its owner has seen, and under no other.

use axum::response::Response;
use webkit::parts::Button;
use webkit::{Failure, Page};

use super::frame;
use crate::draft::Draft;
use crate::front;
use crate::visit::Visit;

/// Whether the statement now in force is the one that was shown.
pub(super) fn is_known(visit: &Visit, draft: &Draft) -> bool {
    draft.shown == visit.version()
}

/// The statement now in force, with everything typed kept. Its button says that it was read.
pub(super) fn page(visit: &Visit, draft: &Draft) -> Result<Response, Failure> {
    let t = &visit.t;
    let (title, lead) = if draft.shown.is_empty() {
        (t.get("statement-first-title"), t.get("statement-first-lead"))
    } else {
        (t.get("statement-again-title"), t.get("statement-again-lead"))
    };
    let mut body = visit.body();
    body.h1(&title).lead(lead);
    front::statement_whole(visit, &mut body);
    let offered = Draft { offered: visit.version(), ..draft.clone() };
    body.part(&frame::form(visit, &offered)?.part(&Button::new(t.get("statement-read"))));
    Ok(visit.show(Page::new(title, body.markup()).switch_submits("form")))
}
