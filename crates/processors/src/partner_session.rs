use kernel::{Id, Instant, Secret, from_hex, kinds, to_hex};
use seal::Keyring;
use store::Tx;

use crate::{Partner, PartnerError, storage};

/// A session ends when nothing was done for so long.
const IDLE_MS: i64 = 15 * 60_000;
/// And after so long in any case.
const ABSOLUTE_MS: i64 = 8 * 3_600_000;
const PURPOSE: &str = "processors.partner session";

/// A contractor's person at the pages: a short text, signed, that names the credential, so that the credential itself is typed
/// once and kept nowhere. Revoking the credential ends it at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartnerSession {
    credential: Id<kinds::Credential>,
    begun: Instant,
    seen: Instant,
}

impl PartnerSession {
    /// A session of somebody who has just shown a credential.
    pub const fn begin(partner: &Partner, now: Instant) -> Self {
        Self { credential: partner.credential(), begun: now, seen: now }
    }

    /// Reads what [`Self::write`] wrote, if it is ours and has not ended.
    pub fn read(keys: &Keyring, text: &str, now: Instant) -> Option<Self> {
        let bytes: [u8; 64] = from_hex(text).ok()?.try_into().ok()?;
        let (body, code) = bytes.split_first_chunk::<32>()?;
        if !same(&keys.prf(PURPOSE, body), code) {
            return None;
        }
        let (credential, times) = body.split_first_chunk::<16>()?;
        let (begun, seen) = times.split_first_chunk::<8>()?;
        let session = Self {
            credential: Id::from_bytes(*credential),
            begun: Instant::from_millis(i64::from_be_bytes(*begun)),
            seen: Instant::from_millis(i64::from_be_bytes(seen.try_into().ok()?)),
        };
        (now < session.ends()).then_some(session)
    }

    /// When it ends if nothing more is done.
    pub fn ends(&self) -> Instant {
        self.seen.plus_millis(IDLE_MS).min(self.begun.plus_millis(ABSOLUTE_MS))
    }

    /// The same session, seen now.
    pub const fn seen_at(self, now: Instant) -> Self {
        Self { seen: now, ..self }
    }

    /// The text of the cookie: hexadecimal digits only.
    pub fn write(&self, keys: &Keyring) -> Secret<String> {
        let mut body = self.credential.bytes().to_vec();
        body.extend(self.begun.millis().to_be_bytes());
        body.extend(self.seen.millis().to_be_bytes());
        let code = keys.prf(PURPOSE, &body);
        Secret::new(format!("{}{}", to_hex(&body), to_hex(&code)))
    }

    /// Who it is, if the credential has not been revoked meanwhile.
    pub fn partner(&self, tx: &mut Tx<'_>) -> Result<Partner, PartnerError> {
        let contract = storage::contractor::contract_of_credential(tx, self.credential)?.ok_or(PartnerError::Unknown)?;
        let contract = storage::contractor::contract(tx, contract)?.ok_or(PartnerError::Unknown)?;
        Ok(Partner::known(self.credential, contract))
    }
}

/// Compares without stopping at the first difference.
fn same(left: &[u8; 32], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;

    #[test]
    fn a_session_ends_when_idle_after_a_day_and_with_its_credential() {
        let city = City::new();
        let contract = city.contract();
        let (partner, keys, now) = (city.partner(contract, 1), city.ledger.keys(), city.now());
        let session = PartnerSession::begin(&partner, now);
        let text = session.write(keys);
        let read = |text: &str, later_ms| PartnerSession::read(keys, text, now.plus_millis(later_ms));
        assert_eq!(read(text.expose(), IDLE_MS - 1), Some(session));
        assert_eq!(read(text.expose(), IDLE_MS), None);
        let busy = session.seen_at(now.plus_millis(ABSOLUTE_MS - 60_000)).write(keys);
        assert_eq!(read(busy.expose(), ABSOLUTE_MS), None, "however busy");
        for at in 0..text.expose().len() {
            let mut bytes = text.expose().clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(read(&String::from_utf8(bytes).unwrap(), 0), None, "changed at {at}");
        }
        let who = city.ledger.read("test", |tx| session.partner(tx)).unwrap();
        assert_eq!(who.contract().id, contract);
        let grant = City::grant(1, people::Role::PrivacyOfficer);
        city.act(move |work| crate::revoke_credentials(work, &grant, contract)).unwrap();
        assert!(city.ledger.read("test", |tx| session.partner(tx)).is_err());
    }
}
