use std::collections::{BTreeMap, BTreeSet};

use kernel::{Instant, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence_fields::fields;
use crate::evidence_time::{moment, since_1970};
use crate::{Name, Query};

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

/// Evidence with its lines, as players search it. It is indexed once, when the pack is read, so that a search reads no line twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What the pack says of it.
    pub entry: EvidenceEntry,
    lines: Vec<Line>,
    /// The numbers of the lines with a value, by field and value in small letters.
    index: BTreeMap<String, BTreeMap<String, Vec<u32>>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    text: String,
    /// Text and values in small letters.
    folded: String,
    at: Option<Instant>,
}

/// A field of evidence and its commonest values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// The field, in small letters.
    pub field: String,
    /// How many values it has.
    pub distinct: usize,
    /// The commonest, each with how many lines have it.
    pub values: Vec<(String, usize)>,
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

impl Evidence {
    /// The lines of a file; blank ones are kept, so that numbers are those of any editor.
    pub fn new(entry: EvidenceEntry, text: &str) -> Self {
        let mut evidence = Self { entry, lines: Vec::new(), index: BTreeMap::new() };
        for (number, line) in (1_u32..).zip(text.lines()) {
            evidence.add(number, line);
        }
        evidence
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
        self.numbered(number).map(|line| line.text.as_str())
    }

    /// The time of a line as its file writes it.
    pub fn time_of(&self, number: u32) -> Option<String> {
        let value: Value = serde_json::from_str(self.line(number)?).ok()?;
        value.get(self.entry.time.as_deref()?)?.as_str().map(ToOwned::to_owned)
    }

    /// The moment of a line, where it names one that can be read.
    pub fn at(&self, number: u32) -> Option<Instant> {
        self.numbered(number)?.at
    }

    /// What a line names, field by field, as it is written.
    pub fn fields_of(&self, number: u32) -> Vec<(String, String)> {
        self.line(number).map(fields).unwrap_or_default()
    }

    /// What tells a line from the others: the fields whose value not every line shares, save times and long texts. Those with few values
    /// come first, since they say what kind of line it is; those that nearly every line has its own of come last.
    pub fn telling(&self, number: u32) -> Vec<(String, String)> {
        let mut seen = BTreeSet::new();
        let values = |field: &str| self.index.get(&field.to_lowercase()).map_or(0, BTreeMap::len);
        let told = self.fields_of(number).into_iter().filter(|(field, value)| {
            let short = (1..=LONGEST_TOLD).contains(&value.chars().count()) && moment(value).is_none();
            short && values(field) > 1 && seen.insert(field.to_lowercase())
        });
        let mut told: Vec<(bool, usize, (String, String))> = told
            .map(|(field, value)| (values(&field), field, value))
            .map(|(values, field, value)| (values * 10 > self.lines.len() * 7, values, (field, value)))
            .collect();
        told.sort_by_key(|(own, values, _)| (*own, *values));
        told.into_iter().map(|(_, _, pair)| pair).collect()
    }

    /// The fields that tell lines apart, each with so many of its commonest values; those that most lines have come first.
    pub fn facets(&self, values: usize) -> Vec<Facet> {
        let telling = self.index.iter().filter(|(_, found)| found.len() > 1);
        let mut facets: Vec<(usize, Facet)> = telling.map(|(field, found)| facet(field, found, values)).collect();
        facets.sort_by(|(many, left), (few, right)| few.cmp(many).then_with(|| left.field.cmp(&right.field)));
        facets.into_iter().map(|(_, facet)| facet).collect()
    }

    /// The numbers of the lines that fit, in order, so many at most.
    pub fn search(&self, query: &Query, most: usize) -> Vec<u32> {
        self.fitting(query).take(most).collect()
    }

    pub(crate) fn fitting<'s>(&'s self, query: &'s Query) -> impl Iterator<Item = u32> + 's {
        let none = Vec::new();
        let listed = |(field, value): &(String, String)| self.index.get(field)?.get(value);
        let lists = query.fields.iter().map(|term| listed(term).unwrap_or(&none));
        let shortest = lists.min_by_key(|list| list.len()).cloned();
        let every = 1..=u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        let candidates: Vec<u32> = shortest.unwrap_or_else(|| every.collect());
        let has = move |term, number| listed(term).is_some_and(|list| list.binary_search(&number).is_ok());
        candidates.into_iter().filter(move |&number| {
            let Some(line) = self.numbered(number) else { return false };
            query.fields.iter().all(|term| has(term, number))
                && !query.fields_without.iter().any(|term| has(term, number))
                && query.holds(line.at)
                && query.words.iter().all(|word| line.folded.contains(word.as_str()))
                && !query.without.iter().any(|word| line.folded.contains(word.as_str()))
        })
    }

    fn numbered(&self, number: u32) -> Option<&Line> {
        self.lines.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    fn add(&mut self, number: u32, text: &str) {
        let mut folded = text.to_lowercase();
        for (field, value) in fields(text) {
            let value = value.to_lowercase();
            // What JSON writes in escapes is found as it reads.
            if !folded.contains(&value) {
                folded.push('\n');
                folded.push_str(&value);
            }
            let numbers = self.index.entry(field.to_lowercase()).or_default().entry(value).or_default();
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
        let at = self.moment_in(text);
        self.lines.push(Line { text: text.to_owned(), folded, at });
    }

    fn moment_in(&self, text: &str) -> Option<Instant> {
        match (&self.entry.time, serde_json::from_str::<Value>(text)) {
            (Some(field), Ok(Value::Object(object))) => match object.get(field)? {
                Value::String(time) => moment(time),
                Value::Number(number) => since_1970(number.as_f64()?),
                _ => None,
            },
            _ => moment(text),
        }
    }
}

/// Longer values are read on the line's own page.
const LONGEST_TOLD: usize = 100;

fn facet(field: &str, found: &BTreeMap<String, Vec<u32>>, values: usize) -> (usize, Facet) {
    let mut counts: Vec<(String, usize)> = found.iter().map(|(value, lines)| (value.clone(), lines.len())).collect();
    let lines = counts.iter().map(|(_, lines)| lines).sum();
    counts.sort_by(|(left, many), (right, few)| few.cmp(many).then_with(|| left.cmp(right)));
    counts.truncate(values);
    (lines, Facet { field: field.to_owned(), distinct: found.len(), values: counts })
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
        let message = r#""Message":"\u003cEvent\u003e user=tomcat a0=\"sh -c\"""#;
        let text = format!("{{\"TimeGenerated\":\"2022-05-11T09:38:00Z\",\"ProcessName\":\"java\",\"DestinationPort\":8888,{message}}}\n\nnot JSON: Java 8888\n");
        Evidence::new(entry, &text)
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
            ("java -json", &[1]),
            ("java -processname=java", &[3]),
            ("-\"json: java\"", &[1, 2]),
            ("user=tomcat", &[1]),
            ("a0=\"sh -c\" java", &[1]),
            ("<event>", &[1]),
            ("nothing", &[]),
            ("", &[1, 2, 3]),
        ] {
            assert_eq!(evidence.search(&Query::parse(text), 10), found, "{text}");
        }
        assert_eq!(evidence.search(&Query::parse("java"), 1), [1], "no more than asked for");
        assert_eq!((evidence.time_of(1).as_deref(), evidence.time_of(3)), (Some("2022-05-11T09:38:00Z"), None));
        assert_eq!((evidence.line(0), evidence.line(4), evidence.len()), (None, None, 3));
    }

    #[test]
    fn what_tells_a_line_from_the_others_comes_before_what_all_share() {
        let line = |id: u32, kind: &str| format!("{{\"host\":\"a\",\"id\":{id},\"kind\":\"{kind}\",\"t\":\"2022-05-11T09:38:0{id}Z\"}}\n");
        let text: String = [(1, "login"), (2, "login"), (3, "start"), (4, "start")].map(|(id, kind)| line(id, kind)).concat();
        let evidence = Evidence::new(EvidenceEntry { time: Some("t".into()), ..evidence().entry }, &text);
        let pair = |field: &str, value: &str| (field.to_owned(), value.to_owned());
        assert_eq!(evidence.telling(3), [pair("kind", "start"), pair("id", "3")]);
        assert_eq!(evidence.telling(9), []);
    }

    #[test]
    fn a_search_between_two_moments_leaves_out_what_has_no_time() {
        let evidence = evidence();
        let at = evidence.at(1).unwrap();
        for (from, until, found) in [(None, None, &[1, 2, 3][..]), (Some(at), None, &[1]), (None, Some(at), &[]), (None, Some(at.plus_secs(1)), &[1])] {
            assert_eq!(evidence.search(&Query::default().between(from, until), 10), found);
        }
        assert_eq!(evidence.at(2), None);
    }

    #[test]
    fn a_citation_names_a_line() {
        assert!(Citation::try_from("connections:3".to_owned()).is_ok());
        for text in ["connections", "connections:0", "connections:", ":3", "connections:-1", "Connections:3"] {
            assert!(Citation::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
