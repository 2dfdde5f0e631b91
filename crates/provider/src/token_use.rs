use journal::Work;
use kernel::Instant;
use openid::Scope;
use store::StoreError;

use crate::client_proof::first_time;
use crate::secret::tag;
use crate::{Registered, Shown, storage};

/// What an access token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// The account.
    pub account: [u8; 16],
    /// The service.
    pub client: String,
    /// How the service knows the resident.
    pub subject: String,
    /// What it may read.
    pub scope: Scope,
    /// Until when.
    pub expires: Instant,
}

/// What an access token opens for whoever shows what it is bound to; nothing if it is unknown, has ended, is shown by somebody
/// else, or with a proof that was used before.
pub fn use_token(work: &mut Work<'_, '_>, token: &str, shown: &Shown) -> Result<Option<InUse>, StoreError> {
    let now = work.now();
    let tx = work.tx();
    if !first_time(tx, shown.once())? {
        return Ok(None);
    }
    let Some((grant, expires)) = storage::token::access(tx, tag(token), now)? else { return Ok(None) };
    let Some(given) = storage::grant::find(tx, grant, now)? else { return Ok(None) };
    let in_force = storage::client::find(tx, &given.client)?.is_some_and(|client| Registered::is_in_force(&client));
    let met = given.body.bound().is_some_and(|bound| bound.is_met(shown));
    let Some(scope) = Scope::parse(&given.body.scope).ok().filter(|_| in_force && met) else { return Ok(None) };
    Ok(Some(InUse { account: given.account, client: given.client, subject: given.body.subject, scope, expires }))
}
