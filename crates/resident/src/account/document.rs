//! The fields in which somebody names an identity document, wherever a page asks for one.

use identity::{Document, DocumentFlaw, DocumentKind, TypedDocument};
use webkit::Values;
use webkit::parts::{Choice, DateInput, DateValue, Form, Radios, TextInput, Width};

use super::call::Call;
use crate::faults::Faults;

/// Reads the fields.
pub(super) fn read(call: &Call, values: &Values) -> Result<Document, Vec<DocumentFlaw>> {
    let issued = DateValue::of(values, "issued");
    let typed = TypedDocument {
        kind: values.get("document"),
        number: values.get("number"),
        issued: [&issued.day, &issued.month, &issued.year],
    };
    Document::parse(&typed, call.now().day(), call.state.platform.environment())
}

/// What is wrong, in words beside the field.
pub(super) fn line(call: &Call, flaw: DocumentFlaw) -> (String, String) {
    let (field, key) = match flaw {
        DocumentFlaw::Kind => ("document", "document-wrong-kind"),
        DocumentFlaw::Number => ("number", "document-wrong-number"),
        DocumentFlaw::RealNumber => ("number", "proof-real-number"),
        DocumentFlaw::Issued => ("issued", "proof-wrong-issued"),
    };
    (field.to_owned(), call.say(key))
}

/// The fields: kind, number, date of issue.
pub(super) fn fields(form: Form, call: &Call, values: &Values, faults: &Faults) -> Form {
    let kinds = DocumentKind::ALL.map(|kind| Choice::new(kind.name(), call.say(kind_words(kind)))).to_vec();
    form.part(&Radios {
        value: values.get("document").to_owned(),
        error: faults.of_field("document"),
        ..Radios::new("document", call.say("document-kind"), kinds)
    })
    .part(&TextInput {
        value: values.get("number").to_owned(),
        error: faults.of_field("number"),
        hint: Some(call.say("document-number-hint")),
        width: Width::Ten,
        verbatim: true,
        autocomplete: Some("off"),
        ..TextInput::new("number", call.say("document-number"))
    })
    .part(&DateInput {
        value: DateValue::of(values, "issued"),
        error: faults.of_field("issued"),
        hint: Some(call.say("document-issued-hint")),
        ..DateInput::new("issued", call.say("document-issued"))
    })
}

const fn kind_words(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::IdentityCard => "document-identity-card",
        DocumentKind::ExemptionCertificate => "document-exemption",
        DocumentKind::TravelDocument => "document-travel",
    }
}
