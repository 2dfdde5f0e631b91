use desk::{Answer, Desk, Mistakes, link};
use people::{EditScheme, ReadDashboard};
use webkit::parts::{Button, Table, Tone};
use webkit::{Markup, Page};

use crate::home::own_schemes;

/// The department's schemes.
pub(crate) fn show(desk: &Desk) -> Answer {
    let title = desk.say("schemes-title");
    let mut body = desk.body(&title, &Mistakes::default());
    let mut table = Table::new(title.clone(), ["scheme", "schemes-address", "state", "schemes-created"].map(|key| desk.say(key)));
    table.quiet_caption = true;
    table.empty = desk.say(if desk.may::<ReadDashboard>() { "schemes-none" } else { "schemes-not-yours" });
    let listed = if desk.may::<ReadDashboard>() { own_schemes(desk)? } else { Vec::new() };
    for listed in &listed {
        let service = desk.platform().service(&listed.slug);
        let (name, state) = match &service {
            Some(service) => {
                let state = service.ledger().read("staff.state", registration::current_state)?;
                (service.scheme().title(desk.language()).to_owned(), desk.status(state))
            }
            None if listed.ended.is_some() => (listed.slug.clone(), desk.tag(desk.say("status-ended"), Tone::Neutral)),
            None => (listed.slug.clone(), desk.status(None)),
        };
        let name = link(&name, &desk.url(&format!("/staff/schemes/{}", listed.slug)));
        table.row([name, Markup::text(&listed.slug), state, desk.at(listed.created).into()]);
    }
    body.part(&table);
    if desk.may::<EditScheme>() {
        body.part(&Button::link(desk.say("schemes-new"), desk.url("/staff/schemes/new")));
    }
    Ok(desk.show(Page::new(title, body.markup()).wide()))
}
