//! Files for people outside, in the `age` format (<https://age-encryption.org/v1>), so that couriers decrypt with the
//! tools they have.

use std::io::{self, Read, Write};
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use kernel::Secret;

use crate::SealError;

/// Encrypts to every recipient (`age1…`); each can open the file alone.
pub fn encrypt_to(recipients: &[String], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut file = Encrypting::begin(recipients, Vec::with_capacity(plaintext.len() + 1024))?;
    file.write_all(plaintext).map_err(|_| SealError::Library("age body"))?;
    file.finish().map_err(|_| SealError::Library("age body"))
}

/// A file that is encrypted while it is written, however long it is. Without [`Encrypting::finish`] it is cut off, and
/// whoever reads it is told so.
pub struct Encrypting<W: Write>(age::stream::StreamWriter<W>);

impl<W: Write> Encrypting<W> {
    /// Writes the head of the file for every recipient (`age1…`).
    pub fn begin(recipients: &[String], to: W) -> Result<Self, SealError> {
        let keys: Vec<Recipient> = recipients.iter().map(|text| recipient(text)).collect::<Result<_, _>>()?;
        let keys = keys.iter().map(|key| key as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(keys).map_err(|_| SealError::Invalid("name at least one recipient"))?;
        encryptor.wrap_output(to).map(Self).map_err(|_| SealError::Library("age header"))
    }

    /// Writes the end of the file.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for Encrypting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
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
    let mut reader = decrypting(identity, file)?;
    let mut plain = Vec::with_capacity(file.len());
    reader.read_to_end(&mut plain).map_err(|_| SealError::Broken)?;
    Ok(Secret::new(plain))
}

/// Opens a file while it is read, however long it is. Each part is checked before it is handed out; a file that was altered
/// or cut off ends in an error, not in an end.
pub fn decrypting<R: Read>(identity: &Secret<String>, file: R) -> Result<impl Read + use<R>, SealError> {
    let identity = Identity::from_str(identity.expose().trim()).map_err(|_| SealError::Invalid("not an age identity"))?;
    let decryptor = age::Decryptor::new(file).map_err(|_| SealError::Broken)?;
    decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|_| SealError::Broken)
}

/// The identity in the text of a file as `age-keygen` writes it: one line `AGE-SECRET-KEY-1…` among comments.
pub fn identity_in(text: &str) -> Option<Secret<String>> {
    let line = text.lines().map(str::trim).find(|line| line.starts_with("AGE-SECRET-KEY-1"))?;
    Some(Secret::new(line.to_owned()))
}

fn recipient(text: &str) -> Result<Recipient, SealError> {
    Recipient::from_str(text.trim()).map_err(|_| SealError::Invalid("not an age recipient (age1…)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_encrypted_and_opened_as_it_passes_and_one_cut_off_is_refused() {
        let (identity, recipient) = generate_identity();
        let part = vec![7u8; 100_000];
        let mut file = Encrypting::begin(&[recipient], Vec::new()).unwrap();
        for _ in 0..5 {
            file.write_all(&part).unwrap();
        }
        let file = file.finish().unwrap();
        let open = |bytes: &[u8]| -> io::Result<Vec<u8>> {
            let mut plain = Vec::new();
            decrypting(&identity, bytes).map_err(io::Error::other)?.read_to_end(&mut plain)?;
            Ok(plain)
        };
        assert_eq!(open(&file).unwrap(), part.repeat(5));
        let mut altered = file.clone();
        altered[file.len() - 100] ^= 1;
        for broken in [&file[..file.len() - 1], &file[..file.len() / 2], &altered] {
            assert!(open(broken).is_err());
        }
        let text = format!("# created: 2020-05-06\n# public key: age1x\n{}\n", identity.expose());
        assert_eq!(identity_in(&text).unwrap().expose(), identity.expose());
        assert!(identity_in("nothing").is_none());
    }
}
