use journal::{Event, Work};
use kernel::{Fault, Id, Instant, Kind, kinds, to_hex};
use seal::{sha256, verify_ed25519};
use store::{StoreError, Tx};

use crate::escalate::escalate;
use crate::{Cause, Lease, LeaseRules, LeaseState, Partner, Statement, StatementVerdict, storage};

const TEXT_MOST_BYTES: usize = 64 * 1024;
const DAY_MS: i64 = 86_400_000;

/// A deletion statement as it is filed.
#[derive(Clone, Debug)]
pub struct FileStatement {
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// The exact text, as [`Statement::text`] writes it.
    pub text: String,
    /// The Ed25519 signature over the text's bytes, 64 bytes.
    pub signature: Vec<u8>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Accepted, or why not.
    pub verdict: StatementVerdict,
    /// Whether its day had passed.
    pub late: bool,
}

/// A statement on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRow {
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// When it was filed.
    pub at: Instant,
    /// What became of it.
    pub verdict: StatementVerdict,
    /// Whether its day had passed.
    pub late: bool,
    /// Its text.
    pub text: String,
}

/// Why a statement could not even be judged.
#[derive(Debug, thiserror::Error)]
pub enum FileStatementError {
    /// There is no such lease under this contract.
    #[error("there is no such lease under your contract")]
    Missing,
    /// The lease is still in force: there is nothing to state yet.
    #[error("this lease is still in force: its end comes first")]
    NotEnded,
    /// A statement was accepted already.
    #[error("a statement about this lease has been accepted already")]
    Taken,
    /// It is longer than any statement.
    #[error("a statement is at most 64 KiB")]
    TooLong,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for FileStatementError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::NotEnded | Self::TooLong => Kind::Invalid,
            Self::Taken => Kind::Taken,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Files a deletion statement and judges it. What is refused stays on record as it came, with the verdict.
pub fn file_statement(
    work: &mut Work<'_, '_>,
    partner: &Partner,
    command: &FileStatement,
    rules: &LeaseRules,
) -> Result<Filed, FileStatementError> {
    let found = storage::lease::find(work.tx(), command.lease)?;
    let mut lease =
        found.filter(|lease| lease.contract == partner.contract().id).ok_or(FileStatementError::Missing)?;
    if command.text.len() > TEXT_MOST_BYTES {
        return Err(FileStatementError::TooLong);
    }
    let Some((ended, _)) = lease.ended else { return Err(FileStatementError::NotEnded) };
    if lease.statement.is_some() || matches!(lease.state, LeaseState::Closed | LeaseState::Probing) {
        return Err(FileStatementError::Taken);
    }
    let now = work.now();
    let late = now >= ended.plus_millis(rules.statement_days * DAY_MS);
    let (verdict, statement) = judge(work, &lease, command)?;
    let row = StatementRow { lease: lease.id, at: now, verdict, late, text: command.text.clone() };
    let digest = sha256(&[command.text.as_bytes()]);
    storage::pursuit::insert_statement(work.tx(), &row, digest, &command.signature)?;
    work.journal(
        Event::new("processors.statement_filed")
            .detail("lease", lease.id.to_string())
            .detail("verdict", verdict.slug())
            .detail("late", late)
            .detail("statement", to_hex(&digest)),
    )?;
    match statement {
        Some(statement) if verdict == StatementVerdict::Accepted => {
            let chance = work.random().below(rules.jitter_hours.max(1));
            lease.accept_statement(now, late, rules, chance);
            storage::lease::update(work.tx(), &lease)?;
            check_sub_processors(work, lease, &statement.sub_processors, rules)?;
        }
        _ if verdict == StatementVerdict::Forged => {
            escalate(work, lease, Cause::StatementForged, rules)?;
        }
        _ => {}
    }
    Ok(Filed { verdict, late })
}

/// Whoever had the data without the department's consent is an incident, however honestly it is said.
pub(crate) fn check_sub_processors(
    work: &mut Work<'_, '_>,
    lease: Lease,
    named: &[String],
    rules: &LeaseRules,
) -> Result<(), StoreError> {
    let contract = storage::contractor::contract(work.tx(), lease.contract)?;
    let agreed = |name: &String| contract.as_ref().is_some_and(|contract| contract.allows(name));
    if !named.iter().all(agreed) {
        escalate(work, lease, Cause::UndeclaredSubProcessor, rules)?;
    }
    Ok(())
}

/// The statements of a lease, oldest first.
pub fn statements(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<StatementRow>, StoreError> {
    storage::pursuit::statements(tx, lease)
}

fn judge(
    work: &mut Work<'_, '_>,
    lease: &Lease,
    command: &FileStatement,
) -> Result<(StatementVerdict, Option<Statement>), StoreError> {
    let keys = storage::contractor::keys(work.tx(), lease.contractor)?;
    let Ok(statement) = Statement::parse(&command.text) else { return Ok((StatementVerdict::Unreadable, None)) };
    let signed = |key: &[u8; 32]| verify_ed25519(key, command.text.as_bytes(), &command.signature);
    let verdict = match keys.iter().position(|keys| signed(&keys.signing)) {
        None => StatementVerdict::Forged,
        Some(0) => judge_content(lease, &statement, work.now()),
        Some(_) => StatementVerdict::OldKey,
    };
    Ok((verdict, Some(statement)))
}

fn judge_content(lease: &Lease, statement: &Statement, now: Instant) -> StatementVerdict {
    if statement.lease != lease.id || statement.contractor != lease.contractor {
        return StatementVerdict::OtherLease;
    }
    if statement.deleted > now || statement.deleted < lease.granted {
        return StatementVerdict::WrongTime;
    }
    if !statement.copies.is_empty() || !statement.backups.is_empty() {
        return StatementVerdict::NotDeleted;
    }
    StatementVerdict::Accepted
}

#[cfg(test)]
mod tests {
    use people::{ManageContractors, Role};
    use seal::{Ed25519Signer, Signer};

    use super::*;
    use StatementVerdict as V;
    use crate::rehearsal::City;
    use crate::{ContractorKeys, Form, replace_keys};

    fn signed(lease: &Lease, text: &str, signer: &Ed25519Signer) -> FileStatement {
        FileStatement { lease: lease.id, text: text.to_owned(), signature: signer.sign(text.as_bytes()).to_vec() }
    }

    /// What each of these would be judged to be, in one unit of work that leaves nothing behind but its reading.
    fn judged(city: &City, lease: &Lease, commands: Vec<FileStatement>) -> Vec<StatementVerdict> {
        let lease = lease.clone();
        city.act(move |work| {
            let each = commands.iter().map(|command| judge(work, &lease, command).map(|(verdict, _)| verdict));
            each.collect::<Result<Vec<_>, StoreError>>()
        })
        .unwrap()
    }

    #[test]
    fn every_flipped_bit_of_a_statement_and_of_its_signature_is_noticed() {
        let city = City::new();
        let lease = city.lease(city.contract(), 1, Form::LookUp);
        city.pass_end(&lease);
        let good = signed(&lease, &city.statement(&lease).text(), &city.signer);
        assert_eq!(judged(&city, &lease, vec![good.clone()]), [StatementVerdict::Accepted]);
        let mut altered = Vec::new();
        for at in 0..good.text.len() + good.signature.len() {
            for bit in 0..8 {
                let (mut text, mut signature) = (good.text.clone().into_bytes(), good.signature.clone());
                let place = if at < text.len() { &mut text[at] } else { &mut signature[at - good.text.len()] };
                *place ^= 1 << bit;
                if let Ok(text) = String::from_utf8(text) {
                    altered.push(FileStatement { lease: lease.id, text, signature });
                }
            }
        }
        let count = altered.len();
        let verdicts = judged(&city, &lease, altered);
        let refused = |verdict: &StatementVerdict| matches!(verdict, StatementVerdict::Forged | StatementVerdict::Unreadable);
        assert!(count > 2_000 && verdicts.iter().all(refused), "{count}");
    }

    #[test]
    fn a_statement_is_neither_swapped_nor_replayed_nor_signed_by_another() {
        let city = City::new();
        let contract = city.contract();
        let (one, other) = (city.lease(contract, 1, Form::LookUp), city.lease(contract, 1, Form::LookUp));
        city.pass_end(&one);
        let (text, others) = (city.statement(&one).text(), city.statement(&other).text());
        let good = signed(&one, &text, &city.signer);
        let swapped = FileStatement { signature: signed(&other, &others, &city.signer).signature, ..good.clone() };
        let replayed = FileStatement { lease: one.id, ..signed(&other, &others, &city.signer) };
        let fresh = city.another_signer();
        let foreign = signed(&one, &text, &fresh);
        let short = FileStatement { signature: good.signature[..63].to_vec(), ..good.clone() };
        let none = FileStatement { signature: Vec::new(), ..good.clone() };
        let longer = FileStatement { text: format!("{text}\n"), ..good.clone() };
        let verdicts = judged(&city, &one, vec![good.clone(), swapped, replayed, foreign, short, none, longer]);
        assert_eq!(verdicts, [V::Accepted, V::Forged, V::OtherLease, V::Forged, V::Forged, V::Forged, V::Unreadable]);
        // A key that was replaced signs nothing any more.
        let keys = ContractorKeys { signing: fresh.public_key(), recipient: city.recipient.clone() };
        let (grant, contractor) = (City::grant::<ManageContractors>(1, Role::PrivacyOfficer), one.contractor);
        city.act(move |work| replace_keys(work, &grant, contractor, &keys)).unwrap();
        assert_eq!(judged(&city, &one, vec![good, signed(&one, &text, &fresh)]), [V::OldKey, V::Accepted]);
    }
}
