//! The numbers of those who wait at a station today.

use desk::{Answer, Desk, Mistakes, go};
use people::ManageStations;
use stations::{NumberError, call_next, give_number_at_desk, numbers};
use store::RunError;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Inset, SummaryList, SummaryRow};
use webkit::{Markup, Page, formats};

use crate::stations::find;

/// Who is called, how many wait; what calls the next.
pub(crate) fn show(desk: &Desk) -> Answer {
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let listed = find(desk)?;
    let (id, day) = (listed.id, desk.now().day());
    let numbers = desk.platform().ledger().read("staff.numbers", |tx| numbers(tx, id, day))?;
    let title = desk.say("numbers-title");
    let mut body = desk.body(&title, mistakes);
    body.p(listed.station.place.name(desk.language()));
    if let Some(given) = desk.query("given").parse::<i64>().ok().filter(|given| *given <= numbers.given) {
        body.part(&Inset(Markup::text(&desk.tell("numbers-write", [("number", formats::number(given))]))));
    }
    let number = |number: i64| if number == 0 { desk.say("numbers-none") } else { formats::number(number) };
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("numbers-called"), number(numbers.called)),
        SummaryRow::new(desk.say("numbers-waiting"), formats::number(numbers.waiting())),
        SummaryRow::new(desk.say("numbers-given"), number(numbers.given)),
    ]));
    let buttons = vec![
        Button::new(desk.say("numbers-call")).sends("act", "call"),
        Button::new(desk.say("numbers-give")).style(ButtonStyle::Secondary).sends("act", "give"),
    ];
    body.part(&desk.form().part(&ButtonGroup(buttons)));
    body.link(desk.say("numbers-screen"), desk.url(&format!("/stations/{id}/screen")));
    let page = Page::new(title, body.markup()).back(desk.url(&format!("/staff/stations/{id}")));
    Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }))
}

/// Calls the next number, or gives one to somebody at the desk.
pub(crate) fn act(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageStations>()?;
    let id = find(desk)?.id;
    let (ledger, actor, here) = (desk.platform().ledger(), grant.actor(), desk.url(&format!("/staff/stations/{id}/queue")));
    let done = if desk.values.get("act") == "give" {
        let given = ledger.write("staff.give_number", actor, move |work| give_number_at_desk(work, &grant, id));
        given.map(|(number, _)| format!("{here}?given={number}"))
    } else {
        ledger.write("staff.call_next", actor, move |work| call_next(work, &grant, id)).map(|_| here)
    };
    match done {
        Ok(to) => Ok(go(&to)),
        Err(RunError::Refused(NumberError::NobodyWaits)) => page(desk, &Mistakes::one("main", desk.say("numbers-nobody"))),
        Err(RunError::Refused(NumberError::Closed)) => page(desk, &Mistakes::one("main", desk.say("numbers-closed"))),
        Err(error) => Err(error.into()),
    }
}
