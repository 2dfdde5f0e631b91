//! Answers that no key can mark: what waits for an evaluator, and one answer with what to look for.

use desk::{Answer, Desk, Mistakes, go, link, missing};
use drill::{Answer as Given, Citation, Exercise, Name, Part, Question, Refusal, Seat, TeamNumber};
use flows::{DrillAct, RoomError};
use webkit::parts::{Button, Details, Inset, LivePart, SummaryList, SummaryRow, Table, TextInput, Tone, Width};
use webkit::{Body, Failure, Markup, Page};

use crate::told;
use crate::view::{View, team};
use crate::visit::Visit;

/// The queue of an evaluator; whoever runs the exercise sees how far the marking is.
pub(crate) fn show(desk: &Desk) -> Answer {
    let visit = Visit::of(desk)?;
    may_see(&visit)?;
    let room = visit.started()?;
    let title = desk.say("drill-marks");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("drill-marks-lead"));
    let part = visit.read(&room, part)?;
    body.part(&LivePart { url: visit.url("/live?part=marks"), body: part, again: visit.url("/marks"), again_words: desk.say("drill-again") });
    Ok(desk.show(Page::new(title, body.markup()).wide().script("live.js").back(visit.url(""))))
}

fn may_see(visit: &Visit<'_>) -> Result<(), Failure> {
    if visit.runs() || visit.part() == Some(Part::Evaluator) { Ok(()) } else { Err(missing()) }
}

fn evaluator(seat: Option<Seat>) -> Option<u16> {
    seat.filter(|seat| seat.part() == Part::Evaluator).map(|seat| seat.number())
}

/// Every answer that is marked by hand: those that need a mark first.
pub(crate) fn part(view: &View<'_>) -> Result<Markup, Failure> {
    let (desk, exercise, names) = (view.desk, view.exercise, view.teams()?);
    let head = ["drill-question", "drill-team", "drill-marks-state", "drill-marks-spread"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("drill-marks-queue"), head);
    table.empty = desk.say("drill-marks-none");
    let mut rows = Vec::new();
    for question in by_hand(exercise) {
        for number in (0..).take(names.len()) {
            if exercise.state().answer_of(number, &question.name).is_some() {
                rows.push((state(view, question, number), question, number));
            }
        }
    }
    rows.sort_by_key(|(state, question, number)| (*state, told::question_number(exercise.pack(), &question.name), *number));
    let waiting = rows.iter().filter(|(state, ..)| *state == State::Needed).count();
    for (state, question, number) in rows {
        let words = desk.tell("drill-question-number", [("number", told::question_number(exercise.pack(), &question.name))]);
        let place = view.url(&format!("/marks/{number}/{}", question.name));
        table.row([link(&words, &place), Markup::text(team(&names, number)), state.tag(desk), spread(view, question, number)]);
    }
    let words = desk.tell("drill-marks-waiting", [("count", told::count(waiting))]);
    let mut body = Body::new(desk.language());
    let words = Markup::text(&words);
    body.push(&Markup::trusted(format!("<p class=\"govuk-body\" data-live-say=\"{words}\">{words}</p>\n"))).part(&table);
    Ok(body.markup())
}

fn by_hand(exercise: &Exercise) -> impl Iterator<Item = &Question> {
    let pack = exercise.pack();
    pack.scenario.questions.iter().filter(|question| pack.key(&question.name).is_some_and(drill::Key::is_open))
}

/// What an evaluator has to do with an answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Needed,
    Given,
    Enough,
}

impl State {
    fn tag(self, desk: &Desk) -> Markup {
        match self {
            Self::Needed => desk.tag(desk.say("drill-mark-needed"), Tone::Attention),
            Self::Given => desk.tag(desk.say("drill-mark-given"), Tone::Active),
            Self::Enough => desk.tag(desk.say("drill-mark-enough"), Tone::Good),
        }
    }
}

fn state(view: &View<'_>, question: &Question, number: TeamNumber) -> State {
    let (state, pack) = (view.exercise.state(), view.exercise.pack());
    let mine = evaluator(view.seat).is_some_and(|own| state.spread(own, number, &question.name).is_some());
    match (state.needs_mark(pack, number, &question.name), mine) {
        (true, false) => State::Needed,
        (true, true) => State::Given,
        (false, _) => State::Enough,
    }
}

/// From the lowest to the highest mark; for evaluators once they have given their own.
fn spread(view: &View<'_>, question: &Question, number: TeamNumber) -> Markup {
    let seen = evaluator(view.seat).and_then(|own| view.exercise.state().spread(own, number, &question.name));
    seen.map_or_else(Markup::default, |(least, most)| {
        Markup::text(&view.desk.tell("drill-marks-from-to", [("least", least.to_string()), ("most", most.to_string())]))
    })
}

/// One answer, for an evaluator.
pub(crate) fn ask(desk: &Desk) -> Answer {
    page(&Visit::of(desk)?, &Mistakes::default())
}

fn asked(visit: &Visit<'_>) -> Result<(TeamNumber, Name), Failure> {
    let number: TeamNumber = visit.desk.id("team")?;
    let name: Name = visit.desk.id("question")?;
    if usize::from(number) < visit.record.teams.len() { Ok((number, name)) } else { Err(missing()) }
}

fn page(visit: &Visit<'_>, mistakes: &Mistakes) -> Answer {
    may_see(visit)?;
    let (desk, (number, name)) = (visit.desk, asked(visit)?);
    let room = visit.started()?;
    let body = visit.read(&room, |view| one(view, (number, &name), mistakes))?;
    let title = desk.tell("drill-mark-title", [("team", team(&visit.teams(), number).to_owned())]);
    Ok(desk.show_form(Page::new(title, body.markup()).back(visit.url("/marks")), mistakes))
}

fn one(view: &View<'_>, (number, name): (TeamNumber, &Name), mistakes: &Mistakes) -> Result<Body, Failure> {
    let (desk, exercise) = (view.desk, view.exercise);
    let question = by_hand(exercise).find(|question| question.name == *name).ok_or_else(missing)?;
    let answer = exercise.state().answer_of(number, name).ok_or_else(missing)?;
    let title = desk.tell("drill-mark-title", [("team", team(&view.teams()?, number).to_owned())]);
    let mut body = desk.body(&title, mistakes);
    body.lead(desk.text(&question.prompt));
    body.h2(desk.say("drill-answer"));
    let mut said = Body::new(desk.language());
    for line in answer.given.iter().flat_map(|text| text.lines()) {
        said.p(line);
    }
    body.part(&Inset(said.markup()));
    lines(view, answer, &mut body);
    let why = exercise.pack().key(name).map(|key| desk.text(&key.why)).unwrap_or_default();
    body.part(&Details { summary: desk.say("drill-look-for"), body: paragraph(desk, &why), open: true });
    if let Some(own) = evaluator(view.seat) {
        marked(view, own, (number, question), &mut body);
        let most = question.points.to_string();
        let points = TextInput {
            value: desk.values.get("points").to_owned(),
            hint: Some(desk.tell("drill-points-hint", [("most", most.clone())])),
            error: mistakes.of("points"),
            inputmode: Some("numeric"),
            width: Width::Five,
            ..TextInput::new("points", desk.say("drill-points"))
        };
        body.part(&desk.form().part(&points).part(&Button::new(desk.say("drill-mark"))));
    }
    Ok(body)
}

fn paragraph(desk: &Desk, text: &str) -> Markup {
    let mut body = Body::new(desk.language());
    body.p(text);
    body.markup()
}

/// The lines that the team cites, whole.
fn lines(view: &View<'_>, answer: &Given, body: &mut Body) {
    let desk = view.desk;
    if answer.lines.is_empty() {
        body.note(desk.say("drill-lines-none"));
        return;
    }
    body.h2(desk.say("drill-lines"));
    for line in &answer.lines {
        let (title, text) = cited(view, line);
        body.h3(desk.tell("drill-line", [("evidence", title), ("line", line.line.to_string())]));
        body.push(&Markup::trusted(format!("<pre class=\"lr-code\" tabindex=\"0\">{}</pre>\n", Markup::text(&text))));
    }
}

fn cited(view: &View<'_>, line: &Citation) -> (String, String) {
    let found = view.exercise.pack().evidence.iter().find(|evidence| evidence.entry.name == line.evidence);
    found.map_or_else(
        || (line.evidence.to_string(), String::new()),
        |evidence| (view.desk.text(&evidence.entry.title), evidence.line(line.line).unwrap_or_default().to_owned()),
    )
}

/// The spread of all marks, for an evaluator who has given one.
fn marked(view: &View<'_>, own: u16, (number, question): (TeamNumber, &Question), body: &mut Body) {
    let Some((least, most)) = view.exercise.state().spread(own, number, &question.name) else { return };
    let desk = view.desk;
    let range = desk.tell("drill-marks-from-to", [("least", least.to_string()), ("most", most.to_string())]);
    let mean = told::points(view.exercise.state().score(number, &question.name));
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("drill-marks-spread"), range),
        SummaryRow::new(desk.say("drill-marks-mean"), mean),
    ]));
    body.p(desk.say("drill-mark-again"));
}

/// Gives a mark; the same evaluator once more changes it.
pub(crate) fn mark(desk: &Desk) -> Answer {
    let visit = Visit::of(desk)?;
    let seat = visit.seat.filter(|seat| seat.part() == Part::Evaluator).ok_or_else(missing)?;
    let (number, question) = asked(&visit)?;
    if desk.values.switching() {
        return page(&visit, &Mistakes::default());
    }
    let wrong = |visit: &Visit<'_>, key: &str| page(visit, &Mistakes::one("points", desk.say(key)));
    let Ok(points) = desk.values.get("points").trim().parse::<u32>() else { return wrong(&visit, "drill-points-wrong") };
    match visit.started()?.act(seat, DrillAct::Mark { team: number, question: question.clone(), points }) {
        Ok(_) => Ok(go(&visit.url(&format!("/marks/{number}/{question}")))),
        Err(RoomError::Refused(Refusal::Points(_))) => wrong(&visit, "drill-points-wrong"),
        Err(error) => Err(error.into()),
    }
}
