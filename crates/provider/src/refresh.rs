use journal::{Event, Work};
use openid::{ErrorCode, OAuthError, Scope};
use store::StoreError;

use crate::issue::{Tokens, issue};
use crate::redeem_code::{once, refused};
use crate::secret::tag;
use crate::{Proven, Shown, storage};

/// Turns a refresh token into new tokens.
///
/// Each answer holds the next refresh token. The one before it goes on working until the next one is used, so that an answer
/// which got lost locks nobody out: asking again replaces what was lost. A token that was replaced, or is older than that,
/// has been copied: the grant ends (RFC 9700, section 4.14).
pub fn refresh(work: &mut Work<'_, '_>, proven: &Proven, shown: &Shown, token: &str, narrower: Option<&Scope>) -> Result<Result<Tokens, OAuthError>, StoreError> {
    if let Err(error) = once(work, proven, shown)? {
        return Ok(Err(error));
    }
    let now = work.now();
    let Some(stored) = storage::token::refresh(work.tx(), tag(token))?.filter(|stored| stored.expires > now) else {
        return Ok(Err(refused()));
    };
    let given = storage::grant::find(work.tx(), stored.grant, now)?;
    let Some(mut given) = given.filter(|given| given.client == proven.client.id.as_str()) else {
        return Ok(Err(refused()));
    };
    let Some(bound) = given.body.bound().filter(|bound| bound.is_met(shown)) else {
        return Ok(Err(refused()));
    };
    if stored.replaced || stored.generation + 1 < given.generation {
        storage::grant::end(work.tx(), given.id, now)?;
        work.journal(Event::new("provider.refresh_token_copied").record(given.account).detail("client", given.client))?;
        return Ok(Err(refused()));
    }
    if stored.generation + 1 == given.generation {
        storage::token::replace(work.tx(), given.id, given.generation)?;
        given.generation = stored.generation;
    }
    let Ok(whole) = Scope::parse(&given.body.scope) else {
        return Ok(Err(refused()));
    };
    let scope = narrower.unwrap_or(&whole);
    if !scope.is_within(&whole) {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidScope, "the scope is wider than what was allowed")));
    }
    Ok(Ok(issue(work, &given, &bound, scope)?))
}
