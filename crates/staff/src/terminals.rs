//! Public terminals at which residents are proofed: added by an officer, made one by a code that is typed there, ended at any time.

use desk::{Answer, Desk, Mistakes, Question};
use identity::{ENROL_MINUTES, VisitCode, add_terminal, end_terminal};
use kernel::{Id, kinds, one_line};
use people::ProofIdentity;
use webkit::parts::{Button, ButtonStyle, Panel, Table, TextInput, Tone};
use webkit::{Markup, Page};

use crate::proofing::{HOME, rights};

const PLACE_MOST: usize = 80;

/// The terminals, and the form for another one.
pub(crate) fn show(desk: &Desk) -> Answer {
    desk.identity::<ProofIdentity>()?;
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let service = desk.platform().identity();
    let all = service.map(|service| service.ledger().read("staff.terminals", identity::terminals)).transpose()?.unwrap_or_default();
    let title = desk.say("terminals-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("terminals-lead"));
    let head = ["terminals-place", "terminals-added", "state", "terminals-end"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.empty = desk.say("terminals-none");
    for one in &all {
        let (key, tone) = if one.enrolled { ("terminals-works", Tone::Good) } else { ("terminals-waits", Tone::Attention) };
        let words = desk.tell("terminals-end-one", [("place", one.place.as_str())]);
        let end = desk.form().to(desk.url(&format!("{HOME}/terminals/{}/end", one.id))).id(format!("end-{}", one.id));
        table.row([
            Markup::text(&one.place),
            Markup::text(&desk.at(one.added)),
            desk.tag(desk.say(key), tone),
            desk.html(&end.part(&Button::new(words).style(ButtonStyle::Quiet))),
        ]);
    }
    body.part(&table).h2(desk.say("terminals-add"));
    let place = TextInput {
        value: desk.values.get("place").to_owned(),
        hint: Some(desk.say("terminals-place-hint")),
        error: mistakes.of("place"),
        ..TextInput::new("place", desk.say("terminals-place"))
    };
    body.part(&desk.form().part(&place).part(&Button::new(desk.say("terminals-add"))));
    Ok(desk.show_form(Page::new(title, body.markup()).wide().back(desk.url(HOME)), mistakes))
}

/// Adds a terminal and shows its code once.
pub(crate) fn add(desk: &Desk) -> Answer {
    let (service, grant) = rights(desk)?;
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let Some(place) = one_line(desk.values.get("place"), PLACE_MOST).map(str::to_owned) else {
        return page(desk, &Mistakes::one("place", desk.say("terminals-place-wrong")));
    };
    let (ledger, code) = (service.ledger(), VisitCode::new(&**service.ledger().random()));
    let (keys, shown) = (ledger.keys().clone(), code.clone());
    ledger.write("staff.add_terminal", grant.actor(), move |work| add_terminal(work, &keys, &grant, (&place, &code)))?;
    let title = desk.say("terminals-code");
    let mut body = webkit::Body::new(desk.language());
    body.part(&Panel { title: title.clone(), label: desk.say("counter-code"), reference: shown.text().to_owned() });
    body.p(desk.tell("terminals-code-how", [("minutes", ENROL_MINUTES)])).p("/account/terminal/enrol");
    Ok(desk.show(Page::new(title, body.markup()).without_switch().back(desk.url(&format!("{HOME}/terminals")))))
}

/// Ends a terminal.
pub(crate) fn end(desk: &Desk) -> Answer {
    let (service, grant) = rights(desk)?;
    let terminal: Id<kinds::Terminal> = desk.id("terminal")?;
    let back = desk.url(&format!("{HOME}/terminals"));
    if let Some(page) = desk.unless_sure(&Question { act: "terminals-end-this", warning: "terminals-end-warning", back }) {
        return Ok(page);
    }
    service.ledger().write("staff.end_terminal", grant.actor(), move |work| end_terminal(work, &grant, terminal))?;
    Ok(desk.done("done-terminal", &desk.url(&format!("{HOME}/terminals"))))
}
