use kernel::Day;
use seal::{Purpose, RecordNumber, SealError, Target};

/// A target as its row has it: numbers that a kind does not use are 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TargetParts {
    pub kind: &'static str,
    pub purpose: String,
    pub expiry: Day,
    pub record: u64,
    /// The person of a value, or how many persons a group has.
    pub person: u8,
    pub group: u8,
}

const NO_DAY: Day = Day::from_number(0);

pub(crate) fn parts(target: &Target) -> TargetParts {
    let purpose = target.purpose().map(|purpose| purpose.to_string()).unwrap_or_default();
    let record = match target {
        Target::LedgerLost { lines } => *lines,
        target => target.record().map_or(0, |record| record.0),
    };
    let (kind, expiry, person, group) = match *target {
        Target::Value { expiry, person, group, .. } => ("value", expiry, person, group),
        Target::Group { expiry, persons, group, .. } => ("group", expiry, persons, group),
        Target::Record { expiry, .. } => ("record", expiry, 0, 0),
        Target::Day { expiry, .. } => ("day", expiry, 0, 0),
        Target::Purpose { .. } => ("purpose", NO_DAY, 0, 0),
        Target::Service => ("service", NO_DAY, 0, 0),
        Target::LedgerLost { .. } => ("ledger-lost", NO_DAY, 0, 0),
    };
    TargetParts { kind, purpose, expiry, record, person, group }
}

/// The target of a row.
pub(crate) fn target(
    kind: &str,
    purpose: &str,
    expiry: Day,
    record: u64,
    person: u8,
    group: u8,
) -> Result<Target, SealError> {
    let record = RecordNumber(record);
    match kind {
        "service" => return Ok(Target::Service),
        "ledger-lost" => return Ok(Target::LedgerLost { lines: record.0 }),
        _ => {}
    }
    let purpose = Purpose::new(purpose)?;
    match kind {
        "value" => Ok(Target::Value { purpose, expiry, record, person, group }),
        "group" => Ok(Target::Group { purpose, expiry, record, persons: person, group }),
        "record" => Ok(Target::Record { purpose, expiry, record }),
        "day" => Ok(Target::Day { purpose, expiry }),
        "purpose" => Ok(Target::Purpose { purpose }),
        _ => Err(SealError::Invalid("not a kind of erasure")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_goes_into_its_row_and_back() {
        let (purpose, expiry) = (Purpose::new("delivery").unwrap(), Day::from_number(18_400));
        let record = RecordNumber(77);
        for whole in [
            Target::Value { purpose, expiry, record, person: 3, group: 2 },
            Target::Group { purpose, expiry, record, persons: 6, group: 1 },
            Target::Record { purpose, expiry, record },
            Target::Day { purpose, expiry },
            Target::Purpose { purpose },
            Target::Service,
            Target::LedgerLost { lines: 17 },
        ] {
            let row = parts(&whole);
            let back = target(row.kind, &row.purpose, row.expiry, row.record, row.person, row.group).unwrap();
            assert_eq!(back, whole);
        }
        assert!(target("planet", "delivery", expiry, 1, 0, 0).is_err());
    }
}
