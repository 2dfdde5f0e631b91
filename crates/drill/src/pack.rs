use std::collections::{BTreeMap, BTreeSet};

use kernel::Text;
use seal::sha256;
use serde::Deserialize;
use thiserror::Error;

use crate::evidence::{Evidence, EvidenceEntry};
use crate::question::{Key, Question};
use crate::{Citation, Fact, Name, Span, Trigger};

/// A scenario: what players are told, when, what they are asked, and the evidence they search. A folder with `pack.toml`,
/// `marking.toml` and the files of its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// What `pack.toml` says.
    pub scenario: Scenario,
    /// The evidence with its lines, in the order of the pack.
    pub evidence: Vec<Evidence>,
    /// SHA-256 over `pack.toml` and `marking.toml`, which name everything else by digest: which pack it was.
    pub digest: [u8; 32],
    marking: BTreeMap<Name, Key>,
    /// Which injects, by their place, wait for a fact.
    waiting_for: BTreeMap<Fact, Vec<usize>>,
    /// Every file as it was read, by its name in the folder: what is kept with a plan.
    files: BTreeMap<String, String>,
}

/// `pack.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name.
    pub name: Name,
    /// What it is called.
    pub title: Text,
    /// Where the exercise begins: read aloud before the clock starts.
    pub situation: Text,
    /// How long it is played.
    pub length: Span,
    /// What happens, in the order of the file.
    #[serde(rename = "inject")]
    pub injects: Vec<Inject>,
    /// What is asked.
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
    /// What can be searched.
    #[serde(rename = "evidence", default)]
    pub evidence: Vec<EvidenceEntry>,
    /// What is talked about afterwards.
    pub discussion: Vec<Text>,
}

/// One thing that reaches a team.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inject {
    /// Its name.
    pub name: Name,
    /// When it comes.
    pub when: Trigger,
    /// How it reaches the team.
    pub channel: Channel,
    /// Its first line.
    pub title: Text,
    /// What it says.
    pub body: Text,
}

/// How an inject is shown. Nothing of it leaves the exercise's own pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// As a call that somebody took.
    Telephone,
    /// As a mail.
    Mail,
    /// As an alert of a monitoring system.
    Alert,
    /// As something in the press or on the net.
    News,
}

/// What is wrong with a pack.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PackFlaw {
    /// A file is not there.
    #[error("{0} is missing, or no text in UTF-8")]
    Missing(String),
    /// A file does not say what it should.
    #[error("{file}: {what}")]
    Unreadable {
        /// The file.
        file: &'static str,
        /// What its reader said, with the place.
        what: String,
    },
    /// A rule of packs is broken.
    #[error("{place}: {what}")]
    Rule {
        /// Where.
        place: String,
        /// What is wrong and what to do.
        what: &'static str,
    },
}

/// `marking.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Marking {
    key: Vec<Key>,
}

impl Pack {
    /// Reads a pack through `file`, which gives the bytes of a file of its folder, and returns every flaw that it finds.
    pub fn read(file: &impl Fn(&str) -> Option<Vec<u8>>) -> Result<Self, Vec<PackFlaw>> {
        let text = |name: &str| file(name).and_then(|bytes| String::from_utf8(bytes).ok());
        let (scenario_text, marking_text) = both(text(SCENARIO), text(MARKING))?;
        let scenario: Scenario = toml::from_str(&scenario_text).map_err(|error| unreadable(SCENARIO, &error))?;
        let marking: Marking = toml::from_str(&marking_text).map_err(|error| unreadable(MARKING, &error))?;
        let mut flaws = Vec::new();
        let mut evidence = Vec::new();
        let digest = sha256(&[&sha256(&[scenario_text.as_bytes()]), &sha256(&[marking_text.as_bytes()])]);
        let mut files = BTreeMap::from([(SCENARIO.to_owned(), scenario_text), (MARKING.to_owned(), marking_text)]);
        for entry in &scenario.evidence {
            match file(&entry.file) {
                Some(bytes) if kernel::to_hex(&sha256(&[&bytes])) != entry.sha256 => {
                    flaws.push(rule(&entry.name, "its file is not the one with this sha256"));
                }
                bytes => match bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
                    Some(text) => {
                        evidence.push(Evidence::new(entry.clone(), &text));
                        files.insert(entry.file.clone(), text);
                    }
                    None => flaws.push(PackFlaw::Missing(entry.file.clone())),
                },
            }
        }
        let keys = marking.key.len();
        let marking: BTreeMap<Name, Key> = marking.key.into_iter().map(|key| (key.question.clone(), key)).collect();
        if marking.len() < keys {
            flaws.push(PackFlaw::Rule { place: MARKING.to_owned(), what: "two keys are of the same question" });
        }
        let waiting_for = waiting_for(&scenario.injects);
        let pack = Self { scenario, evidence, digest, marking, waiting_for, files };
        flaws.extend(pack.flaws());
        if flaws.is_empty() { Ok(pack) } else { Err(flaws) }
    }

    /// Every file with its text, by name. Read again, they are this pack.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// One question.
    pub fn question(&self, name: &Name) -> Option<&Question> {
        self.scenario.questions.iter().find(|question| question.name == *name)
    }

    /// How a question is marked: not for players.
    pub fn key(&self, question: &Name) -> Option<&Key> {
        self.marking.get(question)
    }

    /// The injects whose moment depends on a fact.
    pub(crate) fn injects_after(&self, fact: &Fact) -> impl Iterator<Item = &Inject> {
        let places = self.waiting_for.get(fact).into_iter().flatten();
        places.filter_map(|place| self.scenario.injects.get(*place))
    }

    #[cfg(test)]
    pub(crate) fn index(&mut self) {
        self.waiting_for = waiting_for(&self.scenario.injects);
    }

    /// Whether a line that somebody cites is there.
    pub fn has_line(&self, citation: &Citation) -> bool {
        self.evidence.iter().any(|evidence| evidence.entry.name == citation.evidence && evidence.line(citation.line).is_some())
    }

    fn flaws(&self) -> Vec<PackFlaw> {
        let Scenario { injects, questions, evidence, .. } = &self.scenario;
        let mut flaws = Vec::new();
        flaws.extend(twice(injects.iter().map(|inject| &inject.name)));
        flaws.extend(twice(questions.iter().map(|question| &question.name)));
        flaws.extend(twice(evidence.iter().map(|entry| &entry.name)));
        flaws.extend(injects.iter().flat_map(|inject| self.flaws_of_inject(inject)));
        flaws.extend(questions.iter().flat_map(|question| self.flaws_of_question(question)));
        flaws.extend(self.marking.keys().filter(|name| self.question(name).is_none()).map(|name| rule(name, "no question has this name")));
        flaws.extend(self.blank_texts());
        flaws
    }

    fn flaws_of_inject(&self, inject: &Inject) -> Vec<PackFlaw> {
        let known = |fact: &&Fact| match fact {
            Fact::Sent(name) => self.scenario.injects.iter().any(|inject| inject.name == *name),
            Fact::Solved(name) => self.key(name).is_some_and(|key| !key.is_open()),
            Fact::Signal(_) => true,
        };
        let unknown = inject.when.facts().into_iter().filter(|fact| !known(fact));
        let mut flaws: Vec<PackFlaw> =
            unknown.map(|_| rule(&inject.name, "it waits for an inject, or a question with right answers, that is not there")).collect();
        if inject.when.facts().contains(&&Fact::Sent(inject.name.clone())) {
            flaws.push(rule(&inject.name, "it waits for itself"));
        }
        flaws
    }

    fn flaws_of_question(&self, question: &Question) -> Vec<PackFlaw> {
        let name = &question.name;
        let Some(key) = self.key(name) else { return vec![rule(name, "marking.toml has no key for it")] };
        let offered: BTreeSet<&str> = question.options.iter().map(|option| option.name.as_str()).collect();
        let right = key.right.iter().flatten();
        let checks = [
            (!(1..=1_000).contains(&question.points), "a question earns 1 to 1,000 points"),
            (!self.scenario.injects.iter().any(|inject| inject.name == question.opens), "it opens with an inject that is not there"),
            (key.until < key.within, "the time for half the marks lies before the time for all of them"),
            (key.right.iter().any(Vec::is_empty), "an item of its key has no spelling"),
            (!offered.is_empty() && right.clone().any(|spelling| !offered.contains(spelling.as_str())), "its key names an option that is not offered"),
            (!offered.is_empty() && key.is_open(), "options need a key: nobody marks them by hand"),
            (key.lines.iter().any(|line| !self.has_line(line)), "its key cites a line that is not there"),
            (!key.lines.is_empty() && !(1..=key.lines.len()).contains(&key.enough), "more lines are to be enough than its key has, or none"),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, what)| rule(name, what)).collect()
    }

    fn blank_texts(&self) -> Vec<PackFlaw> {
        let Scenario { name, title, situation, injects, questions, evidence, discussion, .. } = &self.scenario;
        let mut texts = vec![(name, title), (name, situation)];
        texts.extend(discussion.iter().map(|text| (name, text)));
        texts.extend(injects.iter().flat_map(|inject| [(&inject.name, &inject.title), (&inject.name, &inject.body)]));
        texts.extend(questions.iter().map(|question| (&question.name, &question.prompt)));
        texts.extend(questions.iter().flat_map(|question| question.options.iter().map(|option| (&question.name, &option.text))));
        texts.extend(evidence.iter().map(|entry| (&entry.name, &entry.title)));
        texts.extend(self.marking.iter().map(|(name, key)| (name, &key.why)));
        let blank = texts.into_iter().filter(|(_, text)| !text.blanks().is_empty());
        blank.map(|(name, _)| rule(name, "a text is blank in one of the three languages")).collect()
    }
}

fn waiting_for(injects: &[Inject]) -> BTreeMap<Fact, Vec<usize>> {
    let mut places: BTreeMap<Fact, Vec<usize>> = BTreeMap::new();
    for (place, inject) in injects.iter().enumerate() {
        for fact in inject.when.facts() {
            places.entry(fact.clone()).or_default().push(place);
        }
    }
    places
}

const SCENARIO: &str = "pack.toml";
const MARKING: &str = "marking.toml";

fn both(scenario: Option<String>, marking: Option<String>) -> Result<(String, String), Vec<PackFlaw>> {
    match (scenario, marking) {
        (Some(scenario), Some(marking)) => Ok((scenario, marking)),
        (scenario, marking) => {
            let missing = [(scenario.is_none(), SCENARIO), (marking.is_none(), MARKING)];
            Err(missing.into_iter().filter(|(gone, _)| *gone).map(|(_, file)| PackFlaw::Missing(file.to_owned())).collect())
        }
    }
}

fn unreadable(file: &'static str, error: &toml::de::Error) -> Vec<PackFlaw> {
    vec![PackFlaw::Unreadable { file, what: error.to_string() }]
}

fn rule(place: &Name, what: &'static str) -> PackFlaw {
    PackFlaw::Rule { place: place.to_string(), what }
}

fn twice<'n>(names: impl Iterator<Item = &'n Name>) -> Vec<PackFlaw> {
    let mut seen = BTreeSet::new();
    names.filter(|name| !seen.insert(*name)).map(|name| rule(name, "the name is there twice")).collect()
}
