use std::sync::Arc;

use kernel::{Fault, Kind};
use seal::JosePublic;
use serde_json::Value;
use webauthn_rs::prelude::{
    AttestedPasskeyRegistration, COSEKeyType, CreationChallengeResponse, CredentialID, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::{AttestationPolicy, Role};

/// How the state of a ceremony begins that wants an attested passkey.
const ATTESTED: &str = "attested\n";

/// This site as passkeys know it: its origin and, from that, its id.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    site: Webauthn,
    attestation: Option<Arc<AttestationPolicy>>,
}

/// An origin that passkeys cannot be bound to.
#[derive(Debug, thiserror::Error)]
pub enum RelyingPartyError {
    /// Not a URL with a domain name; an address such as 127.0.0.1 is not one.
    #[error("passkeys need an origin with a host name, such as https://lionrock.example.hk or http://localhost:8080")]
    Origin,
}

impl Fault for RelyingPartyError {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

/// Why an answer of a browser does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is not what the ceremony asked for.
    Refused,
    /// The counter went backwards: the passkey may exist twice.
    Copied,
}

impl RelyingParty {
    /// The relying party of an origin. Its id is the host name, so passkeys survive a change of port.
    pub fn new(origin: &str, name: &str) -> Result<Self, RelyingPartyError> {
        let url = Url::parse(origin).map_err(|_| RelyingPartyError::Origin)?;
        let host = url.domain().ok_or(RelyingPartyError::Origin)?.to_owned();
        let builder = WebauthnBuilder::new(&host, &url).map_err(|_| RelyingPartyError::Origin)?;
        builder.rp_name(name).build().map(|site| Self { site, attestation: None }).map_err(|_| RelyingPartyError::Origin)
    }

    /// The same, for officers of whom a policy demands passkeys that their makers vouch for.
    pub fn demanding(self, policy: AttestationPolicy) -> Self {
        Self { attestation: Some(Arc::new(policy)), ..self }
    }

    /// Whether somebody with these roles needs a passkey that its maker vouches for.
    pub fn demands_attestation(&self, roles: &[Role]) -> bool {
        self.attestation.as_ref().is_some_and(|policy| policy.is_for(roles))
    }

    /// The site's origin, as `https://lionrock.example.hk`: without a slash at its end, and without the port that its scheme has anyway.
    pub fn origin(&self) -> String {
        let first = self.site.get_allowed_origins().first();
        first.map_or_else(String::new, |origin| origin.origin().ascii_serialization())
    }

    /// Options for `navigator.credentials.create` and the state to keep. `owner` comes back with every sign-in; `label` is
    /// what the authenticator shows: the title of a post, the name of a service, never a person's.
    pub fn begin_registration(
        &self,
        owner: [u8; 16],
        label: &str,
        existing: Vec<CredentialID>,
    ) -> Result<(Value, String), Answer> {
        let handle = Uuid::from_bytes(owner);
        let (options, state) =
            self.site.start_passkey_registration(handle, label, label, Some(existing)).map_err(|_| Answer::Refused)?;
        Ok((with_resident_key(&options)?, to_text(&state)?))
    }

    /// The passkey that the browser made, if it keeps to the options.
    pub fn finish_registration(&self, state: &str, answer: Value) -> Result<KeptPasskey, Answer> {
        let state: PasskeyRegistration = serde_json::from_str(state).map_err(|_| Answer::Refused)?;
        let answer: RegisterPublicKeyCredential = serde_json::from_value(answer).map_err(|_| Answer::Refused)?;
        // A passkey that says it is not discoverable could never sign in here, where nobody types a user name.
        if answer.extensions.cred_props.as_ref().and_then(|props| props.rk) == Some(false) {
            return Err(Answer::Refused);
        }
        self.site.finish_passkey_registration(&answer, &state).map(KeptPasskey).map_err(|_| Answer::Refused)
    }

    /// As [`RelyingParty::begin_registration`], for an officer with these roles.
    pub(crate) fn begin_officer(&self, owner: [u8; 16], label: &str, existing: Vec<CredentialID>, roles: &[Role]) -> Result<(Value, String), Answer> {
        let Some(policy) = self.attestation.as_ref().filter(|policy| policy.is_for(roles)) else {
            return self.begin_registration(owner, label, existing);
        };
        let (handle, models) = (Uuid::from_bytes(owner), policy.models().clone());
        let begun = self.site.start_attested_passkey_registration(handle, label, label, Some(existing), models, None);
        let (options, state) = begun.map_err(|_| Answer::Refused)?;
        let mut options = with_resident_key(&options)?;
        // Many keys know no such protection, and browsers refuse them before we could say what is wanted. Verification is demanded
        // at each sign-in all the same.
        if let Some(members) = options.pointer_mut("/publicKey/extensions").and_then(Value::as_object_mut) {
            members.remove("credentialProtectionPolicy");
            members.remove("enforceCredentialProtectionPolicy");
        }
        Ok((options, format!("{ATTESTED}{}", to_text(&state)?)))
    }

    /// As [`RelyingParty::finish_registration`]; `None` if the maker of the passkey does not vouch for it as the policy demands.
    pub(crate) fn finish_officer(&self, state: &str, answer: Value) -> Result<Option<KeptPasskey>, Answer> {
        let Some(state) = state.strip_prefix(ATTESTED) else { return self.finish_registration(state, answer).map(Some) };
        let state: AttestedPasskeyRegistration = serde_json::from_str(state).map_err(|_| Answer::Refused)?;
        let answer: RegisterPublicKeyCredential = serde_json::from_value(answer).map_err(|_| Answer::Refused)?;
        let made = self.site.finish_attested_passkey_registration(&answer, &state);
        Ok(made.ok().map(|passkey| KeptPasskey(passkey.into())))
    }

    /// Options for `navigator.credentials.get` without a user name, and the state to keep.
    pub fn begin_sign_in(&self) -> Result<(Value, String), Answer> {
        let (options, state) = self.site.start_discoverable_authentication().map_err(|_| Answer::Refused)?;
        let mut options = serde_json::to_value(&options).map_err(|_| Answer::Refused)?;
        ask_not_how(&mut options);
        Ok((options, to_text(&state)?))
    }

    /// Checks the answer against the passkey it names, and brings the passkey's counter up to date.
    pub fn finish_sign_in(&self, state: &str, claim: &Claim, passkey: &mut KeptPasskey) -> Result<(), Answer> {
        let state: DiscoverableAuthentication = serde_json::from_str(state).map_err(|_| Answer::Refused)?;
        let key = DiscoverableKey::from(&passkey.0);
        let result = self.site.finish_discoverable_authentication_v2(&claim.answer, state, &key).map_err(answer_of)?;
        if !result.user_verified() {
            return Err(Answer::Refused);
        }
        passkey.0.update_credential(&result);
        Ok(())
    }
}

/// A passkey as it is stored: its public key, its counter and what its authenticator said of itself.
#[derive(Clone, Debug)]
pub struct KeptPasskey(Passkey);

impl KeptPasskey {
    /// The name under which its authenticator finds it.
    pub fn credential(&self) -> &[u8] {
        self.0.cred_id().as_ref()
    }

    /// The text to store.
    pub fn to_text(&self) -> Result<String, Answer> {
        to_text(&self.0)
    }

    /// Reads a stored text.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// Its public key, of a kind that can be checked here.
    pub fn public_key(&self) -> Option<JosePublic> {
        match &self.0.get_public_key().key {
            COSEKeyType::EC_EC2(key) => {
                Some(JosePublic::P256 { x: key.x.as_slice().try_into().ok()?, y: key.y.as_slice().try_into().ok()? })
            }
            COSEKeyType::RSA(key) => Some(JosePublic::Rsa { n: key.n.clone(), e: key.e.to_vec() }),
            COSEKeyType::EC_OKP(key) => key.x.as_slice().try_into().ok().map(JosePublic::Ed25519),
        }
    }

    /// The passkey after a use that was not a sign-in, with the counter that its authenticator showed (WebAuthn, 7.2, step 22). Where the
    /// counter does not grow the passkey may exist twice; authenticators that keep none always show zero.
    pub fn used(&self, counter: u32) -> Result<Self, Answer> {
        let mut body = serde_json::to_value(&self.0).map_err(|_| Answer::Refused)?;
        let place = body.pointer_mut("/cred/counter").ok_or(Answer::Refused)?;
        let before = place.as_u64().ok_or(Answer::Refused)?;
        if (before > 0 || counter > 0) && u64::from(counter) <= before {
            return Err(Answer::Copied);
        }
        *place = counter.into();
        serde_json::from_value(body).map(Self).map_err(|_| Answer::Refused)
    }

    /// Whether its authenticator said that it is copied to its owner's other devices.
    pub fn is_synced(&self) -> bool {
        let body = serde_json::to_value(&self.0).unwrap_or_default();
        body.pointer("/cred/backup_state").and_then(Value::as_bool) == Some(true)
    }
}

/// Who an answer says it is from; nothing is believed yet.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The owner that was given when the passkey was made.
    pub owner: [u8; 16],
    /// The passkey's name.
    pub credential: Vec<u8>,
    answer: PublicKeyCredential,
}

impl Claim {
    /// Reads what a browser answered to a sign-in.
    pub fn parse(rp: &RelyingParty, answer: Value) -> Result<Self, Answer> {
        let answer: PublicKeyCredential = serde_json::from_value(answer).map_err(|_| Answer::Refused)?;
        let (handle, credential) = rp.site.identify_discoverable_authentication(&answer).map_err(|_| Answer::Refused)?;
        let credential = credential.to_vec();
        Ok(Self { owner: handle.into_bytes(), credential, answer })
    }
}

/// `webauthn-rs` asks for no resident key ("discouraged"); without one there is no sign-in without a user name, and
/// Android keeps the passkey in a place where it is never found again. So it is set here, after the fact: the library
/// does not check the authenticator's choice, only the options change.
fn with_resident_key(options: &CreationChallengeResponse) -> Result<Value, Answer> {
    let mut options = serde_json::to_value(options).map_err(|_| Answer::Refused)?;
    let selection = options.pointer_mut("/publicKey/authenticatorSelection").and_then(Value::as_object_mut);
    let selection = selection.ok_or(Answer::Refused)?;
    selection.insert("residentKey".to_owned(), "required".into());
    selection.insert("requireResidentKey".to_owned(), true.into());
    selection.insert("userVerification".to_owned(), "required".into());
    ask_not_how(&mut options);
    Ok(options)
}

/// `webauthn-rs` asks the authenticator how it knew its user (`uvm`: by a finger, a face, an eye). That it did is enough, so the question
/// goes; what the library makes of an answer does not depend on it.
fn ask_not_how(options: &mut Value) {
    if let Some(members) = options.pointer_mut("/publicKey/extensions").and_then(Value::as_object_mut) {
        members.remove("uvm");
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is the function given to map_err")]
fn answer_of(error: WebauthnError) -> Answer {
    match error {
        WebauthnError::CredentialPossibleCompromise => Answer::Copied,
        _ => Answer::Refused,
    }
}

fn to_text<T: serde::Serialize>(state: &T) -> Result<String, Answer> {
    serde_json::to_string(state).map_err(|_| Answer::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_passkey_is_asked_to_be_resident_and_to_verify_its_user() {
        let rp = RelyingParty::new("http://localhost:8080", "Lionrock").unwrap();
        let (options, _) = rp.begin_registration([1; 16], "Scheme owner", Vec::new()).unwrap();
        let selection = &options["publicKey"]["authenticatorSelection"];
        assert_eq!(selection["residentKey"], "required");
        assert_eq!(selection["requireResidentKey"], true);
        assert_eq!(selection["userVerification"], "required");
        assert_eq!(options["publicKey"]["rp"]["id"], "localhost");
    }

    #[test]
    fn promise_10_no_authenticator_is_asked_how_it_knew_its_user() {
        let rp = RelyingParty::new("http://localhost:8080", "Lionrock").unwrap();
        let (made, _) = rp.begin_registration([1; 16], "Scheme owner", Vec::new()).unwrap();
        let (used, _) = rp.begin_sign_in().unwrap();
        assert!(![made, used].iter().any(|options| options.to_string().contains("uvm")));
    }

    #[test]
    fn sign_in_names_no_credential_and_requires_verification() {
        let rp = RelyingParty::new("https://lionrock.example.hk", "Lionrock").unwrap();
        let (options, _) = rp.begin_sign_in().unwrap();
        assert_eq!(options["publicKey"]["allowCredentials"], serde_json::json!([]));
        assert_eq!(options["publicKey"]["userVerification"], "required");
        assert_eq!(options["mediation"], "conditional");
    }

    #[test]
    fn an_address_is_no_place_for_passkeys() {
        for bad in ["http://127.0.0.1:8080", "localhost", "", "mailto:x@y.hk"] {
            assert!(RelyingParty::new(bad, "Lionrock").is_err(), "{bad}");
        }
    }
}
