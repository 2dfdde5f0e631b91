use journal::{Actor, Event, Ledger, Work};
use kernel::{Fault, Id, Kind, kinds};
use seal::SealError;
use store::{RunError, StoreError, Tx};

use crate::evidence::EvidenceError;
use crate::{
    Channel, DRAFT_MINUTES, Details, EVIDENCE_HOURS, Evidence, Piece, ProofState, Proofing, RegisterSays,
    VerifierSays, storage,
};

/// Proofings that an account may begin within so many days: nobody needs more, and each costs an officer's time.
const BEGUN_MOST: i64 = 5;
const BEGUN_DAYS: i64 = 7;

/// Why a proofing does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ProofingError {
    /// There is no such proofing, or it is somebody else's.
    #[error("there is no such proofing")]
    Missing,
    /// It is over, or has been sent already.
    #[error("this proofing is over")]
    Over,
    /// A piece is missing.
    #[error("not everything was sent yet")]
    Incomplete,
    /// The account is verified already.
    #[error("this account is verified already")]
    Verified,
    /// Too many were begun.
    #[error("too many proofings were begun in a week")]
    Often,
    /// The person has another account.
    #[error("this person has another account")]
    HasAccount,
    /// The number that the officer read is not the one that was typed.
    #[error("the number on the card is not the number that was typed")]
    NumberDiffers,
    /// The grant is for another service, or another officer took the case.
    #[error("there is no such case in your services")]
    Elsewhere,
    /// This officer has agreed already; it takes another one.
    #[error("it takes another officer")]
    Agreed,
    /// The code of a visit is none, or was used, or is too old.
    #[error("this code is none, was used, or is too old")]
    VisitCode,
    /// The evidence.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ProofingError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing | Self::Elsewhere => Kind::Missing,
            Self::Over => Kind::Gone,
            Self::Incomplete | Self::NumberDiffers | Self::VisitCode => Kind::Invalid,
            Self::Verified | Self::HasAccount | Self::Agreed => Kind::Taken,
            Self::Often => Kind::Busy,
            Self::Evidence(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

type Proofed<T> = Result<T, RunError<ProofingError>>;

/// The proofings of an account, the newest first.
pub fn proofings(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Vec<Proofing>, StoreError> {
    storage::proofing::of(tx, account, SHOWN_MOST)
}

const SHOWN_MOST: i64 = 20;

/// Begins a proofing with what was typed, under a new key. One that was under way is taken back.
pub fn begin_proofing(
    ledger: &Ledger,
    evidence: &Evidence,
    account: Id<kinds::Account>,
    channel: Channel,
    details: &Details,
) -> Proofed<Id<kinds::Proofing>> {
    begin_evidence(ledger, evidence, (account, None, channel), details, begin)
}

/// Whose proofing begins: an account's, or a recovery's that is nobody's yet; and where.
pub(crate) type Beginner = (Id<kinds::Account>, Option<Id<kinds::Recovery>>, Channel);

/// Seals what was typed under a new key and lists the proofing as `begin` says, which names what it replaces: those keys die.
pub(crate) fn begin_evidence(
    ledger: &Ledger,
    evidence: &Evidence,
    (account, recovery, channel): Beginner,
    details: &Details,
    begin: impl Fn(&mut Work<'_, '_>, &Proofing) -> Result<Vec<Id<kinds::Proofing>>, ProofingError> + Send + 'static,
) -> Proofed<Id<kinds::Proofing>> {
    let (now, id) = (ledger.now(), Id::new(ledger.now(), &**ledger.random()));
    let deadline = now.plus_secs(DRAFT_MINUTES * 60);
    let plain = kernel::Secret::new(details.write().ok_or(RunError::Refused(ProofingError::Incomplete))?);
    let key_id = evidence.begin(id, deadline, recovery).map_err(refused)?;
    let made = evidence.keep(id, Piece::Details, plain.expose()).map_err(refused).and_then(|pieces| {
        let (boot, state, register) = (evidence.boot(), ProofState::Draft, RegisterSays::Nothing);
        let proofing = Proofing {
            id, account, recovery, state, channel, begun: now, deadline, sent: None, register, verifier: VerifierSays::Nothing,
            verifier_asked: 0, officer: None, agreed_by: None, decided: None, refusal: None, destroyed: None, pieces, boot, key_id,
        };
        ledger.write("identity.begin_proofing", Actor::Visitor, move |work| begin(work, &proofing))
    });
    match made {
        Ok((replaced, _)) => {
            evidence.listed(id);
            for case in replaced {
                evidence.destroy(case).map_err(refused)?;
            }
            Ok(id)
        }
        Err(error) => {
            evidence.destroy(id).map_err(refused)?;
            Err(error)
        }
    }
}

fn begin(work: &mut Work<'_, '_>, proofing: &Proofing) -> Result<Vec<Id<kinds::Proofing>>, ProofingError> {
    let now = work.now();
    let account = storage::account::find(work.tx(), proofing.account)?.ok_or(ProofingError::Missing)?;
    if !account.needs_proofing() {
        return Err(ProofingError::Verified);
    }
    let since = now.plus_secs(-BEGUN_DAYS * 24 * 3600);
    if storage::proofing::count_since(work.tx(), account.id, since)? >= BEGUN_MOST {
        return Err(ProofingError::Often);
    }
    list(work, proofing)
}

/// Lists a new proofing in place of those under way.
pub(crate) fn list(work: &mut Work<'_, '_>, proofing: &Proofing) -> Result<Vec<Id<kinds::Proofing>>, ProofingError> {
    let (now, account) = (work.now(), proofing.account);
    let open: Vec<Proofing> =
        proofings(work.tx(), account)?.into_iter().filter(|earlier| earlier.state.is_open()).collect();
    for earlier in &open {
        storage::proofing::end(work.tx(), earlier, ProofState::Withdrawn, None, now)?;
    }
    storage::proofing::insert(work.tx(), proofing)?;
    let event = Event::new("identity.proofing_begun").record(account.bytes());
    work.journal(event.detail("proofing", proofing.id.to_string()).detail("channel", proofing.channel.name()))?;
    Ok(open.into_iter().map(|earlier| earlier.id).collect())
}

/// Adds a photo, decoded and written anew by the caller, in place of one of its kind.
pub fn add_picture(
    ledger: &Ledger,
    evidence: &Evidence,
    account: Id<kinds::Account>,
    id: Id<kinds::Proofing>,
    (piece, picture): (Piece, &[u8]),
) -> Proofed<()> {
    let found = ledger.read("identity.proofing", |tx| storage::proofing::find(tx, id).map_err(ProofingError::from))?;
    own(found, account).and_then(draft).map_err(RunError::Refused)?;
    let pieces = evidence.keep(id, piece, picture).map_err(refused)?;
    ledger.write("identity.add_picture", Actor::Visitor, move |work| {
        if storage::proofing::set_pieces(work.tx(), id, &pieces)? == 0 {
            return Err(ProofingError::Over);
        }
        let event = Event::new("identity.proofing_picture").record(account.bytes());
        work.journal(event.detail("proofing", id.to_string()).detail("piece", piece.name()))?;
        Ok(())
    })?;
    Ok(())
}

/// Sends everything to the officers.
pub fn send_proofing(
    ledger: &Ledger,
    evidence: &Evidence,
    account: Id<kinds::Account>,
    id: Id<kinds::Proofing>,
) -> Proofed<()> {
    send_with(ledger, evidence, (account, id), |_| Ok(()))
}

/// The same, with what else is done in the same unit of work.
pub(crate) fn send_with(
    ledger: &Ledger,
    evidence: &Evidence,
    (account, id): (Id<kinds::Account>, Id<kinds::Proofing>),
    also: impl Fn(&mut Work<'_, '_>) -> Result<(), ProofingError> + Send + 'static,
) -> Proofed<()> {
    let deadline = ledger.now().plus_secs(EVIDENCE_HOURS * 3600);
    ledger.write("identity.send_proofing", Actor::Visitor, move |work| {
        let now = work.now();
        let found = draft(own(storage::proofing::find(work.tx(), id)?, account)?)?;
        if found.missing().is_some() {
            return Err(ProofingError::Incomplete);
        }
        storage::proofing::send(work.tx(), id, now, deadline)?;
        let event = Event::new("identity.proofing_sent").record(account.bytes());
        work.journal(event.detail("proofing", id.to_string()))?;
        also(work)
    })?;
    evidence.extend(id, deadline).map_err(refused)
}

/// Takes a proofing back: its evidence dies at once.
pub fn withdraw_proofing(
    ledger: &Ledger,
    evidence: &Evidence,
    account: Id<kinds::Account>,
    id: Id<kinds::Proofing>,
) -> Proofed<()> {
    ledger.write("identity.withdraw_proofing", Actor::Visitor, move |work| {
        let now = work.now();
        let found = own(storage::proofing::find(work.tx(), id)?, account)?;
        if storage::proofing::end(work.tx(), &found, ProofState::Withdrawn, None, now)? == 0 {
            return Err(ProofingError::Over);
        }
        let event = Event::new("identity.proofing_withdrawn").record(account.bytes());
        work.journal(event.detail("proofing", id.to_string()))?;
        Ok(())
    })?;
    evidence.destroy(id).map_err(refused)?;
    Ok(())
}

fn own(found: Option<Proofing>, account: Id<kinds::Account>) -> Result<Proofing, ProofingError> {
    found.filter(|found| found.account == account).ok_or(ProofingError::Missing)
}

fn draft(found: Proofing) -> Result<Proofing, ProofingError> {
    if found.state == ProofState::Draft { Ok(found) } else { Err(ProofingError::Over) }
}

pub(crate) fn refused<E: Into<ProofingError>>(error: E) -> RunError<ProofingError> {
    RunError::Refused(error.into())
}
