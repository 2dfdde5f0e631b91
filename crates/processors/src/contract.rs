use kernel::{Day, Id, Instant, Text, kinds};
use serde::{Deserialize, Serialize};

use crate::ClauseRecord;

/// A contract of a department with a contractor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// Its id.
    pub id: Id<kinds::Contract>,
    /// With whom.
    pub contractor: Id<kinds::Contractor>,
    /// Whose contract it is.
    pub department: Id<kinds::Department>,
    /// What it is for.
    pub title: Text,
    /// Where the clauses stand.
    pub clauses: ClauseRecord,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
    /// When it was ended before its last day, if it was.
    pub ended: Option<Instant>,
    /// Sub-processors to whom the department has consented.
    pub sub_processors: Vec<SubProcessor>,
}

/// Somebody who works for a contractor with the department's consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubProcessor {
    /// Its name.
    pub name: String,
    /// Where it keeps the data.
    pub place: String,
    /// Who consented.
    pub by: Id<kinds::Officer>,
    /// When.
    pub at: Instant,
}

impl Contract {
    /// Whether data may be given under it at this moment: it runs, and its clauses are complete.
    pub fn holds(&self, now: Instant) -> bool {
        let today = now.day();
        self.ended.is_none() && (self.from..=self.until).contains(&today) && self.clauses.flaws().is_empty()
    }

    /// Whether the department has consented to a sub-processor of this name.
    pub fn allows(&self, name: &str) -> bool {
        let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        self.sub_processors.iter().any(|one| folded(&one.name) == folded(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clause::complete;

    #[test]
    fn a_contract_holds_from_its_first_to_its_last_day_if_its_clauses_are_complete() {
        let contract = Contract {
            id: Id::from_bytes([1; 16]),
            contractor: Id::from_bytes([2; 16]),
            department: Id::from_bytes([3; 16]),
            title: Text::new("Delivery", "派送", "派送"),
            clauses: complete(),
            from: "2022-01-01".parse().unwrap(),
            until: "2023-02-28".parse().unwrap(),
            ended: None,
            sub_processors: vec![],
        };
        let at = |text: &str| Instant::parse_hong_kong(text).unwrap();
        assert!(!contract.holds(at("2021-12-31T23:59")));
        assert!(contract.holds(at("2022-01-01T00:00")));
        assert!(contract.holds(at("2023-02-28T23:59")));
        assert!(!contract.holds(at("2023-03-01T00:00")));
        let mut incomplete = contract.clone();
        incomplete.clauses.clauses.clear();
        assert!(!incomplete.holds(at("2022-06-01T12:00")));
        let (by, at_day) = (Id::from_bytes([4; 16]), at("2022-01-01T00:00"));
        let one = SubProcessor { name: "Harbour  Couriers".into(), place: "Kwun Tong".into(), by, at: at_day };
        let with = Contract { sub_processors: vec![one], ..contract };
        assert!(with.allows("harbour couriers") && !with.allows("Somebody Else"));
    }
}
