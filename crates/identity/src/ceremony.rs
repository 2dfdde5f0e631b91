use kernel::{Day, Id, IdKind, Instant, Random, from_hex, kinds, to_hex};
use people::PasskeyAnswer;
use seal::{Keyring, SealError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Five minutes between the two halves of a ceremony (WebAuthn's own recommendation for a time-out).
const CEREMONY_SECS: i64 = 300;

/// What goes to the browser: the options for `navigator.credentials`, and the sealed other half, which comes back with the answer.
/// Nothing is stored, so that nobody can fill a table by asking.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// The options, as `PublicKeyCredential.parseCreationOptionsFromJSON` and its sibling take them under `publicKey`.
    pub options: Value,
    /// The other half, in hexadecimal.
    pub sealed: String,
}

/// What a ceremony is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Aim {
    /// The first passkey of an account that begins with it.
    First { account: Id<kinds::Account>, enrolment: Id<kinds::Enrolment> },
    /// A further passkey.
    Further { account: Id<kinds::Account> },
    /// The passkey with which an account is given back.
    Recovery { account: Id<kinds::Account>, enrolment: Id<kinds::Enrolment> },
    /// Signing in.
    SignIn,
}

/// The half that this server sees again.
#[derive(Serialize, Deserialize)]
pub(crate) struct Half {
    /// Noted when it is answered, so that an answer counts once.
    pub(crate) number: [u8; 16],
    pub(crate) expires: Instant,
    pub(crate) aim: Aim,
    pub(crate) state: String,
}

/// Why no ceremony begins.
#[derive(Debug)]
pub(crate) enum Unmade {
    Refused,
    Seal(SealError),
}

impl Half {
    pub(crate) fn begin(
        keys: &Keyring,
        random: &dyn Random,
        now: Instant,
        aim: Aim,
        made: Result<(Value, String), PasskeyAnswer>,
    ) -> Result<Ceremony, Unmade> {
        let (options, state) = made.map_err(|_| Unmade::Refused)?;
        let half = Self { number: random.bytes16(), expires: now.plus_secs(CEREMONY_SECS), aim, state };
        let plain = serde_json::to_vec(&half).map_err(|_| Unmade::Seal(SealError::Broken))?;
        let sealed = keys.envelope_seal(&label(now.day()), &plain).map_err(Unmade::Seal)?;
        Ok(Ceremony { options, sealed: to_hex(&sealed) })
    }

    /// The other half, if it is ours and still good.
    pub(crate) fn read(keys: &Keyring, now: Instant, sealed: &str) -> Option<Self> {
        let bytes = from_hex(sealed).ok()?;
        let days = [now.day(), now.day().plus(-1)];
        let plain = days.into_iter().find_map(|day| keys.envelope_open(&label(day), &bytes).ok())?;
        let half: Self = serde_json::from_slice(plain.expose()).ok()?;
        (now < half.expires).then_some(half)
    }
}

/// The id as passkeys keep it for their owner.
pub(crate) const fn handle<K: IdKind>(id: Id<K>) -> [u8; 16] {
    id.bytes()
}

fn label(day: Day) -> String {
    format!("ceremony {day}")
}
