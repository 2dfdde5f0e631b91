use std::fmt;

use kernel::Secret;
use seal::{JoseAlgorithm, JosePublic};

use crate::{Jwk, RedirectUri};

/// The name under which a service is known to the provider: 3 to 64 lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(String);

impl ClientId {
    /// Reads it; `None` if it is not of that form.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let sound = (3..=64).contains(&text.len()) && text.bytes().all(plain);
        sound.then(|| Self(text.to_owned()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which rules a service keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// FAPI 2.0 Security Profile: what every new service gets.
    Fapi2,
    /// Plain OpenID Connect with PKCE: must be chosen, and shows as such to residents and officers.
    Basic,
}

/// How a service proves who it is.
#[derive(Clone, Debug)]
pub enum ClientAuthentication {
    /// A signed assertion (RFC 7523): keys that the service registered.
    PrivateKeyJwt(Vec<Jwk>),
    /// Its certificate in TLS (RFC 8705), by the SHA-256 of the certificate, 32 bytes.
    TlsCertificate([u8; 32]),
    /// A shared secret in the header, kept as its SHA-256: basic profile only.
    SecretBasic(Secret<[u8; 32]>),
}

/// What binds a token to who may use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SenderConstraint {
    /// A key that is proven with each request (RFC 9449).
    Dpop,
    /// The certificate in TLS (RFC 8705).
    Tls,
    /// Nothing: whoever has the token uses it. Basic profile only.
    Bearer,
}

/// A service as it is registered.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its name.
    pub id: ClientId,
    /// Its rules.
    pub profile: Profile,
    /// Where people may be sent back to.
    pub redirect_uris: Vec<RedirectUri>,
    /// How it proves who it is.
    pub authentication: ClientAuthentication,
    /// What binds its tokens.
    pub constraint: SenderConstraint,
    /// What it may ask for, by scope.
    pub scope: crate::Scope,
}

/// What is wrong with a service's registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientFault {
    /// Nobody could be sent back.
    #[error("register at least one redirect URI")]
    NoRedirect,
    /// More than 20.
    #[error("register at most 20 redirect URIs")]
    ManyRedirects,
    /// Nothing could be verified.
    #[error("register at least one public key")]
    NoKey,
    /// A shared secret is weaker than the profile.
    #[error("FAPI 2.0 takes no shared secret: use private_key_jwt or mutual TLS")]
    Secret,
    /// So is a token that works for whoever has it.
    #[error("FAPI 2.0 binds tokens to their holder: choose DPoP or mutual TLS")]
    Bearer,
    /// Plain HTTP to another machine.
    #[error("FAPI 2.0 wants https redirect URIs")]
    PlainRedirect,
    /// Without it there is no sign-in.
    #[error("the scope contains openid")]
    NoOpenid,
}

impl ClientFault {
    /// Its name in texts.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::NoRedirect => "no-redirect",
            Self::ManyRedirects => "many-redirects",
            Self::NoKey => "no-key",
            Self::Secret => "secret",
            Self::Bearer => "bearer",
            Self::PlainRedirect => "plain-redirect",
            Self::NoOpenid => "no-openid",
        }
    }
}

impl Client {
    /// What is wrong with a registration, in the order of its fields; nothing if it may be approved.
    pub fn faults(&self) -> Vec<ClientFault> {
        let fapi = self.profile == Profile::Fapi2;
        let secret = matches!(self.authentication, ClientAuthentication::SecretBasic(_));
        let no_keys = matches!(&self.authentication, ClientAuthentication::PrivateKeyJwt(keys) if keys.is_empty());
        let plain = self.redirect_uris.iter().any(|address| address.as_str().starts_with("http://"));
        let checks = [
            (self.redirect_uris.is_empty(), ClientFault::NoRedirect),
            (self.redirect_uris.len() > 20, ClientFault::ManyRedirects),
            (no_keys, ClientFault::NoKey),
            (fapi && secret, ClientFault::Secret),
            (fapi && self.constraint == SenderConstraint::Bearer, ClientFault::Bearer),
            (fapi && plain && !self.is_on_this_machine(), ClientFault::PlainRedirect),
            (!self.scope.contains("openid"), ClientFault::NoOpenid),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, what)| what).collect()
    }

    /// With what this service's ID tokens and logout tokens are signed. OpenID Connect makes RS256 the default, and FAPI 2.0 does without
    /// (section 5.4.1): a service that signs with Ed25519 keys alone reads what is signed so, and every other one ES256.
    pub fn token_algorithm(&self) -> JoseAlgorithm {
        let is_ed25519 = |key: &Jwk| matches!(key.key, JosePublic::Ed25519(_));
        match (self.profile, &self.authentication) {
            (Profile::Basic, _) => JoseAlgorithm::Rs256,
            (Profile::Fapi2, ClientAuthentication::PrivateKeyJwt(keys)) if !keys.is_empty() && keys.iter().all(is_ed25519) => JoseAlgorithm::EdDsa,
            (Profile::Fapi2, _) => JoseAlgorithm::Es256,
        }
    }

    /// The registered address that a request names, if it names one byte by byte.
    pub fn redirect(&self, asked: &str) -> Option<&RedirectUri> {
        self.redirect_uris.iter().find(|known| known.is(asked))
    }

    fn is_on_this_machine(&self) -> bool {
        self.redirect_uris.iter().all(|address| matches!(address.host(), "localhost" | "127.0.0.1"))
    }
}

#[cfg(test)]
pub(crate) fn library() -> (Client, seal::JoseSigner) {
    let signer = seal::JoseSigner::generate(seal::JoseAlgorithm::Es256).unwrap();
    let key = Jwk { key: signer.public(), kid: Some("k1".to_owned()), algorithm: None };
    let client = Client {
        id: ClientId::parse("public-library").unwrap(),
        profile: Profile::Fapi2,
        redirect_uris: vec![RedirectUri::register("https://library.example/cb", false).unwrap()],
        authentication: ClientAuthentication::PrivateKeyJwt(vec![key]),
        constraint: SenderConstraint::Dpop,
        scope: crate::Scope::parse("openid address").unwrap(),
    };
    (client, signer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_words() {
        assert!(ClientId::parse("public-library-2").is_some());
        let long = "x".repeat(65);
        for bad in ["", "ab", "Library", "a b c", "library/", "圖書館", &long] {
            assert!(ClientId::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn tokens_are_signed_as_the_service_signs_and_with_rsa_for_the_basic_profile_only() {
        let (mut client, es256) = library();
        let key = |signer: &seal::JoseSigner| Jwk { key: signer.public(), kid: None, algorithm: None };
        let eddsa = seal::JoseSigner::generate(JoseAlgorithm::EdDsa).unwrap();
        assert_eq!(client.token_algorithm(), JoseAlgorithm::Es256);
        client.authentication = ClientAuthentication::PrivateKeyJwt(vec![key(&eddsa)]);
        assert_eq!(client.token_algorithm(), JoseAlgorithm::EdDsa);
        client.authentication = ClientAuthentication::PrivateKeyJwt(vec![key(&eddsa), key(&es256)]);
        assert_eq!(client.token_algorithm(), JoseAlgorithm::Es256, "one that has another key may not read it");
        client.authentication = ClientAuthentication::TlsCertificate([0; 32]);
        assert_eq!(client.token_algorithm(), JoseAlgorithm::Es256);
        client.profile = Profile::Basic;
        client.authentication = ClientAuthentication::PrivateKeyJwt(vec![key(&eddsa)]);
        assert_eq!(client.token_algorithm(), JoseAlgorithm::Rs256);
    }

    #[test]
    fn fapi_takes_no_weaker_part() {
        let (good, _) = library();
        assert_eq!(good.faults(), Vec::new());
        let faults = |change: &dyn Fn(&mut Client)| {
            let mut client = good.clone();
            change(&mut client);
            client.faults().len()
        };
        assert_eq!(faults(&|c| c.redirect_uris.clear()), 1);
        assert_eq!(faults(&|c| c.authentication = ClientAuthentication::PrivateKeyJwt(vec![])), 1);
        assert_eq!(faults(&|c| c.authentication = ClientAuthentication::SecretBasic(Secret::new([0; 32]))), 1);
        assert_eq!(faults(&|c| c.constraint = SenderConstraint::Bearer), 1);
        assert_eq!(faults(&|c| c.scope = crate::Scope::parse("address").unwrap()), 1);
        let weak = |c: &mut Client| {
            c.profile = Profile::Basic;
            c.constraint = SenderConstraint::Bearer;
            c.authentication = ClientAuthentication::SecretBasic(Secret::new([0; 32]));
        };
        assert_eq!(faults(&weak), 0, "what is weaker must be chosen with the profile");
        assert!(good.redirect("https://library.example/cb").is_some());
        assert!(good.redirect("https://library.example/cb/").is_none());
    }
}
