//! The way back to an account whose number is lost: by the person, with a new number. Officers see the document, as for every account
//! that was verified; what follows the code is the same as with the number.

use axum::response::Response;
use hongkong::IdNumber;
use identity::{CodeFor, DocumentTag};
use webkit::parts::{Button, TextInput, Warning, Width};
use webkit::{Failure, Page, Values};

use super::call::Call;
use super::password_sign_in::often;
use super::recover;
use super::sign_up::{Sent, mobile_field, mobile_of, send_code_about};
use crate::faults::Faults;

/// Where it begins.
pub(super) const HERE: &str = "/account/recover/number";

/// `GET /account/recover/number`
pub(super) async fn show(call: Call) -> Response {
    form(&call, &Values::default(), &Faults::none())
}

/// `POST /account/recover/number`: a code goes to the new number, whoever the person is and whether there is an account.
pub(super) async fn ask(call: Call, values: Values) -> Result<Response, Failure> {
    if values.switching() {
        return Ok(form(&call, &values, &Faults::none()));
    }
    let (number, mobile) = (number_of(&call, values.get("number")), mobile_of(values.get("mobile")));
    let (Ok(number), Some(mobile)) = (&number, mobile) else {
        let wrong = number.err().map(|key| ("number".to_owned(), call.say(key)));
        let other = mobile.is_none().then(|| ("mobile".to_owned(), call.say("account-mobile-wrong")));
        return Ok(form(&call, &values, &Faults::list(wrong.into_iter().chain(other).collect())));
    };
    let person = DocumentTag::of_person(call.service.ledger().keys(), number);
    Ok(match send_code_about(&call, CodeFor::WayBack, (mobile, Some(person)), recover::CODE).await? {
        Sent::Code(response) => response,
        Sent::TooOften => often(form(&call, &values, &Faults::one("mobile", call.say("account-often")))),
    })
}

/// The number of an identity card, or which sentence says what is wrong with it.
fn number_of(call: &Call, typed: &str) -> Result<IdNumber, &'static str> {
    let number = IdNumber::parse(typed).map_err(|_| "proof-wrong-number")?;
    let real = !number.is_synthetic() && call.state.platform.environment().synthetic_only();
    if real { Err("proof-real-number") } else { Ok(number) }
}

fn form(call: &Call, values: &Values, faults: &Faults) -> Response {
    let title = call.say("way-back-title");
    let mut body = call.body(&title, faults);
    body.lead(call.say("way-back-lead"));
    body.steps(["way-back-step-code", "way-back-step-counter", "way-back-step-wait", "way-back-step-end"].map(|key| call.say(key)));
    if call.state.platform.environment().synthetic_only() {
        body.part(&Warning(call.say("proof-synthetic")));
    }
    let number = TextInput {
        value: values.get("number").to_owned(),
        hint: Some(call.say("proof-number-hint")),
        error: faults.of_field("number"),
        width: Width::Ten,
        verbatim: true,
        ..TextInput::new("number", call.say("proof-number"))
    };
    let mobile = mobile_field(call, values.get("mobile"), "off", faults);
    body.part(&call.form(HERE).part(&number).part(&mobile).part(&Button::new(call.say("account-send-code"))));
    call.show_form(Page::new(title, body.markup()).back(call.url("/account/recover")), faults)
}
