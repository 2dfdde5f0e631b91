//! Delivery, the close, and the end of the data.

use std::collections::HashMap;
use std::path::Path;

use kernel::Instant;
use registration::scheme::FieldGroup;
use serde_json::Value;

use super::Failure;
use super::day::{Day, SLUG};
use super::delivery::fetch;
use super::department::Department;
use super::evidence::Evidence;
use super::launch::open_routes;
use super::reckoning::{alive, look_for_clear_text, plant_and_find};
use super::story::{CLOSE, CLOSED, Story, at, one_registration};

#[expect(clippy::unused_self, reason = "every stage has the same shape, so that one list of stages can hold them")]
impl Story {
    pub fn deliver(&mut self, day: &mut Day) -> Result<String, Failure> {
        let before = day.telephones.count();
        let (signing, recipient) = ("0f".repeat(32), day.recipient()?);
        let credential = day.act(async |department| department.contract_courier(&signing, &recipient).await)?;
        let mut delivery = day.act(async |department| department.deliver().await)?;
        delivery.files = day.runtime.block_on(fetch(&day.target()?, &credential, &day.courier))?;
        let exported = day.until("dispatched", self.confirmed, |day| day.total("dispatched"))?;
        let planted = delivery.lines().saturating_sub(exported);
        let findings = &mut day.told.findings;
        findings.note(3, "nothing is exported on one person's word", delivery.refused_alone == delivery.asked && delivery.asked > 0, format!("{} of {} refused alone", delivery.refused_alone, delivery.asked));
        findings.expect("every confirmed household goes to the courier once", exported == self.confirmed && delivery.is_distinct(), format!("{exported} of {}", self.confirmed));
        findings.note(8, "every package of the courier's lease has planted records in it", planted >= 3 * delivery.files.len() && planted > 0, format!("{planted} in {} packages", delivery.files.len()));
        day.act(async |department| department.results(&delivery).await)?;
        let results = |day: &Day| Ok(day.total("delivered")? + day.total("undelivered")?);
        let taken = day.until("results taken over", exported, results)?;
        day.told.findings.expect("every result of the courier is taken over", taken == exported, format!("{taken} of {exported}"));
        let goal = before + exported + taken;
        let told = day.until("told about delivery", goal, |day| Ok(day.telephones.count()))?;
        day.told.findings.expect("everybody is told of dispatch and delivery", told == goal, format!("{} of {} texts", told - before, goal - before));
        Ok(format!("{} exports, {taken} results, {} texts", delivery.files.len(), told - before))
    }

    /// The owner pauses and resumes, and closes a day early with the supervisor's word.
    pub fn close(&mut self, day: &mut Day) -> Result<String, Failure> {
        day.clock(at(CLOSE))?;
        day.act(async |department| department.operate("pause").await)?;
        let paused = one_registration(day)?;
        day.act(async |department| department.operate("resume").await)?;
        let alone = day.act(Department::close_early)?;
        let early = one_registration(day)?;
        day.clock(at(CLOSED))?;
        let after = one_registration(day)?;
        let refused = |status: u16| (400..=503).contains(&status) && status != 500;
        let findings = &mut day.told.findings;
        findings.expect("nothing is taken while registration is paused", refused(paused), format!("HTTP {paused}"));
        findings.expect("nobody closes early alone", refused(alone), format!("HTTP {alone}"));
        findings.expect("nothing is taken after the close", refused(early) && refused(after), format!("HTTP {early}, HTTP {after} after the window"));
        Ok("closed a day early, by two persons".into())
    }

    /// Day by day until the first retention has ended, and a look at what is left.
    pub fn retention(&mut self, day: &mut Day) -> Result<String, Failure> {
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

    pub fn erase(&mut self, day: &mut Day) -> Result<String, Failure> {
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
        let (households, expected) = (lines.get("households").copied().unwrap_or("none"), self.households(day).to_string());
        day.told.findings.note(4, "it names as many households as were received", households == expected, format!("{households}, expected {expected}"));
        let routes = open_routes(day)?.len();
        day.told.findings.note(7, "no public route is left", routes == 0, format!("{routes} exist"));
        let left = leftovers(day)?;
        day.told.findings.note(4, "store, key tree and root are gone", left.is_empty(), left.join(", "));
        day.stop()?;
        Ok(format!("{households} households erased on {last}"))
    }

    pub fn scan(&mut self, day: &mut Day) -> Result<String, Failure> {
        plant_and_find(day)?;
        look_for_clear_text(day, "no value stands in clear in any file that is left")
    }
}

/// Moves the clock over every midnight up to a day, and leaves it ten minutes into that day.
pub(super) fn walk(day: &Day, from: Instant, to: kernel::Day) -> Result<i32, Failure> {
    let days = to.since(from.day());
    for number in 1..=days {
        day.clock(Instant::at(from.day().plus(number), 10))?;
    }
    Ok(days)
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
    if day.store_is_left()? {
        left.push("the store".to_owned());
    }
    Ok(left)
}
