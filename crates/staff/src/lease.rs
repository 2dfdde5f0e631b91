use desk::{Answer, Desk, Mistakes, code, missing, scheme_title};
use kernel::{Id, kinds};
use people::{GrantLease, HandleIncident};
use processors::{Contractor, Declared, Enquiry, Escalation, Lease, LeaseState, ProbeRow, StatementRow, Verdict};
use store::StoreError;
use webkit::parts::{ButtonGroup, Button, ButtonStyle, SummaryList, SummaryRow, Table, Tone, Warning};
use webkit::{Body, Failure, Markup, Page, formats};

use crate::contractors::watcher;
use crate::contractors::{address, groups};
use crate::lease_pursue::is_confirmable;

/// Everything that is known about one lease.
struct File {
    lease: Lease,
    contractor: Option<Contractor>,
    addresses: Vec<Declared>,
    statements: Vec<StatementRow>,
    probes: Vec<ProbeRow>,
    enquiries: Vec<Enquiry>,
    escalations: Vec<Escalation>,
    look_ups: i64,
}

/// A lease of the officer's department.
pub(crate) fn find(desk: &Desk) -> Result<Lease, Failure> {
    let (department, id): (_, Id<kinds::Lease>) = (desk.who()?.department(), desk.id("lease")?);
    let found = desk.platform().ledger().read("staff.lease", |tx| processors::lease(tx, id))?;
    found.filter(|lease| lease.department == department).ok_or_else(missing)
}

/// The page of a lease.
pub(crate) fn base(desk: &Desk, lease: Id<kinds::Lease>) -> String {
    desk.url(&format!("/staff/leases/{lease}"))
}

fn read(desk: &Desk, lease: Lease) -> Result<File, Failure> {
    let (id, contractor, department) = (lease.id, lease.contractor, lease.department);
    let mut file = desk.platform().ledger().read("staff.lease_file", move |tx| {
        let escalations = processors::escalations(tx, department, 500)?;
        Ok::<_, StoreError>(File {
            lease: lease.clone(),
            contractor: processors::contractor(tx, contractor)?,
            addresses: processors::addresses(tx, id)?,
            statements: processors::statements(tx, id)?,
            probes: processors::probes(tx, id)?,
            enquiries: processors::enquiries(tx, id)?,
            escalations,
            look_ups: processors::look_ups(tx, id)?,
        })
    })?;
    file.escalations.retain(|one| one.lease == id);
    Ok(file)
}

/// One lease: what, until when, and everything that came of it.
pub(crate) fn show(desk: &Desk) -> Answer {
    watcher(desk)?;
    let file = read(desk, find(desk)?)?;
    let lease = &file.lease;
    let name = file.contractor.as_ref().map(|contractor| desk.text(&contractor.name)).unwrap_or_default();
    let title = desk.tell("lease-title", [("name", name)]);
    let mut body = desk.body(&title, &Mistakes::default());
    for escalation in &file.escalations {
        let words = [("cause", desk.text(&escalation.cause.title())), ("time", desk.at(escalation.at))];
        body.part(&Warning(desk.tell("lease-escalated", words)));
    }
    body.part(&SummaryList::new(facts(desk, &file)?));
    acts(desk, &mut body, lease);
    addresses(desk, &mut body, &file.addresses);
    statements(desk, &mut body, &file.statements);
    probes(desk, &mut body, &file.probes);
    enquiries(desk, &mut body, &file.enquiries);
    body.note(desk.text(&processors::not_proven()));
    body.link(desk.say("lease-contractor"), address(desk, lease.contractor));
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff/contractors"))))
}

fn facts(desk: &Desk, file: &File) -> Result<Vec<SummaryRow>, Failure> {
    let (lease, language) = (&file.lease, desk.language());
    let form = if lease.form == processors::Form::LookUp { "lease-form-look-up" } else { "lease-form-hand-over" };
    let purpose = flows::purpose_words(desk.platform(), lease.service, &lease.purpose)?;
    let mut rows = vec![
        SummaryRow::new(desk.say("state"), state(desk, lease)),
        SummaryRow::new(desk.say("scheme"), scheme_title(desk, lease.service)?),
        SummaryRow::new(desk.say("lease-purpose"), desk.text(&purpose)),
        SummaryRow::new(desk.say("lease-groups"), groups(desk, &lease.groups)),
        SummaryRow::new(desk.say("lease-records"), formats::number(i64::try_from(lease.records).unwrap_or(i64::MAX))),
        SummaryRow::new(desk.say("lease-form"), desk.say(form)),
        SummaryRow::new(desk.say("lease-look-ups"), formats::number(file.look_ups)),
        SummaryRow::new(desk.say("lease-granted"), desk.at(lease.granted)),
        SummaryRow::new(desk.say("lease-until"), formats::date(lease.until, language)),
    ];
    let reminders: Vec<String> =
        flows::lease_rules().reminders.iter().map(|days| formats::date(lease.until.plus(-days), language)).collect();
    rows.push(SummaryRow::new(desk.say("lease-reminders"), reminders.join(&desk.say("list-comma"))));
    let moments = [
        ("lease-ended", lease.ended.map(|(at, _)| at)),
        ("lease-key-died", lease.key_died),
        ("lease-due", lease.due),
        ("lease-next-probe", lease.probe),
        ("lease-inspected", lease.inspected.as_ref().map(|(at, _)| *at)),
        ("lease-closed", lease.closed),
    ];
    let known = moments.into_iter().filter_map(|(key, at)| at.map(|at| SummaryRow::new(desk.say(key), desk.at(at))));
    rows.extend(known);
    Ok(rows)
}

fn state(desk: &Desk, lease: &Lease) -> Markup {
    let now = desk.now();
    let late = lease.overdue(now).is_some() || lease.is_over(now);
    let tone = match lease.state {
        LeaseState::Escalated => Tone::Bad,
        _ if late => Tone::Bad,
        LeaseState::Active | LeaseState::Closed => Tone::Good,
        LeaseState::StatementDue | LeaseState::Probing => Tone::Attention,
    };
    let words = desk.say(&format!("lease-state-{}", lease.state.slug()));
    desk.tag(if late { format!("{}: {words}", desk.say("level-overdue")) } else { words }, tone)
}

fn acts(desk: &Desk, body: &mut Body, lease: &Lease) {
    let base = base(desk, lease.id);
    let button = |key: &str, path: &str| Button::link(desk.say(key), format!("{base}{path}"));
    if desk.may::<GrantLease>() && lease.ended.is_none() {
        body.part(&ButtonGroup(vec![
            button("lease-extend-title", "/change/extend"),
            button("lease-address-title", "/change/address"),
            button("lease-transfer-title", "/change/transfer"),
            button("lease-end-title", "/change/end"),
        ]));
    }
    if desk.may::<HandleIncident>() {
        let escalated = lease.state == LeaseState::Escalated;
        let ways = [
            (escalated, "lease-resume-title", "/resume"),
            (is_confirmable(lease), "lease-confirm-title", "/confirm"),
            (!escalated && lease.state != LeaseState::Closed, "lease-breach-title", "/breach"),
        ];
        let ways = ways.into_iter().filter(|(open, ..)| *open);
        body.part(&ButtonGroup(ways.map(|(_, key, path)| button(key, path).style(ButtonStyle::Secondary)).collect()));
    }
    if lease.state == LeaseState::Closed {
        body.part(&button("lease-closing-record", "/closing-record").style(ButtonStyle::Secondary));
    }
}

fn addresses(desk: &Desk, body: &mut Body, addresses: &[Declared]) {
    let mut table = Table::new(desk.say("lease-addresses"), ["address", "lease-address-use", "lease-address-since"].map(|key| desk.say(key)));
    table.empty = desk.say("lease-addresses-none");
    for one in addresses {
        let use_for = desk.say(&format!("address-use-{}", one.use_for.slug()));
        table.row([code(&one.address.to_string()), Markup::text(&use_for), desk.at(one.at).into()]);
    }
    body.part(&table);
}

fn statements(desk: &Desk, body: &mut Body, statements: &[StatementRow]) {
    let mut table = Table::new(desk.say("lease-statements"), ["received", "lease-verdict"].map(|key| desk.say(key)));
    table.empty = desk.say("lease-statements-none");
    for one in statements {
        let verdict = desk.text(&one.verdict.title());
        let verdict = if one.late { format!("{verdict} ({})", desk.say("lease-statement-late")) } else { verdict };
        table.row([desk.at(one.at), verdict]);
    }
    body.part(&table);
}

fn probes(desk: &Desk, body: &mut Body, probes: &[ProbeRow]) {
    let head = ["lease-probed", "lease-verdict", "lease-probe-addresses", "lease-probe-source"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("lease-probes"), head);
    table.numeric = vec![2];
    table.empty = desk.say("lease-probes-none");
    for probe in probes {
        let tone = match probe.verdict {
            Verdict::Clean => Tone::Good,
            Verdict::Alive => Tone::Bad,
            Verdict::Unclear => Tone::Attention,
        };
        table.row([
            desk.at(probe.at).into(),
            desk.tag(desk.text(&probe.verdict.title()), tone),
            formats::number(i64::try_from(probe.fetched.len()).unwrap_or(i64::MAX)).into(),
            Markup::text(&probe.source),
        ]);
    }
    body.part(&table);
}

fn enquiries(desk: &Desk, body: &mut Body, enquiries: &[Enquiry]) {
    let mut table = Table::new(desk.say("lease-enquiries"), ["enquiry-sent", "enquiry-due", "enquiry-answered"].map(|key| desk.say(key)));
    table.empty = desk.say("lease-enquiries-none");
    for one in enquiries {
        let answered = match one.answered {
            Some(at) => desk.at(at),
            None if desk.now() >= one.due => desk.say("level-overdue"),
            None => desk.say("enquiry-waiting"),
        };
        table.row([desk.at(one.sent), desk.at(one.due), answered]);
    }
    body.part(&table);
    if let Some(answers) = enquiries.iter().rev().find_map(|one| one.answers.as_ref()) {
        let lists = [
            ("enquiry-hosts", &answers.hosts),
            ("enquiry-copies", &answers.copies),
            ("enquiry-backups", &answers.backups),
            ("sub-processors", &answers.sub_processors),
        ];
        let row = |(key, list): (&str, &Vec<String>)| {
            let value = if list.is_empty() { desk.say("enquiry-nothing") } else { list.join(&desk.say("list-comma")) };
            SummaryRow::new(desk.say(key), value)
        };
        body.part(&SummaryList::new(lists.map(row).into()));
    }
}
