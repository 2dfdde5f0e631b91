//! Online services at the address that asks for certificates, and proofs that carry our nonces: the real program, asked by `curl`.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use connectors::{TestPki, make_test_pki};
use installation::ambient::WallClock;
use installation::config::Config;
use installation::runtime::Runtime;
use installation::seed;
use journal::{Actor, Ledger};
use kernel::{Clock as _, Secret, Text};
use openid::{Audience, Client, ClientAuthentication, ClientId, Jwk, Profile, RedirectUri, Scope, SenderConstraint};
use people::{RelyingParty, Role};
use provider::{ClientProof, Permission, Person, Registration, ServiceContact, Shown, Standing};
use seal::{JoseAlgorithm, JoseSigner};
use serde_json::{Value, json};
use store::{Options, RunError, StoreError};
use tempfile::TempDir;

use crate::serving::{Serving, run};

const VERIFIER: &str = "a-verifier-of-a-test-that-is-long-enough-for-rfc-7636";
const BACK: &str = "https://library.example/back";
const SECRET: &str = "a secret of a test that nobody guesses in time";

/// A provider in a process of its own, one code that waits to be redeemed, and two certificates.
struct Stage {
    directory: TempDir,
    pki: TestPki,
    other: TestPki,
    origin: String,
    asking: String,
}

impl Stage {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let at = |name: &str| directory.path().join(name);
        let (pki, other) = (make_test_pki(&at("tls")).unwrap(), make_test_pki(&at("other")).unwrap());
        let [listen, asking] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap()).map(|free| free.local_addr().unwrap().port());
        let address = |port: u16| format!("https://localhost:{port}");
        let configuration = json!({
            "listen": format!("127.0.0.1:{listen}"), "origin": address(listen),
            "certificates_listen": format!("127.0.0.1:{asking}"), "certificates_origin": address(asking),
            "dpop_nonces": true, "tls_certificate": pki.server_certificate, "tls_key": pki.server_key,
            "store": format!("sqlite:{}", at("stores").display()), "keys": at("keys"), "roots": at("roots"), "tiles": at("tiles"),
            "log_key": at("roots/log.key"),
        });
        fs::write(at("c.toml"), toml::to_string(&configuration).unwrap()).unwrap();
        let (made, said) = run(directory.path(), &["keys", "init", "--config", "c.toml"]);
        assert!(made, "{said}");
        Self { pki, other, origin: address(listen), asking: address(asking), directory }
    }

    /// Opens the provider with its services, and lets a resident say yes. Returns the code.
    fn seed(&self) -> String {
        let config = Config::read(&self.directory.path().join("c.toml")).unwrap();
        let runtime = Runtime::open(&config, Arc::new(WallClock::default()), Options::default()).unwrap();
        let platform = &runtime.platform;
        let party = Arc::new(RelyingParty::new(&config.origin, "Lionrock").unwrap());
        let department = seed::department(platform, "LIB", text("Libraries")).unwrap();
        let officer = |role, number| seed::officer(platform, &party, &config.origin, department, role, number).unwrap().id;
        let (owner, privacy) = (officer(Role::SchemeOwner, 1), officer(Role::PrivacyOfficer, 2));
        let (accounts, charter) = seed::identity_provider(platform, department, owner, None).unwrap();
        seed::pass_gate(platform, department, accounts, charter, owner, privacy).unwrap();
        let certificate = provider::certificate_hash(&der(&self.pki.client_certificate));
        let by_certificate = client("library", Profile::Fapi2, ClientAuthentication::TlsCertificate(certificate), SenderConstraint::Tls);
        let known = Secret::new(seal::sha256(&[SECRET.as_bytes()]));
        let by_secret = client("reader", Profile::Basic, ClientAuthentication::SecretBasic(known), SenderConstraint::Bearer);
        for client in [by_certificate, by_secret] {
            seed::online_service(platform, department, (owner, privacy), &registration(client)).unwrap();
        }
        code(platform.public_identity().unwrap().ledger(), &self.origin, certificate)
    }

    /// What `curl` is answered: status, headers and body.
    fn ask(&self, certificate: Option<&TestPki>, address: &str, arguments: &[&str]) -> (u16, String, Value) {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--include", "--http1.1", "--cacert"]).arg(&self.pki.authority);
        if let Some(shown) = certificate {
            curl.arg("--cert").arg(&shown.client_certificate).arg("--key").arg(&shown.client_key);
        }
        let output = curl.args(arguments).arg(address).output().unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}{}", String::from_utf8_lossy(&output.stderr)));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), serde_json::from_str(body).unwrap_or_default())
    }
}

fn text(english: &str) -> Text {
    Text::new(english, "圖書館", "图书馆")
}

fn client(id: &str, profile: Profile, authentication: ClientAuthentication, constraint: SenderConstraint) -> Client {
    let redirect_uris = vec![RedirectUri::register(BACK, false).unwrap()];
    Client { id: ClientId::parse(id).unwrap(), profile, redirect_uris, authentication, constraint, scope: Scope::parse("openid").unwrap() }
}

fn registration(client: Client) -> Registration {
    Registration {
        client,
        standing: Standing::Sandbox,
        name: text("Library"),
        department: text("Libraries"),
        purpose: text("Cards"),
        contact: ServiceContact { post: text("Desk"), phone: "2123 4567".to_owned(), email: "desk@library.example".to_owned() },
        attributes: Vec::new(),
        logo: None,
        logout_uri: None,
        after_logout: Vec::new(),
    }
}

/// A resident says yes to a request that the library pushed.
fn code(ledger: &Arc<Ledger>, issuer: &str, certificate: [u8; 32]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(seal::sha256(&[VERIFIER.as_bytes()]));
    let pairs = [
        ("client_id", "library"), ("redirect_uri", BACK), ("response_type", "code"), ("scope", "openid"),
        ("code_challenge", challenge.as_str()), ("code_challenge_method", "S256"),
    ];
    let pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let now = ledger.now();
    let proof = ClientProof::Certificate { client: "library", hash: certificate };
    let audience = Audience { issuer, endpoint: "" };
    let proven = ledger.read("test.prove", |tx| provider::prove(tx, &proof, None, audience, now)).unwrap().unwrap();
    let shown = Shown { dpop: None, certificate: Some(certificate) };
    let push = move |work: &mut journal::Work<'_, '_>| provider::push_request(work, &proven, &shown, &pairs);
    let pushed: Result<_, RunError<StoreError>> = ledger.write("test.push", Actor::Visitor, push);
    let request_uri = pushed.unwrap().0.unwrap().request_uri;
    let asked = ledger.read("test.asked", |tx| provider::asked(tx, "library", &request_uri, now)).unwrap().unwrap();
    let person = Person { account: [7; 16], session: [8; 16], signed_in: now, acr: provider::LEVELS[0].to_owned(), amr: vec!["user".to_owned()] };
    let subject = provider::subject_at(ledger.keys(), &asked, &person);
    let permission = Permission { client: "library".to_owned(), request_uri, issuer: issuer.to_owned(), subject, decided: Some(Vec::new()) };
    let allow = move |work: &mut journal::Work<'_, '_>| provider::allow(work, &person, &permission);
    let allowed: Result<_, RunError<StoreError>> = ledger.write("test.allow", Actor::Visitor, allow);
    let back = allowed.unwrap().0.unwrap();
    back.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).unwrap_or_else(|| panic!("{back}")).to_owned()
}

fn der(pem: &Path) -> Vec<u8> {
    let text = fs::read_to_string(pem).unwrap();
    STANDARD.decode(text.lines().filter(|line| !line.starts_with("-----")).collect::<String>()).unwrap()
}

#[test]
fn a_service_with_a_certificate_signs_in_where_it_is_asked_for_one_and_its_token_is_nobody_elses() {
    let stage = Stage::new();
    let code = stage.seed();
    let _serving = Serving::start(stage.directory.path());
    let (own, other) = (Some(&stage.pki), Some(&stage.other));
    let (_, _, found) = stage.ask(None, &format!("{}/.well-known/openid-configuration", stage.origin), &[]);
    assert_eq!(found["tls_client_certificate_bound_access_tokens"], true);
    let alias = |name: &str| found["mtls_endpoint_aliases"][name].as_str().unwrap().to_owned();
    let token = alias("token_endpoint");
    assert_eq!(token, format!("{}/oidc/token", stage.asking));

    let form = format!("grant_type=authorization_code&client_id=library&code={code}&redirect_uri={BACK}&code_verifier={VERIFIER}");
    let redeem = ["--data", form.as_str()];
    for (certificate, address) in [(other, token.as_str()), (None, token.as_str()), (own, found["token_endpoint"].as_str().unwrap())] {
        let (status, _, refused) = stage.ask(certificate, address, &redeem);
        assert_eq!((status, refused["error"].as_str()), (401, Some("invalid_client")), "{address}: {refused}");
    }
    let (status, _, tokens) = stage.ask(own, &token, &redeem);
    assert_eq!((status, tokens["token_type"].as_str()), (200, Some("Bearer")), "{tokens}");

    let bearer = format!("authorization: Bearer {}", tokens["access_token"].as_str().unwrap());
    let show = ["--header", bearer.as_str()];
    let info = alias("userinfo_endpoint");
    let (status, _, person) = stage.ask(own, &info, &show);
    assert!(status == 200 && person["sub"].is_string(), "{person}");
    for (certificate, address) in [(other, info.as_str()), (None, info.as_str()), (own, found["userinfo_endpoint"].as_str().unwrap())] {
        let (status, _, refused) = stage.ask(certificate, address, &show);
        assert_eq!((status, refused["error"].as_str()), (401, Some("invalid_token")), "{address}: {refused}");
    }
    let introspect = format!("client_id=library&token={}", tokens["access_token"].as_str().unwrap());
    let (_, _, active) = stage.ask(own, &alias("introspection_endpoint"), &["--data", introspect.as_str()]);
    let thumbprint = URL_SAFE_NO_PAD.encode(provider::certificate_hash(&der(&stage.pki.client_certificate)));
    assert_eq!((&active["active"], active["cnf"]["x5t#S256"].as_str()), (&json!(true), Some(thumbprint.as_str())), "{active}");
    // There are no pages where a browser would be asked for a certificate.
    for page in ["/en", "/en/account/sign-in", "/en/staff/sign-in", "/en/oidc/authorize", "/en/oidc/logout"] {
        assert_eq!(stage.ask(None, &format!("{}{page}", stage.asking), &[]).0, 404, "{page}");
    }
    nonces(&stage);
}

/// A proof without our nonce is answered with one, and taken with it, at both addresses.
fn nonces(stage: &Stage) {
    let signer = JoseSigner::generate(JoseAlgorithm::Es256).unwrap();
    for base in [&stage.origin, &stage.asking] {
        let address = format!("{base}/oidc/token");
        let credentials = format!("reader:{}", SECRET.replace(' ', "+"));
        let ask = |nonce: Option<&str>| {
            let proof = format!("dpop: {}", proof(&signer, &address, nonce));
            stage.ask(None, &address, &["--data", "grant_type=client_credentials", "--user", &credentials, "--header", &proof])
        };
        let (status, head, refused) = ask(None);
        assert_eq!((status, refused["error"].as_str()), (400, Some("use_dpop_nonce")), "{head}{refused}");
        let handed = |head: &str| {
            let named = |line: &str| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("dpop-nonce")).map(|(_, nonce)| nonce.to_owned());
            head.lines().find_map(named).unwrap_or_else(|| panic!("each answer brings a nonce: {head}"))
        };
        let nonce = handed(&head);
        assert_eq!(ask(Some("bm9uZSBvZiBvdXJz")).2["error"], "use_dpop_nonce");
        let (status, head, taken) = ask(Some(&nonce));
        assert_eq!((status, taken["token_type"].as_str()), (200, Some("DPoP")), "{head}{taken}");
        handed(&head);
        handed(&stage.ask(None, &format!("{base}/oidc/keys"), &[]).1);
    }
}

fn proof(signer: &JoseSigner, address: &str, nonce: Option<&str>) -> String {
    let key = Jwk { key: signer.public(), kid: None, algorithm: None }.to_json();
    let header = json!({ "typ": "dpop+jwt", "alg": signer.algorithm().name(), "jwk": key });
    let id = URL_SAFE_NO_PAD.encode(seal::sha256(&[address.as_bytes(), nonce.unwrap_or_default().as_bytes()]));
    let now = WallClock::default().now().millis() / 1000;
    let claims = json!({ "htm": "POST", "htu": address, "iat": now, "jti": id, "nonce": nonce });
    let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signer.sign(message.as_bytes()).unwrap()))
}
