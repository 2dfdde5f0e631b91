//! Letters from the form to the bureau and back: one officer gives the lease, another hands over, the bureau fetches, the resident types.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use identity::{ActivationDetails, AtDoor, Level, PinState, Resident, SHIPPED_CHARTER, Tried, TypedActivation, TypedDocument};
use journal::{Actor, Work};
use kernel::{Environment, Id, kinds};
use notify::LetterFont;
use people::{Grant, GrantLease, RequestExport, Role, authorise};
use processors::{HandOverError, Lease, Partner, Trade, Whereabouts, fetch_package};
use registration::matching::{AddressQuestion, Answer, PopulationRegister, Question, RegisterUnavailable};
use seal::age_files;
use testkit::canary::{Canary, scan_dir};

use crate::activation_round::check_addresses;
use crate::close_story::registered;
use crate::identity_story::{pass_gate, save};
use crate::lease_story::{contract_with, partner};
use crate::rehearsal::{City, on_each_engine};
use crate::{IdentityService, LetterBatchError, give_letter_lease, letter_at_hand, post_letters, print_letters};

/// Debian's package fonts-noto-cjk.
const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

/// A register that says yes, no, or nothing.
struct Register(Option<bool>);

impl PopulationRegister for Register {
    fn check(&self, _: &str, _: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable> {
        Err(RegisterUnavailable("not asked here".to_owned()))
    }

    fn confirms_addresses(&self) -> bool {
        true
    }

    fn addresses(&self, basis: &str, questions: &[AddressQuestion]) -> Result<Vec<bool>, RegisterUnavailable> {
        assert!(basis.starts_with("charter ") && questions.iter().all(|one| one.id_number == "Q123456"));
        let says = self.0.ok_or_else(|| RegisterUnavailable("down".to_owned()))?;
        Ok(vec![says; questions.len()])
    }
}

struct Scene {
    city: City,
    service: Arc<IdentityService>,
    who: Resident,
}

impl Scene {
    /// An account that asked for its PIN.
    fn new(city: City) -> Self {
        let provider = save(&city, SHIPPED_CHARTER);
        pass_gate(&city, &provider);
        let service = city.platform().public_identity().unwrap();
        let who = registered(&service);
        let scene = Self { city, service, who };
        scene.ask();
        scene
    }

    fn ask(&self) {
        let number = hongkong::IdNumber::from_number("Q123456").unwrap().formatted();
        let typed = TypedActivation {
            name_en: "CHAN Tai Man",
            name_zh: "陳大文",
            document: TypedDocument { kind: "identity-card", number: &number, issued: ["1", "6", "2019"] },
            address: "Flat B, 12/F\n深水\u{E88C}𨋢𡃁𠝹𥄫里 3 號",
            district: "SSP",
        };
        let (ledger, who) = (self.service.ledger(), self.who);
        let details = ActivationDetails::parse(&typed, ledger.now().day(), Environment::Test).unwrap();
        let new = identity::prepare_activation(ledger, &self.service.charter(), &who, &details).unwrap();
        ledger.write("test.ask", Actor::Visitor, move |work| identity::ask_activation(work, &who, &new)).unwrap();
    }

    fn state(&self) -> Option<PinState> {
        let account = self.who.account();
        let found = self.service.ledger().read("test.state", move |tx| identity::activation(tx, account)).unwrap();
        found.map(|found| found.pins[0].state)
    }

    fn lease(&self, trade: Trade, recipient: String) -> (Id<kinds::Contract>, Result<Lease, LetterBatchError>) {
        let contract = contract_with(&self.city, recipient, trade);
        let scope = Some(self.service.scope());
        let grant: Grant<GrantLease> = authorise(&self.city.officer(1, Role::SchemeOwner), scope).unwrap();
        (contract, give_letter_lease(self.city.platform(), &self.service, grant, contract, Whereabouts::Offline))
    }

    fn print(&self, lease: &Lease) -> Result<(identity::LetterBatch, usize), LetterBatchError> {
        let scope = Some(self.service.scope());
        let grant: Grant<RequestExport> = authorise(&self.city.officer(4, Role::DeliveryOfficer), scope).unwrap();
        let font = LetterFont::open(Path::new(FONT)).unwrap();
        print_letters(self.city.platform(), &self.service, &grant, lease.id, Some(&font))
    }

    fn try_pin(&self, pin: &str) -> Tried {
        let (at, keys, pin) = (AtDoor::own(&self.who), self.service.ledger().keys().clone(), pin.to_owned());
        let typed = move |work: &mut Work<'_, '_>| identity::try_pin(work, &keys, &at, &pin);
        self.service.ledger().write("test.pin", Actor::Visitor, typed).unwrap().0
    }

    fn minute(&self) {
        self.city.clock.advance_secs(60);
        self.city.work();
    }

    fn last_text(&self) -> String {
        let inbox = notify::inbox(self.service.ledger(), Actor::Visitor, None, 1).unwrap();
        let Some(notify::Opened::Sms { text, .. }) = inbox.into_iter().next().unwrap().content else { panic!() };
        text
    }
}

/// A print bureau that has a contract, and no lease.
fn other_bureau(city: &City) -> Partner {
    let contract = contract_with(city, age_files::generate_identity().1, Trade::PrintBureau);
    partner(city, contract)
}

/// The eight digits on the letter.
fn pin_in(text: &str) -> String {
    let digits = |line: &str| line.split_whitespace().collect::<String>();
    let pin = text.lines().map(digits).find_map(|line| {
        let tail = line.trim_start_matches(|c: char| !c.is_ascii_digit()).to_owned();
        (tail.len() == 8 && tail.bytes().all(|byte| byte.is_ascii_digit())).then_some(tail)
    });
    pin.unwrap()
}

fn text_of(pdf: &[u8]) -> String {
    let mut child = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext (Debian: poppler-utils) is needed");
    child.stdin.take().unwrap().write_all(pdf).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn a_batch_reaches_the_bureau_encrypted_and_its_pin_activates_the_account() {
    on_each_engine(|city| {
        let scene = Scene::new(city);
        check_addresses(scene.city.platform(), &Register(Some(false))).unwrap();
        assert_eq!(scene.state(), Some(PinState::Queued));
        let (secret, recipient) = age_files::generate_identity();
        let (_, refused) = scene.lease(Trade::Courier, recipient.clone());
        assert!(matches!(refused, Err(LetterBatchError::Lease(_))), "a courier prints no letters");
        let (contract, lease) = scene.lease(Trade::PrintBureau, recipient);
        let lease = lease.unwrap();
        let (batch, aside) = scene.print(&lease).unwrap();
        assert_eq!((batch.letters, aside, scene.state()), (1, 0, Some(PinState::Printed)));
        assert!(matches!(scene.print(&lease), Err(LetterBatchError::Nothing)));
        let (bureau, id) = (partner(&scene.city, contract), batch.id);
        let post = |under| post_letters(scene.city.platform(), &bureau, (under, id));
        assert!(matches!(post(lease.id), Err(LetterBatchError::HandOver(HandOverError::NotFetched))), "nobody posts what nobody fetched");
        let fetcher = bureau.clone();
        let fetch = move |work: &mut Work<'_, '_>| fetch_package(work, &fetcher, id);
        let (pass, committed) = scene.city.platform().ledger().write("test.fetch", Actor::Operator, fetch).unwrap();
        let bytes = pass.open(&committed, scene.city.platform().ledger().keys()).unwrap();
        let tar = age_files::decrypt(&secret, &bytes).unwrap();
        let at = tar.expose().windows(5).position(|window| window == b"%PDF-").unwrap();
        let text = text_of(&tar.expose()[at..]);
        for said in ["陳大文", "CHAN Tai Man", "Flat B, 12/F", "深水\u{E88C}𨋢𡃁𠝹𥄫里 3 號", "創新服務署"] {
            assert!(text.contains(said), "{said} is missing in\n{text}");
        }
        let pin = pin_in(&text);
        let (elsewhere, stranger) = (Id::from_bytes([7; 16]), other_bureau(&scene.city));
        assert!(matches!(post(elsewhere), Err(LetterBatchError::HandOver(HandOverError::Missing))), "another lease");
        let theirs = post_letters(scene.city.platform(), &stranger, (lease.id, id));
        assert!(matches!(theirs, Err(LetterBatchError::HandOver(HandOverError::Missing))), "another contractor's lease");
        let at = post(lease.id).unwrap();
        scene.city.clock.advance_secs(60);
        assert_eq!((post(lease.id).unwrap(), scene.state()), (at, Some(PinState::Posted)), "said twice, it was posted once");
        let canaries = [Canary::new("address", "深水\u{E88C}𨋢𡃁𠝹𥄫里"), Canary::new("pin", &pin)];
        assert!(scan_dir(scene.city.files.path(), &canaries).is_empty(), "nothing of a letter is in clear in any file");
        assert_eq!(scene.try_pin(&pin), Tried::Activated(scene.who.account()));
        let account = scene.who.account();
        let level = scene.service.ledger().read("test.level", move |tx| identity::account(tx, account)).unwrap().unwrap().level;
        assert_eq!(level, Level::Activated);
    });
}

#[test]
fn a_register_that_knows_the_address_spares_the_letter_and_one_that_is_down_is_asked_again() {
    on_each_engine(|city| {
        let scene = Scene::new(city);
        let check = |register| check_addresses(scene.city.platform(), &register).unwrap();
        assert_eq!((check(Register(None)), scene.state()), (0, Some(PinState::Checking)));
        scene.city.clock.advance_secs(60);
        assert_eq!((check(Register(Some(true))), scene.state()), (1, Some(PinState::Sent)));
        assert!(scene.last_text().contains("PIN that activates"), "{}", scene.last_text());
    });
}

#[test]
fn a_register_that_is_down_for_a_day_is_waited_for_no_longer() {
    let late = Scene::new(City::new());
    late.city.clock.advance_secs(25 * 3_600);
    assert_eq!(check_addresses(late.city.platform(), &Register(None)).unwrap(), 1);
    assert_eq!(late.state(), Some(PinState::Queued), "after a day the letter goes out");
}

#[test]
fn a_batch_that_was_interrupted_is_dropped_and_its_letters_wait_again() {
    on_each_engine(|city| {
        let scene = Scene::new(city);
        check_addresses(scene.city.platform(), &Register(Some(false))).unwrap();
        let grant: Grant<RequestExport> = authorise(&scene.city.officer(4, Role::DeliveryOfficer), Some(scene.service.scope())).unwrap();
        let lease = Id::from_bytes([3; 16]);
        identity::open_batch(scene.service.ledger(), &grant, lease, 10).unwrap().unwrap();
        assert!(identity::open_batch(scene.service.ledger(), &grant, lease, 10).unwrap().is_none());
        scene.city.clock.advance_secs(15 * 60);
        scene.minute();
        assert!(identity::open_batch(scene.service.ledger(), &grant, lease, 10).unwrap().is_some(), "the letter waits again");
    });
}

#[test]
fn a_demonstration_shows_its_letters_and_no_other_environment_does() {
    let scene = Scene::new(City::new());
    check_addresses(scene.city.platform(), &Register(Some(false))).unwrap();
    let (ledger, font) = (scene.service.ledger(), LetterFont::open(Path::new(FONT)).unwrap());
    let listed = |environment| ledger.read("test.at_hand", move |tx| identity::letters_at_hand(tx, environment)).unwrap();
    let deliver = |environment, barcode: &str| {
        let barcode = barcode.to_owned();
        ledger.write("test.deliver", Actor::Visitor, move |work| identity::deliver_at_hand(work, environment, &barcode)).unwrap().0
    };
    let letter = listed(Environment::Demo).remove(0);
    let read = || letter_at_hand(scene.city.platform(), &scene.service, &letter.barcode, &font).unwrap();
    assert!(!letter.delivered && read().is_none(), "it did not come yet");
    for elsewhere in [Environment::Test, Environment::Live] {
        assert!(listed(elsewhere).is_empty() && !deliver(elsewhere, &letter.barcode), "{elsewhere:?}");
    }
    assert_eq!(scene.state(), Some(PinState::Queued));
    assert!(deliver(Environment::Demo, &letter.barcode) && !deliver(Environment::Demo, &letter.barcode));
    assert_eq!((scene.state(), listed(Environment::Demo)[0].delivered), (Some(PinState::Posted), true));
    for elsewhere in [Environment::Test, Environment::Live] {
        assert!(listed(elsewhere).is_empty(), "{elsewhere:?}");
        assert!(identity::open_at_hand(ledger, elsewhere, &letter.barcode).unwrap().is_none(), "{elsewhere:?}");
    }
    let pin = pin_in(&text_of(&read().unwrap()));
    assert_eq!(pin_in(&text_of(&read().unwrap())), pin, "it can be read again");
    assert_eq!(scene.try_pin(&pin), Tried::Activated(scene.who.account()));
    assert!(listed(Environment::Demo).is_empty() && read().is_none(), "a PIN that was used is shown to nobody");
}

#[test]
fn an_account_that_nobody_activates_ends_by_itself_and_leaves_no_row() {
    on_each_engine(|city| {
        let scene = Scene::new(city);
        check_addresses(scene.city.platform(), &Register(Some(true))).unwrap();
        scene.city.clock.advance_days(36);
        scene.minute();
        let account = scene.who.account();
        let ledger = scene.service.ledger();
        assert!(ledger.read("test.gone", move |tx| identity::account(tx, account)).unwrap().is_none());
        for sql in [
            "-- test.look\nselect account from identity_pin",
            "-- test.look\nselect account from identity_activation",
            "-- test.look\nselect account from identity_attribute",
        ] {
            let rows = ledger.read("test.rows", |tx| tx.query(sql, &[])).unwrap();
            assert!(rows.is_empty(), "{sql}");
        }
        let scope = "nobody activated in time";
        let kept = ledger.read("test.certified", |tx| tx.query("-- test.look\nselect scope from vault_erasure", &[])).unwrap();
        assert!(kept.iter().any(|row| row.get::<String>(0).unwrap().contains(scope)));
    });
}
