//! A provider with two services, two officers and a movable clock: where this crate is tried.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use journal::{Actor, Work};
use kernel::{Environment, Id, Instant, Random, Text, kinds};
use openid::{
    Audience, Client, ClientAuthentication, ClientId, DpopProof, DpopRequest, Jwk, OAuthError, Profile, RedirectUri, Scope,
    SenderConstraint, sign_compact,
};
use people::{Action, Grant, Role, SignedIn, authorise};
use seal::{JoseAlgorithm, JoseSigner};
use serde_json::{Value, json};
use store::{Migration, RunError, Store, StoreError};
use testkit::{Place, Rehearsal, both_engines, memory_store};

use crate::*;

const TABLES: &[&[Migration]] = &[journal::MIGRATIONS, MIGRATIONS];
pub(crate) const ISSUER: &str = "https://id.example";
pub(crate) const TOKEN: &str = "https://id.example/token";
pub(crate) const AUDIENCE: Audience<'_> = Audience { issuer: ISSUER, endpoint: TOKEN };
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) struct Provider {
    rehearsal: Rehearsal,
    pub(crate) keys: TokenKeys,
    pub(crate) random: Arc<dyn Random>,
}

impl std::ops::Deref for Provider {
    type Target = Rehearsal;

    fn deref(&self) -> &Rehearsal {
        &self.rehearsal
    }
}

/// A service with the keys that it keeps to itself.
pub(crate) struct Service {
    pub(crate) client: Client,
    pub(crate) signer: JoseSigner,
    pub(crate) dpop: JoseSigner,
}

/// Tells a story on each engine.
pub(crate) fn on_both(story: impl Fn(&Provider)) {
    both_engines(|place| story(&Provider::at(place)));
}

impl Provider {
    pub(crate) fn new() -> Self {
        Self::on(memory_store(TABLES))
    }

    pub(crate) fn at(place: &Place) -> Self {
        Self::on(place.store("identity", TABLES))
    }

    fn on(store: Store) -> Self {
        let rehearsal = Rehearsal::on(store, "identity", "2026-11-22T09:00", 29);
        prepare_keys(rehearsal.keys()).unwrap();
        rotate_keys(&rehearsal.ledger, rehearsal.now()).unwrap();
        let keys = load_keys(&rehearsal.ledger, rehearsal.now()).unwrap();
        let random = rehearsal.ledger.random().clone();
        Self { rehearsal, keys, random }
    }

    pub(crate) fn officer<A: Action>(officer: u8, role: Role) -> Grant<A> {
        let post = Text::new("Post", "職位", "职位");
        let who = SignedIn::at_console(Id::<kinds::Officer>::from_bytes([officer; 16]), Id::from_bytes([1; 16]), vec![role], post);
        authorise(&who, None).unwrap()
    }

    pub(crate) fn act<T, E>(&self, act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static) -> Result<T, RunError<E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.rehearsal.act(Actor::Visitor, act)
    }

    /// A service in force, under FAPI 2.0 with DPoP.
    pub(crate) fn service(&self, id: &str) -> Service {
        self.service_with(id, |_| {})
    }

    /// The same, with something registered differently.
    pub(crate) fn service_with(&self, id: &str, change: impl FnOnce(&mut Registration)) -> Service {
        let service = Service::new(id);
        let mut registration = service.registration();
        change(&mut registration);
        let digest = self.act(move |work| register_client(work, &Self::officer(1, Role::SchemeOwner), &registration)).unwrap();
        let id = id.to_owned();
        self.act(move |work| approve_client(work, &Self::officer(2, Role::PrivacyOfficer), Environment::Test, &id, digest)).unwrap();
        service
    }

    pub(crate) fn prove(&self, service: &Service, id: &str) -> Proven {
        let now = self.now();
        let assertion = service.assertion(id, now);
        self.read(|tx| prove(tx, &ClientProof::Assertion(&assertion), None, AUDIENCE, now)).unwrap()
    }

    pub(crate) fn push(&self, service: &Service, changes: &[(&str, &str)]) -> Result<Pushed, OAuthError> {
        let proven = self.prove(service, &self.fresh());
        let parameters = service.parameters(changes);
        self.act(move |work| push_request(work, &proven, &Shown::default(), &parameters)).unwrap()
    }

    /// The resident gives everything until it is taken back.
    pub(crate) fn allow(&self, service: &Service, person: &Person, pushed: &Pushed) -> Result<String, OAuthError> {
        self.decide(service, person, pushed, &["address", "email"].map(|name| decision(name, Some(Term::Lasting))))
    }

    pub(crate) fn decide(&self, service: &Service, person: &Person, pushed: &Pushed, decisions: &[Decision]) -> Result<String, OAuthError> {
        let (client, uri, now) = (service.client.id.to_string(), pushed.request_uri.clone(), self.now());
        let asked = self.read(|tx| asked(tx, &client, &uri, now))?;
        let permission = Permission {
            client: client.clone(),
            request_uri: uri.clone(),
            issuer: ISSUER.to_owned(),
            subject: subject_at(self.ledger.keys(), &asked, person),
            decided: Some(decisions.to_vec()),
        };
        let person = person.clone();
        let address = self.act(move |work| allow(work, &person, &permission)).unwrap()?;
        Ok(address.split(['?', '&']).find_map(|part| part.strip_prefix("code=")).unwrap().to_owned())
    }

    pub(crate) fn redeem(&self, service: &Service, code: &str) -> Result<Tokens, OAuthError> {
        let brought = Brought {
            code: code.to_owned(),
            redirect_uri: service.client.redirect_uris[0].to_string(),
            verifier: VERIFIER.to_owned(),
        };
        self.bring(service, brought)
    }

    pub(crate) fn bring(&self, service: &Service, brought: Brought) -> Result<Tokens, OAuthError> {
        let (keys, proven, shown) = (self.keys.clone(), self.prove(service, &self.fresh()), self.show(service, None));
        self.act(move |work| redeem_code(work, &keys, ISSUER, &proven, &shown, &brought)).unwrap()
    }

    pub(crate) fn refresh(&self, service: &Service, token: &str) -> Result<Tokens, OAuthError> {
        let (proven, shown, token) = (self.prove(service, &self.fresh()), self.show(service, None), token.to_owned());
        self.act(move |work| refresh(work, &proven, &shown, &token, None)).unwrap()
    }

    /// A proof of possession, judged.
    pub(crate) fn show(&self, service: &Service, access: Option<&str>) -> Shown {
        let proof = service.proof(&self.fresh(), self.now(), access);
        let request = DpopRequest { method: "POST", address: TOKEN, access_token: access, nonces: &[] };
        Shown { dpop: Some(DpopProof::verify(&proof, request, self.now()).unwrap()), certificate: None }
    }

    pub(crate) fn uses(&self, service: &Service, access: &str) -> Option<InUse> {
        let (shown, access) = (self.show(service, Some(access)), access.to_owned());
        self.act(move |work| use_token(work, &access, &shown)).unwrap()
    }

    pub(crate) fn fresh(&self) -> String {
        kernel::to_hex(&self.random.bytes16())
    }
}

pub(crate) fn decision(name: &str, term: Option<Term>) -> Decision {
    Decision { attribute: name.to_owned(), term }
}

fn asked_attribute(name: &str, needed: bool) -> AskedAttribute {
    AskedAttribute { name: name.to_owned(), reason: Text::new("To send a card", "寄送圖書證", "寄送图书证"), needed }
}

impl Service {
    pub(crate) fn new(id: &str) -> Self {
        let signer = JoseSigner::generate(JoseAlgorithm::Es256).unwrap();
        let client = Client {
            id: ClientId::parse(id).unwrap(),
            profile: Profile::Fapi2,
            redirect_uris: vec![RedirectUri::register(&format!("https://{id}.example/cb"), false).unwrap()],
            authentication: Self::keys(&signer),
            constraint: SenderConstraint::Dpop,
            scope: Scope::parse("openid address email").unwrap(),
        };
        Self { client, signer, dpop: JoseSigner::generate(JoseAlgorithm::EdDsa).unwrap() }
    }

    /// How a service with this key proves itself.
    pub(crate) fn keys(signer: &JoseSigner) -> ClientAuthentication {
        ClientAuthentication::PrivateKeyJwt(vec![Jwk { key: signer.public(), kid: Some("k1".to_owned()), algorithm: None }])
    }

    pub(crate) fn registration(&self) -> Registration {
        Registration {
            client: self.client.clone(),
            name: Text::new("Public library", "公共圖書館", "公共图书馆"),
            department: Text::new("Leisure and Culture", "康樂及文化", "康乐及文化"),
            standing: Standing::Sandbox,
            purpose: Text::new("To borrow books", "借閱圖書", "借阅图书"),
            contact: ServiceContact {
                post: Text::new("Librarian", "館長", "馆长"),
                phone: "2921 0208".to_owned(),
                email: "library@department.example".to_owned(),
            },
            logo: None,
            attributes: vec![asked_attribute("address", true), asked_attribute("email", false)],
            logout_uri: None,
            after_logout: Vec::new(),
        }
    }

    pub(crate) fn assertion(&self, id: &str, now: Instant) -> String {
        let at = now.millis() / 1000;
        let own = self.client.id.as_str();
        let claims = json!({ "iss": own, "sub": own, "aud": ISSUER, "iat": at, "exp": at + 60, "jti": id });
        sign_compact(&self.signer, "JWT", "k1", &claims).unwrap()
    }

    pub(crate) fn proof(&self, id: &str, now: Instant, access: Option<&str>) -> String {
        let key = Jwk { key: self.dpop.public(), kid: None, algorithm: None }.to_json();
        let header = json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": key });
        let hash = access.map(|access| URL_SAFE_NO_PAD.encode(seal::sha256(&[access.as_bytes()])));
        let claims = json!({ "htm": "POST", "htu": TOKEN, "iat": now.millis() / 1000, "jti": id, "ath": hash });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(&header), part(&claims));
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(self.dpop.sign(input.as_bytes()).unwrap()))
    }

    pub(crate) fn parameters(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let redirect = self.client.redirect_uris[0].to_string();
        let mut pairs = vec![
            ("client_id", self.client.id.as_str()),
            ("redirect_uri", &redirect),
            ("response_type", "code"),
            ("scope", "openid address"),
            ("state", "s1"),
            ("nonce", "n1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("client_assertion", "not kept"),
        ];
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            pairs.push((name, value));
        }
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}


/// A resident who signed in a minute ago.
pub(crate) fn person(account: u8, now: Instant) -> Person {
    Person {
        account: [account; 16],
        session: [account.wrapping_add(100); 16],
        signed_in: now.plus_secs(-60),
        acr: "verified".to_owned(),
        amr: vec!["pop".to_owned(), "user".to_owned()],
    }
}
