//! The crate `openidconnect`, a relying party in Rust: discovery, code with PKCE, an ID token that it verifies, attributes, refresh.

use std::sync::Arc;

use conformance::{Host, Options};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, RedirectUrl, TokenResponse as _,
};
use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

const SERVICE: &str = "basic-secret";

#[test]
fn openidconnect_signs_in_and_verifies_the_id_token() {
    let host = Host::start(&Options::default()).unwrap();
    let agent = agent(&host);
    let http = |request: HttpRequest| send(&agent, request);
    let secret = host.services().iter().find(|service| service.id == SERVICE).and_then(|service| service.secret.clone()).unwrap();
    let metadata = CoreProviderMetadata::discover(&IssuerUrl::new(host.issuer().to_owned()).unwrap(), &http).unwrap();
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(SERVICE.to_owned()), Some(ClientSecret::new(secret)))
        .set_redirect_uri(RedirectUrl::new(format!("https://{SERVICE}.example/cb")).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let request = client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random);
    let (address, state, nonce) = request.set_pkce_challenge(challenge).url();
    let back = answer(&agent, address.as_str(), host.issuer());
    assert_eq!(parameter(&back, "state"), state.secret().as_str());
    let code = AuthorizationCode::new(parameter(&back, "code").to_owned());
    let tokens = client.exchange_code(code).unwrap().set_pkce_verifier(verifier).request(&http).unwrap();
    let (id_token, judge) = (tokens.id_token().unwrap(), client.id_token_verifier());
    let claims = id_token.claims(&judge, &nonce).unwrap();
    let hash = AccessTokenHash::from_token(tokens.access_token(), id_token.signing_alg().unwrap(), id_token.signing_key(&judge).unwrap());
    assert_eq!(claims.access_token_hash(), Some(&hash.unwrap()));
    assert!(id_token.claims(&judge, &Nonce::new_random()).is_err(), "it does look at the nonce");
    let subject = claims.subject().clone();
    let user: CoreUserInfoClaims = client.user_info(tokens.access_token().clone(), Some(subject)).unwrap().request(&http).unwrap();
    assert_eq!(user.subject(), claims.subject());
    let newer = client.exchange_refresh_token(tokens.refresh_token().unwrap()).unwrap().request(&http).unwrap();
    assert_ne!(newer.access_token().secret(), tokens.access_token().secret());
}

/// The resident's part: where the answer to the question leads.
fn answer(agent: &Agent, address: &str, issuer: &str) -> String {
    let page = agent.get(address).call().unwrap().body_mut().read_to_string().unwrap();
    let field = |name: &str| {
        let start = page.split_once(&format!("name={name} value=\"")).unwrap().1;
        start.split_once('"').unwrap().0.to_owned()
    };
    let form = [("client_id", field("client_id")), ("request_uri", field("request_uri")), ("resident", "2".to_owned()), ("answer", "allow".to_owned())];
    let shown = agent.post(format!("{issuer}/script/answer")).send_form(form).unwrap();
    shown.headers().get("location").unwrap().to_str().unwrap().to_owned()
}

fn parameter<'a>(address: &'a str, name: &str) -> &'a str {
    address.split(['?', '&']).find_map(|part| part.strip_prefix(&format!("{name}="))).unwrap_or_else(|| panic!("no {name}: {address}"))
}

fn agent(host: &Host) -> Agent {
    let pem = std::fs::read(host.authority()).unwrap();
    let authorities = parse_pem(&pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .root_certs(RootCerts::from(authorities.collect::<Vec<_>>()))
        .build();
    Agent::config_builder().tls_config(tls).http_status_as_error(false).max_redirects(0).build().new_agent()
}

fn send(agent: &Agent, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let (head, mut body) = agent.run(request)?.into_parts();
    Ok(HttpResponse::from_parts(head, body.read_to_vec()?))
}
