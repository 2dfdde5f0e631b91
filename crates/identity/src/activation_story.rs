//! An account on its way to being activated: asked, printed, posted, typed; and the ways on which it is not.

use std::collections::BTreeMap;

use hongkong::{IdNumber, Phone};
use kernel::{Environment, Id, Random as _, Text, kinds};
use notify::Mobile;
use people::{Grant, ProofIdentity, RequestExport, Role, Scope, SignedIn as Officer, authorise};
use testkit::{SeededRandom, both_engines};

use crate::rehearsal::Stage;
use crate::*;

const MOBILE: &str = "5123 4567";

fn details(number: &str, address: &str) -> ActivationDetails {
    let number = IdNumber::from_number(number).unwrap().formatted();
    let typed = TypedActivation {
        name_en: "CHAN Tai Man",
        name_zh: "陳大文",
        document: TypedDocument { kind: "identity-card", number: &number, issued: ["1", "6", "2019"] },
        address,
        district: "KT",
    };
    ActivationDetails::parse(&typed, "2021-03-01".parse().unwrap(), Environment::Demo).unwrap()
}

fn officer(role: Role) -> (Officer, Scope) {
    let department = Id::from_bytes([7; 16]);
    let who = Officer::at_console(Id::from_bytes([4; 16]), department, vec![role], Text::new("O", "O", "O"));
    (who, Scope::at_console(Id::from_bytes([8; 16]), department))
}

fn printer() -> Grant<RequestExport> {
    let (who, scope) = officer(Role::DeliveryOfficer);
    authorise(&who, Some(scope)).unwrap()
}

fn scanner() -> Grant<ProofIdentity> {
    let (who, scope) = officer(Role::CaseOfficer);
    authorise(&who, Some(scope)).unwrap()
}

fn ask(stage: &Stage, who: &Resident) -> Result<(), store::RunError<AskActivationError>> {
    let new = prepare_activation(&stage.ledger, &stage.charter, who, &details("Q123456", "Flat B, 12/F\n滙景花園第 3 座")).unwrap();
    let who = *who;
    stage.act(move |work| ask_activation(work, &who, &new))
}

/// Everything that waits is printed; the letters as the bureau gets them.
fn print(stage: &Stage) -> (LetterBatch, Vec<OpenLetter>) {
    for one in addresses_to_check(&stage.ledger, 1_000).unwrap() {
        stage.act(move |work| queue_letter(work, one.account, one.number)).unwrap();
    }
    let (batch, letters) = open_batch(&stage.ledger, &printer(), Id::from_bytes([5; 16]), 1_000).unwrap().unwrap();
    let done = batch.clone();
    stage.act(move |work| finish_batch(work, &done, &[])).unwrap();
    (batch, letters)
}

fn try_at(stage: &Stage, at: &AtDoor, typed: &str) -> Tried {
    let (keys, at, typed) = (stage.ledger.keys().clone(), at.clone(), typed.to_owned());
    stage.act(move |work| try_pin(work, &keys, &at, &typed)).unwrap()
}

fn level(stage: &Stage, who: &Resident) -> Level {
    let id = who.account();
    stage.read(move |tx| account(tx, id)).unwrap().level
}

fn state(stage: &Stage, who: &Resident) -> PinState {
    let id = who.account();
    stage.read(move |tx| activation(tx, id)).unwrap().pins[0].state
}

fn mobile(number: &str) -> Mobile {
    Mobile::try_from(Phone::parse(number).unwrap()).unwrap()
}

#[test]
fn a_letter_activates_an_account_and_each_step_is_on_record() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let who = stage.sign_up(MOBILE).1.who;
        ask(&stage, &who).unwrap();
        assert_eq!(state(&stage, &who), PinState::Checking);
        let (batch, letters) = print(&stage);
        let [letter] = letters.as_slice() else { panic!("one letter") };
        assert_eq!(letter.window, ["陳大文", "CHAN Tai Man", "Flat B, 12/F", "滙景花園第 3 座"]);
        assert_eq!((letter.pin.expose().len(), letter.token.expose().len(), letter.barcode.len()), (8, 32, 12));
        stage.act(move |work| post_batch(work, &printer(), batch.id)).unwrap();
        assert_eq!(state(&stage, &who), PinState::Posted);
        let wrong = if letter.pin.expose() == "00000000" { "1" } else { "00000000" };
        assert_eq!(try_at(&stage, &AtDoor::own(&who), wrong), Tried::Wrong);
        let typed = format!(" {} {}", &letter.pin.expose()[..4], &letter.pin.expose()[4..]);
        assert_eq!(try_at(&stage, &AtDoor::own(&who), &typed), Tried::Activated(who.account()));
        assert_eq!((level(&stage, &who), state(&stage, &who)), (Level::Activated, PinState::Used));
        assert_eq!(try_at(&stage, &AtDoor::own(&who), &typed), Tried::Wrong, "once");
        let (id, verbs) = (who.account(), stage.verbs());
        let address = stage.read(move |tx| attributes(tx, id)).into_iter().find(|one| one.name == AttributeName::Address).unwrap();
        assert_eq!(address.source, Source::Confirmed);
        for verb in ["identity.activation_asked", "identity.letter_printed", "identity.batch_posted", "identity.account_activated"] {
            assert!(verbs.iter().any(|one| one == verb), "{verb} is missing in {verbs:?}");
        }
        assert!(matches!(ask(&stage, &who), Err(store::RunError::Refused(AskActivationError::Activated))));
    });
}

#[test]
fn a_second_letter_takes_the_place_of_the_first_and_there_is_a_limit() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let who = stage.sign_up(MOBILE).1.who;
        ask(&stage, &who).unwrap();
        let first = print(&stage).1.remove(0);
        ask(&stage, &who).unwrap();
        assert_eq!(try_at(&stage, &AtDoor::own(&who), first.pin.expose()), Tried::Wrong, "replaced");
        let second = print(&stage).1.remove(0);
        assert_eq!(second.number, 2);
        ask(&stage, &who).unwrap();
        print(&stage);
        assert!(matches!(ask(&stage, &who), Err(store::RunError::Refused(AskActivationError::Often))));
    });
}

#[test]
fn a_letter_that_came_back_is_scanned_and_its_pin_is_good_no_more() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let who = stage.sign_up(MOBILE).1.who;
        ask(&stage, &who).unwrap();
        let letter = print(&stage).1.remove(0);
        let scan = |code: &str| {
            let code = code.to_owned();
            stage.act(move |work| return_letter(work, &scanner(), &code)).unwrap()
        };
        assert_eq!(scan("000000000000"), Scanned::Unknown);
        assert_eq!(scan(&format!(" {} ", letter.barcode)), Scanned::Returned);
        assert_eq!(scan(&letter.barcode), Scanned::Again);
        assert_eq!(try_at(&stage, &AtDoor::own(&who), letter.pin.expose()), Tried::Wrong);
        send_notices(&stage.ledger, "localhost").unwrap();
        assert!(stage.notice().contains("came back"));
        ask(&stage, &who).unwrap();
        assert_eq!(scan(&letter.barcode), Scanned::Again);
        assert_eq!(state(&stage, &who), PinState::Checking);
    });
}

#[test]
fn a_pin_lapses_after_a_reminder_and_its_account_is_over() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let who = stage.sign_up(MOBILE).1.who;
        ask(&stage, &who).unwrap();
        let letter = print(&stage).1.remove(0);
        let texts = stage.texts();
        stage.clock.advance_days(15);
        assert_eq!(stage.act(remind_pins).unwrap(), 0);
        stage.clock.advance_days(1);
        assert_eq!((stage.act(remind_pins).unwrap(), stage.act(remind_pins).unwrap()), (1, 0), "once");
        send_notices(&stage.ledger, "localhost").unwrap();
        assert_eq!(stage.texts(), texts + 1);
        assert!(stage.notice().contains("22 March 2021"), "{}", stage.notice());
        stage.clock.advance_days(5);
        assert_eq!(stage.act(lapse_pins).unwrap(), 0, "on its last day it is good");
        stage.clock.advance_days(1);
        assert_eq!(try_at(&stage, &AtDoor::own(&who), letter.pin.expose()), Tried::Wrong);
        assert_eq!(stage.act(lapse_pins).unwrap(), 1);
        assert_eq!(state(&stage, &who), PinState::Lapsed);
        let over = |stage: &Stage| {
            let today = stage.now().day();
            stage.read(move |tx| never_activated(tx, today))
        };
        stage.clock.advance_days(i64::from(AFTER_DAYS) - 1);
        assert!(over(&stage).is_empty());
        stage.clock.advance_days(1);
        assert_eq!(over(&stage), [who.account()]);
    });
}

#[test]
fn promise_11_a_door_tells_a_stranger_nothing_about_accounts() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let who = stage.sign_up(MOBILE).1.who;
        ask(&stage, &who).unwrap();
        print(&stage);
        let keys = stage.ledger.keys().clone();
        let knock = |number: &str| {
            let at = AtDoor::open(&keys, &mobile(number), "198.51.100.7");
            stage.take_sql();
            (try_at(&stage, &at, "99999999"), stage.take_sql())
        };
        let (known, unknown) = (knock(MOBILE), knock("5999 9999"));
        assert_eq!(known.0, Tried::Wrong);
        assert_eq!(known, unknown);
        for _ in 0..58 {
            knock("5999 9999");
        }
        assert_eq!(knock("5999 9999").0, Tried::Often, "sixty tries an hour from one network");
    });
}

#[test]
fn guesses_open_no_account_and_lock_no_resident_out() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let mut letters = Vec::new();
        for number in 0..12 {
            let who = stage.sign_up(&format!("5123 45{number:02}")).1.who;
            ask(&stage, &who).unwrap();
            letters.push((who, number));
        }
        let (_, printed) = print(&stage);
        let (keys, random) = (stage.ledger.keys().clone(), SeededRandom::new(77));
        for round in 0..40 {
            for (_, number) in &letters {
                let at = AtDoor::open(&keys, &mobile(&format!("5123 45{number:02}")), &format!("198.51.{round}.{number}"));
                let guess = format!("{:08}", random.below(100_000_000));
                assert_eq!(try_at(&stage, &at, &guess), Tried::Wrong);
            }
        }
        for (who, number) in &letters {
            let letter = printed.iter().find(|one| one.account == who.account()).unwrap();
            let open = AtDoor::open(&keys, &mobile(&format!("5123 45{number:02}")), "203.0.113.9");
            assert_eq!(try_at(&stage, &open, letter.pin.expose()), Tried::Wrong, "that door is used up by others");
            let at = if number % 2 == 0 { AtDoor::own(who) } else { AtDoor::letter(&keys, letter.token.expose()) };
            assert_eq!(try_at(&stage, &at, letter.pin.expose()), Tried::Activated(who.account()));
        }
    });
}

/// "How well" 3: a million random tries over a thousand accounts and a hundred thousand addresses, with the budgets as they are. Doors
/// that only their owner can reach are tried by owners who lie about where they live.
#[test]
fn a_million_guesses_open_no_more_than_the_odds_allow() {
    const ACCOUNTS: usize = 1_000;
    const TRIES: u64 = 1_000_000;
    let seed = 20_220_102;
    println!("seed {seed}");
    let (random, keys) = (SeededRandom::new(seed), Stage::new().ledger.keys().clone());
    let pins: Vec<(String, [u8; 32])> = (0..ACCOUNTS)
        .map(|account| {
            let pin = crate::activation::new_pin(&random).into_exposed();
            let hash = crate::activation::pin_hash(&keys, &account.to_be_bytes(), &pin);
            (pin, hash)
        })
        .collect();
    let tokens: BTreeMap<[u8; 16], usize> = (0..ACCOUNTS).map(|account| (random.bytes16(), account)).collect();
    let mut tries = vec![[0_i64; 3]; ACCOUNTS];
    let (mut compared, mut opened) = (0_u64, 0_u64);
    for _ in 0..TRIES {
        let (place, door) = [(0, Door::Own), (1, Door::Open), (2, Door::Letter)][usize::try_from(random.below(3)).unwrap()];
        let any = usize::try_from(random.below(1_000)).unwrap();
        let behind = if door == Door::Letter { tokens.get(&random.bytes16()).copied() } else { Some(any) };
        let Some(account) = behind else { continue };
        tries[account][place] += 1;
        if tries[account][place] > door.most() {
            continue;
        }
        compared += 1;
        let guess = format!("{:08}", random.below(100_000_000));
        let hash = crate::activation::pin_hash(&keys, &account.to_be_bytes(), &guess);
        opened += u64::from(seal::constant_time_eq(&pins[account].1, &hash));
    }
    // At most fifteen comparisons an account, each at one in a hundred million: more than one opening in all is beyond one in ten million.
    println!("{TRIES} tries, {compared} compared, {opened} opened");
    assert_eq!(compared, 15 * u64::try_from(ACCOUNTS).unwrap());
    assert!(opened <= 1, "{opened} accounts were opened by {compared} comparisons");
    for (account, (pin, hash)) in pins.iter().enumerate() {
        assert_eq!(tries[account][2], 0, "no guess reaches the door of the letter");
        assert_eq!(crate::activation::pin_hash(&keys, &account.to_be_bytes(), pin), *hash);
    }
}

#[test]
fn what_belongs_to_an_activation_goes_with_the_account() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let who = stage.sign_up(MOBILE).1.who;
        ask(&stage, &who).unwrap();
        let id: Id<kinds::Account> = who.account();
        let sealed = stage.read(move |tx| doomed(tx, id));
        assert_eq!(sealed.len(), 3, "number, attributes, letter");
        stage.act(move |work| storage::account::remove(work.tx(), id)).unwrap();
        assert!(stage.read(move |tx| activation(tx, id)).is_none());
        let left = stage.read(|tx| Ok(tx.query("-- test.look\nselect account from identity_pin", &[])?.len()));
        assert_eq!(left, 0);
    });
}
