use std::sync::Arc;

use journal::{Actor, Event, Ledger};
use kernel::{Day, Fault, Instant, Kind};
use openid::Jwk;
use seal::{JoseAlgorithm, JoseSigner, Keyring, Purpose, RecordNumber, SealError, Slot};
use serde_json::{Value, json};
use store::{RunError, StoreError, Tx};

use crate::TokenKeys;
use crate::issue::SigningKey;
use crate::storage;
use crate::storage::key::StoredKey;

/// The purpose under which private halves of signing keys are sealed.
pub const KEYS: &str = "provider-keys";

const ALGORITHMS: [JoseAlgorithm; 3] = [JoseAlgorithm::Es256, JoseAlgorithm::EdDsa, JoseAlgorithm::Rs256];
const DAY_MS: i64 = 86_400_000;
/// A key is shown for two days before it signs, so that whoever keeps a copy of our keys has it; it signs for thirty days, and is
/// shown for one more, by when the last token it signed has long ended.
const BEFORE_MS: i64 = 2 * DAY_MS;
const SIGNS_MS: i64 = 30 * DAY_MS;
const AFTER_MS: i64 = DAY_MS;

/// Why keys were not made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// Of the key tree.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Of the store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is busy.
    #[error("the store is busy")]
    Busy,
}

impl Fault for KeysError {
    fn kind(&self) -> Kind {
        match self {
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Busy => Kind::Busy,
        }
    }
}

impl<E: Into<KeysError>> From<RunError<E>> for KeysError {
    fn from(error: RunError<E>) -> Self {
        match error {
            RunError::Refused(error) => error.into(),
            RunError::Store(error) => Self::Store(error),
            RunError::Busy { .. } => Self::Busy,
        }
    }
}

/// Adds this crate's purpose to the service's keys.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(KEYS)?)
}

/// Makes the keys that are missing: of each algorithm one that signs now, and two days before it stops the next one. How many
/// were made. To be run every day.
pub fn rotate_keys(ledger: &Ledger, now: Instant) -> Result<usize, KeysError> {
    let shown = ledger.read("provider.keys", |tx| storage::key::shown(tx, now))?;
    let mut made = 0;
    for algorithm in ALGORITHMS {
        let latest = shown.iter().filter(|key| key.algorithm == algorithm.name()).map(|key| key.signs_until).max();
        let from = match latest.filter(|until| *until > now) {
            None => now,
            Some(until) if until.since(now) <= BEFORE_MS => until,
            Some(_) => continue,
        };
        let key = Arc::new(make(ledger.keys(), algorithm, from)?);
        ledger.write("provider.rotate_keys", Actor::Job("keys"), move |work| -> Result<(), StoreError> {
            storage::key::insert(work.tx(), &key)?;
            work.journal(Event::new("provider.key_made").detail("kid", key.kid.as_str()).detail("algorithm", key.algorithm.as_str()))?;
            Ok(())
        })?;
        made += 1;
    }
    Ok(made)
}

fn make(keys: &Keyring, algorithm: JoseAlgorithm, from: Instant) -> Result<StoredKey, SealError> {
    let signer = JoseSigner::generate(algorithm)?;
    let public = Jwk { key: signer.public(), kid: None, algorithm: Some(algorithm) };
    let public = Jwk { kid: Some(public.thumbprint()), ..public };
    let (signs_until, record) = (from.plus_millis(SIGNS_MS), keys.next_record()?);
    let shown_until = signs_until.plus_millis(AFTER_MS);
    let private_expiry = shown_until.day();
    let private = keys.seal(&slot(record, private_expiry)?, signer.to_pkcs8()?.expose())?;
    Ok(StoredKey {
        kid: public.kid.clone().unwrap_or_default(),
        algorithm: algorithm.name().to_owned(),
        public: public.to_json().to_string(),
        record,
        private,
        private_expiry,
        signs_from: from,
        signs_until,
        shown_until,
    })
}

fn slot(record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(KEYS)?, record, person: 0, group: 0, schema: 1, expiry })
}

/// Opens the signing keys, on record. To be run at the start and after [`rotate_keys`] made one.
pub fn load_keys(ledger: &Ledger, now: Instant) -> Result<TokenKeys, KeysError> {
    let (stored, committed) = ledger.write("provider.load_keys", Actor::Job("keys"), move |work| -> Result<_, StoreError> {
        let stored = storage::key::shown(work.tx(), now)?;
        work.journal(Event::new("provider.keys_loaded").detail("count", stored.len()))?;
        Ok(stored)
    })?;
    let mut keys = Vec::new();
    for key in stored.into_iter().filter(|key| key.signs_until > now) {
        let Some(algorithm) = JoseAlgorithm::parse(&key.algorithm) else { continue };
        let private = committed.open(ledger.keys(), &slot(key.record, key.private_expiry)?, &key.private)?;
        let signer = JoseSigner::from_pkcs8(algorithm, private.expose())?;
        keys.push(SigningKey { kid: key.kid, signer, from: key.signs_from, until: key.signs_until });
    }
    Ok(TokenKeys { keys: Arc::new(keys) })
}

/// The keys that others verify with (`jwks_uri`): those that will sign, sign, and have just stopped.
pub fn public_keys(tx: &mut Tx<'_>, now: Instant) -> Result<Value, StoreError> {
    let shown = storage::key::shown(tx, now)?;
    let keys: Vec<Value> = shown.iter().filter_map(|key| serde_json::from_str(&key.public).ok()).collect();
    Ok(json!({ "keys": keys }))
}
