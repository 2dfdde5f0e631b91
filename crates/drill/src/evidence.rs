use kernel::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Name;

/// One piece of evidence as the pack names it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceEntry {
    /// Its name, with which its lines are cited: `connections:3`.
    pub name: Name,
    /// What it is.
    pub title: Text,
    /// The file in the pack: one JSON object or one line of a log each line.
    pub file: String,
    /// SHA-256 of the file, in hexadecimal: evidence that was changed is refused.
    pub sha256: String,
    /// The field that holds each line's time, where the lines are JSON.
    #[serde(default)]
    pub time: Option<String>,
    /// Who recorded it, where and under which licence. It may say what is to be found: for facilitators, and for players after the end.
    pub source: String,
}

/// Evidence with its lines, as players search it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What the pack says of it.
    pub entry: EvidenceEntry,
    lines: Vec<String>,
}

/// One line that somebody cites, numbered from 1: `connections:3`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Citation {
    /// The evidence.
    pub evidence: Name,
    /// The line, from 1.
    pub line: u32,
}

/// What somebody looks for: every word must be in the line, and every `field=value` in that field, in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
    fields: Vec<(String, String)>,
}

impl Evidence {
    /// The lines of a file; blank ones are kept, so that numbers are those of any editor.
    pub fn new(entry: EvidenceEntry, text: &str) -> Self {
        Self { entry, lines: text.lines().map(ToOwned::to_owned).collect() }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// One line, numbered from 1.
    pub fn line(&self, number: u32) -> Option<&str> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.lines.get(at).map(String::as_str)
    }

    /// The time of a line as its file writes it.
    pub fn time_of(&self, number: u32) -> Option<String> {
        let value: Value = serde_json::from_str(self.line(number)?).ok()?;
        value.get(self.entry.time.as_deref()?)?.as_str().map(ToOwned::to_owned)
    }

    /// The numbers of the lines that fit, in order, so many at most.
    pub fn search(&self, query: &Query, most: usize) -> Vec<u32> {
        let fits = (1_u32..).zip(&self.lines).filter(|(_, line)| query.fits(line));
        fits.map(|(number, _)| number).take(most).collect()
    }
}

impl Query {
    /// Reads what somebody typed: words, "several words", and field=value.
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for term in terms(&text.to_lowercase()) {
            match term.split_once('=') {
                Some((field, value)) if !field.is_empty() && !value.is_empty() => {
                    query.fields.push((field.to_owned(), value.to_owned()));
                }
                _ => query.words.push(term),
            }
        }
        query
    }

    fn fits(&self, line: &str) -> bool {
        let folded = line.to_lowercase();
        if !self.words.iter().all(|word| folded.contains(word.as_str())) {
            return false;
        }
        self.fields.is_empty() || serde_json::from_str::<Value>(line).is_ok_and(|value| self.fields_fit(&value))
    }

    fn fields_fit(&self, value: &Value) -> bool {
        let Value::Object(object) = value else { return false };
        self.fields.iter().all(|(field, wanted)| {
            let found = object.iter().filter(|(name, _)| name.to_lowercase() == *field);
            found.into_iter().any(|(_, value)| {
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_lowercase);
                shown == *wanted
            })
        })
    }
}

/// Words apart, what stands in quotation marks together.
fn terms(text: &str) -> Vec<String> {
    let parts = text.split('"').enumerate();
    let terms = parts.flat_map(|(at, part)| {
        let whole = at % 2 == 1;
        let words: Vec<String> = if whole { vec![part.to_owned()] } else { part.split_whitespace().map(ToOwned::to_owned).collect() };
        words
    });
    terms.filter(|term| !term.trim().is_empty()).take(20).collect()
}

impl TryFrom<String> for Citation {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let read = || {
            let (evidence, line) = text.split_once(':')?;
            let line = line.parse::<u32>().ok().filter(|&line| line > 0)?;
            Some(Self { evidence: evidence.parse().ok()?, line })
        };
        read().ok_or_else(|| format!("`{text}` cites no line of evidence: write its name and the number, as in connections:3"))
    }
}

impl From<Citation> for String {
    fn from(citation: Citation) -> Self {
        format!("{}:{}", citation.evidence, citation.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> Evidence {
        let entry = EvidenceEntry {
            name: "connections".parse().unwrap(),
            title: Text::new("Connections", "連線", "连接"),
            file: "connections.json".into(),
            sha256: String::new(),
            time: Some("TimeGenerated".into()),
            source: "made here".into(),
        };
        let text = "{\"TimeGenerated\":\"09:38\",\"ProcessName\":\"java\",\"DestinationPort\":8888}\n\nnot JSON: Java 8888\n";
        Evidence::new(entry, text)
    }

    #[test]
    fn lines_are_found_by_words_and_by_fields_and_keep_their_numbers() {
        let evidence = evidence();
        for (text, found) in [
            ("java 8888", &[1, 3][..]),
            ("processname=JAVA", &[1]),
            ("destinationport=8888", &[1]),
            ("destinationport=88", &[]),
            ("\"json: java\"", &[3]),
            ("\"java json\"", &[]),
            ("nothing", &[]),
            ("", &[1, 2, 3]),
        ] {
            assert_eq!(evidence.search(&Query::parse(text), 10), found, "{text}");
        }
        assert_eq!(evidence.search(&Query::parse("java"), 1), [1], "no more than asked for");
        assert_eq!((evidence.time_of(1).as_deref(), evidence.time_of(3)), (Some("09:38"), None));
        assert_eq!((evidence.line(0), evidence.line(4), evidence.len()), (None, None, 3));
    }

    #[test]
    fn a_citation_names_a_line() {
        assert!(Citation::try_from("connections:3".to_owned()).is_ok());
        for text in ["connections", "connections:0", "connections:", ":3", "connections:-1", "Connections:3"] {
            assert!(Citation::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
