use journal::{Event, Work};
use kernel::{Day, Id, Instant, Secret, from_hex, kinds, to_hex};
use notify::{Content, MailAddress, Prepared, QueueError, QueueMessage, Template};
use seal::{Keyring, SealError};
use serde::{Deserialize, Serialize};
use store::StoreError;

use crate::{Account, budget, storage};

/// So long the link in a mail confirms the address to which it was sent.
pub const MAIL_HOURS: i64 = 24;

/// What the link carries, sealed: whose address, and which one by the moment at which it was written down. An address that was changed
/// since is not confirmed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailLink {
    account: Id<kinds::Account>,
    since: Instant,
    until: Instant,
}

impl MailLink {
    /// A link for the address that the account has since then.
    pub const fn new(account: Id<kinds::Account>, since: Instant, now: Instant) -> Self {
        Self { account, since, until: now.plus_secs(MAIL_HOURS * 3_600) }
    }

    /// The text for the address of a page.
    pub fn write(&self, keys: &Keyring, today: Day) -> Result<Secret<String>, SealError> {
        let plain = serde_json::to_vec(self).map_err(|_| SealError::Broken)?;
        Ok(Secret::new(to_hex(&keys.envelope_seal(&label(today), &plain)?)))
    }

    /// Reads what [`MailLink::write`] made, unless its time is over.
    pub fn read(text: &str, keys: &Keyring, now: Instant) -> Option<Self> {
        let bytes = from_hex(text).ok()?;
        let days = [now.day(), now.day().plus(-1)];
        let plain = days.into_iter().find_map(|day| keys.envelope_open(&label(day), &bytes).ok())?;
        serde_json::from_slice(plain.expose()).ok().filter(|link: &Self| now < link.until)
    }
}

/// A mail with a link, and what it costs.
#[derive(Clone, Debug)]
pub struct NewMailLink {
    account: Id<kinds::Account>,
    address: [u8; 32],
    message: Prepared,
}

/// Makes the mail that asks whether an address is right, before the unit of work that keeps the address. `page` is where the link leads,
/// without its end.
pub fn prepare_mail_link(
    keys: &Keyring,
    now: Instant,
    (account, since): (&Account, Instant),
    to: MailAddress,
    page: &str,
) -> Result<NewMailLink, QueueError> {
    let link = MailLink::new(account.id, since, now).write(keys, now.day())?;
    let template = Template::MailConfirm { link: format!("{page}/{}", link.expose()), hours: MAIL_HOURS };
    let address = keys.prf("mail-address", to.text().expose().to_ascii_lowercase().as_bytes());
    let until = now.plus_secs(MAIL_HOURS * 3_600);
    let message = QueueMessage {
        key: format!("mail-link:{}:{now}", account.id),
        household: None,
        language: account.language,
        content: Content::Mail { to, template },
        due: now,
        until,
        expiry: until.day().plus(1),
    };
    Ok(NewMailLink { account: account.id, address, message: notify::prepare(keys, &message)? })
}

/// Queues the mail; false when this account or this address had too many today.
pub fn send_mail_link(work: &mut Work<'_, '_>, new: &NewMailLink) -> Result<bool, QueueError> {
    let now = work.now();
    if !budget::take_mail(work.tx(), now, new.account, new.address)? {
        return Ok(false);
    }
    notify::queue(work, &new.message)?;
    work.journal(Event::new("identity.mail_link_sent").record(new.account.bytes()))?;
    Ok(true)
}

/// Whoever reads the mails of an address says that it is right; false when the account has another one by now. Doing it twice is fine.
pub fn confirm_mail(work: &mut Work<'_, '_>, link: &MailLink) -> Result<bool, StoreError> {
    let confirmed = storage::attribute::confirm_mail(work.tx(), link.account, link.since)? > 0;
    if confirmed {
        work.journal(Event::new("identity.mail_confirmed").record(link.account.bytes()))?;
    }
    Ok(confirmed)
}

fn label(day: Day) -> String {
    format!("mail link {day}")
}
