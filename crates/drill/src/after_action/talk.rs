use notify::{FolioPart, FolioRow, FolioSection, Piece};

use super::OccasionLesson;
use super::annex::wall;
use super::sections::{Chapter, row};
use crate::Saying;

/// What was said before everybody, topic by topic, and what the host noted.
pub(super) fn discussion(chapter: &mut Chapter<'_, '_>) -> FolioSection {
    let words = chapter.words;
    let said = chapter.exercise.state().all_said();
    let paragraph = |text: String| FolioPart::Paragraph(vec![Piece::plain(text)]);
    let mut parts: Vec<FolioPart> = Vec::new();
    let topics = &chapter.exercise.pack().scenario.discussion;
    for topic in (0..topics.len()).map(Some).chain([None]) {
        let rows = sayings(chapter, said.iter().filter(|saying| saying.team.is_none() && saying.topic == topic));
        let heading = match topic.and_then(|at| Some((at, topics.get(at)?))) {
            Some((at, text)) => words.with("topic", &[("number", &(at + 1).to_string()), ("text", text.get(words.0))]),
            None => words.say("no-topic"),
        };
        if !rows.is_empty() {
            parts.push(paragraph(heading));
            parts.push(chapter.table(&[("speaker", 3), ("said-to-all", 9), ("wall", 4), ("entry", 2)], rows));
        }
    }
    let in_rooms: Vec<u64> = said.iter().filter(|saying| saying.team.is_some()).map(|saying| saying.entry).collect();
    if !in_rooms.is_empty() {
        let name = words.with("said-in-rooms", &[("count", &in_rooms.len().to_string())]);
        let figure = chapter.annex.figure(name.clone(), name, &in_rooms);
        parts.push(FolioPart::Paragraph(vec![figure]));
    }
    if !chapter.occasion.notes.is_empty() {
        parts.push(paragraph(words.say("hot-wash")));
        parts.extend(chapter.occasion.notes.iter().map(|note| paragraph(note.clone())));
    }
    if parts.is_empty() {
        parts.push(paragraph(words.say("no-discussion")));
    }
    chapter.section("discussion", parts)
}

fn sayings<'s>(chapter: &Chapter<'_, '_>, said: impl Iterator<Item = &'s Saying>) -> Vec<FolioRow> {
    let line = |saying: &Saying| {
        let by = chapter.told.speaker(saying.speaker);
        let link = Piece::link(saying.entry.to_string(), format!("e{}", saying.entry));
        row([Piece::plain(by), Piece::plain(&saying.text), Piece::plain(wall(saying.at)), link].map(|piece| vec![piece]))
    };
    said.map(line).collect()
}

/// What changes, who sees to it, by when.
pub(super) fn lessons(chapter: &Chapter<'_, '_>) -> FolioSection {
    let lead = FolioPart::Paragraph(vec![Piece::plain(chapter.words.say("lessons-lead"))]);
    let table = lesson_table(chapter, &chapter.occasion.lessons, "no-lessons");
    chapter.section("lessons", vec![lead, table])
}

/// What earlier exercises left open.
pub(super) fn carried(chapter: &Chapter<'_, '_>) -> FolioSection {
    chapter.section("carried", vec![lesson_table(chapter, &chapter.occasion.carried, "no-carried")])
}

fn lesson_table(chapter: &Chapter<'_, '_>, lessons: &[OccasionLesson], empty: &str) -> FolioPart {
    let words = chapter.words;
    if lessons.is_empty() {
        return FolioPart::Paragraph(vec![Piece::plain(words.say(empty))]);
    }
    let line = |lesson: &OccasionLesson| {
        let state = match lesson.done {
            Some(day) => words.with("done", &[("day", &chapter.day(day))]),
            None if lesson.due < chapter.occasion.day => words.say("overdue"),
            None => words.say("open"),
        };
        let from = lesson.from.as_ref().map_or_else(|| words.say("nothing"), |from| from.get(words.0).to_owned());
        let cells = [lesson.text.clone(), lesson.owner.get(words.0).to_owned(), chapter.day(lesson.due), state, from];
        row(cells.map(|text| vec![Piece::plain(text)]))
    };
    chapter.table(&[("lesson", 7), ("owner", 4), ("due", 3), ("state", 3), ("carried-from", 3)], lessons.iter().map(line).collect())
}
