use desk::{Answer, Desk, Mistakes, link};
use people::HandleIncident;
use response::Incident;
use webkit::parts::{Button, Table, Tone};
use webkit::{Markup, Page};

/// The incidents of the department and of the whole platform, open ones first.
pub(crate) fn show(desk: &Desk) -> Answer {
    let department = desk.right::<HandleIncident>()?.department();
    let incidents = desk.platform().ledger().read("staff.incidents", |tx| response::incidents(tx, department))?;
    let title = desk.say("incidents-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("incidents-lead"));
    body.part(&Button::link(desk.say("case-new"), desk.url("/staff/incidents/new")));
    let head = ["state", "incident-what", "incident-summary", "incident-opened"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.empty = desk.say("incidents-none");
    for incident in &incidents {
        table.row([
            state(desk, incident),
            link(&desk.text(&incident.kind.title()), &desk.url(&format!("/staff/incidents/{}", incident.id))),
            Markup::text(&desk.text(&incident.summary)),
            desk.at(incident.opened).into(),
        ]);
    }
    body.part(&table);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

fn state(desk: &Desk, incident: &Incident) -> Markup {
    match incident.closed {
        None if incident.is_exercise => desk.tag(desk.say("calls-exercise"), Tone::Active),
        None => desk.tag(desk.say("incident-open"), Tone::Bad),
        Some(_) => desk.tag(desk.say("incident-closed"), Tone::Neutral),
    }
}
