use std::collections::BTreeMap;
use std::fmt::Write as _;

use kernel::{Fault, Kind, Text};
use seal::sha256;
use serde::{Deserialize, Serialize};

use crate::line::is_line;

/// What a contract must say before any personal data goes to the contractor (PDPO DPP2(3) and DPP4(2); S17 17.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clause {
    /// How the data is kept safe.
    Security,
    /// A breach is told to the department at once.
    BreachNotice,
    /// Data is returned and destroyed at the end, and the destruction is stated and signed.
    ReturnAndDestruction,
    /// The department may audit.
    AuditRight,
    /// Nobody else gets the data without the department's consent.
    NoSubProcessing,
    /// Where the data is kept.
    PlaceOfStorage,
}

impl Clause {
    /// All six, in the order of the form.
    pub const ALL: [Self; 6] = [
        Self::Security,
        Self::BreachNotice,
        Self::ReturnAndDestruction,
        Self::AuditRight,
        Self::NoSubProcessing,
        Self::PlaceOfStorage,
    ];

    /// The name in forms and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::BreachNotice => "breach-notice",
            Self::ReturnAndDestruction => "return-and-destruction",
            Self::AuditRight => "audit-right",
            Self::NoSubProcessing => "no-sub-processing",
            Self::PlaceOfStorage => "place-of-storage",
        }
    }

    /// What officers read.
    pub fn title(self) -> Text {
        match self {
            Self::Security => Text::new("Security of the data", "資料保安", "资料保安"),
            Self::BreachNotice => {
                Text::new("Immediate notice of a breach", "即時通報資料外洩事故", "即时通报资料外泄事故")
            }
            Self::ReturnAndDestruction => {
                Text::new("Return and destruction at the end", "期滿時交還及銷毀資料", "期满时交还及销毁资料")
            }
            Self::AuditRight => Text::new("The department may audit", "部門有權審核", "部门有权审核"),
            Self::NoSubProcessing => Text::new(
                "No sub-processing without consent",
                "未經同意不得再判或轉交他人處理",
                "未经同意不得再判或转交他人处理",
            ),
            Self::PlaceOfStorage => Text::new("Place of storage", "資料儲存地點", "资料储存地点"),
        }
    }
}

/// Where a contractor keeps the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Storage {
    /// On the department's own servers.
    Department,
    /// On the contractor's own machines in Hong Kong.
    OwnMachines,
    /// In a public cloud. All personal data is RESTRICTED (S17 20.1.4), and RESTRICTED data does not go there (17.3.1).
    PublicCloud,
}

impl Storage {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Department, Self::OwnMachines, Self::PublicCloud];

    /// The name in forms and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::OwnMachines => "own-machines",
            Self::PublicCloud => "public-cloud",
        }
    }

    /// The place with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.slug() == slug)
    }
}

/// Where in the contract each clause stands, and where the data is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClauseRecord {
    /// The place of each clause in the document: `Clause 14.2`.
    pub clauses: BTreeMap<Clause, String>,
    /// Where the data is kept.
    pub storage: Storage,
    /// The address of that place, on one line.
    pub place: String,
}

/// Why data cannot be given under a contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClauseFlaw {
    /// A clause is missing.
    #[error("the contract does not say anything about: {}", .0.slug())]
    Missing(Clause),
    /// The data would go to a public cloud.
    #[error("personal data is RESTRICTED and does not go to a public cloud (S17 17.3.1)")]
    PublicCloud,
    /// The place of storage is not named.
    #[error("say where the data is kept, on one line")]
    Place,
}

impl Fault for ClauseFlaw {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

impl ClauseRecord {
    /// Everything that keeps data from being given under the contract; nothing when it is complete.
    pub fn flaws(&self) -> Vec<ClauseFlaw> {
        let named = |clause: &Clause| self.clauses.get(clause).is_some_and(|place| is_line(place, 200));
        let mut flaws: Vec<ClauseFlaw> =
            Clause::ALL.into_iter().filter(|clause| !named(clause)).map(ClauseFlaw::Missing).collect();
        if self.storage == Storage::PublicCloud {
            flaws.push(ClauseFlaw::PublicCloud);
        }
        if !is_line(&self.place, 200) {
            flaws.push(ClauseFlaw::Place);
        }
        flaws
    }

    /// SHA-256 over the record, which the manifest of a package names.
    pub fn digest(&self) -> [u8; 32] {
        let mut text = format!("lionrock clauses v1\nstorage: {}\nplace: {}\n", self.storage.slug(), self.place);
        for (clause, place) in &self.clauses {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{}: {place}", clause.slug());
        }
        sha256(&[text.as_bytes()])
    }
}

#[cfg(test)]
pub(crate) fn complete() -> ClauseRecord {
    let clauses = Clause::ALL.into_iter().zip(1..).map(|(clause, number)| (clause, format!("Clause {number}")));
    ClauseRecord {
        clauses: clauses.collect(),
        storage: Storage::OwnMachines,
        place: "8 Wharf Road, Hong Kong".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clause_is_needed_and_no_public_cloud_will_do() {
        assert_eq!(complete().flaws(), []);
        for clause in Clause::ALL {
            let mut record = complete();
            record.clauses.remove(&clause);
            assert_eq!(record.flaws(), [ClauseFlaw::Missing(clause)]);
            record.clauses.insert(clause, "  ".to_owned());
            assert_eq!(record.flaws(), [ClauseFlaw::Missing(clause)]);
            assert!(clause.title().blanks().is_empty());
        }
        let cloud = ClauseRecord { storage: Storage::PublicCloud, ..complete() };
        assert_eq!(cloud.flaws(), [ClauseFlaw::PublicCloud]);
        let nowhere = ClauseRecord { place: String::new(), ..complete() };
        assert_eq!(nowhere.flaws(), [ClauseFlaw::Place]);
    }

    #[test]
    fn the_digest_changes_with_every_word() {
        let mut other = complete();
        other.clauses.insert(Clause::AuditRight, "Clause 99".to_owned());
        assert_ne!(complete().digest(), other.digest());
    }
}
