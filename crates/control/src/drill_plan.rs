use std::sync::Arc;

use axum::response::Response;
use desk::{Answer, Desk, LANGUAGES, Mistakes, missing};
use drill::{DrillError, DrillRecord, DrillStage, Pack, PlanDrill, PlannedTeam, cancel_drill, plan_drill, replan_drill};
use kernel::{Id, Instant, Text, kinds};
use people::{Department, RunDrill};
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonStyle, Checkboxes, Choice, DateInput, DateValue, Radios, Select, TextInput, Width};
use webkit::{Failure, Page, Values};

use crate::told;
use crate::view::team_name;
use crate::visit::Visit;

/// What the form offers.
struct Offer {
    own: Id<kinds::Department>,
    departments: Vec<Department>,
    earlier: Vec<DrillRecord>,
    packs: Vec<Arc<Pack>>,
    /// The exercise whose plan is changed.
    this: Option<DrillRecord>,
}

/// The form of a new exercise.
pub(crate) fn ask_new(desk: &Desk) -> Answer {
    let mut values = Values::default();
    values.set("begins-time", "09:30");
    values.set("pack", desk.query("pack"));
    Ok(page(desk, &Offer::of(desk, None)?, &values, &Mistakes::default()))
}

/// Plans it.
pub(crate) fn plan(desk: &Desk) -> Answer {
    let grant = desk.right::<RunDrill>()?;
    let offer = Offer::of(desk, None)?;
    let command = match typed(desk, &offer) {
        Ok(command) => command,
        Err(mistakes) => return Ok(page(desk, &offer, &desk.values, &mistakes)),
    };
    let done = desk.platform().ledger().write("control.plan_drill", grant.actor(), move |work| plan_drill(work, &grant, &command));
    match done {
        Ok((id, _)) => Ok(desk.done("done-drill", &desk.url(&format!("/staff/drills/{id}")))),
        Err(error) => again(desk, &offer, error),
    }
}

/// The same form for an exercise that has not started.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (visit, _) = Visit::held(desk)?;
    let record = planned(&visit)?;
    let values = values_of(record);
    Ok(page(desk, &Offer::of(desk, Some(record))?, &values, &Mistakes::default()))
}

/// Plans it anew.
pub(crate) fn change(desk: &Desk) -> Answer {
    let (visit, grant) = Visit::held(desk)?;
    let record = planned(&visit)?;
    let (id, offer) = (record.id, Offer::of(desk, Some(record))?);
    let command = match typed(desk, &offer) {
        Ok(command) => command,
        Err(mistakes) => return Ok(page(desk, &offer, &desk.values, &mistakes)),
    };
    if let Some(mistakes) = desk.changed_meanwhile(&state(record)) {
        return Ok(page(desk, &offer, &desk.values, &mistakes));
    }
    let done = desk.platform().ledger().write("control.replan_drill", grant.actor(), move |work| replan_drill(work, &grant, id, &command));
    match done {
        Ok(_) => Ok(desk.done("done-saved", &visit.url(""))),
        Err(error) => again(desk, &offer, error),
    }
}

/// Asks before a plan is taken away.
pub(crate) fn ask_cancel(desk: &Desk) -> Answer {
    let (visit, _) = Visit::held(desk)?;
    let title = desk.tell("drill-cancel-title", [("title", desk.text(&planned(&visit)?.title))]);
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("drill-cancel-lead"));
    body.part(&desk.form().part(&Button::new(desk.say("drill-cancel")).style(ButtonStyle::Warning)));
    Ok(desk.show(Page::new(title, body.markup()).back(visit.url(""))))
}

/// Takes it away.
pub(crate) fn cancel(desk: &Desk) -> Answer {
    let (visit, grant) = Visit::held(desk)?;
    let id = planned(&visit)?.id;
    desk.platform().ledger().write("control.cancel_drill", grant.actor(), move |work| cancel_drill(work, &grant, id))?;
    Ok(desk.done("done-drill-gone", &desk.url("/staff/drills")))
}

fn planned<'v>(visit: &'v Visit<'_>) -> Result<&'v DrillRecord, Failure> {
    if visit.record.stage == DrillStage::Planned { Ok(&visit.record) } else { Err(missing()) }
}

impl Offer {
    fn of(desk: &Desk, this: Option<&DrillRecord>) -> Result<Self, Failure> {
        let own = desk.right::<RunDrill>()?.department();
        let (departments, earlier) = desk.platform().ledger().read("control.plan", |tx| {
            Ok::<_, StoreError>((people::departments(tx)?, drill::drills(tx, own)?))
        })?;
        let earlier = earlier.into_iter().filter(|record| record.is_held_by(own) && this.is_none_or(|this| record.id != this.id)).collect();
        Ok(Self { own, departments, earlier, this: this.cloned(), packs: desk.platform().drills().packs() })
    }
}

fn page(desk: &Desk, offer: &Offer, values: &Values, mistakes: &Mistakes) -> Response {
    let title = desk.say(if offer.this.is_some() { "drill-change" } else { "drill-new" });
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("drill-new-lead"));
    let line = |name: &str, value: &str| TextInput {
        value: value.to_owned(),
        error: mistakes.of(name),
        ..TextInput::new(name, desk.say(name))
    };
    let hint = |key: &str| Some(desk.say(key));
    let form = offer.this.as_ref().map_or_else(|| desk.form(), |record| desk.form_over(&state(record)));
    let mut form = form.part(&Radios {
        value: values.get("pack").to_owned(),
        error: mistakes.of("pack"),
        ..Radios::new("pack", desk.say("drill-pack"), offer.packs.iter().map(|pack| offered(desk, pack)).collect())
    });
    for language in LANGUAGES {
        let name = format!("drill-title-{language}");
        form = form.part(&line(&name, values.get(&name)));
    }
    let departments = |name: &str, key: &str, own: bool| Checkboxes {
        values: values.all(name).map(str::to_owned).collect(),
        error: mistakes.of(name),
        hint: hint(&format!("{key}-hint")),
        ..Checkboxes::new(name, desk.say(key), choices(desk, offer, own))
    };
    let form = form
        .part(&DateInput {
            value: DateValue::of(values, "begins"),
            error: mistakes.of("begins"),
            ..DateInput::new("begins", desk.say("drill-begins-day"))
        })
        .part(&TextInput {
            value: values.get("begins-time").to_owned(),
            error: mistakes.of("begins-time"),
            hint: hint("drill-begins-time-hint"),
            width: Width::Five,
            ..TextInput::new("begins-time", desk.say("drill-begins-time"))
        })
        .part(&departments("team", "drill-teams", true))
        .part(&departments("co-host", "drill-co-hosts", false))
        .part(&Select {
            value: values.get("follows").to_owned(),
            hint: hint("drill-follows-hint"),
            empty: desk.say("drill-follows-none"),
            ..Select::new("follows", desk.say("drill-follows"), earlier(desk, offer))
        })
        .part(&Button::new(desk.say("drill-save")));
    body.part(&form);
    let back = offer.this.as_ref().map_or_else(|| String::from("/staff/drills"), |record| format!("/staff/drills/{}", record.id));
    desk.show_form(Page::new(title, body.markup()).back(desk.url(&back)), mistakes)
}

fn offered(desk: &Desk, pack: &Pack) -> Choice {
    let scenario = &pack.scenario;
    let facts = desk.tell("drill-pack-facts", [
        ("kind", desk.text(&flows::exercise_kind(scenario.name.as_str()).title())),
        ("length", told::length(desk, scenario.length)),
        ("injects", told::count(scenario.injects.len())),
        ("questions", told::count(scenario.questions.len())),
    ]);
    Choice::new(scenario.name.as_str(), desk.text(&scenario.title)).hint(facts)
}

fn choices(desk: &Desk, offer: &Offer, own: bool) -> Vec<Choice> {
    let all = offer.departments.iter().filter(|department| own || department.id != offer.own);
    all.map(|department| Choice::new(department.id.to_string(), desk.text(&department.name))).collect()
}

fn earlier(desk: &Desk, offer: &Offer) -> Vec<Choice> {
    let named = |record: &DrillRecord| format!("{} ({})", desk.text(&record.title), desk.at(record.begins));
    offer.earlier.iter().map(|record| Choice::new(record.id.to_string(), named(record))).collect()
}

/// What was typed, or every mistake in it. A switch of the language is a form without mistakes that is shown again.
fn typed(desk: &Desk, offer: &Offer) -> Result<PlanDrill, Mistakes> {
    let mut mistakes = Mistakes::default();
    if desk.values.switching() {
        return Err(mistakes);
    }
    let pack = offer.packs.iter().find(|pack| pack.scenario.name.as_str() == desk.values.get("pack")).cloned();
    if pack.is_none() {
        mistakes.add("pack", desk.say("drill-pack-wrong"));
    }
    let title = title(desk, &mut mistakes);
    let begins = begins(desk, &mut mistakes);
    let known = |name: &str| -> Vec<&Department> {
        let ticked: Vec<&str> = desk.values.all(name).collect();
        offer.departments.iter().filter(|department| ticked.contains(&department.id.to_string().as_str())).collect()
    };
    let teams: Vec<PlannedTeam> =
        known("team").into_iter().map(|department| PlannedTeam { department: department.id, name: team_name(department) }).collect();
    if teams.is_empty() {
        mistakes.add("team", desk.say("drill-teams-wrong"));
    }
    let co_hosts = known("co-host").into_iter().map(|department| department.id).collect();
    let follows = offer.earlier.iter().find(|record| record.id.to_string() == desk.values.get("follows")).map(|record| record.id);
    match (pack, begins) {
        (Some(pack), Some(begins)) if mistakes.is_empty() => Ok(PlanDrill { pack, title, begins, co_hosts, teams, follows }),
        _ => Err(mistakes),
    }
}

fn title(desk: &Desk, mistakes: &mut Mistakes) -> Text {
    let [english, traditional, simplified] = LANGUAGES.map(|language| {
        let name = format!("drill-title-{language}");
        let typed = desk.values.get(&name).trim().to_owned();
        if typed.is_empty() {
            mistakes.add(name.clone(), desk.tell("line-missing", [("field", desk.say(&name))]));
        } else if typed.chars().count() > TITLE_MOST_CHARS {
            mistakes.add(name, desk.say("drill-title-long"));
        }
        typed
    });
    Text::new(english, traditional, simplified)
}

fn begins(desk: &Desk, mistakes: &mut Mistakes) -> Option<Instant> {
    let day = DateValue::of(&desk.values, "begins").day();
    if day.is_none() {
        mistakes.add("begins", desk.say("date-wrong"));
    }
    let minute = told::moment(desk.values.get("begins-time")).map(|moment| moment.as_seconds() / 60).filter(|minute| *minute < 1_440);
    if minute.is_none() {
        mistakes.add("begins-time", desk.say("drill-begins-time-wrong"));
    }
    day.zip(minute).map(|(day, minute)| Instant::at(day, i64::from(minute)))
}

/// What the rules refuse that the form did not see stands beside the field that it is about.
fn again(desk: &Desk, offer: &Offer, error: RunError<DrillError>) -> Result<Response, Failure> {
    let RunError::Refused(refused) = &error else { return Err(error.into()) };
    let (field, key) = match refused {
        DrillError::Title => ("drill-title-en", "drill-title-long"),
        DrillError::Teams => ("team", "drill-teams-wrong"),
        DrillError::Hosts => ("co-host", "drill-co-hosts-wrong"),
        DrillError::Follows => ("follows", "drill-follows-wrong"),
        _ => return Err(error.into()),
    };
    Ok(page(desk, offer, &desk.values, &Mistakes::one(field, desk.say(key))))
}

/// What the form was made from.
fn state(record: &DrillRecord) -> String {
    format!("{:?}", values_of(record))
}

fn values_of(record: &DrillRecord) -> Values {
    let Text { en, zh_hant, zh_hans } = &record.title;
    let minute = record.begins.minute_of_day();
    let day = DateValue::from(record.begins.day());
    let mut pairs: Vec<(String, String)> = vec![("pack".into(), record.pack.clone())];
    pairs.extend(LANGUAGES.into_iter().zip([en, zh_hant, zh_hans]).map(|(language, text)| (format!("drill-title-{language}"), text.clone())));
    pairs.extend([("begins-day", day.day), ("begins-month", day.month), ("begins-year", day.year)].map(|(name, value)| (name.to_owned(), value)));
    pairs.push(("begins-time".into(), format!("{:02}:{:02}", minute / 60, minute % 60)));
    pairs.extend(record.teams.iter().map(|team| ("team".to_owned(), team.department.to_string())));
    pairs.extend(record.co_hosts.iter().map(|department| ("co-host".to_owned(), department.to_string())));
    pairs.extend(record.follows.map(|earlier| ("follows".to_owned(), earlier.to_string())));
    Values::from_pairs(pairs)
}

const TITLE_MOST_CHARS: usize = 200;
