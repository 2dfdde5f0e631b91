use std::sync::Arc;

use kernel::{Fault, Id, Kind, kinds};
use registration::{Channel, CorrectError, Correction};
use thiserror::Error;

use crate::erase::complete;
use crate::submit_household::rules;
use crate::{EraseError, Platform, Service};

/// Why nothing was corrected, or why what was wrong could not be erased yet.
#[derive(Debug, Error)]
pub enum CorrectHouseholdError {
    /// Nothing was corrected.
    #[error(transparent)]
    Correct(#[from] CorrectError),
    /// It is corrected; what was wrong is erased by the next round.
    #[error(transparent)]
    Erase(#[from] EraseError),
}

impl Fault for CorrectHouseholdError {
    fn kind(&self) -> Kind {
        match self {
            Self::Correct(error) => error.kind(),
            Self::Erase(error) => error.kind(),
        }
    }
}

/// Corrects name, address or mobile of a household and erases what was wrong. False when nothing was different.
pub fn correct_household(
    platform: &Arc<Platform>,
    service: &Arc<Service>,
    household: Id<kinds::Household>,
    correction: &Correction,
) -> Result<bool, CorrectHouseholdError> {
    let rules = rules(platform, service, Channel::Online);
    let corrected = registration::correct(service.ledger(), &rules, household, correction)?;
    let Some(erasure) = corrected.erasure else { return Ok(false) };
    complete(service.ledger(), erasure, false)?;
    Ok(true)
}
