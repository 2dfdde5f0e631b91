use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connectors::TestPki;
use journal::{Actor, Ledger, Work};
use kernel::{Environment, Id, Random as _, Secret, Text};
use openid::{Client, ClientAuthentication, ClientId, Jwk, Profile, RedirectUri, Scope, SenderConstraint};
use people::{Action, Grant, Role, SignedIn, authorise};
use provider::{AskedAttribute, Registration, ServiceContact, Standing};
use seal::{JoseAlgorithm, JoseSigner, OsRandom};
use serde_json::{Value, json};

use crate::HostError;

/// A service in force, with what only it knows.
#[derive(Debug)]
pub struct Service {
    /// Its client id.
    pub id: String,
    /// The key of its assertions.
    pub key: Option<JoseSigner>,
    /// Its shared secret.
    pub secret: Option<String>,
}

/// Where our own tests let residents be sent back to; nobody listens there. Each service has a host of its own, and so its own
/// names for residents.
fn callback(id: &str) -> String {
    format!("https://{id}.example/cb")
}

const SERVICES: [(&str, Profile, Proof, SenderConstraint); 7] = [
    ("fapi-dpop", Profile::Fapi2, Proof::Key(JoseAlgorithm::Es256), SenderConstraint::Dpop),
    ("fapi-dpop-two", Profile::Fapi2, Proof::Key(JoseAlgorithm::EdDsa), SenderConstraint::Dpop),
    ("fapi-mtls", Profile::Fapi2, Proof::Certificate, SenderConstraint::Tls),
    ("fapi-key-mtls", Profile::Fapi2, Proof::Key(JoseAlgorithm::Es256), SenderConstraint::Tls),
    ("basic-secret", Profile::Basic, Proof::Secret, SenderConstraint::Bearer),
    ("basic-secret-two", Profile::Basic, Proof::Secret, SenderConstraint::Bearer),
    ("basic-key", Profile::Basic, Proof::Key(JoseAlgorithm::Rs256), SenderConstraint::Bearer),
];

#[derive(Clone, Copy)]
enum Proof {
    Key(JoseAlgorithm),
    Certificate,
    Secret,
}

impl Service {
    /// For a client written in another language: the key as PKCS#8 in PEM.
    pub fn to_json(&self) -> Value {
        let key = self.key.as_ref().and_then(|key| key.to_pkcs8().ok()).map(|der| pem("PRIVATE KEY", der.expose()));
        let algorithm = self.key.as_ref().map(|key| key.algorithm().name());
        json!({ "client_id": self.id, "key": key, "kid": KEY_ID, "alg": algorithm, "secret": self.secret, "redirect_uri": callback(&self.id) })
    }
}

/// The name of every service's key.
pub const KEY_ID: &str = "k1";

/// One officer registers each service, another approves it.
pub fn connect(ledger: &Arc<Ledger>, pki: &TestPki, more: &[String]) -> Result<Vec<Service>, HostError> {
    let certificate = certificate_hash(pki)?;
    SERVICES.iter().map(|(id, profile, proof, constraint)| {
        let mut service = Service { id: (*id).to_owned(), key: None, secret: None };
        let authentication = match proof {
            Proof::Key(algorithm) => {
                let signer = JoseSigner::generate(*algorithm)?;
                let key = Jwk { key: signer.public(), kid: Some(KEY_ID.to_owned()), algorithm: None };
                service.key = Some(signer);
                ClientAuthentication::PrivateKeyJwt(vec![key])
            }
            Proof::Certificate => ClientAuthentication::TlsCertificate(certificate),
            Proof::Secret => {
                let secret = kernel::to_hex(&OsRandom.bytes32());
                let hash = seal::sha256(&[secret.as_bytes()]);
                service.secret = Some(secret);
                ClientAuthentication::SecretBasic(Secret::new(hash))
            }
        };
        let client = client(id, *profile, authentication, *constraint, more)?;
        register(ledger, registration(client))?;
        Ok(service)
    }).collect()
}

fn client(id: &str, profile: Profile, authentication: ClientAuthentication, constraint: SenderConstraint, more: &[String]) -> Result<Client, HostError> {
    let addresses = std::iter::once(callback(id)).chain(more.iter().cloned());
    let redirect_uris = addresses.map(|address| RedirectUri::register(&address, true).map_err(refused)).collect::<Result<_, _>>()?;
    Ok(Client {
        id: ClientId::parse(id).ok_or_else(|| HostError::Service(id.to_owned()))?,
        profile,
        redirect_uris,
        authentication,
        constraint,
        scope: Scope::parse("openid email").map_err(refused)?,
    })
}

fn registration(client: Client) -> Registration {
    let text = |english: &str, traditional: &str, simplified: &str| Text::new(english, traditional, simplified);
    Registration {
        client,
        standing: Standing::Sandbox,
        name: text("Public library", "公共圖書館", "公共图书馆"),
        department: text("Leisure and Culture", "康樂及文化", "康乐及文化"),
        purpose: text("Library cards", "圖書證", "图书证"),
        contact: ServiceContact { post: text("Librarian", "圖書館主任", "图书馆主任"), phone: "2921 0208".to_owned(), email: "library@library.example".to_owned() },
        attributes: vec![AskedAttribute { name: "email".to_owned(), reason: text("To remind you", "提醒你", "提醒你"), needed: false }],
        logo: None,
        logout_uri: None,
        after_logout: Vec::new(),
    }
}

fn register(ledger: &Arc<Ledger>, registration: Registration) -> Result<(), HostError> {
    let id = registration.client.id.to_string();
    let register = move |work: &mut Work<'_, '_>| provider::register_client(work, &officer(1, Role::SchemeOwner)?, &registration).map_err(refused);
    let (digest, _) = ledger.write("host.register", Actor::Operator, register).map_err(refused)?;
    let approve = move |work: &mut Work<'_, '_>| provider::approve_client(work, &officer(2, Role::PrivacyOfficer)?, Environment::Test, &id, digest).map_err(refused);
    ledger.write("host.approve", Actor::Operator, approve).map_err(refused)?;
    Ok(())
}

fn officer<A: Action>(id: u8, role: Role) -> Result<Grant<A>, HostError> {
    let who = SignedIn::at_console(Id::from_bytes([id; 16]), Id::from_bytes([1; 16]), vec![role], Text::new("Post", "職位", "职位"));
    authorise(&who, None).map_err(refused)
}

fn refused(error: impl std::fmt::Display) -> HostError {
    HostError::Service(error.to_string())
}

fn certificate_hash(pki: &TestPki) -> Result<[u8; 32], HostError> {
    let text = std::fs::read_to_string(&pki.client_certificate)?;
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    Ok(provider::certificate_hash(&STANDARD.decode(body).map_err(refused)?))
}

fn pem(kind: &str, der: &[u8]) -> String {
    let coded = STANDARD.encode(der);
    let lines: Vec<&str> = coded.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}
