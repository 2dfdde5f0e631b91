use kernel::Text;

/// Why a definition does not compile: where, and one plain sentence in three languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The place in the definition, such as `fields[2].purpose`.
    pub path: String,
    /// What is wrong and what to do.
    pub message: Text,
}

impl Flaw {
    /// A flaw at `path`, said in English, Traditional and Simplified Chinese.
    pub(super) fn new(path: impl Into<String>, message: [&str; 3]) -> Self {
        let [en, traditional, simplified] = message;
        Self { path: path.into(), message: Text::new(en, traditional, simplified) }
    }
}
