use desk::{Answer, Desk, Mistakes, link};
use people::{EditScheme, GrantLease, HandleIncident, ManageContractors, ManageOfficers, ProofIdentity, ReadDashboard, Role, RunDrill, SignGate};
use registration::SchemeService;
use store::StoreError;
use webkit::parts::Warning;
use webkit::{Body, Failure, Markup, Page};

use crate::home_waiting;

/// What waits for the officer who looks, and below it the way to everything that the officer may use.
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
    body.part(&home_waiting::table(desk)?);
    for (heading, ways) in [
        ("home-residents", residents(desk)?),
        ("home-contractors", contractors(desk)),
        ("home-incidents", incidents(desk)),
        ("home-learning", learning(desk)?),
        ("home-department", department_ways(desk)),
    ] {
        if !ways.is_empty() {
            body.h2(desk.say(heading)).bullets(ways);
        }
    }
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

fn lapsed(desk: &Desk, body: &mut Body) -> Result<(), Failure> {
    let officer = desk.who()?.officer();
    let lapsed = desk.platform().ledger().read("staff.lapsed_rights", |tx| people::lapsed_rights(tx, officer))?;
    if let Some((at, _)) = lapsed {
        let day = webkit::formats::date(at.day(), desk.language());
        body.part(&Warning(desk.tell("home-lapsed", [("day", day)])));
    }
    Ok(())
}

fn way(desk: &Desk, key: &str, path: &str) -> Markup {
    link(&desk.say(key), &desk.url(path))
}

/// Schemes, accounts, and where residents are helped.
fn residents(desk: &Desk) -> Result<Vec<Markup>, Failure> {
    let mut ways = Vec::new();
    if desk.may::<people::EnterInField>() {
        ways.extend(operations(desk)?);
    }
    if desk.may::<ReadDashboard>() {
        ways.push(way(desk, "home-schemes", "/staff/schemes"));
        if desk.identity::<ReadDashboard>().is_ok() {
            ways.push(way(desk, "identity-title", "/staff/identity"));
        }
    }
    if desk.identity::<ProofIdentity>().is_ok_and(|(scope, _)| scope.is_some()) {
        ways.push(way(desk, "proofing-title", "/staff/identity/proofing"));
        ways.push(way(desk, "recover-title", "/staff/identity/recovery"));
    }
    if desk.may::<people::ManageStations>() {
        ways.push(way(desk, "stations-title", "/staff/stations"));
    }
    Ok(ways)
}

/// Those to whom residents' data may go.
fn contractors(desk: &Desk) -> Vec<Markup> {
    let mut ways = Vec::new();
    if desk.may::<EditScheme>() || desk.may::<SignGate>() {
        ways.push(way(desk, "services-title", "/staff/services"));
    }
    if desk.may::<HandleIncident>() || desk.may::<ManageContractors>() || desk.may::<GrantLease>() {
        ways.push(way(desk, "contractors-title", "/staff/contractors"));
    }
    ways
}

fn incidents(desk: &Desk) -> Vec<Markup> {
    let mut ways = vec![way(desk, "alerts-title", "/staff/alerts")];
    if desk.may::<HandleIncident>() {
        ways.push(way(desk, "incidents-title", "/staff/incidents"));
        ways.push(way(desk, "advisory-list", "/staff/advisories"));
    }
    if desk.may::<people::ManageTeam>() {
        ways.push(way(desk, "team-title", "/staff/team"));
    }
    if desk.may::<people::StartCallOut>() {
        ways.push(way(desk, "calls-title", "/staff/call-outs"));
    }
    ways
}

/// Training, and exercises for whoever runs them or has a seat in one.
fn learning(desk: &Desk) -> Result<Vec<Markup>, Failure> {
    let officer = desk.who()?.officer();
    let mut ways = vec![way(desk, "home-training", "/staff/training")];
    let runs = desk.may::<RunDrill>();
    if runs || !desk.platform().ledger().read("staff.drills", |tx| drill::drills_of(tx, officer))?.is_empty() {
        ways.push(way(desk, "home-drills", "/staff/drills"));
    }
    Ok(ways)
}

/// Who works here, and with which rights.
fn department_ways(desk: &Desk) -> Vec<Markup> {
    let mut ways = Vec::new();
    if desk.may::<ManageOfficers>() {
        ways.push(way(desk, "home-officers", "/staff/officers"));
    }
    if desk.may::<people::ReviewAccess>() {
        ways.push(way(desk, "review-title", "/staff/access-review"));
    }
    ways
}

/// The operations of a field officer's department.
fn operations(desk: &Desk) -> Result<Vec<Markup>, Failure> {
    let listed = own_schemes(desk)?;
    let services = listed.iter().filter_map(|listed| desk.platform().service(&listed.slug));
    let running = services.filter(|service| service.scheme().operation().is_some());
    let way = |service: std::sync::Arc<flows::Service>| {
        link(service.scheme().title(desk.language()), &desk.url(&format!("/staff/schemes/{}/field", service.slug())))
    };
    Ok(running.map(way).collect())
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
