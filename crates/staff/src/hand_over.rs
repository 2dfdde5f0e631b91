use std::sync::Arc;

use desk::{Answer, Case, Desk, Mistakes, missing};
use flows::{HandOverFault, hand_over_words};
use kernel::{Id, kinds};
use people::{
    Approval, ApprovalState, PersonalDataExport, RequestApproval, RequestExport, TwoPerson, UseApprovalError, request_approval,
};
use processors::{Form, HandOverError, Lease, Selection};
use registration::ExportError;
use store::StoreError;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Choice, Inset, Radios, SummaryList, SummaryRow, Warning};
use webkit::{Failure, Markup, Page, formats};

use crate::approval::{self, find};
use crate::contractors::groups;

/// Under which lease records are to be handed over.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RequestExport>()?;
    page(desk, &case, &Mistakes::default())
}

/// Leases of this scheme under which a package may be asked for, with the contractor's name.
fn leases(desk: &Desk, case: &Case) -> Result<Vec<(Lease, String)>, Failure> {
    let (service, now) = (case.live()?.id(), desk.now());
    let (leases, contractors) = desk.platform().ledger().read("staff.hand_over_leases", |tx| {
        Ok::<_, StoreError>((processors::leases_of_service(tx, service)?, processors::contractors(tx)?))
    })?;
    let fits = |lease: &Lease| {
        let whole = matches!(lease.selection, Selection::All | Selection::District { .. });
        lease.form == Form::HandOver && whole && lease.is_usable(now)
    };
    let named = leases.into_iter().filter(fits).filter_map(|lease| {
        let contractor = contractors.iter().find(|one| one.id == lease.contractor)?;
        let name = desk.text(&contractor.name);
        Some((lease, name))
    });
    Ok(named.collect())
}

fn page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    let title = desk.say("hand-over-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("hand-over-lead"));
    let back = desk.scheme_url(case, "/delivery");
    let choices: Vec<Choice> = leases(desk, case)?
        .iter()
        .map(|(lease, name)| {
            let until = formats::date(lease.until, desk.language());
            Choice::new(lease.id.to_string(), name).hint(format!("{} ({until})", groups(desk, &lease.groups)))
        })
        .collect();
    if choices.is_empty() {
        body.part(&Inset(desk.say("hand-over-none").into()));
        let page = Page::new(title, body.markup()).back(back);
        return Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }));
    }
    let radios = Radios {
        value: desk.values.get("lease").into(),
        error: mistakes.of("lease"),
        ..Radios::new("lease", desk.say("hand-over-lease"), choices)
    };
    body.part(&desk.form().part(&radios).part(&Button::new(title.clone())));
    Ok(desk.show_form(Page::new(title, body.markup()).back(back), mistakes))
}

/// Asks for the second person.
pub(crate) fn request(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RequestExport>()?;
    if desk.values.switching() {
        return page(desk, &case, &Mistakes::default());
    }
    let (service, sent) = (case.live()?, desk.values.get("lease"));
    let known = leases(desk, &case)?;
    let Some((lease, _)) = known.iter().find(|(lease, _)| lease.id.to_string() == sent) else {
        return page(desk, &case, &Mistakes::one("lease", desk.say("choose-one")));
    };
    let command = RequestApproval { service: service.id(), what: hand_over_words(&service.scheme(), lease) };
    service.ledger().write("staff.request_hand_over", grant.actor(), move |work| {
        request_approval::<PersonalDataExport>(work, &grant, command.clone())
    })?;
    Ok(desk.done("done-asked", &desk.scheme_url(&case, "/delivery")))
}

/// The lease of an approved hand-over, from its exact words; nothing for another kind of request.
pub(crate) fn lease_of(approval: &Approval) -> Option<Id<kinds::Lease>> {
    let rest = approval.what.strip_prefix("hand over ")?;
    rest.split_once(" lease ")?.1.split(' ').next()?.parse().ok()
}

/// What was asked, in words.
pub(crate) fn what(desk: &Desk, lease: Id<kinds::Lease>) -> Result<Markup, Failure> {
    let contractor = desk.platform().ledger().read("staff.hand_over_to", |tx| {
        let lease = processors::lease(tx, lease)?;
        Ok::<_, StoreError>(lease.map(|lease| processors::contractor(tx, lease.contractor)).transpose()?.flatten())
    })?;
    let name = contractor.map(|contractor| desk.text(&contractor.name)).unwrap_or_default();
    Ok(Markup::text(&desk.tell("approval-hand-over", [("contractor", name)])))
}

/// Asks once more, now that it is approved.
pub(crate) fn ask_run(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RequestExport>()?;
    run_page(desk, &case, &Mistakes::default())
}

fn run_page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    let approval = find(desk, case, PersonalDataExport::KIND)?;
    let lease = lease_of(&approval).ok_or_else(missing)?;
    if approval.state != ApprovalState::Approved && mistakes.is_empty() {
        return Err(missing());
    }
    let title = desk.say("hand-over-run");
    let mut body = desk.body(&title, mistakes);
    body.part(&SummaryList::new(vec![SummaryRow::new(desk.say("approval-what"), what(desk, lease)?)]));
    body.part(&Warning(desk.say("hand-over-warning")));
    body.part(&desk.form().part(&ButtonGroup(vec![
        Button::new(title.clone()),
        Button::link(desk.say("cancel"), desk.scheme_url(case, "/delivery")).style(ButtonStyle::Quiet),
    ])));
    let page = Page::new(title, body.markup()).back(desk.scheme_url(case, "/delivery"));
    Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }))
}

/// Hands the package over: the contractor can fetch it from now on.
pub(crate) fn run(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RequestExport>()?;
    let approval = find(desk, &case, PersonalDataExport::KIND)?;
    let lease = lease_of(&approval).ok_or_else(missing)?;
    let key = match flows::hand_over(desk.platform(), case.live()?, &Arc::new(grant), lease, approval.id) {
        Ok(_) => return Ok(desk.done("done-exported", &desk.scheme_url(&case, "/delivery"))),
        Err(HandOverFault::NoKeys) => "hand-over-no-keys",
        Err(HandOverFault::Contract) => "lease-contract-wrong",
        Err(HandOverFault::Lease(HandOverError::NoAddress)) => "hand-over-no-address",
        Err(HandOverFault::Lease(HandOverError::Ended)) => "lease-ended-already",
        Err(HandOverFault::Records(ExportError::Empty)) => "lease-empty",
        Err(HandOverFault::Records(ExportError::Approval(UseApprovalError::Refused(refused)))) => approval::sentence(refused),
        Err(fault) => return Err(Failure::from(fault)),
    };
    run_page(desk, &case, &Mistakes::one("form", desk.say(key)))
}
