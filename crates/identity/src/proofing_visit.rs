//! A visit: whoever is signed in at home gets a code, and with it a counter or a public terminal knows whose account it is. Nobody signs
//! in there, and nobody there needs a passkey.

use journal::{Event, Work};
use kernel::{Id, Instant, Random, Secret, kinds};
use seal::Keyring;
use store::Tx;

use crate::{ProofingError, storage};

/// A code of a visit is good for so many minutes, once.
pub const VISIT_MINUTES: i64 = 120;

/// The code of a visit: eight digits in two groups, made before the transaction.
#[derive(Clone, Debug)]
pub struct VisitCode(Secret<String>);

impl VisitCode {
    /// A new code.
    pub fn new(random: &dyn Random) -> Self {
        let number = random.below(100_000_000);
        Self(Secret::new(format!("{:04} {:04}", number / 10_000, number % 10_000)))
    }

    /// The code as it is shown.
    pub fn text(&self) -> &str {
        self.0.expose()
    }
}

/// Gives a code to an account, in place of the one that it had.
pub fn give_visit_code(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    account: Id<kinds::Account>,
    code: &VisitCode,
) -> Result<Instant, ProofingError> {
    let owner = storage::account::find(work.tx(), account)?.ok_or(ProofingError::Missing)?;
    if !owner.needs_proofing() {
        return Err(ProofingError::Verified);
    }
    let until = work.now().plus_secs(VISIT_MINUTES * 60);
    storage::visit::put(work.tx(), hash(keys, code.text()), account, until)?;
    work.journal(Event::new("identity.visit_code_given").record(account.bytes()))?;
    Ok(until)
}

/// Whose code it is; it is used up.
pub(crate) fn use_code(tx: &mut Tx<'_>, keys: &Keyring, now: Instant, typed: &str) -> Result<Id<kinds::Account>, ProofingError> {
    storage::visit::take(tx, hash(keys, typed), now)?.ok_or(ProofingError::VisitCode)
}

/// Spaces and full-width digits are read as they are meant.
pub(crate) fn hash(keys: &Keyring, typed: &str) -> [u8; 32] {
    let digits: String = hongkong::half_width(typed).chars().filter(char::is_ascii_digit).collect();
    keys.prf("visit-code", digits.as_bytes())
}
