use axum::response::Response;
use waitingroom::{Arrival, Entry};
use webkit::parts::{Button, Inset};
use webkit::{Failure, Markup, Page};

use super::frame;
use crate::draft::Draft;
use crate::visit::Visit;

/// A pass is good for an hour. When it has run out in the middle, a new one is fetched unseen if nobody waits; else the
/// page says so and keeps everything that was typed. Repairs need no pass.
pub(super) fn unless_admitted(visit: &Visit, draft: &mut Draft) -> Result<Option<Response>, Failure> {
    let (service, now) = (&visit.service, visit.now());
    if draft.replaces.is_some() || service.admits(&draft.pass, now) {
        return Ok(None);
    }
    let entry = match service.read_ticket(&draft.ticket, now) {
        Some(ticket) => service.enter(&ticket, now),
        None => match service.arrive(now)? {
            Arrival::Admitted(pass) => Ok(pass),
            Arrival::Waiting(ticket) => {
                draft.ticket = service.write_ticket(&ticket);
                Err(service.room_status(now).entry(ticket.number))
            }
        },
    };
    match entry {
        Ok(pass) => {
            draft.pass = service.write_pass(&pass);
            draft.ticket.clear();
            Ok(None)
        }
        Err(entry) => page(visit, draft, entry).map(Some),
    }
}

fn page(visit: &Visit, draft: &Draft, entry: Entry) -> Result<Response, Failure> {
    let t = &visit.t;
    let mut body = frame::heading(visit, &t.get("hold-title"));
    body.p(t.get("hold-why")).p(t.get("hold-kept"));
    if let Entry::Wait { ahead, estimate } = entry {
        let wait = t.text("hold-wait", &[("ahead", ahead.into()), ("estimate", estimate.words(visit.language()).into())]);
        body.part(&Inset(Markup::text(&wait)));
    }
    body.part(&frame::form(visit, draft)?.hidden("held", "1").part(&Button::new(t.get("hold-again"))));
    Ok(visit.show(Page::new(t.get("hold-title"), body.markup()).switch_submits("form")))
}
