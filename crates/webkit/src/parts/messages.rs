use super::part;
use crate::markup::Markup;

/// What is wrong with the page, on top of it; focus moves here, with scripts or without.
#[derive(Clone, Debug, Default)]
pub struct ErrorSummary {
    /// Anchor of the field and message.
    pub lines: Vec<(String, String)>,
}

part!(ErrorSummary, "parts/error_summary.html");

/// News about what was just done, or something everyone should know.
#[derive(Clone, Debug, Default)]
pub struct Notification {
    /// The heading in the banner's edge; "Important" or "Success" when empty.
    pub title: String,
    /// The message.
    pub body: Markup,
    /// Whether something succeeded.
    pub success: bool,
}

part!(Notification, "parts/notification.html");

/// The large panel of a confirmation.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// What happened.
    pub title: String,
    /// The words before the reference.
    pub label: String,
    /// The reference, large.
    pub reference: String,
}

part!(Panel, "parts/panel.html", without words);

/// A paragraph set off from its neighbours.
#[derive(Clone, Debug, Default)]
pub struct Inset(pub Markup);

part!(Inset, "parts/inset.html", without words);

/// A consequence that must not be missed.
#[derive(Clone, Debug, Default)]
pub struct Warning(pub String);

part!(Warning, "parts/warning.html");

/// More for those who want it, closed at first.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// The line that opens it.
    pub summary: String,
    /// What it holds.
    pub body: Markup,
    /// Whether it is open at first.
    pub open: bool,
}

part!(Details, "parts/details.html", without words);

/// The state of a thing, in one or two words; the colour only repeats them.
#[derive(Clone, Debug, Default)]
pub struct Tag {
    /// The words.
    pub text: String,
    /// The colour.
    pub tone: Tone,
}

/// What a state means for the reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to do.
    #[default]
    Neutral,
    /// Under way.
    Active,
    /// Done well.
    Good,
    /// Needs attention.
    Attention,
    /// Failed or dangerous.
    Bad,
}

impl Tag {
    /// A tag.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone,
        }
    }

    pub(super) const fn class(&self) -> &'static str {
        match self.tone {
            Tone::Neutral => "lr-tag",
            Tone::Active => "lr-tag lr-tag--active",
            Tone::Good => "lr-tag lr-tag--good",
            Tone::Attention => "lr-tag lr-tag--attention",
            Tone::Bad => "lr-tag lr-tag--bad",
        }
    }
}

part!(Tag, "parts/tag.html", without words);

#[cfg(test)]
mod tests {
    use kernel::Language;

    use super::*;
    use crate::parts::Part;

    #[test]
    fn the_error_summary_takes_focus_without_scripts() {
        let summary = ErrorSummary {
            lines: vec![("#hkid".into(), "<x>".into())],
        };
        let html = summary.html(Language::ZhHant).to_string();
        assert!(
            html.contains("role=\"alert\"") && html.contains("tabindex=\"-1\" autofocus"),
            "{html}"
        );
        assert!(
            html.contains("href=\"#hkid\"") && !html.contains("<x>"),
            "{html}"
        );
    }

    #[test]
    fn tags_escape_their_words() {
        let html = Tag::new("<b>", Tone::Bad).html(Language::En).to_string();
        assert!(
            html.contains("lr-tag--bad") && !html.contains("<b>"),
            "{html}"
        );
    }
}
