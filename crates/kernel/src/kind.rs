/// The seven kinds of failure; one place (`webkit`) turns them into HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was sent is not acceptable as it stands; say which field and why.
    Invalid,
    /// The actor may not do this.
    Denied,
    /// There is no such thing, or the actor may not know that there is.
    Missing,
    /// Someone was there first.
    Taken,
    /// Try again later; nothing was lost.
    Busy,
    /// It was here and has ended, by its own terms.
    Gone,
    /// A fault of ours; the log knows more.
    Broken,
}

/// An error that knows its kind.
pub trait Fault: std::error::Error {
    /// Which of the seven it is.
    fn kind(&self) -> Kind;
}
