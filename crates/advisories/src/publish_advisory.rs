use journal::{Event, Work};
use kernel::{Language, Text};
use people::{Grant, HandleIncident};
use serde_json::json;
use store::{StoreError, Tx};

use crate::subscription::TELL_JOB;
use crate::{Advisory, AdvisoryError, AdvisoryKind, Audience, storage};

pub(crate) const TITLE_MOST_CHARS: usize = 150;
pub(crate) const BODY_MOST_CHARS: usize = 10_000;

/// An advisory to publish.
#[derive(Clone, Debug)]
pub struct PublishAdvisory {
    /// What it is.
    pub kind: AdvisoryKind,
    /// Its title, for everybody. It names no resident and no weakness of one department.
    pub title: Text,
    /// What departments read.
    pub body: Text,
    /// What others read.
    pub public_body: Option<Text>,
    /// Which others it is sent to; none when there is nothing for them to read.
    pub audiences: Vec<Audience>,
}

/// Publishes an advisory: departments see it at once, others when it has a text for them. Returns its number.
pub fn publish_advisory(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    command: &PublishAdvisory,
) -> Result<i64, AdvisoryError> {
    let public = command.public_body.as_ref();
    let whole = fits(&command.title, TITLE_MOST_CHARS) && fits(&command.body, BODY_MOST_CHARS);
    let public_fits = public.is_none_or(|text| fits(text, BODY_MOST_CHARS));
    if !whole || !is_one_line(&command.title) || !public_fits || (public.is_none() && !command.audiences.is_empty()) {
        return Err(AdvisoryError::Words);
    }
    let now = work.now();
    let mut audiences = command.audiences.clone();
    audiences.sort();
    audiences.dedup();
    let advisory = Advisory {
        number: storage::last_number(work.tx())? + 1,
        kind: command.kind,
        title: command.title.clone(),
        body: command.body.clone(),
        public_body: command.public_body.clone(),
        audiences,
        department: grant.department(),
        published: now,
        withdrawn: None,
        revision: 1,
        asks_since: 1,
        revised: None,
        changes: None,
    };
    storage::insert_advisory(work.tx(), &advisory, grant.officer())?;
    if !advisory.audiences.is_empty() {
        let body = json!({ "advisory": advisory.number, "after": "" });
        work.outbox(TELL_JOB, &format!("advisory {}", advisory.number), now, &body)?;
    }
    work.journal(
        Event::new("advisories.published")
            .detail("advisory", advisory.number)
            .detail("kind", advisory.kind.slug())
            .detail("public", advisory.public_body.is_some())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(advisory.number)
}

/// Whether a text is there in all three languages, none longer than so many characters.
pub(crate) fn fits(text: &Text, most: usize) -> bool {
    let short = Language::ALL.iter().all(|language| text.get(*language).chars().count() <= most);
    short && text.blanks().is_empty()
}

pub(crate) fn is_one_line(title: &Text) -> bool {
    !Language::ALL.iter().any(|language| title.get(*language).contains(char::is_control))
}

/// Withdraws an advisory of the officer's department. It stays readable, marked, and leaves the feeds.
pub fn withdraw_advisory(work: &mut Work<'_, '_>, grant: &Grant<HandleIncident>, number: i64) -> Result<(), AdvisoryError> {
    let found = storage::advisory(work.tx(), number)?.filter(|one| one.department == grant.department() && one.withdrawn.is_none());
    found.ok_or(AdvisoryError::Missing)?;
    let now = work.now();
    storage::withdraw(work.tx(), number, now)?;
    work.journal(Event::new("advisories.withdrawn").detail("advisory", number).detail("by", grant.officer().to_string()))?;
    Ok(())
}

/// Every advisory, newest first.
pub fn advisories(tx: &mut Tx<'_>) -> Result<Vec<Advisory>, StoreError> {
    storage::advisories(tx, LISTED_MOST)
}

/// One advisory.
pub fn advisory(tx: &mut Tx<'_>, number: i64) -> Result<Option<Advisory>, StoreError> {
    storage::advisory(tx, number)
}

/// Those that everybody may read and that were not withdrawn, newest first.
pub fn public_advisories(tx: &mut Tx<'_>) -> Result<Vec<Advisory>, StoreError> {
    let mut all = storage::advisories(tx, LISTED_MOST)?;
    all.retain(|one| one.public_body.is_some() && one.withdrawn.is_none());
    Ok(all)
}

const LISTED_MOST: i64 = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use store::RunError;
    use testkit::both_engines;

    #[test]
    fn what_is_published_is_seen_by_whom_it_is_for_until_it_is_withdrawn_on_both_engines() {
        both_engines(|place| {
            let city = City::on(place.store("platform", City::TABLES));
            let (ours, theirs) = (City::officer(1), City::officer(2));
            let inside = city.publish(&ours, false);
            let outside = city.publish(&ours, true);
            assert_eq!((inside, outside), (1, 2));
            assert_eq!(city.read(advisories).iter().map(|one| one.number).collect::<Vec<_>>(), [2, 1]);
            assert_eq!(city.read(public_advisories).iter().map(|one| one.number).collect::<Vec<_>>(), [2]);
            let withdraw = |grant: Grant<HandleIncident>| city.act(grant.actor(), move |work| withdraw_advisory(work, &grant, outside));
            assert!(matches!(withdraw(theirs), Err(RunError::Refused(AdvisoryError::Missing))));
            withdraw(ours).unwrap();
            assert!(withdraw(ours).is_err() && city.read(public_advisories).is_empty());
            assert!(city.read(|tx| advisory(tx, outside)).unwrap().withdrawn.is_some());
        });
    }

    #[test]
    fn what_lacks_a_language_or_says_nothing_to_whom_it_is_sent_is_not_published() {
        let city = City::new();
        let grant = City::officer(1);
        let good = City::words(true);
        let blank = Text::new("Title", "", "标题");
        for bad in [
            PublishAdvisory { title: blank.clone(), ..good.clone() },
            PublishAdvisory { body: blank.clone(), ..good.clone() },
            PublishAdvisory { public_body: Some(blank), ..good.clone() },
            PublishAdvisory { public_body: None, ..good.clone() },
            PublishAdvisory { title: Text::new("a\nb", "標題", "标题"), ..good },
        ] {
            let refused = city.act(grant.actor(), move |work| publish_advisory(work, &grant, &bad));
            assert!(matches!(refused, Err(RunError::Refused(AdvisoryError::Words))));
        }
    }
}
