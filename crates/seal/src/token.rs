//! The only file that speaks PKCS#11.

use std::sync::atomic::{AtomicBool, Ordering};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use crate::SealError;
use crate::place::TokenPlace;

/// The name of a key within its label: roll number and eight random bytes.
pub type KeyId = [u8; 16];
/// The nonce of one wrapping.
pub type Iv = [u8; 12];

const TAG_BITS: u64 = 128;
/// The curve's name in DER: object identifier 1.2.840.10045.3.1.7.
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// A PKCS#11 token. A session is opened for each act, so that a token that was pulled and put back goes on.
pub struct Token {
    context: Pkcs11,
    place: TokenPlace,
    /// The PIN was refused once. It is not tried again, because tokens lock after a few wrong ones.
    refused: AtomicBool,
}

impl Token {
    /// Loads the module and sees that the token is there.
    pub fn open(place: TokenPlace) -> Result<Self, SealError> {
        let module = place.module.display().to_string();
        let wrong = |error: Error| SealError::Token { token: module.clone(), what: said(&error) };
        let context = Pkcs11::new(&place.module).map_err(wrong)?;
        match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Another keyring of this process has loaded it already.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(wrong(error)),
        }
        // The module stays for the life of the process: unloading it would end the sessions of other keyrings.
        std::mem::forget(context.clone());
        let token = Self { context, place, refused: AtomicBool::new(false) };
        token.slot()?;
        Ok(token)
    }

    /// Makes an AES-256 key that never leaves the token.
    pub fn make_key(&self, label: &str, id: KeyId) -> Result<(), SealError> {
        let session = self.session()?;
        let template = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::ValueLen(32.into()),
            Attribute::Label(label.as_bytes().to_vec()),
            Attribute::Id(id.to_vec()),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Encrypt(true),
            Attribute::Decrypt(true),
        ];
        let key = session.generate_key(&Mechanism::AesKeyGen, &template).map_err(|error| self.refusal(&error))?;
        let asked = [AttributeType::Sensitive, AttributeType::Extractable];
        let kept = session.get_attributes(key, &asked).map_err(|error| self.refusal(&error))?;
        if kept.contains(&Attribute::Sensitive(true)) && kept.contains(&Attribute::Extractable(false)) {
            return Ok(());
        }
        session.destroy_object(key).map_err(|error| self.refusal(&error))?;
        Err(self.trouble("it makes keys that can be taken out"))
    }

    /// The ids of all keys with this label.
    pub fn keys(&self, label: &str) -> Result<Vec<KeyId>, SealError> {
        let session = self.session()?;
        let mut ids = Vec::new();
        for key in self.find(&session, &of_label(label))? {
            ids.extend(self.id(&session, key)?);
        }
        Ok(ids)
    }

    /// Encrypts 32 bytes under a key.
    pub fn wrap(&self, label: &str, id: KeyId, iv: Iv, aad: &[u8], secret: &[u8; 32]) -> Result<Vec<u8>, SealError> {
        let (session, mut iv) = (self.session()?, iv);
        let key = self.key(&session, label, id)?;
        let how = GcmParams::new(&mut iv, aad, TAG_BITS.into()).map_err(|error| self.refusal(&error))?;
        session.encrypt(&Mechanism::AesGcm(how), key, secret).map_err(|error| self.refusal(&error))
    }

    /// Decrypts what `wrap` made.
    pub fn unwrap(&self, label: &str, id: KeyId, iv: Iv, aad: &[u8], wrapped: &[u8]) -> Result<Vec<u8>, SealError> {
        let (session, mut iv) = (self.session()?, iv);
        let key = self.key(&session, label, id)?;
        let how = GcmParams::new(&mut iv, aad, TAG_BITS.into()).map_err(|error| self.refusal(&error))?;
        session.decrypt(&Mechanism::AesGcm(how), key, wrapped).map_err(|error| self.refusal(&error))
    }

    /// Destroys every key with this label but one, or all of them.
    pub fn destroy(&self, label: &str, but: Option<KeyId>) -> Result<(), SealError> {
        let session = self.session()?;
        for key in self.find(&session, &of_label(label))? {
            if but.is_none() || self.id(&session, key)? != but {
                session.destroy_object(key).map_err(|error| self.refusal(&error))?;
            }
        }
        Ok(())
    }

    /// Makes a P-256 key whose private half never leaves the token.
    pub fn make_pair(&self, label: &str) -> Result<(), SealError> {
        let session = self.session()?;
        if !self.find(&session, &of_pair(label, ObjectClass::PRIVATE_KEY))?.is_empty() {
            return Err(self.trouble("it has a signing key of this name: a key is made once"));
        }
        let label = Attribute::Label(label.as_bytes().to_vec());
        let public = [Attribute::Token(true), label.clone(), Attribute::EcParams(P256.to_vec()), Attribute::Verify(true)];
        let private = [
            Attribute::Token(true),
            label,
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
        ];
        let made = session.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private);
        let (public, private) = made.map_err(|error| self.refusal(&error))?;
        let asked = [AttributeType::Sensitive, AttributeType::Extractable];
        let kept = session.get_attributes(private, &asked).map_err(|error| self.refusal(&error))?;
        if kept.contains(&Attribute::Sensitive(true)) && kept.contains(&Attribute::Extractable(false)) {
            return Ok(());
        }
        for half in [public, private] {
            session.destroy_object(half).map_err(|error| self.refusal(&error))?;
        }
        Err(self.trouble("it makes keys that can be taken out"))
    }

    /// The public point of a pair, uncompressed.
    pub fn public_point(&self, label: &str) -> Result<[u8; 65], SealError> {
        let session = self.session()?;
        let key = self.pair(&session, label, ObjectClass::PUBLIC_KEY)?;
        let found = session.get_attributes(key, &[AttributeType::EcPoint]).map_err(|error| self.refusal(&error))?;
        let point = found.into_iter().find_map(|attribute| match attribute {
            Attribute::EcPoint(point) => Some(point),
            _ => None,
        });
        // PKCS#11 wraps the point in an OCTET STRING; some modules leave that out.
        let point = point.unwrap_or_default();
        let bare = point.strip_prefix(&[0x04, 65]).unwrap_or(&point);
        bare.try_into().map_err(|_| self.trouble("its signing key is not on P-256"))
    }

    /// The ECDSA signature of a digest: two numbers of 32 bytes.
    pub fn sign(&self, label: &str, digest: &[u8; 32]) -> Result<[u8; 64], SealError> {
        let session = self.session()?;
        let key = self.pair(&session, label, ObjectClass::PRIVATE_KEY)?;
        let signature = session.sign(&Mechanism::Ecdsa, key, digest).map_err(|error| self.refusal(&error))?;
        signature.try_into().map_err(|_| self.trouble("its signature is not of P-256"))
    }

    fn pair(&self, session: &Session, label: &str, half: ObjectClass) -> Result<ObjectHandle, SealError> {
        let found = self.find(session, &of_pair(label, half))?;
        found.first().copied().ok_or_else(|| self.trouble("it has no signing key of this name"))
    }

    fn session(&self) -> Result<Session, SealError> {
        let slot = self.slot()?;
        if self.refused.load(Ordering::Relaxed) {
            return Err(self.trouble("it refused the PIN before, and is not asked again: correct the PIN and start anew"));
        }
        let session = self.context.open_rw_session(slot).map_err(|error| self.refusal(&error))?;
        let pin = AuthPin::new(self.place.pin.expose().as_str().into());
        match session.login(UserType::User, Some(&pin)) {
            // Another session of this process is logged in, which counts for all of them.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(error) => {
                self.refused.store(true, Ordering::Relaxed);
                Err(self.refusal(&error))
            }
        }
    }

    /// The slot in which the token with this label or serial number sits.
    fn slot(&self) -> Result<Slot, SealError> {
        let slots = self.context.get_slots_with_initialized_token().map_err(|error| self.refusal(&error))?;
        let named = slots.into_iter().filter(|&slot| {
            let token = self.context.get_token_info(slot);
            token.is_ok_and(|token| [token.label(), token.serial_number()].contains(&self.place.token.as_str()))
        });
        match named.collect::<Vec<_>>().as_slice() {
            [slot] => Ok(*slot),
            [] => Err(self.trouble("there is none with this label or serial number: put it in, or correct the name")),
            _ => Err(self.trouble("there are several with this label: name it by its serial number")),
        }
    }

    fn key(&self, session: &Session, label: &str, id: KeyId) -> Result<ObjectHandle, SealError> {
        let mut wanted = of_label(label);
        wanted.push(Attribute::Id(id.to_vec()));
        let found = self.find(session, &wanted)?;
        found.first().copied().ok_or_else(|| self.trouble("the key is not in it any more"))
    }

    fn find(&self, session: &Session, wanted: &[Attribute]) -> Result<Vec<ObjectHandle>, SealError> {
        session.find_objects(wanted).map_err(|error| self.refusal(&error))
    }

    fn id(&self, session: &Session, key: ObjectHandle) -> Result<Option<KeyId>, SealError> {
        let found = session.get_attributes(key, &[AttributeType::Id]).map_err(|error| self.refusal(&error))?;
        Ok(found.into_iter().find_map(|attribute| match attribute {
            Attribute::Id(id) => id.try_into().ok(),
            _ => None,
        }))
    }

    fn refusal(&self, error: &Error) -> SealError {
        SealError::Token { token: self.place.token.clone(), what: said(error) }
    }

    fn trouble(&self, what: &str) -> SealError {
        SealError::Token { token: self.place.token.clone(), what: what.to_owned() }
    }
}

fn of_label(label: &str) -> Vec<Attribute> {
    vec![Attribute::Class(ObjectClass::SECRET_KEY), Attribute::Label(label.as_bytes().to_vec())]
}

fn of_pair(label: &str, half: ObjectClass) -> Vec<Attribute> {
    vec![Attribute::Class(half), Attribute::KeyType(KeyType::EC), Attribute::Label(label.as_bytes().to_vec())]
}

/// What a module said, in a few words.
fn said(error: &Error) -> String {
    match error {
        Error::Pkcs11(RvError::PinIncorrect, _) => "it refused the PIN".to_owned(),
        Error::Pkcs11(RvError::PinLocked, _) => "its PIN is locked".to_owned(),
        Error::Pkcs11(code, act) => format!("{act} ended with {code:?}"),
        other => other.to_string().replace('\n', " "),
    }
}
