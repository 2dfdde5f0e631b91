//! Subscribing, and what is sent to who did.

use journal::{Event, Work, claim_jobs};
use kernel::{Instant, Text, from_hex, to_hex};
use notify::{MailText, MailTo, QueueMail};
use seal::Keyring;
use serde_json::json;
use store::{StoreError, Tx};

use crate::{Advisory, Audience, SealedAddress, SubscriberError, SubscriberId, SubscriptionToken, storage, subscription_token};

pub(crate) const TELL_JOB: &str = "advisories.tell";
/// Mails queued in one unit of work.
const BATCH: usize = 500;
/// An address that nobody confirms is forgotten after so long.
const CONFIRM_WITHIN_MS: i64 = 48 * 3_600_000;
/// The link is not sent again sooner.
const ASK_AGAIN_MS: i64 = 24 * 3_600_000;
/// More addresses than this wait for nobody.
const UNCONFIRMED_MOST: i64 = 2_000;
const WORTH_SENDING_MS: i64 = 5 * 86_400_000;

/// What a link of a subscription can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Whoever reads the mail wants it.
    Confirm,
    /// They do not want it any more: the address is gone at once.
    End,
}

/// Mails that were queued for an advisory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToSubscribers {
    /// How many.
    pub queued: usize,
    /// Whether more remain.
    pub more: bool,
}

/// Somebody asks for advisories. Nothing but a link is sent to the address until it is confirmed there, and the caller learns nothing of
/// whether it is known.
pub fn ask_subscription(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    (address, audience): (&SealedAddress, Audience),
) -> Result<(), SubscriberError> {
    let now = work.now();
    let known = storage::subscriber_by_tag(work.tx(), address.tag)?;
    let id = match known {
        Some(known) if known.confirmed || now.since(known.asked) < ASK_AGAIN_MS => return Ok(()),
        Some(known) => {
            storage::asked_again(work.tx(), known.id, now)?;
            known.id
        }
        None => {
            if storage::unconfirmed(work.tx())? >= UNCONFIRMED_MOST {
                return Err(SubscriberError::Busy);
            }
            let id = work.random().bytes16();
            storage::insert_subscriber(work.tx(), id, (address, audience), (subscription_token(keys, id).hash(), now))?;
            id
        }
    };
    let mail = QueueMail {
        key: format!("subscription {} {}", to_hex(&id), now.millis()),
        to: MailTo::Subscriber(id),
        kind: "subscription",
        text: MailText {
            subject: Text::new("Confirm your subscription", "請確認訂閱", "请确认订阅"),
            body: Text::new(
                "Somebody asked to send security advisories to this address. If it was you, open the page and confirm. Otherwise do \
                 nothing: the address is forgotten after two days.",
                "有人要求把保安警告發送至此電郵地址。如屬你本人，請開啟網頁確認；否則毋須理會，地址會於兩日後刪除。",
                "有人要求把安全警告发送至此电邮地址。如属你本人，请打开网页确认；否则无须理会，地址会于两日后删除。",
            ),
            path: "/advisories/subscription/{token}".to_owned(),
        },
        until: now.plus_millis(CONFIRM_WITHIN_MS),
    };
    notify::queue_mail(work, &mail)?;
    work.journal(Event::new("advisories.subscription_asked").detail("audience", audience.slug()))?;
    Ok(())
}

/// Whether a link's subscription is confirmed; nothing when there is none.
pub fn subscription(tx: &mut Tx<'_>, token: &SubscriptionToken) -> Result<Option<bool>, StoreError> {
    Ok(storage::subscriber_by_token(tx, token.hash())?.map(|known| known.confirmed))
}

/// Confirms or ends the subscription of a link. Ending one that is not there is no mistake: the address is gone, as was wished.
pub fn settle_subscription(work: &mut Work<'_, '_>, token: &SubscriptionToken, act: Act) -> Result<(), SubscriberError> {
    let known = storage::subscriber_by_token(work.tx(), token.hash())?;
    let now = work.now();
    match (act, known) {
        (Act::Confirm, None) => return Err(SubscriberError::Missing),
        (Act::End, None) => return Ok(()),
        (Act::Confirm, Some(known)) if known.confirmed => return Ok(()),
        (Act::Confirm, Some(known)) => storage::confirm(work.tx(), known.id, now)?,
        (Act::End, Some(known)) => storage::remove(work.tx(), known.id)?,
    }
    let verb = if act == Act::Confirm { "advisories.subscription_confirmed" } else { "advisories.subscription_ended" };
    work.journal(Event::new(verb))?;
    Ok(())
}

/// The address of a subscription, for a mail.
pub fn address_for_mail(tx: &mut Tx<'_>, id: SubscriberId) -> Result<Option<SealedAddress>, StoreError> {
    storage::address(tx, id)
}

/// Whether an advisory waits to be sent to subscribers: a look, so that an idle round writes nothing.
pub fn is_to_tell(tx: &mut Tx<'_>, now: Instant) -> Result<bool, StoreError> {
    journal::jobs_waiting(tx, TELL_JOB, now)
}

/// Queues mails for one advisory, at most five hundred; the rest of its subscribers stay due.
pub fn claim_advisories_to_tell(work: &mut Work<'_, '_>) -> Result<ToSubscribers, StoreError> {
    let now = work.now();
    let mut done = ToSubscribers { queued: 0, more: false };
    for job in claim_jobs(work, TELL_JOB, 1, 60_000)? {
        let number = job.body.get("advisory").and_then(serde_json::Value::as_i64).unwrap_or(0);
        let after = job.body.get("after").and_then(serde_json::Value::as_str).and_then(|after| from_hex(after).ok()).unwrap_or_default();
        journal::finish_job(work, job.id)?;
        let found = crate::advisory(work.tx(), number)?.filter(|one| one.withdrawn.is_none());
        let Some((advisory, body)) = found.and_then(|one| one.public_body.clone().map(|body| (one, body))) else { continue };
        let batch = storage::confirmed_after(work.tx(), &after, BATCH)?;
        for (id, _) in batch.iter().filter(|(_, audience)| advisory.audiences.contains(audience)) {
            let mail = QueueMail {
                key: format!("advisory {number} revision {} to {}", advisory.revision, to_hex(id)),
                to: MailTo::Subscriber(*id),
                kind: "advisory",
                text: text(&advisory, &body),
                until: now.plus_millis(WORTH_SENDING_MS),
            };
            done.queued += usize::from(notify::queue_mail(work, &mail)?);
        }
        if let Some((last, _)) = batch.last().filter(|_| batch.len() == BATCH) {
            let after = to_hex(last);
            let key = format!("advisory {number} revision {} after {after}", advisory.revision);
            work.outbox(TELL_JOB, &key, now, &json!({ "advisory": number, "after": after }))?;
            done.more = true;
        }
    }
    Ok(done)
}

/// What subscribers read: the text, and of a correction first what has changed.
fn text(advisory: &Advisory, body: &Text) -> MailText {
    let path = format!("/advisories/{}", advisory.number);
    let Some(changes) = &advisory.changes else { return MailText { subject: advisory.title.clone(), body: body.clone(), path } };
    let title = &advisory.title;
    MailText {
        subject: Text::new(format!("Corrected: {}", title.en), format!("更正：{}", title.zh_hant), format!("更正：{}", title.zh_hans)),
        body: Text::new(
            format!("What has changed: {}\n\n{}", changes.en, body.en),
            format!("更正內容：{}\n\n{}", changes.zh_hant, body.zh_hant),
            format!("更正内容：{}\n\n{}", changes.zh_hans, body.zh_hans),
        ),
        path,
    }
}

/// Removes addresses whose day has passed and those that nobody confirmed. Returns how many.
pub fn purge_subscribers(work: &mut Work<'_, '_>) -> Result<u64, StoreError> {
    let (today, now) = (work.today(), work.now());
    let gone = storage::purge(work.tx(), today, now.plus_millis(-CONFIRM_WITHIN_MS))?;
    if gone > 0 {
        work.journal(Event::new("advisories.subscribers_purged").detail("count", gone))?;
    }
    Ok(gone)
}

/// What the store tells of a subscription without opening it.
pub(crate) struct Known {
    pub(crate) id: SubscriberId,
    pub(crate) asked: Instant,
    pub(crate) confirmed: bool,
}


#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::seal_address;
    use journal::Actor;
    use testkit::both_engines;

    fn mails(city: &City) -> Vec<(MailTo, String)> {
        city.read(|tx| notify::mails(tx, None, 2_000)).into_iter().map(|mail| (mail.to, mail.text.path)).collect()
    }

    #[test]
    fn nobody_gets_anything_but_a_link_before_it_is_confirmed_and_nothing_after_the_end_on_both_engines() {
        both_engines(|place| {
            let city = City::on(place.store("platform", City::TABLES));
            let grant = City::officer(1);
            assert!(seal_address(city.ledger.keys(), city.now().day(), "nobody").is_err());
            city.ask("Ada@Example.hk", Audience::Schools);
            city.ask("ada@example.hk", Audience::Public);
            let sent = mails(&city);
            let [(MailTo::Subscriber(id), path)] = sent.as_slice() else { panic!("{sent:?}") };
            let id = *id;
            assert_eq!(path, "/advisories/subscription/{token}", "one link for one address, and none in the store");
            city.publish(&grant, true);
            let tell = || city.act(Actor::Job("mail"), claim_advisories_to_tell).unwrap();
            assert_eq!(tell(), ToSubscribers { queued: 0, more: false });
            let token = subscription_token(city.ledger.keys(), id);
            let settle = |act| {
                let token = token.clone();
                city.act(Actor::Visitor, move |work| settle_subscription(work, &token, act))
            };
            assert_eq!(city.read(|tx| subscription(tx, &token)), Some(false));
            settle(Act::Confirm).unwrap();
            settle(Act::Confirm).unwrap();
            city.publish(&grant, true);
            city.publish(&grant, false);
            assert_eq!(tell(), ToSubscribers { queued: 1, more: false });
            assert_eq!(tell().queued, 0, "once");
            let (address, committed) = {
                let act = move |work: &mut Work<'_, '_>| {
                    work.journal(Event::new("test.opened"))?;
                    address_for_mail(work.tx(), id)
                };
                city.ledger.write("test", Actor::Job("mail"), act).unwrap()
            };
            assert_eq!(address.unwrap().open(&committed, city.ledger.keys()).unwrap().expose(), "ada@example.hk");
            assert!(!city.journal_text().contains("ada"), "the journal names nobody");
            settle(Act::End).unwrap();
            settle(Act::End).unwrap();
            assert!(city.read(|tx| address_for_mail(tx, id)).is_none() && settle(Act::Confirm).is_err());
            city.publish(&grant, true);
            assert_eq!(tell().queued, 0);
        });
    }

    #[test]
    fn promise_02_an_address_is_forgotten_after_two_days_unconfirmed_and_after_a_year_on_both_engines() {
        both_engines(|place| {
            let city = City::on(place.store("platform", City::TABLES));
            city.ask("one@example.hk", Audience::Public);
            city.ask("two@example.hk", Audience::Public);
            let MailTo::Subscriber(kept) = mails(&city)[0].0 else { panic!() };
            let token = subscription_token(city.ledger.keys(), kept);
            city.act(Actor::Visitor, move |work| settle_subscription(work, &token, Act::Confirm)).unwrap();
            city.clock.advance_days(3);
            assert_eq!(city.act(Actor::Job("purge"), purge_subscribers).unwrap(), 1);
            assert_eq!(city.act(Actor::Job("purge"), purge_subscribers).unwrap(), 0);
            city.clock.advance_days(366);
            assert_eq!(city.act(Actor::Job("purge"), purge_subscribers).unwrap(), 1);
        });
    }

    #[test]
    fn twelve_hundred_subscribers_are_told_once_each_in_batches() {
        let city = City::new();
        for n in 0..1_200 {
            city.ask(&format!("n{n}@example.hk"), Audience::Industry);
        }
        for (to, _) in mails_all(&city) {
            let MailTo::Subscriber(id) = to else { panic!() };
            let token = subscription_token(city.ledger.keys(), id);
            city.act(Actor::Visitor, move |work| settle_subscription(work, &token, Act::Confirm)).unwrap();
        }
        city.publish(&City::officer(1), true);
        let mut told = Vec::new();
        while city.read(|tx| is_to_tell(tx, city.now())) {
            told.push(city.act(Actor::Job("mail"), claim_advisories_to_tell).unwrap().queued);
        }
        assert_eq!(told, [500, 500, 200]);
    }

    /// Every mail, page by page: the list shows two hundred.
    fn mails_all(city: &City) -> Vec<(MailTo, String)> {
        city.read(|tx| {
            let mut all = Vec::new();
            let mut before = None;
            loop {
                let page = notify::mails(tx, before, 200)?;
                let Some(last) = page.last() else { return Ok(all) };
                before = Some(last.queued);
                all.extend(page.into_iter().map(|mail| (mail.to, mail.text.path)));
            }
        })
    }
}
