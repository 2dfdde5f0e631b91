use identity::{Account, Attribute, AttributeName, NewMailLink, Notice, Reach, Source};
use journal::{Actor, Ledger, Work};
use kernel::{Id, Instant, Secret, kinds};
use notify::{Content, MailAddress, Prepared, QueueMessage, Template};
use registration::Sender;
use store::{RunError, StoreError};

use crate::ReleaseError;

/// A notice to an address that goes is worth sending for three days.
const WORTH_SECS: i64 = 3 * 86_400;

/// Who writes own attributes, and where links and notices lead.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    /// The account.
    pub account: Id<kinds::Account>,
    /// Whether the sign-in is fresh enough for what matters.
    pub fresh: bool,
    /// The site.
    pub sender: &'a Sender,
}

/// What became of the mail address among the own attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailWritten {
    /// It is as it was, or there is none.
    Same,
    /// A link went out to it: whoever reads its mails confirms it.
    LinkSent,
    /// It stands, but too many links were asked for today.
    TooMany,
    /// Nothing was written: a confirmed address is changed after a fresh sign-in only.
    Stale,
}

/// What is known of an account's person, opened for that person: on the page that asks what to give, and among the own data. That it
/// was read is on record first.
pub fn own_attributes(ledger: &Ledger, account: Id<kinds::Account>) -> Result<Vec<Attribute>, RunError<ReleaseError>> {
    let (sealed, committed) = ledger.write("flows.own_attributes", Actor::Visitor, move |work| {
        identity::read_own_attributes(work, account).map_err(|error: StoreError| ReleaseError::from(error))
    })?;
    identity::open_attributes(&committed, ledger.keys(), &sealed).map_err(|error| RunError::Refused(error.into()))
}

/// Keeps what a resident wrote, for as long as the account, and removes what was left blank; what is as it was stays as it is. A mail
/// address that is new is sent a link. One that was confirmed and goes is told, and so is every other channel. Everything is sealed
/// before the unit of work.
pub fn write_own_attributes(
    ledger: &Ledger,
    writer: Writer<'_>,
    months: i32,
    values: Vec<(AttributeName, Secret<String>)>,
) -> Result<MailWritten, RunError<ReleaseError>> {
    let (held, now) = (own_attributes(ledger, writer.account)?, ledger.now());
    let stands = |name: AttributeName| held.iter().find(|one| one.name == name);
    let same = |name: AttributeName, text: &str| stands(name).map_or("", |one| one.value.expose().as_str()) == text;
    let changed: Vec<_> = values.into_iter().filter(|(name, text)| !same(*name, text.expose())).collect();
    let mail = changed.iter().find(|(name, _)| *name == AttributeName::Email).map(|(_, text)| text);
    let old = stands(AttributeName::Email).filter(|one| mail.is_some() && one.source != Source::Typed);
    if old.is_some() && !writer.fresh {
        return Ok(MailWritten::Stale);
    }
    let account = known(ledger, writer.account)?;
    let told = old.map(|old| farewell(ledger, writer, &account, &old.value)).transpose().map_err(RunError::Refused)?.flatten();
    let link = mail.map(|text| link(ledger, writer, (&account, now), text)).transpose().map_err(RunError::Refused)?.flatten();
    let (written, blank): (Vec<_>, Vec<_>) = changed.into_iter().partition(|(_, text)| !text.expose().is_empty());
    let sealed = identity::seal_attributes(ledger.keys(), now, months, Source::Typed, &written);
    let sealed = sealed.map_err(|error| RunError::Refused(error.into()))?;
    let (account, was_confirmed) = (writer.account, old.is_some());
    let keep = move |work: &mut Work<'_, '_>| -> Result<MailWritten, ReleaseError> {
        for (name, _) in &blank {
            identity::remove_attribute(work, account, *name)?;
        }
        if !sealed.is_empty() {
            identity::keep_attributes(work, account, &sealed)?;
        }
        if was_confirmed {
            identity::tell_account(work, account, Notice::MailChanged, Reach::Every)?;
        }
        if let Some(told) = &told {
            notify::queue(work, told)?;
        }
        send(work, link.as_ref())
    };
    ledger.write("flows.write_own_attributes", Actor::Visitor, keep).map(|(written, _)| written)
}

/// Sends the link once more to the address that was not confirmed yet.
pub fn send_mail_link_again(ledger: &Ledger, writer: Writer<'_>) -> Result<MailWritten, RunError<ReleaseError>> {
    let held = own_attributes(ledger, writer.account)?;
    let waits = held.iter().find(|one| one.name == AttributeName::Email && one.source == Source::Typed);
    let Some(mail) = waits else { return Ok(MailWritten::Same) };
    let account = known(ledger, writer.account)?;
    let link = link(ledger, writer, (&account, mail.since), &mail.value).map_err(RunError::Refused)?;
    ledger.write("flows.send_mail_link", Actor::Visitor, move |work| send(work, link.as_ref())).map(|(written, _)| written)
}

fn known(ledger: &Ledger, account: Id<kinds::Account>) -> Result<Account, RunError<ReleaseError>> {
    let gone = || ReleaseError::Store(StoreError::Engine("the account has ended".to_owned()));
    ledger.read("flows.own_account", |tx| identity::account(tx, account)?.ok_or_else(gone))
}

fn send(work: &mut Work<'_, '_>, link: Option<&NewMailLink>) -> Result<MailWritten, ReleaseError> {
    let Some(link) = link else { return Ok(MailWritten::Same) };
    Ok(if identity::send_mail_link(work, link)? { MailWritten::LinkSent } else { MailWritten::TooMany })
}

/// The mail with the link; nothing for an address that is none, or that was left blank.
fn link(
    ledger: &Ledger,
    writer: Writer<'_>,
    (account, since): (&Account, Instant),
    text: &Secret<String>,
) -> Result<Option<NewMailLink>, ReleaseError> {
    let Ok(to) = MailAddress::parse(text.expose()) else { return Ok(None) };
    let page = format!("{}/{}/account/email", writer.sender.origin, account.language.slug());
    Ok(Some(identity::prepare_mail_link(ledger.keys(), ledger.now(), (account, since), to, &page)?))
}

/// The last mail to an address that was confirmed.
fn farewell(
    ledger: &Ledger,
    writer: Writer<'_>,
    account: &Account,
    text: &Secret<String>,
) -> Result<Option<Prepared>, ReleaseError> {
    let Ok(to) = MailAddress::parse(text.expose()) else { return Ok(None) };
    let (now, host) = (ledger.now(), writer.sender.host.clone());
    let until = now.plus_secs(WORTH_SECS);
    let message = QueueMessage {
        key: format!("mail-farewell:{}:{now}", account.id),
        household: None,
        language: account.language,
        content: Content::Mail { to, template: Template::MailChanged { host } },
        due: now,
        until,
        expiry: until.day().plus(1),
    };
    Ok(Some(notify::prepare(ledger.keys(), &message)?))
}
