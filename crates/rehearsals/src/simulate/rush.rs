//! The opening: everybody at once, then matching, texts and receipts.

use std::collections::HashSet;

use serde_json::Value;

use super::crowd::{Rush, send};
use super::day::{Day, SLUG};
use super::evidence::Evidence;
use super::story::Story;
use super::words::shape;
use super::Failure;
use crate::load::{Figures, Patience};

#[expect(clippy::unused_self, reason = "every stage has the same shape, so that one list of stages can hold them")]
impl Story {
    pub fn register(&mut self, day: &mut Day) -> Result<String, Failure> {
        let registrations = day.plan.acts.len();
        let rush = Rush {
            target: day.target()?,
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
        Ok(format!("{registrations} registrations, {:.0}/s", figures.rate))
    }

    pub fn match_and_tell(&mut self, day: &mut Day) -> Result<String, Failure> {
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
        self.confirmed = confirmed;
        self.first_checkpoint(day)?;
        Ok(format!("{confirmed} confirmed, {checking} to be checked, {told} texts"))
    }

    /// The checkpoint to which later ones are compared: one that covers every registration of the rush, since growing from a
    /// nearly empty journal would say little.
    fn first_checkpoint(&mut self, day: &mut Day) -> Result<(), Failure> {
        let path = format!("/api/v1/schemes/{SLUG}/checkpoint");
        let size = day.until("entries in the signed tree", day.plan.acts.len(), |day| size(&day.get(&path)?.text()))?;
        self.checkpoint = day.get(&path)?.text();
        let sent = day.plan.acts.len();
        day.told.findings.note(4, "the signed tree holds every registration of the rush", size >= sent, format!("{size} entries, {sent} registrations"));
        Ok(())
    }

    pub fn statistics(&mut self, day: &mut Day) -> Result<String, Failure> {
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

    pub fn receipts(&mut self, day: &mut Day) -> Result<String, Failure> {
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

    /// Whether the newest checkpoint continues the one from the end of the rush, and is larger.
    fn grown(&self, day: &mut Day, evidence: &Evidence) -> Result<(), Failure> {
        let before = size(&self.checkpoint)?;
        let (mut verdict, mut after) = (Err("no checkpoint".to_owned()), 0);
        // A bulletin may be written between the two questions: then they are asked again.
        for _ in 0..5 {
            let proof = day.get(&format!("/api/v1/schemes/{SLUG}/consistency/{before}"))?;
            let newer = day.get(&format!("/api/v1/schemes/{SLUG}/checkpoint"))?.text();
            after = size(&newer)?;
            verdict = evidence.growth(&self.checkpoint, &proof.text(), &newer)?;
            if verdict.is_ok() {
                break;
            }
        }
        let said = verdict.as_ref().err().cloned().unwrap_or_default();
        let holds = verdict.is_ok() && after > before && before >= day.plan.acts.len();
        day.told.findings.note(4, "the journal only grows", holds, format!("from {before} to {after} entries {said}"));
        Ok(())
    }
}

/// How many entries a checkpoint covers: its second line.
fn size(checkpoint: &str) -> Result<usize, Failure> {
    let line = checkpoint.lines().nth(1).ok_or("not a checkpoint")?;
    Ok(line.parse()?)
}
