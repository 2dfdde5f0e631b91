use desk::{Answer, Desk, Mistakes, link, missing};
use people::{EditScheme, Scope, SignGate};
use provider::{Registered, clients, proposed_change};
use store::StoreError;
use webkit::parts::{Button, Table, Tone};
use webkit::{Failure, Markup, Page, formats};

use crate::connect_service::{profile_tag, standing_tag};

/// The services of the officer's department; the department of the identity provider sees all. For each, how many attributes it
/// asks for and how many of them it needs.
pub(crate) fn show(desk: &Desk) -> Answer {
    reader(desk)?;
    let title = desk.say("services-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("services-lead"));
    let Some(service) = desk.platform().identity() else {
        body.p(desk.say("services-closed"));
        return Ok(desk.show(Page::new(title, body.markup()).back(desk.url("/staff"))));
    };
    let (department, all) = (desk.who()?.department(), oversees(desk, service.scope()));
    let rows = service.ledger().read("staff.clients", |tx| {
        let seen = clients(tx)?.into_iter().filter(|client| all || client.owner == department);
        let with_change = |client: Registered| {
            let waits = proposed_change(tx, client.client().id.as_str())?.is_some();
            Ok::<_, StoreError>((client, waits))
        };
        seen.map(with_change).collect::<Result<Vec<_>, _>>()
    })?;
    let head = ["service", "service-department", "state", "service-standing", "service-profile", "service-asked", "service-needed"];
    let mut table = Table::new(title.clone(), head.map(|key| desk.say(key)));
    (table.quiet_caption, table.numeric, table.empty) = (true, vec![5, 6], desk.say("services-none"));
    for (client, waits) in &rows {
        let registration = &client.registration;
        let (asked, needed) = registration.figures();
        let number = |count: usize| Markup::text(&formats::number(i64::try_from(count).unwrap_or(0)));
        table.row([
            link(registration.name.get(desk.language()), &desk.url(&format!("/staff/services/{}", client.client().id))),
            Markup::text(registration.department.get(desk.language())),
            state_tag(desk, client, *waits),
            standing_tag(desk, registration),
            profile_tag(desk, registration),
            number(asked),
            number(needed),
        ]);
    }
    body.part(&table);
    if desk.may::<EditScheme>() {
        body.part(&Button::link(desk.say("service-new"), desk.url("/staff/services/new")));
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

/// Officers who register services or approve them.
pub(crate) fn reader(desk: &Desk) -> Result<(), Failure> {
    if desk.may::<EditScheme>() || desk.may::<SignGate>() { Ok(()) } else { desk.right::<EditScheme>().map(drop) }
}

/// Whether the officer is of the department that runs the identity provider.
pub(crate) fn oversees(desk: &Desk, provider: Scope) -> bool {
    desk.who().is_ok_and(|who| who.department() == provider.department())
}

/// The service of the address, with a change of it that waits: of the officer's own department, or any for an overseer.
pub(crate) fn found(desk: &Desk) -> Result<(Registered, Option<provider::Proposed>), Failure> {
    let (service, id) = (desk.accounts()?, desk.param("client"));
    let (found, change) = service.ledger().read("staff.client", |tx| {
        Ok::<_, StoreError>((provider::find_client(tx, id)?, proposed_change(tx, id)?))
    })?;
    let (department, all) = (desk.who()?.department(), oversees(desk, service.scope()));
    let found = found.filter(|found| all || found.owner == department).ok_or_else(missing)?;
    Ok((found, change))
}

/// Where a service stands.
pub(crate) fn state_tag(desk: &Desk, client: &Registered, waits: bool) -> Markup {
    let (key, tone) = match (client.ended, client.approved) {
        (Some(_), _) => ("service-ended", Tone::Neutral),
        (None, None) => ("service-waits", Tone::Attention),
        (None, Some(_)) if waits => ("service-change-waits", Tone::Attention),
        (None, Some(_)) => ("service-in-force", Tone::Good),
    };
    desk.tag(desk.say(key), tone)
}
