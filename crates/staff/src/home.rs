use desk::{Answer, Desk, Mistakes, link};
use people::{
    ApprovalState, ApproveExport, OpenRecord, ReadDashboard, RegisterForResident, RequestExport, ResolveException, Role,
    SignGate,
};
use registration::SchemeService;
use store::StoreError;
use webkit::parts::{Table, Tone, Warning};
use webkit::{Body, Failure, Markup, Page};

/// What waits for the officer who looks.
pub(crate) fn show(desk: &Desk) -> Answer {
    let who = desk.who()?;
    let department = who.department();
    let name = desk.platform().ledger().read("staff.department", |tx| people::department(tx, department))?;
    let title = desk.say("home-title");
    let mut body = desk.body(&title, &Mistakes::default());
    let name = name.map(|department| desk.text(&department.name)).unwrap_or_default();
    body.p(desk.tell("home-who", [("post", desk.text(who.post())), ("department", name), ("roles", desk.roles(who.roles()))]));
    body.maybe(uploads_stopped(desk).as_ref());
    lapsed(desk, &mut body)?;
    let mut waiting = Table::new(desk.say("home-waiting"), ["home-what", "scheme", "home-count"].map(|key| desk.say(key)));
    waiting.numeric = vec![2];
    waiting.empty = desk.say("home-nothing");
    if desk.may::<people::EnterInField>() {
        operations(desk, &mut body)?;
    }
    if desk.may::<ReadDashboard>() {
        for listed in own_schemes(desk)? {
            wait_in_scheme(desk, &listed, &mut waiting)?;
        }
    }
    proofings(desk, &mut waiting)?;
    alerts(desk, &mut waiting)?;
    body.part(&waiting);
    drills(desk, &mut body)?;
    more(desk, &mut body);
    Ok(desk.show(Page::new(title, body.markup()).wide()))
}

/// Those who can have it mended read why no file is taken.
fn uploads_stopped(desk: &Desk) -> Option<Warning> {
    let roles = desk.who().ok()?.roles();
    let concerned = roles.iter().any(|role| matches!(role, Role::Administrator | Role::SecurityOfficer));
    let stopped = desk.state.uploads.stopped().filter(|_| concerned)?;
    let words = desk.tell("home-uploads-stopped", [("time", desk.at(stopped.since)), ("reason", stopped.reason)]);
    Some(Warning(words))
}

/// Open alerts, and what became of rights that nobody used.
fn alerts(desk: &Desk, waiting: &mut Table) -> Result<(), Failure> {
    let who = desk.who()?;
    let open = desk.platform().ledger().read("staff.open_alerts", |tx| response::open_alerts(tx, who))?.len();
    if open > 0 {
        let count = webkit::formats::number(i64::try_from(open).unwrap_or(0));
        waiting.row([link(&desk.say("home-alerts"), &desk.url("/staff/alerts")), Markup::default(), desk.tag(count, Tone::Attention)]);
    }
    Ok(())
}

/// The way to exercises, for whoever runs them or has a seat in one.
fn drills(desk: &Desk, body: &mut Body) -> Result<(), Failure> {
    let officer = desk.who()?.officer();
    let runs = desk.may::<people::RunDrill>();
    if runs || !desk.platform().ledger().read("staff.drills", |tx| drill::drills_of(tx, officer))?.is_empty() {
        body.link(desk.say("home-drills"), desk.url("/staff/drills"));
    }
    Ok(())
}

/// Identities that wait to be proofed, in the department of the identity provider.
fn proofings(desk: &Desk, waiting: &mut Table) -> Result<(), Failure> {
    let Some(service) = desk.platform().identity() else { return Ok(()) };
    if !desk.may::<people::ProofIdentity>() || desk.identity::<people::ProofIdentity>().is_err() {
        return Ok(());
    }
    let count = service.ledger().read("staff.proofing_queue", identity::proofing_queue)?.len();
    let count = webkit::formats::number(i64::try_from(count).unwrap_or(0));
    let way = link(&desk.say("proofing-title"), &desk.url("/staff/identity/proofing"));
    waiting.row([way, Markup::default(), desk.tag(count, Tone::Attention)]);
    Ok(())
}

fn lapsed(desk: &Desk, body: &mut Body) -> Result<(), Failure> {
    let officer = desk.who()?.officer();
    let lapsed = desk.platform().ledger().read("staff.lapsed_rights", |tx| people::lapsed_rights(tx, officer))?;
    if let Some((at, _)) = lapsed {
        let day = webkit::formats::date(at.day(), desk.language());
        body.part(&Warning(desk.tell("home-lapsed", [("day", day)])));
    }
    Ok(())
}

fn more(desk: &Desk, body: &mut Body) {
    if desk.may::<people::ReviewAccess>() {
        body.link(desk.say("review-title"), desk.url("/staff/access-review"));
    }
    if desk.may::<people::ManageStations>() {
        body.link(desk.say("stations-title"), desk.url("/staff/stations"));
    }
    body.link(desk.say("alerts-title"), desk.url("/staff/alerts"));
    let incidents = desk.may::<people::HandleIncident>();
    if incidents || desk.may::<people::ManageContractors>() || desk.may::<people::GrantLease>() {
        body.link(desk.say("contractors-title"), desk.url("/staff/contractors"));
    }
    if incidents {
        body.link(desk.say("incidents-title"), desk.url("/staff/incidents"));
        body.link(desk.say("advisory-list"), desk.url("/staff/advisories"));
    }
    if desk.may::<people::ManageTeam>() {
        body.link(desk.say("team-title"), desk.url("/staff/team"));
    }
    if desk.may::<people::StartCallOut>() {
        body.link(desk.say("calls-title"), desk.url("/staff/call-outs"));
    }
    body.link(desk.say("home-training"), desk.url("/staff/training"));
    if desk.may::<ReadDashboard>() {
        body.link(desk.say("home-schemes"), desk.url("/staff/schemes"));
    }
    if desk.may::<ReadDashboard>() && desk.identity::<ReadDashboard>().is_ok() {
        body.link(desk.say("identity-title"), desk.url("/staff/identity"));
    }
    if desk.identity::<people::ProofIdentity>().is_ok_and(|(scope, _)| scope.is_some()) {
        body.link(desk.say("recover-title"), desk.url("/staff/identity/recovery"));
    }
    if desk.may::<people::EditScheme>() || desk.may::<SignGate>() {
        body.link(desk.say("services-title"), desk.url("/staff/services"));
    }
    if desk.may::<people::ManageOfficers>() {
        body.link(desk.say("home-officers"), desk.url("/staff/officers"));
    }
}

/// The operations of a field officer's department.
fn operations(desk: &Desk, body: &mut Body) -> Result<(), Failure> {
    let listed = own_schemes(desk)?;
    let services = listed.iter().filter_map(|listed| desk.platform().service(&listed.slug));
    for service in services.filter(|service| service.scheme().operation().is_some()) {
        let title = service.scheme().title(desk.language()).to_owned();
        body.link(title, desk.url(&format!("/staff/schemes/{}/field", service.slug())));
    }
    Ok(())
}

/// The schemes of the officer's department.
pub(crate) fn own_schemes(desk: &Desk) -> Result<Vec<SchemeService>, Failure> {
    let department = desk.who()?.department();
    Ok(desk.platform().ledger().read("staff.own_schemes", |tx| {
        let mut own = Vec::new();
        for listed in registration::schemes(tx)? {
            let scope = people::owner_of(tx, listed.service)?;
            if scope.is_some_and(|scope| scope.department() == department) {
                own.push(listed);
            }
        }
        Ok::<_, StoreError>(own)
    })?)
}

fn wait_in_scheme(desk: &Desk, listed: &SchemeService, table: &mut Table) -> Result<(), Failure> {
    let base = format!("/staff/schemes/{}", listed.slug);
    let service = desk.platform().service(&listed.slug);
    let title = service
        .as_ref()
        .map_or_else(|| listed.slug.clone(), |service| service.scheme().title(desk.language()).to_owned());
    let mut add = |what: &str, path: &str, count: usize| {
        if count > 0 {
            let what = link(&desk.say(what), &desk.url(&format!("{base}{path}")));
            let count = webkit::formats::number(i64::try_from(count).unwrap_or(0));
            table.row([what, Markup::text(&title), desk.tag(count, Tone::Attention)]);
        }
    };
    if desk.may::<SignGate>() {
        for version in gates_to_sign(desk, listed)? {
            add("home-gate", &format!("/gates/{version}"), 1);
        }
    }
    let Some(service) = service else { return Ok(()) };
    let ledger = service.ledger();
    if desk.may::<ResolveException>() && desk.may::<OpenRecord>() {
        add("home-exceptions", "/exceptions", registration::exceptions(ledger, None, 200)?.len());
        add("home-addresses", "/exceptions", registration::unknown_addresses(ledger, 200)?.len());
    }
    if desk.may::<RegisterForResident>() {
        let letters = ledger.read("staff.letters", |tx| notify::letters_to_post(tx, 200))?;
        add("home-letters", "/letters", letters.len());
    }
    let (id, now) = (service.id(), desk.now());
    let approvals = ledger.read("staff.approvals", |tx| people::approvals(tx, id, 100))?;
    let in_state = |state| approvals.iter().filter(|it| it.state == state && now < it.expires).count();
    if desk.may::<ApproveExport>() {
        add("home-approvals", "/delivery", in_state(ApprovalState::Requested));
    }
    if desk.may::<RequestExport>() {
        add("home-approved", "/delivery", in_state(ApprovalState::Approved));
    }
    Ok(())
}

/// Gates that wait for this officer: complete but for signatures, and not yet signed by the officer.
fn gates_to_sign(desk: &Desk, listed: &SchemeService) -> Result<Vec<String>, Failure> {
    let (service, now, officer) = (listed.service, desk.now(), desk.who()?.officer());
    let gates = desk.platform().ledger().read("staff.gates", |tx| assurance::gates(tx, service, now))?;
    let mine = gates.into_iter().filter(|status| {
        let only_signatures = status.missing == [assurance::Missing::Absent(assurance::Requirement::TwoSignatures)];
        only_signatures && !status.gate.signatures().iter().any(|signature| signature.officer == officer)
    });
    Ok(mine.map(|status| status.gate.version().to_string()).collect())
}
