//! How long it takes until everybody is called out: `cargo run --release -p connectors --example call_out_wave`.
//!
//! 68 departments, two contacts each, three channels: 408 messages by the real clients, to an SMS and a telephone gateway over HTTP and a mail
//! server over TLS, all on loopback, from a store in files whose every commit is durable. Then again with a telephone gateway that takes
//! connections and never answers: the 272 messages of the other two channels must not wait for it.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Watch};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use callout::{
    Details, Gateway, Gateways, KeepPerson, MailPages, Policy, QuietHours, Severity, SmsPages, StartCallOut, call_round, keep_person,
    seal_details, start_call_out,
};
use connectors::{GatewayConfig, MailConfig, SmsHttpGateway, SmtpServer, VoiceHttpGateway, make_test_pki};
use journal::{Actor, Ledger, LedgerParts, Work};
use kernel::{Clock, Id, Random, Secret, Text, kinds};
use people::{CreateDepartment, Duty, Role, SignedIn, authorise, create_department};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use seal::{Ed25519Signer, Keyring, OsRandom};
use store::{Location, Options, Store};
use testkit::{MailLine, MailServer, MovableClock};

type Failure = Box<dyn std::error::Error>;
/// When each message was taken.
type Taken = Arc<Mutex<Vec<Watch>>>;

const DEPARTMENTS: usize = 68;
const CONTACTS: usize = 2;
/// How long a gateway may keep us waiting; short, or the dead one would take six minutes to be given up 136 times in eight lanes.
const PATIENCE: Duration = Duration::from_secs(2);

fn main() -> Result<(), Failure> {
    for is_dead in [false, true] {
        let folder = tempfile::tempdir()?;
        let ledger = open(folder.path())?;
        start(&ledger)?;
        let pki = make_test_pki(folder.path())?;
        let chain = CertificateDer::pem_file_iter(&pki.server_certificate)?.collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_file(&pki.server_key)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let mails = MailServer::start(MailLine::Tls(Arc::new(tls.with_no_client_auth().with_single_cert(chain, key)?)));
        let taken = Taken::default();
        let voice = if is_dead { never_answers()? } else { gateway(&taken)? };
        let gateways = gateways(&gateway(&taken)?, &voice, (mails.port(), &pki.authority))?;
        let began = Watch::now();
        let round = call_round(&ledger, &gateways, "https://lionrock.example")?;
        let whole = began.elapsed();
        let times = taken.lock().map_err(|_| "a gateway died")?;
        let last = times.iter().map(|at| at.duration_since(began)).max().unwrap_or_default();
        println!(
            "{}: {} handed over, {} postponed; last text message or call taken after {:.2} s, {} mails, the round over after {:.2} s",
            if is_dead { "a telephone gateway that never answers" } else { "all three channels" },
            round.pages.sent,
            round.pages.postponed,
            last.as_secs_f64(),
            mails.mails().len(),
            whole.as_secs_f64(),
        );
    }
    Ok(())
}

fn gateways(sms: &str, voice: &str, (port, authority): (u16, &Path)) -> Result<Gateways, Failure> {
    let timeout = PATIENCE;
    let sms = SmsHttpGateway::new(GatewayConfig { url: sms.to_owned(), token: None, authorities: None, timeout })?;
    let voice = VoiceHttpGateway::new(GatewayConfig { url: voice.to_owned(), token: None, authorities: None, timeout })?;
    let mail = MailConfig {
        url: format!("smtps://localhost:{port}").parse()?,
        authorities: Some(authority.to_owned()),
        from: "lionrock@register.example".to_owned(),
        login: Some(("account".to_owned(), Secret::new("pass word".to_owned()))),
        timeout,
    };
    let mail = SmtpServer::new(&mail, Arc::new(MovableClock::at("2023-02-27T03:00")))?;
    let some = |gateway: Arc<dyn Gateway>| Some(gateway);
    Ok(Gateways { sms: some(Arc::new(SmsPages(Arc::new(sms)))), mail: some(Arc::new(MailPages(Arc::new(mail)))), voice: some(Arc::new(voice)) })
}

/// A gateway that takes everything and has no news.
fn gateway(taken: &Taken) -> Result<String, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}/calls", listener.local_addr()?);
    let taken = taken.clone();
    let take = move || {
        if let Ok(mut taken) = taken.lock() {
            taken.push(Watch::now());
        }
        async { StatusCode::ACCEPTED }
    };
    let router = Router::new().route("/calls", post(take)).route("/calls/receipts", get(async || "[]"));
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await })
    });
    Ok(url)
}

/// It takes connections, and that is all.
fn never_answers() -> Result<String, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/calls", listener.local_addr()?);
    std::thread::spawn(move || {
        let mut held = Vec::new();
        held.extend(listener.incoming());
    });
    Ok(url)
}

fn open(folder: &Path) -> Result<Arc<Ledger>, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(MovableClock::at("2023-02-27T03:00"));
    let random: Arc<dyn Random> = Arc::new(OsRandom);
    std::fs::create_dir_all(folder.join("store"))?;
    let tables = [journal::MIGRATIONS, people::MIGRATIONS, callout::MIGRATIONS];
    let store = Store::open(&Location::Sqlite(folder.join("store")), "platform", &tables, Options::default())?;
    let keys = Arc::new(Keyring::in_memory("platform", clock.now().day(), random.clone()));
    callout::prepare_keys(&keys)?;
    let signer = Arc::new(Ed25519Signer::create(&folder.join("log.key"), "example")?);
    let parts = LedgerParts { store, keys, signer, clock, random, tiles: folder.join("tiles"), origin: "example/platform".into() };
    Ok(Ledger::open(parts)?)
}

/// The departments with their contacts, and a call to all of them that nobody has handed over yet.
fn start(ledger: &Arc<Ledger>) -> Result<(), Failure> {
    let words = || Text::new("Call", "召集", "召集");
    let mut departments: Vec<Id<kinds::Department>> = Vec::new();
    for n in 0..DEPARTMENTS {
        let create = move |work: &mut Work<'_, '_>| create_department(work, CreateDepartment { code: format!("D{n:02}"), name: words() });
        let department = ledger.write("example.department", Actor::Operator, create)?.0;
        departments.push(department);
        for contact in 0..CONTACTS {
            let number = n * CONTACTS + contact;
            let (mobile, telephone, mail) = (format!("5123 {number:04}"), format!("2123 {number:04}"), format!("duty{number}@dept.example.hk"));
            let details = Details::parse("Lee Wing", &mobile, &telephone, &mail).map_err(|_| "no details")?;
            let details = seal_details(ledger.keys(), ledger.now().day(), &details)?;
            let quiet = QuietHours::default();
            let person = KeepPerson { person: None, post: words(), duties: vec![Duty::Point], quiet, details };
            let who = SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![Role::SecurityOfficer], words());
            let keeper = authorise(&who, None)?;
            ledger.write("example.person", keeper.actor(), move |work| keep_person(work, &keeper, &person))?;
        }
    }
    let first = *departments.first().ok_or("no department")?;
    let who = SignedIn::at_console(Id::from_bytes([9; 16]), first, vec![Role::ExerciseController], words());
    let caller = authorise(&who, None)?;
    let policy = Policy::guide().map_err(callout::CallOutError::from)?;
    let command = StartCallOut { title: words(), body: words(), severity: Severity::Urgent, policy, departments, exercise: false };
    ledger.write("example.call", caller.actor(), move |work| start_call_out(work, &caller, &command))?;
    Ok(())
}
