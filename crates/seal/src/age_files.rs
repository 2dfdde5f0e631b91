//! Files for people outside, in the `age` format (<https://age-encryption.org/v1>), so that couriers decrypt with the
//! tools they have.

use std::io::{Read, Write};
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use kernel::Secret;

use crate::SealError;

/// Encrypts to every recipient (`age1…`); each can open the file alone.
pub fn encrypt_to(recipients: &[String], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    let keys: Vec<Recipient> = recipients.iter().map(|text| recipient(text)).collect::<Result<_, _>>()?;
    let keys = keys.iter().map(|key| key as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(keys).map_err(|_| SealError::Invalid("name at least one recipient"))?;
    let mut out = Vec::with_capacity(plaintext.len() + 1024);
    let mut writer = encryptor.wrap_output(&mut out).map_err(|_| SealError::Library("age header"))?;
    writer.write_all(plaintext).map_err(|_| SealError::Library("age body"))?;
    writer.finish().map_err(|_| SealError::Library("age body"))?;
    Ok(out)
}

/// Whether a text is a recipient that `encrypt_to` accepts.
pub fn is_recipient(text: &str) -> bool {
    recipient(text).is_ok()
}

/// A new identity (`AGE-SECRET-KEY-1…`) and its recipient.
pub fn generate_identity() -> (Secret<String>, String) {
    let identity = Identity::generate();
    let recipient = identity.to_public().to_string();
    (Secret::new(identity.to_string().expose_secret().to_owned()), recipient)
}

/// Opens a file with an identity.
pub fn decrypt(identity: &Secret<String>, file: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
    let identity = Identity::from_str(identity.expose()).map_err(|_| SealError::Invalid("not an age identity"))?;
    let decryptor = age::Decryptor::new(file).map_err(|_| SealError::Broken)?;
    let mut reader = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|_| SealError::Broken)?;
    let mut plain = Vec::with_capacity(file.len());
    reader.read_to_end(&mut plain).map_err(|_| SealError::Broken)?;
    Ok(Secret::new(plain))
}

fn recipient(text: &str) -> Result<Recipient, SealError> {
    Recipient::from_str(text.trim()).map_err(|_| SealError::Invalid("not an age recipient (age1…)"))
}
