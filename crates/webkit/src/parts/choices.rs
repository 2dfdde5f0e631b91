use super::part;

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

/// Exactly one of several. Nothing is chosen beforehand.
#[derive(Clone, Debug, Default)]
pub struct Radios {
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
    /// What was chosen.
    pub value: String,
    /// What is wrong.
    pub error: Option<String>,
    /// Side by side; for two short choices.
    pub inline: bool,
}

impl Radios {
    /// A question.
    pub fn new(name: impl Into<String>, legend: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self {
            name: name.into(),
            legend: legend.into(),
            choices,
            ..Self::default()
        }
    }
}

part!(Radios, "parts/radios.html");

/// Any of several.
#[derive(Clone, Debug, Default)]
pub struct Checkboxes {
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
    /// What was chosen.
    pub values: Vec<String>,
    /// What is wrong.
    pub error: Option<String>,
}

impl Checkboxes {
    /// A question.
    pub fn new(name: impl Into<String>, legend: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self {
            name: name.into(),
            legend: legend.into(),
            choices,
            ..Self::default()
        }
    }
}

part!(Checkboxes, "parts/checkboxes.html");

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
    use kernel::Language;

    use super::*;
    use crate::parts::Part;

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
}
