use desk::{Answer, Desk, Mistakes, missing};
use kernel::{Id, kinds};
use people::{ApprovalState, EarlyClose, RequestApproval, RequestClose, TwoPerson, UseApproval, request_approval};
use registration::close_words;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Warning};
use webkit::Page;

use crate::approval::{self, find};

/// Closing before the announced end: asked for by one officer, approved by another.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RequestClose>()?;
    let title = desk.say("close-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("close-lead")).part(&Warning(desk.say("close-warning")));
    body.part(&desk.form().part(&Button::new(desk.say("close-request")).style(ButtonStyle::Secondary)));
    body.part(&approval::table(desk, &case, EarlyClose::KIND, "/close")?);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

/// Asks for the second person.
pub(crate) fn request(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RequestClose>()?;
    let service = case.live()?;
    let command = RequestApproval { service: service.id(), what: close_words(&service.scheme()) };
    service.ledger().write("staff.request_close", grant.actor(), move |work| {
        request_approval::<EarlyClose>(work, &grant, command.clone())
    })?;
    Ok(desk.done("done-asked", &desk.scheme_url(&case, "/close")))
}

/// Asks once more, now that it is approved.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RequestClose>()?;
    let approval = find(desk, &case, EarlyClose::KIND)?;
    if approval.state != ApprovalState::Approved {
        return Err(missing());
    }
    let title = desk.say("close-run");
    let mut body = desk.body(&title, &Mistakes::default());
    body.part(&Warning(desk.say("close-warning")));
    body.part(&desk.form().part(&ButtonGroup(vec![
        Button::new(title.clone()).style(ButtonStyle::Warning),
        Button::link(desk.say("cancel"), desk.scheme_url(&case, "/close")).style(ButtonStyle::Quiet),
    ])));
    Ok(desk.show(Page::new(title, body.markup()).back(desk.scheme_url(&case, "/close"))))
}

/// Closes, on the strength of the approval.
pub(crate) fn run(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RequestClose>()?;
    let service = case.live()?;
    let approval: Id<kinds::Approval> = desk.id("approval")?;
    let command = UseApproval { approval, what: close_words(&service.scheme()) };
    service.ledger().write("staff.close_early", grant.actor(), move |work| {
        registration::close_early(work, &grant, &command)
    })?;
    Ok(desk.done("done-closed", &desk.scheme_url(&case, "")))
}
