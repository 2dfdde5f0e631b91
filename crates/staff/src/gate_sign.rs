use assurance::{Digest, GateRefused, SignGateError, SignVersion, Status};
use axum::response::Response;
use desk::{Answer, Desk, Gated, Mistakes};
use kernel::{Id, kinds};
use people::SignGate;
use store::RunError;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Form, SummaryList, Table, Warning};
use webkit::{Failure, Markup, Page};

use crate::gate::{base, document, facts, find};

/// Shows exactly what a signature would be over.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (gated, _) = desk.gated::<SignGate>()?;
    let status = find(desk, &gated)?;
    Ok(page(desk, &gated, &status, &Mistakes::default()))
}

fn page(desk: &Desk, gated: &Gated, status: &Status, mistakes: &Mistakes) -> Response {
    let title = desk.say("sign-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("sign-lead")).part(&SummaryList::new(facts(desk, gated, status)));
    let head = ["record-kind", "record-document", "record-author", "record-dated", "record-expires", "record-digest"];
    let mut table = Table::new(desk.say("sign-documents"), head.map(|key| desk.say(key)));
    let signed = status.gate.to_sign(desk.now().day());
    let mut form: Form = desk.form().hidden("shown", status.gate.digest().to_string());
    for record in status.gate.held().filter(|record| signed.contains(&record.id)) {
        let mut row = vec![Markup::text(&desk.text(&record.kind.title()))];
        row.extend(document(desk, record));
        table.row(row);
        form = form.hidden("record", record.id.to_string());
    }
    body.part(&table).part(&Warning(desk.say("sign-warning")));
    body.part(&form.part(&ButtonGroup(vec![
        Button::new(desk.say("sign-button")),
        Button::link(desk.say("cancel"), base(gated, status)).style(ButtonStyle::Quiet),
    ])));
    let page = Page::new(title, body.markup()).wide().back(base(gated, status));
    desk.show(if mistakes.is_empty() { page } else { page.invalid() })
}

/// Signs. With the second signature the version comes into force at once.
pub(crate) fn sign(desk: &Desk) -> Answer {
    let (gated, grant) = desk.gated::<SignGate>()?;
    let status = find(desk, &gated)?;
    let records: Vec<Id<kinds::GateRecord>> = desk.values.all("record").filter_map(|id| id.parse().ok()).collect();
    let Ok(shown) = desk.values.get("shown").parse::<Digest>() else {
        return Ok(page(desk, &gated, &status, &Mistakes::one("form", desk.say("sign-look-again"))));
    };
    let command = SignVersion { version: status.gate.version(), shown, records };
    let signed = desk.platform().ledger().write("staff.sign_gate", grant.actor(), move |work| {
        assurance::sign_version(work, &grant, command.clone())
    });
    match signed {
        Ok(_) => {
            desk.platform().refresh()?;
            Ok(desk.done("done-signed", &base(&gated, &status)))
        }
        Err(RunError::Refused(SignGateError::Refused(refused))) => {
            Ok(page(desk, &gated, &status, &Mistakes::one("form", desk.say(refusal(&refused)))))
        }
        Err(error) => Err(Failure::from(error)),
    }
}

const fn refusal(refused: &GateRefused) -> &'static str {
    match refused {
        GateRefused::Incomplete(_) => "sign-not-yet",
        GateRefused::Signed => "sign-twice",
        GateRefused::Superseded => "gate-superseded-long",
        _ => "sign-look-again",
    }
}
