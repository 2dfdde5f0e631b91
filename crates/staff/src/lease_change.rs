use axum::response::Response;
use desk::{Answer, Desk, Mistakes, date, day, line, missing};
use flows::GiveLeaseError;
use people::{Grant, GrantLease, HandleIncident, authorise};
use processors::{
    AddressUse, DeclareError, Lease, LeaseError, LeaseState, Selection, add_address, end_lease, extend_lease, resume_lease,
};
use store::RunError;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Choice, Radios, Warning};
use webkit::{Failure, Page, formats};

use crate::delivery::{ask_whereabouts, whereabouts};
use crate::lease::{base, find};
use crate::lease_give::contracts;

/// What a scheme owner may do with a lease, one page each.
const ACTS: [&str; 4] = ["extend", "address", "transfer", "end"];

/// The right to change this very lease.
fn right(desk: &Desk) -> Result<(Lease, Grant<GrantLease>), Failure> {
    desk.right::<GrantLease>()?;
    let lease = find(desk)?;
    let service = lease.service;
    let scope = desk.platform().ledger().read("staff.lease_scope", |tx| people::owner_of(tx, service))?;
    let grant = authorise::<GrantLease>(desk.who()?, Some(scope.ok_or_else(missing)?))?;
    Ok((lease, grant))
}

/// Asks before it is done.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (lease, _) = right(desk)?;
    page(desk, &lease, &Mistakes::default())
}

fn page(desk: &Desk, lease: &Lease, mistakes: &Mistakes) -> Answer {
    let act = ACTS.into_iter().find(|act| *act == desk.param("act")).ok_or_else(missing)?;
    let title = desk.say(&format!("lease-{act}-title"));
    let mut body = desk.body(&title, mistakes);
    let until = formats::date(lease.until, desk.language());
    body.p(desk.tell(&format!("lease-{act}-lead"), [("until", until)]));
    let mut form = desk.form();
    form = match act {
        "extend" => form.part(&date(desk, mistakes, "until", "lease-until")),
        "address" => {
            let uses = ["data", "look-up"].map(|use_for| Choice::new(use_for, desk.say(&format!("address-use-{use_for}"))));
            form.part(&line(desk, mistakes, "address", "lease-address")).part(&Radios {
                value: desk.values.get("use").into(),
                error: mistakes.of("use"),
                ..Radios::new("use", desk.say("lease-address-use"), uses.into())
            })
        }
        "transfer" => {
            let form = form.part(&contract_question(desk, lease, mistakes)?);
            if lease.selection == Selection::Exports { ask_whereabouts(desk, form, mistakes) } else { form }
        }
        _ => form,
    };
    if matches!(act, "end" | "transfer") {
        body.part(&Warning(desk.say(&format!("lease-{act}-warning"))));
    }
    let style = if matches!(act, "end" | "transfer") { ButtonStyle::Warning } else { ButtonStyle::default() };
    body.part(&form.part(&ButtonGroup(vec![
        Button::new(title.clone()).style(style),
        Button::link(desk.say("cancel"), base(desk, lease.id)).style(ButtonStyle::Quiet),
    ])));
    Ok(desk.show_form(Page::new(title, body.markup()).back(base(desk, lease.id)), mistakes))
}

/// Does it.
pub(crate) fn act(desk: &Desk) -> Answer {
    let (lease, grant) = right(desk)?;
    if desk.values.switching() {
        return page(desk, &lease, &Mistakes::default());
    }
    match desk.param("act") {
        "extend" => extend(desk, &lease, &grant),
        "address" => declare(desk, &lease, grant),
        "transfer" => hand_on(desk, &lease, &grant),
        "end" => end(desk, &lease, grant),
        _ => Err(missing()),
    }
}

fn extend(desk: &Desk, lease: &Lease, grant: &Grant<GrantLease>) -> Answer {
    let mut mistakes = Mistakes::default();
    let Some(until) = day(desk, &mut mistakes, "until") else { return page(desk, lease, &mistakes) };
    let key = match extend_lease(desk.platform().ledger(), grant, lease.id, until) {
        Ok(_) => return Ok(desk.done("done-lease", &base(desk, lease.id))),
        Err(LeaseError::Days) => "lease-days-wrong",
        Err(LeaseError::Ended) => "lease-ended-already",
        Err(LeaseError::Contract | LeaseError::Clauses(_)) => "lease-contract-wrong",
        Err(error) => return Err(Failure::from(error)),
    };
    page(desk, lease, &Mistakes::one("until", desk.say(key)))
}

fn declare(desk: &Desk, lease: &Lease, grant: Grant<GrantLease>) -> Answer {
    let Some(use_for) = AddressUse::from_slug(desk.values.get("use")) else {
        return page(desk, lease, &Mistakes::one("use", desk.say("choose-one")));
    };
    let (id, address, environment) = (lease.id, desk.values.get("address").to_owned(), desk.platform().environment());
    let done = desk.platform().ledger().write("staff.lease_address", grant.actor(), move |work| {
        add_address(work, &grant, id, (&address, use_for), environment).map(drop)
    });
    match done {
        Ok(_) => Ok(desk.done("done-lease", &base(desk, id))),
        Err(RunError::Refused(DeclareError::Address(_) | DeclareError::TooMany)) => {
            page(desk, lease, &Mistakes::one("address", desk.say("lease-address-wrong")))
        }
        Err(error) => Err(Failure::from(error)),
    }
}

/// The contracts in force that the lease may go to.
fn contract_question(desk: &Desk, lease: &Lease, mistakes: &Mistakes) -> Result<Radios, Failure> {
    let others = contracts(desk)?.into_iter().filter(|(contract, _)| contract.id != lease.contract);
    let choices = others.map(|(contract, name)| {
        let until = formats::date(contract.until, desk.language());
        Choice::new(contract.id.to_string(), name).hint(format!("{} ({until})", desk.text(&contract.title)))
    });
    Ok(Radios {
        value: desk.values.get("contract").into(),
        error: mistakes.of("contract"),
        ..Radios::new("contract", desk.say("lease-contract"), choices.collect())
    })
}

/// Hands it to another contract; the first one's key dies at once.
fn hand_on(desk: &Desk, lease: &Lease, grant: &Grant<GrantLease>) -> Answer {
    let Ok(contract) = desk.values.get("contract").parse() else {
        return page(desk, lease, &Mistakes::one("contract", desk.say("choose-one")));
    };
    let exports = lease.selection == Selection::Exports;
    let whereabouts = match exports.then(|| whereabouts(desk, true)).transpose() {
        Ok(whereabouts) => whereabouts,
        Err(mistakes) => return page(desk, lease, &mistakes),
    };
    let (field, key) = match flows::transfer(desk.platform(), grant, lease.id, contract, whereabouts) {
        Ok(begun) => return Ok(desk.done("done-lease-given", &base(desk, begun.id))),
        Err(GiveLeaseError::OtherKey) => ("contract", "delivery-other-key"),
        Err(GiveLeaseError::Address(_)) => ("address", "lease-address-wrong"),
        Err(GiveLeaseError::Lease(LeaseError::Ended)) => ("form", "lease-ended-already"),
        Err(GiveLeaseError::Lease(LeaseError::Contract | LeaseError::Clauses(_) | LeaseError::Missing)) => {
            ("contract", "lease-contract-wrong")
        }
        Err(GiveLeaseError::Lease(LeaseError::Days)) => ("contract", "lease-days-wrong"),
        Err(error) => return Err(Failure::from(error)),
    };
    page(desk, lease, &Mistakes::one(field, desk.say(key)))
}

/// Ends it now; its key dies at once.
fn end(desk: &Desk, lease: &Lease, grant: Grant<GrantLease>) -> Answer {
    let id = lease.id;
    let done = desk.platform().ledger().write("staff.end_lease", grant.actor(), move |work| {
        end_lease(work, &grant, id, &flows::lease_rules()).map(drop)
    });
    match done {
        Ok(_) => {
            flows::erase_lease_keys(desk.platform())?;
            Ok(desk.done("done-lease", &base(desk, id)))
        }
        Err(RunError::Refused(LeaseError::Ended)) => page(desk, lease, &Mistakes::one("form", desk.say("lease-ended-already"))),
        Err(error) => Err(Failure::from(error)),
    }
}

/// Asks whether an escalated lease goes on: the statement is due anew, or the looking begins anew.
pub(crate) fn ask_resume(desk: &Desk) -> Answer {
    desk.right::<HandleIncident>()?;
    let lease = find(desk)?;
    if lease.state != LeaseState::Escalated {
        return Err(missing());
    }
    Ok(resume_page(desk, &lease))
}

fn resume_page(desk: &Desk, lease: &Lease) -> Response {
    let title = desk.say("lease-resume-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("lease-resume-lead"));
    body.part(&desk.form().part(&ButtonGroup(vec![
        Button::new(title.clone()),
        Button::link(desk.say("cancel"), base(desk, lease.id)).style(ButtonStyle::Quiet),
    ])));
    desk.show(Page::new(title, body.markup()).back(base(desk, lease.id)))
}

/// Takes it up again.
pub(crate) fn resume(desk: &Desk) -> Answer {
    let grant = desk.right::<HandleIncident>()?;
    let id = find(desk)?.id;
    desk.platform().ledger().write("staff.resume_lease", grant.actor(), move |work| {
        resume_lease(work, &grant, id, &flows::lease_rules()).map(drop)
    })?;
    Ok(desk.done("done-lease", &base(desk, id)))
}
