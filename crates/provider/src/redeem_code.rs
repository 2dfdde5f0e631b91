use journal::{Event, Work};
use kernel::from_hex;
use openid::{CodeChallenge, ErrorCode, OAuthError, Scope};
use serde_json::Value;
use store::StoreError;

use crate::client_proof::first_time;
use crate::issue::{Given, TokenKeys, Tokens, id_token, issue};
use crate::secret::tag;
use crate::storage::code::StoredCode;
use crate::{Bound, Proven, Shown, storage};

/// A code that is brought back.
#[derive(Clone, Debug)]
pub struct Brought {
    /// The code.
    pub code: String,
    /// The address that it came by.
    pub redirect_uri: String,
    /// What its challenge was made of.
    pub verifier: String,
}

/// Unknown, used, ended, another's: one answer. What does not match is told to whom the code was given, who has proven itself and whose code is
/// used up by then.
pub(crate) fn refused() -> OAuthError {
    OAuthError::new(ErrorCode::InvalidGrant, "unknown, used or ended")
}

/// Turns a code into tokens, once. A code that comes again ends what was given for it (RFC 9700, section 4.5).
pub fn redeem_code(
    work: &mut Work<'_, '_>,
    keys: &TokenKeys,
    issuer: &str,
    proven: &Proven,
    shown: &Shown,
    brought: &Brought,
) -> Result<Result<Tokens, OAuthError>, StoreError> {
    let bound = match once(work, proven, shown)? {
        Ok(bound) => bound,
        Err(error) => return Ok(Err(error)),
    };
    let now = work.now();
    let code = tag(&brought.code);
    let Some(stored) = storage::code::take(work.tx(), code, now)? else {
        end_what_came_twice(work, code)?;
        return Ok(Err(refused()));
    };
    let given = storage::grant::find(work.tx(), stored.grant, now)?;
    let given = given.filter(|given| given.client == proven.client.id.as_str() && stored.expires > now);
    let matched = given.ok_or_else(refused).and_then(|given| matches(&stored, brought, &bound).map(|()| given));
    let mut given = match matched {
        Ok(given) => given,
        Err(error) => {
            storage::grant::end(work.tx(), stored.grant, now)?;
            return Ok(Err(error));
        }
    };
    let Ok(scope) = Scope::parse(&given.body.scope) else {
        return Ok(Err(refused()));
    };
    given.body.bound = Some(bound.to_text());
    storage::grant::bind(work.tx(), &given)?;
    let mut tokens = issue(work, &given, &bound, &scope)?;
    if !given.body.is_anonymous() {
        tokens.id_token = id_token(keys, issuer, &proven.client, &given, tokens.access.expose(), now);
    }
    if tokens.id_token.is_none() && !given.body.is_anonymous() {
        return Ok(Err(OAuthError::new(ErrorCode::ServerError, "no key signs now")));
    }
    note(work, "provider.signed_in", &given)?;
    Ok(Ok(tokens))
}

/// Uses up the proofs, and says what tokens will be bound to.
pub(crate) fn once(work: &mut Work<'_, '_>, proven: &Proven, shown: &Shown) -> Result<Result<Bound, OAuthError>, StoreError> {
    if !first_time(work.tx(), proven.once.as_ref())? {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidClient, "the client assertion was used before")));
    }
    if !first_time(work.tx(), shown.once())? {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidDpopProof, "the DPoP proof was used before")));
    }
    Ok(Bound::of(&proven.client, shown))
}

pub(crate) fn note(work: &mut Work<'_, '_>, verb: &'static str, given: &Given) -> Result<(), StoreError> {
    work.journal(Event::new(verb).record(given.account).detail("client", given.client.as_str()))?;
    Ok(())
}

fn matches(stored: &StoredCode, brought: &Brought, bound: &Bound) -> Result<(), OAuthError> {
    let Ok(body) = serde_json::from_str::<Value>(&stored.body) else { return Err(refused()) };
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let challenge = text("challenge").and_then(|hex| from_hex(hex).ok()).and_then(|bytes| bytes.try_into().ok());
    let challenge = challenge.map(CodeChallenge::from_bytes);
    let promised = text("dpop").is_none_or(|key| *bound == Bound::Dpop(key.to_owned()));
    let checks = [
        (text("redirect_uri") == Some(brought.redirect_uri.as_str()), "redirect_uri is not the one of the request"),
        (challenge.is_some_and(|challenge| challenge.check(&brought.verifier).is_ok()), "code_verifier is not what code_challenge was made of"),
        (promised, "the DPoP proof is of another key than the one that the code was asked for with"),
    ];
    let wrong = checks.into_iter().find(|(holds, _)| !holds);
    wrong.map_or(Ok(()), |(_, what)| Err(OAuthError::new(ErrorCode::InvalidGrant, format!("{what}; the code is used up: begin again"))))
}

fn end_what_came_twice(work: &mut Work<'_, '_>, code: [u8; 32]) -> Result<(), StoreError> {
    let now = work.now();
    if let Some(grant) = storage::code::grant(work.tx(), code)?
        && storage::grant::end(work.tx(), grant, now)? > 0
    {
        work.journal(Event::new("provider.code_came_twice"))?;
    }
    Ok(())
}
