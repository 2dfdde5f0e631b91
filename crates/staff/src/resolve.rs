use desk::{Answer, Desk, Mistakes, missing};
use people::ResolveException;
use registration::Resolution;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, SummaryList, SummaryRow, Warning};
use webkit::Page;

use crate::record::{back, row};

fn resolution(act: &str) -> Option<Resolution> {
    Some(match act {
        "confirm" => Resolution::ConfirmWithProof,
        "reject" => Resolution::Reject,
        "accept-address" => Resolution::AcceptAddress,
        "refuse-address" => Resolution::RefuseAddress,
        _ => return None,
    })
}

/// Asks before anything is decided, and says what follows from it.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ResolveException>()?;
    let (act, row) = (desk.param("act"), row(desk, &case)?);
    resolution(act).ok_or_else(missing)?;
    let title = desk.say(&format!("resolve-{act}"));
    let mut body = desk.body(&title, &Mistakes::default());
    let mut facts = vec![
        SummaryRow::new(desk.say("reference"), row.reference.to_string()),
        SummaryRow::new(desk.say("state"), desk.household_state(row.state)),
    ];
    let reason = desk.reason(row.reason);
    if !reason.is_empty() {
        facts.push(SummaryRow::new(desk.say("reason"), reason));
    }
    facts.push(SummaryRow::new(desk.say("address"), desk.address_state(row.address)));
    body.part(&SummaryList::new(facts));
    body.part(&Warning(desk.say(&format!("resolve-{act}-warning"))));
    let record = desk.scheme_url(&case, &format!("/records/{}", row.reference));
    let style = if matches!(act, "reject" | "refuse-address") { ButtonStyle::Warning } else { ButtonStyle::Main };
    body.part(&desk.form().part(&ButtonGroup(vec![
        Button::new(title.clone()).style(style),
        Button::link(desk.say("cancel"), record.clone()).style(ButtonStyle::Quiet),
    ])));
    Ok(desk.show(Page::new(title, body.markup()).back(record)))
}

/// Decides.
pub(crate) fn act(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<ResolveException>()?;
    let (resolution, row) = (resolution(desk.param("act")).ok_or_else(missing)?, row(desk, &case)?);
    let household = row.id;
    case.live()?.ledger().write("staff.resolve", grant.actor(), move |work| {
        registration::resolve(work, &grant, household, resolution)
    })?;
    Ok(back(desk, &case, &row))
}
