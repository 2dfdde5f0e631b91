use serde::Serialize;

use crate::question::Aspect;
use crate::report::{Counted, QuestionReport, Report};

/// A strength or a gap that the figures show. No opinion: the same figures always give the same ones, and each names its rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// By which rule.
    pub rule: Rule,
    /// The question or the aspect; nothing where it is the exercise as a whole.
    pub about: Option<String>,
    /// The part that decided: per cent, or how many.
    pub figure: u64,
    /// The entries behind it.
    pub entries: Vec<u64>,
}

/// From which figures a strength or a gap follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Three quarters of all points of an aspect, or more.
    AspectStrong,
    /// Three quarters of the teams that were asked answered in full, or more; where evaluators mark, three quarters of the points.
    QuestionStrong,
    /// Fewer than half of all points of an aspect.
    AspectWeak,
    /// Fewer than half of the teams that were asked answered in full; where evaluators mark, fewer than half of the points.
    QuestionWeak,
    /// The middle team took longer than the time for full marks.
    Slow,
    /// Injects came late.
    Late,
    /// Answers still wait for an evaluator.
    Unmarked,
}

impl Rule {
    /// Every rule, strengths first.
    pub const ALL: [Self; 7] =
        [Self::AspectStrong, Self::QuestionStrong, Self::AspectWeak, Self::QuestionWeak, Self::Slow, Self::Late, Self::Unmarked];

    /// Its name in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AspectStrong => "aspect-strong",
            Self::QuestionStrong => "question-strong",
            Self::AspectWeak => "aspect-weak",
            Self::QuestionWeak => "question-weak",
            Self::Slow => "slow",
            Self::Late => "late",
            Self::Unmarked => "unmarked",
        }
    }

    /// Whether it tells of a strength.
    pub const fn is_strength(self) -> bool {
        matches!(self, Self::AspectStrong | Self::QuestionStrong)
    }
}

/// From so many per cent on it is a strength, …
const STRONG: u64 = 75;
/// … and below so many a gap.
const WEAK: u64 = 50;

/// What the figures of a report show, strengths first.
pub(crate) fn findings(report: &Report) -> Vec<Finding> {
    let mut found: Vec<Finding> = Aspect::ALL.into_iter().filter_map(|aspect| of_aspect(report, aspect)).collect();
    found.extend(report.questions.iter().filter_map(of_question));
    found.extend(report.questions.iter().filter_map(slow));
    found.extend(whole(Rule::Late, &report.late));
    found.extend(whole(Rule::Unmarked, &report.unmarked));
    found.sort_by_key(|finding| finding.rule);
    found
}

/// All teams together.
fn of_aspect(report: &Report, aspect: Aspect) -> Option<Finding> {
    let scores = || report.teams.iter().filter_map(|team| team.aspects.get(&aspect));
    let possible: u64 = scores().map(|score| score.possible).sum();
    let earned: u64 = scores().map(|score| score.thousandths).sum();
    let figure = earned.checked_div(possible * 10)?;
    let rule = judged(figure, Rule::AspectStrong, Rule::AspectWeak)?;
    let mut entries: Vec<u64> = scores().flat_map(|score| score.entries.iter().copied()).collect();
    entries.sort_unstable();
    Some(Finding { rule, about: Some(aspect.as_str().to_owned()), figure, entries })
}

fn of_question(question: &QuestionReport) -> Option<Finding> {
    let asked = u64::try_from(question.asked.count).ok()?;
    let right = u64::try_from(question.right.count).ok()?;
    let (figure, entries) = if question.by_hand {
        (question.earned.per_cent()?, &question.earned.entries)
    } else {
        ((right * 100).checked_div(asked)?, &question.answered.entries)
    };
    let rule = judged(figure, Rule::QuestionStrong, Rule::QuestionWeak)?;
    Some(Finding { rule, about: Some(question.question.clone()), figure, entries: entries.clone() })
}

fn slow(question: &QuestionReport) -> Option<Finding> {
    let median = question.median_seconds.filter(|median| *median > question.within_seconds)?;
    let about = Some(question.question.clone());
    Some(Finding { rule: Rule::Slow, about, figure: median.into(), entries: question.answered.entries.clone() })
}

fn whole(rule: Rule, counted: &Counted) -> Option<Finding> {
    let figure = u64::try_from(counted.count).ok().filter(|count| *count > 0)?;
    Some(Finding { rule, about: None, figure, entries: counted.entries.clone() })
}

fn judged(per_cent: u64, strong: Rule, weak: Rule) -> Option<Rule> {
    if per_cent >= STRONG {
        return Some(strong);
    }
    (per_cent < WEAK).then_some(weak)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Score;

    #[test]
    fn three_quarters_are_a_strength_and_less_than_half_a_gap() {
        let counted = |count: usize| Counted { count, entries: vec![] };
        let question = |right, by_hand, thousandths| QuestionReport {
            question: "host".into(),
            aspect: Aspect::Detect,
            by_hand,
            asked: counted(8),
            answered: counted(8),
            right: counted(right),
            median_seconds: Some(60),
            within_seconds: 60,
            earned: Score { thousandths, possible: 80, entries: vec![] },
            spread: None,
        };
        let rule = |right, by_hand, thousandths| of_question(&question(right, by_hand, thousandths)).map(|found| (found.rule, found.figure));
        assert_eq!(rule(6, false, 0), Some((Rule::QuestionStrong, 75)));
        assert_eq!((rule(5, false, 80_000), rule(4, false, 0)), (None, None));
        assert_eq!(rule(3, false, 0), Some((Rule::QuestionWeak, 37)));
        assert_eq!(rule(0, true, 60_000), Some((Rule::QuestionStrong, 75)), "evaluators' points count, not a key");
        assert_eq!(rule(8, true, 39_000), Some((Rule::QuestionWeak, 48)));
        assert!(slow(&question(8, false, 0)).is_none());
        assert!(slow(&QuestionReport { median_seconds: Some(61), ..question(8, false, 0) }).is_some());
        assert!(of_question(&QuestionReport { asked: counted(0), ..question(0, false, 0) }).is_none(), "who was not asked did nothing wrong");
    }

    #[test]
    fn each_rule_has_its_name_in_files() {
        for rule in Rule::ALL {
            assert_eq!(serde_json::to_string(&rule).unwrap(), format!("\"{}\"", rule.as_str()));
        }
    }
}
