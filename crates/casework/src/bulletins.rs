use desk::{Answer, Desk, Mistakes};
use people::{OperateScheme, ReadDashboard};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Table};
use webkit::{Page, formats};

/// The figures "as at" that were published.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadDashboard>()?;
    let service = case.live()?;
    let bulletins = service.ledger().read("staff.bulletins", |tx| registration::bulletins(tx, 100))?;
    let title = desk.say("bulletins-title");
    let mut body = desk.body(&title, &Mistakes::default());
    let minutes = service.scheme().bulletin_minutes();
    let times: Vec<String> = minutes.iter().map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60)).collect();
    body.p(desk.tell("bulletins-lead", [("times", times.join(&desk.say("list-comma")))]));
    let head = ["bulletins-at", "dashboard-received", "dashboard-people", "bulletins-wait"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.numeric = vec![1, 2, 3];
    table.empty = desk.say("bulletins-none");
    for bulletin in &bulletins {
        let wait = desk.tell("seconds", [("count", bulletin.wait_seconds)]);
        let (registrations, people) = (formats::number(bulletin.registrations), formats::number(bulletin.people));
        table.row([desk.at(bulletin.at), registrations, people, wait]);
    }
    body.part(&table);
    if desk.may::<OperateScheme>() {
        body.part(&Button::link(desk.say("bulletins-publish"), desk.scheme_url(&case, "/bulletins/publish")));
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

/// Asks before publishing.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<OperateScheme>()?;
    case.live()?;
    let title = desk.say("bulletins-publish");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("bulletins-publish-lead"));
    body.part(&desk.form().part(&ButtonGroup(vec![
        Button::new(title.clone()),
        Button::link(desk.say("cancel"), desk.scheme_url(&case, "/bulletins")).style(ButtonStyle::Quiet),
    ])));
    Ok(desk.show(Page::new(title, body.markup()).back(desk.scheme_url(&case, "/bulletins"))))
}

/// Publishes the figures of this moment.
pub(crate) fn publish(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<OperateScheme>()?;
    let service = case.live()?;
    registration::publish_bulletin(service.ledger(), service.average_wait_seconds())?;
    Ok(desk.done("done-bulletin", &desk.scheme_url(&case, "/bulletins")))
}
