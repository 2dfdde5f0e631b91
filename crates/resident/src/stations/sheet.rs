use kernel::{Day, Language};
use notify::{Block, Sheets};
use stations::{Listed, Week};
use webkit::{L10n, formats};

use super::spoken;

/// The week to print and to hang up.
pub(super) fn of_week(t: &L10n, week: Week, all: &[Listed], today: Day, language: Language) -> Sheets {
    let span = [("from", formats::date(week.monday(), language)), ("until", formats::date(week.sunday(), language))];
    let mut blocks = Vec::new();
    for day in week.days() {
        blocks.push(Block::Heading(spoken::day(t, day, language)));
        let before = blocks.len();
        for line in week.open_days(all).into_iter().filter(|line| line.day == day) {
            let station = &line.listed.station;
            let place = format!("{}, {}", station.place.name(language), station.place.way(language));
            blocks.push(Block::Row(spoken::hours(t, station, day), place));
        }
        if blocks.len() == before {
            blocks.push(Block::Paragraph(t.get("stations-closed-all")));
        }
    }
    blocks.push(Block::Paragraph(hongkong::CREDIT.to_owned()));
    Sheets {
        language,
        title: t.with("stations-week-title", span),
        sender: Vec::new(),
        window: Vec::new(),
        date: today,
        blocks,
    }
}
