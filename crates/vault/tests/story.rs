//! Openings: declared or refused, always on record, reasons sealed; and the certificate's text.

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use journal::{Actor, Committed, Event, Ledger, LedgerParts, verifier_key};
    use kernel::{Clock as _, Day, Random, Secret, Text, kinds};
    use people::{Grant, OpenRecord, Role, Scope, SignedIn, authorise};
    use seal::{Ed25519Signer, Keyring, SealError};
    use store::{RunError, Store, StoreError};
    use tempfile::TempDir;
    use testkit::{MovableClock, SeededRandom, both_engines, canary};
    use vault::{
        BatchCommand, BatchOutcome, Certificate, Declared, Erasure, OpenCommand, OpenError, Outcome, certificate_note,
        declare, open_batch, open_record, openings_of,
    };

    struct Stage {
        ledger: Arc<Ledger>,
        clock: Arc<MovableClock>,
        directory: TempDir,
    }

    const RECORD: [u8; 16] = [7; 16];
    const SERVICE: kernel::Id<kinds::Service> = kernel::Id::from_bytes([2; 16]);

    impl Stage {
        fn new(open: impl FnOnce(&std::path::Path) -> Store) -> Self {
            let directory = TempDir::new().unwrap();
            let clock = Arc::new(MovableClock::at("2020-05-06T07:00"));
            let random: Arc<dyn Random> = Arc::new(SeededRandom::new(5));
            let keys = Arc::new(Keyring::in_memory("test", clock.now().day(), random.clone()));
            vault::prepare_keys(&keys, &["delivery".to_owned()]).unwrap();
            let ledger = Ledger::open(LedgerParts {
                store: open(directory.path()),
                keys,
                signer: Arc::new(Ed25519Signer::create(&directory.path().join("log.key"), "test/key").unwrap()),
                clock: clock.clone(),
                random,
                tiles: directory.path().join("tiles"),
                origin: "test.example/vault".into(),
            })
            .unwrap();
            let declared = Declared { service: SERVICE, statement: [1; 32], purposes: vec!["delivery".into()] };
            ledger.write("test.declare", Actor::Operator, move |work| declare(work, &declared)).unwrap();
            Self { ledger, clock, directory }
        }

        fn expiry(&self) -> Day {
            self.clock.now().day().plus(30)
        }

        fn open(&self, purpose: &str, reason: &str) -> Result<(Outcome, Committed), RunError<OpenError>> {
            self.open_by(grant(SERVICE), purpose, reason)
        }

        fn open_by(
            &self,
            may: Grant<OpenRecord>,
            purpose: &str,
            reason: &str,
        ) -> Result<(Outcome, Committed), RunError<OpenError>> {
            let keys = self.ledger.keys().clone();
            let reason = Secret::new(reason.to_owned());
            let command = OpenCommand::new(&keys, RECORD, purpose, &reason, self.expiry()).map_err(RunError::Refused)?;
            self.ledger.write("test.open", may.actor(), move |work| open_record(work, &may, &command))
        }

        fn last_event(&self) -> serde_json::Value {
            serde_json::from_str(&self.ledger.page(None, 1).unwrap()[0].body).unwrap()
        }
    }

    fn grant(service: kernel::Id<kinds::Service>) -> Grant<OpenRecord> {
        let (department, post) = (kernel::Id::from_bytes([1; 16]), Text::new("Officer", "主任", "主任"));
        let who = SignedIn::at_console(kernel::Id::from_bytes([3; 16]), department, vec![Role::CaseOfficer], post);
        authorise(&who, Some(Scope::at_console(service, department))).unwrap()
    }

    #[test]
    fn an_opening_is_on_record_with_a_sealed_reason_and_an_undeclared_one_is_refused_on_record() {
        both_engines(|place| {
            let stage = Stage::new(|_| place.store("vault", &[journal::MIGRATIONS, vault::MIGRATIONS]));
            let refused = stage.open("curiosity", "I would like to know").unwrap().0;
            assert!(matches!(refused, Outcome::Refused));
            assert_eq!(stage.last_event()["verb"], "vault.opening_refused");
            assert_eq!(stage.last_event()["details"]["purpose"], "curiosity");
            stage.open("Chan Tai Man of Flat 3", "I would like to know").unwrap();
            assert_eq!(stage.last_event()["details"]["purpose"], "(not the name of a purpose)", "what is typed may be personal");
            for reason in ["", "why not", "         short           "] {
                assert!(matches!(stage.open("delivery", reason), Err(RunError::Refused(OpenError::Reason))), "{reason}");
            }
            let (granted, _) = stage.open("delivery", "Mr Canary-Wong asks where it is").unwrap();
            assert!(matches!(granted, Outcome::Granted(_)));
            let event = stage.last_event();
            assert_eq!((event["verb"].as_str(), event["actor"]["role"].as_str()), (Some("vault.opened"), Some("case-officer")));
            let rows = stage.ledger.read("test.openings", |tx| openings_of(tx, RECORD)).unwrap();
            assert_eq!((rows.len(), rows[0].purpose.as_str(), rows[0].records), (1, "delivery", 1));
            assert_eq!(rows[0].event.to_string(), event["id"].as_str().unwrap());
            assert_eq!(rows[0].actor_json()["kind"], "officer");
            let noted = stage.ledger.write("test.read", Actor::Operator, |work| work.journal(Event::new("vault.reason_read")));
            let reason = rows[0].reason(&noted.unwrap().1, stage.ledger.keys()).unwrap().unwrap();
            assert_eq!(reason.expose(), "Mr Canary-Wong asks where it is");
            let silent = stage.ledger.write("test.silent", Actor::Operator, |_| Ok::<_, StoreError>(())).unwrap().1;
            assert!(matches!(rows[0].reason(&silent, stage.ledger.keys()), Err(SealError::Invalid(_))));
            // Link and reason die with the record; purpose and time stay.
            stage.clock.advance_days(30);
            assert_eq!(stage.ledger.write("test.forget", Actor::Job("purge"), vault::forget_expired).unwrap().0, 0);
            assert_eq!(stage.ledger.read("test.openings", |tx| openings_of(tx, RECORD)).unwrap().len(), 1, "on the last day");
            stage.clock.advance_days(1);
            let forgotten = stage.ledger.write("test.forget", Actor::Job("purge"), vault::forget_expired).unwrap().0;
            assert_eq!(forgotten, 1);
            assert!(stage.ledger.read("test.openings", |tx| openings_of(tx, RECORD)).unwrap().is_empty());
            assert_eq!(stage.ledger.write("test.forget", Actor::Job("purge"), vault::forget_expired).unwrap().0, 0);
            let kept = "-- test.kept\nselect purpose from vault_opening where record is null and reason is null";
            let kept = stage.ledger.read("test.kept", |tx| tx.query(kept, &[])).unwrap();
            assert_eq!(kept.iter().map(|row| row.get::<String>(0).unwrap()).collect::<Vec<_>>(), ["delivery"]);
            let salts = "-- test.salts\nselect id from journal_event where verb = 'vault.opened' and link_salt is not null";
            assert!(stage.ledger.read("test.salts", |tx| tx.query(salts, &[])).unwrap().is_empty());
        });
    }

    #[test]
    fn a_grant_for_another_service_opens_nothing_and_a_store_never_changes_its_service() {
        let stage = Stage::new(|_| testkit::memory_store(&[journal::MIGRATIONS, vault::MIGRATIONS]));
        let other = kernel::Id::from_bytes([9; 16]);
        let before = stage.ledger.page(None, 100).unwrap().len();
        let elsewhere = stage.open_by(grant(other), "delivery", "I would like to know");
        assert!(matches!(elsewhere, Err(RunError::Refused(OpenError::Elsewhere))));
        assert_eq!(stage.ledger.page(None, 100).unwrap().len(), before, "nothing was opened");
        let declared = Declared { service: other, statement: [2; 32], purposes: vec!["delivery".into()] };
        stage.ledger.write("test.declare", Actor::Operator, move |work| declare(work, &declared)).unwrap();
        assert!(stage.open_by(grant(other), "delivery", "I would like to know").is_err());
        assert!(stage.open("delivery", "The resident is on the telephone").is_ok());
    }

    #[test]
    fn a_reason_stands_nowhere_in_clear() {
        let stage = Stage::new(|directory| testkit::sqlite_store(directory, "vault", &[journal::MIGRATIONS, vault::MIGRATIONS]));
        stage.open("delivery", "Mr Canary-Wong asks where it is").unwrap();
        stage.ledger.integrate().unwrap();
        let canaries = [canary::Canary::new("reason", "Canary-Wong")];
        assert_eq!(canary::scan_dir(stage.directory.path(), &canaries), []);
    }

    #[test]
    fn a_batch_is_one_entry_with_count_and_root() {
        let stage = Stage::new(|_| testkit::memory_store(&[journal::MIGRATIONS, vault::MIGRATIONS]));
        let batch = |purpose: &str| {
            let command = BatchCommand {
                purpose: purpose.into(),
                basis: "statement part 4".into(),
                records: vec![[1; 16], [2; 16], [3; 16]],
                expiry: stage.expiry(),
            };
            stage.ledger.write("test.batch", Actor::Job("matching"), move |work| open_batch(work, &command)).unwrap().0
        };
        let before = stage.ledger.page(None, 100).unwrap().len();
        assert_eq!(batch("delivery"), BatchOutcome::Granted);
        assert_eq!(stage.ledger.page(None, 100).unwrap().len(), before + 1);
        let details = stage.last_event()["details"].clone();
        assert_eq!((&details["count"], &details["basis"]), (&3.into(), &"statement part 4".into()));
        // The residents' own lists show it, from the moment of their registration on.
        let lines = |purpose: &'static str, since| {
            stage.ledger.read("test.batches", |tx| vault::batches_since(tx, purpose, since, 10)).unwrap()
        };
        let now = stage.clock.now();
        let line = lines("delivery", now).remove(0);
        assert_eq!((line.records, line.at, line.purpose.as_str()), (3, now, "delivery"));
        assert_eq!(line.event.to_string(), stage.last_event()["id"].as_str().unwrap());
        assert!(lines("messages", now).is_empty() && lines("delivery", now.plus_millis(1)).is_empty());
        let root = seal::sha256(&[&[1; 16], &[2; 16], &[3; 16]]);
        assert_eq!(details["root"], kernel::to_hex(&root));
        assert_eq!(batch("curiosity"), BatchOutcome::Refused);
        assert_eq!(stage.last_event()["verb"], "vault.opening_refused");
        // A statement that no longer names the purpose ends it.
        let other = Declared { service: SERVICE, statement: [2; 32], purposes: vec!["messages".into()] };
        stage.ledger.write("test.declare", Actor::Operator, move |work| declare(work, &other)).unwrap();
        assert_eq!(batch("delivery"), BatchOutcome::Refused);
    }

    #[test]
    fn the_certificate_is_what_the_format_says_and_the_verifier_agrees() {
        let stage = Stage::new(|_| testkit::memory_store(&[journal::MIGRATIONS, vault::MIGRATIONS]));
        stage.ledger.integrate().unwrap();
        let now = stage.clock.now();
        let erasure = Erasure {
            origin: "test.example/vault".into(),
            service: "masks-2020".into(),
            scope: "all personal data\nof the scheme".into(),
            households: 3,
            persons: 7,
            values: [9; 32],
            trees: vec![("delivery".into(), now), ("messages".into(), now)],
            roots: vec![("ab".repeat(32), "overwritten".into(), now)],
            early: None,
            ledger_lost: None,
            custodians: vec!["the operator".into()],
            store: ("dropped".into(), now),
            journal: stage.ledger.size_and_root().unwrap(),
            issued: now,
        };
        let root = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
        let at = "2020-05-06T07:00:00.000+08:00";
        let note = certificate_note(&erasure);
        let (size, tree) = erasure.journal;
        let tree = base64(&tree);
        let expected = format!(
            "lionrock erasure certificate v1\norigin: test.example/vault\nservice: masks-2020\n\
             scope: all personal data of the scheme\nhouseholds: 3\npersons: 7\nvalues: {root}\n\
             purposes: delivery, messages\ntree: delivery {at}\ntree: messages {at}\nroot: {} overwritten {at}\n\
             custodian: the operator\nstore: dropped {at}\njournal: {size} {tree}\nissued: {at}\n",
            "ab".repeat(32)
        );
        assert_eq!(note, expected);
        let event = Event::new("vault.erased");
        let form = (vault::CERTIFICATE_FORMAT, note.as_str());
        let certificate = stage.ledger.sign_record("test.erased", Actor::Job("retire"), event, form, size).unwrap();
        the_verifier_agrees(&stage, &certificate);
    }

    /// As a checkpoint writes it on its third line.
    fn base64(root: &[u8; 32]) -> String {
        let checkpoint = journal::Checkpoint { origin: "o".into(), size: 0, root: *root };
        checkpoint.text().lines().nth(2).unwrap().to_owned()
    }

    /// The separate program, which the test command builds before it runs the tests.
    fn the_verifier_agrees(stage: &Stage, certificate: &Certificate) {
        let program = std::env::current_exe().unwrap().parent().unwrap().join("../lionrock-verify");
        assert!(program.exists(), "build it first: cargo build -p verifier");
        let key = verifier_key(&**stage.ledger.signer());
        let check = |name: &str, text: String| {
            let file = stage.directory.path().join(name);
            std::fs::write(&file, text).unwrap();
            let run = std::process::Command::new(&program).arg("certificate").arg(&file).args(["--key", &key]).output();
            let output = run.unwrap();
            (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let json = certificate.to_json().to_string();
        let (good, said) = check("good.json", json.clone());
        assert!(good, "{said}");
        assert!(!check("forged.json", json.replace("households: 3", "households: 4")).0);
    }
}
