//! The client's side of FAPI 2.0: pushed requests, PKCE, `private_key_jwt`, DPoP, and an ID token that is believed only after its
//! signature, issuer, audience and nonce were looked at.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use installation::ambient::WallClock;
use kernel::{Clock as _, Language, Random};
use openid::{Compact, Jwk, sign_compact};
use rehearsals::load::{Client, Reply, Target, request};
use seal::{JoseAlgorithm, JoseSigner, OsRandom};
use serde_json::{Map, Value, json};

/// What the service is and where the provider answers.
pub struct Protocol {
    /// The provider.
    pub issuer: String,
    /// Where it is reached.
    pub target: Target,
    /// The service's name at the provider.
    pub client: String,
    /// Where residents come back to.
    pub callback: String,
    /// The service's own key.
    pub signer: JoseSigner,
    /// The present moment.
    pub clock: std::sync::Arc<WallClock>,
}

/// A request that was pushed, and what must be remembered until the resident comes back.
pub struct Started {
    /// What the resident brings back with the code.
    pub state: String,
    /// Where the resident is sent.
    pub address: String,
    /// What the provider calls the request.
    pub request_uri: String,
    nonce: String,
    verifier: String,
    dpop: JoseSigner,
    anonymous: bool,
    /// Whether documents are to be signed.
    pub signs: bool,
}

/// What the service calls with later.
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token, if one came.
    pub refresh: Option<String>,
}

impl Started {
    /// The key to which the tokens are bound.
    pub fn into_key(self) -> JoseSigner {
        self.dpop
    }
}

/// What came of it.
pub struct Came {
    /// Who the ID token says it is; nobody in an anonymous form.
    pub id_token: Option<Map<String, Value>>,
    /// What the resident gave.
    pub claims: Map<String, Value>,
    /// `DPoP`.
    pub token_type: String,
    /// What came with it.
    pub tokens: Tokens,
}

/// Why nothing came.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The provider said no, in the protocol's own words.
    #[error("{error}: {description}")]
    Refused {
        /// The code of the protocol.
        error: String,
        /// A sentence.
        description: String,
    },
    /// An answer that must not be believed.
    #[error("{0}")]
    Wrong(&'static str),
    /// The provider was not reached.
    #[error(transparent)]
    Unreached(#[from] io::Error),
    /// A signature could not be made.
    #[error(transparent)]
    Seal(#[from] seal::SealError),
}

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Protocol {
    /// Pushes a request for these scopes (RFC 9126), to be shown in the language that the resident reads here, and says where the
    /// resident is to be sent.
    pub async fn start(&self, scope: &str, language: Language) -> Result<Started, Failed> {
        let (state, nonce, verifier) = (fresh(), fresh(), fresh());
        let dpop = JoseSigner::generate(JoseAlgorithm::Es256)?;
        let challenge = base64_url(&seal::sha256(&[verifier.as_bytes()]));
        let anonymous = scope.split(' ').any(|name| name == openid::ANONYMOUS);
        let form = [
            ("client_id", self.client.as_str()),
            ("response_type", "code"),
            ("redirect_uri", &self.callback),
            ("scope", scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("ui_locales", language.tag()),
        ];
        let pushed = self.post("/oidc/par", &form, &dpop).await?;
        let request_uri = text(&pushed, "request_uri").ok_or(Failed::Wrong("the provider named no request_uri"))?;
        let address = format!("{}/oidc/authorize?client_id={}&request_uri={}", self.issuer, encode(&self.client), encode(&request_uri));
        let signs = scope.split(' ').any(|name| name == openid::SIGN);
        Ok(Started { state, address, request_uri, nonce, verifier, dpop, anonymous, signs })
    }

    /// Brings the code back and asks for what the resident gave.
    pub async fn finish(&self, started: &Started, code: &str, issuer: &str) -> Result<Came, Failed> {
        if issuer != self.issuer {
            return Err(Failed::Wrong("the answer came from another issuer (RFC 9207)"));
        }
        let form = [
            ("client_id", self.client.as_str()),
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.callback),
            ("code_verifier", &started.verifier),
        ];
        let tokens = self.post("/oidc/token", &form, &started.dpop).await?;
        let access = text(&tokens, "access_token").ok_or(Failed::Wrong("no access token came"))?;
        let token_type = text(&tokens, "token_type").unwrap_or_default();
        if token_type != "DPoP" {
            return Err(Failed::Wrong("the access token is not bound to our key"));
        }
        let id_token = match text(&tokens, "id_token") {
            Some(token) if !started.anonymous => Some(self.believe(&token, &started.nonce).await?),
            None if started.anonymous => None,
            _ => return Err(Failed::Wrong("an ID token belongs to a sign-in and to nothing else")),
        };
        let path = if started.anonymous { "/oidc/form" } else { "/oidc/userinfo" };
        let mut claims = self.read(path, &access, &started.dpop).await?;
        let (named, known) = (claims.remove("sub"), id_token.as_ref().and_then(|token| token.get("sub")));
        if named.as_ref() != known {
            return Err(Failed::Wrong("the attributes are of somebody else than the ID token"));
        }
        let refresh = text(&tokens, "refresh_token");
        Ok(Came { id_token, claims, token_type, tokens: Tokens { access, refresh } })
    }

    /// Checks an ID token (OpenID Connect Core 1.0, section 3.1.3.7).
    async fn believe(&self, token: &str, nonce: &str) -> Result<Map<String, Value>, Failed> {
        let mut client = Client::new(self.target.clone());
        let set = client.once(&request("GET", "/oidc/keys", &self.host(), &[], b"")).await?.json();
        let keys = Jwk::read_set(&set).map_err(|_| Failed::Wrong("the provider's keys cannot be read"))?;
        let read = Compact::parse(token, &[JoseAlgorithm::EdDsa]).map_err(|_| Failed::Wrong("the ID token is not signed with EdDSA"))?;
        let claims = read.verified_by(&keys).map_err(|_| Failed::Wrong("the ID token's signature is not the provider's"))?;
        let now = self.clock.now().millis() / 1000;
        let is = |name: &str, wanted: &str| claims.get(name).and_then(Value::as_str) == Some(wanted);
        let in_time = claims.get("exp").and_then(Value::as_i64).is_some_and(|end| now < end);
        if !(is("iss", &self.issuer) && is("aud", &self.client) && is("nonce", nonce) && in_time) {
            return Err(Failed::Wrong("the ID token is of another issuer, audience, request or time"));
        }
        Ok(claims.clone())
    }

    async fn read(&self, path: &str, access: &str, dpop: &JoseSigner) -> Result<Map<String, Value>, Failed> {
        let reply = self.call_with("GET", path, b"", &[], (dpop, access)).await?;
        judged(&reply)?.as_object().cloned().ok_or(Failed::Wrong("the attributes cannot be read"))
    }

    pub(super) async fn post(&self, path: &str, form: &[(&str, &str)], dpop: &JoseSigner) -> Result<Value, Failed> {
        let assertion = self.assertion()?;
        let proof = [("client_assertion_type", ASSERTION), ("client_assertion", assertion.as_str())];
        let pairs = form.iter().chain(&proof).map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        judged(&self.call("POST", path, body.as_bytes(), &kind, dpop, None).await?)
    }

    /// A call with an access token.
    pub(super) async fn call_with(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
        headers: &[(&str, &str)],
        (dpop, access): (&JoseSigner, &str),
    ) -> Result<Reply, Failed> {
        let authorization = format!("DPoP {access}");
        let headers = [headers, &[("authorization", authorization.as_str())]].concat();
        self.call(method, path, body, &headers, dpop, Some(access)).await
    }

    async fn call(&self, method: &str, path: &str, body: &[u8], headers: &[(&str, &str)], dpop: &JoseSigner, access: Option<&str>) -> Result<Reply, Failed> {
        let proof = self.proof(dpop, method, path, access)?;
        let headers = [headers, &[("dpop", proof.as_str()), ("connection", "close")]].concat();
        let mut client = Client::new(self.target.clone());
        Ok(client.once(&request(method, path, &self.host(), &headers, body)).await?)
    }

    fn host(&self) -> String {
        self.issuer.split_once("://").map_or("", |(_, host)| host).to_owned()
    }

    /// Who we are (RFC 7523). FAPI 2.0 wants the issuer as the one audience.
    fn assertion(&self) -> Result<String, Failed> {
        let now = self.clock.now().millis() / 1000;
        let claims = json!({ "iss": self.client, "sub": self.client, "aud": self.issuer, "iat": now, "exp": now + 60, "jti": fresh() });
        Ok(sign_compact(&self.signer, "JWT", KEY_NAME, &claims)?)
    }

    /// That we hold the key to which tokens are bound (RFC 9449).
    fn proof(&self, dpop: &JoseSigner, method: &str, path: &str, access: Option<&str>) -> Result<String, Failed> {
        let key = Jwk { key: dpop.public(), kid: None, algorithm: None }.to_json();
        let header = json!({ "typ": "dpop+jwt", "alg": dpop.algorithm().name(), "jwk": key });
        let mut claims = json!({
            "htm": method, "htu": format!("{}{path}", self.issuer), "iat": self.clock.now().millis() / 1000, "jti": fresh(),
        });
        if let (Some(access), Some(members)) = (access, claims.as_object_mut()) {
            members.insert("ath".to_owned(), base64_url(&seal::sha256(&[access.as_bytes()])).into());
        }
        let signed = format!("{}.{}", base64_url(header.to_string().as_bytes()), base64_url(claims.to_string().as_bytes()));
        let signature = dpop.sign(signed.as_bytes())?;
        Ok(format!("{signed}.{}", base64_url(&signature)))
    }
}

/// The name of the service's key in its registration.
pub const KEY_NAME: &str = "try-it-1";

pub(super) fn judged(reply: &Reply) -> Result<Value, Failed> {
    let body = reply.json();
    if (200..300).contains(&reply.status) {
        return Ok(body);
    }
    let of = |name: &str| text(&body, name).unwrap_or_else(|| format!("HTTP {}", reply.status));
    Err(Failed::Refused { error: of("error"), description: of("error_description") })
}

pub(super) fn text(body: &Value, name: &str) -> Option<String> {
    body.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn base64_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// 256 random bits.
pub fn fresh() -> String {
    base64_url(&OsRandom.bytes32())
}

/// Percent-encoding of everything but the unreserved characters (RFC 3986, section 2.3).
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}
