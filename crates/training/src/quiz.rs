use std::collections::{BTreeMap, BTreeSet};

use kernel::Text;
use seal::sha256;
use serde::Deserialize;

/// The questions of a course with their key. What somebody is shown is a [`Sheet`], which has no key in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiz {
    /// How many of a hundred have to be right.
    pub pass_percent: usize,
    /// How long somebody waits after a try that was not enough: minutes.
    pub pause_minutes: i64,
    /// The questions.
    #[serde(rename = "question")]
    questions: Vec<Question>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    name: String,
    text: Text,
    why: Text,
    #[serde(rename = "option")]
    options: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    #[serde(default)]
    right: bool,
    text: Text,
}

/// The questions in the order of one try, without their key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The questions as they are shown.
    pub questions: Vec<Asked>,
}

/// One question as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What is asked.
    pub text: Text,
    /// The answers to choose from, in the order in which they are shown.
    pub options: Vec<Text>,
    /// Whether more than one may be chosen.
    pub several: bool,
}

/// What was chosen: by the number of the question on the sheet, the numbers of its options. Both count from 0.
pub type Chosen = BTreeMap<usize, BTreeSet<usize>>;

/// One question with its key, for whoever has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What was asked.
    pub text: Text,
    /// What is right.
    pub right: Vec<Text>,
    /// Why.
    pub why: Text,
}

const FEWEST_QUESTIONS: usize = 5;
const MOST_QUESTIONS: usize = 50;
const MOST_OPTIONS: usize = 8;

impl Quiz {
    /// How many questions there are.
    pub const fn count(&self) -> usize {
        self.questions.len()
    }

    /// How many have to be right.
    pub const fn needed(&self) -> usize {
        (self.questions.len() * self.pass_percent).div_ceil(100)
    }

    /// The questions in the order that a seed gives them, each with its options in an order of their own.
    pub fn sheet(&self, seed: i64) -> Sheet {
        let asked = |question: &Question| Asked {
            text: question.text.clone(),
            options: question.shown(seed).into_iter().map(|choice| choice.text.clone()).collect(),
            several: question.options.iter().filter(|choice| choice.right).count() > 1,
        };
        Sheet { questions: self.shown(seed).into_iter().map(asked).collect() }
    }

    /// How many questions were answered exactly right on the sheet of this seed.
    pub fn mark(&self, seed: i64, chosen: &Chosen) -> usize {
        self.key(seed).into_iter().filter(|(at, right)| chosen.get(at) == Some(right)).count()
    }

    /// What is right on the sheet of this seed: for marking, and for those who are seen to know everything in a demonstration.
    pub fn key(&self, seed: i64) -> Chosen {
        let right = |question: &Question| {
            question.shown(seed).into_iter().enumerate().filter(|(_, choice)| choice.right).map(|(at, _)| at).collect()
        };
        self.shown(seed).into_iter().map(right).enumerate().collect()
    }

    /// The key, in the order of the file.
    pub fn explained(&self) -> Vec<Explained> {
        let right = |question: &Question| question.options.iter().filter(|choice| choice.right).map(|choice| choice.text.clone()).collect();
        let explain = |question: &Question| Explained { text: question.text.clone(), right: right(question), why: question.why.clone() };
        self.questions.iter().map(explain).collect()
    }

    /// What is wrong with it, in words.
    pub(crate) fn flaws(&self) -> Vec<String> {
        let mut flaws = Vec::new();
        let mut flaw = |found: bool, text: String| flaws.extend(found.then_some(text));
        flaw(!(FEWEST_QUESTIONS..=MOST_QUESTIONS).contains(&self.count()), format!("a quiz has {FEWEST_QUESTIONS} to {MOST_QUESTIONS} questions"));
        flaw(!(50..=100).contains(&self.pass_percent), "the pass mark is 50 to 100 of a hundred".into());
        flaw(!(0..=1440).contains(&self.pause_minutes), "the pause is a day at most".into());
        let names: BTreeSet<&str> = self.questions.iter().map(|question| question.name.as_str()).collect();
        flaw(names.len() != self.count(), "two questions have one name".into());
        for question in &self.questions {
            let name = &question.name;
            let texts = [&question.text, &question.why].into_iter().chain(question.options.iter().map(|choice| &choice.text));
            flaw(texts.into_iter().any(|text| !text.blanks().is_empty()), format!("{name}: a text is blank"));
            flaw(!(2..=MOST_OPTIONS).contains(&question.options.len()), format!("{name}: a question has 2 to {MOST_OPTIONS} options"));
            let right = question.options.iter().filter(|choice| choice.right).count();
            flaw(right == 0 || right == question.options.len(), format!("{name}: some options are right and some are wrong"));
        }
        flaws
    }

    fn shown(&self, seed: i64) -> Vec<&Question> {
        shuffled(&self.questions, seed, "questions")
    }
}

impl Question {
    fn shown(&self, seed: i64) -> Vec<&Choice> {
        shuffled(&self.options, seed, &self.name)
    }
}

/// The same order for the same seed, on every machine and in every version.
fn shuffled<'a, T>(all: &'a [T], seed: i64, about: &str) -> Vec<&'a T> {
    let key = |at: u64| sha256(&[b"lionrock quiz order", &seed.to_be_bytes(), about.as_bytes(), &[0], &at.to_be_bytes()]);
    let mut order: Vec<_> = (0_u64..).zip(all).collect();
    order.sort_by_key(|(at, _)| key(*at));
    order.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiz() -> Quiz {
        let question = |n: usize| {
            let text = |text: &str| format!("{{ en = \"{text} {n}\", zh-hant = \"{text} {n}\", zh-hans = \"{text} {n}\" }}");
            let option = |what: &str, right: bool| format!("[[question.option]]\nright = {right}\ntext = {}\n", text(what));
            let options = [option("a", true), option("b", n == 0), option("c", false), option("d", false)].concat();
            format!("[[question]]\nname = \"q{n}\"\ntext = {}\nwhy = {}\n{options}", text("ask"), text("because"))
        };
        let all: String = (0..10).map(question).collect();
        toml::from_str(&format!("pass_percent = 75\npause_minutes = 30\n{all}")).unwrap()
    }

    #[test]
    fn only_what_is_exactly_right_counts_on_the_sheet_of_that_seed() {
        let quiz = quiz();
        assert_eq!((quiz.count(), quiz.needed(), quiz.flaws()), (10, 8, vec![]));
        for seed in 0..200 {
            let mut chosen = quiz.key(seed);
            assert_eq!(quiz.mark(seed, &chosen), 10);
            let everything: Chosen = (0..10).map(|at| (at, (0..4).collect())).collect();
            assert_eq!(quiz.mark(seed, &everything), 0, "all options of a question are not its answer");
            chosen.remove(&3);
            assert_eq!(quiz.mark(seed, &chosen), 9);
        }
        assert_eq!(quiz.mark(1, &Chosen::new()), 0);
        let of_another = quiz.key(2);
        assert!(quiz.mark(1, &of_another) < 10);
    }

    #[test]
    fn the_place_of_an_option_says_nothing_about_the_key() {
        let quiz = quiz();
        let mut first = [0; 4];
        for seed in 0..400 {
            let sheet = quiz.sheet(seed);
            assert_eq!(sheet, quiz.sheet(seed));
            assert_eq!(sheet.questions.iter().filter(|asked| asked.several).count(), 1);
            for (at, asked) in sheet.questions.iter().enumerate().filter(|(_, asked)| !asked.several) {
                let right = quiz.key(seed)[&at].iter().copied().next().unwrap();
                assert!(asked.options[right].en.starts_with('a'));
                first[right] += 1;
            }
        }
        // 3,600 questions over four places: 900 each, and five standard deviations are 130.
        assert!(first.iter().all(|count| (770..=1030).contains(count)), "{first:?}");
    }

    #[test]
    fn flaws_are_named() {
        let mut bad = quiz();
        bad.questions[1].options.truncate(1);
        bad.questions[2].name = "q3".into();
        bad.pass_percent = 20;
        assert_eq!(bad.flaws().len(), 4, "{:?}", bad.flaws());
        bad.questions.truncate(1);
        assert!(bad.flaws().iter().any(|flaw| flaw.contains("5 to 50")));
    }
}
