use axum::response::Response;
use desk::{Answer, Case, Desk, Mistakes, code, link, missing};
use kernel::{Id, kinds};
use people::{
    Approval, ApprovalRefused, ApprovalState, ApproveClose, ApproveErasure, ApproveExport, DecideApprovalError, EarlyClose,
    EarlyErasure, Grant, OrderErasure, PersonalDataExport, TwoPerson,
};
use store::RunError;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, SummaryList, SummaryRow, Table, Warning};
use webkit::{Failure, Markup, Page};

use crate::{erase_day, hand_over};

/// The requests of a kind, with the way to the next step of each. `run` is where an approved one is carried out.
pub(crate) fn table(desk: &Desk, case: &Case, kind: &str, run: &str) -> Result<Table, Failure> {
    let (service, now) = (case.live()?, desk.now());
    let id = service.id();
    let approvals = service.ledger().read("staff.approvals", |tx| people::approvals(tx, id, 100))?;
    let posts = desk.posts()?;
    let head = ["approval-what", "approval-by", "approval-at", "state", "approval-decided", "act"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("approval-list"), head);
    table.empty = desk.say("approval-none");
    for approval in approvals.iter().filter(|approval| approval.kind == kind) {
        let expired = now >= approval.expires;
        let decided = approval.decided_by.map(|officer| posts.of(officer)).unwrap_or_default();
        table.row([
            what(desk, case, approval)?,
            Markup::text(&posts.of(approval.requested_by)),
            desk.at(approval.requested_at).into(),
            desk.approval_state(approval.state, expired),
            decided.into(),
            next_step(desk, case, approval, run, expired),
        ]);
    }
    Ok(table)
}

fn next_step(desk: &Desk, case: &Case, approval: &Approval, run: &str, expired: bool) -> Markup {
    let (may_ask, may_approve) = match approval.kind.as_str() {
        PersonalDataExport::KIND => (desk.may::<people::RequestExport>(), desk.may::<ApproveExport>()),
        EarlyErasure::KIND => (desk.may::<OrderErasure>(), desk.may::<ApproveErasure>()),
        _ => (desk.may::<people::RequestClose>(), desk.may::<ApproveClose>()),
    };
    let run = if hand_over::lease_of(approval).is_some() { "/delivery/hand-over" } else { run };
    match approval.state {
        ApprovalState::Requested if may_approve && !expired => {
            link(&desk.say("approval-decide"), &desk.scheme_url(case, &format!("/approvals/{}", approval.id)))
        }
        ApprovalState::Approved if may_ask && !expired => {
            link(&desk.say("approval-run"), &desk.scheme_url(case, &format!("{run}/{}", approval.id)))
        }
        _ => Markup::default(),
    }
}

/// What was asked, in words.
pub(crate) fn what(desk: &Desk, case: &Case, approval: &Approval) -> Result<Markup, Failure> {
    if approval.kind == EarlyErasure::KIND {
        return erase_day::what(desk, case, approval);
    }
    if let Some(lease) = hand_over::lease_of(approval) {
        return hand_over::what(desk, lease);
    }
    let Some(code) = district_of(approval) else { return Ok(Markup::text(&desk.say("approval-close"))) };
    let words = [("district", desk.district(code)), ("contractor", receiver(desk, approval)?)];
    Ok(Markup::text(&desk.tell("approval-export-of", words)))
}

/// The name of the contractor that an export goes to.
fn receiver(desk: &Desk, approval: &Approval) -> Result<String, Failure> {
    let Some(contract) = contract_of(approval) else { return Ok(String::new()) };
    let contractor = desk.platform().ledger().read("staff.export_receiver", |tx| {
        let contract = processors::contract(tx, contract)?;
        let contractor = contract.map(|contract| processors::contractor(tx, contract.contractor)).transpose()?;
        Ok::<_, store::StoreError>(contractor.flatten())
    })?;
    Ok(contractor.map(|contractor| desk.text(&contractor.name)).unwrap_or_default())
}

/// The district of an approved export, from its exact words.
pub(crate) fn district_of(approval: &Approval) -> Option<&str> {
    word_after(approval, " district ")
}

/// The contract of an approved export, from its exact words.
pub(crate) fn contract_of(approval: &Approval) -> Option<Id<kinds::Contract>> {
    word_after(approval, " contract ")?.parse().ok()
}

fn word_after<'a>(approval: &'a Approval, mark: &str) -> Option<&'a str> {
    approval.what.split_once(mark).and_then(|(_, rest)| rest.split(' ').next())
}

/// The request of the address, if it is of this kind and of this scheme.
pub(crate) fn find(desk: &Desk, case: &Case, kind: &str) -> Result<Approval, Failure> {
    let found = any(desk, case)?;
    if found.kind == kind { Ok(found) } else { Err(missing()) }
}

fn any(desk: &Desk, case: &Case) -> Result<Approval, Failure> {
    let service = case.live()?;
    let (service_id, wanted): (_, Id<kinds::Approval>) = (service.id(), desk.id("approval")?);
    let listed = service
        .ledger()
        .read("staff.approvals", |tx| people::approvals(tx, service_id, 1000))?;
    listed.into_iter().find(|approval| approval.id == wanted).ok_or_else(missing)
}

/// Shows the second person exactly what was asked.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let case = case(desk)?;
    let approval = any(desk, &case)?;
    page(desk, &case, &approval, &Mistakes::default())
}

/// Whoever may approve either kind may look; deciding asks for the right to exactly that kind.
fn case(desk: &Desk) -> Result<Case, Failure> {
    if desk.may::<ApproveExport>() {
        return Ok(desk.scheme::<ApproveExport>()?.0);
    }
    if desk.may::<ApproveErasure>() {
        return Ok(desk.scheme::<ApproveErasure>()?.0);
    }
    Ok(desk.scheme::<ApproveClose>()?.0)
}

fn page(desk: &Desk, case: &Case, approval: &Approval, mistakes: &Mistakes) -> Answer {
    let posts = desk.posts()?;
    let title = desk.say("approval-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("approval-lead"));
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("approval-what"), what(desk, case, approval)?),
        SummaryRow::new(desk.say("approval-exactly"), code(&approval.what)),
        SummaryRow::new(desk.say("approval-by"), posts.of(approval.requested_by)),
        SummaryRow::new(desk.say("approval-at"), desk.at(approval.requested_at)),
        SummaryRow::new(desk.say("approval-until"), desk.at(approval.expires)),
        SummaryRow::new(desk.say("state"), desk.approval_state(approval.state, desk.now() >= approval.expires)),
    ]));
    if approval.state == ApprovalState::Requested {
        let key = match approval.kind.as_str() {
            EarlyClose::KIND => "close-warning",
            EarlyErasure::KIND => "erase-day-warning",
            _ if hand_over::lease_of(approval).is_some() => "approval-hand-over-warning",
            _ => "approval-export-warning",
        };
        body.part(&Warning(desk.say(key)));
        body.part(&desk.form().part(&ButtonGroup(vec![
            Button::new(desk.say("approval-approve")).sends("decision", "approve"),
            Button::new(desk.say("approval-refuse")).style(ButtonStyle::Warning).sends("decision", "refuse"),
        ])));
    }
    let page = Page::new(title, body.markup()).back(desk.scheme_url(case, "/delivery"));
    Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }))
}

/// Approves or refuses.
pub(crate) fn decide(desk: &Desk) -> Answer {
    let case = case(desk)?;
    let approval = any(desk, &case)?;
    let yes = match desk.values.get("decision") {
        "approve" => true,
        "refuse" => false,
        _ => return page(desk, &case, &approval, &Mistakes::one("form", desk.say("choose-one"))),
    };
    let decided = if approval.kind == EarlyClose::KIND {
        settle::<EarlyClose>(&case, desk.scheme::<ApproveClose>()?.1, approval.id, yes)
    } else if approval.kind == EarlyErasure::KIND {
        settle::<EarlyErasure>(&case, desk.scheme::<ApproveErasure>()?.1, approval.id, yes)
    } else {
        settle::<PersonalDataExport>(&case, desk.scheme::<ApproveExport>()?.1, approval.id, yes)
    };
    let response: Response = match decided? {
        Ok(()) => desk.done("done-decided", &desk.scheme_url(&case, "/delivery")),
        Err(refused) => return page(desk, &case, &approval, &Mistakes::one("form", desk.say(sentence(refused)))),
    };
    Ok(response)
}

type Settled = Result<Result<(), ApprovalRefused>, Failure>;

fn settle<K: TwoPerson>(case: &Case, grant: Grant<K::Approve>, id: Id<kinds::Approval>, yes: bool) -> Settled {
    let done = case.live()?.ledger().write("staff.decide", grant.actor(), move |work| {
        if yes { people::approve::<K>(work, &grant, id) } else { people::refuse::<K>(work, &grant, id) }
    });
    match done {
        Ok(_) => Ok(Ok(())),
        Err(RunError::Refused(DecideApprovalError::Refused(refused))) => Ok(Err(refused)),
        Err(error) => Err(Failure::from(error)),
    }
}

/// Why an approval cannot be given or used.
pub(crate) const fn sentence(refused: ApprovalRefused) -> &'static str {
    match refused {
        ApprovalRefused::OwnRequest => "approval-own",
        ApprovalRefused::Expired => "approval-too-old",
        ApprovalRefused::Decided => "approval-decided-already",
        ApprovalRefused::NotApproved => "approval-not-approved",
        ApprovalRefused::Used => "approval-used-already",
        ApprovalRefused::Different => "approval-different",
    }
}
