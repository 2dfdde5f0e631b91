use assurance::{
    AddRecord, AddRecordError, Digest, GateRefused, NewRecord, RecordKind, RecordRefused, Status, WithdrawReason,
    WithdrawRecord,
};
use axum::response::Response;
use desk::{Answer, Desk, Gated, Mistakes, code, missing};
use kernel::{Day, Id, kinds};
use people::{SubmitGateRecord, WithdrawGateRecord};
use store::RunError;
use webkit::parts::{
    Button, ButtonGroup, ButtonStyle, Choice, DateInput, DateValue, FileInput, Radios, Select, SummaryList, SummaryRow, TextInput,
    Warning,
};
use webkit::{Failure, FileKind, Page};

use crate::gate::{base, find};

/// The form for a document.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (gated, _) = desk.gated::<SubmitGateRecord>()?;
    let status = find(desk, &gated)?;
    Ok(page(desk, &gated, &status, &Mistakes::default()))
}

fn page(desk: &Desk, gated: &Gated, status: &Status, mistakes: &Mistakes) -> Response {
    let title = desk.say("record-add");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("record-lead"));
    let kinds = RecordKind::ALL.into_iter().map(|kind| Choice::new(kind.slug(), desk.text(&kind.title()))).collect();
    let form = desk
        .form()
        .with_file()
        .part(&Select {
            value: desk.values.get("kind").into(),
            error: mistakes.of("kind"),
            ..Select::new("kind", desk.say("record-kind"), kinds)
        })
        .part(&line(desk, mistakes, "title", "record-document"))
        .part(&line(desk, mistakes, "author", "record-author-post"))
        .part(&line(desk, mistakes, "organisation", "record-organisation"))
        .part(&date(desk, mistakes, "dated", "record-dated"))
        .part(&date(desk, mistakes, "expires", "record-expires"))
        .part(&FileInput {
            hint: Some(desk.say("record-file-hint")),
            error: mistakes.of("file"),
            ..FileInput::new("file", desk.say("record-file"), FileKind::Pdf)
        })
        .part(&TextInput {
            hint: Some(desk.say("record-digest-hint")),
            value: desk.values.get("digest").into(),
            error: mistakes.of("digest"),
            verbatim: true,
            ..TextInput::new("digest", desk.say("record-digest"))
        })
        .part(&Button::new(desk.say("record-save")));
    body.part(&form);
    let page = Page::new(title, body.markup()).back(base(gated, status));
    desk.show_form(page, mistakes)
}

fn line(desk: &Desk, mistakes: &Mistakes, name: &str, label: &str) -> TextInput {
    let hint = format!("{label}-hint");
    TextInput {
        value: desk.values.get(name).into(),
        hint: desk.has(&hint).then(|| desk.say(&hint)),
        error: mistakes.of(name),
        ..TextInput::new(name, desk.say(label))
    }
}

fn date(desk: &Desk, mistakes: &Mistakes, name: &str, label: &str) -> DateInput {
    let hint = format!("{label}-hint");
    DateInput {
        value: DateValue::of(&desk.values, name),
        hint: desk.has(&hint).then(|| desk.say(&hint)),
        error: mistakes.of(name),
        ..DateInput::new(name, desk.say(label))
    }
}

/// Puts a document on record. The document itself is not kept: its digest is.
pub(crate) fn add(desk: &Desk) -> Answer {
    let (gated, grant) = desk.gated::<SubmitGateRecord>()?;
    let status = find(desk, &gated)?;
    if desk.values.switching() {
        return Ok(page(desk, &gated, &status, &Mistakes::default()));
    }
    let record = match read(desk) {
        Ok(record) => record,
        Err(mistakes) => return Ok(page(desk, &gated, &status, &mistakes)),
    };
    let command = AddRecord { version: status.gate.version(), record };
    let added = desk.platform().ledger().write("staff.add_record", grant.actor(), move |work| {
        assurance::add_record(work, &grant, command.clone())
    });
    match added {
        Ok(_) => Ok(desk.done("done-recorded", &base(&gated, &status))),
        Err(RunError::Refused(AddRecordError::Refused(GateRefused::Record(refused)))) => {
            Ok(page(desk, &gated, &status, &of_refusal(desk, refused)))
        }
        Err(error) => Err(Failure::from(error)),
    }
}

fn read(desk: &Desk) -> Result<NewRecord, Mistakes> {
    let mut mistakes = Mistakes::default();
    let kind = RecordKind::from_slug(desk.values.get("kind"));
    if kind.is_none() {
        mistakes.add("kind", desk.say("record-kind-missing"));
    }
    for (name, label) in [("title", "record-document"), ("author", "record-author-post"), ("organisation", "record-organisation")] {
        if !desk.values.has(name) {
            mistakes.add(name, desk.tell("line-missing", [("field", desk.say(label))]));
        }
    }
    let dated = DateValue::of(&desk.values, "dated").day();
    if dated.is_none() {
        mistakes.add("dated", desk.say("date-wrong"));
    }
    let expires = optional_date(desk, "expires", &mut mistakes);
    let document = digest(desk, &mut mistakes);
    match (kind, dated, document) {
        (Some(kind), Some(dated), Some(document)) if mistakes.is_empty() => Ok(NewRecord {
            kind,
            title: desk.values.get("title").to_owned(),
            author: desk.values.get("author").to_owned(),
            organisation: desk.values.get("organisation").to_owned(),
            dated,
            document,
            expires,
        }),
        _ => Err(mistakes),
    }
}

fn optional_date(desk: &Desk, name: &str, mistakes: &mut Mistakes) -> Option<Day> {
    let value = DateValue::of(&desk.values, name);
    if !value.is_blank() && value.day().is_none() {
        mistakes.add(name, desk.say("date-wrong"));
    }
    value.day()
}

/// The digest of the file, or the one that was typed; if there are both they must agree.
fn digest(desk: &Desk, mistakes: &mut Mistakes) -> Option<Digest> {
    let typed = desk.values.has("digest").then(|| desk.values.get("digest").parse::<Digest>());
    let sent = match desk.file(FileKind::Pdf) {
        Ok(sent) => sent.map(Digest::of),
        Err(sentence) => {
            mistakes.add("file", sentence);
            return None;
        }
    };
    match (typed, sent) {
        (Some(Err(_)), _) => mistakes.add("digest", desk.say("record-digest-wrong")),
        (Some(Ok(typed)), Some(sent)) if typed != sent => mistakes.add("digest", desk.say("record-digest-differs")),
        (Some(Ok(digest)), _) | (None, Some(digest)) => return Some(digest),
        (None, None) => mistakes.add("file", desk.say("record-digest-missing")),
    }
    None
}

fn of_refusal(desk: &Desk, refused: RecordRefused) -> Mistakes {
    let (field, key) = match refused {
        RecordRefused::Line => ("title", "record-line"),
        RecordRefused::Future => ("dated", "record-future"),
        RecordRefused::Expired => ("expires", "record-expired"),
        RecordRefused::TooLong => ("expires", "record-too-long"),
        RecordRefused::NotIndependent => ("organisation", "record-not-independent"),
    };
    Mistakes::one(field, desk.say(key))
}

/// Asks before a document is withdrawn, and why.
pub(crate) fn ask_withdraw(desk: &Desk) -> Answer {
    let (gated, _) = desk.gated::<WithdrawGateRecord>()?;
    let status = find(desk, &gated)?;
    withdrawal(desk, &gated, &status, &Mistakes::default())
}

fn withdrawal(desk: &Desk, gated: &Gated, status: &Status, mistakes: &Mistakes) -> Answer {
    let id: Id<kinds::GateRecord> = desk.id("record")?;
    let record = status.gate.held().find(|record| record.id == id).ok_or_else(missing)?;
    let title = desk.say("withdraw-title");
    let mut body = desk.body(&title, mistakes);
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("record-document"), record.title.as_str()),
        SummaryRow::new(desk.say("record-kind"), desk.text(&record.kind.title())),
        SummaryRow::new(desk.say("record-digest"), code(&record.document.to_string())),
    ]));
    body.part(&Warning(desk.say(if status.in_force.is_some() { "withdraw-closes" } else { "withdraw-warning" })));
    let reasons = WithdrawReason::ALL.into_iter().map(|it| Choice::new(it.slug(), desk.text(&it.title()))).collect();
    let form = desk
        .form()
        .part(&Radios { error: mistakes.of("reason"), ..Radios::new("reason", desk.say("withdraw-reason"), reasons) })
        .part(&ButtonGroup(vec![
            Button::new(desk.say("withdraw-title")).style(ButtonStyle::Warning),
            Button::link(desk.say("cancel"), base(gated, status)).style(ButtonStyle::Quiet),
        ]));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(base(gated, status)), mistakes))
}

/// Withdraws a document; if the gate was in force because of it, the public routes close with this act.
pub(crate) fn withdraw(desk: &Desk) -> Answer {
    let (gated, grant) = desk.gated::<WithdrawGateRecord>()?;
    let status = find(desk, &gated)?;
    if desk.values.switching() {
        return withdrawal(desk, &gated, &status, &Mistakes::default());
    }
    let reason = WithdrawReason::ALL.into_iter().find(|reason| reason.slug() == desk.values.get("reason"));
    let Some(reason) = reason else {
        return withdrawal(desk, &gated, &status, &Mistakes::one("reason", desk.say("choose-one")));
    };
    let command = WithdrawRecord { version: status.gate.version(), record: desk.id("record")?, reason };
    desk.platform().ledger().write("staff.withdraw_record", grant.actor(), move |work| {
        assurance::withdraw_record(work, &grant, command)
    })?;
    desk.platform().refresh()?;
    Ok(desk.done("done-withdrawn", &base(&gated, &status)))
}
