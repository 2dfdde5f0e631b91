//! The discussion of an exercise: in a team's room and before everybody, topic by topic; after the end, what was right and why.

use desk::{Answer, Desk, Mistakes, go, missing};
use drill::{Part, Refusal, Saying, Speaker, TeamNumber};
use flows::{DrillAct, DrillHand, RoomError};
use people::RunDrill;
use webkit::parts::{Button, ButtonStyle, Choice, Inset, LivePart, Radios, TextArea, Tone};
use webkit::{Body, Failure, Markup, Page, formats};

use crate::play::{before, given_words};
use crate::play_room::team;
use crate::play_words::{paragraphs, speaker};
use crate::told;
use crate::view::View;
use crate::visit::Visit;

/// So many contributions are shown; the report has all.
const SHOWN: usize = 200;

/// The page.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let visit = Visit::of(desk)?;
    let Some(room) = visit.room()? else { return Ok(before(&visit)) };
    visit.read(&room, |view| body(&visit, view, mistakes))
}

fn body(visit: &Visit<'_>, view: &View<'_>, mistakes: &Mistakes) -> Answer {
    let desk = view.desk;
    let title = desk.say("play-discussion");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("play-discussion-lead"));
    if visit.runs() {
        topics(visit, view, &mut body);
    }
    if let Some(as_whom) = voice(visit) {
        form(visit, as_whom, mistakes, &mut body);
    }
    body.part(&LivePart {
        url: view.url("/live?part=discussion"),
        body: part(view)?,
        again: view.url("/discussion"),
        again_words: desk.say("play-again"),
    });
    if view.exercise.state().ended {
        hot_wash(view, &mut body);
    }
    let back = if team(view.seat).is_some() { "/play" } else { "/watch" };
    Ok(desk.show_form(Page::new(title, body.markup()).script("live.js").back(view.url(back)), mistakes))
}

/// As whom the visitor speaks; observers listen, and so does an officer of the host without a seat.
fn voice(visit: &Visit<'_>) -> Option<Speaker> {
    let seat = visit.seat?;
    match seat.part() {
        Part::Player { team, .. } => Some(Speaker::Player(team, seat.number())),
        Part::Facilitator => Some(Speaker::Facilitator(seat.number())),
        Part::Evaluator => Some(Speaker::Evaluator(seat.number())),
        Part::Observer => None,
    }
}

/// What is said, by topic, and which topic is open.
pub(crate) fn part(view: &View<'_>) -> Result<Markup, Failure> {
    let (desk, exercise) = (view.desk, view.exercise);
    let (state, teams) = (exercise.state(), view.teams()?);
    let mut body = Body::new(desk.language());
    body.part(&Inset(match state.topic.and_then(|topic| exercise.pack().scenario.discussion.get(topic)) {
        Some(topic) => Markup::text(&desk.tell("play-topic-open", [("topic", desk.text(topic))])),
        None => Markup::text(&desk.say("play-no-topic")),
    }));
    let heard = heard(view);
    let more = heard.len().saturating_sub(SHOWN);
    if more > 0 {
        body.note(desk.tell("play-said-before", [("count", i64::try_from(more).unwrap_or(i64::MAX))]));
    }
    if heard.is_empty() {
        body.p(desk.say("play-nothing-said"));
    }
    let mut topic = None;
    for saying in heard.iter().skip(more) {
        if topic != Some(saying.topic) {
            topic = Some(saying.topic);
            let of = saying.topic.and_then(|topic| exercise.pack().scenario.discussion.get(topic));
            body.h2(of.map_or_else(|| desk.say("play-without-topic"), |topic| desk.text(topic)));
        }
        body.push(&said(view, &teams, saying));
    }
    Ok(body.markup())
}

/// What the visitor may hear: players their own team's room, whoever runs the exercise every room, others what is said before everybody.
fn heard<'e>(view: &View<'e>) -> Vec<&'e Saying> {
    let state = view.exercise.state();
    let runs = view.seat.is_none_or(|seat| seat.part() == Part::Facilitator);
    if runs { state.all_said().iter().collect() } else { state.said(team(view.seat)).collect() }
}

fn said(view: &View<'_>, teams: &[String], saying: &Saying) -> Markup {
    let desk = view.desk;
    let own = matches!(saying.speaker, Speaker::Player(of, number) if view.seat.is_some_and(|seat| seat.team() == Some(of) && seat.number() == number));
    let who = if own { desk.say("play-you") } else { speaker(desk, teams, saying.speaker) };
    let place = match saying.team {
        Some(team) => desk.tag(teams.get(usize::from(team)).cloned().unwrap_or_default(), Tone::Neutral),
        None => desk.tag(desk.say("play-to-all"), Tone::Active),
    };
    let (who, when) = (Markup::text(&who), Markup::text(&formats::time(saying.at, desk.language())));
    let text = paragraphs(&saying.text);
    Markup::trusted(format!("<article class=\"govuk-inset-text\">\n<p class=\"govuk-body-s lr-quiet\"><strong>{who}</strong> {when} {place}</p>\n{text}</article>\n"))
}

fn form(visit: &Visit<'_>, as_whom: Speaker, mistakes: &Mistakes, body: &mut Body) {
    let desk = visit.desk;
    let area = TextArea { value: desk.values.get("text").to_owned(), error: mistakes.of("text"), rows: 3, ..TextArea::new("text", desk.say("play-say")) };
    let mut form = desk.form().part(&area);
    if let Speaker::Player(..) = as_whom {
        let choices = vec![Choice::new("team", desk.say("play-to-team")), Choice::new("all", desk.say("play-to-all"))];
        let to = if desk.values.has("to") { desk.values.get("to") } else { "team" };
        form = form.part(&Radios { value: to.to_owned(), inline: true, ..Radios::new("to", desk.say("play-to"), choices) });
    }
    body.part(&form.part(&Button::new(desk.say("play-say-it"))));
}

/// The topics of the pack, for whoever runs the exercise: open one, or close the open one.
fn topics(visit: &Visit<'_>, view: &View<'_>, body: &mut Body) {
    let (desk, open) = (view.desk, view.exercise.state().topic);
    body.h2(desk.say("play-topics"));
    let mut choices: Vec<Choice> =
        (0_usize..).zip(&view.exercise.pack().scenario.discussion).map(|(number, topic)| Choice::new(number.to_string(), desk.text(topic))).collect();
    choices.push(Choice::new("none", desk.say("play-topic-none")));
    let value = open.map_or_else(|| "none".to_owned(), |open| open.to_string());
    let form = desk.form().to(visit.url("/discussion/topic")).id("topics").part(&Radios { value, ..Radios::new("topic", desk.say("play-topic"), choices) });
    body.part(&form.part(&Button::new(desk.say("play-topic-set")).style(ButtonStyle::Secondary)));
}

/// After the end: beside each question why its answer is right, and what the visitor's team gave and got.
fn hot_wash(view: &View<'_>, body: &mut Body) {
    let (desk, exercise) = (view.desk, view.exercise);
    body.h2(desk.say("play-hot-wash")).p(desk.say("play-hot-wash-lead"));
    for question in &exercise.pack().scenario.questions {
        let Some(key) = exercise.pack().key(&question.name) else { continue };
        body.h3(desk.text(&question.prompt));
        if let Some(team) = team(view.seat) {
            result(view, team, &question.name, body);
        }
        body.push(&paragraphs(&desk.text(&key.why)));
    }
}

fn result(view: &View<'_>, team: TeamNumber, name: &drill::Name, body: &mut Body) {
    let (desk, exercise) = (view.desk, view.exercise);
    let Some(question) = exercise.pack().question(name) else { return };
    let asked = exercise.asked_one(team, name, desk.now()).filter(|asked| asked.given.is_some());
    let Some(asked) = asked else {
        body.note(desk.say("play-you-gave-nothing"));
        return;
    };
    let gave = given_words(desk, &asked).join(&desk.say("list-comma"));
    body.note(desk.tell("play-you-gave", [("answer", gave)]));
    let waits = exercise.state().needs_mark(exercise.pack(), team, name);
    let got = told::points(exercise.state().score(team, name));
    body.note(if waits { desk.say("play-mark-waits") } else { desk.tell("play-you-got", [("got", got), ("points", question.points.to_string())]) });
}

/// Says something.
pub(crate) fn say(desk: &Desk) -> Answer {
    let visit = Visit::of(desk)?;
    let (Some(seat), Some(speaker)) = (visit.seat, voice(&visit)) else { return Err(missing()) };
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let to = match speaker {
        // Nothing chosen is said to the few, not to the many.
        Speaker::Player(team, _) if desk.values.get("to") != "all" => Some(team),
        _ => None,
    };
    let text = desk.values.get("text").replace("\r\n", "\n");
    match visit.started()?.act(seat, DrillAct::Say { team: to, text }) {
        Ok(_) => Ok(go(&visit.url("/discussion"))),
        Err(RoomError::Refused(Refusal::Words)) => page(desk, &Mistakes::one("text", desk.say("play-say-wrong"))),
        Err(RoomError::Refused(Refusal::Full)) => page(desk, &Mistakes::one("text", desk.say("play-full"))),
        Err(error) => Err(error.into()),
    }
}

/// Opens a topic, or closes the one that is open.
pub(crate) fn topic(desk: &Desk) -> Answer {
    let visit = Visit::run(desk)?;
    let room = visit.started()?;
    let topics = room.read(|exercise| exercise.pack().scenario.discussion.len())?;
    let topic = desk.values.get("topic").parse::<usize>().ok().filter(|topic| *topic < topics);
    let hand: DrillHand = if visit.holds { desk.right::<RunDrill>()?.into() } else { visit.seat.ok_or_else(missing)?.into() };
    room.act(hand, DrillAct::Discuss(topic))?;
    Ok(go(&visit.url("/discussion")))
}
