//! One installation, lost and put back, on each engine.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use connectors::DemoCarrier;
use flows::{Ports, Service, Submit, submit_household, work_round};
use installation::ambient::WallClock;
use installation::backup::{BackupError, Kind, Order, VerifyArgs, make, stamp, verify};
use installation::config::Config;
use installation::restore::{self, in_place, into_scratch};
use journal::Checkpoint;
use kernel::{Clock as _, Instant, Language, Secret};
use people::{OpenRecord, Role, SignedIn, authorise};
use registration::matching::{Answer, PopulationRegister, Question, RegisterUnavailable};
use registration::{Channel, EraseWhat, Reference};
use rehearsals::simulate::{Choices, Console};
use rehearsals::torture::{SLUG, Victim};
use seal::Ed25519Signer;
use serde_json::Value;
use store::{Location, Store};
use tempfile::TempDir;
use testkit::{Place, both_engines};

/// An installation with an open scheme, a place for backups, one for keys, and who opens them.
pub(crate) struct Stage {
    pub(crate) victim: Victim,
    pub(crate) config: Config,
    pub(crate) identity: Secret<String>,
    pub(crate) away: TempDir,
}

struct EverybodyLives;

impl PopulationRegister for EverybodyLives {
    fn check(&self, _: &str, questions: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable> {
        Ok(questions.iter().map(|_| Answer::Resident).collect())
    }
}

impl Stage {
    pub(crate) fn new(place: &Place) -> Self {
        let store = match place.location() {
            Location::Sqlite(_) => None,
            Location::Postgres(url) => Some(url.expose().clone()),
        };
        let victim = Victim::new(2020, 30, Choices { store: store.as_deref(), ..Choices::default() }).unwrap();
        let (identity, recipient) = seal::age_files::generate_identity();
        let mut config = victim.installation.config.clone();
        config.backup_recipients = vec![recipient];
        let away = TempDir::new().unwrap();
        for name in ["data", "also", "keys"] {
            fs::create_dir(away.path().join(name)).unwrap();
        }
        fs::write(away.path().join("identity.txt"), format!("# for tests\n{}\n", identity.expose())).unwrap();
        Self { victim, config, identity, away }
    }

    pub(crate) fn console(&self) -> Console {
        Console::of(&self.config, Some(self.victim.now())).unwrap()
    }

    fn clock(&self) -> WallClock {
        let clock = WallClock::default();
        clock.show(self.victim.now());
        clock
    }

    /// Registers the households of the plan from one to another; returns their references.
    fn register(&self, console: &Console, from: usize, to: usize) -> Vec<Reference> {
        let service = console.service(SLUG).unwrap();
        let mut references = Vec::new();
        for act in &self.victim.plan.acts[from..to] {
            let submit = Submit {
                form: &act.request.household,
                idempotency: &act.request.idempotency_key,
                language: Language::En,
                channel: Channel::Online,
                replaces: None,
                shown: service.scheme().digest(),
                officer: None,
            };
            let (sender, receiver) = sync_channel(1);
            submit_household(console.platform(), &service, &submit, move |result| sender.send(result).unwrap());
            references.push(receiver.recv().unwrap().unwrap().received.reference);
        }
        references
    }

    pub(crate) fn back_up(&self, kind: Kind) -> PathBuf {
        let (to, also) = (self.away.path().join(kind.as_str()), self.away.path().join("also"));
        let order = Order { to: &to, also: (kind == Kind::Data).then_some(also.as_path()), kind };
        make(&self.config, &order, &self.clock()).unwrap();
        let archive = |entry: fs::DirEntry| Some(entry.path()).filter(|path| path.extension().is_some_and(|end| end == "age"));
        let mut archives: Vec<PathBuf> = fs::read_dir(&to).unwrap().filter_map(|entry| archive(entry.unwrap())).collect();
        archives.sort();
        archives.pop().unwrap()
    }

    pub(crate) fn restore(&self, from: &Path, move_aside: bool) -> Result<Vec<String>, BackupError> {
        in_place(&self.config, &restore::Order { from, identity: &self.identity, move_aside }, &self.clock())
    }

    fn verify(&self, from: &Path) -> Result<Value, BackupError> {
        let at = |name: &str| self.away.path().join(name);
        let (from, identity) = (from.to_owned(), at("identity.txt"));
        let args = VerifyArgs { config: PathBuf::new(), from, identity, scratch: Some(at("")), json: Some(at("verified.json")) };
        verify(&self.config, &args, &self.clock())
    }

    fn checkpoint(&self) -> Checkpoint {
        let name = format!("s_{}", SLUG.replace('-', "_"));
        let note = fs::read_to_string(self.config.tiles.join(name).join("checkpoint")).unwrap();
        let signer = Ed25519Signer::open(&self.config.log_key, &self.config.log_name).unwrap();
        Checkpoint::verified(&note, &signer).unwrap()
    }
}

pub(crate) fn work(console: &Console) {
    let ports = Ports { register: Arc::new(EverybodyLives), carrier: Arc::new(DemoCarrier) };
    for _ in 0..50 {
        let round = work_round(console.platform(), &ports, &|name, error| panic!("{name}: {error}"));
        if round.is_idle() {
            return;
        }
    }
    panic!("work without end");
}

/// Whether the identity values of a registration can be opened by an officer.
fn readable(service: &Service, reference: Reference) -> bool {
    let Some(row) = registration::find(service.ledger(), reference).unwrap() else { return false };
    let scope = service.scope();
    let who = SignedIn::at_console(kernel::Id::from_bytes([1; 16]), scope.department(), vec![Role::CaseOfficer], kernel::Text::new("a", "b", "c"));
    let grant = authorise::<OpenRecord>(&who, Some(scope)).unwrap();
    let (scheme, reason) = (service.scheme(), Secret::new("a test of a restore".to_owned()));
    let purpose = scheme.groups()[0].purpose.clone();
    let opened = registration::open_for_officer(service.ledger(), &scheme, grant, row.id, &purpose, &reason);
    opened.is_ok_and(|opened| opened.people.is_some())
}

fn verbs(console: &Console) -> Vec<String> {
    let entries = console.platform().ledger().page(None, 200).unwrap();
    let verb = |body: &str| serde_json::from_str::<Value>(body).unwrap()["verb"].as_str().unwrap().to_owned();
    entries.iter().map(|entry| verb(&entry.body)).collect()
}

#[test]
fn an_installation_is_backed_up_beside_its_server_lost_and_put_back() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let console = stage.console();
        let kept = stage.register(&console, 0, 15);
        work(&console);
        let archive = stage.back_up(Kind::Data);
        let lost = stage.register(&console, 15, 25);
        work(&console);
        let published = stage.checkpoint();
        let result = stage.verify(&archive).unwrap();
        assert_eq!(result["stores"].as_array().unwrap().len(), 2);
        assert_eq!(fs::read(stage.away.path().join("also").join(archive.file_name().unwrap())).unwrap(), fs::read(&archive).unwrap());
        let refused = stage.restore(&archive, true).unwrap_err().to_string();
        assert!(refused.contains("stop it first"), "{refused}");
        drop(console);
        let refused = stage.restore(&archive, false).unwrap_err().to_string();
        assert!(refused.contains("--move-aside"), "{refused}");
        stage.restore(&archive, true).unwrap();
        let console = stage.console();
        work(&console);
        let service = console.service(SLUG).unwrap();
        assert!(kept.iter().all(|reference| readable(&service, *reference)), "all of what was acknowledged before the backup");
        assert!(!lost.iter().any(|reference| readable(&service, *reference)));
        let proof = service.ledger().consistency(published.size).unwrap().unwrap();
        assert!(proof.new > published.size, "the published tree went on");
        let verbs = verbs(&console);
        for verb in ["operations.backup_made", "operations.backup_verified", "operations.restored", "journal.resumed"] {
            assert_eq!(verbs.iter().filter(|found| *found == verb).count(), 1, "{verb}");
        }
        let again = stage.register(&console, 15, 30);
        work(&console);
        assert!(again.iter().all(|reference| readable(&service, *reference)), "it goes on as before");
        // The next backup holds what the restore lost, and is whole all the same.
        stage.verify(&stage.back_up(Kind::Data)).unwrap();
    });
}

#[test]
fn promise_04_a_restored_backup_brings_back_nothing_that_was_erased() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let console = stage.console();
        let references = stage.register(&console, 0, 8);
        work(&console);
        let archive = stage.back_up(Kind::Data);
        let service = console.service(SLUG).unwrap();
        let erased = references[3];
        let row = registration::find(service.ledger(), erased).unwrap().unwrap();
        let actor = journal::Actor::Operator;
        flows::erase_household(&service, actor, row.id, EraseWhat::All, vault::Cause::Withdrawal).unwrap();
        assert!(!readable(&service, erased) && readable(&service, references[2]));
        assert_eq!(sealed(&service), 7);
        drop((service, console));
        stage.restore(&archive, true).unwrap();
        let console = stage.console();
        let service = console.service(SLUG).unwrap();
        assert_eq!(sealed(&service), 7, "the rows are gone again before anything is served");
        for reference in references {
            assert_eq!(readable(&service, reference), reference != erased, "{reference}");
        }
    });
}

/// How many registrations have sealed values.
fn sealed(service: &Service) -> usize {
    let sql = "-- test.sealed\nselect event from household_submission where identity is not null or contact is not null or mobile is not null";
    service.ledger().read::<_, store::StoreError>("test.sealed", |tx| Ok(tx.query(sql, &[])?.len())).unwrap()
}

#[test]
fn promise_04_a_restored_platform_does_not_bring_back_a_scheme_that_had_ended() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let console = stage.console();
        stage.register(&console, 0, 3);
        work(&console);
        let archive = stage.back_up(Kind::Data);
        let service = console.service(SLUG).unwrap();
        flows::end_service(console.platform(), &service).unwrap();
        let certificate = certificate(&console);
        assert!(certificate.is_some());
        drop((service, console));
        stage.restore(&archive, true).unwrap();
        let location = Location::parse(stage.config.store.expose()).unwrap();
        assert_eq!(Store::names(&location).unwrap().len(), 2, "the restore brought its ciphertext back");
        let console = stage.console();
        assert!(console.service(SLUG).is_err());
        assert_eq!(Store::names(&location).unwrap(), ["platform"]);
        assert_eq!(self::certificate(&console), certificate, "the certificate is the one that was issued then");
        work(&console);
    });
}

fn certificate(console: &Console) -> Option<String> {
    let listed = console.platform().ledger().read("test.listed", |tx| registration::scheme_by_slug(tx, SLUG)).unwrap();
    listed.unwrap().certificate
}

#[test]
fn promise_02_what_expired_since_a_backup_is_not_readable_after_its_restore() {
    let stage = Stage::new(&Place::sqlite());
    let console = stage.console();
    let references = stage.register(&console, 0, 3);
    work(&console);
    let archive = stage.back_up(Kind::Data);
    let service = console.service(SLUG).unwrap();
    let last = service.scheme().last_expiry();
    drop((service, console));
    stage.restore(&archive, true).unwrap();
    // The first start after the restore is after the last day; the job that purges has not run.
    let console = Console::of(&stage.config, Some(Instant::at(last.plus(1), 60))).unwrap();
    let service = console.service(SLUG).unwrap();
    assert!(references.iter().all(|reference| !readable(&service, *reference)));
}

#[test]
fn promise_04_an_older_backup_of_keys_is_refused() {
    let stage = Stage::new(&Place::sqlite());
    let console = stage.console();
    let references = stage.register(&console, 0, 3);
    work(&console);
    let fresh = stage.back_up(Kind::Keys);
    drop(console);
    stage.restore(&fresh, true).unwrap();
    let console = stage.console();
    let service = console.service(SLUG).unwrap();
    assert!(references.iter().all(|reference| readable(&service, *reference)), "no root has changed since: it is good");
    let row = registration::find(service.ledger(), references[0]).unwrap().unwrap();
    let next = service.ledger().keys().next_record().unwrap();
    assert!(next.0 >= 1 << 32, "no number that may have been handed out after the backup is handed out again");
    flows::erase_household(&service, journal::Actor::Operator, row.id, EraseWhat::All, vault::Cause::Withdrawal).unwrap();
    service.ledger().keys().roll().unwrap();
    drop((service, console));
    stage.restore(&fresh, true).unwrap();
    let refused = Console::of(&stage.config, Some(stage.victim.now())).err().unwrap().to_string();
    assert!(refused.contains("an old copy opens nothing"), "{refused}");
}

#[test]
fn an_archive_that_is_cut_off_altered_or_not_ours_is_refused_and_restores_nothing() {
    let stage = Stage::new(&Place::sqlite());
    let archive = stage.back_up(Kind::Data);
    let whole = fs::read(&archive).unwrap();
    let broken = stage.away.path().join("broken.age");
    let scratch = |name: &str| stage.away.path().join("scratch").join(name);
    let order = |from, identity| restore::Order { from, identity, move_aside: false };
    for length in [0, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&broken, &whole[..length]).unwrap();
        let refused = into_scratch(&stage.config, &order(&broken, &stage.identity), &scratch(&length.to_string())).unwrap_err();
        assert!(!refused.to_string().contains('\n') && matches!(refused, BackupError::Unreadable(_) | BackupError::Store(_)), "{refused}");
        assert!(stage.verify(&broken).is_err());
    }
    for at in [whole.len() / 3, whole.len() - 20] {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        fs::write(&broken, altered).unwrap();
        assert!(into_scratch(&stage.config, &order(&broken, &stage.identity), &scratch(&format!("altered-{at}"))).is_err());
    }
    let (stranger, _) = seal::age_files::generate_identity();
    assert!(into_scratch(&stage.config, &order(&archive, &stranger), &scratch("stranger")).is_err());
    let mut other = stage.config.clone();
    other.log_name = "another.example".into();
    let foreign = into_scratch(&other, &order(&archive, &stage.identity), &scratch("foreign")).unwrap_err();
    assert!(matches!(foreign, BackupError::Foreign { .. }));
    into_scratch(&stage.config, &order(&archive, &stage.identity), &scratch("good")).unwrap();
    let full = into_scratch(&stage.config, &order(&archive, &stage.identity), &scratch("good")).unwrap_err();
    assert!(full.to_string().contains("not empty"));
}

#[test]
fn a_restore_that_stopped_on_the_way_stops_the_next_start() {
    let stage = Stage::new(&Place::sqlite());
    let archive = stage.back_up(Kind::Data);
    let whole = seal::age_files::decrypt(&stage.identity, &fs::read(&archive).unwrap()).unwrap();
    let broken = stage.away.path().join("broken.age");
    // Somebody with the recipient's key made an archive that ends too early.
    let part = &whole.expose()[..whole.expose().len() - 4096];
    fs::write(&broken, seal::age_files::encrypt_to(&stage.config.backup_recipients, part).unwrap()).unwrap();
    stage.restore(&broken, true).unwrap_err();
    let refused = Console::of(&stage.config, Some(stage.victim.now())).err().unwrap().to_string();
    assert!(refused.contains("a restore was begun"), "{refused}");
    stage.restore(&archive, true).unwrap();
    stage.console().service(SLUG).unwrap();
}

#[test]
fn data_and_keys_are_kept_apart_and_nothing_is_backed_up_among_what_it_backs_up() {
    let stage = Stage::new(&Place::sqlite());
    let data = stage.back_up(Kind::Data);
    let keys = stage.back_up(Kind::Keys);
    let refused = |to: &Path, kind| make(&stage.config, &Order { to, also: None, kind }, &stage.clock()).unwrap_err();
    assert!(matches!(refused(data.parent().unwrap(), Kind::Keys), BackupError::Together { .. }));
    assert!(matches!(refused(keys.parent().unwrap(), Kind::Data), BackupError::Together { .. }));
    assert!(matches!(refused(&stage.config.roots, Kind::Data), BackupError::Within(..)));
    let mut nobody = stage.config.clone();
    nobody.backup_recipients.clear();
    let elsewhere = TempDir::new().unwrap();
    let order = Order { to: elsewhere.path(), also: None, kind: Kind::Data };
    assert!(matches!(make(&nobody, &order, &stage.clock()), Err(BackupError::NoRecipients)));
    // No key, wrapped or not, is in the archive of the data.
    let scratch = stage.away.path().join("scratch");
    into_scratch(&stage.config, &restore::Order { from: &data, identity: &stage.identity, move_aside: false }, &scratch).unwrap();
    assert!(!scratch.join("keys").exists());
    // The second copy of the ledger of removals stands beside the keys, and is none.
    let is_key = |path: &PathBuf| path.extension().is_none_or(|kind| kind != "removals");
    let files_of = |directory: &Path| fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let keys_of = |directory: &Path| files_of(directory).filter(is_key).map(|path| fs::read(path).unwrap_or_default());
    let secrets: Vec<Vec<u8>> = keys_of(&stage.config.keys).chain(keys_of(&stage.config.roots)).filter(|bytes| bytes.len() > 40).collect();
    assert!(secrets.len() >= 4, "there are secrets to look for");
    for file in files_below(&scratch) {
        let bytes = fs::read(&file).unwrap();
        for secret in &secrets {
            let part = &secret[secret.len() - 32..];
            assert!(!bytes.windows(32).any(|window| window == part), "{}", file.display());
        }
    }
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let (mut files, mut waiting) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { waiting.push(path) } else { files.push(path) }
        }
    }
    files
}

#[test]
fn a_stamp_sorts_as_time_does() {
    let stage = |text: &str| stamp(Instant::parse_hong_kong(text).unwrap());
    assert_eq!(stage("2020-05-06T07:00"), "20200506T070000000");
    assert!(stage("2020-05-06T07:00") < stage("2020-05-06T07:01"));
    let _ = WallClock::default().now();
}
