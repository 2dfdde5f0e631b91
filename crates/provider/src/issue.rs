use std::sync::Arc;

use journal::Work;
use kernel::{Instant, Secret};
use openid::{Client, IdToken, Scope, sign_compact};
use seal::{JoseAlgorithm, JoseSigner};
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use store::StoreError;

use crate::secret::Opener;
use crate::storage;
use crate::storage::token::StoredRefresh;
use crate::Bound;

/// A code can be brought back for so long, seconds (FAPI 2.0, section 5.3.2.1: 60 at most).
pub(crate) const CODE_SECS: i64 = 60;
/// An access token lives for so long, seconds.
pub(crate) const ACCESS_SECS: i64 = 300;
/// An ID token lives for so long, seconds.
const ID_TOKEN_SECS: i64 = 300;
/// A refresh token that nobody uses ends after so many days, and the whole grant after [`GRANT_DAYS`].
const REFRESH_DAYS: i64 = 30;
pub(crate) const GRANT_DAYS: i64 = 90;

/// What a resident allowed a service.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) id: [u8; 16],
    pub(crate) client: String,
    pub(crate) account: [u8; 16],
    pub(crate) session: [u8; 16],
    pub(crate) body: GrantBody,
    pub(crate) generation: i64,
    pub(crate) expires: Instant,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GrantBody {
    pub(crate) subject: String,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    pub(crate) acr: String,
    pub(crate) amr: Vec<String>,
    pub(crate) signed_in: i64,
    pub(crate) bound: Option<String>,
    /// Attributes that are given this time only, and until when, milliseconds.
    #[serde(default)]
    pub(crate) once: Vec<String>,
    #[serde(default)]
    pub(crate) once_until: i64,
}

impl GrantBody {
    pub(crate) fn to_json(&self) -> String {
        json!(self).to_string()
    }

    pub(crate) fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Whether the service gets attributes and no name for the person.
    pub(crate) const fn is_anonymous(&self) -> bool {
        self.subject.is_empty()
    }

    pub(crate) fn bound(&self) -> Option<Bound> {
        self.bound.as_deref().and_then(Bound::from_text)
    }
}

/// The keys that sign now.
#[derive(Clone, Debug, Default)]
pub struct TokenKeys {
    pub(crate) keys: Arc<Vec<SigningKey>>,
}

#[derive(Debug)]
pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pub(crate) signer: JoseSigner,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

impl TokenKeys {
    /// The key of this algorithm that signs at this moment.
    pub(crate) fn at(&self, algorithm: JoseAlgorithm, now: Instant) -> Option<&SigningKey> {
        let signs = |key: &&SigningKey| key.signer.algorithm() == algorithm && key.from <= now && now < key.until;
        self.keys.iter().rev().find(signs)
    }
}

/// What a service gets for a code or a refresh token.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Opens the resident's attributes for [`Tokens::access_secs`].
    pub access: Secret<String>,
    /// `DPoP` or `Bearer`.
    pub token_type: &'static str,
    /// Seconds.
    pub access_secs: i64,
    /// For the next ones; none with attributes that come without a name.
    pub refresh: Option<Secret<String>>,
    /// Who signed in; with a code only.
    pub id_token: Option<String>,
    /// What it is for.
    pub scope: String,
}

/// Issues tokens of a grant, the refresh token in the grant's next generation.
pub(crate) fn issue(work: &mut Work<'_, '_>, given: &Given, bound: &Bound, scope: &Scope) -> Result<Tokens, StoreError> {
    let now = work.now();
    let access = Opener::make(work.random());
    storage::token::insert_access(work.tx(), access.tag, given.id, now.plus_secs(ACCESS_SECS))?;
    let refresh = if given.body.is_anonymous() { None } else { Some(next_refresh(work, given)?) };
    Ok(Tokens {
        access: access.text,
        token_type: bound.token_type(),
        access_secs: ACCESS_SECS,
        refresh,
        id_token: None,
        scope: scope.to_string(),
    })
}

fn next_refresh(work: &mut Work<'_, '_>, given: &Given) -> Result<Secret<String>, StoreError> {
    let (now, refresh) = (work.now(), Opener::make(work.random()));
    let generation = given.generation + 1;
    let expires = now.plus_secs(REFRESH_DAYS * 86_400).min(given.expires);
    let stored = StoredRefresh { grant: given.id, generation, replaced: false, expires };
    storage::token::insert_refresh(work.tx(), refresh.tag, &stored)?;
    storage::grant::next_generation(work.tx(), given.id, generation)?;
    Ok(refresh.text)
}

/// How a service knows a resident's session: under this name it hears that it ended.
pub(crate) fn session_name(session: &[u8; 16], client: &str) -> String {
    kernel::to_hex(&seal::sha256(&[b"lionrock sid v1\n", session, client.as_bytes()]))
}

/// The ID token of a grant, for the access token that it comes with. `None` if no key signs now.
pub(crate) fn id_token(keys: &TokenKeys, issuer: &str, client: &Client, given: &Given, access: &str, now: Instant) -> Option<String> {
    let key = keys.at(client.token_algorithm(), now)?;
    let amr: Vec<&str> = given.body.amr.iter().map(String::as_str).collect();
    let session = session_name(&given.session, &given.client);
    let token = IdToken {
        issuer,
        subject: &given.body.subject,
        client: &client.id,
        issued: now,
        life_secs: ID_TOKEN_SECS,
        signed_in: Instant::from_millis(given.body.signed_in),
        nonce: given.body.nonce.as_deref(),
        acr: &given.body.acr,
        amr: &amr,
        access_token: Some(access),
        session: Some(&session),
    };
    sign_compact(&key.signer, "JWT", &key.kid, &token.claims(Map::new())).ok()
}
