use std::sync::Arc;

use journal::{Actor, JournalError, Work};
use kernel::{Fault, Kind};
use notify::{Carrier, DeliverError};
use registration::matching::PopulationRegister;
use registration::{Batch, MatchError, Matcher};
use seal::SealError;
use store::{RunError, StoreError};
use thiserror::Error;

use crate::end_service::finish_ends;
use crate::identity_service::identity_round;
use crate::watch_deadlines::watch_deadlines;
use crate::watch_openings::watch_openings;
use crate::watch_retention::{follow_erasures, purge_requests, watch_own_retention, watch_retention};
use crate::file_closings::file_closings;
use crate::watch_requests::watch_requests;
use crate::watch_rights::watch_rights;
use crate::watch_training::watch_training;
use crate::{
    EndError, EraseError, Platform, PlatformError, RecordError, Service, contractor_round, end_service, forget_proofs, hand_over_exports, keep_watch,
    note_records,
};

/// The outside world, as the jobs need it.
#[derive(Clone)]
pub struct Ports {
    /// The population register.
    pub register: Arc<dyn PopulationRegister>,
    /// Whoever carries text messages.
    pub carrier: Arc<dyn Carrier>,
}

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Submissions taken by matching.
    pub matched: usize,
    /// One-time codes sent.
    pub codes: usize,
    /// Households told what an officer's decision made of them.
    pub told: usize,
    /// Messages handed to the carrier.
    pub sent: usize,
    /// Leaves that got their place.
    pub leaves: u64,
    /// Services that ended.
    pub ended: usize,
    /// Steps that failed and are tried again in the next round.
    pub failed: usize,
}

impl Round {
    /// Whether nothing was left to do.
    pub const fn is_idle(&self) -> bool {
        let Self { matched, codes, told, sent, leaves, ended, failed: _ } = *self;
        matched + codes + told + sent + ended == 0 && leaves == 0
    }
}

/// A step of a round that failed; the others go on.
#[derive(Debug, Error)]
pub enum StepError {
    /// Matching or codes.
    #[error("matching: {0}")]
    Match(#[from] MatchError),
    /// Messages.
    #[error("messages: {0}")]
    Deliver(#[from] DeliverError),
    /// Notices to residents.
    #[error("notices: {0}")]
    Notice(#[from] RunError<identity::NoticeError>),
    /// The journal.
    #[error("journal: {0}")]
    Journal(#[from] JournalError),
    /// Keys.
    #[error("keys: {0}")]
    Seal(#[from] SealError),
    /// The database.
    #[error("database: {0}")]
    Run(#[from] RunError<StoreError>),
    /// The gate or the directory.
    #[error("platform: {0}")]
    Platform(#[from] PlatformError),
    /// The end of a service.
    #[error("end of a service: {0}")]
    End(#[from] EndError),
    /// What operators' commands left on record.
    #[error("records: {0}")]
    Record(#[from] RecordError),
    /// An erasure before its time.
    #[error("erasure: {0}")]
    Erase(#[from] EraseError),
    /// An exercise.
    #[error("exercise: {0}")]
    Drill(#[from] crate::RoomError),
    /// An export that stands on record was not handed over.
    #[error("exports: {0}")]
    HandOver(#[from] processors::HandOverError),
}

impl Fault for StepError {
    fn kind(&self) -> Kind {
        match self {
            Self::Match(error) => error.kind(),
            Self::Deliver(error) => error.kind(),
            Self::Notice(error) => error.kind(),
            Self::Journal(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Run(error) => error.kind(),
            Self::Platform(error) => error.kind(),
            Self::End(error) => error.kind(),
            Self::Erase(error) => error.kind(),
            Self::HandOver(error) => error.kind(),
            Self::Drill(error) => error.kind(),
            Self::Record(_) => Kind::Broken,
        }
    }
}

/// Submissions in one batch, and batches in one round before the other jobs get their turn.
const BATCH: usize = 1000;
const BATCHES: usize = 8;
const MESSAGES: usize = 100;
const MESSAGE_ROUNDS: usize = 20;
const CODES: usize = 100;
const TOLD: usize = 500;
const PURGED: usize = 2_000;

/// One round of slow work over every service. A step that fails is reported and tried again in the next round; it does not
/// stop the others.
pub fn work_round(platform: &Arc<Platform>, ports: &Ports, report: &dyn Fn(&str, &StepError)) -> Round {
    let mut round = Round::default();
    let note = |round: &mut Round, name: &str, error: StepError| {
        round.failed += 1;
        report(name, &error);
    };
    round.failed += keep_watch(platform, report);
    let minute = platform.is_new_minute();
    if minute
        && let Err(error) = watch_rights(platform).and_then(|()| watch_requests(platform)).and_then(|()| watch_deadlines(platform)).and_then(|()| watch_training(platform)).and_then(|()| file_closings(platform))
    {
        note(&mut round, "platform", error);
    }
    if minute && let Err(error) = contractor_round(platform) {
        note(&mut round, "contractors", error);
    }
    if let Err(error) = forget_proofs(platform) {
        note(&mut round, "platform", error.into());
    }
    if let Err(error) = platform.hourly(|| purge_platform(platform)) {
        note(&mut round, "platform", error);
    }
    match finish_ends(platform) {
        Ok(finished) => round.ended += finished,
        Err(error) => note(&mut round, "platform", error.into()),
    }
    platform.drills().drive(&|id, error| report(&id.to_string(), &StepError::Drill(error.clone())));
    if let Err(error) = note_records(platform) {
        note(&mut round, "platform", error.into());
    }
    match platform.ledger().integrate() {
        Ok(integrated) => round.leaves += integrated.leaves,
        Err(error) => note(&mut round, "platform", error.into()),
    }
    match identity_round(platform, &*ports.carrier) {
        Ok((sent, leaves)) => {
            round.sent += sent;
            round.leaves += leaves;
        }
        Err(error) => note(&mut round, "identity", error),
    }
    if let Err(error) = watch_own_retention(platform) {
        note(&mut round, "platform", error);
    }
    for service in platform.services() {
        for step in STEPS {
            if let Err(error) = step(platform, &service, ports, &mut round) {
                note(&mut round, service.slug(), error);
            }
        }
    }
    round
}

/// What has passed its day in the platform's own store: of formal requests, of officers and of contractors.
fn purge_platform(platform: &Platform) -> Result<(), StepError> {
    purge_requests(platform)?;
    platform.ledger().write("flows.purge_officers", Actor::Job("purge"), people::purge)?;
    platform.ledger().write("flows.purge_contractors", Actor::Job("purge"), processors::purge)?;
    platform.ledger().write("flows.purge_call_out", Actor::Job("purge"), callout::purge_people)?;
    platform.ledger().write("flows.purge_cases", Actor::Job("purge"), response::purge_cases)?;
    platform.ledger().write("flows.purge_guests", Actor::Job("purge"), drill::purge_guests)?;
    platform.ledger().write("flows.purge_subscribers", Actor::Job("purge"), advisories::purge_subscribers)?;
    platform.ledger().write("flows.purge_training", Actor::Job("purge"), training::purge)?;
    platform.ledger().write("flows.purge_mails", Actor::Job("purge"), notify::purge_mails)?;
    Ok(())
}

type Step = fn(&Arc<Platform>, &Arc<Service>, &Ports, &mut Round) -> Result<(), StepError>;

const STEPS: &[Step] = &[matching, codes, tell, messages, counts, integrate, bulletin, watch, erasures, exports, purge_or_end, retention];

fn matching(platform: &Arc<Platform>, service: &Arc<Service>, ports: &Ports, round: &mut Round) -> Result<(), StepError> {
    let scheme = service.scheme();
    let matcher =
        Matcher { scheme: &scheme, register: &*ports.register, sender: platform.sender(), limit: BATCH };
    for _ in 0..BATCHES {
        let Batch { taken, .. } = registration::match_batch(service.ledger(), &matcher)?;
        round.matched += taken;
        if taken < BATCH {
            break;
        }
    }
    Ok(())
}

fn codes(platform: &Arc<Platform>, service: &Arc<Service>, _: &Ports, round: &mut Round) -> Result<(), StepError> {
    round.codes += registration::send_codes(service.ledger(), &service.scheme(), platform.sender(), CODES)?;
    Ok(())
}

fn tell(platform: &Arc<Platform>, service: &Arc<Service>, _: &Ports, round: &mut Round) -> Result<(), StepError> {
    round.told += registration::tell_resolved(service.ledger(), &service.scheme(), platform.sender(), TOLD)?;
    Ok(())
}

fn messages(_: &Arc<Platform>, service: &Arc<Service>, ports: &Ports, round: &mut Round) -> Result<(), StepError> {
    let mut carried = false;
    for _ in 0..MESSAGE_ROUNDS {
        let delivery = notify::deliver_due(service.ledger(), &*ports.carrier, MESSAGES)?;
        round.sent += delivery.sent;
        carried |= delivery.claimed > 0;
        if delivery.claimed < MESSAGES {
            break;
        }
    }
    if carried {
        ports.carrier.rest();
    }
    Ok(())
}

fn integrate(_: &Arc<Platform>, service: &Arc<Service>, _: &Ports, round: &mut Round) -> Result<(), StepError> {
    round.leaves += service.ledger().integrate()?.leaves;
    Ok(())
}

/// Unusual openings are noticed within a minute.
fn watch(platform: &Arc<Platform>, service: &Arc<Service>, _: &Ports, _: &mut Round) -> Result<(), StepError> {
    if !service.is_new_minute(platform.now()) {
        return Ok(());
    }
    let today = platform.now().day();
    if service.ledger().read("flows.old_searches", |tx| vault::has_old_searches(tx, today))? {
        service.ledger().write("flows.forget_searches", Actor::Job("purge"), vault::forget_searches)?;
    }
    watch_openings(platform, service)
}

fn erasures(platform: &Arc<Platform>, service: &Arc<Service>, _: &Ports, _: &mut Round) -> Result<(), StepError> {
    follow_erasures(platform, service)
}

fn exports(platform: &Arc<Platform>, service: &Arc<Service>, _: &Ports, _: &mut Round) -> Result<(), StepError> {
    hand_over_exports(platform, service)
}

fn retention(platform: &Arc<Platform>, service: &Arc<Service>, _: &Ports, _: &mut Round) -> Result<(), StepError> {
    match watch_retention(platform, service) {
        // It has just ended.
        Err(StepError::Run(RunError::Store(StoreError::Closed))) => Ok(()),
        done => done,
    }
}

fn bulletin(platform: &Arc<Platform>, service: &Arc<Service>, _: &Ports, _: &mut Round) -> Result<(), StepError> {
    let now = platform.now();
    let (last, state) = service.ledger().read("platform.bulletin", |tx| {
        Ok::<_, StoreError>((registration::bulletins(tx, 1)?, registration::current_state(tx)?))
    })?;
    let opened = state.is_some_and(|state| state.status_at(now) != registration::Status::Scheduled);
    let last = last.first().map(|bulletin| bulletin.at);
    if opened && registration::bulletin_due(&service.scheme().bulletin_minutes(), last, now) {
        registration::publish_bulletin(service.ledger(), service.average_wait_seconds())?;
    }
    Ok(())
}

/// Expired values go. On the day after the last of them everything goes, and the certificate commits to what is still there.
fn purge_or_end(
    platform: &Arc<Platform>,
    service: &Arc<Service>,
    _: &Ports,
    round: &mut Round,
) -> Result<(), StepError> {
    if registration::may_be_destroyed(service.ledger(), service.scheme().last_expiry())? {
        end_service(platform, service)?;
        round.ended += 1;
        return Ok(());
    }
    registration::purge_expired(service.ledger())?;
    registration::prepare_end(service.ledger(), service.scheme().last_expiry())?;
    until_short(service, "flows.purge_messages", PURGED, |work| notify::purge(work, PURGED))
}

/// Kept counters are folded here, so that no page ever adds up more than a few rows.
fn counts(_: &Arc<Platform>, service: &Arc<Service>, _: &Ports, _: &mut Round) -> Result<(), StepError> {
    until_short(service, "flows.fold_counts", 1, |work| Ok(usize::from(notify::fold_counts(work)? > 0)))
}

/// Repeats a job until it does less than `full`.
fn until_short(
    service: &Service,
    name: &'static str,
    full: usize,
    job: fn(&mut Work<'_, '_>) -> Result<usize, StoreError>,
) -> Result<(), StepError> {
    while service.ledger().write(name, Actor::Job("work"), job)?.0 >= full {}
    Ok(())
}

#[cfg(test)]
pub(crate) mod without_purge;

#[cfg(test)]
mod tests;
