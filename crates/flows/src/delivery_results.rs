use people::{Grant, RequestExport};
use registration::{ExportError, ImportedResults, UNKNOWN_REFERENCE};
use store::RunError;

use crate::{Platform, Service};

/// Takes over a courier's results. What it says of a planted record counts as taken over: nobody learns from the answer which
/// records those are.
pub fn import_delivery_results(
    platform: &Platform,
    service: &Service,
    grant: &Grant<RequestExport>,
    file: &str,
) -> Result<ImportedResults, ExportError> {
    let (scheme, ledger) = (service.scheme(), platform.ledger());
    let mut imported = registration::import_results(service.ledger(), &scheme, platform.sender(), grant, file)?;
    let (unknown, bad): (Vec<_>, Vec<_>) = imported.bad.into_iter().partition(|(_, why)| *why == UNKNOWN_REFERENCE);
    imported.bad = bad;
    if !unknown.is_empty() {
        let lines: Vec<&str> = file.lines().collect();
        let planted = ledger.read("flows.planted_results", |tx| {
            let reference = |number: usize| {
                let line = lines.get(number.saturating_sub(1)).copied().unwrap_or_default();
                line.split(',').next().unwrap_or_default().trim().trim_matches('"').to_owned()
            };
            let is_planted =
                |(number, _): &(usize, &str)| processors::is_planted_reference(tx, ledger.keys(), &reference(*number));
            unknown.iter().map(is_planted).collect::<Result<Vec<bool>, store::StoreError>>()
        });
        let planted = planted.map_err(|error: RunError<store::StoreError>| match error {
            RunError::Refused(error) | RunError::Store(error) => ExportError::Store(error),
            RunError::Busy { .. } => ExportError::Match(registration::MatchError::Busy),
        })?;
        imported.taken += planted.iter().filter(|planted| **planted).count();
        let others = unknown.into_iter().zip(planted).filter(|(_, planted)| !planted);
        imported.bad.extend(others.map(|(line, _)| line));
        imported.bad.sort_unstable();
    }
    Ok(imported)
}
