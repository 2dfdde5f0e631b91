use kernel::{Id, Instant, Secret, Text, from_hex, kinds, to_hex};
use openid::{Client, ClientAuthentication, ClientId, Jwk, Profile, RedirectUri, Scope, SenderConstraint};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a department says of a service that is to be connected.
#[derive(Clone, Debug)]
pub struct Registration {
    /// How the protocols know it.
    pub client: Client,
    /// What residents read.
    pub name: Text,
    /// Why it needs what it asks for, by scope; each scope but `openid` has its sentence.
    pub reasons: Vec<(String, Text)>,
}

/// A service on record.
#[derive(Clone, Debug)]
pub struct Registered {
    /// What was said.
    pub registration: Registration,
    /// Over every part of it: what the second officer approves.
    pub digest: [u8; 32],
    /// Since when.
    pub registered: Instant,
    /// By whom.
    pub registered_by: Id<kinds::Officer>,
    /// When another officer approved it: before that it reaches nobody.
    pub approved: Option<Instant>,
    /// When it ended.
    pub ended: Option<Instant>,
}

impl Registered {
    /// Whether residents can sign in to it.
    pub const fn is_in_force(&self) -> bool {
        self.approved.is_some() && self.ended.is_none()
    }

    /// How the protocols know it.
    pub const fn client(&self) -> &Client {
        &self.registration.client
    }
}

#[derive(Serialize, Deserialize)]
struct Body {
    fapi: bool,
    redirect_uris: Vec<String>,
    method: Method,
    constraint: String,
    scope: String,
    name: Text,
    reasons: Vec<(String, Text)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    PrivateKeyJwt(Value),
    TlsCertificate(String),
    SecretBasic(String),
}

impl Registration {
    /// What is wrong with it; nothing if it may be approved.
    pub fn faults(&self) -> Vec<&'static str> {
        let mut faults = self.client.faults();
        if !self.name.blanks().is_empty() {
            faults.push("give the name in three languages");
        }
        let explained = |scope: &str| scope == "openid" || self.reasons.iter().any(|(known, why)| known == scope && why.blanks().is_empty());
        if !self.client.scope.names().all(explained) {
            faults.push("say in three languages why each scope is needed");
        }
        faults
    }

    pub(crate) fn to_json(&self) -> String {
        let hidden = |bytes: &[u8; 32]| to_hex(bytes);
        let method = match &self.client.authentication {
            ClientAuthentication::PrivateKeyJwt(keys) => {
                Method::PrivateKeyJwt(json!({ "keys": keys.iter().map(Jwk::to_json).collect::<Vec<_>>() }))
            }
            ClientAuthentication::TlsCertificate(hash) => Method::TlsCertificate(hidden(hash)),
            ClientAuthentication::SecretBasic(hash) => Method::SecretBasic(hidden(hash.expose())),
        };
        let constraint = match self.client.constraint {
            SenderConstraint::Dpop => "dpop",
            SenderConstraint::Tls => "tls",
            SenderConstraint::Bearer => "bearer",
        };
        let body = Body {
            fapi: self.client.profile == Profile::Fapi2,
            redirect_uris: self.client.redirect_uris.iter().map(|address| address.as_str().to_owned()).collect(),
            method,
            constraint: constraint.to_owned(),
            scope: self.client.scope.to_string(),
            name: self.name.clone(),
            reasons: self.reasons.clone(),
        };
        json!(body).to_string()
    }

    /// Reads what [`Registration::to_json`] wrote; nothing if the row is damaged.
    pub(crate) fn from_json(id: &str, text: &str) -> Option<Self> {
        let body: Body = serde_json::from_str(text).ok()?;
        let hash = |hex: &str| from_hex(hex).ok()?.try_into().ok();
        let authentication = match &body.method {
            Method::PrivateKeyJwt(keys) => ClientAuthentication::PrivateKeyJwt(Jwk::read_set(keys).ok()?),
            Method::TlsCertificate(hex) => ClientAuthentication::TlsCertificate(hash(hex)?),
            Method::SecretBasic(hex) => ClientAuthentication::SecretBasic(Secret::new(hash(hex)?)),
        };
        let constraint = match body.constraint.as_str() {
            "dpop" => SenderConstraint::Dpop,
            "tls" => SenderConstraint::Tls,
            _ => SenderConstraint::Bearer,
        };
        let redirect_uris = body.redirect_uris.iter().map(|address| RedirectUri::register(address, true).ok());
        let client = Client {
            id: ClientId::parse(id)?,
            profile: if body.fapi { Profile::Fapi2 } else { Profile::Basic },
            redirect_uris: redirect_uris.collect::<Option<_>>()?,
            authentication,
            constraint,
            scope: Scope::parse(&body.scope).ok()?,
        };
        Some(Self { client, name: body.name, reasons: body.reasons })
    }
}
