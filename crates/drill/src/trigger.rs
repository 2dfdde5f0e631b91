use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Name, Span};

/// When an inject comes: a small expression without effects, which gives one moment or none.
///
/// `at(20m)`, `after(INJECT, 5m)`, `solved(QUESTION)` or `solved(QUESTION, 2m)`, `signal(NAME)` or `signal(NAME, 1m)`, joined by `and`, `or`
/// and `unless`: `after(ransom-note, 15m) unless solved(first-host)`. `and` waits for the later of its sides, `or` for the earlier,
/// `A unless B` is A's moment when B has not come by then, and otherwise never. `and` binds closer than `unless`, `unless` closer
/// than `or`; brackets say otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub enum Trigger {
    /// At a moment of the exercise.
    At(Span),
    /// So long after something happened.
    After(Fact, Span),
    /// The later of both.
    Both(Box<Trigger>, Box<Trigger>),
    /// The earlier of both.
    Either(Box<Trigger>, Box<Trigger>),
    /// The first, if the second has not come by then.
    Unless(Box<Trigger>, Box<Trigger>),
}

/// Something that happens in an exercise once for a team.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// An inject was sent.
    Sent(Name),
    /// A question was answered in full.
    Solved(Name),
    /// A facilitator, or the platform, gave a signal.
    Signal(Name),
}

/// Why a text is no trigger.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` says no moment: {why} (as in `after(ransom-note, 15m) unless solved(first-host)`)")]
pub struct TriggerError {
    text: String,
    why: &'static str,
}

/// How many calls a trigger may have; the depth of its brackets follows.
const MOST_CALLS: usize = 32;

impl Trigger {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, TriggerError> {
        let failed = |why| TriggerError { text: text.to_owned(), why };
        let words = words(text).ok_or_else(|| failed("there is a sign that means nothing"))?;
        if words.iter().filter(|word| **word == "(").count() > MOST_CALLS {
            return Err(failed("it is too long"));
        }
        let mut reader = Reader { words: &words, at: 0 };
        let trigger = reader.either().map_err(failed)?;
        if reader.at < words.len() { Err(failed("something follows its end")) } else { Ok(trigger) }
    }

    /// The moment it gives, by what has happened so far. What has been given stays: facts only come later.
    pub fn due(&self, happened: &impl Fn(&Fact) -> Option<Span>) -> Option<Span> {
        match self {
            Self::At(moment) => Some(*moment),
            Self::After(fact, wait) => happened(fact).map(|moment| moment.plus(*wait)),
            Self::Both(one, other) => one.due(happened).zip(other.due(happened)).map(|(one, other)| one.max(other)),
            Self::Either(one, other) => one.due(happened).into_iter().chain(other.due(happened)).min(),
            Self::Unless(one, other) => {
                let moment = one.due(happened)?;
                other.due(happened).is_none_or(|stop| stop > moment).then_some(moment)
            }
        }
    }

    /// Everything that it waits for.
    pub fn facts(&self) -> Vec<&Fact> {
        match self {
            Self::At(_) => Vec::new(),
            Self::After(fact, _) => vec![fact],
            Self::Both(one, other) | Self::Either(one, other) | Self::Unless(one, other) => {
                one.facts().into_iter().chain(other.facts()).collect()
            }
        }
    }
}

impl TryFrom<String> for Trigger {
    type Error = TriggerError;

    fn try_from(text: String) -> Result<Self, TriggerError> {
        Self::parse(&text)
    }
}

/// Names, spans, brackets and commas.
fn words(text: &str) -> Option<Vec<&str>> {
    let (mut words, mut rest) = (Vec::new(), text.trim_start());
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | ',' => 1,
            _ => rest.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-').unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at_checked(length).filter(|(word, _)| !word.is_empty())?;
        words.push(word);
        rest = after.trim_start();
    }
    Some(words)
}

struct Reader<'t> {
    words: &'t [&'t str],
    at: usize,
}

impl<'t> Reader<'t> {
    fn either(&mut self) -> Result<Trigger, &'static str> {
        let mut left = self.unless()?;
        while self.takes("or") {
            left = Trigger::Either(Box::new(left), Box::new(self.unless()?));
        }
        Ok(left)
    }

    fn unless(&mut self) -> Result<Trigger, &'static str> {
        let mut left = self.both()?;
        while self.takes("unless") {
            left = Trigger::Unless(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Trigger, &'static str> {
        let mut left = self.one()?;
        while self.takes("and") {
            left = Trigger::Both(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Trigger, &'static str> {
        let word = self.next().ok_or("something is missing at its end")?;
        if word == "(" {
            let inner = self.either()?;
            return self.closes().map(|()| inner);
        }
        if !self.takes("(") {
            return Err("a call has its brackets: at(20m)");
        }
        let call = self.call(word)?;
        self.closes().map(|()| call)
    }

    fn call(&mut self, word: &str) -> Result<Trigger, &'static str> {
        if word == "at" {
            return self.span().map(Trigger::At);
        }
        let name = self.next().and_then(|name| name.parse::<Name>().ok()).ok_or("a call names what it waits for")?;
        let wait = if self.takes(",") { self.span()? } else { Span::default() };
        match word {
            "after" => Ok(Trigger::After(Fact::Sent(name), wait)),
            "solved" => Ok(Trigger::After(Fact::Solved(name), wait)),
            "signal" => Ok(Trigger::After(Fact::Signal(name), wait)),
            _ => Err("the calls are at, after, solved and signal"),
        }
    }

    fn span(&mut self) -> Result<Span, &'static str> {
        self.next().and_then(|word| word.parse().ok()).ok_or("a time is written as in 1h30m")
    }

    fn closes(&mut self) -> Result<(), &'static str> {
        if self.takes(")") { Ok(()) } else { Err("a bracket is not closed") }
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at) == Some(&word);
        self.at += usize::from(found);
        found
    }

    fn next(&mut self) -> Option<&'t str> {
        let word = self.words.get(self.at).copied();
        self.at += 1;
        word
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kernel::Random as _;
    use testkit::SeededRandom;

    use super::*;

    #[test]
    fn a_text_becomes_what_it_says() {
        let sent = |name: &str, wait: &str| Trigger::After(Fact::Sent(name.parse().unwrap()), wait.parse().unwrap());
        let solved = |name: &str| Trigger::After(Fact::Solved(name.parse().unwrap()), Span::default());
        let boxed = Box::new;
        assert_eq!(Trigger::parse("at(20m)").unwrap(), Trigger::At("20m".parse().unwrap()));
        assert_eq!(
            Trigger::parse("after(note, 15m) unless solved(first-host) or at(1h)").unwrap(),
            Trigger::Either(
                boxed(Trigger::Unless(boxed(sent("note", "15m")), boxed(solved("first-host")))),
                boxed(Trigger::At("1h".parse().unwrap()))
            )
        );
        assert_eq!(
            Trigger::parse("after(a) and (at(5m) or solved(b))").unwrap(),
            Trigger::Both(boxed(sent("a", "0s")), boxed(Trigger::Either(boxed(Trigger::At("5m".parse().unwrap())), boxed(solved("b")))))
        );
        for text in ["", "at", "at()", "at(5)", "at(5m", "at(5m))", "after()", "after(A)", "never(a)", "at(5m) and", "or at(5m)", "at(5m) at(6m)", "at(5m);"] {
            assert!(Trigger::parse(text).is_err(), "{text}");
        }
        assert!(Trigger::parse(&format!("{}at(1s){}", "(".repeat(40), ")".repeat(40))).is_err(), "depth has an end");
    }

    /// Asked at every second in turn, as somebody with a watch would: has it come yet? `Some(false)` is: it can no longer come.
    fn watched(trigger: &Trigger, facts: &BTreeMap<Fact, Span>, until: u32) -> Option<Span> {
        fn holds(trigger: &Trigger, facts: &BTreeMap<Fact, Span>, now: u32) -> bool {
            match trigger {
                Trigger::At(moment) => now >= moment.as_seconds(),
                Trigger::After(fact, wait) => facts.get(fact).is_some_and(|at| now >= at.as_seconds() + wait.as_seconds()),
                Trigger::Both(one, other) => holds(one, facts, now) && holds(other, facts, now),
                Trigger::Either(one, other) => holds(one, facts, now) || holds(other, facts, now),
                Trigger::Unless(one, other) => {
                    let came = (0..=now).find(|&second| holds(one, facts, second));
                    came.is_some_and(|second| !holds(other, facts, second))
                }
            }
        }
        (0..=until).find(|&now| holds(trigger, facts, now)).map(Span::seconds)
    }

    fn random(dice: &SeededRandom, depth: u8) -> Trigger {
        let number = |bound: u64| u32::try_from(dice.below(bound)).unwrap();
        let name = |kinds: u64| ["a", "b", "c"][usize::try_from(dice.below(kinds)).unwrap()].parse::<Name>().unwrap();
        let inner = || Box::new(random(dice, depth - 1));
        match if depth == 0 { dice.below(3) } else { dice.below(6) } {
            0 => Trigger::At(Span::seconds(number(40))),
            1 => Trigger::After(Fact::Sent(name(3)), Span::seconds(number(15))),
            2 => Trigger::After(Fact::Solved(name(3)), Span::seconds(number(15))),
            3 => Trigger::Both(inner(), inner()),
            4 => Trigger::Either(inner(), inner()),
            _ => Trigger::Unless(inner(), inner()),
        }
    }

    #[test]
    fn a_moment_is_the_one_that_a_watch_would_find() {
        let seed = 20_230_322;
        println!("seed {seed}");
        let dice = SeededRandom::new(seed);
        let (mut some, mut none) = (0, 0);
        for run in 0..4_000 {
            let trigger = random(&dice, 3);
            let mut facts = BTreeMap::new();
            for fact in [Fact::Sent as fn(Name) -> Fact, Fact::Solved] {
                for name in ["a", "b", "c"] {
                    if dice.below(3) > 0 {
                        facts.insert(fact(name.parse().unwrap()), Span::seconds(u32::try_from(dice.below(30)).unwrap()));
                    }
                }
            }
            let due = trigger.due(&|fact| facts.get(fact).copied());
            assert_eq!(due, watched(&trigger, &facts, 120), "seed {seed}, run {run}: {trigger:?} by {facts:?}");
            if due.is_some() { some += 1 } else { none += 1 }
        }
        assert!(some > 500 && none > 500, "{some} came and {none} did not");
    }
}
