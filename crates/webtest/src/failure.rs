/// Why a browser test could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Chromium did not start; the last line it wrote is in the text.
    #[error("Chromium did not start (Debian package `chromium`): {0}")]
    Launch(String),
    /// The browser went away while it was asked something.
    #[error("the browser went away")]
    Gone,
    /// The browser refused a command of the protocol.
    #[error("{method}: {reason}")]
    Refused {
        /// The command.
        method: String,
        /// What the browser said.
        reason: String,
    },
    /// Nothing on the page fits the selector.
    #[error("nothing on {url} fits `{selector}`")]
    NotFound {
        /// The selector that was asked for.
        selector: String,
        /// The page it was asked of.
        url: String,
    },
    /// Something else lies over the element, so that a person could not press it either.
    #[error("`{selector}` is covered by {by}")]
    Covered {
        /// The selector that was to be pressed.
        selector: String,
        /// What would have got the click.
        by: String,
    },
    /// What was waited for did not happen in time.
    #[error("waited {seconds} s in vain for {what}")]
    Late {
        /// What was waited for.
        what: String,
        /// For how long.
        seconds: u64,
    },
    /// A script threw.
    #[error("script: {0}")]
    Script(String),
    /// An answer of the browser had another shape than the protocol says.
    #[error("the browser's answer lacks {0}")]
    Answer(&'static str),
    /// A file could not be written.
    #[error("{0}")]
    File(#[from] std::io::Error),
}
