use askama::Template;
use kernel::Language;

use super::{Part, part};
use crate::l10n::L10n;
use crate::markup::Markup;

/// One choice of several.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// An explanation below the label.
    pub hint: Option<String>,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            hint: None,
        }
    }

    /// Adds an explanation.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A question with its choices below it: what radios and checkboxes have in common.
macro_rules! question {
    ($(#[$doc:meta])+ $question:ident { $($(#[$field_doc:meta])+ $field:ident: $type:ty,)+ }) => {
        $(#[$doc])+
        #[derive(Clone, Debug, Default)]
        pub struct $question {
            /// Name; the first choice has it as its id.
            pub name: String,
            /// The question.
            pub legend: String,
            /// Makes the question the page's main heading.
            pub heading: bool,
            /// An explanation.
            pub hint: Option<String>,
            /// What can be chosen.
            pub choices: Vec<Choice>,
            /// What is wrong.
            pub error: Option<String>,
            $($(#[$field_doc])+ pub $field: $type,)+
        }

        impl $question {
            /// A question.
            pub fn new(name: impl Into<String>, legend: impl Into<String>, choices: Vec<Choice>) -> Self {
                Self {
                    name: name.into(),
                    legend: legend.into(),
                    choices,
                    ..Self::default()
                }
            }

            fn view(&self, language: Language, kind: &'static str, chosen: Vec<String>) -> View<'_> {
                View {
                    t: crate::texts(language),
                    kind,
                    chosen,
                    name: &self.name,
                    legend: &self.legend,
                    heading: self.heading,
                    hint: self.hint.as_deref(),
                    choices: &self.choices,
                    error: self.error.as_deref(),
                    inline: false,
                }
            }
        }
    };
}

question! {
    /// Exactly one of several. Nothing is chosen beforehand.
    Radios {
        /// What was chosen.
        value: String,
        /// Side by side; for two short choices.
        inline: bool,
    }
}

question! {
    /// Any of several.
    Checkboxes {
        /// What was chosen.
        values: Vec<String>,
    }
}

#[derive(Template)]
#[template(path = "parts/choices.html")]
struct View<'q> {
    t: L10n,
    kind: &'static str,
    chosen: Vec<String>,
    name: &'q str,
    legend: &'q str,
    heading: bool,
    hint: Option<&'q str>,
    choices: &'q [Choice],
    error: Option<&'q str>,
    inline: bool,
}

impl View<'_> {
    /// The design's own classes: `govuk-radios` and `govuk-checkboxes`.
    fn class(&self) -> &'static str {
        if self.kind == "radio" { "govuk-radios" } else { "govuk-checkboxes" }
    }
}

impl Part for Radios {
    fn html(&self, language: Language) -> Markup {
        let view = self.view(language, "radio", vec![self.value.clone()]);
        Markup::render(&View { inline: self.inline, ..view })
    }
}

impl Part for Checkboxes {
    fn html(&self, language: Language) -> Markup {
        Markup::render(&self.view(language, "checkbox", self.values.clone()))
    }
}

/// One of many, in a list that opens. Prefer [`Radios`] up to about ten.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// Name and id.
    pub name: String,
    /// The label.
    pub label: String,
    /// Makes the label the page's main heading.
    pub heading: bool,
    /// An explanation.
    pub hint: Option<String>,
    /// What can be chosen, after an empty line.
    pub choices: Vec<Choice>,
    /// What was chosen.
    pub value: String,
    /// What is wrong.
    pub error: Option<String>,
    /// Words of the empty line.
    pub empty: String,
}

impl Select {
    /// A list.
    pub fn new(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            choices,
            ..Self::default()
        }
    }
}

part!(Select, "parts/select.html");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_choice_carries_the_anchor() {
        let choices = vec![Choice::new("a", "<A>"), Choice::new("b", "B").hint("h")];
        let part = Radios {
            value: "b".into(),
            error: Some("e".into()),
            ..Radios::new("q", "Q?", choices)
        };
        let html = part.html(Language::En).to_string();
        assert!(
            html.contains(r#"id="q" name="q" type="radio" value="a">"#),
            "{html}"
        );
        assert!(
            html.contains(
                r#"id="q-2" name="q" type="radio" value="b" checked aria-describedby="q-2-hint">"#
            ),
            "{html}"
        );
        assert!(!html.contains("<A>"));
    }

    #[test]
    fn several_boxes_may_be_ticked() {
        let choices = ["a", "b", "c"].map(|value| Choice::new(value, value)).to_vec();
        let part = Checkboxes {
            values: vec!["a".into(), "c".into()],
            ..Checkboxes::new("q", "Q?", choices)
        };
        let html = part.html(Language::En).to_string();
        assert_eq!(html.matches("type=\"checkbox\"").count(), 3);
        assert_eq!(html.matches(" checked").count(), 2, "{html}");
        assert!(html.contains("govuk-checkboxes__item") && !html.contains("radio"), "{html}");
    }
}
