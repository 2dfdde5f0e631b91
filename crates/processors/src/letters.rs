use kernel::{Id, Instant, kinds, to_hex};
use seal::{SealError, age_files, sha256};
use serde_json::json;

use crate::package::{BLOCK, append};
use crate::{ContractorKeys, Lease, Package};

/// Letters for a print bureau: paper, not records, so nothing is planted among them.
pub struct Sheaf<'a> {
    /// The lease to which they are bound.
    pub lease: &'a Lease,
    /// The batch; the package has the same id.
    pub batch: Id<kinds::Export>,
    /// SHA-256 over the clause record of the contract.
    pub clauses: [u8; 32],
    /// One document, a sheet a letter.
    pub pdf: &'a [u8],
    /// How many.
    pub letters: usize,
}

/// Packs letters as a tar file with `manifest.json` and `letters.pdf` and encrypts it to the bureau.
pub fn pack_letters(sheaf: &Sheaf<'_>, to: &ContractorKeys, now: Instant) -> Result<Package, SealError> {
    let Sheaf { lease, batch, clauses, pdf, letters } = sheaf;
    let manifest = json!({
        "format": "lionrock-letters/1",
        "batch": batch.to_string(),
        "lease": lease.id,
        "contractor": lease.contractor,
        "service": lease.service,
        "purpose": lease.purpose,
        "until": lease.until,
        "clauses": to_hex(clauses),
        "letters": letters,
        "letters.pdf": to_hex(&sha256(&[pdf])),
        "made": now.to_string(),
    });
    let mut tar = Vec::with_capacity(pdf.len() + 4096);
    append(&mut tar, "manifest.json", format!("{manifest:#}\n").as_bytes(), now);
    append(&mut tar, "letters.pdf", pdf, now);
    tar.resize(tar.len() + 2 * BLOCK, 0);
    let bytes = age_files::encrypt_to(std::slice::from_ref(&to.recipient), &tar)?;
    Ok(Package { digest: sha256(&[&bytes]), bytes, records: *letters })
}
