use journal::{Event, Work};
use kernel::Text;
use people::{Grant, HandleIncident};
use serde_json::json;
use store::{StoreError, Tx};

use crate::publish_advisory::{BODY_MOST_CHARS, TITLE_MOST_CHARS, fits, is_one_line};
use crate::subscription::TELL_JOB;
use crate::{Advisory, AdvisoryError, Revision, storage};

const CHANGES_MOST_CHARS: usize = 1_000;

/// An advisory that is out, corrected.
#[derive(Clone, Debug)]
pub struct ReviseAdvisory {
    /// Which one.
    pub number: i64,
    /// The revision that was corrected: somebody else's that came meanwhile is not written over.
    pub from: i64,
    /// Its title, as it is to read.
    pub title: Text,
    /// What departments read.
    pub body: Text,
    /// What others read: something where there was something, and nothing where there was nothing.
    pub public_body: Option<Text>,
    /// What has changed, for everybody who read it before.
    pub changes: Text,
    /// Whether readers have to do something else now: departments are asked again, and subscribers get it again. Otherwise what departments
    /// said stays, and nobody gets a mail.
    pub asks_again: bool,
}

/// Puts a corrected text in place of one that is out. The old one stays readable. Returns the number of the revision.
pub fn revise_advisory(work: &mut Work<'_, '_>, grant: &Grant<HandleIncident>, command: &ReviseAdvisory) -> Result<i64, AdvisoryError> {
    let found = storage::advisory(work.tx(), command.number)?;
    let before = found.filter(|one| one.department == grant.department() && one.withdrawn.is_none()).ok_or(AdvisoryError::Missing)?;
    if before.revision != command.from {
        return Err(AdvisoryError::Taken);
    }
    check(&before, command)?;
    let now = work.now();
    storage::keep_revision(work.tx(), &before)?;
    let revision = before.revision + 1;
    let after = Advisory {
        title: command.title.clone(),
        body: command.body.clone(),
        public_body: command.public_body.clone(),
        revision,
        asks_since: if command.asks_again { revision } else { before.asks_since },
        revised: Some(now),
        changes: Some(command.changes.clone()),
        ..before
    };
    storage::revise(work.tx(), &after)?;
    if command.asks_again && !after.audiences.is_empty() {
        let body = json!({ "advisory": after.number, "after": "" });
        work.outbox(TELL_JOB, &format!("advisory {} revision {revision}", after.number), now, &body)?;
    }
    work.journal(
        Event::new("advisories.revised")
            .detail("advisory", after.number)
            .detail("revision", revision)
            .detail("asks_again", command.asks_again)
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(revision)
}

fn check(before: &Advisory, command: &ReviseAdvisory) -> Result<(), AdvisoryError> {
    let public = command.public_body.as_ref();
    let whole = fits(&command.title, TITLE_MOST_CHARS) && fits(&command.body, BODY_MOST_CHARS) && fits(&command.changes, CHANGES_MOST_CHARS);
    let public_fits = public.is_none_or(|text| fits(text, BODY_MOST_CHARS));
    if !whole || !is_one_line(&command.title) || !public_fits || public.is_some() != before.public_body.is_some() {
        return Err(AdvisoryError::Words);
    }
    let same = command.title == before.title && command.body == before.body && command.public_body == before.public_body;
    if same { Err(AdvisoryError::Same) } else { Ok(()) }
}

/// Every revision of an advisory, the one in force last.
pub fn revisions(tx: &mut Tx<'_>, one: &Advisory) -> Result<Vec<Revision>, StoreError> {
    let mut all = storage::revisions(tx, one.number)?;
    all.push(Revision::of(one));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use store::RunError;
    use testkit::both_engines;

    use super::*;
    use crate::rehearsal::City;
    use crate::*;

    fn correction(number: i64, from: i64, word: &str, asks_again: bool) -> ReviseAdvisory {
        let text = Text::new(word, word, word);
        ReviseAdvisory { number, from, title: text.clone(), body: text.clone(), public_body: Some(text.clone()), changes: text, asks_again }
    }

    fn revise(city: &City, command: ReviseAdvisory) -> Result<i64, RunError<AdvisoryError>> {
        let grant = City::officer(1);
        city.act(grant.actor(), move |work| revise_advisory(work, &grant, &command))
    }

    /// Somebody who has confirmed already: the first of the city.
    fn subscribe(city: &City, mail: &str, audience: Audience) {
        city.ask(mail, audience);
        let mails = city.read(|tx| notify::mails(tx, None, 1));
        let notify::MailTo::Subscriber(id) = mails[0].to else { panic!("{mails:?}") };
        let token = subscription_token(city.ledger.keys(), id);
        city.act(journal::Actor::Visitor, move |work| settle_subscription(work, &token, Act::Confirm)).unwrap();
    }

    fn says(city: &City, number: i64, department: u8) {
        let grant = City::officer(department);
        city.act(grant.actor(), move |work| confirm_advisory(work, &grant, (number, Impact::None))).unwrap();
    }

    #[test]
    fn a_correction_stands_in_place_of_the_old_text_which_stays_readable_on_both_engines() {
        both_engines(|place| {
            let city = City::on(place.store("platform", City::TABLES));
            let number = city.publish(&City::officer(1), true);
            let read = || city.read(|tx| advisory(tx, number)).unwrap();
            let first = read();
            says(&city, number, 2);
            city.clock.advance_secs(60);
            assert_eq!(revise(&city, correction(number, 1, "second", false)).unwrap(), 2);
            let kept = city.read(|tx| receipts(tx, number));
            assert!(kept.len() == 1 && read().counts(&kept[0]), "what was said stays");
            city.clock.advance_secs(60);
            assert_eq!(revise(&city, correction(number, 2, "third", true)).unwrap(), 3);
            let (now, kept) = (read(), city.read(|tx| receipts(tx, number)));
            assert!(!now.counts(&kept[0]), "they are asked again");
            says(&city, number, 2);
            assert!(now.counts(&city.read(|tx| receipts(tx, number))[0]));
            assert_eq!((now.published, now.title.en.as_str(), now.updated()), (first.published, "third", city.now()));
            let all = city.read(|tx| revisions(tx, &now));
            let told: Vec<(i64, &str, bool)> = all.iter().map(|one| (one.revision, one.title.en.as_str(), one.changes.is_some())).collect();
            assert_eq!(told, [(1, "A weakness", false), (2, "second", true), (3, "third", true)]);
            assert_eq!((all[0].written, all[2].written), (first.published, city.now()));
            assert!(city.journal_text().contains("advisories.revised"));
        });
    }

    #[test]
    fn only_who_published_it_corrects_it_and_nobody_writes_over_what_came_meanwhile() {
        let city = City::new();
        let number = city.publish(&City::officer(1), true);
        let theirs = City::officer(2);
        let command = correction(number, 1, "theirs", false);
        let refused = city.act(theirs.actor(), move |work| revise_advisory(work, &theirs, &command));
        assert!(matches!(refused, Err(RunError::Refused(AdvisoryError::Missing))));
        revise(&city, correction(number, 1, "second", false)).unwrap();
        let refused = |command| match revise(&city, command) {
            Err(RunError::Refused(error)) => error,
            other => panic!("{other:?}"),
        };
        assert!(matches!(refused(correction(number, 1, "late", false)), AdvisoryError::Taken));
        assert!(matches!(refused(correction(number, 2, "second", false)), AdvisoryError::Same));
        assert!(matches!(refused(ReviseAdvisory { public_body: None, ..correction(number, 2, "third", false) }), AdvisoryError::Words));
        assert!(matches!(refused(ReviseAdvisory { changes: Text::new("x", "", "x"), ..correction(number, 2, "third", false) }), AdvisoryError::Words));
        let (ours, withdrawn) = (City::officer(1), number);
        city.act(ours.actor(), move |work| withdraw_advisory(work, &ours, withdrawn)).unwrap();
        assert!(matches!(refused(correction(number, 2, "third", false)), AdvisoryError::Missing));
    }

    #[test]
    fn subscribers_get_a_correction_only_when_it_changes_what_to_do() {
        let city = City::new();
        subscribe(&city, "ada@example.hk", Audience::Public);
        let number = city.publish(&City::officer(1), true);
        let tell = || city.act(journal::Actor::Job("mail"), claim_advisories_to_tell).unwrap().queued;
        assert_eq!(tell(), 1);
        revise(&city, correction(number, 1, "typo", false)).unwrap();
        assert_eq!(tell(), 0);
        // Messages of one moment come in any order.
        city.clock.advance_millis(1);
        revise(&city, correction(number, 2, "other port", true)).unwrap();
        assert_eq!((tell(), tell()), (1, 0), "once");
        let mails = city.read(|tx| notify::mails(tx, None, 10));
        assert!(mails[0].text.subject.en == "Corrected: other port" && mails[0].text.body.en.starts_with("What has changed: other port"), "{mails:?}");
    }
}
