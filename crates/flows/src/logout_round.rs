use journal::Actor;
use provider::LogoutCarrier;

use crate::{Platform, StepError};

/// Tells services that wait for it that a session ended; how many were told and how many could not be. A service that does not answer is
/// told again later, and holds up nothing but this round.
pub fn logout_round(platform: &Platform, carrier: &dyn LogoutCarrier, issuer: &str) -> Result<(usize, usize), StepError> {
    let Some(service) = platform.identity() else { return Ok((0, 0)) };
    let ledger = service.ledger();
    if !ledger.read("flows.logouts_waiting", |tx| provider::logouts_waiting(tx, platform.now()))? {
        return Ok((0, 0));
    }
    let (keys, issuer) = (service.token_keys(), issuer.to_owned());
    let claim = move |work: &mut journal::Work<'_, '_>| provider::claim_logouts(work, &keys, &issuer);
    let (notices, _) = ledger.write("flows.claim_logouts", Actor::Job("logout"), claim)?;
    let (mut told, mut failed) = (0, 0);
    for notice in notices {
        let delivered = carrier.carry(&notice.address, &notice.token).is_ok();
        *(if delivered { &mut told } else { &mut failed }) += 1;
        ledger.write("flows.note_logout", Actor::Job("logout"), move |work| provider::note_logout(work, &notice, delivered))?;
    }
    Ok((told, failed))
}
