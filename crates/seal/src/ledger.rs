use kernel::Day;

/// How a root key that stood in a file ends.
pub const OVERWRITTEN: &str = "overwritten";
/// How a root key that stood in a token ends.
pub const DESTROYED: &str = "destroyed";
/// How a root key ended whose place was lost, and which may be found again.
pub const LOST: &str = "lost";

/// One change of the root key: the tree was written anew under another root, and the old root brought to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roll {
    /// 1 for the first change.
    pub number: u64,
    /// The day the keyring had been told.
    pub day: Day,
    /// SHA-256 that names the root that died, in hexadecimal.
    pub root_id_before: String,
    /// SHA-256 that names the root that lives on.
    pub root_id_after: String,
    /// What happened to the old root: `overwritten` (it stood in a file), `destroyed` (in a token), or `lost` (the keyring was
    /// recovered from escrow; such a roll makes nothing final, the one that follows it does).
    pub how: &'static str,
    /// The last entry of the erasure ledger that this roll made final: from now on older copies of the key files open
    /// nothing of it, nor of any entry before.
    pub erasures: u64,
}

impl Roll {
    /// Whether this roll made an entry of the erasure ledger final, or found it so already: a root that was lost may be found
    /// again, so its end makes nothing final.
    pub fn makes_final(&self, entry: u64) -> bool {
        self.how != LOST && self.erasures >= entry
    }
}

/// The end of a keyring: every node, the index key and the root are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroyed {
    /// SHA-256 that names the last root, in hexadecimal.
    pub root_id: String,
    /// `overwritten`: the root stood in a file; `destroyed`: it stood in a token.
    pub kind: &'static str,
    /// How often the root had changed before.
    pub rolls: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_04_a_root_that_was_lost_makes_nothing_final() {
        let roll = |how, erasures| Roll {
            number: 1,
            day: "2020-05-06".parse().unwrap(),
            root_id_before: String::new(),
            root_id_after: String::new(),
            how,
            erasures,
        };
        assert!(roll(OVERWRITTEN, 5).makes_final(5) && roll(DESTROYED, 5).makes_final(4));
        assert!(!roll(OVERWRITTEN, 5).makes_final(6));
        assert!(!roll(LOST, 5).makes_final(5) && !roll(LOST, 5).makes_final(0));
    }
}
