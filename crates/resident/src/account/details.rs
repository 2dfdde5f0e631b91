use axum::response::Response;
use identity::AttributeName;
use kernel::Secret;
use webkit::parts::{Button, TextArea, TextInput};
use webkit::{Body, Failure, Page, Values};

use super::call::Call;
use super::connect::label;
use crate::blocking::blocking;
use crate::faults::Faults;

/// What residents write themselves, for the forms that online services have them fill in.
const OWN: [AttributeName; 3] = [AttributeName::Email, AttributeName::PostalAddress, AttributeName::EmergencyContact];
const LINE_MOST: usize = 200;

/// `GET /account/details`
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let (ledger, account) = (call.service.ledger().clone(), found.who.account());
    let held = blocking(move || flows::own_attributes(&ledger, account)).await?;
    let value = |name: AttributeName| {
        let found = held.iter().find(|attribute| attribute.name == name);
        found.map_or_else(String::new, |attribute| attribute.value.expose().clone())
    };
    Ok(page(&call, &OWN.map(value), &Faults::none()))
}

/// `POST /account/details`: what is written is kept, what is blank is removed.
pub(super) async fn keep(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let typed = OWN.map(|name| values.get(field(name)).trim().to_owned());
    let faults = faults(&call, &typed);
    if values.switching() || !faults.is_empty() {
        return Ok(page(&call, &typed, &if values.switching() { Faults::none() } else { faults }));
    }
    let (ledger, account, months) = (call.service.ledger().clone(), found.who.account(), call.charter.keep_months);
    let values = OWN.into_iter().zip(typed).map(|(name, text)| (name, Secret::new(text))).collect();
    blocking(move || flows::write_own_attributes(&ledger, account, months, values)).await?;
    Ok(call.go(call.next().unwrap_or("/account/data")))
}

fn faults(call: &Call, typed: &[String; 3]) -> Faults {
    let mut lines = Vec::new();
    for (name, text) in OWN.into_iter().zip(typed) {
        let long = text.chars().count() > LINE_MOST || text.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\n'));
        let (account, host) = text.split_once('@').unwrap_or_default();
        let odd = name == AttributeName::Email && !text.is_empty() && (account.is_empty() || !host.contains('.') || text.contains(char::is_whitespace));
        if long {
            lines.push((field(name).to_owned(), call.t.with("details-long", [("most", LINE_MOST)])));
        } else if odd {
            lines.push((field(name).to_owned(), call.say("details-email-wrong")));
        }
    }
    Faults::list(lines)
}

const fn field(name: AttributeName) -> &'static str {
    match name {
        AttributeName::Email => "email",
        AttributeName::PostalAddress => "postal",
        _ => "emergency",
    }
}

fn page(call: &Call, [email, postal, emergency]: &[String; 3], faults: &Faults) -> Response {
    let title = call.say("details-title");
    let mut body = call.body(&title, faults);
    body.lead(call.say("details-lead")).p(call.t.with("details-kept", [("months", call.charter.keep_months)]));
    let label = |name: AttributeName| label(call, name.name());
    let email = TextInput {
        value: email.clone(),
        error: faults.of_field("email"),
        autocomplete: Some("email"),
        inputmode: Some("email"),
        kind: Some("email"),
        verbatim: true,
        ..TextInput::new("email", label(AttributeName::Email))
    };
    let postal = TextArea {
        hint: Some(call.say("details-postal-hint")),
        value: postal.clone(),
        error: faults.of_field("postal"),
        ..TextArea::new("postal", label(AttributeName::PostalAddress))
    };
    let emergency = TextInput {
        hint: Some(call.say("details-emergency-hint")),
        value: emergency.clone(),
        error: faults.of_field("emergency"),
        ..TextInput::new("emergency", label(AttributeName::EmergencyContact))
    };
    let form = call.form(&call.with_next("/account/details")).id("form").part(&email).part(&postal).part(&emergency);
    body.part(&form.part(&Button::new(call.say("details-save"))));
    call.show_form(Page::new(title, body.markup()).back(call.url("/account")), faults)
}

/// The links to these pages on the account's own.
pub(super) fn links(call: &Call, body: &mut Body) {
    body.h2(call.say("services-mine")).p(call.say("services-mine-lead"));
    for (key, path) in [("services-title", "/account/services"), ("details-title", "/account/details"), ("account-data-title", "/account/data")] {
        body.link(call.say(key), call.url(path));
    }
}
