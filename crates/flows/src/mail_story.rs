//! Mail to officers and contractors, from the occasion to the server that takes it.

use std::sync::Mutex;

use journal::Actor;
use kernel::{Id, kinds};
use notify::{CarrierError, ListedMail, MailCarrier, MailTo, OutgoingMail, Sent, State};
use people::{Contact, EndOfficer, InviteOfficer, Inviter, Role, seal_contact};
use processors::{FileStatement, Form, StatementVerdict};
use registration::scheme::FieldGroup;
use seal::age_files;

use crate::lease_story::{contract, give, partner};
use crate::rehearsal::{City, on_each_engine};
use crate::{MailRound, contractor_round, file_statement, mail_round};

/// A mail server that writes down what it gets, or is always busy.
#[derive(Default)]
struct Post {
    seen: Mutex<Vec<(String, String, String)>>,
    busy: bool,
}

impl MailCarrier for Post {
    fn send(&self, mail: &OutgoingMail) -> Result<Sent, CarrierError> {
        if self.busy {
            return Err(CarrierError::Later("451".into()));
        }
        self.seen.lock().unwrap().push((mail.to.expose().clone(), mail.subject.clone(), mail.text.clone()));
        Ok(Sent)
    }
}

impl Post {
    fn take(&self) -> Vec<(String, String, String)> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// The addresses of what came since, sorted.
    fn to(&self) -> Vec<String> {
        let mut to: Vec<_> = self.take().into_iter().map(|(to, ..)| to).collect();
        to.sort();
        to
    }
}

fn hire(city: &City, role: Role, mail: &str) -> Id<kinds::Officer> {
    let ledger = city.platform().ledger();
    let contact = Contact::parse("Lee Wing", mail).unwrap();
    let contact = seal_contact(ledger.keys(), city.platform().now().day(), &contact).unwrap();
    let command = InviteOfficer { department: city.department, post: role.title(), roles: vec![role], contact };
    let invite = move |work: &mut journal::Work<'_, '_>| people::invite_officer(work, &Inviter::Operator, command.clone());
    ledger.write("test", Actor::Operator, invite).unwrap().0.officer
}

fn listed(city: &City) -> Vec<ListedMail> {
    city.platform().ledger().read("test", |tx| notify::mails(tx, None, 100)).unwrap()
}

fn send(city: &City, post: &Post) -> MailRound {
    mail_round(city.platform(), Some(post)).unwrap()
}

#[test]
fn a_contractor_and_the_officers_are_reminded_by_mail_30_14_7_and_1_days_before_the_end_and_when_it_has_come() {
    on_each_engine(|city| {
        city.register(1);
        hire(&city, Role::SchemeOwner, "owner@itb.example.hk");
        hire(&city, Role::Auditor, "auditor@itb.example.hk");
        let contract = contract(&city, age_files::generate_identity().1);
        let lease = give(&city, contract, Form::LookUp, &[FieldGroup::Contact]).unwrap();
        let post = Post::default();
        let both = ["owner@itb.example.hk", "sm.chan@forms.example.hk"];
        for days in [30, 14, 7, 1] {
            city.clock.set(lease.ends_at().plus_millis(-i64::from(days) * 86_400_000 - 3_600_000));
            contractor_round(city.platform()).unwrap();
            send(&city, &post);
            assert_eq!(post.to(), both, "{days} days before");
            contractor_round(city.platform()).unwrap();
            assert_eq!(send(&city, &post), MailRound::default(), "once each");
        }
        city.clock.set(lease.ends_at());
        contractor_round(city.platform()).unwrap();
        send(&city, &post);
        let mails = post.take();
        assert_eq!(mails.len(), 2);
        let (_, subject, text) = mails.iter().find(|(to, ..)| to == both[1]).unwrap();
        assert!(subject.starts_with("A signed deletion statement is due by 2020-06-"), "{subject}");
        assert!(text.contains(&format!("/zh-hant/partner/leases/{}/statement\n", lease.id)), "{text}");
        city.clock.advance_days(7);
        contractor_round(city.platform()).unwrap();
        send(&city, &post);
        let mails = post.take();
        let overdue = |(to, subject, _): &&(String, String, String)| to == both[1] && subject.starts_with("A deletion statement is overdue");
        assert!(mails.iter().any(|mail| overdue(&mail)), "{mails:?}");
    });
}

#[test]
fn promise_01_a_mail_says_nothing_of_a_resident_and_its_row_holds_no_address() {
    let city = City::new();
    let row = city.register(1);
    hire(&city, Role::PrivacyOfficer, "privacy@itb.example.hk");
    let contract = contract(&city, age_files::generate_identity().1);
    let lease = give(&city, contract, Form::LookUp, &[FieldGroup::Contact]).unwrap();
    let partner = partner(&city, contract);
    city.clock.set(lease.ends_at());
    contractor_round(city.platform()).unwrap();
    let command = FileStatement { lease: lease.id, text: "nothing is left".into(), signature: vec![0; 64] };
    let actor = partner.actor();
    let file = move |work: &mut journal::Work<'_, '_>| file_statement(work, &partner, &command);
    let filed = city.platform().ledger().write("test", actor, file).unwrap().0;
    assert_eq!(filed.verdict, StatementVerdict::Unreadable);
    let post = Post::default();
    send(&city, &post);
    let mails = post.take();
    assert!(mails.iter().any(|(to, subject, _)| to == "sm.chan@forms.example.hk" && subject.starts_with("A deletion statement was refused")));
    let secrets = [crate::rehearsal::name(1), crate::rehearsal::mobile(1), row.reference.to_string()];
    for (_, subject, text) in &mails {
        assert!(secrets.iter().all(|secret| !subject.contains(secret) && !text.contains(secret)), "{text}");
    }
    let rows = city.platform().ledger().read("test", |tx| tx.query("-- test.mail_bodies\nselect body from mail", &[])).unwrap();
    assert_eq!(rows.len(), mails.len());
    assert!(rows.iter().all(|row| !row.get::<String>(0).unwrap().contains('@')));
}

#[test]
fn an_alert_that_may_be_about_somebody_is_a_mail_that_only_says_that_it_waits() {
    let city = City::new();
    let officer = hire(&city, Role::PrivacyOfficer, "privacy@itb.example.hk");
    let gone = hire(&city, Role::PrivacyOfficer, "gone@itb.example.hk");
    hire(&city, Role::Auditor, "auditor@itb.example.hk");
    let department = city.department;
    let raise = |key: &'static str| {
        let alert = response::RaiseAlert {
            kind: response::AlertKind::ManyOpenings,
            department: Some(department),
            service: None,
            to: vec![Role::PrivacyOfficer],
            key: key.into(),
            text: kernel::Text::new("Officer 7 opened 90 records", "第7號人員開啟90項記錄", "第7号人员打开90项记录"),
        };
        let raise = move |work: &mut journal::Work<'_, '_>| response::raise_alert(work, &alert);
        city.platform().ledger().write("test", Actor::Operator, raise).unwrap();
    };
    raise("first");
    assert_eq!(mail_round(city.platform(), None).unwrap().told, 1);
    let waiting: Vec<_> = listed(&city).iter().map(|mail| mail.to).collect();
    assert!(waiting.contains(&MailTo::Officer(officer)) && waiting.len() == 2, "{waiting:?}");
    let administrator = city.officer(8, Role::Administrator);
    let grant = people::authorise::<people::ManageOfficers>(&administrator, None).unwrap();
    let actor = grant.actor();
    let end = move |work: &mut journal::Work<'_, '_>| people::end_officer(work, &grant, EndOfficer { officer: gone });
    city.platform().ledger().write("test", actor, end).unwrap();
    let post = Post::default();
    assert_eq!(send(&city, &post), MailRound { sent: 1, failed: 1, ..MailRound::default() }, "who has left gets nothing");
    let mails = post.take();
    assert_eq!((mails[0].0.as_str(), mails[0].2.contains("90")), ("privacy@itb.example.hk", false));
    assert!(mails[0].2.contains("/en/staff/alerts\n"));
    let journal = city.platform().ledger().scan(None, 10_000).unwrap();
    let noted = journal.iter().filter(|entry| entry.body.contains("notify.addresses_opened")).count();
    assert_eq!(noted, 1, "the opening of the addresses is on record");
    assert!(journal.iter().all(|entry| !entry.body.contains("privacy@")));
}

#[test]
fn a_server_that_is_busy_is_asked_again_and_nothing_is_lost_or_doubled() {
    on_each_engine(|mut city| {
        city.register(1);
        let contract = contract(&city, age_files::generate_identity().1);
        let lease = give(&city, contract, Form::LookUp, &[FieldGroup::Contact]).unwrap();
        city.clock.set(lease.ends_at().plus_millis(-7 * 86_400_000 - 3_600_000));
        contractor_round(city.platform()).unwrap();
        let busy = Post { busy: true, ..Post::default() };
        let first = send(&city, &busy);
        assert!(first.postponed > 0 && first.sent == 0, "{first:?}");
        city.restart();
        assert_eq!(send(&city, &busy), MailRound::default(), "not at once");
        city.clock.advance_secs(3_600);
        let post = Post::default();
        assert_eq!(send(&city, &post).sent + send(&city, &post).sent, 1);
        assert_eq!(post.to(), ["sm.chan@forms.example.hk"]);
        let sent = listed(&city).iter().filter(|mail| mail.state == State::Sent).count();
        assert_eq!(sent, 1);
    });
}
