use kernel::{Id, kinds};
use people::HandleIncident;
use response::{Incident, close_incident};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, SummaryList, SummaryRow, Table, Tone};
use webkit::{Failure, Markup, Page};

use crate::contractor_form::scheme_title;
use crate::contractors::address;
use crate::desk::{Answer, Desk, go, missing};
use crate::mistakes::Mistakes;
use crate::shown::link;

/// The incidents of the department and of the whole platform, open ones first.
pub(crate) fn show(desk: &Desk) -> Answer {
    let department = desk.right::<HandleIncident>()?.department();
    let incidents = desk.platform().ledger().read("staff.incidents", |tx| response::incidents(tx, department))?;
    let title = desk.say("incidents-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("incidents-lead"));
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
        None => desk.tag(desk.say("incident-open"), Tone::Bad),
        Some(_) => desk.tag(desk.say("incident-closed"), Tone::Neutral),
    }
}

/// An incident of the department, or of the whole platform.
fn find(desk: &Desk) -> Result<Incident, Failure> {
    let (department, id): (_, Id<kinds::Incident>) = (desk.right::<HandleIncident>()?.department(), desk.id("incident")?);
    let found = desk.platform().ledger().read("staff.incident", |tx| response::incident(tx, id))?;
    found.filter(|one| one.department.is_none_or(|its| its == department)).ok_or_else(missing)
}

/// One incident, and the button that closes it.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let incident = find(desk)?;
    let title = desk.text(&incident.kind.title());
    let mut body = desk.body(&title, &Mistakes::default());
    body.lead(desk.text(&incident.summary));
    let mut rows = vec![SummaryRow::new(desk.say("state"), state(desk, &incident)), SummaryRow::new(desk.say("incident-opened"), desk.at(incident.opened))];
    if let Some(service) = incident.service {
        rows.push(SummaryRow::new(desk.say("scheme"), scheme_title(desk, service)?));
    }
    rows.extend(incident.closed.map(|at| SummaryRow::new(desk.say("incident-closed"), desk.at(at))));
    body.part(&SummaryList::new(rows));
    if let Some(contractor) = incident.contractor {
        body.link(desk.say("lease-contractor"), address(desk, contractor));
    }
    if incident.closed.is_none() {
        body.p(desk.say("incident-close-lead"));
        body.part(&desk.form().part(&ButtonGroup(vec![
            Button::new(desk.say("incident-close")),
            Button::link(desk.say("cancel"), desk.url("/staff/incidents")).style(ButtonStyle::Quiet),
        ])));
    }
    Ok(desk.show(Page::new(title, body.markup()).back(desk.url("/staff/incidents"))))
}

/// Closes it.
pub(crate) fn close(desk: &Desk) -> Answer {
    let grant = desk.right::<HandleIncident>()?;
    let id = find(desk)?.id;
    desk.platform().ledger().write("staff.close_incident", grant.actor(), move |work| close_incident(work, &grant, id))?;
    Ok(go(&desk.url("/staff/incidents")))
}
