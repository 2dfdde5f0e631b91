//! Which posts need a passkey whose maker vouches for it: a security key of a known model, that nobody can copy.

use std::collections::BTreeMap;

use serde::Deserialize;
use webauthn_rs::prelude::{AttestationCaList, AttestationCaListBuilder, Uuid};

use crate::Role;

/// The policy as it is written down: roles, and the models that are accepted for them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttestationRules {
    /// Whoever has one of these roles registers attested passkeys only.
    pub roles: Vec<Role>,
    /// What they may be.
    pub models: Vec<AttestedModel>,
}

/// A model of authenticator.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttestedModel {
    /// What people call it.
    pub name: String,
    /// Its number at the FIDO Alliance (AAGUID): 32 hexadecimal digits, hyphens allowed.
    pub aaguid: String,
    /// The certificate of the authority that vouches for it, as PEM.
    pub authority: String,
}

/// A policy that was read and can be held to.
#[derive(Clone, Debug)]
pub struct AttestationPolicy {
    roles: Vec<Role>,
    models: AttestationCaList,
}

/// Why a policy cannot be held to.
#[derive(Debug, thiserror::Error)]
pub enum AttestationError {
    /// It names roles and no model that they could use.
    #[error("name at least one model of security key")]
    NoModel,
    /// The number of a model.
    #[error("{0}: the aaguid is no number of 32 hexadecimal digits")]
    Number(String),
    /// The certificate of a model.
    #[error("{0}: the authority is no certificate in PEM")]
    Authority(String),
}

impl AttestationPolicy {
    /// Reads a policy.
    pub fn new(rules: &AttestationRules) -> Result<Self, AttestationError> {
        let mut models = AttestationCaListBuilder::new();
        for model in &rules.models {
            let number = Uuid::try_parse(&model.aaguid).map_err(|_| AttestationError::Number(model.name.clone()))?;
            let added = models.insert_device_pem(model.authority.as_bytes(), number, model.name.clone(), BTreeMap::new());
            added.map_err(|_| AttestationError::Authority(model.name.clone()))?;
        }
        let models = models.build();
        if models.is_empty() { Err(AttestationError::NoModel) } else { Ok(Self { roles: rules.roles.clone(), models }) }
    }

    /// Whether somebody with these roles needs an attested passkey.
    pub fn is_for(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }

    pub(crate) const fn models(&self) -> &AttestationCaList {
        &self.models
    }
}

#[cfg(test)]
mod tests {
    use journal::Actor;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
    use seal::Es256Signer;
    use serde_json::Value;
    use store::RunError;

    use super::*;
    use crate::rehearsal::City;
    use crate::{AddPasskey, AddPasskeyError, BeginPasskey, FinishPasskey, Invited, RelyingParty, SoftwarePasskey, begin_passkey, finish_passkey};

    const ORIGIN: &str = "http://localhost:8080";
    const NUMBER: [u8; 16] = [7; 16];

    /// A maker of security keys: the authority that vouches for a model, and the model's own certificate and key.
    struct Maker {
        authority: String,
        certificate: Vec<u8>,
        key: Es256Signer,
    }

    impl Maker {
        fn new() -> Self {
            let mut root = CertificateParams::new(Vec::new()).unwrap();
            root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
            root.distinguished_name.push(DnType::CommonName, "Test Maker Root");
            let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
            let mut leaf = CertificateParams::new(Vec::new()).unwrap();
            leaf.is_ca = IsCa::ExplicitNoCa;
            leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            for (kind, text) in [
                (DnType::CountryName, "HK"),
                (DnType::OrganizationName, "Test Maker"),
                (DnType::OrganizationalUnitName, "Authenticator Attestation"),
                (DnType::CommonName, "Test Key 1"),
            ] {
                leaf.distinguished_name.push(kind, text);
            }
            let key = KeyPair::generate().unwrap();
            let certificate = leaf.signed_by(&key, &root).unwrap().der().to_vec();
            Self { authority: root.pem(), certificate, key: Es256Signer::from_pkcs8(&key.serialize_der()).unwrap() }
        }

        fn rules(&self, number: &str) -> AttestationRules {
            let model = AttestedModel { name: "Test Key 1".to_owned(), aaguid: number.to_owned(), authority: self.authority.clone() };
            AttestationRules { roles: vec![Role::SecurityOfficer], models: vec![model] }
        }
    }

    fn added(city: &City, rp: &RelyingParty, invited: Invited, make: impl FnOnce(&Value) -> Value) -> Result<(), AddPasskeyError> {
        let (rp, token) = (rp.clone(), invited.token);
        let begin = rp.clone();
        let command = BeginPasskey { by: AddPasskey::Invitation(token) };
        let challenge = city.act(Actor::Visitor, move |work| begin_passkey(work, &begin, command.clone())).unwrap();
        let finish = FinishPasskey { ceremony: challenge.ceremony, answer: make(&challenge.options) };
        match city.act(Actor::Visitor, move |work| finish_passkey(work, &rp, finish.clone())) {
            Ok(_) => Ok(()),
            Err(RunError::Refused(error)) => Err(error),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_post_that_needs_an_attested_key_takes_no_other_and_other_posts_take_any() {
        let (city, maker, stranger) = (City::new(), Maker::new(), Maker::new());
        let (department, number) = (city.department(), kernel::to_hex(&NUMBER));
        let policy = AttestationPolicy::new(&maker.rules(&number)).unwrap();
        let rp = RelyingParty::new(ORIGIN, "Lionrock").unwrap().demanding(policy);
        let plain = |options: &Value| SoftwarePasskey::create(ORIGIN, options).unwrap().1;
        let by = |maker: &Maker, number: [u8; 16], options: &Value| {
            SoftwarePasskey::create_attested(ORIGIN, options, (&maker.key, &maker.certificate, number)).unwrap().1
        };
        let security = |make: &dyn Fn(&Value) -> Value| added(&city, &rp, city.invite(department, &[Role::SecurityOfficer]), make);
        assert!(matches!(security(&plain), Err(AddPasskeyError::Unattested)), "nobody vouches for it");
        assert!(matches!(security(&|options| by(&stranger, NUMBER, options)), Err(AddPasskeyError::Unattested)), "a maker that nobody knows");
        assert!(matches!(security(&|options| by(&maker, [8; 16], options)), Err(AddPasskeyError::Unattested)), "another model");
        assert!(security(&|options| by(&maker, NUMBER, options)).is_ok());
        assert!(added(&city, &rp, city.invite(department, &[Role::CaseOfficer]), plain).is_ok());
    }

    #[test]
    fn a_policy_that_nobody_could_keep_is_refused() {
        let maker = Maker::new();
        assert!(matches!(AttestationPolicy::new(&maker.rules("7")), Err(AttestationError::Number(_))));
        let mut rules = maker.rules(&kernel::to_hex(&NUMBER));
        rules.models[0].authority = "none".to_owned();
        assert!(matches!(AttestationPolicy::new(&rules), Err(AttestationError::Authority(_))));
        rules.models.clear();
        assert!(matches!(AttestationPolicy::new(&rules), Err(AttestationError::NoModel)));
    }
}
