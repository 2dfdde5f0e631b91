use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use journal::{JournalError, Ledger};
use kernel::{Fault, Id, Kind, Secret, kinds};
use people::Department;
use processors::Contractor;
use registration::{OpenRecordError, OwnData, StatusView};
use serde_json::{Value, json};
use store::{RunError, StoreError};
use thiserror::Error;

use crate::{Holding, Platform, Service, holdings};

/// Everything that a resident is shown of their own household: the page and the copy, as PDF and JSON, say nothing else.
#[derive(Debug)]
pub struct OwnFile {
    /// State, single openings and openings of whole batches.
    pub status: StatusView,
    /// What is held, opened.
    pub own: OwnData,
    /// The reasons of the single openings, in their order; nothing where a reason has died.
    pub reasons: Vec<Option<Secret<String>>>,
    /// Who may have opened something, by name.
    pub names: Names,
    /// Which contractor holds something of the service.
    pub holdings: Vec<Holding>,
}

/// Who may have opened something, by name: departments and contractors, never people.
#[derive(Debug)]
pub struct Names {
    /// Every department.
    pub departments: Vec<Department>,
    /// Every contractor.
    pub contractors: Vec<Contractor>,
}

/// Why a resident's own file is not shown.
#[derive(Debug, Error)]
pub enum OwnFileError {
    /// Nothing is held any more.
    #[error("nothing of this registration is held any more")]
    Gone,
    /// The data do not open.
    #[error(transparent)]
    Open(#[from] OpenRecordError),
    /// The database failed, or is busy.
    #[error(transparent)]
    Store(#[from] RunError<StoreError>),
}

impl Fault for OwnFileError {
    fn kind(&self) -> Kind {
        match self {
            Self::Gone => Kind::Gone,
            Self::Open(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Opens a resident's complete file. One unit of work puts on record that the data and the reasons were shown; then both open.
/// The openings are those from before this one.
pub fn own_file(platform: &Platform, service: &Service, household: Id<kinds::Household>) -> Result<OwnFile, OwnFileError> {
    let ledger = service.ledger();
    let status = ledger.read("flows.own_status", |tx| registration::status(tx, household))?.ok_or(OwnFileError::Gone)?;
    let shown = (!status.openings.is_empty()).then_some("resident.openings_shown");
    let (own, committed) = registration::open_own_and(ledger, household, shown)?;
    let reasons = status.openings.iter().map(|opening| opening.reason(&committed, ledger.keys()).ok().flatten()).collect();
    Ok(OwnFile { reasons, names: names(platform)?, holdings: holdings(platform, service.id())?, status, own })
}

/// Departments and contractors by name.
pub fn names(platform: &Platform) -> Result<Names, RunError<StoreError>> {
    platform.ledger().read("flows.names", |tx| {
        Ok(Names { departments: people::departments(tx)?, contractors: processors::contractors(tx)? })
    })
}

/// The proof that an entry stands in the published journal of a service, as `lionrock-verify receipt` reads it; nothing while the
/// entry waits for its place.
pub fn entry_proof(service: &Service, entry: Id<kinds::Event>) -> Result<Option<Value>, JournalError> {
    ledger_proof(service.ledger(), entry)
}

/// The same of any journal.
pub fn ledger_proof(ledger: &Ledger, entry: Id<kinds::Event>) -> Result<Option<Value>, JournalError> {
    let (Some(entry), Some(inclusion)) = (ledger.entry(entry)?, ledger.inclusion(entry)?) else { return Ok(None) };
    Ok(Some(json!({
        "format": "lionrock-receipt/1",
        "origin": ledger.origin(),
        "event": entry.body,
        "salt": STANDARD.encode(&entry.salt),
        "inclusion": inclusion.to_json(),
    })))
}

/// The proofs of everything in a resident's list: the single openings, then the batches; nothing for what waits for its place.
pub fn opening_proofs(service: &Service, status: &StatusView) -> Result<Vec<Option<Value>>, JournalError> {
    status.openings.iter().chain(&status.batches).map(|opening| entry_proof(service, opening.event)).collect()
}
