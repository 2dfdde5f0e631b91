use crate::{Client, CodeChallenge, ErrorCode, OAuthError, Parameters, Profile, RedirectUri, Scope};

/// How the person is to be asked (OpenID Connect Core 1.0, section 3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Not at all: an error comes back if the person would have to do something.
    None,
    /// To sign in again.
    Login,
    /// To agree again.
    Consent,
    /// To choose an account, which here is to sign in.
    SelectAccount,
}

/// What a service asks for when it sends a person here, checked against its registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// Where the person goes back to.
    pub redirect_uri: RedirectUri,
    /// What is asked for; `openid` or [`ANONYMOUS`] among it.
    pub scope: Scope,
    /// Comes back as it is; at most 1,024 bytes.
    pub state: Option<String>,
    /// Goes into the ID token; at most 256 bytes.
    pub nonce: Option<String>,
    /// What the code's verifier must hash to. Only a client of the basic profile with a secret may leave it out.
    pub challenge: CodeChallenge,
    /// How to ask; several may be named, `none` only alone.
    pub prompt: Vec<Prompt>,
    /// The oldest sign-in that will do, seconds.
    pub max_age_secs: Option<i64>,
    /// The levels that will do, best first.
    pub acr_values: Vec<String>,
    /// The key that the code's tokens will be bound to (RFC 9449, section 10), if it was said already.
    pub dpop_key: Option<String>,
    /// The languages that the service's page was in, best first, as it sent them.
    pub ui_locales: Vec<String>,
}

/// The name in a scope that stands in place of `openid` where attributes are asked for without any name for the person: no subject, no
/// ID token, no refresh token, and an access token that works once. Every client may ask for less than for who it is.
pub const ANONYMOUS: &str = "anonymous";

/// The name in a scope by which a service asks to bring documents that the person may sign.
pub const SIGN: &str = "sign";

const STATE_MOST: usize = 1024;
const NONCE_MOST: usize = 256;

impl AuthorizationRequest {
    /// The registered address that the request names: known first, because without it nothing may be sent back and the
    /// error stays on our own page.
    pub fn redirect<'c>(client: &'c Client, parameters: &Parameters) -> Result<&'c RedirectUri, OAuthError> {
        let asked = parameters.require("redirect_uri")?;
        let unknown = || OAuthError::new(ErrorCode::InvalidRequest, "redirect_uri is not registered for this client");
        client.redirect(asked).ok_or_else(unknown)
    }

    /// Reads the parameters that were pushed (RFC 9126) or, in the basic profile, came with the person.
    pub fn read(client: &Client, parameters: &Parameters) -> Result<Self, OAuthError> {
        let redirect_uri = Self::redirect(client, parameters)?.clone();
        if parameters.get("client_id") != Some(client.id.as_str()) {
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "client_id is missing or another's"));
        }
        refuse_what_is_not_spoken(parameters)?;
        let scope = Scope::parse(parameters.get("scope").unwrap_or_default())?;
        if scope.contains("openid") == scope.contains(ANONYMOUS) {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "the scope must contain openid, or anonymous in its place"));
        }
        if let Some(name) = scope.names().find(|name| *name != ANONYMOUS && !client.scope.contains(name)) {
            let what = format!("the scope {name} is not registered for this client");
            return Err(OAuthError::new(ErrorCode::InvalidScope, what));
        }
        if scope.contains(ANONYMOUS) && scope.contains(SIGN) {
            return Err(OAuthError::new(ErrorCode::InvalidScope, "a signature bears a name: ask for sign with openid"));
        }
        let challenge = CodeChallenge::read(parameters);
        let challenge = challenge.map_err(|error| OAuthError::new(ErrorCode::InvalidRequest, error.to_string()))?;
        Ok(Self {
            redirect_uri,
            scope,
            state: limited(parameters, "state", STATE_MOST)?,
            nonce: limited(parameters, "nonce", NONCE_MOST)?,
            challenge,
            prompt: prompt(parameters)?,
            max_age_secs: max_age(parameters)?,
            acr_values: words(parameters, "acr_values"),
            dpop_key: limited(parameters, "dpop_jkt", 43)?,
            ui_locales: words(parameters, "ui_locales"),
        })
    }

    /// Whether this client may send its parameters with the person instead of pushing them before: FAPI 2.0 says no.
    pub fn must_be_pushed(client: &Client) -> bool {
        client.profile == Profile::Fapi2
    }

    /// The error as the person carries it back: with `state` and with `iss` (RFC 9207).
    pub fn refusal(redirect: &RedirectUri, state: Option<&str>, issuer: &str, error: &OAuthError) -> String {
        let mut parameters = vec![("error", error.code.name()), ("error_description", error.description.as_ref())];
        parameters.extend(state.map(|state| ("state", state)));
        parameters.push(("iss", issuer));
        redirect.with(&parameters)
    }

    /// The code as the person carries it back, with `state` and `iss`.
    pub fn answer(&self, issuer: &str, code: &str) -> String {
        let mut parameters = vec![("code", code)];
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        parameters.push(("iss", issuer));
        self.redirect_uri.with(&parameters)
    }
}

fn refuse_what_is_not_spoken(parameters: &Parameters) -> Result<(), OAuthError> {
    let error = |code, what: &'static str| Err(OAuthError::new(code, what));
    match parameters.require("response_type")? {
        "code" => (),
        _ => return error(ErrorCode::UnsupportedResponseType, "the only response_type is code"),
    }
    if parameters.get("request").is_some() {
        return error(ErrorCode::RequestNotSupported, "request objects are not taken");
    }
    if parameters.get("request_uri").is_some() {
        return error(ErrorCode::RequestUriNotSupported, "request_uri has no place among pushed parameters");
    }
    match parameters.get("response_mode") {
        None | Some("query") => Ok(()),
        Some(_) => error(ErrorCode::InvalidRequest, "the only response_mode is query"),
    }
}

fn limited(parameters: &Parameters, name: &'static str, most: usize) -> Result<Option<String>, OAuthError> {
    match parameters.get(name) {
        Some(value) if value.len() > most => {
            Err(OAuthError::new(ErrorCode::InvalidRequest, format!("{name} has at most {most} bytes")))
        }
        value => Ok(value.map(str::to_owned)),
    }
}

fn words(parameters: &Parameters, name: &str) -> Vec<String> {
    let value = parameters.get(name).unwrap_or_default();
    value.split(' ').filter(|word| !word.is_empty()).take(10).map(str::to_owned).collect()
}

fn prompt(parameters: &Parameters) -> Result<Vec<Prompt>, OAuthError> {
    let read = |word: &String| match word.as_str() {
        "none" => Ok(Prompt::None),
        "login" => Ok(Prompt::Login),
        "consent" => Ok(Prompt::Consent),
        "select_account" => Ok(Prompt::SelectAccount),
        _ => Err(OAuthError::new(ErrorCode::InvalidRequest, "prompt is none, login, consent or select_account")),
    };
    let prompts = words(parameters, "prompt").iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if prompts.len() > 1 && prompts.contains(&Prompt::None) {
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "prompt=none stands alone"));
    }
    Ok(prompts)
}

fn max_age(parameters: &Parameters) -> Result<Option<i64>, OAuthError> {
    let wrong = || OAuthError::new(ErrorCode::InvalidRequest, "max_age is a number of seconds");
    let read = |value: &str| value.parse::<u32>().map(i64::from).map_err(|_| wrong());
    parameters.get("max_age").map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::library;
    use crate::parameters::of;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn asked(changes: &[(&str, &str)]) -> Parameters {
        let mut pairs = vec![
            ("client_id", "public-library"),
            ("redirect_uri", "https://library.example/cb"),
            ("response_type", "code"),
            ("scope", "openid address"),
            ("state", "s1"),
            ("nonce", "n1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            pairs.push((name, value));
        }
        of(&pairs)
    }

    #[test]
    fn a_request_is_read_whole() {
        let (client, _) = library();
        let changes = [("prompt", "login consent"), ("max_age", "0"), ("acr_values", "plus verified"), ("ui_locales", "zh-Hant en")];
        let read = AuthorizationRequest::read(&client, &asked(&changes)).unwrap();
        assert_eq!(read.prompt, [Prompt::Login, Prompt::Consent]);
        assert_eq!((read.max_age_secs, read.acr_values.len(), read.ui_locales.len()), (Some(0), 2, 2));
        assert_eq!(read.nonce.as_deref(), Some("n1"));
        let back = read.answer("https://id.example", "c1");
        assert_eq!(back, "https://library.example/cb?code=c1&state=s1&iss=https%3A%2F%2Fid.example");
        let error = OAuthError::new(ErrorCode::AccessDenied, "no");
        let back = AuthorizationRequest::refusal(&read.redirect_uri, None, "https://id.example", &error);
        assert_eq!(back, "https://library.example/cb?error=access_denied&error_description=no&iss=https%3A%2F%2Fid.example");
        assert!(AuthorizationRequest::must_be_pushed(&client));
        for long in [64, NONCE_MOST] {
            let nonce = "n".repeat(long);
            assert_eq!(AuthorizationRequest::read(&client, &asked(&[("nonce", &nonce)])).unwrap().nonce, Some(nonce));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (client, _) = library();
        let (long, nonce) = ("x".repeat(1025), "n".repeat(NONCE_MOST + 1));
        let cases: [(&[(&str, &str)], ErrorCode); 19] = [
            (&[("client_id", "other-client")], ErrorCode::InvalidRequest),
            (&[("redirect_uri", "https://library.example/cb2")], ErrorCode::InvalidRequest),
            (&[("redirect_uri", "")], ErrorCode::InvalidRequest),
            (&[("response_type", "")], ErrorCode::InvalidRequest),
            (&[("response_type", "token")], ErrorCode::UnsupportedResponseType),
            (&[("response_type", "code id_token")], ErrorCode::UnsupportedResponseType),
            (&[("response_mode", "fragment")], ErrorCode::InvalidRequest),
            (&[("request", "a.b.c")], ErrorCode::RequestNotSupported),
            (&[("request_uri", "urn:x")], ErrorCode::RequestUriNotSupported),
            (&[("scope", "")], ErrorCode::InvalidScope),
            (&[("scope", "address")], ErrorCode::InvalidScope),
            (&[("scope", "openid identity")], ErrorCode::InvalidScope),
            (&[("code_challenge", "")], ErrorCode::InvalidRequest),
            (&[("code_challenge_method", "plain")], ErrorCode::InvalidRequest),
            (&[("prompt", "none login")], ErrorCode::InvalidRequest),
            (&[("prompt", "create")], ErrorCode::InvalidRequest),
            (&[("max_age", "-1")], ErrorCode::InvalidRequest),
            (&[("state", &long)], ErrorCode::InvalidRequest),
            (&[("nonce", &nonce)], ErrorCode::InvalidRequest),
        ];
        for (change, code) in cases {
            let refused = AuthorizationRequest::read(&client, &asked(change)).unwrap_err();
            assert_eq!(refused.code, code, "{change:?}");
        }
        let refused = AuthorizationRequest::read(&client, &asked(&[("scope", "openid identity")])).unwrap_err();
        assert_eq!(refused.description, "the scope identity is not registered for this client");
    }
}
