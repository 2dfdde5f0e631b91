use kernel::{Instant, Language, Text};
use notify::{FolioPart, FolioRow, FolioSection, FolioTable, Piece};

use super::words::Words;
use crate::entry::{Entry, Event, Speaker, TeamNumber};
use crate::exercise::Exercise;
use crate::{Name, Span};

/// An exercise as it is told in one language.
#[derive(Clone, Copy)]
pub(super) struct Told<'e> {
    pub(super) exercise: &'e Exercise,
    /// What readers call the teams, in the order of their numbers; where there is none, the name of the entries stands.
    pub(super) teams: &'e [Text],
    pub(super) words: Words,
}

/// Figures as they are used, and every entry in words.
pub(super) struct Annex<'e> {
    told: Told<'e>,
    figures: Vec<Figure>,
}

struct Figure {
    name: String,
    value: String,
    entries: Vec<u64>,
}

impl<'e> Annex<'e> {
    pub(super) const fn new(told: Told<'e>) -> Self {
        Self { told, figures: Vec::new() }
    }

    /// A figure, which leads to its place in annex A.
    pub(super) fn figure(&mut self, name: String, value: impl Into<String>, entries: &[u64]) -> Piece {
        let value = value.into();
        self.figures.push(Figure { name, value: value.clone(), entries: entries.to_vec() });
        Piece::link(value, format!("f{}", self.figures.len()))
    }

    /// Both annexes.
    pub(super) fn sections(self) -> Vec<FolioSection> {
        let Self { told, figures } = self;
        let (exercise, words) = (told.exercise, told.words);
        let rows = (1..).zip(figures).map(|(number, figure): (usize, Figure)| FolioRow {
            anchor: Some(format!("f{number}")),
            cells: vec![vec![Piece::plain(figure.name)], vec![Piece::plain(figure.value)], entry_links(&figure.entries, words)],
        });
        let columns = [("figure", 4), ("value", 2), ("entries", 6)].map(|(key, share)| (words.say(key), share));
        let annex_a = FolioTable { columns: columns.into(), rows: rows.collect() };
        let columns = [("entry", 2), ("wall", 5), ("clock", 3), ("what", 14)].map(|(key, share)| (words.say(key), share));
        let rows = exercise.entries().iter().map(|entry| FolioRow {
            anchor: Some(format!("e{}", entry.number)),
            cells: [entry.number.to_string(), wall(entry.at), shown(entry.shown), told.in_words(entry)]
                .map(|text| vec![Piece::plain(text)])
                .into(),
        });
        let annex_b = FolioTable { columns: columns.into(), rows: rows.collect() };
        let section = |anchor: &str, key: &str, table| FolioSection {
            anchor: anchor.to_owned(),
            heading: words.say(key),
            parts: vec![FolioPart::Table(table)],
        };
        vec![section("annex-a", "annex-a", annex_a), section("annex-b", "annex-b", annex_b)]
    }
}

fn entry_links(entries: &[u64], words: Words) -> Vec<Piece> {
    if entries.is_empty() {
        return vec![Piece::plain(words.say("none"))];
    }
    let link = |number: &u64| [Piece::link(number.to_string(), format!("e{number}")), Piece::plain(", ")];
    let mut pieces: Vec<Piece> = entries.iter().flat_map(link).collect();
    pieces.pop();
    pieces
}

/// `2023-03-22 09:00:00` in Hong Kong.
pub(super) fn wall(at: Instant) -> String {
    format!("{}:{:02}", at.hong_kong_minute(), at.millis().rem_euclid(60_000) / 1_000)
}

/// `0:05:00`.
pub(super) fn shown(span: Span) -> String {
    let seconds = span.as_seconds();
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// The place of a question in its pack, from 1.
pub(super) fn question_number(exercise: &Exercise, name: &str) -> String {
    let at = exercise.pack().scenario.questions.iter().position(|question| question.name.as_str() == name);
    at.map_or_else(String::new, |at| (at + 1).to_string())
}

/// The first line of an inject.
pub(super) fn inject_title<'e>(exercise: &'e Exercise, name: &str, language: Language) -> &'e str {
    let inject = exercise.pack().scenario.injects.iter().find(|inject| inject.name.as_str() == name);
    inject.map_or("", |inject| inject.title.get(language))
}

impl Told<'_> {
    /// What readers call a team.
    pub(super) fn team(self, number: TeamNumber) -> String {
        let at = usize::from(number);
        if let Some(name) = self.teams.get(at) {
            return name.get(self.words.0).to_owned();
        }
        self.exercise.state().teams.get(at).map(|team| team.name.clone()).unwrap_or_default()
    }

    /// Who spoke.
    pub(super) fn speaker(self, speaker: Speaker) -> String {
        let words = self.words;
        let numbered = |key: &str, number: u16| words.with(key, &[("number", &(u32::from(number) + 1).to_string())]);
        match speaker {
            Speaker::Player(of, number) => {
                words.with("speaker-player", &[("team", &self.team(of)), ("number", &(u32::from(number) + 1).to_string())])
            }
            Speaker::Facilitator(number) => numbered("speaker-facilitator", number),
            Speaker::Evaluator(number) => numbered("speaker-evaluator", number),
        }
    }

    /// What happened, as a sentence.
    pub(super) fn in_words(self, entry: &Entry) -> String {
        let words = self.words;
        let player = |player: u16| (u32::from(player) + 1).to_string();
        match &entry.event {
            Event::Sent { .. } | Event::Answered { .. } | Event::Marked { .. } => self.of_the_game(&entry.event),
            Event::Started { teams, .. } => words.with("event-started", &[("teams", &teams.len().to_string())]),
            Event::Rate { rate: 0 } => words.say("event-paused"),
            Event::Rate { rate: 1 } => words.say("event-real"),
            Event::Rate { rate } => words.with("event-rate", &[("rate", &rate.to_string())]),
            Event::Jumped { to } => words.with("event-jumped", &[("to", &shown(*to))]),
            Event::Signalled { signal, team: Some(of) } => {
                words.with("event-signal", &[("signal", signal.as_str()), ("team", &self.team(*of))])
            }
            Event::Signalled { signal, team: None } => words.with("event-signal-all", &[("signal", signal.as_str())]),
            Event::Pinned { team: of, player: by, line, note } => {
                let line = String::from(line.clone());
                words.with("event-pinned", &[("team", &self.team(*of)), ("player", &player(*by)), ("line", &line), ("note", &short(note))])
            }
            Event::Unpinned { team: of, player: by, line } => {
                let line = String::from(line.clone());
                words.with("event-unpinned", &[("team", &self.team(*of)), ("player", &player(*by)), ("line", &line)])
            }
            Event::Said { team: of, speaker: by, text } => {
                let (by, text) = (self.speaker(*by), short(text));
                match of {
                    Some(of) => words.with("event-said", &[("speaker", &by), ("team", &self.team(*of)), ("text", &text)]),
                    None => words.with("event-said-all", &[("speaker", &by), ("text", &text)]),
                }
            }
            Event::Discussing { topic: Some(topic) } => words.with("event-topic", &[("number", &(topic + 1).to_string())]),
            Event::Discussing { topic: None } => words.say("event-topic-closed"),
            Event::Frozen => words.say("event-frozen"),
            Event::Ended => words.say("event-ended"),
        }
    }

    /// What reached a team, what it answered, and what evaluators gave.
    fn of_the_game(self, event: &Event) -> String {
        let (exercise, words) = (self.exercise, self.words);
        let question = |name: &Name| question_number(exercise, name.as_str());
        match event {
            Event::Sent { inject, team: of, due, late } => {
                let key = if *late { "event-late" } else { "event-sent" };
                let inject = inject_title(exercise, inject.as_str(), words.0);
                words.with(key, &[("inject", inject), ("team", &self.team(*of)), ("due", &shown(*due))])
            }
            Event::Answered { question: name, team: of, player, answer } => {
                let given: Vec<&str> = answer.given.iter().map(String::as_str).collect();
                let values = [
                    ("team", self.team(*of)),
                    ("player", (u32::from(*player) + 1).to_string()),
                    ("question", question(name)),
                    ("answer", short(&given.join(" / "))),
                    ("lines", answer.lines.len().to_string()),
                ];
                words.with("event-answered", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
            }
            Event::Marked { question: name, team: of, evaluator, points } => {
                let values = [
                    ("evaluator", (u32::from(*evaluator) + 1).to_string()),
                    ("team", self.team(*of)),
                    ("points", points.to_string()),
                    ("question", question(name)),
                ];
                words.with("event-marked", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
            }
            _ => String::new(),
        }
    }
}

/// As much of a long text as an annex needs.
fn short(text: &str) -> String {
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let head: String = text.chars().take(MOST).collect();
    format!("{head}…")
}

/// Characters of a text that is quoted in an annex.
const MOST: usize = 160;
