use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use journal::{Actor, Event, Ledger, tree_root};
use kernel::{Id, Instant, kinds};
use seal::{ErasureEntry, Roll};
use serde_json::Value;
use vault::{CERTIFICATE_FORMAT, Certificate, EarlyErasure, Erasure, ErasureRow, ErasureState, certificate_note};

use crate::lost_ledger::lost_ledger;
use crate::open_platform::IDENTITY;
use crate::{EraseError, IdentityService, Platform, Service};

/// How many certificates one call issues at most.
const MOST: usize = 1_000;

/// Makes every erasure of a service final and certifies it: rolls the root of its keys when something was erased since the last
/// roll, then issues one signed certificate for each erasure, with the proof that the platform's journal records it. Called at once
/// when somebody waits for the certificate, and each night. Returns the certificates that are new; whoever ordered an erasure finds
/// its own afterwards with [`kept_certificate`], because another thread may have issued it in the meantime.
pub fn certify(
    platform: &Arc<Platform>,
    service: &Service,
) -> Result<Vec<(Id<kinds::Erasure>, Certificate)>, EraseError> {
    let _alone = service.certifying();
    certify_all(platform, &Held { id: service.id(), name: service.slug(), ledger: service.ledger() })
}

/// The same for closed accounts.
pub fn certify_accounts(
    platform: &Platform,
    service: &IdentityService,
) -> Result<Vec<(Id<kinds::Erasure>, Certificate)>, EraseError> {
    let _alone = service.certifying();
    certify_all(platform, &Held { id: service.id(), name: IDENTITY, ledger: service.ledger() })
}

/// What has erasures to be certified: a scheme, or the identity provider.
struct Held<'a> {
    id: Id<kinds::Service>,
    name: &'a str,
    ledger: &'a Ledger,
}

fn certify_all(platform: &Platform, service: &Held<'_>) -> Result<Vec<(Id<kinds::Erasure>, Certificate)>, EraseError> {
    let ledger = service.ledger;
    let erased = ledger.read("flows.erasures_erased", |tx| vault::open_erasures(tx, ErasureState::Erased, MOST))?;
    if erased.is_empty() {
        return Ok(Vec::new());
    }
    let keys = ledger.keys();
    if keys.needs_roll() {
        keys.roll()?;
    }
    let rolls = keys.rolls()?;
    let first = erased.iter().map(|row| row.entries.0).min().unwrap_or(0);
    let entries = keys.erasures_since(first.saturating_sub(1))?;
    let mut issued = Vec::new();
    for row in erased {
        // The first roll that had seen its last entry made it final; that a root was lost makes nothing final.
        let Some(roll) = rolls.iter().find(|roll| roll.makes_final(row.entries.1)) else { continue };
        let own = entries.iter().filter(|entry| (row.entries.0..=row.entries.1).contains(&entry.number));
        let own: Vec<&ErasureEntry> = own.collect();
        let certificate = issue(platform, service, &row, &own, roll)?;
        let (json, id, of) = (certificate.to_json().to_string(), row.id, service.id);
        platform.ledger().write("flows.keep_certificate", Actor::Job("erasure"), move |work| {
            vault::keep_certificate(work, id, of, &json)
        })?;
        ledger.write("flows.note_certified", Actor::Job("erasure"), move |work| vault::note_certified(work, id))?;
        issued.push((row.id, certificate));
    }
    Ok(issued)
}

/// The certificate of an erasure as it is kept; nothing when there is none (yet).
pub fn kept_certificate(platform: &Platform, erasure: Id<kinds::Erasure>) -> Result<Option<Value>, EraseError> {
    let text = platform.ledger().read("flows.certificate", |tx| vault::certificate_of(tx, erasure))?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// The opening of a certificate's commitments as a file to keep, from what its holder brings back: nothing when it does not open this
/// certificate. It is kept nowhere here; whoever was shown it once has the only copy.
pub fn opening_file(certificate: &Value, brought: &str) -> Option<Value> {
    let openings = vault::read_opening(brought)?;
    let commitments: Vec<[u8; 32]> = openings.iter().map(|opening| opening.commitment).collect();
    let stated = format!("values: {}", STANDARD.encode(tree_root(&commitments)));
    let opens = certificate.get("note")?.as_str()?.lines().any(|line| line == stated);
    opens.then(|| vault::opening_file(&openings))
}

fn issue(
    platform: &Platform,
    service: &Held<'_>,
    row: &ErasureRow,
    entries: &[&ErasureEntry],
    roll: &Roll,
) -> Result<Certificate, EraseError> {
    let log = platform.ledger();
    log.integrate()?;
    let now = platform.now();
    let lost = lost_ledger(service.ledger)?;
    let erasure = facts(service, row, entries, roll, now, (log.origin(), log.size_and_root()?), lost);
    let event = Event::new("vault.erased").detail("service", service.id.to_string()).detail("erasure", row.id.to_string());
    let note = certificate_note(&erasure);
    let form = (CERTIFICATE_FORMAT, note.as_str());
    Ok(log.sign_record("flows.certificate", Actor::Job("erasure"), event, form, erasure.journal.0)?)
}

fn facts(
    service: &Held<'_>,
    row: &ErasureRow,
    entries: &[&ErasureEntry],
    roll: &Roll,
    now: Instant,
    (origin, journal): (&str, (u64, journal::Hash)),
    ledger_lost: Option<(u64, Instant)>,
) -> Erasure {
    let commitments: Vec<[u8; 32]> = entries.iter().map(|entry| entry.commitment).collect();
    let mut trees: Vec<(String, Instant)> = Vec::new();
    for entry in entries {
        let purpose = entry.target.purpose().map(|purpose| purpose.to_string()).unwrap_or_default();
        if !trees.iter().any(|(known, _)| *known == purpose) {
            trees.push((purpose, entry.at));
        }
    }
    // A roll of an earlier day was made at its midnight.
    let rolled = if roll.day < now.day() { Instant::at(roll.day, 0).max(row.at) } else { now };
    Erasure {
        origin: origin.to_owned(),
        service: service.name.to_owned(),
        scope: row.scope.clone(),
        households: row.households,
        persons: row.persons,
        values: tree_root(&commitments),
        trees,
        roots: vec![(roll.root_id_before.clone(), roll.how.to_owned(), rolled)],
        early: Some(EarlyErasure { roll: roll.number, at: rolled, entries: row.entries }),
        ledger_lost,
        custodians: vec![crate::end_service::custodian(roll.how).into()],
        store: ("emptied".into(), now),
        journal,
        issued: now,
    }
}
