//! Briefings for associations: planned with an invitation to print, held with a head count, followed up.

use axum::response::Response;
use desk::{Answer, Desk, Mistakes, Question, date, day, file, line, link, missing};
use hongkong::District;
use kernel::{Id, kinds};
use notify::{Block, Sheets};
use people::ManageStations;
use stations::{
    Briefing, BriefingError, FollowUp, ListedBriefing, Material, Outcome, briefings_of, finish_follow_up, plan_briefing, settle_briefing,
};
use store::RunError;
use webkit::parts::{
    Button, ButtonStyle, Checkboxes, Choice, DateValue, Select, SummaryList, SummaryRow, Table, TextArea, TextInput, Tone, Width,
};
use webkit::{Failure, Markup, Page, formats};

use crate::delivery::districts;
use crate::station_form::{span, typed};

const HOME: &str = "/staff/stations/briefings";

/// The department's briefings, and the form for another one.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let department = desk.right::<ManageStations>()?.department();
    let all = desk.platform().ledger().read("staff.briefings", |tx| briefings_of(tx, department))?;
    let title = desk.say("briefings-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("briefings-lead"));
    let mut table = Table::new(title.clone(), ["briefing-association", "briefing-day", "state"].map(|key| desk.say(key)));
    table.quiet_caption = true;
    table.empty = desk.say("briefings-none");
    for listed in &all {
        let briefing = &listed.briefing;
        table.row([
            link(&briefing.association, &desk.url(&format!("{HOME}/{}", listed.id))),
            Markup::text(&format!("{} {}", formats::date(briefing.day, desk.language()), typed(Some(briefing.minutes)))),
            state(desk, briefing),
        ]);
    }
    body.part(&table).h2(desk.say("briefing-plan"));
    let district = Select {
        value: desk.values.get("district").into(),
        error: mistakes.of("district"),
        ..Select::new("district", desk.say("district"), districts(desk))
    };
    let form = desk
        .form()
        .part(&line(desk, mistakes, "association", "briefing-association"))
        .part(&district)
        .part(&line(desk, mistakes, "place", "briefing-place"))
        .part(&date(desk, mistakes, "on", "briefing-day"))
        .part(&TextInput { width: Width::Ten, ..line(desk, mistakes, "hours", "briefing-hours") })
        .part(&Button::new(desk.say("briefing-plan")));
    body.part(&form).link(desk.say("briefing-rules"), desk.url("/stations/helpers"));
    Ok(desk.show_form(Page::new(title, body.markup()).wide().back(desk.url("/staff/stations")), mistakes))
}

fn state(desk: &Desk, briefing: &Briefing) -> Markup {
    let (key, tone) = match &briefing.outcome {
        None => ("briefing-planned", Tone::Active),
        Some(Outcome::Cancelled) => ("briefing-cancelled", Tone::Neutral),
        Some(Outcome::Held { follow_up: Some(FollowUp { done: false, .. }), .. }) => ("briefing-to-do", Tone::Attention),
        Some(Outcome::Held { .. }) => ("briefing-held", Tone::Good),
    };
    desk.tag(desk.say(key), tone)
}

/// Plans one.
pub(crate) fn plan(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let district = District::from_code(desk.values.get("district"));
    if district.is_none() {
        mistakes.add("district", desk.say("shift-choose"));
    }
    for name in ["association", "place"] {
        if !desk.values.has(name) {
            mistakes.add(name, desk.say("briefing-text-wrong"));
        }
    }
    let (on, minutes) = (day(desk, &mut mistakes, "on"), span(desk, &mut mistakes, "hours"));
    if minutes.is_none() && mistakes.of("hours").is_none() {
        mistakes.add("hours", desk.say("station-hours-wrong"));
    }
    let (Some(district), Some(day), Some(minutes), true) = (district, on, minutes, mistakes.is_empty()) else { return page(desk, &mistakes) };
    let text = |name: &str| desk.values.get(name).trim().to_owned();
    let briefing = Briefing { association: text("association"), district, place: text("place"), day, minutes, outcome: None };
    let planned = desk.platform().ledger().write("staff.plan_briefing", grant.actor(), move |work| plan_briefing(work, &grant, &briefing));
    match planned {
        Ok((id, _)) => Ok(desk.done("done-briefing", &desk.url(&format!("{HOME}/{id}")))),
        Err(RunError::Refused(BriefingError::Text)) => page(desk, &Mistakes::one("association", desk.say("briefing-text-wrong"))),
        Err(error) => Err(error.into()),
    }
}

fn find(desk: &Desk) -> Result<ListedBriefing, Failure> {
    let (department, id): (_, Id<kinds::Briefing>) = (desk.right::<ManageStations>()?.department(), desk.id("briefing")?);
    let all = desk.platform().ledger().read("staff.briefing", |tx| briefings_of(tx, department))?;
    all.into_iter().find(|listed| listed.id == id).ok_or_else(missing)
}

/// One briefing: what was planned, what became of it.
pub(crate) fn one(desk: &Desk) -> Answer {
    one_page(desk, &Mistakes::default())
}

fn one_page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let listed = find(desk)?;
    let (briefing, base) = (&listed.briefing, desk.url(&format!("{HOME}/{}", listed.id)));
    let mut body = desk.body(&briefing.association, mistakes);
    let mut rows = vec![
        SummaryRow::new(desk.say("state"), state(desk, briefing)),
        SummaryRow::new(desk.say("briefing-day"), formats::date(briefing.day, desk.language())),
        SummaryRow::new(desk.say("briefing-hours"), typed(Some(briefing.minutes))),
        SummaryRow::new(desk.say("briefing-place"), briefing.place.clone()),
        SummaryRow::new(desk.say("district"), briefing.district.name(desk.language())),
    ];
    rows.extend(outcome_rows(desk, briefing));
    body.part(&SummaryList::new(rows));
    match &briefing.outcome {
        None => {
            if desk.state.letter_font.is_some() {
                body.link(desk.say("briefing-invitation"), format!("{base}/invitation"));
            }
            body.h2(desk.say("briefing-settle"));
            body.part(&settle_form(desk, mistakes));
            body.part(&desk.form().to(format!("{base}/cancel")).id("cancel").part(&Button::new(desk.say("briefing-cancel")).style(ButtonStyle::Quiet)));
        }
        Some(Outcome::Held { follow_up: Some(FollowUp { done: false, .. }), .. }) => {
            body.part(&desk.form().to(format!("{base}/done")).id("done").part(&Button::new(desk.say("briefing-done"))));
        }
        Some(_) => {}
    }
    Ok(desk.show_form(Page::new(briefing.association.clone(), body.markup()).back(desk.url(HOME)), mistakes))
}

fn outcome_rows(desk: &Desk, briefing: &Briefing) -> Vec<SummaryRow> {
    let Some(Outcome::Held { attended, materials, follow_up }) = &briefing.outcome else { return Vec::new() };
    let taken: Vec<String> = materials.iter().map(|material| desk.say(&format!("material-{}", material.slug()))).collect();
    let mut rows = vec![
        SummaryRow::new(desk.say("briefing-attended"), formats::number(i64::from(*attended))),
        SummaryRow::new(desk.say("briefing-materials"), taken.join(&desk.say("list-comma"))),
    ];
    if let Some(follow_up) = follow_up {
        let until = desk.tell("briefing-until", [("day", formats::date(follow_up.due, desk.language()))]);
        rows.push(SummaryRow::new(desk.say("briefing-follow-up"), format!("{} ({until})", follow_up.what)));
    }
    rows
}

fn settle_form(desk: &Desk, mistakes: &Mistakes) -> webkit::parts::Form {
    let choices = Material::ALL.map(|material| Choice::new(material.slug(), desk.say(&format!("material-{}", material.slug()))));
    let materials = Checkboxes {
        values: desk.values.all("materials").map(str::to_owned).collect(),
        ..Checkboxes::new("materials", desk.say("briefing-materials"), choices.into())
    };
    let follow_up = TextArea {
        value: desk.values.get("what").into(),
        hint: Some(desk.say("briefing-follow-up-hint")),
        error: mistakes.of("what"),
        ..TextArea::new("what", desk.say("briefing-follow-up"))
    };
    desk.form()
        .part(&TextInput { width: Width::Five, inputmode: Some("numeric"), ..line(desk, mistakes, "attended", "briefing-attended") })
        .part(&materials)
        .part(&follow_up)
        .part(&date(desk, mistakes, "due", "briefing-due"))
        .part(&Button::new(desk.say("briefing-settle")))
}

/// Notes that it was held.
pub(crate) fn settle(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    let id = find(desk)?.id;
    if desk.values.switching() {
        return one_page(desk, &Mistakes::default());
    }
    let mut mistakes = Mistakes::default();
    let attended = hongkong::half_width(desk.values.get("attended").trim()).parse::<u16>().ok();
    if attended.is_none() {
        mistakes.add("attended", desk.say("briefing-attended-wrong"));
    }
    let follow_up = if desk.values.has("what") || !DateValue::of(&desk.values, "due").is_blank() {
        let what = desk.values.get("what").trim().to_owned();
        day(desk, &mut mistakes, "due").map(|due| FollowUp { what, due, done: false })
    } else {
        None
    };
    let (Some(attended), true) = (attended, mistakes.is_empty()) else { return one_page(desk, &mistakes) };
    let chosen = |material: &Material| desk.values.all("materials").any(|slug| slug == material.slug());
    let outcome = Outcome::Held { attended, materials: Material::ALL.into_iter().filter(chosen).collect(), follow_up };
    let settled = desk.platform().ledger().write("staff.settle_briefing", grant.actor(), move |work| settle_briefing(work, &grant, (id, &outcome)));
    match settled {
        Ok(_) => Ok(desk.done("done-saved", &desk.url(&format!("{HOME}/{id}")))),
        Err(RunError::Refused(BriefingError::Early)) => one_page(desk, &Mistakes::one("attended", desk.say("briefing-early"))),
        Err(RunError::Refused(BriefingError::Text)) => one_page(desk, &Mistakes::one("what", desk.say("briefing-text-wrong"))),
        Err(error) => Err(error.into()),
    }
}

/// Calls it off.
pub(crate) fn cancel(desk: &Desk) -> Answer {
    let (grant, id) = (desk.right::<ManageStations>()?, find(desk)?.id);
    let back = desk.url(&format!("{HOME}/{id}"));
    if let Some(page) = desk.unless_sure(&Question { act: "briefing-cancel", warning: "briefing-cancel-warning", back }) {
        return Ok(page);
    }
    let cancel = move |work: &mut journal::Work<'_, '_>| settle_briefing(work, &grant, (id, &Outcome::Cancelled));
    desk.platform().ledger().write("staff.cancel_briefing", desk.right::<ManageStations>()?.actor(), cancel)?;
    Ok(desk.done("done-called-off", &desk.url(HOME)))
}

/// Notes that the follow-up is done.
pub(crate) fn done(desk: &Desk) -> Answer {
    let (grant, id) = (desk.right::<ManageStations>()?, find(desk)?.id);
    desk.platform().ledger().write("staff.follow_up_done", grant.actor(), move |work| finish_follow_up(work, &grant, id))?;
    Ok(desk.done("done-saved", &desk.url(HOME)))
}

/// The invitation to print, in the language of the page.
pub(crate) fn invitation(desk: &Desk) -> Answer {
    let listed = find(desk)?;
    let (font, language, briefing) = (desk.state.letter_font.as_ref().ok_or_else(missing)?, desk.language(), &listed.briefing);
    let department = desk.platform().ledger().read("staff.department", |tx| people::department(tx, listed.department))?;
    let sender = department.map(|department| desk.text(&department.name)).unwrap_or_default();
    let row = |key: &str, value: String| Block::Row(desk.say(key), value);
    let sheets = Sheets {
        language,
        title: desk.say("briefing-letter-title"),
        sender: vec![sender],
        window: Vec::new(),
        date: desk.now().day(),
        blocks: vec![
            Block::Paragraph(desk.tell("briefing-letter-lead", [("association", briefing.association.clone())])),
            row("briefing-day", formats::date(briefing.day, language)),
            row("briefing-hours", typed(Some(briefing.minutes))),
            row("briefing-place", briefing.place.clone()),
            Block::Heading(desk.say("briefing-letter-what")),
            Block::Paragraph(desk.say("briefing-letter-text")),
            Block::Paragraph(desk.say("briefing-letter-no-list")),
        ],
    };
    let bytes = notify::sheets_pdf(&sheets, font)?;
    Ok(pdf(bytes, listed.id))
}

fn pdf(bytes: Vec<u8>, id: Id<kinds::Briefing>) -> Response {
    file(bytes, "application/pdf", &format!("briefing-letter-{id}.pdf"))
}
