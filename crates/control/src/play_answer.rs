//! A team's answer to one question: chosen or typed, with the lines that prove it.

use std::collections::BTreeSet;

use desk::{Answer as Shown, Desk, Mistakes, go, missing};
use drill::{Answer, Asked, Citation, Name, Refusal, TeamNumber, Worth};
use flows::{DrillAct, RoomError};
use webkit::parts::{Button, Checkboxes, Choice, Inset, Notification, SummaryList, SummaryRow, TextArea};
use webkit::{Body, Failure, Markup, Page};

use crate::play::{before, given_words};
use crate::play_room::{player, team};
use crate::play_words::{self, excerpt, gist, worth};
use crate::told;
use crate::view::View;
use crate::visit::Visit;

/// The question, what counts now, and the form.
pub(crate) fn ask(desk: &Desk) -> Shown {
    let visit = Visit::of(desk)?;
    player(&visit)?;
    let Some(room) = visit.room()? else { return Ok(before(&visit)) };
    visit.read(&room, |view| page(view, &Mistakes::default()))
}

fn page(view: &View<'_>, mistakes: &Mistakes) -> Shown {
    let (desk, exercise) = (view.desk, view.exercise);
    let team = team(view.seat).ok_or_else(missing)?;
    let name: Name = desk.id("question")?;
    let asked = exercise.asked_one(team, &name, desk.now()).ok_or_else(missing)?;
    let title = desk.text(&asked.question.prompt);
    let mut body = Body::new(desk.language());
    body.maybe(mistakes.summary().as_ref());
    kept(view, &asked, &mut body);
    body.h1(&title);
    let mut rows = vec![
        SummaryRow::new(desk.say("play-aspect"), desk.say(&format!("play-aspect-{}", asked.question.aspect.as_str()))),
        SummaryRow::new(desk.say("play-points"), asked.question.points.to_string()),
    ];
    if !exercise.state().ended {
        rows.push(SummaryRow::new(desk.say("play-time"), worth(desk, asked.worth)));
    }
    body.part(&SummaryList::new(rows));
    counts(view, &asked, &mut body);
    if exercise.state().ended {
        body.part(&Inset(desk.say("play-over").into()));
    } else {
        form(view, team, &asked, mistakes, &mut body);
    }
    Ok(desk.show_form(Page::new(title, body.markup()).back(view.url("/play")), mistakes))
}

/// What became of the answer that was just given.
fn kept(view: &View<'_>, asked: &Asked<'_>, body: &mut Body) {
    let (desk, exercise) = (view.desk, view.exercise);
    let key = match desk.query("kept") {
        "yes" => "play-kept",
        "same" => "play-kept-same",
        _ => return,
    };
    // Only when it is so: the words of an address prove nothing.
    let Some(given) = &asked.given else { return };
    let mut words = Markup::text(&desk.tell(key, [("clock", told::clock(given.shown))]));
    let over = desk.query("over").parse().ok().and_then(|entry| exercise.answer_in(entry));
    let ours = over.filter(|(team, question, earlier)| Some(*team) == view.seat.and_then(|seat| seat.team()) && **question == asked.question.name && earlier.entry < given.entry);
    if let Some((_, _, earlier)) = ours {
        let words_of_earlier = given_words(desk, &Asked { given: Some(earlier), ..*asked }).join(&desk.say("list-comma"));
        let meanwhile = desk.tell("play-kept-over", [("player", play_words::player(desk, earlier.player)), ("answer", excerpt(&words_of_earlier, &[], 300))]);
        words.push(&Markup::trusted(format!("<br>{}", Markup::text(&meanwhile))));
    }
    body.part(&Notification { body: words, success: true, ..Notification::default() });
}

/// The answer that counts now.
fn counts(view: &View<'_>, asked: &Asked<'_>, body: &mut Body) {
    let desk = view.desk;
    body.h2(desk.say("play-counts-now"));
    let Some(given) = &asked.given else {
        body.p(desk.say("play-no-answer"));
        return;
    };
    body.note(desk.tell("play-given-by", [("player", play_words::player(desk, given.player)), ("clock", told::clock(given.shown))]));
    body.bullets(given_words(desk, asked));
    if !given.answer.lines.is_empty() {
        let lines: Vec<String> = given.answer.lines.iter().cloned().map(String::from).collect();
        body.p(desk.tell("play-proven-by", [("lines", lines.join(&desk.say("list-comma")))]));
    }
}

fn form(view: &View<'_>, team: TeamNumber, asked: &Asked<'_>, mistakes: &Mistakes, body: &mut Body) {
    let desk = view.desk;
    body.h2(desk.say("play-answer")).p(desk.say("play-answer-lead"));
    // What was typed stands before what counts: a wrong form loses nothing.
    let typed = desk.values.pairs().next().is_some();
    let held = |of: fn(&Answer) -> Vec<String>| asked.given.as_ref().map_or_else(Vec::new, |given| of(given.answer));
    let given: Vec<String> = if typed { desk.values.all("given").map(ToOwned::to_owned).collect() } else { held(|answer| answer.given.iter().cloned().collect()) };
    let lines: Vec<String> = if typed { desk.values.all("line").map(ToOwned::to_owned).collect() } else { held(|answer| answer.lines.iter().cloned().map(String::from).collect()) };
    let seen = if typed { desk.values.get("seen").to_owned() } else { asked.given.as_ref().map_or_else(String::new, |given| given.entry.to_string()) };
    let mut form = desk.form().hidden("seen", seen);
    form = if asked.question.options.is_empty() {
        let (label, hint) = if asked.worth == Worth::ByEvaluators { ("play-answer-text", "play-answer-text-hint") } else { ("play-answer-items", "play-answer-items-hint") };
        form.part(&TextArea { hint: Some(desk.say(hint)), value: given.join("\n"), error: mistakes.of("given"), rows: 6, ..TextArea::new("given", desk.say(label)) })
    } else {
        let choices = asked.question.options.iter().map(|option| Choice::new(option.name.as_str(), desk.text(&option.text))).collect();
        form.part(&Checkboxes { hint: Some(desk.say("play-options-hint")), values: given, error: mistakes.of("given"), ..Checkboxes::new("given", desk.say("play-answer-options"), choices) })
    };
    let proof = proof(view, team, asked);
    if proof.is_empty() {
        body.note(desk.say("play-no-proof"));
    } else {
        form = form.part(&Checkboxes { hint: Some(desk.say("play-proof-hint")), values: lines, error: mistakes.of("line"), ..Checkboxes::new("line", desk.say("play-proof"), proof) });
    }
    body.part(&form.part(&Button::new(desk.say("play-keep"))));
}

/// The team's pins, and what the present answer cites though its pin is down.
fn proof(view: &View<'_>, team: TeamNumber, asked: &Asked<'_>) -> Vec<Choice> {
    let exercise = view.exercise;
    let notes: Vec<(&Citation, &str)> = exercise.state().pins(team).map(|(citation, pin)| (citation, pin.note.as_str())).collect();
    let cited = asked.given.iter().flat_map(|given| &given.answer.lines);
    let all: BTreeSet<&Citation> = notes.iter().map(|(citation, _)| *citation).chain(cited).collect();
    let choice = |citation: &Citation| {
        let note = notes.iter().find(|(known, _)| *known == citation).map_or("", |(_, note)| *note);
        let says = exercise.pack().evidence_named(&citation.evidence).map_or_else(String::new, |evidence| gist(evidence, citation.line, &[], 160));
        let told = [note, &says].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        let cited = String::from(citation.clone());
        Choice::new(cited.clone(), cited).hint(told)
    };
    all.into_iter().map(choice).collect()
}

/// Keeps the answer. The latest counts; when a team mate answered meanwhile, the page says what that was.
pub(crate) fn keep(desk: &Desk) -> Shown {
    let visit = Visit::of(desk)?;
    let (seat, team) = player(&visit)?;
    let room = visit.started()?;
    let again = |mistakes: &Mistakes| visit.read(&room, |view| page(view, mistakes));
    if desk.values.switching() {
        return again(&Mistakes::default());
    }
    let name: Name = desk.id("question")?;
    let (open, before) = room.read(|exercise| -> Result<_, Failure> {
        let asked = exercise.asked_one(team, &name, desk.now()).ok_or_else(missing)?;
        Ok((asked.worth == Worth::ByEvaluators, asked.given.map(|given| given.entry)))
    })??;
    let answer = match typed(desk, open) {
        Ok(answer) => answer,
        Err(mistakes) => return again(&mistakes),
    };
    let done = match room.act(seat, DrillAct::Answer { question: name.clone(), answer }) {
        Ok(done) => done,
        Err(error) => {
            return match refused(desk, &error) {
                Some(mistakes) => again(&mistakes),
                None => Err(error.into()),
            };
        }
    };
    let seen: Option<u64> = desk.values.get("seen").parse().ok();
    let over = before.filter(|before| done.noted && Some(*before) != seen).map_or_else(String::new, |before| format!("&over={before}"));
    let kept = if done.noted { "yes" } else { "same" };
    Ok(go(&visit.url(&format!("/play/answer/{name}?kept={kept}{over}"))))
}

/// What the form says. A text for evaluators is one item with its line breaks; everything else is one item a line.
fn typed(desk: &Desk, open: bool) -> Result<Answer, Mistakes> {
    let given = desk.values.all("given").map(|text| text.replace("\r\n", "\n"));
    let items: Vec<String> = if open { given.collect() } else { given.flat_map(|text| text.lines().map(ToOwned::to_owned).collect::<Vec<_>>()).collect() };
    let lines: Result<Vec<Citation>, _> = desk.values.all("line").map(|line| Citation::try_from(line.to_owned())).collect();
    let mut mistakes = Mistakes::default();
    let answer = Answer::new(items, lines.unwrap_or_default());
    if answer.given.is_empty() {
        mistakes.add("given", desk.say("play-answer-missing"));
    }
    if mistakes.is_empty() { Ok(answer) } else { Err(mistakes) }
}

/// What the exercise refused, where the form can be mended.
fn refused(desk: &Desk, error: &RoomError) -> Option<Mistakes> {
    match error {
        RoomError::Refused(Refusal::TooLong) => Some(Mistakes::one("given", desk.say("play-answer-long"))),
        RoomError::Refused(Refusal::NoSuchLine(_)) => Some(Mistakes::one("line", desk.say("play-line-unknown"))),
        RoomError::Refused(Refusal::Over) => Some(Mistakes::one("given", desk.say("play-over"))),
        RoomError::Refused(Refusal::Full) => Some(Mistakes::one("given", desk.say("play-full"))),
        _ => None,
    }
}
