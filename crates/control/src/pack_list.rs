//! The scenarios that can be played. What players must not know before, injects and keys, is not here.

use desk::{Answer, Desk, Mistakes, code};
use drill::Pack;
use people::RunDrill;
use webkit::parts::{Button, ButtonStyle, SummaryList, SummaryRow};
use webkit::{Body, Page};

use crate::told;

/// Every scenario, with what tells it from others, and the way into a plan with it.
pub(crate) fn show(desk: &Desk) -> Answer {
    desk.right::<RunDrill>()?;
    let title = desk.say("pack-list");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("pack-list-lead")).p(desk.say("pack-list-keys"));
    for pack in desk.platform().drills().packs() {
        body.h2(desk.text(&pack.scenario.title));
        facts(desk, &mut body, &pack);
        let plan = desk.url(&format!("/staff/drills/new?pack={}", pack.scenario.name));
        let words = desk.tell("pack-plan", [("title", desk.text(&pack.scenario.title))]);
        body.part(&Button::link(words, plan).style(ButtonStyle::Secondary));
    }
    Ok(desk.show(Page::new(title, body.markup()).back(desk.url("/staff/drills"))))
}

fn facts(desk: &Desk, body: &mut Body, pack: &Pack) {
    let scenario = &pack.scenario;
    let from = if desk.platform().drills().is_own(pack) { "pack-own" } else { "pack-shipped" };
    let written = pack.files().find(|(name, _)| *name == "pack.toml").map_or("", |(_, text)| text);
    let unfinished = drill::to_do(pack, written).len();
    let languages = match unfinished {
        0 => desk.say("pack-languages-all"),
        count => desk.tell("pack-languages-unfinished", [("count", told::count(count))]),
    };
    let lines = pack.evidence.iter().map(drill::Evidence::len).sum();
    let rows = [
        ("pack-kind", desk.text(&flows::exercise_kind(scenario.name.as_str()).title())),
        ("pack-from", desk.say(from)),
        ("pack-length", told::length(desk, scenario.length)),
        ("pack-injects", told::count(scenario.injects.len())),
        ("pack-questions", questions(desk, pack)),
        ("pack-evidence", desk.tell("pack-evidence-lines", [("sources", told::count(pack.evidence.len())), ("lines", told::count(lines))])),
        ("pack-languages", languages),
    ];
    let mut rows: Vec<SummaryRow> = rows.into_iter().map(|(key, value)| SummaryRow::new(desk.say(key), value)).collect();
    rows.push(SummaryRow::new(desk.say("pack-name"), code(scenario.name.as_str())));
    rows.push(SummaryRow::new(desk.say("pack-digest"), code(&kernel::to_hex(&pack.digest))));
    body.part(&SummaryList::new(rows));
}

fn questions(desk: &Desk, pack: &Pack) -> String {
    let questions = &pack.scenario.questions;
    let by_hand = questions.iter().filter(|question| pack.key(&question.name).is_some_and(drill::Key::is_open)).count();
    desk.tell("pack-questions-by-hand", [("count", told::count(questions.len())), ("hand", told::count(by_hand))])
}
