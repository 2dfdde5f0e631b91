use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{from_hex, to_hex};
use openid::{Client, DpopProof, ErrorCode, OAuthError, Seen, SenderConstraint};
use serde_json::{Value, json};

/// What tokens are bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A key, by its thumbprint.
    Dpop(String),
    /// A certificate, by its SHA-256.
    Tls([u8; 32]),
    /// Nothing: basic profile only.
    Bearer,
}

/// By what a certificate of TLS is known: the SHA-256 of it as it came (RFC 8705, section 3.1).
pub fn certificate_hash(der: &[u8]) -> [u8; 32] {
    seal::sha256(&[der])
}

/// What came with a request beside its parameters.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// A proof of possession that was judged.
    pub dpop: Option<DpopProof>,
    /// The certificate of the TLS connection, by its SHA-256.
    pub certificate: Option<[u8; 32]>,
}

impl Shown {
    /// What must come once.
    pub(crate) fn once(&self) -> Option<&Seen> {
        self.dpop.as_ref().map(|proof| &proof.once)
    }
}

impl Bound {
    /// What the tokens of this client are bound to, from what was shown.
    pub(crate) fn of(client: &Client, shown: &Shown) -> Result<Self, OAuthError> {
        match (client.constraint, &shown.dpop, shown.certificate) {
            // A proof that was shown binds, whether it was demanded or not (RFC 9449, section 5).
            (SenderConstraint::Dpop | SenderConstraint::Bearer, Some(proof), _) => Ok(Self::Dpop(proof.thumbprint.clone())),
            (SenderConstraint::Tls, _, Some(hash)) => Ok(Self::Tls(hash)),
            (SenderConstraint::Bearer, None, _) => Ok(Self::Bearer),
            (SenderConstraint::Dpop, None, _) => Err(OAuthError::new(ErrorCode::InvalidDpopProof, "a DPoP proof is required")),
            (SenderConstraint::Tls, _, None) => Err(OAuthError::new(ErrorCode::InvalidClient, "a client certificate is required")),
        }
    }

    /// Whether whoever shows this holds what the token is bound to.
    pub(crate) fn is_met(&self, shown: &Shown) -> bool {
        match self {
            Self::Dpop(thumbprint) => shown.dpop.as_ref().is_some_and(|proof| proof.thumbprint == *thumbprint),
            Self::Tls(hash) => shown.certificate == Some(*hash),
            Self::Bearer => true,
        }
    }

    /// The member `cnf` of what is said about a token (RFC 7800, RFC 8705, RFC 9449); none of what is bound to nothing.
    pub fn confirmation(&self) -> Option<Value> {
        match self {
            Self::Dpop(thumbprint) => Some(json!({ "jkt": thumbprint })),
            Self::Tls(hash) => Some(json!({ "x5t#S256": URL_SAFE_NO_PAD.encode(hash) })),
            Self::Bearer => None,
        }
    }

    /// The `token_type` of an answer.
    pub const fn token_type(&self) -> &'static str {
        match self {
            Self::Dpop(_) => "DPoP",
            Self::Tls(_) | Self::Bearer => "Bearer",
        }
    }

    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Dpop(thumbprint) => format!("dpop {thumbprint}"),
            Self::Tls(hash) => format!("tls {}", to_hex(hash)),
            Self::Bearer => "bearer".to_owned(),
        }
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            Some(("dpop", thumbprint)) => Some(Self::Dpop(thumbprint.to_owned())),
            Some(("tls", hex)) => Some(Self::Tls(from_hex(hex).ok()?.try_into().ok()?)),
            None if text == "bearer" => Some(Self::Bearer),
            _ => None,
        }
    }
}
