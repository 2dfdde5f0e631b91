//! A provider with one service in force, and the service's keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api::{IdentityDoor, connect_routes};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use journal::{Actor, Ledger, Work};
use kernel::{Clock as _, Environment, Id, Instant, Text};
use openid::{Client, ClientAuthentication, ClientId, Jwk, Profile, RedirectUri, Scope, SenderConstraint, sign_compact};
use people::{Action, Grant, Role, SignedIn, authorise};
use provider::{Permission, Person, Registration, ServiceContact, Standing, TokenKeys};
use seal::{JoseAlgorithm, JoseSigner};
use serde_json::{Value, json};
use store::StoreError;
use testkit::{MovableClock, Rehearsal, memory_store};
use tower::ServiceExt as _;

pub const ISSUER: &str = "https://id.example";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://library.example/cb";

pub struct Stage {
    door: Arc<Door>,
    router: Router,
    runtime: tokio::runtime::Runtime,
    rehearsal: Rehearsal,
    client: JoseSigner,
    dpop: JoseSigner,
}

struct Door {
    ledger: Arc<Ledger>,
    keys: TokenKeys,
    clock: Arc<MovableClock>,
    open: AtomicBool,
}

impl IdentityDoor for Door {
    fn ledger(&self) -> Option<Arc<Ledger>> {
        self.open.load(Ordering::Acquire).then(|| self.ledger.clone())
    }

    fn keys(&self) -> TokenKeys {
        self.keys.clone()
    }

    fn issuer(&self) -> &'static str {
        ISSUER
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
}

pub struct Reply {
    pub status: StatusCode,
    pub body: Value,
    headers: HeaderMap,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Stage {
    pub fn new() -> Self {
        let store = memory_store(&[journal::MIGRATIONS, provider::MIGRATIONS]);
        let rehearsal = Rehearsal::on(store, "identity", "2026-11-22T09:00", 41);
        let (ledger, clock) = (rehearsal.ledger.clone(), rehearsal.clock.clone());
        provider::prepare_keys(ledger.keys()).unwrap();
        provider::rotate_keys(&ledger, clock.now()).unwrap();
        let keys = provider::load_keys(&ledger, clock.now()).unwrap();
        let client = JoseSigner::generate(JoseAlgorithm::Es256).unwrap();
        connect(&ledger, &client);
        let door = Arc::new(Door { ledger, keys, clock, open: AtomicBool::new(true) });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let dpop = JoseSigner::generate(JoseAlgorithm::Es256).unwrap();
        Self { router: connect_routes(door.clone()), door, runtime, rehearsal, client, dpop }
    }

    pub fn close(&self) {
        self.door.open.store(false, Ordering::Release);
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap())
    }

    pub fn raw(&self, path: &str, kind: &str, body: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::post(path).header("content-type", kind);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap())
    }

    /// A form with a fresh client assertion.
    pub fn post(&self, path: &str, pairs: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let at = self.door.now().millis() / 1000;
        let claims = json!({ "iss": "library", "sub": "library", "aud": ISSUER, "iat": at, "exp": at + 60, "jti": self.fresh() });
        let assertion = sign_compact(&self.client, "JWT", "k1", &claims).unwrap();
        let mut all = pairs.to_vec();
        all.push(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
        all.push(("client_assertion", &assertion));
        let body = serde_html_form::to_string(&all).unwrap();
        self.raw(path, "application/x-www-form-urlencoded", &body, headers)
    }

    pub fn push(&self, changes: &[(&str, &str)]) -> Reply {
        let mut pairs = vec![
            ("client_id", "library"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            pairs.push((name, value));
        }
        self.post("/oidc/par", &pairs, &[])
    }

    /// The resident's part, which stands on pages.
    pub fn allow(&self, request_uri: &str) -> String {
        let now = self.door.now();
        let (account, session) = ([1; 16], [2; 16]);
        let person = Person { account, session, signed_in: now, acr: "registered".to_owned(), amr: vec!["user".to_owned()] };
        let ledger = &self.door.ledger;
        let asked = ledger.read("test", |tx| provider::asked(tx, "library", request_uri, now)).unwrap().unwrap();
        let permission = Permission {
            client: "library".to_owned(),
            request_uri: request_uri.to_owned(),
            issuer: ISSUER.to_owned(),
            subject: provider::subject_at(ledger.keys(), &asked, &person),
            decided: Some(Vec::new()),
        };
        let allowed = ledger.write("test", Actor::Visitor, move |work| provider::allow(work, &person, &permission));
        let address = allowed.unwrap().0.unwrap();
        address.split(['?', '&']).find_map(|part| part.strip_prefix("code=")).unwrap().to_owned()
    }

    pub fn redeem(&self, code: &str) -> Reply {
        let pairs = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
        let proof = self.proof("POST", "/oidc/token", None);
        self.post("/oidc/token", &pairs, &[("dpop", &proof)])
    }

    pub fn refresh(&self, token: &str) -> Reply {
        let proof = self.proof("POST", "/oidc/token", None);
        self.post("/oidc/token", &[("grant_type", "refresh_token"), ("refresh_token", token)], &[("dpop", &proof)])
    }

    /// Asks who it is; with a proof for a token, if one is named.
    pub fn user(&self, scheme: &str, access: &str, proof_for: Option<&str>) -> Reply {
        let proof = proof_for.map(|token| self.proof("GET", "/oidc/userinfo", Some(token)));
        self.user_with(scheme, access, proof.as_deref().unwrap_or_default())
    }

    /// Asks for what a form is filled with.
    pub fn form(&self, access: &str) -> Reply {
        let proof = self.proof("GET", "/oidc/form", Some(access));
        let request = Request::get("/oidc/form").header("authorization", format!("DPoP {access}")).header("dpop", proof);
        self.send(request.body(Body::empty()).unwrap())
    }

    pub fn user_with(&self, scheme: &str, access: &str, proof: &str) -> Reply {
        let mut request = Request::get("/oidc/userinfo").header("authorization", format!("{scheme} {access}"));
        if !proof.is_empty() {
            request = request.header("dpop", proof);
        }
        self.send(request.body(Body::empty()).unwrap())
    }

    pub fn proof(&self, method: &str, path: &str, access: Option<&str>) -> String {
        let key = Jwk { key: self.dpop.public(), kid: None, algorithm: None }.to_json();
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key });
        let hash = access.map(|access| URL_SAFE_NO_PAD.encode(seal::sha256(&[access.as_bytes()])));
        let at = self.door.now().millis() / 1000;
        let claims = json!({ "htm": method, "htu": format!("{ISSUER}{path}"), "iat": at, "jti": self.fresh(), "ath": hash });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(&header), part(&claims));
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(self.dpop.sign(input.as_bytes()).unwrap()))
    }

    fn fresh(&self) -> String {
        kernel::to_hex(&self.rehearsal.ledger.random().bytes16())
    }

    fn send(&self, request: Request<Body>) -> Reply {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, 1 << 20).await.unwrap();
            Reply { status: parts.status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null), headers: parts.headers }
        })
    }
}

/// One officer registers the service, another approves it.
fn connect(ledger: &Arc<Ledger>, signer: &JoseSigner) {
    let key = Jwk { key: signer.public(), kid: Some("k1".to_owned()), algorithm: None };
    let client = Client {
        id: ClientId::parse("library").unwrap(),
        profile: Profile::Fapi2,
        redirect_uris: vec![RedirectUri::register(CALLBACK, false).unwrap()],
        authentication: ClientAuthentication::PrivateKeyJwt(vec![key]),
        constraint: SenderConstraint::Dpop,
        scope: Scope::parse("openid").unwrap(),
    };
    let name = Text::new("Public library", "公共圖書館", "公共图书馆");
    let registration = Registration {
        client,
        name,
        department: Text::new("Leisure and Culture", "康樂及文化", "康乐及文化"),
        standing: Standing::Sandbox,
        purpose: Text::new("To borrow books", "借閱圖書", "借阅图书"),
        contact: ServiceContact {
            post: Text::new("Librarian", "館長", "馆长"),
            phone: "2921 0208".to_owned(),
            email: "library@department.example".to_owned(),
        },
        logo: None,
        attributes: Vec::new(),
        logout_uri: None,
        after_logout: Vec::new(),
    };
    let digest = write(ledger, move |work| Ok(provider::register_client(work, &officer(1, Role::SchemeOwner), &registration).unwrap()));
    write(ledger, move |work| {
        provider::approve_client(work, &officer(2, Role::PrivacyOfficer), Environment::Test, "library", digest).unwrap();
        Ok(())
    });
}

fn write<T: Send + 'static>(ledger: &Arc<Ledger>, act: impl FnMut(&mut Work<'_, '_>) -> Result<T, StoreError> + Send + 'static) -> T {
    ledger.write("test", Actor::Operator, act).unwrap().0
}

fn officer<A: Action>(id: u8, role: Role) -> Grant<A> {
    let post = Text::new("Post", "職位", "职位");
    let who = SignedIn::at_console(Id::from_bytes([id; 16]), Id::from_bytes([1; 16]), vec![role], post);
    authorise(&who, None).unwrap()
}
