use kernel::{Id, Instant, Secret, Text, from_hex, kinds, to_hex};
use openid::{Client, ClientAuthentication, ClientFault, ClientId, Jwk, Profile, RedirectUri, SIGN, Scope, SenderConstraint};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a department says of a service that is to be connected.
#[derive(Clone, Debug)]
pub struct Registration {
    /// How the protocols know it.
    pub client: Client,
    /// Whom it meets.
    pub standing: Standing,
    /// What residents read.
    pub name: Text,
    /// The department that answers for it, as residents read it.
    pub department: Text,
    /// What it is for.
    pub purpose: Text,
    /// Where residents ask.
    pub contact: ServiceContact,
    /// What it may ask for, one by one.
    pub attributes: Vec<AskedAttribute>,
    /// The picture beside its name, by its SHA-256 ([`crate::keep_logo`]).
    pub logo: Option<[u8; 32]>,
    /// Where it is told that a resident has signed out (OpenID Connect Back-Channel Logout 1.0).
    pub logout_uri: Option<RedirectUri>,
    /// Where residents may be sent after they signed out (RP-Initiated Logout 1.0).
    pub after_logout: Vec<RedirectUri>,
}

/// Whom a service meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Synthetic people: it is approved only where the keys are labelled for them.
    Sandbox,
    /// Residents.
    Live,
}

impl Standing {
    /// Its name in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Live => "live",
        }
    }
}

/// An office that answers for a service: published, so never a person's own details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceContact {
    /// The post.
    pub post: Text,
    /// The office's telephone.
    pub phone: String,
    /// The office's mailbox.
    pub email: String,
}

/// One attribute that a service may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedAttribute {
    /// Its name, which is also the scope that asks for it.
    pub name: String,
    /// Why, in the words that residents read.
    pub reason: Text,
    /// Whether the service cannot do its work without it.
    pub needed: bool,
}

/// A service on record.
#[derive(Clone, Debug)]
pub struct Registered {
    /// What was said.
    pub registration: Registration,
    /// The department whose officer registered it.
    pub owner: Id<kinds::Department>,
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

/// A change of a service that waits for the second officer; until then the service goes on as it was approved.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// What the service would be.
    pub registration: Registration,
    /// Over every part of it: what the second officer approves.
    pub digest: [u8; 32],
    /// Since when.
    pub proposed: Instant,
    /// By whom.
    pub proposed_by: Id<kinds::Officer>,
}

/// What is wrong with a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationFault {
    /// As the protocols see it.
    #[error(transparent)]
    Client(#[from] ClientFault),
    /// A text that residents read is missing in a language.
    #[error("give {0} in three languages")]
    Blank(&'static str),
    /// A telephone or a mailbox is missing or no such thing.
    #[error("give the office's telephone and mailbox")]
    Contact,
    /// An attribute without its reason.
    #[error("say in three languages why each attribute is needed")]
    Reason,
    /// It would bring documents to sign with tokens that whoever finds them can use.
    #[error("only a service whose tokens are bound to a key brings documents to sign")]
    Signing,
    /// The scope is not `openid` and the attributes.
    #[error("the scope is openid and the attributes")]
    Scope,
}

const LINE_MOST: usize = 120;

#[derive(Serialize, Deserialize)]
struct Body {
    owner: String,
    fapi: bool,
    redirect_uris: Vec<String>,
    method: Method,
    constraint: String,
    standing: Standing,
    name: Text,
    department: Text,
    purpose: Text,
    contact: ServiceContact,
    attributes: Vec<AskedAttribute>,
    logo: Option<String>,
    #[serde(default)]
    logout_uri: Option<String>,
    #[serde(default)]
    after_logout: Vec<String>,
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
    pub fn faults(&self) -> Vec<RegistrationFault> {
        let mut faults: Vec<RegistrationFault> = self.client.faults().into_iter().map(Into::into).collect();
        let texts = [("the name", &self.name), ("the department", &self.department), ("the purpose", &self.purpose), ("the office", &self.contact.post)];
        let blank = texts.into_iter().filter(|(_, text)| !text.blanks().is_empty());
        faults.extend(blank.map(|(what, _)| RegistrationFault::Blank(what)));
        let line = |text: &str| !text.trim().is_empty() && text.len() <= LINE_MOST && !text.chars().any(char::is_control);
        if !line(&self.contact.phone) || !line(&self.contact.email) || !self.contact.email.contains('@') {
            faults.push(RegistrationFault::Contact);
        }
        if self.attributes.iter().any(|attribute| !attribute.reason.blanks().is_empty()) {
            faults.push(RegistrationFault::Reason);
        }
        if self.client.constraint == SenderConstraint::Bearer && self.attributes.iter().any(|attribute| attribute.name == SIGN) {
            faults.push(RegistrationFault::Signing);
        }
        if Self::scope_of(&self.attributes).is_none_or(|scope| scope != self.client.scope) {
            faults.push(RegistrationFault::Scope);
        }
        faults
    }

    /// What the protocols know as the scope of these attributes: `openid` and each by its name. Nothing if one has no name or
    /// stands there twice.
    pub fn scope_of(attributes: &[AskedAttribute]) -> Option<Scope> {
        let names = attributes.iter().map(|attribute| attribute.name.as_str());
        let names: Vec<&str> = std::iter::once("openid").chain(names).collect();
        let scope = Scope::parse(&names.join(" ")).ok()?;
        (scope.names().count() == names.len()).then_some(scope)
    }

    /// How many attributes it asks for, and how many of them it needs; that it brings documents to sign is none.
    pub fn figures(&self) -> (usize, usize) {
        let of_people = || self.attributes.iter().filter(|attribute| attribute.name != SIGN);
        (of_people().count(), of_people().filter(|attribute| attribute.needed).count())
    }

    pub(crate) fn to_json(&self, owner: Id<kinds::Department>) -> String {
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
            owner: owner.to_string(),
            fapi: self.client.profile == Profile::Fapi2,
            redirect_uris: self.client.redirect_uris.iter().map(|address| address.as_str().to_owned()).collect(),
            method,
            constraint: constraint.to_owned(),
            standing: self.standing,
            name: self.name.clone(),
            department: self.department.clone(),
            purpose: self.purpose.clone(),
            contact: self.contact.clone(),
            attributes: self.attributes.clone(),
            logo: self.logo.as_ref().map(hidden),
            logout_uri: self.logout_uri.as_ref().map(ToString::to_string),
            after_logout: self.after_logout.iter().map(ToString::to_string).collect(),
        };
        json!(body).to_string()
    }

    /// Reads what [`Registration::to_json`] wrote; nothing if the row is damaged.
    pub(crate) fn from_json(id: &str, text: &str) -> Option<(Id<kinds::Department>, Self)> {
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
        let address = |text: &String| RedirectUri::register(text, true).ok();
        let logout_uri = match &body.logout_uri {
            Some(text) => Some(address(text)?),
            None => None,
        };
        let after_logout = body.after_logout.iter().map(address).collect::<Option<_>>()?;
        let client = Client {
            id: ClientId::parse(id)?,
            profile: if body.fapi { Profile::Fapi2 } else { Profile::Basic },
            redirect_uris: body.redirect_uris.iter().map(address).collect::<Option<_>>()?,
            authentication,
            constraint,
            scope: Self::scope_of(&body.attributes)?,
        };
        let logo = match body.logo {
            Some(hex) => Some(hash(&hex)?),
            None => None,
        };
        let Body { standing, name, department, purpose, contact, attributes, .. } = body;
        Some((body.owner.parse().ok()?, Self { client, standing, name, department, purpose, contact, attributes, logo, logout_uri, after_logout }))
    }
}
