use desk::{Answer, Case, Desk, Mistakes, date, day, missing};
use flows::{EraseError, erase_day_by_two, erase_day_words};
use kernel::Day;
use people::{
    Approval, ApprovalState, EarlyErasure, OrderErasure, RequestApproval, TwoPerson, UseApprovalError, request_approval,
};
use registration::scheme::Scheme;
use vault::Cause;
use webkit::parts::{Button, Choice, Radios, SummaryList, SummaryRow, Warning};
use webkit::{Failure, Markup, Page, formats};

use crate::approval::{self, find};
use crate::erase::{cause, cause_question, certified, shown_day, sure};

/// Which purpose and which day, and why. It concerns many people, so a second person approves.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<OrderErasure>()?;
    page(desk, &case, &Mistakes::default())
}

fn page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    let scheme = case.live()?.scheme();
    let title = desk.say("erase-day-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("erase-day-lead"));
    let form = desk
        .form()
        .part(&Radios {
            value: desk.values.get("purpose").into(),
            error: mistakes.of("purpose"),
            ..Radios::new("purpose", desk.say("lease-purpose"), purposes(desk, &scheme))
        })
        .part(&date(desk, mistakes, "expiry", "erase-expiry"))
        .part(&cause_question(desk, mistakes))
        .part(&Button::new(desk.say("erase-day-request")));
    body.part(&form);
    body.part(&approval::table(desk, case, EarlyErasure::KIND, "/erase-day")?);
    Ok(desk.show_form(Page::new(title, body.markup()).wide().back(desk.scheme_url(case, "/erase")), mistakes))
}

/// The purposes under which something is held, each with its day.
fn purposes(desk: &Desk, scheme: &Scheme) -> Vec<Choice> {
    let purposes = scheme.purposes().iter().filter_map(|purpose| {
        let rule = scheme.groups().iter().find(|rule| rule.purpose == purpose.id && !rule.fields.is_empty())?;
        let choice = Choice::new(purpose.id.clone(), purpose.text.get(desk.language()));
        Some(choice.hint(shown_day(desk, rule.expiry)))
    });
    purposes.collect()
}

/// Asks for the second person.
pub(crate) fn request(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<OrderErasure>()?;
    if desk.values.switching() {
        return page(desk, &case, &Mistakes::default());
    }
    let (service, mut mistakes) = (case.live()?, Mistakes::default());
    let (scheme, purpose) = (service.scheme(), desk.values.get("purpose"));
    if !purposes(desk, &scheme).iter().any(|choice| choice.value == purpose) {
        mistakes.add("purpose", desk.say("choose-one"));
    }
    let expiry = day(desk, &mut mistakes, "expiry");
    let why = cause(desk);
    if why.is_none() {
        mistakes.add("cause", desk.say("choose-one"));
    }
    let Some((expiry, why)) = expiry.zip(why).filter(|_| mistakes.is_empty()) else {
        return page(desk, &case, &mistakes);
    };
    if registration::plan_day(service.ledger(), purpose, expiry)?.households.is_empty() {
        return page(desk, &case, &Mistakes::one("expiry", desk.say("erase-day-nothing")));
    }
    let command = RequestApproval { service: service.id(), what: erase_day_words(&scheme, purpose, expiry, why) };
    service.ledger().write("staff.request_erasure", grant.actor(), move |work| {
        request_approval::<EarlyErasure>(work, &grant, command.clone())
    })?;
    Ok(desk.done("done-asked", &desk.scheme_url(&case, "/erase-day")))
}

/// Purpose, day and cause of a request, from its exact words.
fn order(approval: &Approval) -> Option<(&str, Day, Cause)> {
    let word = |mark: &str| approval.what.split_once(mark).and_then(|(_, rest)| rest.split(' ').next());
    Some((word(" purpose ")?, word(" expiry ")?.parse().ok()?, Cause::parse(word(" cause ")?)?))
}

/// What was asked, in words.
pub(crate) fn what(desk: &Desk, case: &Case, approval: &Approval) -> Result<Markup, Failure> {
    let Some((purpose, expiry, why)) = order(approval) else { return Ok(Markup::default()) };
    let scheme = case.live()?.scheme();
    let purpose = scheme.purposes().iter().find(|one| one.id == purpose);
    let purpose = purpose.map(|one| one.text.get(desk.language()).to_owned()).unwrap_or_default();
    let why = desk.say(&format!("erase-cause-{}", why.as_str()));
    let words = [("purpose", purpose), ("day", shown_day(desk, expiry)), ("cause", why)];
    Ok(Markup::text(&desk.tell("approval-erase-day", words)))
}

/// Says what will be gone, now that it is approved.
pub(crate) fn ask_run(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<OrderErasure>()?;
    run_page(desk, &case, &Mistakes::default())
}

fn run_page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    let approval = find(desk, case, EarlyErasure::KIND)?;
    if approval.state != ApprovalState::Approved && mistakes.is_empty() {
        return Err(missing());
    }
    let (purpose, expiry, _) = order(&approval).ok_or_else(missing)?;
    let plan = registration::plan_day(case.live()?.ledger(), purpose, expiry)?;
    let count = |number: usize| formats::number(i64::try_from(number).unwrap_or(i64::MAX));
    let title = desk.say("erase-confirm-title");
    let mut body = desk.body(&title, mistakes);
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("approval-what"), what(desk, case, &approval)?),
        SummaryRow::new(desk.say("delivery-households"), count(plan.households.len())),
        SummaryRow::new(desk.say("erase-people"), formats::number(i64::try_from(plan.persons).unwrap_or(i64::MAX))),
    ]));
    body.part(&Warning(desk.say("erase-day-warning")));
    body.part(&sure(desk, desk.scheme_url(case, "/erase-day")));
    let page = Page::new(title, body.markup()).back(desk.scheme_url(case, "/erase-day"));
    Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }))
}

/// Erases the day, on the strength of the approval.
pub(crate) fn run(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<OrderErasure>()?;
    let approval = find(desk, &case, EarlyErasure::KIND)?;
    let order = order(&approval).ok_or_else(missing)?;
    if desk.values.get("confirmed") != "yes" {
        return run_page(desk, &case, &Mistakes::one("form", desk.say("erase-not-confirmed")));
    }
    let key = match erase_day_by_two(case.live()?, &grant, order, approval.id) {
        Ok(erased) => return certified(desk, &case, &erased),
        Err(EraseError::Nothing) => "erase-day-nothing",
        Err(EraseError::Approval(UseApprovalError::Refused(refused))) => approval::sentence(refused),
        Err(error) => return Err(Failure::from(error)),
    };
    run_page(desk, &case, &Mistakes::one("form", desk.say(key)))
}
