use std::collections::{BTreeMap, BTreeSet};

use callout::{
    AnswerError, CallOut, CallPage, Called, CalledState, CodeAnswer, PageState, PersonId, acknowledge_by_code, answers, call_out,
    call_pages, called, close_call_out, team,
};
use desk::{Answer, Desk, Mistakes, Question, line, missing};
use kernel::{Id, Text, kinds};
use people::StartCallOut as MayCallOut;
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonStyle, Choice, Select, Table, TextInput, Tone, Warning, Width};
use webkit::{Body, Failure, Markup, Page};

use crate::call_outs::{names, own};

const REFRESH_SECS: u32 = 10;

/// Everything on record of one call-out, as far as the officer may see it.
struct Facts {
    call_out: CallOut,
    called: Vec<Called>,
    pages: Vec<CallPage>,
    answers: Vec<callout::Answer>,
    posts: BTreeMap<PersonId, Text>,
}

fn find(desk: &Desk) -> Result<Facts, Failure> {
    let (own, id): (_, Id<kinds::CallOut>) = (own(desk)?, desk.id("callout")?);
    let facts = desk.platform().ledger().read("staff.call_out", |tx| {
        let Some(call_out) = call_out(tx, id)? else { return Ok::<_, StoreError>(None) };
        let mut called = called(tx, id)?;
        called.retain(|one| own.is_none_or(|own| own == one.department));
        let (mut pages, mut answers) = (call_pages(tx, id)?, answers(tx, id)?);
        let seen: BTreeSet<_> = called.iter().map(|one| one.department).collect();
        pages.retain(|page| seen.contains(&page.department));
        answers.retain(|answer| seen.contains(&answer.department));
        let mut posts = BTreeMap::new();
        for department in &seen {
            posts.extend(team(tx, *department)?.into_iter().map(|person| (person.id, person.post)));
        }
        Ok(Some(Facts { call_out, called, pages, answers, posts }))
    })?;
    facts.filter(|facts| !facts.called.is_empty()).ok_or_else(missing)
}

/// The call-out as it stands at this moment; the page looks again by itself.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let facts = find(desk)?;
    let title = desk.text(&facts.call_out.title);
    let mut body = desk.body(&title, mistakes);
    if facts.call_out.is_exercise {
        body.part(&Warning(desk.say("call-exercise")));
    }
    let since = [("time", desk.at(facts.call_out.started)), ("until", desk.at(facts.call_out.ends))];
    body.p(desk.text(&facts.call_out.body)).p(desk.tell("call-since", since));
    let names = names(desk)?;
    let columns = ["reach-department", "state", "call-steps", "call-pages", "call-delivered", "call-acknowledged", "call-failed"];
    let mut table = Table::new(desk.say("call-departments"), columns.map(|key| desk.say(key)));
    table.numeric = vec![2, 3, 4, 6];
    for one in &facts.called {
        table.row(row(desk, &facts, one, names.get(&one.department).cloned().unwrap_or_default()));
    }
    body.part(&table);
    let live = facts.call_out.closed.is_none() && desk.now() < facts.call_out.ends;
    if live && desk.may::<MayCallOut>() {
        acts(desk, &mut body, &facts, mistakes);
    }
    let shown = Page::new(title, body.markup()).wide().back(desk.url("/staff/call-outs"));
    // Nobody's typing is interrupted: the page with the form for codes looks again only when it is asked to.
    let open = facts.called.iter().any(|one| one.state == CalledState::Open);
    let refreshed = live && open && mistakes.is_empty() && desk.query("live") == "on";
    Ok(desk.show_form(if refreshed { shown.refresh(REFRESH_SECS) } else { shown }, mistakes))
}

fn row(desk: &Desk, facts: &Facts, one: &Called, name: String) -> Vec<Markup> {
    let pages: Vec<&CallPage> = facts.pages.iter().filter(|page| page.department == one.department).collect();
    let count = |wanted: &dyn Fn(&CallPage) -> bool| pages.iter().filter(|page| wanted(page)).count().to_string().into();
    let tone = match one.state {
        CalledState::Open => Tone::Attention,
        CalledState::Met => Tone::Good,
        CalledState::Unanswered => Tone::Bad,
        CalledState::StoodDown => Tone::Neutral,
    };
    let acknowledged = facts.answers.iter().filter(|answer| answer.department == one.department).map(|answer| {
        let seconds = answer.at.since(facts.call_out.started) / 1000;
        format!("{} ({})", post(desk, facts, answer.person), desk.tell("call-seconds", [("seconds", seconds.to_string())]))
    });
    let acknowledged: Vec<String> = acknowledged.collect();
    vec![
        name.into(),
        desk.tag(desk.say(&format!("called-{}", one.state.slug())), tone),
        one.fired.to_string().into(),
        count(&|_| true),
        count(&|page| page.delivered.or(page.acknowledged).is_some()),
        acknowledged.join(&desk.say("list-comma")).into(),
        count(&|page| page.state == PageState::Failed),
    ]
}

fn post(desk: &Desk, facts: &Facts, person: PersonId) -> String {
    facts.posts.get(&person).map_or_else(|| desk.say("call-somebody"), |post| desk.text(post))
}

/// The code that somebody reads back, and standing down.
fn acts(desk: &Desk, body: &mut Body, facts: &Facts, mistakes: &Mistakes) {
    let base = format!("/staff/call-outs/{}", facts.call_out.id);
    body.link(desk.say("call-live"), desk.url(&format!("{base}?live=on")));
    let answered: BTreeSet<PersonId> = facts.answers.iter().map(|answer| answer.person).collect();
    let waiting = facts.pages.iter().filter(|page| page.handed_over.is_some() && !answered.contains(&page.person));
    let choices: Vec<Choice> = waiting
        .map(|page| Choice::new(page.id.to_string(), format!("{} · {}", post(desk, facts, page.person), desk.text(&page.channel.title()))))
        .collect();
    if !choices.is_empty() {
        body.h2(desk.say("call-code-title")).p(desk.say("call-code-lead"));
        let code = TextInput { inputmode: Some("numeric"), width: Width::Ten, ..line(desk, mistakes, "code", "call-code") };
        let form = desk
            .form()
            .to(desk.url(&format!("{base}/code")))
            .part(&Select {
                value: desk.values.get("page").into(),
                error: mistakes.of("page"),
                ..Select::new("page", desk.say("call-code-page"), choices)
            })
            .part(&code)
            .part(&Button::new(desk.say("call-code-note")));
        body.part(&form);
    }
    body.h2(desk.say("call-down-title")).p(desk.say("call-down-lead"));
    let down = desk.form().to(desk.url(&format!("{base}/stand-down"))).id("down");
    body.part(&down.part(&Button::new(desk.say("call-down")).style(ButtonStyle::Warning)));
}

/// Notes an acknowledgement by telephone.
pub(crate) fn code(desk: &Desk) -> Answer {
    let grant = desk.right::<MayCallOut>()?;
    let facts = find(desk)?;
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let wanted: Option<Id<kinds::CallPage>> = desk.values.get("page").parse().ok();
    let Some(wanted) = wanted.filter(|id| facts.pages.iter().any(|page| page.id == *id)) else {
        return page(desk, &Mistakes::one("page", desk.say("choose-one")));
    };
    let (keys, digits) = (desk.platform().ledger().keys().clone(), desk.values.get("code").to_owned());
    let done = desk.platform().ledger().write("staff.code", grant.actor(), move |work| {
        acknowledge_by_code(work, &keys, (wanted, &digits), Some(&grant))
    });
    match done {
        Ok((CodeAnswer::Right, _)) | Err(RunError::Refused(AnswerError::Taken)) => {
            Ok(desk.done("done-code", &desk.url(&format!("/staff/call-outs/{}", facts.call_out.id))))
        }
        Ok((CodeAnswer::Wrong { left }, _)) => {
            page(desk, &Mistakes::one("code", desk.tell("call-code-wrong", [("left", left.to_string())])))
        }
        Err(RunError::Refused(AnswerError::Gone)) => page(desk, &Mistakes::one("code", desk.say("call-code-dead"))),
        Err(error) => Err(Failure::from(error)),
    }
}

/// Nobody is called any more.
pub(crate) fn stand_down(desk: &Desk) -> Answer {
    let grant = desk.right::<MayCallOut>()?;
    let id = find(desk)?.call_out.id;
    let back = desk.url(&format!("/staff/call-outs/{id}"));
    if let Some(page) = desk.unless_sure(&Question { act: "call-down", warning: "call-down-lead", back }) {
        return Ok(page);
    }
    desk.platform().ledger().write("staff.stand_down", grant.actor(), move |work| close_call_out(work, &grant, id))?;
    Ok(desk.done("done-stood-down", &desk.url(&format!("/staff/call-outs/{id}"))))
}
