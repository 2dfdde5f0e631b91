use axum::response::Response;
use desk::{Answer, Desk, Mistakes, date, day, line, missing};
use people::HandleIncident;
use processors::{Lease, LeaseState, confirm_on_site, report_breach};
use seal::sha256;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Warning};
use webkit::Page;

use crate::lease::{base, find};

/// The contractor said on the telephone that something has happened: an officer puts it on record.
pub(crate) fn ask_breach(desk: &Desk) -> Answer {
    desk.right::<HandleIncident>()?;
    let lease = find(desk)?;
    let title = desk.say("lease-breach-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("lease-breach-lead")).part(&Warning(desk.say("lease-breach-warning")));
    body.part(&desk.form().part(&ButtonGroup(vec![
        Button::new(title.clone()).style(ButtonStyle::Warning),
        Button::link(desk.say("cancel"), base(desk, lease.id)).style(ButtonStyle::Quiet),
    ])));
    Ok(desk.show(Page::new(title, body.markup()).back(base(desk, lease.id))))
}

/// Puts it on record: the lease stops, its key dies, and an incident opens.
pub(crate) fn breach(desk: &Desk) -> Answer {
    let grant = desk.right::<HandleIncident>()?;
    let id = find(desk)?.id;
    desk.platform().ledger().write("staff.report_breach", grant.actor(), move |work| {
        report_breach(work, &grant, id, &flows::lease_rules()).map(drop)
    })?;
    flows::contractor_round(desk.platform())?;
    Ok(desk.done("done-breach", &base(desk, id)))
}

/// An escalated lease with a statement, whose deletion nobody can see from outside.
fn to_confirm(desk: &Desk) -> Result<Lease, webkit::Failure> {
    let lease = find(desk)?;
    if is_confirmable(&lease) { Ok(lease) } else { Err(missing()) }
}

/// Whether somebody who inspected the contractor's place may close it.
pub(crate) fn is_confirmable(lease: &Lease) -> bool {
    lease.state == LeaseState::Escalated && lease.statement.is_some()
}

/// Who has inspected the contractor's own place says when, and under which number the report is filed.
pub(crate) fn ask_confirm(desk: &Desk) -> Answer {
    desk.right::<HandleIncident>()?;
    let lease = to_confirm(desk)?;
    Ok(confirm_page(desk, &lease, &Mistakes::default()))
}

fn confirm_page(desk: &Desk, lease: &Lease, mistakes: &Mistakes) -> Response {
    let title = desk.say("lease-confirm-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("lease-confirm-lead"));
    let form = desk
        .form()
        .part(&date(desk, mistakes, "inspected", "lease-inspected"))
        .part(&line(desk, mistakes, "report", "lease-report"))
        .part(&ButtonGroup(vec![
            Button::new(title.clone()),
            Button::link(desk.say("cancel"), base(desk, lease.id)).style(ButtonStyle::Quiet),
        ]));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).back(base(desk, lease.id)), mistakes)
}

/// Closes the lease. The journal has the digest of day and report number, which names nobody.
pub(crate) fn confirm(desk: &Desk) -> Answer {
    let grant = desk.right::<HandleIncident>()?;
    let lease = to_confirm(desk)?;
    if desk.values.switching() {
        return Ok(confirm_page(desk, &lease, &Mistakes::default()));
    }
    let mut mistakes = Mistakes::default();
    let inspected = day(desk, &mut mistakes, "inspected");
    let ended = lease.ended.map(|(at, _)| at.day());
    if inspected.is_some_and(|day| day > desk.now().day() || ended.is_some_and(|ended| day < ended)) {
        mistakes.add("inspected", desk.say("lease-inspected-wrong"));
    }
    let report = desk.values.get("report").trim();
    if report.is_empty() || report.chars().count() > 100 {
        mistakes.add("report", desk.say("lease-report-wrong"));
    }
    let Some(inspected) = inspected.filter(|_| mistakes.is_empty()) else { return Ok(confirm_page(desk, &lease, &mistakes)) };
    let (id, audit) = (lease.id, sha256(&[format!("{inspected} {report}").as_bytes()]));
    desk.platform().ledger().write("staff.confirm_on_site", grant.actor(), move |work| {
        confirm_on_site(work, &grant, id, audit).map(drop)
    })?;
    Ok(desk.done("done-lease", &base(desk, id)))
}

/// The closing record as a file that `lionrock-verify certificate` reads.
pub(crate) fn record(desk: &Desk) -> Answer {
    crate::contractors::watcher(desk)?;
    let id = find(desk)?.id;
    let record = desk.platform().ledger().read("staff.closing_record", |tx| processors::closing_record(tx, id))?;
    let record = record.ok_or_else(missing)?;
    Ok(desk::file(record.into_bytes(), "application/json", &format!("{id}-closing-record.json")))
}
