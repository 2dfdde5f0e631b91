//! Somebody without a way in: cancels an account that waits for its letter, or has forgotten the password.

use journal::Work;
use kernel::{Environment, Id, kinds};
use notify::Mobile;
use store::{RunError, StoreError};
use testkit::both_engines;

use crate::document::document_tag;
use crate::rehearsal::Stage;
use crate::*;

const MOBILE: &str = "5123 4567";
const OTHER: &str = "5123 7654";
const HERE: &str = "192.0.2.1";
const OLD: &str = "seven tall junks";
const NEW: &str = "eight small sampans";

fn document(number: &str, day: &str) -> Document {
    let number = hongkong::IdNumber::from_number(number).unwrap().formatted();
    let today = kernel::Day::from_civil(2021, 3, 1).unwrap();
    Document::parse(&TypedDocument { kind: "identity-card", number: &number, issued: [day, "6", "2019"] }, today, Environment::Test).unwrap()
}

fn mine() -> Document {
    document("Q123456", "1")
}

fn chosen(typed: &str) -> NewPassword {
    NewPassword::parse(typed, None).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of an ending alongside")]
fn nothing_else(_: &mut Work<'_, '_>, _: [u8; 16]) -> Result<u64, StoreError> {
    Ok(0)
}

impl Stage {
    /// An account that gave its document and waits for its letter.
    fn waiting(&self, number: &str, document: &Document) -> Id<kinds::Account> {
        let ticket = self.ask(number);
        assert_eq!(self.check(&ticket, &self.code()), Checked::New);
        let who = create_password_account(&self.ledger, &self.charter, &ticket, kernel::Language::En, &chosen(OLD)).unwrap().who;
        let (account, tag) = (who.account(), document_tag(self.keys(), document));
        self.act(move |work| {
            let now = work.now();
            work.tx().execute(
                "-- test.wait\ninsert into identity_activation (account, document, district, begun, ends) values ($1, $2, 'kwun-tong', $3, $4)",
                &[account.into(), tag.into(), now.into(), now.plus_secs(9_000_000).into()],
            )
        })
        .unwrap();
        account
    }

    fn set_level(&self, account: Id<kinds::Account>, level: Level) {
        self.act(move |work| crate::storage::account::set_level(work.tx(), account, level)).unwrap();
    }

    fn errand(&self, aim: CodeFor, number: &str, document: &Document) -> Ticket {
        let mobile = Mobile::try_from(hongkong::Phone::parse(number).unwrap()).unwrap();
        let asked = AskCode { aim, mobile, language: kernel::Language::En, network: HERE, host: "localhost", device: None };
        let (ticket, new) = prepare_errand(self.keys(), &**self.ledger.random(), self.now(), asked, DocumentTag::of(self.keys(), document)).unwrap();
        self.act(move |work| begin_enrolment(work, &new)).unwrap();
        ticket
    }

    fn cancel(&self, ticket: &Ticket, code: &str) -> bool {
        let (keys, ticket, code) = (self.ledger.keys().clone(), ticket.clone(), code.to_owned());
        self.act(move |work| ask_to_cancel(work, &keys, &ticket, &code)).unwrap()
    }

    /// The account that the oldest cancellation leads to; the errand is over.
    fn cancelled(&self) -> Option<Id<kinds::Account>> {
        let next = self.read(next_cancellation).unwrap();
        self.act(move |work| end_errand(work, next.errand)).unwrap();
        next.account
    }

    fn forgot(&self, number: &str, document: &Document, password: &str) {
        let ticket = self.errand(CodeFor::NewPassword, number, document);
        let (keys, asked, code) = (self.ledger.keys().clone(), ticket.clone(), self.code());
        assert!(self.act(move |work| confirm_password_code(work, &keys, &asked, &code)).unwrap());
        let now = self.now();
        assert!(self.read(|tx| may_choose_password(tx, &ticket, now)));
        ask_new_password(&self.ledger, &self.charter, &ticket, &chosen(password)).unwrap();
    }

    fn give(&self) -> usize {
        self.act(|work| give_passwords(work, nothing_else)).unwrap()
    }

    fn opens(&self, number: &str, password: &str) -> bool {
        let ticket = self.ask_code(CodeFor::SignIn, number, (HERE, None)).unwrap();
        let code = self.code();
        sign_in_by_password(&self.ledger, &self.charter, &ticket, (&code, password), (None, nothing_else)).is_ok()
    }
}

#[test]
fn an_account_that_waits_is_found_by_document_and_number_together_on_both_engines() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let account = stage.waiting(MOBILE, &mine());
        for (number, document, found) in [
            (OTHER, mine(), None),
            (MOBILE, document("Q123456", "2"), None),
            (MOBILE, document("Q654321", "1"), None),
            (MOBILE, mine(), Some(account)),
        ] {
            let ticket = stage.errand(CodeFor::Cancel, number, &document);
            assert!(stage.cancel(&ticket, &stage.code()));
            assert_eq!(stage.cancelled(), found, "{number}");
            stage.clock.advance_days(1);
        }
        assert!(stage.read(next_cancellation).is_none());
        assert!(stage.act(move |work| note_cancelled(work, account)).unwrap().is_some());
        assert!(stage.verbs().contains(&"identity.account_cancelled".to_owned()));
    });
}

#[test]
fn what_was_activated_or_verified_is_never_cancelled_and_a_wrong_code_asks_for_nothing() {
    let stage = Stage::new();
    let account = stage.waiting(MOBILE, &mine());
    let ticket = stage.errand(CodeFor::Cancel, MOBILE, &mine());
    let code = stage.code();
    assert!(!stage.cancel(&ticket, if code == "111111" { "222222" } else { "111111" }));
    assert!(stage.read(next_cancellation).is_none());
    stage.clock.advance_secs(600);
    assert!(!stage.cancel(&ticket, &code), "ten minutes are over");
    for level in [Level::Activated, Level::Verified, Level::Plus] {
        stage.set_level(account, level);
        let ticket = stage.errand(CodeFor::Cancel, MOBILE, &mine());
        assert!(stage.cancel(&ticket, &stage.code()));
        assert_eq!(stage.cancelled(), None, "{level:?}");
        assert!(stage.act(move |work| note_cancelled(work, account)).unwrap().is_none());
    }
}

#[test]
fn a_code_for_one_thing_is_good_for_no_other() {
    let stage = Stage::new();
    stage.waiting(MOBILE, &mine());
    let ticket = stage.ask_code(CodeFor::SignIn, MOBILE, (HERE, None)).unwrap();
    assert!(!stage.cancel(&ticket, &stage.code()));
    let ticket = stage.errand(CodeFor::Cancel, MOBILE, &mine());
    let (keys, asked, code) = (stage.ledger.keys().clone(), ticket.clone(), stage.code());
    assert!(!stage.act(move |work| confirm_password_code(work, &keys, &asked, &code)).unwrap());
    let refused = ask_new_password(&stage.ledger, &stage.charter, &ticket, &chosen(NEW));
    assert!(matches!(refused, Err(RunError::Refused(ErrandError::Over))));
    let text = ticket.write(stage.keys(), stage.now().day()).unwrap();
    let read = Ticket::read(text.expose(), stage.keys(), stage.now().day()).unwrap();
    assert_eq!((read.aim(), read.document), (CodeFor::Cancel, ticket.document));
}

#[test]
fn a_forgotten_password_gives_way_to_a_new_one_and_everybody_is_signed_out_on_both_engines() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let account = stage.waiting(MOBILE, &mine());
        let now = stage.now();
        assert_eq!(stage.read(|tx| sessions(tx, account, now)).len(), 1);
        stage.forgot(MOBILE, &mine(), NEW);
        assert!(stage.opens(MOBILE, OLD), "nothing changes before the job");
        assert_eq!((stage.give(), stage.give()), (1, 0));
        assert!(stage.read(|tx| sessions(tx, account, now)).is_empty());
        let listed = stage.read(|tx| changes(tx, account));
        assert_eq!(listed.iter().map(|change| change.what).collect::<Vec<_>>(), [Change::NewPassword]);
        assert!(!stage.opens(MOBILE, OLD));
        assert!(stage.opens(MOBILE, NEW));
        stage.clock.advance_days(800);
        stage.act(purge).unwrap();
        assert!(stage.read(|tx| changes(tx, account)).is_empty());
    });
}

#[test]
fn no_password_is_given_to_what_does_not_fit_or_stands_too_high() {
    let stage = Stage::new();
    let account = stage.waiting(MOBILE, &mine());
    stage.forgot(MOBILE, &document("Q123456", "2"), NEW);
    stage.forgot(OTHER, &mine(), NEW);
    stage.set_level(account, Level::Verified);
    stage.forgot(MOBILE, &mine(), NEW);
    assert_eq!(stage.give(), 3);
    stage.clock.advance_days(1);
    assert!(!stage.opens(MOBILE, NEW));
    assert!(stage.opens(MOBILE, OLD));
    let kept = stage.read(|tx| tx.query("-- test.passwords\nselect account from identity_password", &[])).len();
    assert_eq!(kept, 1, "what fitted nobody is gone");
}

#[test]
fn whoever_has_a_passkey_only_gets_no_password() {
    let stage = Stage::new();
    let account = stage.waiting(MOBILE, &mine());
    stage.act(move |work| crate::storage::password::delete(work.tx(), account)).unwrap();
    stage.forgot(MOBILE, &mine(), NEW);
    assert_eq!(stage.give(), 1);
    assert!(stage.read(move |tx| password_since(tx, account)).is_none());
}

#[test]
fn promise_11_errands_are_the_same_sql_with_and_without_an_account_on_both_engines() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let mut seen = Vec::new();
        stage.waiting(MOBILE, &mine());
        for number in [MOBILE, OTHER] {
            stage.take_sql();
            let ticket = stage.errand(CodeFor::Cancel, number, &mine());
            let asked = stage.take_sql();
            let code = stage.code();
            let wrong = if code == "111111" { "222222" } else { "111111" };
            let tries = [wrong, &code].map(|code| {
                stage.take_sql();
                (stage.cancel(&ticket, code), stage.take_sql())
            });
            stage.take_sql();
            stage.forgot(number, &mine(), NEW);
            let length = ticket.write(stage.keys(), stage.now().day()).unwrap().expose().len();
            seen.push((asked, tries, stage.take_sql(), length));
        }
        assert!(seen[0].1[1].0 && !seen[0].1[0].0);
        assert!(seen[0].2.iter().any(|text| text.contains("identity.insert_errand")));
        assert_eq!(seen[0], seen[1]);
    });
}
