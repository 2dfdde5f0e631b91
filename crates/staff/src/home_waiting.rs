//! What waits for an officer: one line for each kind of thing, with the way to it and how many there are.

use desk::{Desk, link};
use kernel::{Id, kinds};
use people::{
    ApprovalState, ApproveClose, ApproveErasure, ApproveExport, EarlyClose, EarlyErasure, GrantLease, HandleIncident, HandleRequests,
    ManageContractors, OpenRecord, OrderErasure, PersonalDataExport, ProofIdentity, ReadDashboard, RegisterForResident, RequestClose, RequestExport,
    ResolveException, ReviewAccess, SignGate, TwoPerson,
};
use registration::SchemeService;
use store::StoreError;
use vault::RequestState;
use webkit::parts::{Table, Tone};
use webkit::{Failure, Markup, formats};

use crate::home::own_schemes;

/// How many days before its last one a review of rights is asked for.
const REVIEW_AHEAD_DAYS: i32 = 30;

/// The lines so far.
struct Waiting<'a> {
    desk: &'a Desk,
    table: Table,
}

impl Waiting<'_> {
    fn add(&mut self, what: &str, path: &str, count: usize) {
        self.add_in(what, path, "", count);
    }

    /// A line of a scheme; nothing where nothing waits.
    fn add_in(&mut self, what: &str, path: &str, scheme: &str, count: usize) {
        if count > 0 {
            let what = link(&self.desk.say(what), &self.desk.url(path));
            let count = formats::number(i64::try_from(count).unwrap_or(i64::MAX));
            self.table.row([what, Markup::text(scheme), self.desk.tag(count, Tone::Attention)]);
        }
    }
}

/// Everything that waits for the officer who looks, what cannot wait first.
pub(crate) fn table(desk: &Desk) -> Result<Table, Failure> {
    let mut table = Table::new(desk.say("home-waiting"), ["home-what", "scheme", "home-count"].map(|key| desk.say(key)));
    table.numeric = vec![2];
    table.empty = desk.say("home-nothing");
    let mut waiting = Waiting { desk, table };
    incidents(&mut waiting)?;
    if desk.may::<ReadDashboard>() {
        for listed in own_schemes(desk)? {
            scheme(&mut waiting, &listed)?;
        }
    }
    accounts(&mut waiting)?;
    services(&mut waiting)?;
    contractors(&mut waiting)?;
    own_department(&mut waiting)?;
    Ok(waiting.table)
}

/// An exercise that is played now, alerts, incidents, and advisories that the department has not answered.
fn incidents(waiting: &mut Waiting<'_>) -> Result<(), Failure> {
    let desk = waiting.desk;
    let (who, ledger) = (desk.who()?, desk.platform().ledger());
    let (officer, department) = (who.officer(), who.department());
    let seats = ledger.read("staff.drills", |tx| drill::drills_of(tx, officer))?;
    let played = seats.iter().filter(|(record, _)| record.stage == drill::DrillStage::Running);
    waiting.add("home-drill-running", "/staff/drills", played.count());
    let open = ledger.read("staff.open_alerts", |tx| response::open_alerts(tx, who))?.len();
    waiting.add("home-alerts", "/staff/alerts", open);
    if !desk.may::<HandleIncident>() {
        return Ok(());
    }
    let cases = ledger.read("staff.incidents", |tx| response::incidents(tx, department))?;
    let open = cases.iter().filter(|case| case.closed.is_none());
    waiting.add("home-open-incidents", "/staff/incidents", open.count());
    let unread = ledger.read("staff.advisories", |tx| {
        let mut unread = 0;
        for one in advisories::advisories(tx)?.into_iter().filter(|one| one.withdrawn.is_none()) {
            let said = advisories::receipts(tx, one.number)?;
            unread += usize::from(said.iter().all(|receipt| receipt.department != department));
        }
        Ok::<_, StoreError>(unread)
    })?;
    waiting.add("home-advisories", "/staff/advisories", unread);
    Ok(())
}

fn scheme(waiting: &mut Waiting<'_>, listed: &SchemeService) -> Result<(), Failure> {
    let desk = waiting.desk;
    let base = format!("/staff/schemes/{}", listed.slug);
    let service = desk.platform().service(&listed.slug);
    let title = service
        .as_ref()
        .map_or_else(|| listed.slug.clone(), |service| service.scheme().title(desk.language()).to_owned());
    let mut add = |what: &str, path: &str, count: usize| waiting.add_in(what, &format!("{base}{path}"), &title, count);
    if desk.may::<HandleRequests>() {
        let requests = desk.platform().ledger().read("staff.requests", |tx| vault::requests(tx, listed.service, 200))?;
        add("home-requests", "/requests", requests.iter().filter(|row| row.state == RequestState::Lodged).count());
    }
    for version in gates_to_sign(desk, listed.service)? {
        add("home-gate", &format!("/gates/{version}"), 1);
    }
    let Some(service) = service else { return Ok(()) };
    let ledger = service.ledger();
    if desk.may::<ResolveException>() && desk.may::<OpenRecord>() {
        add("home-exceptions", "/exceptions", registration::exceptions(ledger, None, 200)?.len());
        add("home-addresses", "/exceptions", registration::unknown_addresses(ledger, 200)?.len());
    }
    let (id, now, officer) = (service.id(), desk.now(), desk.who()?.officer());
    if desk.may::<RegisterForResident>() {
        let letters = ledger.read("staff.letters", |tx| notify::letters_to_post(tx, 200))?;
        add("home-letters", "/letters", letters.len());
        let papers = ledger.read("staff.papers", |tx| registration::papers(tx, now))?;
        add("home-papers", "/paper", papers.iter().filter(|paper| paper.may_be_typed_by(officer)).count());
    }
    let approvals = ledger.read("staff.approvals", |tx| people::approvals(tx, id, 100))?;
    let count = |state, kind: &str| approvals.iter().filter(|it| it.state == state && it.kind == kind && now < it.expires).count();
    for (kind, decides, asks, path) in [
        (PersonalDataExport::KIND, desk.may::<ApproveExport>(), desk.may::<RequestExport>(), "/delivery"),
        (EarlyClose::KIND, desk.may::<ApproveClose>(), desk.may::<RequestClose>(), "/close"),
        (EarlyErasure::KIND, desk.may::<ApproveErasure>(), desk.may::<OrderErasure>(), "/erase-day"),
    ] {
        // Whoever decides finds all three kinds on one page.
        add("home-approvals", "/delivery", if decides { count(ApprovalState::Requested, kind) } else { 0 });
        add("home-approved", path, if asks { count(ApprovalState::Approved, kind) } else { 0 });
    }
    Ok(())
}

/// Resident accounts, in the department of the identity provider.
fn accounts(waiting: &mut Waiting<'_>) -> Result<(), Failure> {
    let desk = waiting.desk;
    if let Ok((Some(scope), _)) = desk.identity::<SignGate>() {
        for version in gates_to_sign(desk, scope.service())? {
            waiting.add("home-charter", &format!("/staff/identity/gates/{version}"), 1);
        }
    }
    let Some(service) = desk.platform().identity() else { return Ok(()) };
    if desk.identity::<ProofIdentity>().is_ok() {
        let queue = service.ledger().read("staff.proofing_queue", identity::proofing_queue)?;
        waiting.add("proofing-title", "/staff/identity/proofing", queue.len());
    }
    if desk.identity::<RequestExport>().is_ok() {
        let counts = service.ledger().read("staff.pin_letters", identity::pin_counts)?;
        let queued = counts.iter().find(|(state, _)| *state == identity::PinState::Queued).map_or(0, |(_, count)| *count);
        waiting.add("home-pin-letters", crate::pin_letters::HOME, usize::try_from(queued).unwrap_or(0));
    }
    Ok(())
}

/// Online services, new or changed, that somebody else has sent for approval.
fn services(waiting: &mut Waiting<'_>) -> Result<(), Failure> {
    let desk = waiting.desk;
    let Some(service) = desk.platform().identity().filter(|_| desk.may::<SignGate>()) else { return Ok(()) };
    let (officer, department) = (desk.who()?.officer(), desk.who()?.department());
    let count = service.ledger().read("staff.services_to_approve", |tx| {
        let mut count = 0;
        for client in provider::clients(tx)?.into_iter().filter(|client| client.owner == department && client.ended.is_none()) {
            let by = match client.approved {
                None => Some(client.registered_by),
                Some(_) => provider::proposed_change(tx, client.client().id.as_str())?.map(|change| change.proposed_by),
            };
            count += usize::from(by.is_some_and(|by| by != officer));
        }
        Ok::<_, StoreError>(count)
    })?;
    waiting.add("home-services", "/staff/services", count);
    Ok(())
}

fn contractors(waiting: &mut Waiting<'_>) -> Result<(), Failure> {
    let desk = waiting.desk;
    if !(desk.may::<ManageContractors>() || desk.may::<GrantLease>() || desk.may::<HandleIncident>()) {
        return Ok(());
    }
    let (department, now) = (desk.who()?.department(), desk.now());
    let overview = desk.platform().ledger().read("staff.overview", |tx| processors::overview(tx, now, Some(department)))?;
    waiting.add("home-leases", "/staff/contractors", overview.overdue + overview.attention);
    Ok(())
}

/// A review of rights that is due, and training that the officer lacks.
fn own_department(waiting: &mut Waiting<'_>) -> Result<(), Failure> {
    let desk = waiting.desk;
    let (who, today, ledger) = (desk.who()?, desk.now().day(), desk.platform().ledger());
    let (officer, department) = (who.officer(), who.department());
    if desk.may::<ReviewAccess>() {
        let status = ledger.read("staff.review_status", |tx| people::review_status(tx, department))?;
        let due = status.is_some_and(|status| status.due < today.plus(REVIEW_AHEAD_DAYS));
        waiting.add("home-review", "/staff/access-review", usize::from(due));
    }
    let standings = ledger.read("staff.training", |tx| training::standings(tx, officer, today))?;
    waiting.add("home-lacking", "/staff/training", standings.iter().filter(|standing| standing.is_lacking()).count());
    Ok(())
}

/// Gates that wait for this officer: complete but for signatures, and not yet signed by the officer.
fn gates_to_sign(desk: &Desk, service: Id<kinds::Service>) -> Result<Vec<String>, Failure> {
    if !desk.may::<SignGate>() {
        return Ok(Vec::new());
    }
    let (now, officer) = (desk.now(), desk.who()?.officer());
    let gates = desk.platform().ledger().read("staff.gates", |tx| assurance::gates(tx, service, now))?;
    let mine = gates.into_iter().filter(|status| {
        let only_signatures = status.missing == [assurance::Missing::Absent(assurance::Requirement::TwoSignatures)];
        only_signatures && !status.gate.signatures().iter().any(|signature| signature.officer == officer)
    });
    Ok(mine.map(|status| status.gate.version().to_string()).collect())
}
