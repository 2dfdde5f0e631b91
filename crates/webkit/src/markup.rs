use std::fmt;

use askama::Template;

/// HTML that is already safe. Templates print it as it stands; everything else they escape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// Plain text, escaped.
    pub fn text(text: &str) -> Self {
        let mut out = String::with_capacity(text.len() + text.len() / 8);
        for c in text.chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                _ => out.push(c),
            }
        }
        Self(out)
    }

    /// Renders a template. A template that cannot be rendered is a fault of ours: it is logged and the place stays empty.
    pub fn render(template: &impl Template) -> Self {
        template.render().map_or_else(
            |error| {
                tracing::error!(%error, "a template could not be rendered");
                Self::default()
            },
            Self,
        )
    }

    /// Takes a text as HTML. Only for HTML that our own code wrote.
    pub fn trusted(html: impl Into<String>) -> Self {
        Self(html.into())
    }

    /// Appends another piece.
    pub fn push(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing would be shown.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Markup {}

impl askama::FastWritable for Markup {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

impl From<&str> for Markup {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Markup {
    fn from(text: String) -> Self {
        Self::text(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let markup = Markup::text("<b a=\"x\" b='y'>&");
        assert_eq!(
            markup.as_str(),
            "&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;"
        );
    }
}
