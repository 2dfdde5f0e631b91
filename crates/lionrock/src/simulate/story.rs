//! The life of a scheme, stage by stage.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Instant as Moment;

use kernel::Instant;
use registration::scheme::FieldGroup;
use serde_json::{Value, json};
use store::StoreError;

use super::canaries::Canaries;
use super::crowd::{Outcome, Rush, send};
use super::day::{Day, FOUNDED, SLUG, Told};
use super::evidence::Evidence;
use super::recount::Recount;
use super::{DayArgs, Failure, progress};
use crate::load::{Figures, Patience, cpu_micros};

/// Lives it. An error is something that stopped the run; what does not hold stands in the findings.
pub fn live(args: &DayArgs) -> Result<Told, Failure> {
    let began = Moment::now();
    let own_cpu = cpu_micros("self");
    progress(&format!("{} households, seed {}, officers' acts at the console", args.households, args.seed));
    let mut day = Day::prepare(args)?;
    let mut story = Story { args: args.clone(), outcome: Outcome::default(), checkpoint: String::new() };
    day.stage("found the department", |day| story.found(day))?;
    day.stage("before the gate", |day| story.before_gate(day))?;
    day.stage("through the gate", |day| story.gate(day))?;
    day.stage("register", |day| story.register(day))?;
    day.stage("match and tell", |day| story.match_and_tell(day))?;
    day.stage("statistics", |day| story.statistics(day))?;
    day.stage("receipts and checkpoints", |day| story.receipts(day))?;
    day.stage("recount", |day| story.recount(day))?;
    day.stage("deliver", |day| story.deliver(day))?;
    day.stage("close", |day| story.close(day))?;
    day.stage("retention", |day| story.retention(day))?;
    day.stage("erasure and certificate", |day| story.erase(day))?;
    day.stage("scan every file", |day| story.scan(day))?;
    day.told.seconds = began.elapsed().as_secs_f64();
    let households = u64::try_from(day.plan.acts.len())?.max(1);
    let cpu = day.cpu_before / households;
    day.told.numbers.insert("server CPU µs a household, all stages".into(), cpu.into());
    let own = (cpu_micros("self") - own_cpu) / households;
    day.told.numbers.insert("simulator CPU µs a household".into(), own.into());
    Ok(std::mem::take(&mut day.told))
}

struct Story {
    args: DayArgs,
    outcome: Outcome,
    checkpoint: String,
}

/// A moment of the simulated year.
fn at(text: &str) -> Instant {
    Instant::parse_hong_kong(text).unwrap_or(Instant::from_millis(0))
}

/// Before the opening, on the day before it.
const EVE: &str = "2020-05-05T12:00";
/// The opening.
const OPEN: &str = "2020-05-06T07:00";
/// Two weeks later the deliveries begin.
const DELIVER: &str = "2020-05-20T10:00";
/// The first minute after the window.
const CLOSED: &str = "2020-06-07T00:05";

/// Routes that do not exist before the gate.
const PUBLIC: [&str; 5] = ["", "/queue", "/statistics", "/checkpoint", "/consistency/0"];

#[expect(clippy::unused_self, reason = "every stage has the same shape, so that one list of stages can hold them")]
impl Story {
    fn found(&mut self, day: &mut Day) -> Result<String, Failure> {
        let console = day.console(at(FOUNDED))?;
        let staff = console.found(&day.installation.config.origin, day.scheme.definition())?;
        day.staff = Some(staff);
        Ok("four officers with passkeys, one scheme as a draft".into())
    }

    fn before_gate(&mut self, day: &mut Day) -> Result<String, Failure> {
        day.start(at(FOUNDED))?;
        let found = open_routes(day)?;
        day.told.findings.note(7, "no public route exists before the gate", found.is_empty(), format!("{} routes asked, {} exist", PUBLIC.len() + 1, found.len()));
        day.stop()?;
        Ok("asked every public route".into())
    }

    fn gate(&mut self, day: &mut Day) -> Result<String, Failure> {
        let staff = day.staff()?;
        let console = day.console(at(FOUNDED))?;
        console.pass_gate(&staff)?;
        drop(console);
        day.start(at(EVE))?;
        let found = open_routes(day)?.len();
        day.told.findings.expect("the public routes exist once the gate is passed", found >= 4, format!("{found} exist"));
        let early = self.one_registration(day)?;
        day.told.findings.expect("nothing is taken before the opening", (400..500).contains(&early), format!("HTTP {early}"));
        day.clock(at(OPEN))?;
        Ok("eight documents, two signatures; open at 07:00".into())
    }

    /// Sends the first registration alone and returns the status.
    fn one_registration(&self, day: &Day) -> Result<u16, Failure> {
        let act = day.plan.acts.first().ok_or("the plan is empty")?;
        let place = day.post(&format!("/api/v1/schemes/{SLUG}/queue"), &json!({}))?.json();
        let pass = place.pointer("/admitted/pass").and_then(Value::as_str).unwrap_or_default();
        let mut body = serde_json::to_value(&act.request)?;
        if let Some(map) = body.as_object_mut() {
            map.insert("pass".into(), pass.into());
            let scheme = day.get(&format!("/api/v1/schemes/{SLUG}"))?.json();
            map.insert("version".into(), scheme.get("version").cloned().unwrap_or_default());
        }
        Ok(day.post(&format!("/api/v1/schemes/{SLUG}/households"), &body)?.status)
    }

    fn register(&mut self, day: &mut Day) -> Result<String, Failure> {
        let target = day.server.as_ref().ok_or("the server does not run")?.target.clone();
        let registrations = day.plan.acts.len();
        let rush = Rush {
            target,
            slug: SLUG.into(),
            connections: self.args.connections,
            keep_every: (registrations / 50).max(1),
            patience: Patience::default(),
            pass: None,
            begun: std::sync::Arc::default(),
        };
        let cpu = day.server_cpu();
        let mut outcome = send(&day.runtime, &rush, &day.plan, 0, registrations)?;
        let cpu = (day.server_cpu() - cpu) / u64::try_from(registrations)?.max(1);
        let figures = Figures::of(std::mem::take(&mut outcome.registrations));
        day.told.figures.insert("registrations by JSON over HTTPS", figures);
        day.told.figures.insert("waiting room's door", Figures::of(std::mem::take(&mut outcome.doors)));
        let people = u32::try_from(registrations)?.max(1);
        day.told.numbers.insert("average wait at the door, s".into(), (outcome.waited / f64::from(people)).into());
        day.told.numbers.insert("server CPU µs a registration".into(), cpu.into());
        let findings = &mut day.told.findings;
        let example = outcome.failed.first().cloned().unwrap_or_default();
        findings.expect("every registration is acknowledged", outcome.failed.is_empty(), format!("{} of {registrations} not: {example}", outcome.failed.len()));
        findings.note(5, "a resend is answered with the same reference", outcome.doubled == 0, format!("{} resends, {} other references", day.plan.expected.resends, outcome.doubled));
        self.outcome = outcome;
        self.checkpoint = day.get(&format!("/api/v1/schemes/{SLUG}/checkpoint"))?.text();
        Ok(format!("{registrations} registrations, {:.0}/s", figures.rate))
    }

    fn match_and_tell(&mut self, day: &mut Day) -> Result<String, Failure> {
        let (registrations, expected) = (day.plan.acts.len(), day.plan.expected);
        let matched = day.until("matched", registrations, |day| day.total("received"))?;
        let told = day.until("told by SMS", registrations, |day| Ok(day.telephones.count()))?;
        let (confirmed, checking, people) = (day.total("confirmed")?, day.total("checking")?, day.total("people")?);
        let texts = day.telephones.since(0);
        let repair = texts.iter().filter(|text| text.text.contains("/repair")).count();
        let shapes: HashSet<String> = texts.iter().map(|text| shape(&text.text)).collect();
        let twice = day.telephones.twice();
        day.told.numbers.insert("people".into(), people.into());
        let findings = &mut day.told.findings;
        findings.note(5, "every registration counts once", matched == registrations, format!("{matched} of {registrations}"));
        findings.expect("people", people == expected.people, format!("{people}, expected {}", expected.people));
        findings.expect("confirmed", confirmed == expected.confirmed, format!("{confirmed}, expected {}", expected.confirmed));
        findings.expect("needs checking", checking == expected.checking, format!("{checking}, expected {}", expected.checking));
        findings.expect("everybody is told once", told == registrations && twice == 0, format!("{told} of {registrations} texts, {twice} came twice"));
        findings.note(11, "two texts and no third: mismatch, duplicate and not eligible read the same", shapes.len() <= 6 && repair == expected.checking, format!("{} texts in three languages, {repair} with the link to repair", shapes.len()));
        Ok(format!("{confirmed} confirmed, {checking} to be checked, {told} texts"))
    }

    fn statistics(&mut self, day: &mut Day) -> Result<String, Failure> {
        let statistics = day.get(&format!("/api/v1/schemes/{SLUG}/statistics"))?.json();
        let cells: Vec<Option<u64>> = statistics
            .get("districts")
            .and_then(Value::as_array)
            .map(|cells| cells.iter().map(|cell| cell.get("registrations").and_then(Value::as_u64)).collect())
            .unwrap_or_default();
        let shown = cells.iter().flatten().count();
        let small = cells.iter().flatten().filter(|value| (1..10).contains(*value)).count();
        day.told.findings.note(11, "no cell under ten is published", small == 0 && !cells.is_empty(), format!("{shown} of {} districts shown", cells.len()));
        Ok(format!("{shown} districts shown"))
    }

    fn receipts(&mut self, day: &mut Day) -> Result<String, Failure> {
        let evidence = Evidence::new(&day.directory.path().join("evidence"), &day.get("/api/v1/key")?.text())?;
        let receipts: Vec<&Value> = self.outcome.acknowledged.iter().filter_map(|a| a.receipt.as_ref()).collect();
        let mut client = day.client()?;
        let verdicts = evidence.receipts(&day.runtime, &mut client, SLUG, &receipts)?;
        let expected = receipts.len() * 2;
        let said = verdicts.invalid.first().cloned().unwrap_or_default();
        day.told.findings.note(5, "receipts are valid, as given and completed", verdicts.valid == expected && expected > 0, format!("{} of {expected} {said}", verdicts.valid));
        self.grown(day, &evidence)?;
        Ok(format!("{} receipts verified twice", receipts.len()))
    }

    /// Whether the newest checkpoint continues the one from the end of the rush.
    fn grown(&self, day: &mut Day, evidence: &Evidence) -> Result<(), Failure> {
        let size = self.checkpoint.lines().nth(1).unwrap_or_default();
        let mut verdict = Err("no checkpoint".to_owned());
        // A bulletin may be written between the two questions: then they are asked again.
        for _ in 0..5 {
            let proof = day.get(&format!("/api/v1/schemes/{SLUG}/consistency/{size}"))?;
            let newer = day.get(&format!("/api/v1/schemes/{SLUG}/checkpoint"))?.text();
            verdict = evidence.growth(&self.checkpoint, &proof.text(), &newer)?;
            if verdict.is_ok() {
                break;
            }
        }
        let said = verdict.as_ref().err().cloned().unwrap_or_default();
        day.told.findings.note(4, "the journal only grows", verdict.is_ok(), format!("from {size} entries {said}"));
        Ok(())
    }

    fn recount(&mut self, day: &mut Day) -> Result<String, Failure> {
        day.stop()?;
        if let Some(sabotage) = self.args.sabotage {
            self.spoil(day, sabotage)?;
        }
        let console = day.console(at(DELIVER))?;
        let service = console.service(SLUG)?;
        let recount = Recount::of(&service, &day.tiles())?;
        let missing = recount.missing(self.outcome.acknowledged.iter().map(|a| a.reference.as_str()));
        let acknowledged: HashSet<&str> = self.outcome.acknowledged.iter().map(|a| a.reference.as_str()).collect();
        let (unknown, waiting) = recount.unmatched();
        let surplus = recount.received.keys().filter(|reference| !acknowledged.contains(reference.as_str())).count();
        let findings = &mut day.told.findings;
        findings.note(5, "nothing acknowledged is lost", missing == 0 && recount.lost.is_empty(), format!("{missing} of {} missing, {} entries without their registration", acknowledged.len(), recount.lost.len()));
        findings.note(5, "nothing is doubled", recount.doubled == 0 && recount.unheard == 0 && unknown == 0, format!("{} households twice, {} registrations without a journal entry, {unknown} households nobody sent", recount.doubled, recount.unheard));
        findings.note(5, "the store holds what was acknowledged, no more", surplus <= self.outcome.failed.len() && waiting == 0, format!("{} received, {surplus} not acknowledged, {waiting} not matched", recount.received.len()));
        let wrong = recount.journal.first().cloned().unwrap_or_else(|| format!("{} entries", recount.entries));
        findings.note(4, "entries, tiles and signed checkpoint agree", recount.journal.is_empty(), wrong);
        let totals = (recount.figures.total("received"), recount.figures.total("people"));
        let expected = (i64::try_from(day.plan.acts.len())?, i64::try_from(day.plan.expected.people)?);
        findings.expect("counters are those of the recount", totals == expected, format!("{totals:?}, expected {expected:?}"));
        let alive = alive(&service)?;
        findings.expect("names and addresses can be opened while they are needed", alive.0 == alive.1 && alive.1 > 0, format!("{} of {} tried", alive.0, alive.1));
        drop(service);
        drop(console);
        self.look_for_clear_text(day, "no value stands in clear while the scheme is alive")?;
        Ok(format!("{} entries, {} registrations, {} households", recount.entries, recount.received.len(), recount.households.len()))
    }

    fn spoil(&self, day: &Day, sabotage: super::Sabotage) -> Result<(), Failure> {
        progress(&format!("  sabotage: {sabotage:?}, which breaks promise {}", sabotage.promise()));
        let name = day.plan.acts.first().map(|act| act.request.household.name.clone()).unwrap_or_default();
        let console = day.console(at(DELIVER))?;
        sabotage.strike(&day.installation, &*console.service(SLUG)?, &day.tiles(), &name)
    }

    fn deliver(&mut self, day: &mut Day) -> Result<String, Failure> {
        let staff = day.staff()?;
        let console = day.console(at(DELIVER))?;
        let delivery = console.deliver(&staff, SLUG, &day.courier)?;
        let mut results = String::from("reference,result\n");
        for (reference, number) in delivery.references.iter().zip(0_u64..) {
            let result = if number % 33 == 32 { "failed" } else { "delivered" };
            results.extend([reference.as_str(), ",", result, "\n"]);
        }
        let taken = console.results(&staff, SLUG, &results)?;
        drop(console);
        let deliverable = day.plan.expected.confirmed - day.plan.expected.unknown_addresses;
        let findings = &mut day.told.findings;
        findings.note(3, "nothing is exported on one person's word", delivery.refused_alone == delivery.exports, format!("{} of {} refused alone", delivery.refused_alone, delivery.exports));
        findings.expect("every confirmed household with a known address goes to the courier once", delivery.references.len() == deliverable && delivery.is_distinct(), format!("{} of {deliverable}", delivery.references.len()));
        findings.expect("every result of the courier is taken over", taken == deliverable, format!("{taken} of {deliverable}"));
        let before = day.telephones.count();
        day.start(at(DELIVER))?;
        let goal = before + delivery.references.len() + taken;
        let told = day.until("told about delivery", goal, |day| Ok(day.telephones.count()))?;
        day.told.findings.expect("everybody is told of dispatch and delivery", told == goal, format!("{} of {} texts", told - before, goal - before));
        Ok(format!("{} exports, {taken} results, {} texts", delivery.exports, told - before))
    }

    fn close(&mut self, day: &mut Day) -> Result<String, Failure> {
        day.clock(at(CLOSED))?;
        let status = self.one_registration(day)?;
        day.told.findings.expect("nothing is taken after the close", (400..500).contains(&status), format!("HTTP {status}"));
        Ok("the window is over".into())
    }

    /// Day by day until the first retention has ended, and a look at what is left.
    fn retention(&mut self, day: &mut Day) -> Result<String, Failure> {
        let contact = day.scheme.expiry(FieldGroup::Contact);
        let days = walk(day, at(CLOSED), contact.plus(1))?;
        let now = Instant::at(contact.plus(1), 10);
        day.stop()?;
        let console = day.console(now)?;
        let service = console.service(SLUG)?;
        let alive = alive(&service)?;
        drop(service);
        drop(console);
        day.told.findings.note(2, "names and addresses are unreadable on the day after their last, whether removed or not", alive.0 == 0, format!("{} of {} tried can be opened", alive.0, alive.1));
        day.start(now)?;
        Ok(format!("{days} midnights; contact data ended on {contact}"))
    }

    fn erase(&mut self, day: &mut Day) -> Result<String, Failure> {
        let last = day.scheme.last_expiry();
        let from = Instant::at(day.scheme.expiry(FieldGroup::Contact).plus(1), 10);
        walk(day, from, last.plus(1))?;
        let path = format!("/api/v1/certificates/{SLUG}");
        day.until("certificate", 1, |day| Ok(usize::from(day.get(&path)?.status == 200)))?;
        let certificate = day.get(&path)?;
        let key = day.get("/api/v1/key")?.text();
        let evidence = Evidence::new(&day.directory.path().join("evidence"), &key)?;
        let verdict = if certificate.status == 200 {
            evidence.check("certificate", &certificate.text(), &[])?
        } else {
            Err(format!("HTTP {}", certificate.status))
        };
        let said = verdict.as_ref().err().cloned().unwrap_or_else(|| "verified offline".into());
        day.told.findings.note(4, "the certificate of erasure is valid", verdict.is_ok(), said);
        let note = certificate.json().get("note").and_then(Value::as_str).unwrap_or_default().to_owned();
        let lines: HashMap<&str, &str> = note.lines().filter_map(|line| line.split_once(": ")).collect();
        let (households, expected) = (lines.get("households").copied().unwrap_or("none"), day.plan.acts.len().to_string());
        day.told.findings.note(4, "it names as many households as were received", households == expected, format!("{households}, expected {expected}"));
        let routes = open_routes(day)?.len();
        day.told.findings.note(7, "no public route is left", routes == 0, format!("{routes} exist"));
        let left = leftovers(day)?;
        day.told.findings.note(4, "store, key tree and root are gone", left.is_empty(), left.join(", "));
        day.stop()?;
        Ok(format!("{households} households erased on {last}"))
    }

    fn scan(&mut self, day: &mut Day) -> Result<String, Failure> {
        self.look_for_clear_text(day, "no value stands in clear in any file that is left")
    }

    fn look_for_clear_text(&self, day: &mut Day, what: &'static str) -> Result<String, Failure> {
        let every = (day.plan.acts.len() / 400).max(1);
        let typed = day.plan.acts.iter().step_by(every).map(|act| &act.request.household);
        let number = |text: &str| text.split('(').next().unwrap_or_default().to_owned();
        let values: Vec<String> = typed
            .flat_map(|form| {
                let own = [form.name.clone(), number(&form.id_number), form.mobile.clone(), form.address.text.clone()];
                own.into_iter().chain(form.members.iter().map(|member| number(&member.id_number))).collect::<Vec<_>>()
            })
            .collect();
        let officers = (1..=4).map(|number| format!("officer{number}@demo.example"));
        let values: Vec<String> = values.into_iter().chain(officers).collect();
        let scanned = Canaries::new(values.iter().map(String::as_str)).scan(&day.installation.directory)?;
        let example = scanned.leaks.first().map(|leak| {
            let file = leak.file.strip_prefix(&day.installation.directory).unwrap_or(&leak.file).display().to_string();
            format!("; first: {file} at byte {} in {}", leak.at, leak.encoding)
        });
        let seen = format!("{} values, {} files, {} MB, {} found{}", values.len(), scanned.files, scanned.bytes / 1_000_000, scanned.leaks.len(), example.unwrap_or_default());
        day.told.findings.note(1, what, scanned.leaks.is_empty(), seen.clone());
        Ok(seen)
    }
}

/// The public routes that exist.
fn open_routes(day: &Day) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for route in PUBLIC {
        let path = format!("/api/v1/schemes/{SLUG}{route}");
        if day.get(&path)?.status != 404 {
            found.push(path);
        }
    }
    let path = format!("/api/v1/schemes/{SLUG}/households");
    let act = day.plan.acts.first().ok_or("the plan is empty")?;
    if day.post(&path, &serde_json::to_value(&act.request)?)?.status != 404 {
        found.push(path);
    }
    Ok(found)
}

/// Moves the clock over every midnight up to a day, and leaves it ten minutes into that day.
fn walk(day: &Day, from: Instant, to: kernel::Day) -> Result<i32, Failure> {
    let days = to.since(from.day());
    for number in 1..=days {
        day.clock(Instant::at(from.day().plus(number), 10))?;
    }
    Ok(days)
}

/// How many of the first contact values can still be opened, of how many tried.
fn alive(service: &flows::Service) -> Result<(usize, usize), Failure> {
    let rows = service.ledger().read("simulate.contacts", |tx| {
        let rows = tx.query(
            "-- simulate.contacts
select record, contact_purpose, contact_expiry from household_submission order by event limit 200",
            &[],
        )?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect::<Result<Vec<(i64, String, kernel::Day)>, StoreError>>()
    });
    let rows = rows.map_err(|error| error.to_string())?;
    let mut alive = 0;
    for (record, purpose, expiry) in &rows {
        let slot = seal::Slot {
            purpose: seal::Purpose::new(purpose)?,
            record: seal::RecordNumber(u64::try_from(*record)?),
            person: 0,
            group: 1,
            schema: 1,
            expiry: *expiry,
        };
        alive += usize::from(service.ledger().keys().is_alive(&slot));
    }
    Ok((alive, rows.len()))
}

/// Files that a purged scheme must not leave.
fn leftovers(day: &Day) -> Result<Vec<String>, Failure> {
    let name = format!("s_{}", SLUG.replace('-', "_"));
    let mut left = Vec::new();
    for directory in ["stores", "keys", "roots"] {
        for entry in std::fs::read_dir(day.installation.directory.join(directory))? {
            let file = entry?.file_name().to_string_lossy().into_owned();
            // What remains of a destroyed key tree is its tombstone, which holds no key.
            let is_root = Path::new(&file).extension().is_some_and(|extension| extension == "root");
            if file.starts_with(&name) && (directory != "keys" || is_root) {
                left.push(format!("{directory}/{file}"));
            }
        }
    }
    Ok(left)
}

/// A text without what is different in each: reference and language aside, only two may be left.
fn shape(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut shape = String::new();
    let mut at = 0;
    while let Some(first) = characters.get(at) {
        let window = characters.get(at..at + 14);
        if window.is_some_and(is_reference) {
            shape.push('#');
            at += 14;
        } else {
            shape.push(*first);
            at += 1;
        }
    }
    shape
}

/// Three groups of four letters and digits with hyphens between them.
fn is_reference(window: &[char]) -> bool {
    window.iter().enumerate().all(|(place, c)| match place {
        4 | 9 => *c == '-',
        _ => c.is_ascii_digit() || c.is_ascii_uppercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_differ_by_their_reference_only() {
        assert_eq!(shape("Masks: your registration 0123-ABCD-9XYZ is confirmed."), "Masks: your registration # is confirmed.");
        assert_ne!(shape("登記 0123-ABCD-9XYZ 已獲確認"), shape("登記 0123-ABCD-9XYZ 的資料需要核對"));
    }
}
