use identity::{Level, Means};
use provider::{LEVELS, Person};
use webkit::Failure;

use super::Call;

/// Whoever is signed in, as services may know it. What was reached by a password never counts for more than the second level.
pub(super) async fn of(call: &Call) -> Result<Option<Person>, Failure> {
    let Some(found) = call.found else { return Ok(None) };
    let who = found.who;
    let account = call.read("resident.level", move |tx| identity::account(tx, who.account())).await?;
    let Some(account) = account else { return Ok(None) };
    let name = account.level.name();
    let reached = LEVELS.iter().position(|level| level.rsplit(':').next() == Some(name)).unwrap_or_default();
    // RFC 8176: `pop` and neither `hwk` nor `swk`, because a passkey is not asked where its key lies; `user`, because somebody touched
    // it; `mfa`, because it checked who (and because a password with a code is two things as well).
    let (most, amr) = match who.means() {
        Means::Passkey => (LEVELS.len(), ["pop", "user", "mfa"]),
        Means::Password => (1, ["pwd", "sms", "mfa"]),
    };
    let acr = LEVELS.get(reached.min(most)).or(LEVELS.first()).copied().unwrap_or(Level::Registered.name());
    Ok(Some(Person {
        account: who.account().bytes(),
        session: who.session().bytes(),
        signed_in: who.started(),
        acr: acr.to_owned(),
        amr: amr.map(str::to_owned).to_vec(),
    }))
}
