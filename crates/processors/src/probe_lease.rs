use journal::{Committed, Event, Work};
use kernel::{Id, Instant, kinds};
use seal::{Keyring, SealError, Sealed};
use store::{StoreError, Tx};

use crate::escalate::escalate;
use crate::{
    AddressUse, Closure, Fetched, Form, Lease, LeaseRules, Next, ProbePlan, ProbeReport, Verdict, WebAddress, canary,
    storage,
};

/// A probe on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeRow {
    /// Its id.
    pub id: Id<kinds::Probe>,
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// Which of the lease's probes it was, from 0.
    pub round: u32,
    /// When.
    pub at: Instant,
    /// From where and how it was looked.
    pub source: String,
    /// What it says on the whole.
    pub verdict: Verdict,
    /// Every address that was tried.
    pub fetched: Vec<Fetched>,
}

/// A probe about to be made.
#[derive(Debug)]
pub struct ProbeOrder {
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// Which of the lease's probes it is.
    pub round: u32,
    data: Vec<WebAddress>,
    look_ups: Vec<WebAddress>,
    canaries: Vec<Sealed>,
}

/// Leases that are to be looked at now.
pub fn due_probes(tx: &mut Tx<'_>, now: Instant, limit: usize) -> Result<Vec<Id<kinds::Lease>>, StoreError> {
    storage::lease::to_probe(tx, now, i64::try_from(limit).unwrap_or(100))
}

/// Puts a probe on the journal before it is made; the `Committed` of this unit of work opens the canaries that are looked for.
pub fn begin_probe(work: &mut Work<'_, '_>, lease: Id<kinds::Lease>) -> Result<Option<ProbeOrder>, StoreError> {
    let now = work.now();
    let found = storage::lease::find(work.tx(), lease)?;
    let Some(lease) = found.filter(|lease| lease.probe.is_some_and(|probe| probe <= now)) else { return Ok(None) };
    let addresses = storage::lease::addresses(work.tx(), lease.id)?;
    let of = |wanted: AddressUse| {
        addresses.iter().filter(|one| one.use_for == wanted).map(|one| one.address.clone()).collect()
    };
    let canaries = storage::planted::canaries(work.tx(), lease.id)?;
    work.journal(
        Event::new("processors.probe_begun").detail("lease", lease.id.to_string()).detail("round", lease.rounds),
    )?;
    let (data, look_ups) = (of(AddressUse::Data), of(AddressUse::LookUp));
    Ok(Some(ProbeOrder { lease: lease.id, round: lease.rounds, data, look_ups, canaries }))
}

impl ProbeOrder {
    /// What to look at. Canaries whose own day has passed are left out.
    pub fn plan(self, committed: &Committed, keys: &Keyring) -> Result<ProbePlan, SealError> {
        let mut canaries = Vec::new();
        for sealed in &self.canaries {
            match committed.open(keys, &canary::claimed_slot(sealed)?, sealed) {
                Ok(bytes) => canaries.push(canary::read(bytes.expose())?),
                Err(SealError::Gone) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ProbePlan { round: self.round, data: self.data, look_ups: self.look_ups, canaries })
    }
}

/// Records what a probe saw and moves the lease: closed after the second clean one, escalated when anything was found. A report
/// about a round that was recorded already is dropped.
pub fn record_probe(
    work: &mut Work<'_, '_>,
    lease: Id<kinds::Lease>,
    round: u32,
    report: &ProbeReport,
    rules: &LeaseRules,
) -> Result<Option<Verdict>, StoreError> {
    let found = storage::lease::find(work.tx(), lease)?;
    let Some(mut lease) = found.filter(|lease| lease.rounds == round) else { return Ok(None) };
    let verdict = verdict(&lease, report);
    let now = work.now();
    let row = ProbeRow {
        id: work.new_id(),
        lease: lease.id,
        round,
        at: now,
        source: report.source.clone(),
        verdict,
        fetched: report.fetched.clone(),
    };
    storage::pursuit::insert_probe(work.tx(), &row)?;
    work.journal(
        Event::new("processors.probed")
            .detail("lease", lease.id.to_string())
            .detail("round", round)
            .detail("source", report.source.clone())
            .detail("addresses", report.fetched.len())
            .detail("verdict", verdict.slug()),
    )?;
    let chance = work.random().below(rules.jitter_hours.max(1));
    let usable = lease.ended.is_none();
    let next = lease.probed(now, &report.source, verdict, rules, chance);
    if usable && lease.ended.is_some() {
        crate::end_lease::note_end(work, &lease, crate::EndedBy::Breach)?;
    }
    storage::lease::update(work.tx(), &lease)?;
    match next {
        Next::Goes => {}
        Next::Closes => note_closed(work, &lease)?,
        Next::Escalates(cause) => {
            escalate(work, lease, cause, rules)?;
        }
    }
    Ok(Some(verdict))
}

/// The probes of a lease, newest first.
pub fn probes(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<ProbeRow>, StoreError> {
    storage::pursuit::probes(tx, lease)
}

/// Where data was handed over and no address is known, nothing was seen, and that is no proof of anything.
fn verdict(lease: &Lease, report: &ProbeReport) -> Verdict {
    match report.verdict() {
        Verdict::Clean if report.fetched.is_empty() && lease.form == Form::HandOver => Verdict::Unclear,
        verdict => verdict,
    }
}

fn note_closed(work: &mut Work<'_, '_>, lease: &Lease) -> Result<(), StoreError> {
    let closure = Closure::of(work.tx(), lease)?;
    work.journal(
        Event::new("processors.lease_closed")
            .detail("lease", lease.id.to_string())
            .detail("closure", closure.digest()),
    )?;
    Ok(())
}
