use std::collections::BTreeSet;

use kernel::Text;
use serde::{Deserialize, Serialize};

use crate::{Citation, Name, Span};

/// What a question is about: the three parts in which a score is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// What would have kept it out.
    Prevent,
    /// What happened, and how it was seen.
    Detect,
    /// What is done about it.
    Respond,
}

impl Aspect {
    /// All three, in the order in which they are reported.
    pub const ALL: [Self; 3] = [Self::Prevent, Self::Detect, Self::Respond];

    /// Its name in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prevent => "prevent",
            Self::Detect => "detect",
            Self::Respond => "respond",
        }
    }
}

/// One question as players see it. How it is marked stands apart, in the marking scheme.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name.
    pub name: Name,
    /// What it is about.
    pub aspect: Aspect,
    /// What a full, proven and timely answer earns: 1 to 1,000 points.
    pub points: u32,
    /// With which inject it opens.
    pub opens: Name,
    /// What is asked.
    pub prompt: Text,
    /// The answers to choose from; none where one is typed.
    #[serde(rename = "option", default)]
    pub options: Vec<AnswerOption>,
}

/// One answer to choose.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerOption {
    /// Its name.
    pub name: Name,
    /// What it says.
    pub text: Text,
}

/// What a team gave as its answer: options, items or one text, and the lines that prove it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was chosen or typed: 20 items of 2,000 characters at most.
    pub given: BTreeSet<String>,
    /// The lines cited.
    pub lines: BTreeSet<Citation>,
}

impl Answer {
    /// An answer of some items, with the lines that prove it.
    pub fn new(given: impl IntoIterator<Item = String>, lines: impl IntoIterator<Item = Citation>) -> Self {
        let trimmed = given.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Self { given: trimmed.collect(), lines: lines.into_iter().collect() }
    }
}

/// How one question is marked. Players never see it before the end.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The question.
    pub question: Name,
    /// What is right: each item has its spellings. Empty where evaluators give the marks.
    #[serde(default)]
    pub right: Vec<Vec<String>>,
    /// The lines that prove it, …
    #[serde(default)]
    pub lines: BTreeSet<Citation>,
    /// … and how many of them are proof enough; one when it is not said.
    #[serde(default = "one")]
    pub enough: usize,
    /// Full marks for time until so long after the question opened, …
    pub within: Span,
    /// … falling to half of them here.
    pub until: Span,
    /// Why it is so: shown in the discussion, and to evaluators as what to look for.
    pub why: Text,
}

/// A thousand thousandths: all of it.
const WHOLE: u64 = 1_000;

impl Key {
    /// Whether evaluators give the marks.
    pub fn is_open(&self) -> bool {
        self.right.is_empty()
    }

    /// How much of an answer is right, in thousandths: right items less wrong ones, of all.
    pub fn correctness(&self, answer: &Answer) -> u64 {
        let given: BTreeSet<String> = answer.given.iter().map(|text| folded(text)).filter(|text| !text.is_empty()).collect();
        let spelt = |item: &Vec<String>| item.iter().any(|spelling| given.contains(&folded(spelling)));
        let right = self.right.iter().filter(|item| spelt(item)).count();
        let known = |text: &String| self.right.iter().flatten().any(|spelling| folded(spelling) == **text);
        let wrong = given.iter().filter(|text| !known(text)).count();
        share(right.saturating_sub(wrong), self.right.len())
    }

    /// How well it is proven, in thousandths of as many lines as are enough; lines that prove nothing take as much away.
    pub fn proof(&self, answer: &Answer) -> u64 {
        if self.lines.is_empty() {
            return WHOLE;
        }
        let right = answer.lines.intersection(&self.lines).count();
        let beside = answer.lines.len() - right;
        share(right.saturating_sub(beside), self.enough)
    }

    /// What the time is worth, in thousandths: all until `within`, half from `until` on.
    pub fn timeliness(&self, after: Span) -> u64 {
        let (late, window) = (after.since(self.within).as_seconds(), self.until.since(self.within).as_seconds());
        if late == 0 {
            return WHOLE;
        }
        if late >= window { WHOLE / 2 } else { WHOLE - share_of(late.into(), window.into()) / 2 }
    }

    /// The score in thousandths of a point: correctness × time, four fifths of it for the answer and one fifth for the proof.
    pub fn score(&self, points: u32, answer: &Answer, after: Span) -> u64 {
        let earned = u64::from(points) * self.correctness(answer) * self.timeliness(after) / WHOLE;
        earned * (4 * WHOLE + self.proof(answer)) / (5 * WHOLE)
    }
}

const fn one() -> usize {
    1
}

fn share(part: usize, whole: usize) -> u64 {
    share_of(u64::try_from(part).unwrap_or(u64::MAX), u64::try_from(whole).unwrap_or(u64::MAX))
}

fn share_of(part: u64, whole: u64) -> u64 {
    part.min(whole).saturating_mul(WHOLE).checked_div(whole).unwrap_or(0)
}

/// Without case, outer blanks and a full stop at the end.
fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase().trim_end_matches(['.', '。']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        let line = |text: &str| Citation::try_from(text.to_owned()).unwrap();
        Key {
            question: "indicators".parse().unwrap(),
            right: vec![vec!["192.168.2.6".into()], vec!["1389".into(), "port 1389".into()]],
            lines: ["connections:1", "connections:2", "connections:4"].map(line).into(),
            enough: 2,
            within: "10m".parse().unwrap(),
            until: "30m".parse().unwrap(),
            why: Text::new("a", "b", "c"),
        }
    }

    fn answer(given: &[&str], lines: &[&str]) -> Answer {
        Answer {
            given: given.iter().map(|&text| text.to_owned()).collect(),
            lines: lines.iter().map(|&text| Citation::try_from(text.to_owned()).unwrap()).collect(),
        }
    }

    #[test]
    fn what_is_right_counts_and_what_is_wrong_takes_away() {
        for (given, thousandths) in [
            (&["192.168.2.6", "1389"][..], 1_000),
            (&[" 192.168.2.6. ", "Port  1389"], 1_000),
            (&["192.168.2.6", "1389", "port 1389"], 1_000),
            (&["192.168.2.6"], 500),
            (&["192.168.2.6", "8080"], 0),
            (&["8080"], 0),
            (&[], 0),
            (&["", " "], 0),
        ] {
            assert_eq!(key().correctness(&answer(given, &[])), thousandths, "{given:?}");
        }
    }

    #[test]
    fn some_of_the_lines_prove_it_and_lines_beside_them_take_away() {
        for (lines, thousandths) in [
            (&["connections:1", "connections:4"][..], 1_000),
            (&["connections:1", "connections:2", "connections:4"], 1_000),
            (&["connections:1"], 500),
            (&["connections:1", "connections:3"], 0),
            (&["connections:1", "connections:2", "connections:3", "connections:4", "connections:5"], 500),
            (&[], 0),
        ] {
            assert_eq!(key().proof(&answer(&[], lines)), thousandths, "{lines:?}");
        }
    }

    #[test]
    fn time_is_worth_half_at_most() {
        for (after, thousandths) in [("0s", 1_000), ("10m", 1_000), ("20m", 750), ("30m", 500), ("5h", 500)] {
            assert_eq!(key().timeliness(after.parse().unwrap()), thousandths, "{after}");
        }
        let sudden = Key { until: "10m".parse().unwrap(), ..key() };
        assert_eq!((sudden.timeliness("10m".parse().unwrap()), sudden.timeliness("10m1s".parse().unwrap())), (1_000, 500));
    }

    #[test]
    fn a_score_is_never_more_than_its_points() {
        let whole = answer(&["192.168.2.6", "1389"], &["connections:1", "connections:2"]);
        assert_eq!(key().score(20, &whole, Span::default()), 20_000);
        assert_eq!(key().score(20, &answer(&["192.168.2.6", "1389"], &[]), Span::default()), 16_000, "without proof");
        assert_eq!(key().score(20, &whole, "20m".parse().unwrap()), 15_000);
        assert_eq!(key().score(20, &answer(&[], &["connections:1", "connections:2"]), Span::default()), 0, "proof of nothing");
    }
}
