//! Public terminals: enrolled by an officer with a code that is typed there once. Whoever stands before one brings the code of a visit.

use journal::{Actor, Event, Ledger, Work};
use kernel::{Id, Instant, kinds};
use people::{Grant, ProofIdentity};
use seal::Keyring;
use store::{RunError, StoreError, Tx};

use crate::proofing_visit::{hash, use_code};
use crate::{ProofingError, Token, VisitCode, budget, storage};

/// The code of a new terminal is typed there within so many minutes.
pub const ENROL_MINUTES: i64 = 15;

/// A terminal that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Its id.
    pub id: Id<kinds::Terminal>,
    /// Where it stands.
    pub place: String,
    /// When it was added.
    pub added: Instant,
    /// Whether its code was typed at a browser.
    pub enrolled: bool,
}

/// Adds a terminal; its code is shown to the officer once.
pub fn add_terminal(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    grant: &Grant<ProofIdentity>,
    (place, code): (&str, &VisitCode),
) -> Result<Id<kinds::Terminal>, StoreError> {
    let (id, now) = (work.new_id(), work.now());
    let expires = now.plus_secs(ENROL_MINUTES * 60);
    storage::terminal::insert(work.tx(), (id, place, grant.officer()), hash(keys, code.text()), (now, expires))?;
    work.journal(Event::new("identity.terminal_added").detail("terminal", id.to_string()))?;
    Ok(id)
}

/// Makes the browser at which the code of a new terminal was typed that terminal: what it keeps in a cookie. Nothing when there is no
/// such code.
pub fn enrol_terminal(ledger: &Ledger, typed: &str) -> Result<Option<Token>, RunError<StoreError>> {
    let (token, code) = (Token::new(&**ledger.random()), hash(ledger.keys(), typed));
    let given = token.hash();
    let (enrolled, _) = ledger.write("identity.enrol_terminal", Actor::Visitor, move |work| {
        let now = work.now();
        if !budget::take_terminal(work.tx(), now, [0; 32])? {
            return Ok(false);
        }
        let enrolled = storage::terminal::enrol(work.tx(), code, given, now)? > 0;
        if enrolled {
            work.journal(Event::new("identity.terminal_enrolled"))?;
        }
        Ok::<_, StoreError>(enrolled)
    })?;
    Ok(enrolled.then_some(token))
}

/// Every terminal, the newest first.
pub fn terminals(tx: &mut Tx<'_>) -> Result<Vec<Terminal>, StoreError> {
    storage::terminal::all(tx)
}

/// The terminal of a cookie; nothing when it was ended.
pub fn find_terminal(tx: &mut Tx<'_>, token: &Token) -> Result<Option<Id<kinds::Terminal>>, StoreError> {
    storage::terminal::find(tx, token.hash())
}

/// Ends a terminal: its cookie is worth nothing from now on.
pub fn end_terminal(
    work: &mut Work<'_, '_>,
    _grant: &Grant<ProofIdentity>,
    id: Id<kinds::Terminal>,
) -> Result<(), StoreError> {
    if storage::terminal::remove(work.tx(), id)? > 0 {
        work.journal(Event::new("identity.terminal_ended").detail("terminal", id.to_string()))?;
    }
    Ok(())
}

/// Whose code was typed at a terminal; it is used up. Nothing when it is none. Each is counted, so the unit of work commits either way.
pub fn begin_visit(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    terminal: Id<kinds::Terminal>,
    typed: &str,
) -> Result<Option<Id<kinds::Account>>, ProofingError> {
    let now = work.now();
    if !budget::take_terminal(work.tx(), now, seal::sha256(&[&terminal.bytes()]))? {
        return Err(ProofingError::Often);
    }
    let account = match use_code(work.tx(), keys, now, typed) {
        Ok(account) => account,
        Err(ProofingError::VisitCode) => return Ok(None),
        Err(error) => return Err(error),
    };
    let event = Event::new("identity.visit_begun").record(account.bytes());
    work.journal(event.detail("terminal", terminal.to_string()))?;
    Ok(Some(account))
}
