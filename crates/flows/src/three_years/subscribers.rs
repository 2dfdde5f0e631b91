//! Somebody outside who subscribes to advisories.

use advisories::{Audience, address_for_mail, ask_subscription, seal_address};
use journal::Event;
use kernel::Day;
use notify::MailTo;

use super::course::{Door, act};
use crate::rehearsal::City;

/// Asks and confirms; the mail job opens the address.
pub fn subscribe(city: &City, today: Day) -> Door {
    let keys = city.platform().ledger().keys().clone();
    let address = seal_address(&keys, today, &format!("canary{}@subscriber.example.hk", today.number())).unwrap();
    let last = address.expiry();
    let asked = keys.clone();
    act(city, move |work| ask_subscription(work, &asked, (&address, Audience::Public)));
    let mails = city.platform().ledger().read("test.mails", |tx| notify::mails(tx, None, 20)).unwrap();
    let id = mails.into_iter().find_map(|mail| if let MailTo::Subscriber(id) = mail.to { Some(id) } else { None }).unwrap();
    let token = advisories::subscription_token(&keys, id);
    act(city, move |work| advisories::settle_subscription(work, &token, advisories::Act::Confirm));
    let opens = Box::new(move |city: &City| {
        let ledger = city.platform().ledger();
        let look = move |work: &mut journal::Work<'_, '_>| {
            work.journal(Event::new("test.opened"))?;
            address_for_mail(work.tx(), id)
        };
        let (address, committed) = ledger.write("test.subscriber", journal::Actor::Job("mail"), look).unwrap();
        address.is_some_and(|address| address.open(&committed, ledger.keys()).is_ok())
    });
    Door { what: "a subscriber".into(), last, opens }
}
