use journal::{Actor, Work};
use kernel::Text;
use notify::{MailText, MailTo, QueueMail};
use people::Role;
use response::{AlertKind, RaiseAlert, raise_alert};
use store::StoreError;
use training::{TrainingRecord, course};

use crate::{Platform, StepError};

/// Who of the department hears of it besides the officer.
const TOLD: [Role; 2] = [Role::SecurityOfficer, Role::HeadOfDepartment];
/// The officer's mail is of use until the record has lapsed.
const DAY_MS: i64 = 86_400_000;

/// Reminds of training records before they lapse, once each: the officer by mail, the department by an alert.
pub(crate) fn watch_training(platform: &Platform) -> Result<(), StepError> {
    let today = platform.now().day();
    let due = platform.ledger().read("flows.training_lapsing", |tx| {
        let mut due = Vec::new();
        for record in training::lapsing(tx, today)? {
            if response::is_raised(tx, &key(&record))? {
                continue;
            }
            if let Some(officer) = people::officer(tx, record.officer)? {
                due.push((record, officer.post));
            }
        }
        Ok::<_, StoreError>(due)
    })?;
    for (record, post) in due {
        let remind = move |work: &mut Work<'_, '_>| remind(work, &record, &post);
        platform.ledger().write("flows.remind_of_training", Actor::Job("watch"), remind)?;
    }
    Ok(())
}

fn key(record: &TrainingRecord) -> String {
    format!("training:{}", record.id)
}

fn remind(work: &mut Work<'_, '_>, record: &TrainingRecord, post: &Text) -> Result<(), StoreError> {
    // A course that is no longer offered cannot be renewed.
    let Some(course) = course(&record.course) else { return Ok(()) };
    let (title, last) = (&course.title, record.last_day);
    let text = Text::new(
        format!("{}: the training record “{}” ends on {last}.", post.en, title.en),
        format!("{}：「{}」的培訓紀錄於{last}屆滿。", post.zh_hant, title.zh_hant),
        format!("{}：“{}”的培训记录于{last}届满。", post.zh_hans, title.zh_hans),
    );
    let alert = RaiseAlert {
        kind: AlertKind::Training,
        department: Some(record.department),
        service: None,
        to: TOLD.to_vec(),
        key: key(record),
        text,
    };
    raise_alert(work, &alert)?;
    let until = kernel::Instant::at(last, 0).plus_millis(DAY_MS);
    let mail = QueueMail {
        key: key(record),
        to: MailTo::Officer(record.officer),
        kind: AlertKind::Training.slug(),
        text: MailText {
            subject: AlertKind::Training.title(),
            body: Text::new(
                format!("Your training “{}” is valid until {last}. Sign in to renew it.", title.en),
                format!("閣下的培訓「{}」有效至{last}，請登入續期。", title.zh_hant),
                format!("阁下的培训“{}”有效至{last}，请登录续期。", title.zh_hans),
            ),
            path: "/staff/training".to_owned(),
        },
        until,
    };
    notify::queue_mail(work, &mail).map(drop)
}

#[cfg(test)]
mod tests {
    use people::{Contact, InviteOfficer, Inviter, SignedIn, seal_contact};

    use super::*;
    use crate::rehearsal::City;

    fn learner(city: &City) -> SignedIn {
        let ledger = city.platform().ledger();
        let contact = Contact::parse("Lee Wing", "lee.wing@dept.example.hk").unwrap();
        let contact = seal_contact(ledger.keys(), city.platform().now().day(), &contact).unwrap();
        let roles = vec![Role::CaseOfficer];
        let command = InviteOfficer { department: city.department, post: Role::CaseOfficer.title(), roles: roles.clone(), contact };
        let invite = move |work: &mut Work<'_, '_>| people::invite_officer(work, &Inviter::Operator, command.clone());
        let officer = ledger.write("test", Actor::Operator, invite).unwrap().0.officer;
        SignedIn::at_console(officer, city.department, roles, Role::CaseOfficer.title())
    }

    fn learn(city: &City, who: &SignedIn) {
        let (ledger, who) = (city.platform().ledger(), who.clone());
        let sit = move |work: &mut Work<'_, '_>| {
            let begun = training::begin_quiz(work, &who, "personal-data")?;
            let key = course("personal-data").unwrap().quiz.key(begun.seed);
            training::hand_in(work, &who, (begun.id, &key))
        };
        assert!(ledger.write("test", Actor::Operator, sit).unwrap().0.passed);
    }

    /// Alerts and mails about training so far.
    fn told(city: &City) -> (usize, usize) {
        watch_training(city.platform()).unwrap();
        let ledger = city.platform().ledger();
        let post = Role::SecurityOfficer.title();
        let security = SignedIn::at_console(kernel::Id::from_bytes([7; 16]), city.department, vec![Role::SecurityOfficer], post);
        let alerts = ledger.read("test", |tx| response::open_alerts(tx, &security)).unwrap();
        let mails = ledger.read("test", |tx| notify::mails(tx, None, 100)).unwrap();
        let alerts = alerts.iter().filter(|alert| alert.kind == AlertKind::Training).count();
        (alerts, mails.iter().filter(|mail| mail.text.path == "/staff/training").count())
    }

    #[test]
    fn officer_and_department_are_reminded_once_a_month_before_a_record_lapses_and_not_after_it_was_renewed() {
        let city = City::new();
        let who = learner(&city);
        learn(&city, &who);
        let last = city.platform().now().day().plus_months(24);
        let at = |day: kernel::Day| city.clock.set(kernel::Instant::at(day, 540));
        at(last.plus(-31));
        assert_eq!(told(&city), (0, 0));
        at(last.plus(-30));
        assert_eq!(told(&city), (1, 1));
        assert_eq!(told(&city), (1, 1), "once");
        learn(&city, &who);
        at(last.plus(-5));
        assert_eq!(told(&city), (1, 1), "the newer record holds");
    }
}
