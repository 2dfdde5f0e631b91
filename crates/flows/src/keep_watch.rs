use seal::SealError;
use store::StoreError;

use crate::proofing::watch_evidence;
use crate::watch_gates::watch_gates;
use crate::{Platform, Service, StepError};

/// What every process that serves must do each second, also one that leaves the slow work to others: ask the gate, drop the
/// keys of days that have passed, and let the waiting rooms follow the operator. It never waits for the outside world.
/// Returns how many steps failed; each is tried again the next time.
pub fn keep_watch(platform: &Platform, report: &dyn Fn(&str, &StepError)) -> usize {
    let _alone = platform.hold_watch();
    let mut failed = 0;
    let mut check = |name: &str, done: Result<(), StepError>| {
        if let Err(error) = done {
            failed += 1;
            report(name, &error);
        }
    };
    check("platform", platform.refresh().map_err(StepError::from));
    check("platform", watch_gates(platform, report));
    check("platform", midnight(platform, platform.ledger().keys()));
    if let Some(identity) = platform.identity() {
        check("identity", midnight(platform, identity.ledger().keys()));
        check("identity", watch_evidence(platform, &identity));
    }
    for service in platform.services() {
        check(service.slug(), midnight(platform, service.ledger().keys()));
        check(service.slug(), room(platform, &service));
    }
    failed
}

fn midnight(platform: &Platform, keys: &seal::Keyring) -> Result<(), StepError> {
    match keys.midnight(platform.now().day()) {
        // The service has just ended.
        Ok(_) | Err(SealError::Gone) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The room follows the operator's rate and pause, and its counters are saved whenever they have moved, so that a crash loses a second.
fn room(platform: &Platform, service: &Service) -> Result<(), StepError> {
    let now = platform.now();
    let state = match service.ledger().read("platform.state", registration::current_state) {
        Err(store::RunError::Store(StoreError::Closed)) => return Ok(()),
        read => read?,
    };
    let Some(state) = state else { return Ok(()) };
    service.with_room(|room| {
        let status = room.status(now);
        if status.rate_per_minute != state.rate {
            room.set_rate(state.rate, now);
        }
        let open = state.status_at(now) == registration::Status::Open;
        match (open, status.paused) {
            (true, true) => room.resume(now),
            (false, false) => room.pause(now),
            _ => {}
        }
        room.set_closing(state.closes);
    });
    service.save_room(now, waitingroom::Room::wants_snapshot)
}
