use notify::{FolioPart, FolioRow, FolioSection, FolioTable, Piece, long_day};

use super::annex::{Annex, Told, inject_title, question_number, shown, wall};
use super::words::Words;
use super::{Occasion, talk};
use crate::entry::Event;
use crate::exercise::Exercise;
use crate::finding::{Finding, Rule};
use crate::question::Aspect;
use crate::report::{QuestionReport, Report, Score};

/// The sections before the annexes.
pub(super) struct Chapter<'a, 'e> {
    pub(super) told: Told<'e>,
    pub(super) exercise: &'e Exercise,
    pub(super) report: &'a Report,
    pub(super) occasion: &'a Occasion,
    pub(super) words: Words,
    pub(super) annex: &'a mut Annex<'e>,
}

/// A cell.
pub(super) type Cell = Vec<Piece>;

impl Chapter<'_, '_> {
    pub(super) fn all(&mut self) -> Vec<FolioSection> {
        vec![
            self.summary(),
            self.findings(),
            self.questions(),
            self.teams(),
            self.injects(),
            self.time_line(),
            talk::discussion(self),
            talk::lessons(self),
            talk::carried(self),
            self.proof(),
        ]
    }

    fn summary(&mut self) -> FolioSection {
        let (words, language, occasion) = (self.words, self.words.0, self.occasion);
        let state = self.exercise.state();
        let players = |one: fn(&crate::Team) -> u16| state.teams.iter().map(|team| u32::from(one(team))).sum::<u32>().to_string();
        let co_hosts: Vec<&str> = occasion.co_hosts.iter().map(|host| host.get(language)).collect();
        let moment = |event: fn(&Event) -> bool| self.exercise.entries().iter().find(|entry| event(&entry.event));
        let (first, end) = (self.exercise.entries().first(), moment(|event| *event == Event::Ended));
        let linked = |entry: Option<&crate::Entry>| entry.map(|entry| Piece::link(wall(entry.at), format!("e{}", entry.number)));
        let began = linked(first).unwrap_or_else(|| Piece::plain(words.say("nothing")));
        let ended = linked(end).unwrap_or_else(|| Piece::plain(words.say("not-ended")));
        let co_hosts = if co_hosts.is_empty() { words.say("none") } else { co_hosts.join(&words.say("list-comma")) };
        let plain = [
            ("exercise", occasion.title.get(language).to_owned()),
            ("scenario", self.exercise.pack().scenario.title.get(language).to_owned()),
            ("host", occasion.host.get(language).to_owned()),
            ("co-hosts", co_hosts),
            ("teams", state.teams.len().to_string()),
            ("players-room", players(|team| team.in_room)),
            ("players-remote", players(|team| team.remote)),
            ("length", shown(self.exercise.entries().last().map_or_else(Default::default, |last| last.shown))),
        ];
        let mut rows: Vec<FolioRow> = plain.into_iter().map(|(key, value)| row([vec![Piece::plain(words.say(key))], vec![Piece::plain(value)]])).collect();
        rows.push(row([vec![Piece::plain(words.say("began"))], vec![began]]));
        rows.push(row([vec![Piece::plain(words.say("ended"))], vec![ended]]));
        rows.extend(self.summary_figures());
        let lead = FolioPart::Paragraph(vec![Piece::plain(words.say("lead"))]);
        self.section("summary", vec![lead, self.table(&[("item", 4), ("value", 6)], rows)])
    }

    fn summary_figures(&mut self) -> Vec<FolioRow> {
        let words = self.words;
        let mut answers: Vec<u64> = self.report.questions.iter().flat_map(|question| question.answered.entries.iter().copied()).collect();
        answers.sort_unstable();
        let counted = [
            ("injects-sent", &self.report.injects.entries),
            ("injects-late", &self.report.late.entries),
            ("answers", &answers),
            ("unmarked", &self.report.unmarked.entries),
        ];
        let mut rows = Vec::new();
        for (key, entries) in counted {
            let name = words.say(key);
            let figure = self.annex.figure(name.clone(), entries.len().to_string(), entries);
            rows.push(row([vec![Piece::plain(name)], vec![figure]]));
        }
        for aspect in Aspect::ALL {
            let all = self.all_teams(aspect);
            let name = words.with("earned-aspect", &[("aspect", &words.say(aspect.as_str()))]);
            let figure = self.annex.figure(name.clone(), self.per_cent(&all), &all.entries);
            rows.push(row([vec![Piece::plain(name)], vec![figure]]));
        }
        rows
    }

    /// What all teams have for an aspect.
    fn all_teams(&self, aspect: Aspect) -> Score {
        let mut all = Score::default();
        for score in self.report.teams.iter().filter_map(|team| team.aspects.get(&aspect)) {
            all.thousandths += score.thousandths;
            all.possible += score.possible;
            all.entries.extend(&score.entries);
        }
        all.entries.sort_unstable();
        all
    }

    fn findings(&mut self) -> FolioSection {
        let words = self.words;
        let lead = FolioPart::Paragraph(vec![Piece::plain(words.say("findings-lead"))]);
        if self.report.findings.is_empty() {
            return self.section("findings", vec![lead, FolioPart::Paragraph(vec![Piece::plain(words.say("no-findings"))])]);
        }
        let rows = self.report.findings.iter().map(|finding| {
            let about = self.about(finding);
            let what = words.with(&format!("rule-{}", finding.rule.as_str()), &[("about", &about)]);
            let value = match finding.rule {
                Rule::Slow => minutes(words, u32::try_from(finding.figure).unwrap_or(u32::MAX)),
                Rule::Late | Rule::Unmarked => finding.figure.to_string(),
                _ => words.with("per-cent", &[("number", &finding.figure.to_string())]),
            };
            let kind = words.say(if finding.rule.is_strength() { "strength" } else { "gap" });
            let figure = self.annex.figure(what.clone(), value, &finding.entries);
            row([vec![Piece::plain(kind)], vec![Piece::plain(what)], vec![figure]])
        });
        let rows = rows.collect();
        self.section("findings", vec![lead, self.table(&[("kind", 2), ("item", 8), ("value", 2)], rows)])
    }

    /// What a finding is about: the question's number or the aspect's name.
    fn about(&self, finding: &Finding) -> String {
        let Some(about) = &finding.about else { return String::new() };
        match Aspect::ALL.into_iter().find(|aspect| aspect.as_str() == about) {
            Some(aspect) if matches!(finding.rule, Rule::AspectStrong | Rule::AspectWeak) => self.words.say(aspect.as_str()),
            _ => question_number(self.exercise, about),
        }
    }

    fn questions(&mut self) -> FolioSection {
        let report = self.report;
        let rows = report.questions.iter().map(|question| self.question(question)).collect();
        let lead = FolioPart::Paragraph(vec![Piece::plain(self.words.say("questions-lead"))]);
        let columns = [
            ("question", 9),
            ("asked", 3),
            ("answered", 3),
            ("right", 3),
            ("median", 3),
            ("within", 3),
            ("points", 3),
            ("spread", 3),
        ];
        self.section("questions", vec![lead, self.table(&columns, rows)])
    }

    fn question(&mut self, question: &QuestionReport) -> FolioRow {
        let (words, number) = (self.words, question_number(self.exercise, &question.question));
        let known = self.exercise.pack().scenario.questions.iter().find(|known| known.name.as_str() == question.question);
        let prompt = known.map_or("", |known| known.prompt.get(words.0));
        let named = |key: &str| words.with("figure-question", &[("number", &number), ("what", &words.say(key))]);
        let asked = self.annex.figure(named("asked"), question.asked.count.to_string(), &question.asked.entries);
        let answered = self.annex.figure(named("answered"), question.answered.count.to_string(), &question.answered.entries);
        let right = if question.by_hand {
            Piece::plain(words.say("by-hand"))
        } else {
            self.annex.figure(named("right"), question.right.count.to_string(), &question.right.entries)
        };
        let median = match question.median_seconds {
            Some(seconds) => self.annex.figure(named("median"), minutes(words, seconds), &question.answered.entries),
            None => Piece::plain(words.say("nothing")),
        };
        let points = self.annex.figure(named("points"), self.per_cent(&question.earned), &question.earned.entries);
        let spread = match question.spread {
            Some(points) => {
                let text = words.with("spread-points", &[("number", &points.to_string())]);
                self.annex.figure(named("spread"), text, &question.earned.entries)
            }
            None => Piece::plain(words.say("nothing")),
        };
        let within = Piece::plain(minutes(words, question.within_seconds));
        row([Piece::plain(format!("{number}. {prompt}")), asked, answered, right, median, within, points, spread].map(|piece| vec![piece]))
    }

    fn teams(&mut self) -> FolioSection {
        let (words, report) = (self.words, self.report);
        let mut rows = Vec::new();
        for (number, team) in (0..).zip(&report.teams) {
            let called = self.told.team(number);
            let mut cells = vec![vec![Piece::plain(&called)]];
            let mut total = Score::default();
            for (aspect, score) in &team.aspects {
                let name = words.with("figure-team", &[("team", &called), ("what", &words.say(aspect.as_str()))]);
                cells.push(vec![self.annex.figure(name, of(words, score), &score.entries)]);
                total.thousandths += score.thousandths;
                total.possible += score.possible;
                total.entries.extend(&score.entries);
            }
            total.entries.sort_unstable();
            let name = words.with("figure-team", &[("team", &called), ("what", &words.say("total"))]);
            cells.push(vec![self.annex.figure(name, of(words, &total), &total.entries)]);
            rows.push(FolioRow { anchor: None, cells });
        }
        let lead = FolioPart::Paragraph(vec![Piece::plain(words.say("team-lead"))]);
        let columns = [("team", 4), ("prevent", 3), ("detect", 3), ("respond", 3), ("total", 3)];
        self.section("team-tables", vec![lead, self.table(&columns, rows)])
    }

    fn injects(&mut self) -> FolioSection {
        let (words, report) = (self.words, self.report);
        let mut rows = Vec::new();
        for inject in &report.by_inject {
            let title = inject_title(self.exercise, &inject.inject, words.0).to_owned();
            let named = |key: &str| words.with("figure-inject", &[("inject", &title), ("what", &words.say(key))]);
            let (reached, late) = (named("reached"), named("late"));
            let reached = self.annex.figure(reached, inject.sent.count.to_string(), &inject.sent.entries);
            let late = self.annex.figure(late, inject.late.count.to_string(), &inject.late.entries);
            let moment = |span: Option<crate::Span>| Piece::plain(span.map_or_else(|| words.say("nothing"), shown));
            rows.push(row([Piece::plain(&title), reached, late, moment(inject.first), moment(inject.last)].map(|piece| vec![piece])));
        }
        let columns = [("inject", 8), ("reached", 3), ("late", 3), ("first", 3), ("last", 3)];
        self.section("injects", vec![self.table(&columns, rows)])
    }

    /// What changed the whole: not each answer and each inject of each team.
    fn time_line(&mut self) -> FolioSection {
        let told = |event: &Event| {
            let one_team = matches!(event, Event::Sent { .. } | Event::Answered { .. } | Event::Marked { .. });
            !one_team && !matches!(event, Event::Pinned { .. } | Event::Unpinned { .. } | Event::Said { .. })
        };
        let rows = self.exercise.entries().iter().filter(|entry| told(&entry.event)).map(|entry| {
            let what = self.told.in_words(entry);
            let link = Piece::link(entry.number.to_string(), format!("e{}", entry.number));
            row([Piece::plain(shown(entry.shown)), Piece::plain(wall(entry.at)), Piece::plain(what), link].map(|piece| vec![piece]))
        });
        let rows = rows.collect();
        self.section("time-line", vec![self.table(&[("clock", 3), ("wall", 5), ("what", 10), ("entry", 2)], rows)])
    }

    fn proof(&self) -> FolioSection {
        let lead = FolioPart::Paragraph(vec![Piece::plain(self.words.say("proof-lead"))]);
        let facts = [
            ("entries-count", self.report.entries.to_string()),
            ("chain", self.report.chain.clone()),
            ("pack-digest", kernel::to_hex(&self.exercise.pack().digest)),
        ];
        let rows = facts.map(|(key, value)| row([vec![Piece::plain(self.words.say(key))], vec![Piece::plain(value)]]));
        self.section("proof", vec![lead, self.table(&[("item", 4), ("value", 8)], rows.into())])
    }

    fn per_cent(&self, score: &Score) -> String {
        let number = score.per_cent().map(|number| self.words.with("per-cent", &[("number", &number.to_string())]));
        number.unwrap_or_else(|| self.words.say("nothing"))
    }

    /// A section whose anchor and heading have the same key.
    pub(super) fn section(&self, key: &str, parts: Vec<FolioPart>) -> FolioSection {
        FolioSection { anchor: key.to_owned(), heading: self.words.say(key), parts }
    }

    pub(super) fn table(&self, columns: &[(&str, u16)], rows: Vec<FolioRow>) -> FolioPart {
        let columns = columns.iter().map(|(key, share)| (self.words.say(key), *share)).collect();
        FolioPart::Table(FolioTable { columns, rows })
    }

    pub(super) fn day(&self, day: kernel::Day) -> String {
        long_day(self.words.0, day)
    }
}

pub(super) fn row(cells: impl Into<Vec<Cell>>) -> FolioRow {
    FolioRow { anchor: None, cells: cells.into() }
}

/// `12.5 of 35`.
fn of(words: Words, score: &Score) -> String {
    let earned = format!("{}.{}", score.thousandths / 1_000, score.thousandths / 100 % 10);
    words.with("of", &[("earned", &earned), ("possible", &score.possible.to_string())])
}

/// `12 min 30 s`.
fn minutes(words: Words, seconds: u32) -> String {
    words.with("minutes", &[("minutes", &(seconds / 60).to_string()), ("seconds", &(seconds % 60).to_string())])
}
