use std::collections::BTreeMap;

use kernel::{Id, kinds};
use store::{StoreError, Tx};

use crate::turn::SESSIONS;
use crate::{Help, Week, storage};

/// How many residents were helped at a station in a week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelpCounts {
    /// Sessions.
    pub sessions: i64,
    /// By kind of help, in the order of [`Help::ALL`]. One session may count under several.
    pub kinds: [i64; Help::ALL.len()],
}

/// The counts of a week by station. Weeks do not overlap, so that no two pages of counts differ by a single day.
pub fn help_counts(tx: &mut Tx<'_>, week: Week) -> Result<BTreeMap<Id<kinds::Station>, HelpCounts>, StoreError> {
    let mut counts: BTreeMap<Id<kinds::Station>, HelpCounts> = BTreeMap::new();
    for (station, help, many) in storage::count::between(tx, week.monday(), week.sunday())? {
        let of = counts.entry(station).or_default();
        if help == SESSIONS {
            of.sessions += many;
        }
        for (kind, cell) in Help::ALL.iter().zip(of.kinds.iter_mut()) {
            if kind.slug() == help {
                *cell += many;
            }
        }
    }
    Ok(counts)
}
