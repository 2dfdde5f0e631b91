//! An address for notices: confirmed by a link, told of what matters, and told when it goes.

use kernel::{Id, Secret, kinds};
use notify::{CarrierError, MailAddress, MailCarrier, OutgoingMail, Sent};
use std::sync::Mutex;
use testkit::both_engines;

use crate::rehearsal::Stage;
use crate::*;

const MOBILE: &str = "5123 4567";
const ADDRESS: &str = "tai-man@example.hk";
const PAGE: &str = "https://id.example/en/account/email";

#[derive(Default)]
struct Post(Mutex<Vec<(String, String)>>);

impl MailCarrier for Post {
    fn send(&self, mail: &OutgoingMail) -> Result<Sent, CarrierError> {
        self.0.lock().unwrap().push((mail.to.expose().clone(), mail.text.clone()));
        Ok(Sent)
    }
}

impl Stage {
    /// Writes an address down.
    fn writes_mail(&self, account: Id<kinds::Account>, address: &str) {
        let values = [(AttributeName::Email, Secret::new(address.to_owned()))];
        let sealed = seal_attributes(self.keys(), self.now(), 24, Source::Typed, &values).unwrap();
        self.act(move |work| keep_attributes(work, account, &sealed)).unwrap();
    }

    /// Asks for a link to it.
    fn asks_link(&self, account: Id<kinds::Account>, address: &str) -> bool {
        let known = self.read(|tx| crate::account(tx, account)).unwrap();
        let since = self.read(|tx| attributes(tx, account)).into_iter().find(|one| one.name == AttributeName::Email).unwrap().since;
        let to = MailAddress::parse(address).unwrap();
        let new = prepare_mail_link(self.keys(), self.now(), (&known, since), to, PAGE).unwrap();
        self.act(move |work| send_mail_link(work, &new)).unwrap()
    }

    /// What the post brought since the last time.
    fn mails(&self) -> Vec<(String, String)> {
        let post = Post::default();
        send_notices(&self.ledger, "localhost").unwrap();
        notify::deliver_mails(&self.ledger, &post, 100).unwrap();
        post.0.into_inner().unwrap()
    }

    fn follows(&self, mail: &str) -> bool {
        let text = mail.split(&format!("{PAGE}/")).nth(1).unwrap().split_whitespace().next().unwrap();
        let Some(link) = MailLink::read(text, self.keys(), self.now()) else { return false };
        self.act(move |work| confirm_mail(work, &link)).unwrap()
    }

    fn source(&self, account: Id<kinds::Account>) -> Source {
        self.read(|tx| attributes(tx, account)).into_iter().find(|one| one.name == AttributeName::Email).unwrap().source
    }

    fn has_confirmed_mail(&self, account: Id<kinds::Account>) {
        self.writes_mail(account, ADDRESS);
        assert!(self.asks_link(account, ADDRESS));
        let mails = self.mails();
        assert!(self.follows(&mails[0].1));
    }
}

#[test]
fn an_address_counts_once_its_reader_has_confirmed_it_on_both_engines() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let account = stage.sign_up(MOBILE).1.who.account();
        stage.writes_mail(account, ADDRESS);
        assert!(stage.asks_link(account, ADDRESS));
        let mails = stage.mails();
        let [(to, text)] = mails.as_slice() else { panic!("{mails:?}") };
        assert_eq!((to.as_str(), stage.source(account)), (ADDRESS, Source::Typed));
        assert!(stage.follows(text) && stage.follows(text), "twice is fine: a mail program may have been first");
        assert_eq!(stage.source(account), Source::Confirmed);
        stage.clock.advance_secs(60);
        stage.writes_mail(account, "other@example.hk");
        assert!(!stage.follows(text), "the link is for the address that was there");
        assert_eq!(stage.source(account), Source::Typed);
    });
}

#[test]
fn a_link_ends_after_a_day_and_is_not_made_up() {
    let stage = Stage::new();
    let account = stage.sign_up(MOBILE).1.who.account();
    stage.writes_mail(account, ADDRESS);
    assert!(stage.asks_link(account, ADDRESS));
    let text = stage.mails().remove(0).1;
    assert!(MailLink::read(&"07".repeat(60), stage.keys(), stage.now()).is_none());
    stage.clock.advance_secs(MAIL_HOURS * 3_600);
    assert!(!stage.follows(&text));
    assert_eq!(stage.source(account), Source::Typed);
}

#[test]
fn nobody_fills_a_strangers_mailbox() {
    let stage = Stage::new();
    let (first, second) = (stage.sign_up(MOBILE).1.who.account(), stage.sign_up("5123 7654").1.who.account());
    stage.writes_mail(first, ADDRESS);
    stage.writes_mail(second, ADDRESS);
    let ask = |account, address| {
        stage.clock.advance_secs(1);
        stage.asks_link(account, address)
    };
    assert_eq!([first, first, second, second].map(|account| ask(account, ADDRESS)), [true, true, true, false], "three an address");
    assert_eq!(["a@x.hk", "b@x.hk", "c@x.hk"].map(|other| ask(first, other)), [true, true, true]);
    assert!(!ask(first, "d@x.hk"), "five an account");
    stage.clock.advance_days(1);
    assert!(stage.asks_link(second, ADDRESS));
}

#[test]
fn every_bound_channel_hears_what_matters_and_no_other() {
    let stage = Stage::new();
    let (mut passkey, signed_in) = stage.sign_up(MOBILE);
    let account = signed_in.who.account();
    stage.writes_mail(account, ADDRESS);
    let tell = |notice: Notice, reach| stage.act(move |work| tell_account(work, account, notice.clone(), reach)).unwrap();
    let before = stage.texts();
    tell(Notice::MailChanged, Reach::Every);
    assert_eq!((stage.texts() - before, stage.mails()), (1, vec![]), "an address that nobody confirmed hears nothing");
    stage.has_confirmed_mail(account);
    tell(Notice::WayBackTaken, Reach::NotTheMobile);
    assert_eq!((stage.mails().len(), stage.texts() - before), (1, 1), "the address alone");
    let mut copy = passkey.copied().unwrap();
    stage.sign_in(&mut passkey);
    assert!(matches!(stage.try_sign_in(&mut copy).unwrap(), SignIn::Suspended));
    assert!(stage.mails()[0].1.contains("may exist twice") && stage.notice().contains("may exist twice"), "both");
    stage.act(|work| tell_account(work, crate::Owner::Mobile([0; 32]), Notice::WayBackTaken, Reach::Every)).unwrap();
    assert!(stage.mails().is_empty(), "nobody, and nothing waits for ever");
    let opened = stage.verbs().into_iter().filter(|verb| verb == "identity.channels_opened").count();
    assert_eq!(opened, 3, "each opening is on record");
}

#[test]
fn a_recovery_is_heard_of_by_mail_when_it_begins_and_when_it_ends() {
    let stage = Stage::new();
    let account = stage.sign_up(MOBILE).1.who.account();
    stage.has_confirmed_mail(account);
    let ask = || {
        let ticket = stage.ask_code(CodeFor::Recovery, MOBILE, ("192.0.2.1", None)).unwrap();
        let (keys, asked, code) = (stage.ledger.keys().clone(), ticket.clone(), stage.code());
        let new = prepare_recovery(&keys, &**stage.ledger.random(), stage.now(), &ticket, kernel::Language::En, "localhost").unwrap();
        assert!(stage.act(move |work| begin_recovery(work, &keys, &asked, &code, &new)).unwrap());
        ticket
    };
    let ticket = ask();
    let RecoveryStep::Waiting(recovery) = stage.read(|tx| recovery_step(tx, stage.keys(), &ticket, stage.now())) else { panic!() };
    let heard = stage.mails();
    assert!(heard.len() == 1 && heard[0].0 == ADDRESS && heard[0].1.contains(&recovery.reference), "{heard:?}");
    stage.clock.advance_secs(RECOVERY_HOURS * 3_600);
    let ticket = ask();
    let password = NewPassword::parse("seven tall junks", None).unwrap();
    let recoverer = Recoverer { ticket: &ticket, language: kernel::Language::En, host: "localhost", alongside: |_, _| Ok(0), keep_months: 24 };
    recover_with_password(&stage.ledger, &stage.charter, recoverer, &password).unwrap();
    assert!(stage.mails()[0].1.contains("was recovered"));
}
