use journal::{Event, Work};
use kernel::Secret;
use openid::{ErrorCode, OAuthError, Scope};
use store::StoreError;

use crate::issue::ACCESS_SECS;
use crate::redeem_code::once;
use crate::secret::Opener;
use crate::storage::service_token::{self, StoredServiceToken};
use crate::{Proven, Shown};

/// What a service gets for itself.
#[derive(Clone, Debug)]
pub struct ServiceToken {
    /// Says to other services who it is; opens nothing of any resident.
    pub access: Secret<String>,
    /// `DPoP` or `Bearer`.
    pub token_type: &'static str,
    /// Seconds.
    pub access_secs: i64,
    /// What it is for; nothing in particular if the service did not say.
    pub scope: Option<String>,
}

/// Gives a service a token for itself (RFC 6749, section 4.4). `openid` is about a person, so it has no place there; the rest
/// is what the service is registered for.
pub fn issue_to_service(work: &mut Work<'_, '_>, proven: &Proven, shown: &Shown, scope: Option<&Scope>) -> Result<Result<ServiceToken, OAuthError>, StoreError> {
    let bound = match once(work, proven, shown)? {
        Ok(bound) => bound,
        Err(error) => return Ok(Err(error)),
    };
    if scope.is_some_and(|scope| scope.contains("openid") || !scope.is_within(&proven.client.scope)) {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidScope, "the scope is wider than what this client has for itself")));
    }
    let access = Opener::make_dated(work.random(), work.now());
    let scope = scope.map(Scope::to_string);
    let stored = StoredServiceToken {
        client: proven.client.id.to_string(),
        scope: scope.clone().unwrap_or_default(),
        bound: bound.to_text(),
        expires: work.now().plus_secs(ACCESS_SECS),
    };
    service_token::insert(work.tx(), access.tag, &stored)?;
    work.journal(Event::new("provider.service_token").detail("client", stored.client))?;
    Ok(Ok(ServiceToken { access: access.text, token_type: bound.token_type(), access_secs: ACCESS_SECS, scope }))
}
