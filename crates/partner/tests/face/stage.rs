use std::cell::RefCell;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use flows::{Platform, PlatformParts};
use http_body_util::BodyExt;
use journal::{Actor, Work};
use kernel::{Environment, Id, Random, Scanner, Text, kinds};
use partner::{PartnerState, layout, routes};
use people::{GrantLease, ManageContractors, Role, Scope, SignedIn, authorise};
use processors::*;
use registration::{Places, Sender};
use seal::{Ed25519Signer, Keyring, Signer, age_files};
use serde_json::Value;
use store::{Location, Options, StoreError};
use testkit::{MovableClock, SeededRandom};
use tower::ServiceExt;
use webkit::{FormKeys, Shell};

const DEPARTMENT: Id<kinds::Department> = Id::from_bytes([1; 16]);
const SERVICE: Id<kinds::Service> = Id::from_bytes([4; 16]);

/// A platform with a contractor, two contracts and a lease under the first.
pub struct Stage {
    pub router: Router,
    pub platform: Arc<Platform>,
    pub clock: Arc<MovableClock>,
    pub signer: Ed25519Signer,
    pub contract: Id<kinds::Contract>,
    pub lease: Lease,
    pub credential: String,
    /// A credential of the other contract.
    pub other: String,
    _folder: tempfile::TempDir,
}

struct Keys(Arc<Keyring>);

impl FormKeys for Keys {
    fn mac(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
        self.0.prf(label, bytes)
    }
}

struct NoPlace;

impl Places for NoPlace {
    fn premises(&self, _: &str, _: &str, _: &str) -> Option<(String, hongkong::District)> {
        None
    }

    fn resolve(&self, _: &str) -> Option<(String, hongkong::District)> {
        None
    }
}

impl Stage {
    pub fn new() -> Self {
        Self::scanned_by(None)
    }

    /// With something that looks at files.
    pub fn scanned_by(scanner: Option<Arc<dyn Scanner>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["stores", "keys", "roots", "tiles"] {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let clock = Arc::new(MovableClock::at("2023-02-01T09:00"));
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(3));
        let log = Ed25519Signer::create(&folder.path().join("log.key"), "lionrock.test").unwrap();
        let platform = Platform::open(PlatformParts {
            environment: Environment::Test,
            location: Location::Sqlite(folder.path().join("stores")),
            options: Options::default(),
            keys: folder.path().join("keys"),
            roots: folder.path().join("roots").into(),
            tiles: folder.path().join("tiles"),
            signer: Arc::new(log),
            clock: clock.clone(),
            random: random.clone(),
            places: Arc::new(NoPlace),
            origin: "lionrock.test".into(),
            sender: Sender { origin: "https://register.example".into(), host: "register.example".into() },
        })
        .unwrap();
        let signer = Ed25519Signer::create(&folder.path().join("contractor.key"), "contractor").unwrap();
        let (contract, lease, credential, other) = populate(&platform, &signer);
        let keys = Arc::new(Keys(platform.ledger().keys().clone()));
        let state = Arc::new(PartnerState { platform: platform.clone(), secure: false, scanner });
        // As in the binary, where the shell's own cookie is that of the officers.
        let shell = Shell::new(Arc::new(layout(Environment::Test)), keys, clock.clone(), &*random).session_cookie("session");
        let router = shell.session_cookie_below("/partner", state.session_cookie()).wrap(routes(state));
        Self { router, platform, clock, signer, contract, lease, credential, other, _folder: folder }
    }

    pub fn act<T: Send + 'static, E: From<StoreError> + std::fmt::Debug + Send + 'static>(
        &self,
        act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
    ) -> T {
        written(&self.platform, act)
    }

    /// The definition of the service, as its department saved it: the service itself is not running here.
    pub fn define(&self) {
        let definition = registration::scheme::Definition::masks_2020().unwrap().to_toml().unwrap();
        self.act(move |work| {
            let values = [Id::<kinds::Event>::from_bytes([5; 16]).into(), SERVICE.into(), [5; 32].into(), definition.as_str().into(), work.now().into()];
            let sql = "-- test.define\ninsert into scheme_version (id, service, slug, digest, definition, author, saved) \
                       values ($1, $2, 'masks', $3, $4, '', $5)";
            work.tx().execute(sql, &values)
        });
    }

    /// Revokes the credentials of the first contract.
    pub fn revoke(&self) {
        let (grant, contract) = (contracts(), self.contract);
        self.act(move |work| revoke_credentials(work, &grant, contract));
    }

    pub fn found(&self) -> Lease {
        let id = self.lease.id;
        self.platform.ledger().read("test", |tx| processors::lease(tx, id)).unwrap().unwrap()
    }

    /// A browser in which the contractor is signed in.
    pub fn signed_in(&self) -> Client {
        let client = Client::new(&self.router);
        let reply = client.post("/en/partner/sign-in", &[("credential", &self.credential)]);
        assert_eq!((reply.status, reply.location().as_str()), (StatusCode::SEE_OTHER, "/en/partner"), "{}", reply.text);
        client
    }

    /// Something happens in another lease of the contractor, so that the first is asked about; the enquiry's page.
    pub fn enquire(&self) -> String {
        let other = grant_form(&self.platform, self.contract, Form::LookUp);
        let token = PartnerToken::parse(&self.credential).unwrap();
        let partner = self.platform.ledger().read("test", |tx| find_partner(tx, &token)).unwrap();
        let report = move |work: &mut Work<'_, '_>| notify_breach(work, &partner, other.id, &flows::lease_rules()).map_err(|_| StoreError::Closed);
        self.act(report);
        flows::contractor_round(&self.platform).unwrap();
        let lease = self.lease.id;
        let asked = self.platform.ledger().read("test", |tx| enquiries(tx, lease)).unwrap();
        self.page(&format!("/enquiries/{}", asked[0].id))
    }

    /// A lease under which a package was handed over; its page.
    pub fn hand_over(&self) -> String {
        let (ledger, lease) = (self.platform.ledger(), grant_form(&self.platform, self.contract, Form::HandOver));
        let token = PartnerToken::parse(&self.credential).unwrap();
        let partner = ledger.read("test", |tx| find_partner(tx, &token)).unwrap();
        let (who, id) = (partner, lease.id);
        let address = ("http://127.0.0.1:9/files", AddressUse::Data);
        self.act(move |work| declare_address(work, &who, id, address, Environment::Test).map_err(|_| StoreError::Closed));
        let keys = self.platform.ledger().read("test", |tx| processors::contractor(tx, lease.contractor)).unwrap().unwrap().keys;
        let perch = Perch { reference: "QX77 QX77".into(), building: "Wah Fu Estate".into() };
        let canary = Canary::make(Id::from_bytes([8; 16]), &**ledger.random(), self.platform.now().day(), perch);
        let cargo = Cargo {
            lease: &lease,
            clauses: [1; 32],
            fields: vec!["reference".into(), "name".into()],
            rows: vec![vec!["AB12CD34".into(), "CHAN Tai Man".into()]],
            canaries: std::slice::from_ref(&canary),
        };
        let package = pack(cargo, &keys.unwrap(), self.platform.now(), &**ledger.random()).unwrap();
        let command = RecordHandOver {
            lease: lease.id,
            approval: Id::from_bytes([3; 16]),
            digest: package.digest,
            records: package.records,
            package: seal_package(ledger.keys(), &lease, 0, &package).unwrap(),
            canaries: vec![canary.seal(ledger.keys(), self.platform.now().day()).unwrap()],
        };
        let scope = Some(Scope::at_console(SERVICE, DEPARTMENT));
        let grant = authorise::<people::RequestExport>(&officer(Role::DeliveryOfficer), scope).unwrap();
        self.act(move |work| record_hand_over(work, &grant, &command).map_err(|_| StoreError::Closed));
        format!("/en/partner/leases/{}", lease.id)
    }

    pub fn page(&self, page: &str) -> String {
        format!("/en/partner/leases/{}{page}", self.lease.id)
    }
}

fn written<T: Send + 'static, E: From<StoreError> + std::fmt::Debug + Send + 'static>(
    platform: &Platform,
    act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
) -> T {
    platform.ledger().write("test", Actor::Operator, act).unwrap().0
}

fn officer(role: Role) -> SignedIn {
    SignedIn::at_console(Id::from_bytes([9; 16]), DEPARTMENT, vec![role], Text::new("Post", "職位", "职位"))
}

fn contracts() -> people::Grant<ManageContractors> {
    authorise::<ManageContractors>(&officer(Role::PrivacyOfficer), None).unwrap()
}

fn populate(platform: &Platform, signer: &Ed25519Signer) -> (Id<kinds::Contract>, Lease, String, String) {
    let ledger = platform.ledger();
    let contact = people::Contact::parse("Chan Siu Ming", "sm.chan@forms.example.hk").unwrap();
    let command = RegisterContractor {
        name: Text::new("Harbour Forms", "海港表格", "海港表格"),
        trade: Trade::OnlinePlatform,
        contact: seal_contact(ledger.keys(), platform.now().day(), &contact).unwrap(),
        keys: Some(ContractorKeys { signing: signer.public_key(), recipient: age_files::generate_identity().1 }),
    };
    let grant = contracts();
    let contractor = written(platform, move |work| register_contractor(work, &grant, &command));
    let sign = || {
        let clauses = Clause::ALL.into_iter().map(|clause| (clause, "Clause".to_owned())).collect();
        let command = RecordContract {
            contractor,
            title: Text::new("Declaration forms", "申報表格", "申报表格"),
            clauses: ClauseRecord { clauses, storage: Storage::OwnMachines, place: "8 Wharf Road".into() },
            from: "2022-01-01".parse().unwrap(),
            until: "2023-02-28".parse().unwrap(),
        };
        let grant = contracts();
        written(platform, move |work| record_contract(work, &grant, &command))
    };
    let credential = |contract| {
        let grant = contracts();
        let issued = written(platform, move |work| issue_credential(work, &grant, contract));
        issued.token.reveal().into_exposed()
    };
    let (first, second) = (sign(), sign());
    let lease = grant_form(platform, first, Form::LookUp);
    (first, lease, credential(first), credential(second))
}

fn grant_form(platform: &Platform, contract: Id<kinds::Contract>, form: Form) -> Lease {
    let ledger = platform.ledger();
    let until = "2023-02-28".parse().unwrap();
    let command = GrantLeaseCommand {
        service: SERVICE,
        contract,
        purpose: "delivery".into(),
        groups: vec!["contact".into()],
        selection: Chosen::All,
        records: 100,
        form,
        retention: "2023-12-31".parse().unwrap(),
        key: NewKey::make(ledger.keys(), &**ledger.random(), until).unwrap(),
    };
    let scope = Some(Scope::at_console(SERVICE, DEPARTMENT));
    let grant = authorise::<GrantLease>(&officer(Role::SchemeOwner), scope).unwrap();
    written(platform, move |work| grant_lease(work, &grant, &command))
}

/// A browser without scripts: it keeps one cookie and sends forms.
pub struct Client {
    router: Router,
    cookie: RefCell<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn location(&self) -> String {
        self.headers.get("location").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    pub fn between(&self, before: &str, after: &str) -> String {
        let from = self.text.find(before).unwrap_or_else(|| panic!("{before} is not in {}", self.text)) + before.len();
        self.text[from..].split(after).next().unwrap().to_owned()
    }
}

impl Client {
    pub fn new(router: &Router) -> Self {
        Self { router: router.clone(), cookie: RefCell::default() }
    }

    /// A thief's browser, with a copy of the cookie.
    pub fn copy(&self) -> Self {
        Self { router: self.router.clone(), cookie: self.cookie.clone() }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path), Body::empty())
    }

    pub fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        self.post_with(&self.form_token(), path, pairs)
    }

    /// A form token of this browser's session.
    pub fn form_token(&self) -> String {
        self.get("/en/partner/sign-in").between("name=\"_token\" value=\"", "\"")
    }

    /// A form with a token from wherever.
    pub fn post_with(&self, token: &str, path: &str, pairs: &[(&str, &str)]) -> Reply {
        let mut all = vec![("_token", token)];
        all.extend(pairs);
        let encode = |text: &str| text.bytes().flat_map(|byte| format!("%{byte:02x}").into_bytes()).map(char::from).collect::<String>();
        let body: Vec<String> = all.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        self.send(Request::post(path).header("content-type", "application/x-www-form-urlencoded"), body.join("&").into())
    }

    /// A form with a file, as a browser sends it.
    pub fn send_file(&self, path: &str, pairs: &[(&str, &str)], file: &[u8]) -> Reply {
        let token = self.form_token();
        let mut body = Vec::new();
        for (name, value) in [("_token", token.as_str())].iter().chain(pairs) {
            body.extend(format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        body.extend(b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n");
        body.extend(file);
        body.extend(b"\r\n--cut--\r\n");
        self.send(Request::post(path).header("content-type", "multipart/form-data; boundary=cut"), body.into())
    }

    /// A call of the interface with this credential.
    pub fn call(&self, path: &str, credential: Option<&str>, body: Option<&Value>) -> Reply {
        let mut request = match body {
            Some(_) => Request::post(path).header("content-type", "application/json"),
            None => Request::get(path),
        };
        if let Some(credential) = credential {
            request = request.header("authorization", format!("Bearer {credential}"));
        }
        self.send(request, body.map_or_else(Body::empty, |body| body.to_string().into()))
    }

    fn send(&self, request: axum::http::request::Builder, body: Body) -> Reply {
        let request = request.header("cookie", self.cookie.borrow().as_str()).body(body).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let reply = runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes().to_vec();
            Reply { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
        });
        if let Some(line) = reply.headers.get("set-cookie") {
            *self.cookie.borrow_mut() = line.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        reply
    }
}
