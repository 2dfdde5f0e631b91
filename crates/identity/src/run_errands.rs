use hongkong::Phone;
use journal::{Committed, Event, Ledger, Work};
use kernel::{Id, Language, kinds};
use notify::{Content, Mobile, Prepared, QueueMessage, Template};
use seal::SealError;
use store::{StoreError, Tx};

use crate::account::SealedValue;
use crate::change::{Change, note};
use crate::errand::{Errand, ErrandRow, held_by};
use crate::{Alongside, Level, Notice, NoticeError, Reach, removal, storage, tell_account};

/// So many new passwords are given in one unit of work.
const PASSWORDS: i64 = 50;
/// A message that an account is gone is worth sending for three days.
const TOLD_DAYS: i64 = 3;

/// A cancellation that waits.
#[derive(Clone, Copy, Debug)]
pub struct Cancellation {
    /// The errand.
    pub errand: Id<kinds::Enrolment>,
    /// The account that fits it and was never activated, if there is one.
    pub account: Option<Id<kinds::Account>>,
}

/// What is needed to tell the number of an account that was cancelled: once the account is gone nothing opens it any more.
#[derive(Clone, Debug)]
pub struct CancelledNumber {
    pub(crate) mobile: SealedValue,
    pub(crate) language: Language,
}

/// Whether a new password waits: a look, so that an idle round writes nothing.
pub fn passwords_wait(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    Ok(!storage::errand::oldest(tx, Errand::NewPassword, 1)?.is_empty())
}

/// The oldest cancellation that waits.
pub fn next_cancellation(tx: &mut Tx<'_>) -> Result<Option<Cancellation>, StoreError> {
    let Some(row) = storage::errand::oldest(tx, Errand::Cancel, 1)?.into_iter().next() else { return Ok(None) };
    let account = match storage::errand::account_of(tx, &row)? {
        Some(account) => storage::errand::waiting_in(tx, account)?.map(|_| account),
        None => None,
    };
    Ok(Some(Cancellation { errand: row.id, account }))
}

/// Puts on record that an account is cancelled at its owner's wish, before anything of it is erased; nothing when it was activated
/// meanwhile, or is gone.
pub fn note_cancelled(
    work: &mut Work<'_, '_>,
    account: Id<kinds::Account>,
) -> Result<Option<CancelledNumber>, StoreError> {
    let Some(district) = storage::errand::waiting_in(work.tx(), account)? else { return Ok(None) };
    let today = work.today();
    storage::activation::count(work.tx(), today, &district, "cancelled")?;
    work.journal(Event::new("identity.account_cancelled").record(account.bytes()))?;
    let language = storage::account::find(work.tx(), account)?.map(|account| account.language);
    let number = storage::account::mobile(work.tx(), account)?.zip(language);
    Ok(number.map(|(mobile, language)| CancelledNumber { mobile, language }))
}

impl CancelledNumber {
    /// The message about it, with the place of the certificate. That the number is opened for this stands in the journal: the account was cancelled.
    pub fn notice(
        &self,
        ledger: &Ledger,
        committed: &Committed,
        account: Id<kinds::Account>,
        link: impl FnOnce(Language) -> String,
    ) -> Result<Prepared, NoticeError> {
        let plain = committed.open(ledger.keys(), &self.mobile.slot()?, &self.mobile.sealed)?;
        let number = String::from_utf8(plain.into_exposed()).ok().and_then(|number| Phone::parse(&number).ok());
        let to = number.and_then(|phone| Mobile::try_from(phone).ok()).ok_or(SealError::Broken)?;
        let (now, language) = (ledger.now(), self.language);
        let until = now.plus_secs(TOLD_DAYS * 24 * 3_600);
        let message = QueueMessage {
            key: format!("cancelled:{account}"),
            household: None,
            language,
            content: Content::Sms { to, template: Template::AccountCancelled { link: link(language) } },
            due: now,
            until,
            expiry: until.day().plus(1),
        };
        Ok(notify::prepare(ledger.keys(), &message)?)
    }
}

/// An errand that was run goes.
pub fn end_errand(work: &mut Work<'_, '_>, errand: Id<kinds::Enrolment>) -> Result<(), StoreError> {
    storage::password::delete(work.tx(), held_by(errand))?;
    storage::errand::delete(work.tx(), errand).map(drop)
}

/// Gives the new passwords that wait to the accounts that they fit: those with a password already, below the level at which a
/// document was seen. Everybody is signed out of them, and what services were given ends. Returns how many errands were run.
pub fn give_passwords(work: &mut Work<'_, '_>, alongside: Alongside) -> Result<usize, StoreError> {
    let waiting = storage::errand::oldest(work.tx(), Errand::NewPassword, PASSWORDS)?;
    for errand in &waiting {
        if let Some(account) = fits(work.tx(), errand)? {
            give(work, errand, account, alongside)?;
        }
        end_errand(work, errand.id)?;
    }
    Ok(waiting.len())
}

/// The account whose password an errand may change. What was verified with a document comes back with a document only, and whoever
/// signs in with a passkey gets no weaker way in.
fn fits(tx: &mut Tx<'_>, errand: &ErrandRow) -> Result<Option<Id<kinds::Account>>, StoreError> {
    let Some(account) = storage::errand::account_of(tx, errand)? else { return Ok(None) };
    let low = storage::account::find(tx, account)?.is_some_and(|account| account.level < Level::Verified);
    let password = storage::password::since(tx, account)?.is_some();
    Ok((low && password).then_some(account))
}

fn give(
    work: &mut Work<'_, '_>,
    errand: &ErrandRow,
    account: Id<kinds::Account>,
    alongside: Alongside,
) -> Result<(), StoreError> {
    let now = work.now();
    storage::password::hand_over(work.tx(), held_by(errand.id), account, now)?;
    work.removed(removal::PASSWORD, &account.bytes(), "")?;
    let ended = storage::session::end_all(work.tx(), account)?.len();
    alongside(work, account.bytes())?;
    tell_account(work, account, Notice::PasswordChosenAnew, Reach::Every)?;
    let event = Event::new("identity.password_given_anew").detail("sessions_ended", ended);
    note(work, account, Change::NewPassword, event)
}
