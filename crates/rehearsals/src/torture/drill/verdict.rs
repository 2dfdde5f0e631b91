//! What is left in the store when everything is over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use drill::{Entry, Event, Exercise, Name, Report, TeamNumber, entries_after};
use flows::Platform;
use kernel::{Id, kinds, to_hex};
use seal::sha256;
use serde_json::Value;

use super::{Played, pack};
use crate::drill_hall::{anchors, are_anchored};
use crate::simulate::{Failure, Findings};

/// Counts everything.
pub fn judge(platform: &Platform, id: Id<kinds::Drill>, played: &Played) -> Result<Findings, Failure> {
    let entries = platform.ledger().read("torture.entries", |tx| entries_after(tx, id, 0)).map_err(|error| error.to_string())?;
    let pack = platform.drills().pack(pack::NAME)?;
    let mut findings = Findings::default();
    let injects = injects(&entries);
    let (wanted, twice) = (played.injects * played.teams, injects.values().filter(|count| **count > 1).count());
    let late = entries.iter().filter(|entry| matches!(entry.event, Event::Sent { late: true, .. })).count();
    let seen = format!("{} of {wanted}, {twice} twice, {late} late because the server was down", injects.len());
    findings.expect("each inject reached each team once and none is lost", injects.len() == wanted && twice == 0, seen);
    acts(&mut findings, &entries, played);
    let all = anchors(platform, id)?;
    findings.expect("the journal anchors every entry", are_anchored(&all, &entries), format!("{} groups, {} entries", all.len(), entries.len()));
    let report = |exercise: &Exercise| serde_json::to_vec(&Report::of(exercise));
    let whole = Exercise::from_entries(Arc::clone(&pack), entries.clone())?;
    let once = report(&whole)?;
    let (first, rest) = entries.split_at(entries.len() / 2);
    let mut resumed = Exercise::from_entries(pack, serde_json::from_slice(&serde_json::to_vec(first)?)?)?;
    resumed.follow(rest.to_vec())?;
    findings.expect("the same entries give the same report, byte for byte", report(&resumed)? == once, format!("{} bytes", once.len()));
    let memory = played.memory.get("report").and_then(Value::as_str);
    let digest = to_hex(&sha256(&[&once]));
    findings.expect("the report that the server had in memory is the one that the entries give", memory == Some(&digest), digest.clone());
    findings.expect("it is over", whole.state().ended, format!("{} teams", whole.state().teams.len()));
    Ok(findings)
}

fn injects(entries: &[Entry]) -> BTreeMap<(TeamNumber, &Name), usize> {
    let mut came = BTreeMap::new();
    for entry in entries {
        if let Event::Sent { team, inject, .. } = &entry.event {
            *came.entry((*team, inject)).or_default() += 1;
        }
    }
    came
}

/// Each act has words of its own: what was acknowledged stands there once, and what stands there was sent.
fn acts(findings: &mut Findings, entries: &[Entry], played: &Played) {
    let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
    for words in entries.iter().filter_map(words_of) {
        *kept.entry(words).or_default() += 1;
    }
    let sent: BTreeSet<&str> = played.sent.iter().map(|act| act.act.as_str()).collect();
    let taken = || played.sent.iter().filter(|act| act.status == 200);
    let lost = taken().filter(|act| !kept.contains_key(act.act.as_str())).count();
    let doubled = kept.values().filter(|count| **count > 1).count();
    let foreign = kept.keys().filter(|words| !sent.contains(**words)).count();
    let refused = played.sent.iter().filter(|act| act.status != 200).count();
    // An act that is refused was refused for good: its question had not come yet.
    let other = played.sent.iter().filter(|act| ![200, 409].contains(&act.status)).count();
    let seen = format!("{} acknowledged, {lost} lost, {doubled} doubled, {foreign} that nobody sent", taken().count());
    findings.expect("every acknowledged act stands there once", lost + doubled + foreign == 0 && taken().count() > 0, seen);
    let ahead = taken().filter(|act| act.entry.is_none_or(|entry| entry > entries.len() as u64)).count();
    findings.expect("no answer spoke of an entry that is not there", ahead == 0, format!("{ahead}"));
    findings.expect("the others came before their question and were told so", other == 0, format!("{refused} refused, {other} otherwise"));
}

fn words_of(entry: &Entry) -> Option<&str> {
    match &entry.event {
        Event::Answered { answer, .. } => answer.given.iter().find(|text| text.starts_with("act ")).map(String::as_str),
        Event::Pinned { note, .. } => Some(note),
        Event::Said { text, .. } => Some(text),
        _ => None,
    }
}
