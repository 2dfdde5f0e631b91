use kernel::Day;

/// One change of the root key: the tree was written anew under another root, and the old root overwritten and removed.
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
}

/// The end of a keyring: every node, the index key and the root are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroyed {
    /// SHA-256 that names the last root, in hexadecimal.
    pub root_id: String,
    /// `overwritten`: the root stood in a file. (A root in a token would be `destroyed`.)
    pub kind: &'static str,
    /// How often the root had changed before.
    pub rolls: u64,
}

impl Destroyed {
    pub(crate) const fn overwritten(root_id: String, rolls: u64) -> Self {
        Self { root_id, kind: "overwritten", rolls }
    }
}
