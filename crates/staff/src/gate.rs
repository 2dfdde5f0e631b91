use assurance::{Gate, GateRecord, Missing, Requirement, Status};
use desk::{Answer, Desk, Gated, Mistakes, Posts, code, link, missing, short};
use kernel::{Id, kinds, to_hex};
use people::{ReadDashboard, SignGate, SubmitGateRecord, WithdrawGateRecord};
use webkit::parts::{Button, SummaryList, SummaryRow, Table, Tone};
use webkit::{Failure, Markup, Page, formats};

use crate::scheme_page::gate_state;

/// The launch gate of one version: what it needs, what is on record, who has signed.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (gated, _) = desk.gated::<ReadDashboard>()?;
    let status = find(desk, &gated)?;
    let title = desk.say("gate-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("gate-lead")).part(&SummaryList::new(facts(desk, &gated, &status)));
    let base = base(&gated, &status);
    body.part(&requirements(desk, &status, &base));
    let open = status.gate.superseded().is_none() && gated.goes_on;
    if open && desk.may::<SubmitGateRecord>() {
        body.part(&Button::link(desk.say("record-add"), format!("{base}/records")));
    }
    let posts = desk.posts()?;
    body.part(&signatures(desk, &status.gate, &posts));
    if open && desk.may::<SignGate>() {
        let complete = status.missing.iter().all(|it| *it == Missing::Absent(Requirement::TwoSignatures));
        let signed = has_signed(desk, &status.gate)?;
        if signed && complete {
            body.p(desk.say(if status.in_force.is_some() { "sign-twice" } else { "sign-done" }));
        } else if complete {
            body.part(&Button::link(desk.say("sign-title"), format!("{base}/sign")));
        } else {
            body.p(desk.say("sign-not-yet"));
        }
    }
    if status.gate.withdrawn().next().is_some() {
        body.part(&withdrawn(desk, &status.gate));
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(gated.home.clone())))
}

/// The gate of the address, if it is the scheme's.
pub(crate) fn find(desk: &Desk, gated: &Gated) -> Result<Status, Failure> {
    let (version, now): (Id<kinds::SchemeVersion>, _) = (desk.id("version")?, desk.now());
    let ledger = desk.platform().ledger();
    let status = ledger.read("staff.gate", |tx| assurance::status(tx, version, now))?;
    status.filter(|status| status.gate.service() == gated.scope.service()).ok_or_else(missing)
}

/// The address of a gate.
pub(crate) fn base(gated: &Gated, status: &Status) -> String {
    format!("{}/gates/{}", gated.home, status.gate.version())
}

/// What the gate is about.
pub(crate) fn facts(desk: &Desk, gated: &Gated, status: &Status) -> Vec<SummaryRow> {
    let digest = to_hex(status.gate.digest().bytes());
    let way = format!("{}/versions/{digest}", gated.home);
    let mut definition = code(&digest);
    definition.push(&Markup::trusted("<br>"));
    definition.push(&link(&desk.say("gate-read-definition"), &way));
    let mut rows = vec![
        SummaryRow::new(desk.say(gated.word), gated.title.as_str()),
        SummaryRow::new(desk.say("state"), gate_state(desk, &status.missing, status.in_force)),
        SummaryRow::new(desk.say("definition-version"), definition),
        SummaryRow::new(desk.say("gate-tier"), desk.say(&format!("tier-{}", status.gate.opening().tier.slug()))),
        SummaryRow::new(desk.say("gate-opened"), desk.at(status.gate.opening().at)),
    ];
    if let Some(until) = status.in_force.and_then(|force| force.until) {
        rows.push(SummaryRow::new(desk.say("gate-until"), formats::date(until, desk.language())));
    }
    rows
}

/// Whether the officer who looks has signed the documents as they stand.
fn has_signed(desk: &Desk, gate: &Gate) -> Result<bool, Failure> {
    let (officer, current) = (desk.who()?.officer(), gate.to_sign(desk.now().day()));
    Ok(gate.signatures().iter().any(|signature| signature.officer == officer && signature.records == current))
}

fn requirements(desk: &Desk, status: &Status, base: &str) -> Table {
    let head = ["gate-needs", "state", "record-document", "record-author", "record-dated", "record-expires", "record-digest", "act"];
    let mut table = Table::new(desk.say("gate-requirements"), head.map(|key| desk.say(key)));
    let today = desk.now().day();
    for requirement in Requirement::documents(status.gate.opening().tier) {
        let records: Vec<&GateRecord> = status.gate.held().filter(|record| requirement.is_met_by(record.kind)).collect();
        let name = Markup::text(&desk.text(&requirement.text()));
        if records.is_empty() {
            let state = desk.tag(desk.say("gate-missing"), Tone::Attention);
            table.row([name.clone(), state]);
        }
        for record in records {
            let state = if record.holds_on(today) {
                desk.tag(desk.say("gate-met"), Tone::Good)
            } else {
                desk.tag(desk.say("gate-expired"), Tone::Bad)
            };
            let mut row = vec![name.clone(), state];
            row.extend(document(desk, record));
            row.push(way_to_withdraw(desk, status, base, record));
            table.row(row);
        }
    }
    table
}

fn way_to_withdraw(desk: &Desk, status: &Status, base: &str, record: &GateRecord) -> Markup {
    if !desk.may::<WithdrawGateRecord>() || status.gate.superseded().is_some() {
        return Markup::default();
    }
    link(&desk.say("withdraw"), &format!("{base}/records/{}/withdraw", record.id))
}

/// The cells about a document: title, author, date, end, digest.
pub(crate) fn document(desk: &Desk, record: &GateRecord) -> [Markup; 5] {
    let expires = record.expires.map_or_else(|| desk.say("record-no-end"), |day| formats::date(day, desk.language()));
    let author = desk.tell("record-by", [("author", record.author.as_str()), ("organisation", record.organisation.as_str())]);
    [
        Markup::text(&record.title),
        Markup::text(&author),
        formats::date(record.dated, desk.language()).into(),
        expires.into(),
        short(&record.document.to_string()),
    ]
}

fn signatures(desk: &Desk, gate: &Gate, posts: &Posts) -> Table {
    let head = ["sign-officer", "role", "sign-at", "sign-covers"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("gate-signatures"), head);
    table.empty = desk.say("gate-no-signature");
    let current = gate.to_sign(desk.now().day());
    for signature in gate.signatures() {
        let covers = if signature.records == current { "sign-covers-all" } else { "sign-covers-earlier" };
        table.row([
            posts.of(signature.officer),
            desk.text(&signature.role.title()),
            desk.at(signature.at),
            desk.say(covers),
        ]);
    }
    table
}

fn withdrawn(desk: &Desk, gate: &Gate) -> Table {
    let head = ["record-document", "record-author", "record-digest", "withdraw-reason"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("gate-withdrawn"), head);
    for (record, reason) in gate.withdrawn() {
        let [title, author, _, _, digest] = document(desk, record);
        table.row([title, author, digest, Markup::text(&desk.text(&reason.title()))]);
    }
    table
}
