use kernel::Instant;

/// What somebody looks for: every word must be in the line, and every `field=value` in that field, in any case; a hyphen before a term
/// keeps such lines out. A line has its time when the search is between two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub(crate) words: Vec<String>,
    pub(crate) without: Vec<String>,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) fields_without: Vec<(String, String)>,
    pub(crate) from: Option<Instant>,
    pub(crate) until: Option<Instant>,
}

impl Query {
    /// Reads what somebody typed: words, "several words", field=value, field="several words", and any of them after a hyphen.
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for term in terms(&text.to_lowercase()) {
            let (term, out) = match term.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (rest.to_owned(), true),
                _ => (term, false),
            };
            match term.split_once('=') {
                Some((field, value)) if !field.is_empty() && !value.is_empty() => {
                    let fields = if out { &mut query.fields_without } else { &mut query.fields };
                    fields.push((field.to_owned(), value.to_owned()));
                }
                _ => if out { &mut query.without } else { &mut query.words }.push(term),
            }
        }
        query
    }

    /// Only lines of this time: from the first moment, and before the second.
    #[must_use]
    pub const fn between(mut self, from: Option<Instant>, until: Option<Instant>) -> Self {
        (self.from, self.until) = (from, until);
        self
    }

    /// Whether a line of this time is meant.
    pub(crate) fn holds(&self, at: Option<Instant>) -> bool {
        let after = self.from.is_none_or(|from| at.is_some_and(|at| at >= from));
        after && self.until.is_none_or(|until| at.is_some_and(|at| at < until))
    }
}

/// Words apart, what stands in quotation marks together, also behind a field's name.
fn terms(text: &str) -> Vec<String> {
    let (mut terms, mut term, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                let behind_a_field = quoted && (term.ends_with('=') || term == "-");
                if !behind_a_field {
                    terms.push(std::mem::take(&mut term));
                }
            }
            c if c.is_whitespace() && !quoted => terms.push(std::mem::take(&mut term)),
            c => term.push(c),
        }
    }
    terms.push(term);
    terms.into_iter().filter(|term| !term.trim().is_empty()).take(MOST_TERMS).collect()
}

const MOST_TERMS: usize = 20;
