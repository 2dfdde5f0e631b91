use desk::{Answer, Case, Desk, Mistakes, go};
use flows::{EraseError, Erased};
use kernel::Day;
use people::OrderErasure;
use registration::matching::State;
use registration::scheme::{FieldGroup, Scheme};
use registration::{EraseWhat, HouseholdRow, Reference};
use vault::Cause;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Choice, Radios, SummaryList, SummaryRow, TextInput, Warning};
use webkit::{Failure, Page, formats};

use crate::erasure;

/// What an officer may order to be erased of one registration.
const WHAT: [(&str, EraseWhat); 5] = [
    ("all", EraseWhat::All),
    ("identity", EraseWhat::Group(FieldGroup::Identity)),
    ("contact", EraseWhat::Group(FieldGroup::Contact)),
    ("mobile", EraseWhat::Group(FieldGroup::Mobile)),
    ("health", EraseWhat::Group(FieldGroup::Health)),
];

/// Which registration, what of it, and why.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<OrderErasure>()?;
    page(desk, &case, &Mistakes::default())
}

fn page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    let scheme = case.live()?.scheme();
    let title = desk.say("erase-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("erase-lead"));
    let form = desk
        .form()
        .part(&TextInput {
            value: desk.values.get("reference").into(),
            error: mistakes.of("reference"),
            verbatim: true,
            ..TextInput::new("reference", desk.say("reference"))
        })
        .part(&radios(desk, mistakes, "what", what_choices(desk, &scheme)))
        .part(&cause_question(desk, mistakes))
        .part(&Button::new(desk.say("erase-next")));
    body.part(&form);
    body.link(desk.say("erase-day-title"), desk.scheme_url(case, "/erase-day"));
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.scheme_url(case, "")), mistakes))
}

fn what_choices(desk: &Desk, scheme: &Scheme) -> Vec<Choice> {
    let held = |what: &EraseWhat| match what {
        EraseWhat::Group(group) => !scheme.group(*group).fields.is_empty(),
        _ => true,
    };
    let held = WHAT.into_iter().filter(|(_, what)| held(what));
    held.map(|(name, _)| Choice::new(name, desk.say(&format!("erase-what-{name}")))).collect()
}

fn radios(desk: &Desk, mistakes: &Mistakes, name: &'static str, choices: Vec<Choice>) -> Radios {
    Radios {
        value: desk.values.get(name).into(),
        error: mistakes.of(name),
        ..Radios::new(name, desk.say(&format!("erase-{name}")), choices)
    }
}

/// Why, from the list: free words might name people.
pub(crate) fn cause_question(desk: &Desk, mistakes: &Mistakes) -> Radios {
    let choice = |cause: Cause| Choice::new(cause.as_str(), desk.say(&format!("erase-cause-{}", cause.as_str())));
    radios(desk, mistakes, "cause", Cause::ORDERED.map(choice).into())
}

/// The cause that was chosen.
pub(crate) fn cause(desk: &Desk) -> Option<Cause> {
    Cause::parse(desk.values.get("cause")).filter(|cause| Cause::ORDERED.contains(cause))
}

struct Order {
    row: HouseholdRow,
    what: EraseWhat,
    cause: Cause,
}

fn read(desk: &Desk, case: &Case) -> Result<Result<Order, Mistakes>, Failure> {
    let mut mistakes = Mistakes::default();
    let reference = Reference::parse(desk.values.get("reference"));
    let row = match reference {
        Some(reference) => registration::find(case.live()?.ledger(), reference)?,
        None => None,
    };
    let row = row.filter(|row| row.state != State::Withdrawn);
    if row.is_none() {
        mistakes.add("reference", desk.say("erase-reference-wrong"));
    }
    let sent = desk.values.get("what");
    let offered = what_choices(desk, &case.live()?.scheme());
    let what = WHAT.into_iter().find(|(name, _)| *name == sent && offered.iter().any(|choice| choice.value == sent));
    if what.is_none() {
        mistakes.add("what", desk.say("choose-one"));
    }
    let why = cause(desk);
    if why.is_none() {
        mistakes.add("cause", desk.say("choose-one"));
    }
    Ok(match (row, what, why) {
        (Some(row), Some((_, what)), Some(why)) => Ok(Order { row, what, cause: why }),
        _ => Err(mistakes),
    })
}

/// Shows what will be gone; when that was confirmed, erases it and shows the certificate.
pub(crate) fn act(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<OrderErasure>()?;
    if desk.values.switching() {
        return page(desk, &case, &Mistakes::default());
    }
    let order = match read(desk, &case)? {
        Ok(order) => order,
        Err(mistakes) => return page(desk, &case, &mistakes),
    };
    if desk.values.get("confirmed") != "yes" {
        return Ok(confirm(desk, &case, &order));
    }
    match flows::erase_by_officer(case.live()?, &grant, order.row.id, order.what, order.cause) {
        Ok(erased) => {
            flows::certify(&desk.state.platform, case.live()?)?;
            erasure::done(desk, &case, &erased)
        }
        Err(EraseError::Nothing) => page(desk, &case, &Mistakes::one("reference", desk.say("erase-nothing"))),
        Err(error) => Err(Failure::from(error)),
    }
}

fn confirm(desk: &Desk, case: &Case, order: &Order) -> axum::response::Response {
    let title = desk.say("erase-confirm-title");
    let mut body = desk.body(&title, &Mistakes::default());
    let what = desk.say(&format!("erase-what-{}", desk.values.get("what")));
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("reference"), order.row.reference.to_string()),
        SummaryRow::new(desk.say("state"), desk.household_state(order.row.state)),
        SummaryRow::new(desk.say("erase-people"), formats::number(order.row.people)),
        SummaryRow::new(desk.say("erase-what"), what),
        SummaryRow::new(desk.say("erase-cause"), desk.say(&format!("erase-cause-{}", order.cause.as_str()))),
    ]));
    body.part(&Warning(desk.say("erase-warning")));
    body.p(desk.say("erase-left"));
    body.part(&sure(desk, desk.scheme_url(case, "/erase")));
    desk.show(Page::new(title, body.markup()).back(desk.scheme_url(case, "/erase")))
}

/// Everything that was typed goes along, and the one button that destroys.
pub(crate) fn sure(desk: &Desk, back: String) -> webkit::parts::Form {
    desk.form().carry(&desk.values, &["confirmed"]).part(&ButtonGroup(vec![
        Button::new(desk.say("erase-now")).style(ButtonStyle::Warning).sends("confirmed", "yes"),
        Button::link(desk.say("cancel"), back).style(ButtonStyle::Quiet),
    ]))
}

/// Rolls the root at once, so that the certificate is there when the page is.
pub(crate) fn certified(desk: &Desk, case: &Case, erased: &Erased) -> Answer {
    flows::certify(&desk.state.platform, case.live()?)?;
    Ok(go(&desk.scheme_url(case, &format!("/erasures/{}", erased.id))))
}

/// A day as it stands in approvals.
pub(crate) fn shown_day(desk: &Desk, day: Day) -> String {
    formats::date(day, desk.language())
}
