use journal::Work;
use kernel::Instant;
use openid::Scope;
use store::StoreError;

use crate::client_proof::first_time;
use crate::issue::Given;
use crate::secret::tag;
use crate::{Registered, Shown, storage};

/// What an access token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// The account.
    pub account: [u8; 16],
    /// The service.
    pub client: String,
    /// How the service knows the resident; empty for what is given without a name.
    pub subject: String,
    /// What it may read.
    pub scope: Scope,
    /// The attributes that are given at this moment.
    pub attributes: Vec<String>,
    /// Until when.
    pub expires: Instant,
}

/// What an access token opens for whoever shows what it is bound to; nothing if it is unknown, has ended, is shown by somebody
/// else, or with a proof that was used before.
pub fn use_token(work: &mut Work<'_, '_>, token: &str, shown: &Shown) -> Result<Option<InUse>, StoreError> {
    let found = find(work, token, shown)?;
    Ok(found.filter(|in_use| !in_use.subject.is_empty()))
}

/// What a token opens that was given for attributes without a name: once.
pub fn use_form_token(work: &mut Work<'_, '_>, token: &str, shown: &Shown) -> Result<Option<InUse>, StoreError> {
    let found = find(work, token, shown)?.filter(|in_use| in_use.subject.is_empty());
    if found.is_some() {
        storage::token::delete_access(work.tx(), tag(token))?;
    }
    Ok(found)
}

fn find(work: &mut Work<'_, '_>, token: &str, shown: &Shown) -> Result<Option<InUse>, StoreError> {
    let now = work.now();
    let tx = work.tx();
    if !first_time(tx, shown.once())? {
        return Ok(None);
    }
    let Some((grant, expires)) = storage::token::access(tx, tag(token), now)? else { return Ok(None) };
    let Some(given) = storage::grant::find(tx, grant, now)? else { return Ok(None) };
    let in_force = storage::client::find(tx, &given.client)?.filter(Registered::is_in_force);
    let met = given.body.bound().is_some_and(|bound| bound.is_met(shown));
    let Some(client) = in_force.filter(|_| met) else { return Ok(None) };
    let Ok(scope) = Scope::parse(&given.body.scope) else { return Ok(None) };
    let names = client.registration.attributes.iter().map(|one| one.name.clone());
    let asked: Vec<String> = names.filter(|name| scope.contains(name)).collect();
    let attributes = still_given(work, &given, asked)?;
    Ok(Some(InUse { account: given.account, client: given.client, subject: given.body.subject, scope, attributes, expires }))
}

/// What was taken back or has passed its day is not given any more, although the token goes on.
fn still_given(work: &mut Work<'_, '_>, given: &Given, asked: Vec<String>) -> Result<Vec<String>, StoreError> {
    if asked.is_empty() {
        return Ok(asked);
    }
    let now = work.now();
    let shares = storage::share::of_client(work.tx(), given.account, &given.client, now)?;
    let once = now.millis() < given.body.once_until;
    let stands = |name: &String| (once && given.body.once.contains(name)) || shares.iter().any(|share| share.attribute == *name);
    Ok(asked.into_iter().filter(stands).collect())
}
