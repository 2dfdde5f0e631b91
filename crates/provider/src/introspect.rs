use journal::Work;
use kernel::Instant;
use openid::{ErrorCode, OAuthError};
use store::StoreError;

use crate::client_proof::first_time;
use crate::issue::Given;
use crate::secret::{dated_tag, tag};
use crate::{Bound, Proven, Registered, storage};

/// What is said about a token that is in force (RFC 7662, section 2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introspected {
    /// Whose it is.
    pub client: String,
    /// How that service knows the resident; nobody for a service's own token and for attributes without a name.
    pub subject: Option<String>,
    /// What it is for; may be empty.
    pub scope: String,
    /// What it is bound to.
    pub bound: Bound,
    /// Until when.
    pub expires: Instant,
}

/// Says what a token is. A resident's token is described to the service that it was given to and to nobody else, because each
/// service knows the resident by a name of its own; a service's own token to every service, so that one can tell who calls it.
/// What is unknown, has ended or is another's is answered alike: nothing.
pub fn introspect(work: &mut Work<'_, '_>, proven: &Proven, token: &str) -> Result<Result<Option<Introspected>, OAuthError>, StoreError> {
    if !first_time(work.tx(), proven.once.as_ref())? {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidClient, "the client assertion was used before")));
    }
    let found = match of_resident(work, proven, token)? {
        Some(found) => Some(found),
        None => of_service(work, token)?,
    };
    Ok(Ok(found))
}

fn of_resident(work: &mut Work<'_, '_>, proven: &Proven, token: &str) -> Result<Option<Introspected>, StoreError> {
    let now = work.now();
    let tx = work.tx();
    let (grant, ends, oldest) = match storage::token::access(tx, tag(token), now)? {
        Some((grant, ends)) => (grant, ends, i64::MAX),
        None => match storage::token::refresh(tx, tag(token))?.filter(|stored| stored.expires > now && !stored.replaced) {
            Some(stored) => (stored.grant, stored.expires, stored.generation + 1),
            None => return Ok(None),
        },
    };
    let given = storage::grant::find(tx, grant, now)?;
    let given = given.filter(|given| given.client == proven.client.id.as_str() && given.generation <= oldest);
    Ok(given.and_then(|given| describe(given, ends)))
}

fn describe(given: Given, expires: Instant) -> Option<Introspected> {
    let bound = given.body.bound()?;
    let subject = Some(given.body.subject).filter(|subject| !subject.is_empty());
    Some(Introspected { client: given.client, subject, scope: given.body.scope, bound, expires })
}

fn of_service(work: &mut Work<'_, '_>, token: &str) -> Result<Option<Introspected>, StoreError> {
    let now = work.now();
    let Some(stored) = storage::service_token::find(work.tx(), dated_tag(token), now)? else { return Ok(None) };
    let in_force = storage::client::find(work.tx(), &stored.client)?.is_some_and(|client| Registered::is_in_force(&client));
    let bound = Bound::from_text(&stored.bound).filter(|_| in_force);
    Ok(bound.map(|bound| Introspected { client: stored.client, subject: None, scope: stored.scope, bound, expires: stored.expires }))
}
