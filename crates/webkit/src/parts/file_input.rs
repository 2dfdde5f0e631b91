use super::part;
use crate::upload::FileKind;

/// A field for one file. Its form must say [`crate::parts::Form::with_file`], and its page read [`crate::SentForm`].
#[derive(Clone, Debug, Default)]
pub struct FileInput {
    /// Name and id.
    pub name: String,
    /// The label.
    pub label: String,
    /// What to choose, how large it may be.
    pub hint: Option<String>,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What browsers offer first; what is sent is looked at all the same.
    pub accept: &'static str,
    /// Which camera a phone opens for it (HTML Media Capture): `environment` or `user`. Files can be chosen all the same elsewhere.
    pub capture: Option<&'static str>,
}

impl FileInput {
    /// A field with a label for files of this kind.
    pub fn new(name: impl Into<String>, label: impl Into<String>, kind: FileKind) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            accept: kind.accept(),
            ..Self::default()
        }
    }
}

part!(FileInput, "parts/file_input.html");
