use journal::{Event, Work};
use openid::{ErrorCode, OAuthError};
use store::StoreError;

use crate::client_proof::first_time;
use crate::secret::{dated_tag, tag};
use crate::{Proven, logout, storage};

/// A service gives a token back (RFC 7009): an access token ends alone, a refresh token with its whole grant. What is unknown
/// or another's is answered alike.
pub fn revoke(work: &mut Work<'_, '_>, proven: &Proven, token: &str) -> Result<Result<(), OAuthError>, StoreError> {
    if !first_time(work.tx(), proven.once.as_ref())? {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidClient, "the client assertion was used before")));
    }
    let now = work.now();
    if let Some((grant, _)) = storage::token::access(work.tx(), tag(token), now)? {
        let own = storage::grant::find(work.tx(), grant, now)?.is_some_and(|given| given.client == proven.client.id.as_str());
        if own {
            storage::token::delete_access(work.tx(), tag(token))?;
        }
    } else if let Some(stored) = storage::token::refresh(work.tx(), tag(token))? {
        let given = storage::grant::find(work.tx(), stored.grant, now)?;
        if let Some(given) = given.filter(|given| given.client == proven.client.id.as_str()) {
            storage::grant::end(work.tx(), given.id, now)?;
            work.journal(Event::new("provider.given_back").record(given.account).detail("client", given.client))?;
        }
    } else {
        storage::service_token::delete(work.tx(), dated_tag(token), proven.client.id.as_str())?;
    }
    Ok(Ok(()))
}

/// A resident takes back what was allowed a service: its tokens end, and it is asked for again.
pub fn end_consent(work: &mut Work<'_, '_>, account: [u8; 16], client: &str) -> Result<u64, StoreError> {
    let now = work.now();
    let ended = storage::grant::end_of_client(work.tx(), account, client, now)?;
    let known = storage::consent::delete(work.tx(), account, client)? + storage::share::delete_all(work.tx(), account, client)?;
    if ended + known > 0 {
        work.journal(Event::new("provider.taken_back").record(account).detail("client", client))?;
    }
    Ok(ended)
}

/// An account ends or changes hands: everything that it allowed, at every service.
pub fn end_account(work: &mut Work<'_, '_>, account: [u8; 16]) -> Result<u64, StoreError> {
    let now = work.now();
    for (client, session) in storage::grant::sessions_of_account(work.tx(), account, now)? {
        logout::queue(work, &client, session)?;
    }
    let ended = storage::grant::end_of_account(work.tx(), account, now)?;
    storage::consent::delete_all(work.tx(), account)?;
    storage::share::delete_account(work.tx(), account)?;
    work.journal(Event::new("provider.account_ended").record(account).detail("grants_ended", ended))?;
    Ok(ended)
}

/// A session ends, and with it what was given in it. Services that want to hear of it will.
pub fn end_session_grants(work: &mut Work<'_, '_>, session: [u8; 16]) -> Result<u64, StoreError> {
    let now = work.now();
    for client in storage::grant::clients_of_session(work.tx(), session, now)? {
        logout::queue(work, &client, session)?;
    }
    storage::grant::end_of_session(work.tx(), session, now)
}
