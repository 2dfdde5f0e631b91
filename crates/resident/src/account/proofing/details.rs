use axum::http::StatusCode;
use axum::response::Response;
use identity::{Channel, DetailFlaw, Details, ProofingError, Sex, TypedDetails, begin_proofing};
use kernel::{Day, Environment};
use webkit::parts::{Button, Choice, DateInput, DateValue, Form, Radios, TextArea, TextInput, Warning, Width};
use webkit::{Failure, L10n, Page, Values};

use super::{OWN, bare};
use crate::account::call::Call;
use crate::blocking::blocking;
use crate::faults::Faults;

/// `GET /account/proofing/details`: what matters asks for a sign-in of the last few minutes.
pub(in crate::account) async fn ask(call: Call) -> Response {
    let Some(found) = call.found else { return call.away() };
    if !found.who.is_fresh(call.now()) {
        return call.go("/account/sign-in?next=/account/proofing/details");
    }
    own_page(&call, &Values::default(), &Faults::none())
}

/// `POST /account/proofing/details`: the proofing begins with what was typed, sealed at once.
pub(in crate::account) async fn send(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    if values.switching() {
        return Ok(own_page(&call, &values, &Faults::none()));
    }
    let details = match read(&call, &values) {
        Ok(details) => details,
        Err(faults) => return Ok(own_page(&call, &values, &faults)),
    };
    let (service, account) = (call.service.clone(), found.who.account());
    let begun = blocking(move || {
        bare(begin_proofing(service.ledger(), service.evidence(), account, Channel::Phone, &details))
    });
    match begun.await? {
        Ok(_) | Err(ProofingError::Verified) => Ok(call.go("/account/proofing")),
        Err(ProofingError::Often) => {
            Ok(too_often(own_page(&call, &values, &Faults::one("name_en", call.say("proof-often")))))
        }
        Err(error) => Err(error.into()),
    }
}

/// The page that says that too many were begun.
pub(super) fn too_often(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response
}

pub(in crate::account) fn read(call: &Call, values: &Values) -> Result<Details, Faults> {
    read_by(call, values, Details::parse)
}

/// Without an address.
pub(super) fn read_card(call: &Call, values: &Values) -> Result<Details, Faults> {
    read_by(call, values, Details::parse_card)
}

type Parse = fn(&TypedDetails<'_>, Day, Environment) -> Result<Details, Vec<DetailFlaw>>;

fn read_by(call: &Call, values: &Values, parse: Parse) -> Result<Details, Faults> {
    let (birth, issued) = (DateValue::of(values, "birth"), DateValue::of(values, "issued"));
    let typed = TypedDetails {
        name_en: values.get("name_en"),
        name_zh: values.get("name_zh"),
        number: values.get("number"),
        birth: [&birth.day, &birth.month, &birth.year],
        sex: values.get("sex"),
        issued: [&issued.day, &issued.month, &issued.year],
        address: values.get("address"),
    };
    parse(&typed, call.now().day(), call.state.platform.environment()).map_err(|flaws| {
        let line = |flaw: DetailFlaw| {
            let (field, key) = words(flaw);
            (field.to_owned(), call.say(key))
        };
        Faults::from_lines(flaws.into_iter().map(line).collect())
    })
}

const fn words(flaw: DetailFlaw) -> (&'static str, &'static str) {
    match flaw {
        DetailFlaw::NameEn => ("name_en", "proof-wrong-name"),
        DetailFlaw::NameZh => ("name_zh", "proof-wrong-name-zh"),
        DetailFlaw::Number => ("number", "proof-wrong-number"),
        DetailFlaw::RealNumber => ("number", "proof-real-number"),
        DetailFlaw::Birth => ("birth", "proof-wrong-birth"),
        DetailFlaw::Sex => ("sex", "proof-wrong-sex"),
        DetailFlaw::Issued => ("issued", "proof-wrong-issued"),
        DetailFlaw::Address => ("address", "proof-wrong-address"),
    }
}

fn own_page(call: &Call, values: &Values, faults: &Faults) -> Response {
    page(call, OWN, fields(call.form("/account/proofing/details"), &call.t, values, faults), faults)
}

/// The page around the fields.
pub(super) fn page(call: &Call, at: &str, form: Form, faults: &Faults) -> Response {
    let title = call.say("proof-piece-details");
    let mut body = call.body(&title, faults);
    body.lead(call.say("proof-details-lead"));
    if call.state.platform.environment().synthetic_only() {
        body.part(&Warning(call.say("proof-synthetic")));
    }
    body.part(&form.part(&Button::new(call.say("continue"))));
    call.show_form(Page::new(title, body.markup()).back(call.url(at)), faults)
}

/// The fields, as on the card, and the address.
pub(in crate::account) fn fields(form: Form, t: &L10n, values: &Values, faults: &Faults) -> Form {
    card(form, t, values, faults).part(&TextArea {
        value: values.get("address").to_owned(),
        error: faults.of_field("address"),
        hint: Some(t.get("proof-address-hint")),
        rows: 3,
        ..TextArea::new("address", t.get("proof-address"))
    })
}

/// The fields, as on the card.
pub(super) fn card(form: Form, t: &L10n, values: &Values, faults: &Faults) -> Form {
    let text = |name: &'static str, key: &str, autocomplete| TextInput {
        value: values.get(name).to_owned(),
        error: faults.of_field(name),
        verbatim: true,
        autocomplete,
        ..TextInput::new(name, t.get(key))
    };
    let date = |name: &'static str, key: &str, hint: &str| DateInput {
        value: DateValue::of(values, name),
        error: faults.of_field(name),
        hint: Some(t.get(hint)),
        birthday: name == "birth",
        ..DateInput::new(name, t.get(key))
    };
    let sexes = [(Sex::Female, "proof-female"), (Sex::Male, "proof-male")];
    form.part(&text("name_en", "proof-name-en", Some("name")))
        .part(&TextInput { hint: Some(t.get("proof-name-zh-hint")), ..text("name_zh", "proof-name-zh", None) })
        .part(&TextInput { hint: Some(t.get("proof-number-hint")), width: Width::Ten, ..text("number", "proof-number", Some("off")) })
        .part(&date("birth", "proof-birth", "proof-date-hint"))
        .part(&Radios {
            value: values.get("sex").to_owned(),
            error: faults.of_field("sex"),
            inline: true,
            ..Radios::new("sex", t.get("proof-sex"), sexes.map(|(sex, key)| Choice::new(sex.name(), t.get(key))).to_vec())
        })
        .part(&date("issued", "proof-issued", "proof-issued-hint"))
}
