//! What was signed, and taking it back.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Kind, from_hex, to_hex};
use signing::{Reason, RevokeError, Signature};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Choice, Radios, SummaryList, SummaryRow, Table, Warning};
use webkit::{Body, Failure, Markup, Page, Values};

use super::super::call::Call;
use super::super::own_data::signatures;
use super::{PATH, grouped};
use crate::faults::Faults;

/// The list of an account's signatures.
pub(super) fn list(call: &Call, body: &mut Body, history: &[Signature]) {
    let title = call.say("signing-history");
    let columns = ["signing-made", "signing-asked-by", "signing-form", "signing-state"].map(|key| call.say(key));
    let mut table = Table::new(title.clone(), columns);
    table.quiet_caption = true;
    table.empty = call.say("signing-history-empty");
    for one in history {
        let mut state = Markup::text(&signatures::state(call, one));
        if one.revoked.is_none() {
            state.push(&Markup::trusted("<br>"));
            state.push(&revoke_link(call, one));
        }
        let form = call.say(&format!("signing-form-{}", one.form.name()));
        table.row([Markup::text(&call.at(one.made)), Markup::text(&one.service), Markup::text(&form), state]);
    }
    body.h2(title).part(&table);
}

fn revoke_link(call: &Call, one: &Signature) -> Markup {
    let address = Markup::text(&call.url(&format!("{PATH}/revoke/{}", to_hex(&one.serial))));
    let (words, when) = (Markup::text(&call.say("signing-revoke-link")), Markup::text(&call.at(one.made)));
    Markup::trusted(format!(
        "<a class=\"govuk-link\" href=\"{}\">{}<span class=\"govuk-visually-hidden\"> ({})</span></a>",
        address.as_str(),
        words.as_str(),
        when.as_str(),
    ))
}

/// `GET /account/signing/revoke/{serial}`
pub(in crate::account) async fn ask(call: Call, Path(serial): Path<String>) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    if !found.who.is_fresh(call.now()) {
        return Ok(call.go(&format!("/account/sign-in?next={PATH}/revoke/{serial}")));
    }
    form(&call, &serial, &Faults::none()).await
}

async fn form(call: &Call, serial: &str, faults: &Faults) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let (bytes, account) = (parse(serial)?, found.who.account());
    let look = move |tx: &mut store::Tx<'_>| signing::signature(tx, account, &bytes);
    let one = call.read("resident.signature", look).await?.ok_or_else(|| Failure::of(Kind::Missing))?;
    let title = call.say("signing-revoke-title");
    let mut body = call.body(&title, faults);
    body.part(&SummaryList::new(vec![
        SummaryRow::new(call.say("signing-made"), call.at(one.made)),
        SummaryRow::new(call.say("signing-asked-by"), one.service.as_str()),
        SummaryRow::new(call.say("signing-document-digest"), grouped(&one.document)),
    ]));
    body.part(&Warning(call.say("signing-revoke-warning")));
    let reasons = [Reason::Disowned, Reason::Ended].map(|reason| Choice::new(reason.name(), call.say(&format!("signing-reason-{}", reason.name()))));
    let question = Radios {
        error: faults.of_field("reason"),
        ..Radios::new("reason", call.say("signing-reason"), reasons.to_vec())
    };
    let form = call.form(&format!("{PATH}/revoke/{serial}")).part(&question);
    body.part(&form.part(&ButtonGroup(vec![
        Button::new(call.say("signing-revoke")).style(ButtonStyle::Warning),
        Button::link(call.say("account-cancel"), call.url(PATH)).style(ButtonStyle::Quiet),
    ])));
    Ok(call.show_form(Page::new(title, body.markup()).back(call.url(PATH)), faults))
}

/// `POST /account/signing/revoke/{serial}`
pub(in crate::account) async fn revoke(call: Call, Path(serial): Path<String>, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    if values.switching() {
        return form(&call, &serial, &Faults::none()).await;
    }
    if !found.who.is_fresh(call.now()) {
        return Ok(call.go(&format!("/account/sign-in?next={PATH}/revoke/{serial}")));
    }
    let Some(reason) = Reason::from_name(values.get("reason")) else {
        return form(&call, &serial, &Faults::one("reason", call.say("signing-reason-missing"))).await;
    };
    let (bytes, account) = (parse(&serial)?, found.who.account());
    let done = call.act("resident.revoke_signature", move |work| signing::revoke(work, account, &bytes, reason)).await?;
    match done {
        Ok(()) | Err(RevokeError::Already) => Ok(call.go(PATH)),
        Err(error) => Err(error.into()),
    }
}

fn parse(serial: &str) -> Result<Vec<u8>, Failure> {
    from_hex(serial).map_err(|_| Failure::of(Kind::Missing))
}
