use advisories::{Advisory, Receipt, advisories, receipts};
use desk::{Answer, Desk, Mistakes, link};
use people::HandleIncident;
use store::StoreError;
use webkit::parts::{Button, Table, Tone};
use webkit::{Markup, Page};

/// Every advisory, and what the officer's department said about it.
pub(crate) fn show(desk: &Desk) -> Answer {
    let own = desk.right::<HandleIncident>()?.department();
    let found = desk.platform().ledger().read("staff.advisories", |tx| {
        let mut found = Vec::new();
        for one in advisories(tx)? {
            let said = receipts(tx, one.number)?.into_iter().find(|receipt| receipt.department == own);
            found.push((one, said));
        }
        Ok::<_, StoreError>(found)
    })?;
    let title = desk.say("advisory-list");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("advisory-list-lead"));
    body.part(&Button::link(desk.say("advisory-new"), desk.url("/staff/advisories/new")));
    let head = ["advisory-number", "advisory-title", "advisory-kind", "advisory-published", "state"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.empty = desk.say("advisory-none");
    for (one, said) in &found {
        table.row([
            one.number.to_string().into(),
            link(&desk.text(&one.title), &desk.url(&format!("/staff/advisories/{}", one.number))),
            Markup::text(&desk.text(&one.kind.title())),
            desk.at(one.published).into(),
            state(desk, one, said.as_ref()),
        ]);
    }
    body.part(&table);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

/// What a department said, or that it has not.
pub(crate) fn state(desk: &Desk, one: &Advisory, said: Option<&Receipt>) -> Markup {
    match said {
        _ if one.withdrawn.is_some() => desk.tag(desk.say("advisory-withdrawn"), Tone::Neutral),
        None => desk.tag(desk.say("advisory-unread"), Tone::Attention),
        Some(receipt) if !one.counts(receipt) => desk.tag(desk.say("advisory-unread-correction"), Tone::Attention),
        Some(receipt) => {
            let tone = if receipt.impact == advisories::Impact::Concerned { Tone::Bad } else { Tone::Good };
            desk.tag(desk.text(&receipt.impact.title()), tone)
        }
    }
}
