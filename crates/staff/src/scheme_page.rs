use assurance::{InForce, Missing, Requirement};
use desk::{Answer, Case, Desk, Mistakes, link, short};
use kernel::to_hex;
use people::{
    EditScheme, GrantLease, HandleRequests, OpenRecord, OperateScheme, OrderErasure, ReadDashboard, ReadInventory, ReadJournal, ReadMessages,
    RegisterForResident, RequestClose, ResolveException,
};
use registration::SchemeVersion;
use store::StoreError;
use webkit::parts::{SummaryList, SummaryRow, Table, Tone};
use webkit::{Body, Failure, Markup, Page};

/// One scheme: where it stands, its versions, and the ways to everything about it that this officer may do.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadDashboard>()?;
    let title = case.title(desk.language());
    let mut body = desk.body(&title, &Mistakes::default());
    body.part(&SummaryList::new(facts(desk, &case)?));
    if case.is_live() {
        section(desk, &case, &mut body, "scheme-running", &running(desk));
        let operation = case.live()?.scheme().operation().is_some();
        section(desk, &case, &mut body, "scheme-residents", &residents(desk, operation));
        section(desk, &case, &mut body, "scheme-evidence", &evidence(desk));
    }
    if case.listed.ended.is_some() {
        section(desk, &case, &mut body, "scheme-evidence", &[("certificate-title", "/certificate")]);
    }
    body.part(&versions(desk, &case)?);
    if desk.may::<EditScheme>() && case.listed.ending.is_none() {
        body.link(desk.say("definition-edit"), desk.scheme_url(&case, "/definition"));
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff/schemes"))))
}

fn facts(desk: &Desk, case: &Case) -> Result<Vec<SummaryRow>, Failure> {
    let mut rows = vec![SummaryRow::new(desk.say("schemes-address"), case.listed.slug.as_str())];
    let Ok(service) = case.live() else {
        let key = if case.listed.ended.is_some() { "status-ended" } else { "status-draft" };
        rows.push(SummaryRow::new(desk.say("state"), desk.tag(desk.say(key), Tone::Neutral)));
        return Ok(rows);
    };
    let state = service.ledger().read("staff.state", registration::current_state)?;
    rows.push(SummaryRow::new(desk.say("state"), desk.status(state)));
    let gate = if service.is_in_force() {
        desk.tag(desk.say("gate-in-force"), Tone::Good)
    } else {
        desk.tag(desk.say("gate-closed"), Tone::Bad)
    };
    rows.push(SummaryRow::new(desk.say("gate"), gate));
    if let Some(state) = state {
        rows.push(SummaryRow::new(desk.say("scheme-opens"), desk.at(state.opens)));
        rows.push(SummaryRow::new(desk.say("scheme-closes"), desk.at(state.closes)));
    }
    rows.push(SummaryRow::new(desk.say("definition-version"), short(&to_hex(&service.scheme().digest()))));
    Ok(rows)
}

type Ways = Vec<(&'static str, &'static str)>;

fn section(desk: &Desk, case: &Case, body: &mut Body, heading: &str, ways: &[(&'static str, &'static str)]) {
    if ways.is_empty() {
        return;
    }
    body.h2(desk.say(heading));
    body.bullets(ways.iter().map(|(key, path)| link(&desk.say(key), &desk.scheme_url(case, path))));
}

fn running(desk: &Desk) -> Ways {
    let mut ways = vec![("dashboard-title", "/dashboard"), ("bulletins-title", "/bulletins")];
    if desk.may::<OperateScheme>() {
        ways.push(("operate-title", "/operate"));
    }
    if desk.may::<GrantLease>() {
        ways.push(("lease-give-title", "/leases/new"));
    }
    if desk.may::<RequestClose>() {
        ways.push(("close-title", "/close"));
    }
    ways
}

fn residents(desk: &Desk, operation: bool) -> Ways {
    let mut ways = Vec::new();
    if desk.may::<ResolveException>() {
        ways.push(("exceptions-title", "/exceptions"));
    }
    if desk.may::<OpenRecord>() {
        ways.push(("find-title", "/find"));
    }
    if desk.may::<RegisterForResident>() && !operation {
        ways.push(("register-title", "/register"));
        ways.push(("papers-title", "/paper"));
    }
    if desk.may::<RegisterForResident>() {
        ways.extend([("letters-title", "/letters"), ("requests-new", "/requests/new")]);
    }
    if desk.may::<OrderErasure>() {
        ways.push(("erase-title", "/erase"));
    }
    if desk.may::<HandleRequests>() {
        ways.push(("requests-title", "/requests"));
    }
    ways.push(("delivery-title", "/delivery"));
    ways
}

fn evidence(desk: &Desk) -> Ways {
    let mut ways = Vec::new();
    if desk.may::<ReadInventory>() {
        ways.push(("inventory-title", "/inventory"));
    }
    if desk.may::<ReadJournal>() {
        ways.push(("journal-title", "/journal"));
    }
    if desk.may::<ReadMessages>() && desk.platform().environment().synthetic_only() {
        ways.push(("messages-title", "/messages"));
    }
    ways
}

fn versions(desk: &Desk, case: &Case) -> Result<Table, Failure> {
    let (service, now) = (case.listed.service, desk.now());
    let (versions, gates) = desk.platform().ledger().read("staff.versions", |tx| {
        Ok::<_, StoreError>((registration::versions(tx, service)?, assurance::gates(tx, service, now)?))
    })?;
    let head = ["definition-version", "scheme-saved", "gate", "state"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("scheme-versions"), head);
    for version in &versions {
        let digest = to_hex(&version.digest);
        let name = link(digest.get(..12).unwrap_or_default(), &desk.scheme_url(case, &format!("/versions/{digest}")));
        let gate = gates.iter().find(|status| *status.gate.digest().bytes() == version.digest);
        let (way, state) = gate_cells(desk, case, gate);
        table.row([name, Markup::text(&saved(desk, version)), way, state]);
    }
    Ok(table)
}

fn saved(desk: &Desk, version: &SchemeVersion) -> String {
    desk.at(version.saved)
}

fn gate_cells(desk: &Desk, case: &Case, gate: Option<&assurance::Status>) -> (Markup, Markup) {
    let Some(status) = gate else { return (Markup::text(&desk.say("gate-none")), Markup::default()) };
    let way = desk.scheme_url(case, &format!("/gates/{}", status.gate.version()));
    (link(&desk.say("gate"), &way), gate_state(desk, &status.missing, status.in_force))
}

/// Where a gate stands, in one tag.
pub(crate) fn gate_state(desk: &Desk, missing: &[Missing], in_force: Option<InForce>) -> Markup {
    let (key, tone) = match (in_force, missing) {
        (Some(_), _) => ("gate-in-force", Tone::Good),
        (None, [Missing::Superseded]) => ("gate-superseded", Tone::Neutral),
        (None, [Missing::Absent(Requirement::TwoSignatures)]) => ("gate-to-sign", Tone::Active),
        (None, _) => ("gate-incomplete", Tone::Attention),
    };
    desk.tag(desk.say(key), tone)
}
