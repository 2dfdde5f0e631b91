use journal::{Actor, Event, Ledger, Work};
use kernel::{Fault, Kind};
use seal::{PasswordHash, SealError};
use store::{RunError, StoreError};

use crate::account::mobile_tag;
use crate::confirm_code::is_right;
use crate::password::typed_password;
use crate::renew::{Renewal, due, renew};
use crate::storage::password::PasswordRow;
use crate::{Alongside, Charter, CodeFor, Resident, SignedIn, Ticket, Token, session, storage};

/// Why nobody was signed in with a password. One answer for a wrong code, a wrong password and no such account.
#[derive(Debug, thiserror::Error)]
pub enum PasswordSignInError {
    /// The code or the password is not right.
    #[error("the code or the password is not right")]
    Refused,
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for PasswordSignInError {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused => Kind::Denied,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Signs in with the code that was sent to the number and the password of its account. Whoever does not read the number's messages
/// never gets to guess a password: each try costs one of the code's five. Slow on purpose, account or none, so the caller bounds
/// how many run at once.
pub fn sign_in_by_password(
    ledger: &Ledger,
    charter: &Charter,
    ticket: &Ticket,
    (code, password): (&str, &str),
    (replaces, alongside): (Option<Token>, Alongside),
) -> Result<SignedIn, RunError<PasswordSignInError>> {
    let refused = |error: SealError| RunError::Refused(PasswordSignInError::Seal(error));
    if ticket.aim != CodeFor::SignIn {
        return Err(RunError::Refused(PasswordSignInError::Refused));
    }
    let (keys, asked, typed) = (ledger.keys().clone(), ticket.clone(), code.to_owned());
    let ((good, kept), committed) = ledger.write("identity.check_password_code", Actor::Visitor, move |work| {
        let good = is_right(work, &keys, &asked, &typed)?;
        Ok::<_, PasswordSignInError>((good, storage::password::of_mobile(work.tx(), mobile_tag(&keys, &asked.mobile))?))
    })?;
    let kept = kept.filter(|_| good);
    let open = |row: &PasswordRow| committed.open(ledger.keys(), &row.hash.slot()?, &row.hash.sealed);
    let hash = kept.as_ref().map(open).transpose().map_err(refused)?.and_then(PasswordHash::from_bytes);
    let hash = hash.unwrap_or_else(|| PasswordHash::decoy(&**ledger.random()));
    let fits = hash.fits(&typed_password(password)).map_err(refused)?;
    let kept = kept.filter(|_| fits).ok_or(RunError::Refused(PasswordSignInError::Refused))?;
    let (token, months, asked) = (Token::new(&**ledger.random()), charter.keep_months, ticket.clone());
    let given = token.clone();
    let ((who, renewal), committed) = ledger.write("identity.sign_in_by_password", Actor::Visitor, move |work| {
        welcome(work, (&kept, &asked), &given, (replaces.as_ref(), alongside), months)
    })?;
    if let Some(renewal) = renewal {
        renew(ledger, &committed, &renewal, months)?;
    }
    Ok(SignedIn { token, who, passkey: None })
}

/// The code is used up, and the password must still be the one that was compared.
fn welcome(
    work: &mut Work<'_, '_>,
    (kept, ticket): (&PasswordRow, &Ticket),
    token: &Token,
    replaces: (Option<&Token>, Alongside),
    months: i32,
) -> Result<(Resident, Option<Renewal>), PasswordSignInError> {
    let now = work.now();
    let used_up = storage::enrolment::take(work.tx(), ticket.enrolment, now)?.is_some();
    let same = storage::password::find(work.tx(), kept.account)?.is_some_and(|row| row.hash.record == kept.hash.record);
    if !used_up || !same {
        return Err(PasswordSignInError::Refused);
    }
    let who = session::begin_anew(work, token, kept.account, None, replaces)?;
    let event = Event::new("identity.signed_in").record(kept.account.bytes());
    work.journal(event.detail("means", who.means.name()))?;
    Ok((who, due(work, kept.account, months)?))
}
