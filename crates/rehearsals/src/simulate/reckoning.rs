//! Everything counted anew, by nothing that took part, while the server is stopped.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;

use canary::{Canaries, Canary, encodings};
use flate2::Compression;
use flate2::write::GzEncoder;
use store::StoreError;

use super::day::{Day, SLUG};
use super::department::{OFFICERS, mail_of, name_of};
use super::recount::Recount;
use super::story::{DELIVER, Story, at};
use super::{Failure, Sabotage, progress};

impl Story {
    pub fn recount(&mut self, day: &mut Day) -> Result<String, Failure> {
        day.stop()?;
        if let Some(sabotage) = self.args.sabotage {
            spoil(day, sabotage)?;
        }
        let console = day.console(at(DELIVER))?;
        let service = console.service(SLUG)?;
        let recount = Recount::of(&service, &day.tiles())?;
        self.judge(day, &recount);
        let alive = alive(&service)?;
        day.told.findings.expect("names and addresses can be opened while they are needed", alive.0 == alive.1 && alive.1 > 0, format!("{} of {} tried", alive.0, alive.1));
        drop(service);
        drop(console);
        look_for_clear_text(day, "no value stands in clear while the scheme is alive")?;
        day.start(at(DELIVER))?;
        Ok(format!("{} entries, {} registrations, {} households", recount.entries, recount.received.len(), recount.households.len()))
    }

    fn judge(&self, day: &mut Day, recount: &Recount) {
        let missing = recount.missing(self.outcome.acknowledged.iter().map(|a| a.reference.as_str()));
        let acknowledged: HashSet<&str> = self.outcome.acknowledged.iter().map(|a| a.reference.as_str()).collect();
        let (unknown, waiting) = recount.unmatched();
        let surplus = recount.received.keys().filter(|reference| !acknowledged.contains(reference.as_str())).count();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let expected = (count(day.plan.acts.len() + self.called), count(day.plan.expected.people + self.called_people));
        let findings = &mut day.told.findings;
        findings.note(5, "nothing acknowledged is lost", missing == 0 && recount.lost.is_empty(), format!("{missing} of {} missing, {} entries without their registration", acknowledged.len(), recount.lost.len()));
        findings.note(5, "nothing is doubled", recount.doubled == 0 && recount.unheard == 0 && unknown == 0, format!("{} households twice, {} registrations without a journal entry, {unknown} households nobody sent", recount.doubled, recount.unheard));
        findings.note(5, "the store holds what was acknowledged, no more", surplus <= self.outcome.failed.len() && waiting == 0, format!("{} received, {surplus} not acknowledged, {waiting} not matched", recount.received.len()));
        let wrong = recount.journal.first().cloned().unwrap_or_else(|| format!("{} entries", recount.entries));
        findings.note(4, "entries, tiles and signed checkpoint agree", recount.journal.is_empty(), wrong);
        let totals = (recount.figures.total("received"), recount.figures.total("people"));
        findings.expect("counters are those of the recount", totals == expected, format!("{totals:?}, expected {expected:?}"));
    }
}

/// Looks for what people typed, and for officers' names, in every file of the installation and in every table that is not in one.
pub(super) fn look_for_clear_text(day: &mut Day, what: &'static str) -> Result<String, Failure> {
    let every = (day.plan.acts.len() / 400).max(1);
    let typed = day.plan.acts.iter().enumerate().step_by(every);
    let number = |text: &str| text.split('(').next().unwrap_or_default().to_owned();
    let values = typed.flat_map(|(place, act)| {
        let form = &act.request.household;
        let own = [form.name.clone(), number(&form.id_number), form.mobile.clone(), form.address.text.clone()];
        let values = own.into_iter().chain(form.members.iter().map(|member| number(&member.id_number)));
        values.map(move |value| Canary::new(format!("a value of registration {place}"), value)).collect::<Vec<_>>()
    });
    let officers = (1..=OFFICERS).flat_map(|number| [name_of(number), mail_of(number)]);
    let values: Vec<Canary> = values.chain(officers.map(|value| Canary::new("an officer's name or mail", value))).collect();
    let canaries = Canaries::new(values.iter().cloned());
    let mut scanned = canaries.scan_dir(&day.installation.directory)?;
    let tables = day.scan_database(&canaries, &mut scanned)?;
    let example = scanned.found.first().map(|found| {
        let file = found.file.strip_prefix(&day.installation.directory).unwrap_or(&found.file).display().to_string();
        format!("; first: {} in {file} at byte {} in {}", found.canary, found.at, found.encoding)
    });
    let sought = values.len() - canaries.too_short().len();
    let places = if tables == 0 { format!("{} files", scanned.files) } else { format!("{} files and tables", scanned.files) };
    let seen = format!("{sought} values, {places}, {} MB, {} streams opened, {} found{}", scanned.bytes / 1_000_000, scanned.streams, scanned.found.len(), example.unwrap_or_default());
    day.told.findings.note(1, what, scanned.found.is_empty(), seen.clone());
    Ok(seen)
}

/// A search that finds nothing may be blind: one value is written down in every way beside the installation, compressed too, and
/// has to be found each time.
pub(super) fn plant_and_find(day: &mut Day) -> Result<(), Failure> {
    let value = day.plan.acts.first().map(|act| act.request.household.name.clone()).unwrap_or_default();
    let canaries = Canaries::new([Canary::new("planted", value.clone())]);
    let directory = day.directory.path().join("planted");
    fs::create_dir_all(&directory)?;
    let ways = encodings(&value);
    for ((_, bytes), number) in ways.iter().zip(0..) {
        fs::write(directory.join(format!("{number}.plain")), [b"before ", bytes.as_slice(), b" after"].concat())?;
        fs::write(directory.join(format!("{number}.gz")), gzipped(bytes)?)?;
    }
    let scanned = canaries.scan_dir(&directory)?;
    let files: HashSet<_> = scanned.found.iter().map(|found| &found.file).collect();
    day.told.findings.note(1, "the search finds what is planted for it", files.len() == 2 * ways.len(), format!("{} of {} files, half of them compressed", files.len(), 2 * ways.len()));
    Ok(())
}

/// As a log is rotated: compressed.
pub(super) fn gzipped(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = GzEncoder::new(Vec::new(), Compression::default());
    stream.write_all(bytes)?;
    stream.finish()
}

fn spoil(day: &Day, sabotage: Sabotage) -> Result<(), Failure> {
    progress(&format!("  sabotage: {sabotage:?}, which breaks promise {}", sabotage.promise()));
    let name = day.plan.acts.first().map(|act| act.request.household.name.clone()).unwrap_or_default();
    let console = day.console(at(DELIVER))?;
    sabotage.strike(&day.installation, &*console.service(SLUG)?, &day.tiles(), &name)
}

/// How many of the first contact values can still be opened, of how many tried.
pub(super) fn alive(service: &flows::Service) -> Result<(usize, usize), Failure> {
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
