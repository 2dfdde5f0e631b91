use super::part;
use crate::markup::Markup;

/// A part that the server sends anew while the page is open; see [`crate::live`]. The page needs `.script("live.js")`. Without scripts,
/// and when the answer ends, a link loads the page again.
#[derive(Clone, Debug, Default)]
pub struct LivePart {
    /// Where it comes from.
    pub url: String,
    /// The part as it stands.
    pub body: Markup,
    /// The page itself, to load it again, …
    pub again: String,
    /// … and the words of that link.
    pub again_words: String,
}

part!(LivePart, "parts/live.html", without words);
