use journal::{Event, Removed, Work};
use kernel::Instant;
use store::StoreError;

use crate::approve_client::ENDED;
use crate::storage;

/// After a restore: ends every token, code, request and grant, and everything that residents agreed to for longer than once.
///
/// The database is that of the backup, so what was given back, used up, replaced or taken back since then would be good again, and
/// nobody can say which it was. Services send residents to sign in again, and residents are asked again; the proofs that were
/// seen stay remembered. Services that were ended since the backup, as the ledger of removals says, are ended again.
pub fn end_restored(work: &mut Work<'_, '_>, removed: &Removed) -> Result<(), StoreError> {
    let services = end_services(work, removed)?;
    let (all, tx) = (Instant::from_millis(i64::MAX), work.tx());
    let grants = storage::grant::sweep(tx, all)?;
    let consents = storage::consent::sweep(tx, all)? + storage::share::sweep(tx, all)?;
    let rest = storage::code::sweep(tx, all)?
        + storage::token::sweep(tx, all)?
        + storage::service_token::sweep(tx, all)?
        + storage::pushed::sweep(tx, all)?;
    let event = Event::new("provider.ended_by_restore").detail("grants", grants).detail("consents", consents);
    work.journal(event.detail("tokens", rest).detail("services_ended", services))?;
    Ok(())
}

fn end_services(work: &mut Work<'_, '_>, removed: &Removed) -> Result<u64, StoreError> {
    let mut ended = 0;
    for service in storage::client::all(work.tx())? {
        let id = service.client().id.as_str();
        if let Some(removal) = removed.find(ENDED, id.as_bytes()) {
            ended += storage::client::end(work.tx(), id, removal.at)?;
            storage::change::remove(work.tx(), id)?;
        }
    }
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use openid::ErrorCode;

    use super::*;
    use crate::rehearsal::{on_both, person};
    use crate::{agreed, consents, shares};

    #[test]
    fn nothing_that_opened_a_door_opens_it_after_a_restore() {
        on_both(|provider| {
            let (library, resident) = (provider.service("library"), person(1, provider.now()));
            let pushed = || provider.push(&library, &[]).unwrap();
            let code = provider.allow(&library, &resident, &pushed()).unwrap();
            let tokens = provider.redeem(&library, &code).unwrap();
            let refresh = tokens.refresh.unwrap();
            let (waiting, unused) = (pushed(), provider.allow(&library, &resident, &pushed()).unwrap());
            assert!(!provider.read(|tx| consents(tx, resident.account, provider.now())).is_empty());
            provider.act(|work| end_restored(work, &Removed::default())).unwrap();
            let code_of = |result: Result<_, openid::OAuthError>| result.map(drop).unwrap_err().code;
            assert_eq!(code_of(provider.refresh(&library, refresh.expose())), ErrorCode::InvalidGrant);
            assert_eq!(code_of(provider.redeem(&library, &unused)), ErrorCode::InvalidGrant);
            assert!(provider.allow(&library, &resident, &waiting).is_err(), "a request that waited");
            let now = provider.now();
            assert!(provider.read(|tx| consents(tx, resident.account, now)).is_empty());
            assert!(provider.read(|tx| shares(tx, resident.account, now)).is_empty());
            assert!(!provider.read(|tx| agreed(tx, resident.account, "library", now)).settles("openid"), "the resident is asked again");
            for table in ["grant", "access", "refresh", "code", "pushed", "service_token", "consent", "share"] {
                let sql: &str = Box::leak(format!("-- test.left\nselect 1 from provider_{table} limit 1").into_boxed_str());
                assert!(provider.read(|tx| tx.query_opt(sql, &[])).is_none(), "{table}");
            }
            let again = provider.allow(&library, &resident, &pushed()).unwrap();
            assert!(provider.redeem(&library, &again).is_ok(), "it goes on");
            assert_eq!(provider.verbs().iter().filter(|verb| *verb == "provider.ended_by_restore").count(), 1);
        });
    }
}
