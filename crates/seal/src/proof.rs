/// Proof that the opening of a value stands in a journal that has been committed.
///
/// Only `journal` makes one (`cargo xtask tidy` sees to it), after COMMIT; so no plaintext exists before its opening
/// is on record.
#[derive(Debug)]
pub struct AfterCommit(());

impl AfterCommit {
    /// To be named by `journal` only.
    pub const fn vouched_by_journal() -> Self {
        Self(())
    }
}
