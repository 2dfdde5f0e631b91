use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{from_hex, to_hex};
use seal::{JoseAlgorithm, JosePublic, sha256, verify_p256};
use serde::{Deserialize, Serialize};

/// What a resident agrees to when a passkey signs: everything that the phone showed, bound together. It is written as lines of text,
/// so that whoever reads a signature in twenty years needs no program to see what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The site at which it was shown, `https://…`.
    pub site: String,
    /// This act and no other: 16 random bytes.
    pub transaction: [u8; 16],
    /// The online service that asked, or the resident's own account page.
    pub service: String,
    /// What kind of signature is made.
    pub form: Form,
    /// SHA-256 of the document as it was brought.
    pub document: [u8; 32],
    /// SHA-256 of the bytes that the signature covers.
    pub covered: [u8; 32],
    /// The program that drew the pages, with its version.
    pub renderer: String,
    /// How finely it drew them, in dots an inch.
    pub resolution: u32,
    /// SHA-256 of each picture that was shown, in the order of the pages.
    pub pages: Vec<[u8; 32]>,
    /// 32 random bytes: nobody can have prepared an assertion before.
    pub nonce: [u8; 32],
}

/// The kind of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In the document (PAdES).
    Pdf,
    /// Beside the document (CAdES).
    Detached,
}

impl Form {
    /// Its name in statements, tables and forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Detached => "cms",
        }
    }

    /// The form with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pdf, Self::Detached].into_iter().find(|form| form.name() == name)
    }
}

const FIRST_LINE: &str = "lionrock signing act v1";
/// Pages that a document may have: somebody has to look at them.
pub const PAGES_MOST: usize = 100;

impl Statement {
    /// The lines.
    pub fn text(&self) -> String {
        let mut lines = vec![
            FIRST_LINE.to_owned(),
            format!("site {}", self.site),
            format!("transaction {}", to_hex(&self.transaction)),
            format!("service {}", self.service),
            format!("form {}", self.form.name()),
            format!("document {}", to_hex(&self.document)),
            format!("covered {}", to_hex(&self.covered)),
            format!("renderer {}", self.renderer),
            format!("resolution {}", self.resolution),
            format!("pages {}", self.pages.len()),
        ];
        lines.extend(self.pages.iter().map(|page| format!("page {}", to_hex(page))));
        lines.push(format!("nonce {}", to_hex(&self.nonce)));
        lines.join("\n") + "\n"
    }

    /// Reads the lines; they must be written exactly as [`Statement::text`] writes them.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == FIRST_LINE).then_some(())?;
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned);
        let statement = Self {
            site: field("site")?,
            transaction: bytes(&field("transaction")?)?,
            service: field("service")?,
            form: Form::from_name(&field("form")?)?,
            document: bytes(&field("document")?)?,
            covered: bytes(&field("covered")?)?,
            renderer: field("renderer")?,
            resolution: field("resolution")?.parse().ok()?,
            pages: {
                let count: usize = field("pages")?.parse().ok().filter(|count| *count <= PAGES_MOST)?;
                (0..count).map(|_| bytes(&field("page")?)).collect::<Option<_>>()?
            },
            nonce: bytes(&field("nonce")?)?,
        };
        (statement.text() == text).then_some(statement)
    }

    /// What the passkey is asked to sign: SHA-256 of the lines.
    pub fn challenge(&self) -> [u8; 32] {
        sha256(&[self.text().as_bytes()])
    }
}

/// The public key of a passkey, as a JSON Web Key (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty", deny_unknown_fields)]
pub enum PasskeyKey {
    /// P-256, as most telephones have.
    #[serde(rename = "EC")]
    P256 {
        /// The curve, `P-256`.
        crv: String,
        /// The first coordinate.
        x: String,
        /// The second coordinate.
        y: String,
    },
    /// RSA, as some computers have.
    #[serde(rename = "RSA")]
    Rsa {
        /// The exponent.
        e: String,
        /// The modulus.
        n: String,
    },
    /// Ed25519, as some security keys have.
    #[serde(rename = "OKP")]
    Ed25519 {
        /// The curve, `Ed25519`.
        crv: String,
        /// The key.
        x: String,
    },
}

impl PasskeyKey {
    /// Of a public key.
    pub fn of(key: &JosePublic) -> Self {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match key {
            JosePublic::P256 { x, y } => Self::P256 { crv: "P-256".into(), x: text(x), y: text(y) },
            JosePublic::Rsa { n, e } => Self::Rsa { e: text(e), n: text(n) },
            JosePublic::Ed25519(x) => Self::Ed25519 { crv: "Ed25519".into(), x: text(x) },
        }
    }

    /// SHA-256 of its fields in the order of their names (RFC 7638).
    pub fn thumbprint(&self) -> [u8; 32] {
        let text = match self {
            Self::P256 { crv, x, y } => format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Rsa { e, n } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Ed25519 { crv, x } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
        };
        sha256(&[text.as_bytes()])
    }

    /// Whether the signature is this key's, written as WebAuthn writes it (6.5.5).
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let array = |text: &str| decode(text).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        match self {
            Self::P256 { crv, x, y } => match (crv.as_str(), array(x), array(y)) {
                ("P-256", Some(x), Some(y)) => verify_p256(&[&[4], x.as_slice(), &y].concat(), message, signature),
                _ => false,
            },
            Self::Rsa { e, n } => match (decode(n), decode(e)) {
                (Some(n), Some(e)) => JosePublic::Rsa { n, e }.verifies(JoseAlgorithm::Rs256, message, signature),
                _ => false,
            },
            Self::Ed25519 { crv, x } => match (crv.as_str(), array(x)) {
                ("Ed25519", Some(x)) => JosePublic::Ed25519(x).verifies(JoseAlgorithm::EdDsa, message, signature),
                _ => false,
            },
        }
    }
}

/// A resident's own act, as it is published inside the signature: what the passkey signed, and what it answered. Whoever has the
/// document can check it without asking anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The lines of the [`Statement`].
    pub statement: String,
    /// The passkey.
    pub passkey: PasskeyKey,
    /// What the authenticator said of itself, in base64url.
    pub authenticator_data: String,
    /// What the browser said it was asked, in base64url.
    pub client_data: String,
    /// The passkey's signature over both, in base64url.
    pub signature: String,
}

/// Why an act does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// It cannot be read.
    #[error("the passkey's act cannot be read")]
    Form,
    /// The passkey was asked something else.
    #[error("the passkey signed something else")]
    Challenge,
    /// At another site.
    #[error("the passkey signed at another site")]
    Site,
    /// Nobody touched it, or it did not check who did.
    #[error("the passkey did not check who used it")]
    Unverified,
    /// Not by this passkey.
    #[error("the signature is not this passkey's")]
    Signature,
}

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

impl Act {
    /// The act as it is published: one line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a published act.
    pub fn parse(json: &[u8]) -> Result<Self, ActError> {
        serde_json::from_slice(json).map_err(|_| ActError::Form)
    }

    /// Takes the answer of a browser to [`Statement::challenge`].
    pub fn of_answer(statement: &Statement, passkey: PasskeyKey, answer: &serde_json::Value) -> Result<Self, ActError> {
        let field = |name: &str| {
            let value = answer.pointer(&format!("/response/{name}")).and_then(serde_json::Value::as_str);
            value.map(str::to_owned).ok_or(ActError::Form)
        };
        Ok(Self {
            statement: statement.text(),
            passkey,
            authenticator_data: field("authenticatorData")?,
            client_data: field("clientDataJSON")?,
            signature: field("signature")?,
        })
    }

    /// How often the authenticator says that it was used; nothing if it cannot be read, zero where it does not count.
    pub fn counter(&self) -> Option<u32> {
        let data = decode(&self.authenticator_data)?;
        Some(u32::from_be_bytes(data.get(33..37)?.try_into().ok()?))
    }

    /// Checks everything that can be checked without the document: the passkey signed this very statement, at the site that the
    /// statement names, in person (WebAuthn, 7.2).
    pub fn check(&self) -> Result<Statement, ActError> {
        let statement = Statement::parse(&self.statement).ok_or(ActError::Form)?;
        let [authenticator, client, signature] =
            [&self.authenticator_data, &self.client_data, &self.signature].map(|text| decode(text).ok_or(ActError::Form));
        let (authenticator, client, signature) = (authenticator?, client?, signature?);
        let said: ClientData = serde_json::from_slice(&client).map_err(|_| ActError::Form)?;
        if said.kind != "webauthn.get" || decode(&said.challenge).as_deref() != Some(&statement.challenge()) {
            return Err(ActError::Challenge);
        }
        let (Some(site), Some(flags)) = (authenticator.get(..32), authenticator.get(32)) else { return Err(ActError::Form) };
        let at_home = said.origin == statement.site && !said.cross_origin;
        if !at_home || site != sha256(&[host(&statement.site).ok_or(ActError::Site)?.as_bytes()]) {
            return Err(ActError::Site);
        }
        if flags & (USER_PRESENT | USER_VERIFIED) != USER_PRESENT | USER_VERIFIED || authenticator.len() < 37 {
            return Err(ActError::Unverified);
        }
        let message = [authenticator.as_slice(), &sha256(&[&client])].concat();
        if self.passkey.verifies(&message, &signature) { Ok(statement) } else { Err(ActError::Signature) }
    }
}

/// The host of a site, which is what passkeys call it.
pub fn host(site: &str) -> Option<&str> {
    let rest = site.strip_prefix("https://").or_else(|| site.strip_prefix("http://"))?;
    let host = rest.split_once(':').map_or(rest, |(host, _)| host);
    (!host.is_empty() && !host.contains('/')).then_some(host)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    from_hex(text).ok()?.try_into().ok()
}
