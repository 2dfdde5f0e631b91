use kernel::{Instant, Random, Secret, csv_line, to_hex};
use seal::{SealError, age_files, sha256};
use serde_json::json;

use crate::{Canary, ContractorKeys, Lease};

/// Field groups of records to be handed over, as a table.
pub struct Cargo<'a> {
    /// The lease.
    pub lease: &'a Lease,
    /// SHA-256 over the clause record of the contract.
    pub clauses: [u8; 32],
    /// The names of the fields, in the order of the cells: `reference`, `name`, `identity-number`, `birth`, `mobile`,
    /// `address`, `people`.
    pub fields: Vec<String>,
    /// The true records.
    pub rows: Vec<Vec<String>>,
    /// The planted ones.
    pub canaries: &'a [Canary],
}

/// A package as it goes to the contractor.
#[derive(Clone, Debug)]
pub struct Package {
    /// A tar file with `manifest.json` and `records.csv`, encrypted to the contractor (`age`).
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`.
    pub digest: [u8; 32],
    /// Records in it, the planted ones included: how many those are is told to nobody.
    pub records: usize,
}

/// Why a package is not made.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// Planted records would stand out: they do not have this field.
    #[error("planted records have no field {0:?}: hand over only reference, name, identity-number, birth, mobile, address, people")]
    Field(String),
    /// No planted records.
    #[error("a package without planted records cannot be followed")]
    NoCanaries,
    /// The encryption failed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl kernel::Fault for PackageError {
    fn kind(&self) -> kernel::Kind {
        match self {
            Self::Field(_) | Self::NoCanaries => kernel::Kind::Invalid,
            Self::Seal(error) => error.kind(),
        }
    }
}

/// How many records to plant among so many: a few in a small package, one in five hundred in a large one, never a round number
/// that could be guessed.
pub fn canary_count(records: usize, random: &dyn Random) -> usize {
    let usual = 3 + records / 500;
    usual + usize::try_from(random.below(u64::try_from(usual).unwrap_or(3))).unwrap_or(0)
}

/// Packs the records with the canaries among them, in an order by chance, and encrypts the whole to the contractor.
pub fn pack(
    cargo: Cargo<'_>,
    to: &ContractorKeys,
    now: Instant,
    random: &dyn Random,
) -> Result<Package, PackageError> {
    let Cargo { lease, clauses, fields, mut rows, canaries } = cargo;
    if canaries.is_empty() {
        return Err(PackageError::NoCanaries);
    }
    for canary in canaries {
        let cells = fields.iter().map(|field| canary.cell(field).ok_or_else(|| PackageError::Field(field.clone())));
        let row = cells.collect::<Result<Vec<_>, _>>()?;
        let at = random.below(u64::try_from(rows.len()).unwrap_or(0) + 1);
        rows.insert(usize::try_from(at).unwrap_or(0), row);
    }
    let records = rows.len();
    let csv = csv(&fields, &rows);
    let manifest = json!({
        "format": "lionrock-package/1",
        "lease": lease.id,
        "contractor": lease.contractor,
        "service": lease.service,
        "purpose": lease.purpose,
        "until": lease.until,
        "clauses": to_hex(&clauses),
        "fields": fields,
        "records": records,
        "records.csv": to_hex(&sha256(&[csv.expose().as_bytes()])),
        "made": now.to_string(),
    });
    let manifest = format!("{manifest:#}\n");
    let mut tar = Vec::with_capacity(csv.expose().len() + 4096);
    append(&mut tar, "manifest.json", manifest.as_bytes(), now);
    append(&mut tar, "records.csv", csv.expose().as_bytes(), now);
    tar.resize(tar.len() + 2 * BLOCK, 0);
    let bytes = age_files::encrypt_to(std::slice::from_ref(&to.recipient), &tar)?;
    Ok(Package { digest: sha256(&[&bytes]), bytes, records })
}

/// The head and a line a record.
fn csv(fields: &[String], rows: &[Vec<String>]) -> Secret<String> {
    let mut text = csv_line(fields);
    for row in rows {
        text.push_str(&csv_line(row));
    }
    Secret::new(text)
}

pub(crate) const BLOCK: usize = 512;

/// One file in the `ustar` format (POSIX.1-1988), readable by every `tar`.
pub(crate) fn append(tar: &mut Vec<u8>, name: &str, content: &[u8], now: Instant) {
    let mut header = [0; BLOCK];
    let seconds = now.millis() / 1000;
    let numbers = [(100, "0000600\0".to_owned()), (108, "0000000\0".to_owned()), (116, "0000000\0".to_owned())];
    let fields = [
        (0, name.to_owned()),
        (124, format!("{:011o}\0", content.len())),
        (136, format!("{seconds:011o}\0")),
        (148, " ".repeat(8)),
        (156, "0".to_owned()),
        (257, "ustar\x0000".to_owned()),
    ];
    for (at, text) in numbers.into_iter().chain(fields) {
        header.iter_mut().skip(at).zip(text.bytes()).for_each(|(to, from)| *to = from);
    }
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    header.iter_mut().skip(148).zip(sum.bytes()).for_each(|(to, from)| *to = from);
    tar.extend_from_slice(&header);
    tar.extend_from_slice(content);
    tar.resize(tar.len().div_ceil(BLOCK) * BLOCK, 0);
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;
    use crate::Perch;
    use crate::lease::tests::lease;
    use kernel::Id;
    use testkit::SeededRandom;

    fn canaries(random: &SeededRandom, count: u8) -> Vec<Canary> {
        let make = |number: u8| {
            let perch = Perch { reference: format!("T-{number}"), building: "Wah Fu Estate, \"Block 2\"".into() };
            Canary::make(Id::from_bytes([number; 16]), random, "2022-03-01".parse().unwrap(), perch)
        };
        (0..count).map(make).collect()
    }

    #[test]
    fn tar_reads_a_package_and_nobody_sees_which_records_are_planted() {
        let random = SeededRandom::new(8);
        let (identity, recipient) = age_files::generate_identity();
        let to = ContractorKeys { signing: [0; 32], recipient };
        let (lease, canaries) = (lease(), canaries(&random, 3));
        let fields = ["reference", "name", "address"].map(str::to_owned).to_vec();
        let rows = (0..20).map(|n| vec![format!("R-{n}"), "=SUM(A1)".into(), "1 Road".into()]).collect();
        let cargo = Cargo { lease: &lease, clauses: [7; 32], fields, rows, canaries: &canaries };
        let now = Instant::parse_hong_kong("2022-03-01T09:00").unwrap();
        let package = pack(cargo, &to, now, &random).unwrap();
        assert_eq!(package.records, 23);
        let tar = age_files::decrypt(&identity, &package.bytes).unwrap();
        let directory = tempfile::TempDir::new().unwrap();
        let mut child =
            Command::new("tar").args(["-x", "-C"]).arg(directory.path()).stdin(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), tar.expose()).unwrap();
        assert!(child.wait().unwrap().success());
        let csv = std::fs::read_to_string(directory.path().join("records.csv")).unwrap();
        assert_eq!(csv.lines().count(), 24);
        assert!(csv.contains("'=SUM(A1)") && canaries.iter().all(|canary| csv.contains(&canary.name)));
        let manifest = std::fs::read_to_string(directory.path().join("manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!((manifest["records"].as_i64(), manifest["until"].as_str()), (Some(23), Some("2023-02-28")));
        assert!(!manifest.to_string().to_lowercase().contains("canar"));
    }

    #[test]
    fn planted_records_never_stand_out_and_are_never_missing() {
        let random = SeededRandom::new(8);
        let (_, recipient) = age_files::generate_identity();
        let to = ContractorKeys { signing: [0; 32], recipient };
        let (lease, canaries, now) = (lease(), canaries(&random, 1), Instant::from_millis(0));
        let cargo = |fields: &str, canaries| Cargo {
            lease: &lease,
            clauses: [7; 32],
            fields: vec![fields.to_owned()],
            rows: vec![],
            canaries,
        };
        let odd = pack(cargo("shoe-size", &canaries), &to, now, &random);
        assert!(matches!(odd, Err(PackageError::Field(field)) if field == "shoe-size"));
        assert!(matches!(pack(cargo("name", &[]), &to, now, &random), Err(PackageError::NoCanaries)));
        for records in [0, 10, 17_325] {
            assert!(canary_count(records, &random) >= 3 + records / 500);
        }
    }
}
