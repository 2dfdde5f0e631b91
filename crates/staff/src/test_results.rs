//! Recording the results of an operation, by the reference on the sample. Nothing of the person is shown.

use desk::{Answer, Case, Desk, Mistakes};
use people::EnterInField;
use registration::scheme::FieldKind;
use registration::{RecordResult, RecordResultError, Reference, TestResult, record_result};
use webkit::parts::{Button, Choice, Inset, Notification, Radios, TextInput, Width};
use webkit::{Failure, Page};

/// The form, empty.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<EnterInField>()?;
    page(desk, &case, &Mistakes::default(), None)
}

fn page(desk: &Desk, case: &Case, mistakes: &Mistakes, recorded: Option<Reference>) -> Answer {
    let scheme = case.live()?.scheme();
    let title = desk.say("test-title");
    let mut body = desk.body(&title, mistakes);
    let back = desk.scheme_url(case, "/field");
    if !scheme.asks(FieldKind::TestResult) {
        body.part(&Inset(desk.say("test-none").into()));
        return Ok(desk.show(Page::new(title, body.markup()).back(back)));
    }
    if let Some(reference) = recorded {
        let sentence = desk.tell("test-recorded", [("reference", reference.to_string())]);
        body.part(&Notification { title: desk.say("test-title"), body: sentence.into(), success: true });
    }
    body.p(desk.say("test-lead"));
    let typed = |name: &str| if recorded.is_some() { String::new() } else { desk.values.get(name).to_owned() };
    let choices = TestResult::ALL.into_iter().map(|result| Choice::new(result.slug(), desk.text(&result.text()))).collect();
    let form = desk
        .form()
        .part(&TextInput {
            value: typed("reference"),
            hint: Some(desk.say("find-hint")),
            error: mistakes.of("reference"),
            width: Width::Twenty,
            verbatim: true,
            ..TextInput::new("reference", desk.say("reference"))
        })
        .part(&Radios {
            value: typed("result"),
            error: mistakes.of("result"),
            ..Radios::new("result", FieldKind::TestResult.label(desk.language()), choices)
        })
        .part(&Button::new(desk.say("test-button")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(back), mistakes))
}

/// Records one result.
pub(crate) fn record(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<EnterInField>()?;
    let service = case.live()?;
    if desk.values.switching() {
        return page(desk, &case, &Mistakes::default(), None);
    }
    let reference = Reference::parse(desk.values.get("reference"));
    let result = TestResult::from_slug(desk.values.get("result"));
    let mut mistakes = Mistakes::default();
    if reference.is_none() {
        mistakes.add("reference", desk.say("find-wrong"));
    }
    if result.is_none() {
        mistakes.add("result", desk.say("choose-one"));
    }
    let (Some(reference), Some(result)) = (reference, result) else { return page(desk, &case, &mistakes, None) };
    let outcome = record_result(service.ledger(), &service.scheme(), grant, RecordResult { reference, result });
    let wrong = match outcome {
        Ok(()) => return page(desk, &case, &mistakes, Some(reference)),
        Err(RecordResultError::Missing) => "test-missing",
        Err(RecordResultError::TooMany) => "test-too-many",
        Err(RecordResultError::NotAsked) => "test-none",
        Err(RecordResultError::Meanwhile) => "test-meanwhile",
        Err(error) => return Err(Failure::from(error)),
    };
    page(desk, &case, &Mistakes::one("reference", desk.say(wrong)), None)
}
