use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use conformance::{Host, KEY_ID};
use kernel::{Random as _, to_hex};
use openid::{Jwk, sign_compact};
use seal::{JoseAlgorithm, JoseSigner, OsRandom};
use serde_json::{Value, json};

use crate::Failure;
use crate::wire::Wire;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The service whose part it plays.
pub const SERVICE: &str = "fapi-dpop";

/// One connection of an online service, FAPI 2.0 with DPoP.
pub struct RelyingParty {
    wire: Wire,
    issuer: String,
    token_path: &'static str,
    key: JoseSigner,
    dpop: JoseSigner,
    refresh: String,
    signed: Vec<(String, String)>,
}

impl RelyingParty {
    /// Connects to a provider of the host's authority.
    pub fn new(host: &Host, (issuer, token_path): (&str, &'static str)) -> Result<Self, Failure> {
        let wire = Wire::open(issuer, host.authority())?;
        let service = host.services().iter().find(|service| service.id == SERVICE).ok_or("no such service")?;
        let key = service.key.as_ref().ok_or("no key")?;
        let key = JoseSigner::from_pkcs8(JoseAlgorithm::Es256, key.to_pkcs8()?.expose())?;
        let dpop = JoseSigner::generate(JoseAlgorithm::Es256)?;
        Ok(Self { wire, issuer: issuer.to_owned(), token_path, key, dpop, refresh: String::new(), signed: Vec::new() })
    }

    /// Pushes a request; its `request_uri`.
    pub fn push(&mut self) -> Result<String, Failure> {
        let asked = [
            ("client_id", SERVICE),
            ("redirect_uri", "https://fapi-dpop.example/cb"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("nonce", "n1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let form = self.form(&asked)?;
        text(&self.wire.post("/oidc/par", &form, &[])?, "request_uri")
    }

    /// Brings a code; keeps the refresh token.
    pub fn redeem(&mut self, code: &str) -> Result<(), Failure> {
        let brought = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", "https://fapi-dpop.example/cb"),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.token(&brought)?;
        text(&answer, "id_token")?;
        self.refresh = text(&answer, "refresh_token")?;
        Ok(())
    }

    /// The next tokens.
    pub fn refresh(&mut self) -> Result<(), Failure> {
        let refresh = std::mem::take(&mut self.refresh);
        let answer = self.token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)])?;
        self.refresh = text(&answer, "refresh_token")?;
        Ok(())
    }

    /// A token for the service itself.
    pub fn credentials(&mut self) -> Result<(), Failure> {
        let (form, proof) = match self.signed.pop() {
            Some(signed) => signed,
            None => self.for_itself()?,
        };
        text(&self.wire.post(self.token_path, &form, &[("DPoP", &proof)])?, "access_token").map(drop)
    }

    /// Signs for so many tokens ahead, so that the asking costs little. A proof is taken for a minute.
    pub fn sign_ahead(&mut self, count: usize) -> Result<(), Failure> {
        self.signed = (0..count).map(|_| self.for_itself()).collect::<Result<_, _>>()?;
        Ok(())
    }

    fn for_itself(&self) -> Result<(String, String), Failure> {
        Ok((self.form(&[("grant_type", "client_credentials")])?, self.proof()?))
    }

    fn token(&mut self, pairs: &[(&str, &str)]) -> Result<Value, Failure> {
        let (form, proof) = (self.form(pairs)?, self.proof()?);
        self.wire.post(self.token_path, &form, &[("DPoP", &proof)])
    }

    fn form(&self, pairs: &[(&str, &str)]) -> Result<String, Failure> {
        let at = now()?;
        let claims = json!({ "iss": SERVICE, "sub": SERVICE, "aud": self.issuer, "iat": at, "exp": at + 60, "jti": fresh() });
        let assertion = sign_compact(&self.key, "JWT", KEY_ID, &claims)?;
        let mut all = pairs.to_vec();
        all.push(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
        all.push(("client_assertion", &assertion));
        Ok(serde_html_form::to_string(&all)?)
    }

    fn proof(&self) -> Result<String, Failure> {
        let key = Jwk { key: self.dpop.public(), kid: None, algorithm: None }.to_json();
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key });
        let claims = json!({ "htm": "POST", "htu": format!("{}{}", self.issuer, self.token_path), "iat": now()?, "jti": fresh() });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(&header), part(&claims));
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(self.dpop.sign(input.as_bytes())?)))
    }
}

fn text(answer: &Value, name: &str) -> Result<String, Failure> {
    let found = answer.get(name).and_then(Value::as_str);
    Ok(found.ok_or_else(|| format!("no {name}: {answer}"))?.to_owned())
}

fn fresh() -> String {
    to_hex(&OsRandom.bytes16())
}

#[expect(clippy::disallowed_methods, reason = "a measurement of a host that keeps the real time")]
fn now() -> Result<u64, Failure> {
    Ok(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs())
}
