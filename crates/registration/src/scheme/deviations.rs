use kernel::Text;

use super::wording::PartName;
use super::{Clause, Definition};

/// A part of the statement that does not use the usual clause; staff see both beside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// The part, such as `retention`.
    pub part: &'static str,
    /// The usual clause, its placeholders not filled.
    pub usual: Text,
    /// The department's own.
    pub actual: Text,
}

/// Where the statement departs from the library of usual clauses.
pub fn deviations(definition: &Definition) -> Vec<Deviation> {
    clauses(definition).into_iter().filter_map(|(name, clause)| deviation(name, clause)).collect()
}

/// Every clause of the statement that the definition has, with the part it belongs to.
pub(super) fn clauses(definition: &Definition) -> Vec<(PartName, &Clause)> {
    let statement = &definition.statement;
    [
        (PartName::Purposes, statement.purposes.as_ref().map(|p| &p.clause)),
        (PartName::Items, statement.items.as_ref().map(|p| &p.clause)),
        (PartName::Refusal, statement.refusal.as_ref().map(|p| &p.clause)),
        (PartName::Transferees, statement.transferees.as_ref().map(|p| &p.clause)),
        (PartName::Retention, statement.retention.as_ref().map(|p| &p.clause)),
        (PartName::Access, statement.access.as_ref().map(|p| &p.clause)),
        (PartName::Officer, statement.officer.as_ref().map(|p| &p.clause)),
    ]
    .into_iter()
    .filter_map(|(name, clause)| Some((name, clause?)))
    .collect()
}

fn deviation(name: PartName, clause: &Clause) -> Option<Deviation> {
    let Clause::Own(actual) = clause else { return None };
    let usual = name.usual();
    (usual != *actual).then(|| Deviation { part: name.key(), usual, actual: actual.clone() })
}
