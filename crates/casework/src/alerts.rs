use axum::response::Response;
use desk::{Answer, Desk, Mistakes, link, missing};
use kernel::{Id, kinds};
use people::Role;
use response::{AcknowledgeAlert, AcknowledgeAlertError, Alert, Outcome, acknowledge_alert};
use store::RunError;
use webkit::parts::{Button, Choice, Radios, SummaryList, SummaryRow, Table, Tone};
use webkit::{Failure, Markup, Page};

/// The alerts for the roles of the officer, open ones first.
pub(crate) fn show(desk: &Desk) -> Answer {
    let who = desk.who()?;
    let (department, roles): (_, Vec<Role>) = (who.department(), who.roles().to_vec());
    let mut alerts = desk.platform().ledger().read("staff.alerts", |tx| {
        let mut alerts: Vec<Alert> = Vec::new();
        for role in &roles {
            alerts.extend(response::alerts(tx, department, *role)?);
        }
        Ok::<_, store::StoreError>(alerts)
    })?;
    alerts.sort_by_key(|alert| (alert.acknowledged.is_some(), std::cmp::Reverse(alert.raised), alert.id));
    alerts.dedup_by_key(|alert| alert.id);
    let title = desk.say("alerts-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("alerts-lead"));
    let head = ["alert-what", "alert-text", "alert-raised", "state"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.empty = desk.say("alerts-none");
    for alert in &alerts {
        let kind = desk.text(&alert.kind.title());
        let what = if alert.acknowledged.is_none() {
            link(&kind, &desk.url(&format!("/staff/alerts/{}", alert.id)))
        } else {
            Markup::text(&kind)
        };
        table.row([what, Markup::text(&desk.text(&alert.text)), desk.at(alert.raised).into(), state(desk, alert)]);
    }
    body.part(&table);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

fn state(desk: &Desk, alert: &Alert) -> Markup {
    match alert.acknowledged {
        None => desk.tag(desk.say("alert-open"), Tone::Attention),
        Some((_, _, outcome)) => desk.tag(desk.text(&outcome.title()), Tone::Neutral),
    }
}

/// One alert, and what becomes of it.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let alert = find(desk)?;
    Ok(page(desk, &alert, &Mistakes::default()))
}

fn find(desk: &Desk) -> Result<Alert, Failure> {
    let id: Id<kinds::Alert> = desk.id("alert")?;
    let who = desk.who()?;
    let open = desk.platform().ledger().read("staff.alert", |tx| response::open_alerts(tx, who))?;
    open.into_iter().find(|alert| alert.id == id).ok_or_else(missing)
}

fn page(desk: &Desk, alert: &Alert, mistakes: &Mistakes) -> Response {
    let title = desk.text(&alert.kind.title());
    let mut body = desk.body(&title, mistakes);
    body.lead(desk.text(&alert.text));
    body.part(&SummaryList::new(vec![SummaryRow::new(desk.say("alert-raised"), desk.at(alert.raised))]));
    let choices = Outcome::ALL.map(|outcome| Choice::new(outcome.slug(), desk.text(&outcome.title())));
    let form = desk
        .form()
        .part(&Radios {
            value: desk.values.get("outcome").into(),
            error: mistakes.of("outcome"),
            ..Radios::new("outcome", desk.say("alert-outcome"), choices.into())
        })
        .part(&Button::new(desk.say("alert-acknowledge")));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/alerts")), mistakes)
}

/// Notes what becomes of it. Two officers who answer at once both get an answer; the first one's stands.
pub(crate) fn acknowledge(desk: &Desk) -> Answer {
    let alert = find(desk)?;
    if desk.values.switching() {
        return Ok(page(desk, &alert, &Mistakes::default()));
    }
    let Some(outcome) = Outcome::from_slug(desk.values.get("outcome")) else {
        return Ok(page(desk, &alert, &Mistakes::one("outcome", desk.say("choose-one"))));
    };
    let (who, command) = (desk.who()?.clone(), AcknowledgeAlert { alert: alert.id, outcome });
    let Some(role) = who.roles().first() else { return Err(missing()) };
    let actor = journal::Actor::Officer { id: who.officer(), department: who.department(), role: role.slug().to_owned() };
    let done = desk.platform().ledger().write("staff.acknowledge_alert", actor, move |work| acknowledge_alert(work, &who, command));
    match done {
        Ok(_) | Err(RunError::Refused(AcknowledgeAlertError::Taken)) => Ok(desk.done("done-alert", &desk.url("/staff/alerts"))),
        Err(error) => Err(Failure::from(error)),
    }
}
