use journal::{Event, Work};
use openid::{ClientAuthentication, ErrorCode, OAuthError, Scope};
use store::StoreError;

use crate::issue::{Tokens, issue};
use crate::redeem_code::{once, refused};
use crate::secret::tag;
use crate::{Proven, Shown, storage};

/// Turns a refresh token into new tokens.
///
/// Each answer holds the next refresh token. The one before it goes on working until the next one is used, so that an answer
/// which got lost locks nobody out: asking again replaces what was lost. A token that was replaced, or is older than that,
/// has been copied: the grant ends (RFC 9700, section 4.14). A refresh token is bound to its client by the client's own proof; the
/// key that tokens are bound to may be a new one each time (RFC 9449, section 5), except for a client that has a shared secret only.
pub fn refresh(work: &mut Work<'_, '_>, proven: &Proven, shown: &Shown, token: &str, narrower: Option<&Scope>) -> Result<Result<Tokens, OAuthError>, StoreError> {
    let bound = match once(work, proven, shown)? {
        Ok(bound) => bound,
        Err(error) => return Ok(Err(error)),
    };
    let now = work.now();
    let Some(stored) = storage::token::refresh(work.tx(), tag(token))?.filter(|stored| stored.expires > now) else {
        return Ok(Err(refused()));
    };
    let given = storage::grant::find(work.tx(), stored.grant, now)?;
    let Some(mut given) = given.filter(|given| given.client == proven.client.id.as_str()) else {
        return Ok(Err(refused()));
    };
    let same = given.body.bound().is_some_and(|known| known == bound);
    if !same && matches!(proven.client.authentication, ClientAuthentication::SecretBasic(_)) {
        return Ok(Err(refused()));
    }
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
    if !same {
        given.body.bound = Some(bound.to_text());
        storage::grant::bind(work.tx(), &given)?;
    }
    Ok(Ok(issue(work, &given, &bound, scope)?))
}
