//! Letters with PINs in the hands of a print bureau: the lease that one officer gives, and the batches that another hands over under it.

use identity::{AskActivationError, LetterBatch, OpenLetter, last_day_of_pin};
use journal::{Actor, Work};
use kernel::{Day, Fault, Id, Kind, Secret, kinds};
use notify::{LetterError, LetterFont, PinLetter, PinLetters, pin_letters_pdf};
use people::{Grant, GrantLease, RequestExport};
use processors::{
    AddressUse, Chosen, Contract, ContractorKeys, DeclareError, ExportHandedOver, Form, GrantLeaseCommand, HandOverError, Lease, LeaseError,
    NewKey, Package, Sheaf, Trade, Whereabouts, add_address, grant_lease, hand_over_export, last_day, pack_letters, seal_package,
};
use seal::SealError;
use store::{RunError, StoreError, Tx};
use thiserror::Error;

use crate::{IdentityService, Platform, StepError};

/// The field groups of such a lease: what stands on a letter.
pub const LETTER_GROUPS: [&str; 3] = ["name", "address", "pin"];
/// Letters in one batch at most.
const LETTERS_MOST: i64 = 2_000;
/// A lease for letters lasts half a year at most.
const LEASE_MONTHS: i32 = 6;
const JOB: Actor = Actor::Job("letters");

/// Why no batch was made.
#[derive(Debug, Error)]
pub enum LetterBatchError {
    /// There is no font for letters.
    #[error("letters need a font with Hong Kong characters: set letter_font in the configuration")]
    NoFont,
    /// The lease is none of this service, has ended, or its contract does not run.
    #[error("there is no lease in force under which letters can be printed")]
    NoLease,
    /// The bureau has given no keys.
    #[error("the print bureau has not given its keys yet: a batch is encrypted to them")]
    NoKeys,
    /// No letter waits, or none of those that wait can be printed.
    #[error("no letter waits that can be printed")]
    Nothing,
    /// The letters.
    #[error(transparent)]
    Letters(#[from] LetterError),
    /// What they need.
    #[error(transparent)]
    Pins(#[from] AskActivationError),
    /// The lease.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// Where the bureau holds the letters.
    #[error(transparent)]
    Address(#[from] DeclareError),
    /// Handing over.
    #[error(transparent)]
    HandOver(#[from] HandOverError),
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Too much is being written.
    #[error("the system is busy; try again in a moment")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for LetterBatchError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoFont | Self::NoLease | Self::NoKeys | Self::Nothing => Kind::Invalid,
            Self::Letters(error) => error.kind(),
            Self::Pins(error) => error.kind(),
            Self::Lease(error) => error.kind(),
            Self::Address(error) => error.kind(),
            Self::HandOver(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Busy => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}

store::from_run_error!(LetterBatchError);

/// Contracts of a department with print bureaux, in force today.
pub fn letter_contracts(platform: &Platform, department: Id<kinds::Department>) -> Result<Vec<Contract>, RunError<StoreError>> {
    let now = platform.now();
    platform.ledger().read("flows.letter_contracts", move |tx| {
        let contractors = processors::contractors(tx)?;
        let prints = |contract: &Contract| {
            contractors.iter().any(|one| one.id == contract.contractor && one.trade == Trade::PrintBureau)
        };
        let mut contracts = processors::contracts(tx, department)?;
        contracts.retain(|contract| contract.holds(now) && prints(contract));
        Ok(contracts)
    })
}

/// Leases under which letters can be printed today.
pub fn letter_leases(platform: &Platform, identity: &IdentityService) -> Result<Vec<Lease>, RunError<StoreError>> {
    let (service, now) = (identity.id(), platform.now());
    platform.ledger().read("flows.letter_leases", move |tx| {
        let mut leases = processors::leases_of_service(tx, service)?;
        leases.retain(|lease| is_for_letters(lease) && lease.is_usable(now));
        Ok(leases)
    })
}

pub(crate) fn is_for_letters(lease: &Lease) -> bool {
    lease.form == Form::HandOver && lease.groups.iter().map(String::as_str).eq(LETTER_GROUPS)
}

/// Gives a print bureau the lease for letters. Batches are handed over under it by officers who may not give it.
pub fn give_letter_lease(
    platform: &Platform,
    identity: &IdentityService,
    grant: Grant<GrantLease>,
    contract: Id<kinds::Contract>,
    whereabouts: Whereabouts,
) -> Result<Lease, LetterBatchError> {
    let known = letter_contracts(platform, grant.department())?.into_iter().find(|one| one.id == contract);
    let contract = known.ok_or(LeaseError::Missing)?;
    let (ledger, environment) = (platform.ledger(), platform.environment());
    let retention = platform.now().day().plus_months(LEASE_MONTHS);
    let until = last_day(&contract, retention);
    let command = GrantLeaseCommand {
        service: identity.id(),
        contract: contract.id,
        purpose: identity::IDENTITY.to_owned(),
        groups: LETTER_GROUPS.map(str::to_owned).to_vec(),
        selection: Chosen::All,
        records: 1,
        form: Form::HandOver,
        retention,
        key: NewKey::make(ledger.keys(), &**ledger.random(), until)?,
    };
    let given = ledger.write("flows.give_letter_lease", grant.actor(), move |work| {
        let lease = grant_lease(work, &grant, &command)?;
        if let Whereabouts::At(address) = &whereabouts {
            add_address(work, &grant, lease.id, (address, AddressUse::Data), environment)?;
        }
        Ok::<_, LetterBatchError>(lease)
    });
    Ok(given?.0)
}

/// Opens the letters that wait, each on record by itself, prints them as one PDF and hands it over: encrypted to the bureau, bound to its
/// lease. Letters that cannot be printed are set aside. Returns the batch and how many were set aside.
pub fn print_letters(
    platform: &Platform,
    identity: &IdentityService,
    grant: &Grant<RequestExport>,
    lease: Id<kinds::Lease>,
    font: Option<&LetterFont>,
) -> Result<(LetterBatch, usize), LetterBatchError> {
    let font = font.ok_or(LetterBatchError::NoFont)?;
    let bureau = bureau(platform, identity, lease)?;
    let ledger = identity.ledger();
    let opened = identity::open_batch(ledger, grant, lease, LETTERS_MOST)?;
    let (batch, letters) = opened.ok_or(LetterBatchError::Nothing)?;
    let done = hand_over(platform, identity, (&batch, &letters), &bureau, font);
    let id = batch.id;
    let (printed, aside) = match done {
        Ok(done) => done,
        Err(error) => {
            ledger.write("flows.drop_batch", JOB, move |work| identity::drop_batch(work, id, &[]))?;
            return Err(error);
        }
    };
    let (finished, count) = (batch.clone(), aside.len());
    if printed == 0 {
        ledger.write("flows.drop_batch", JOB, move |work| identity::drop_batch(work, id, &aside))?;
        return Err(LetterBatchError::Nothing);
    }
    ledger.write("flows.finish_batch", grant.actor(), move |work| identity::finish_batch(work, &finished, &aside))?;
    Ok((batch, count))
}

struct Bureau {
    lease: Lease,
    contract: Contract,
    keys: ContractorKeys,
    before: usize,
}

/// Everything that would stop the batch is found before any letter is opened for it.
fn bureau(platform: &Platform, identity: &IdentityService, lease: Id<kinds::Lease>) -> Result<Bureau, LetterBatchError> {
    let (now, service) = (platform.now(), identity.id());
    platform
        .ledger()
        .read("flows.bureau", move |tx: &mut Tx<'_>| {
            let lease = processors::lease(tx, lease)?.filter(|lease| lease.service == service && is_for_letters(lease) && lease.is_usable(now));
            let lease = lease.ok_or(LetterBatchError::NoLease)?;
            let contract = processors::contract(tx, lease.contract)?.filter(|contract| contract.holds(now));
            let contract = contract.ok_or(LetterBatchError::NoLease)?;
            let keys = processors::contractor(tx, lease.contractor)?.and_then(|contractor| contractor.keys);
            let keys = keys.ok_or(LetterBatchError::NoKeys)?;
            let before = processors::hand_overs(tx, lease.id)?.len();
            Ok(Bureau { lease, contract, keys, before })
        })
        .map_err(|error: RunError<LetterBatchError>| error.into())
}

type Aside = Vec<(Id<kinds::Account>, i64)>;

fn hand_over(
    platform: &Platform,
    identity: &IdentityService,
    (batch, letters): (&LetterBatch, &[OpenLetter]),
    bureau: &Bureau,
    font: &LetterFont,
) -> Result<(usize, Aside), LetterBatchError> {
    let sheets: Vec<_> = letters.iter().map(|letter| sheet(platform, letter)).collect();
    let (pdf, refused) = pin_letters_pdf(&common(platform, identity, batch.made.day()), &sheets, font)?;
    let aside = refused.iter().filter_map(|place| letters.get(*place)).map(|one| (one.account, one.number)).collect();
    let printed = letters.len() - refused.len();
    if printed == 0 {
        return Ok((0, aside));
    }
    let clauses = bureau.contract.clauses.digest();
    let sheaf = Sheaf { lease: &bureau.lease, batch: batch.id, clauses, pdf: &pdf, letters: printed };
    let package = pack_letters(&sheaf, &bureau.keys, platform.now())?;
    put_on_record(platform, batch, bureau, &package)?;
    Ok((printed, aside))
}

fn put_on_record(platform: &Platform, batch: &LetterBatch, bureau: &Bureau, package: &Package) -> Result<(), LetterBatchError> {
    let ledger = platform.ledger();
    let letters = u64::try_from(package.records).unwrap_or(u64::MAX);
    let command = ExportHandedOver {
        export: batch.id,
        lease: bureau.lease.id,
        // The lease itself was given by another officer than whoever hands over.
        approval: Id::from_bytes([0; 16]),
        digest: package.digest,
        households: letters,
        records: letters,
        package: seal_package(ledger.keys(), &bureau.lease, bureau.before, package)?,
    };
    ledger.write("flows.hand_over_letters", JOB, move |work| hand_over_export(work, &command))?;
    Ok(())
}

fn common(platform: &Platform, identity: &IdentityService, date: Day) -> PinLetters {
    let charter = identity.charter();
    PinLetters {
        sender: charter.department.clone(),
        service: charter.title.clone(),
        page: format!("{}/pin", platform.sender().origin.rsplit("//").next().unwrap_or_default()),
        date,
        until: last_day_of_pin(date),
    }
}

fn sheet(platform: &Platform, letter: &OpenLetter) -> PinLetter {
    let link = format!("{}/{}/account/pin?letter={}", platform.sender().origin, letter.language.slug(), letter.token.expose());
    PinLetter {
        language: letter.language,
        window: letter.window.clone(),
        pin: letter.pin.clone(),
        link: Secret::new(link),
        barcode: letter.barcode.clone(),
    }
}

/// A letter of a demonstration that was delivered there, as it would lie in the letter box: the PDF. Nothing in any other environment, and
/// when there is no such letter.
pub fn letter_at_hand(
    platform: &Platform,
    identity: &IdentityService,
    barcode: &str,
    font: &LetterFont,
) -> Result<Option<Vec<u8>>, LetterBatchError> {
    let Some(letter) = identity::open_at_hand(identity.ledger(), platform.environment(), barcode)? else { return Ok(None) };
    let (pdf, refused) = pin_letters_pdf(&common(platform, identity, platform.now().day()), &[sheet(platform, &letter)], font)?;
    Ok(refused.is_empty().then_some(pdf))
}

/// Batches that a crash has interrupted: one that the bureau can fetch is finished, any other is dropped and its letters wait again.
pub(crate) fn finish_batches(platform: &Platform, identity: &IdentityService, age_ms: i64) -> Result<(), StepError> {
    let (ledger, now) = (identity.ledger(), platform.now());
    for batch in ledger.read("flows.unfinished_batches", identity::unfinished_batches)? {
        if now.since(batch.made) < age_ms {
            continue;
        }
        let (id, lease) = (batch.id, batch.lease);
        let handed = platform.ledger().read("flows.batch_handed_over", move |tx| processors::hand_overs(tx, lease))?;
        let finish = handed.iter().any(|one| one.id == id);
        ledger.write("flows.settle_batch", JOB, move |work: &mut Work<'_, '_>| {
            if finish { identity::finish_batch(work, &batch, &[]) } else { identity::drop_batch(work, id, &[]) }
        })?;
    }
    Ok(())
}
