use assurance::OpenGateError;
use axum::response::Response;
use desk::{Answer, Desk, Mistakes, Words, code, link, missing};
use identity::{Charter, CharterError, SHIPPED_CHARTER, SaveCharterError};
use kernel::{Language, Text, to_hex};
use people::{EditScheme, ReadDashboard, Scope, SignGate};
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Details, FileInput, Inset, SummaryList, SummaryRow, Table, TextArea, Tone};
use webkit::{Body, Failure, FileKind, Markup, Page};

use crate::definition::{NoGate, Refused, gate_of};
use crate::scheme_page::gate_state;
use crate::BOOK;

/// The identity provider: its charter in force, the charters that were saved, and the way to a new one.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (scope, _) = desk.identity::<ReadDashboard>()?;
    let title = desk.say("identity-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("identity-lead"));
    if let Some(scope) = scope {
        body.part(&SummaryList::new(facts(desk)));
        if desk.may::<EditScheme>() || desk.may::<SignGate>() {
            body.link(desk.say("services-title"), desk.url("/staff/services"));
        }
        body.link(desk.say("pin-letters-title"), desk.url(crate::pin_letters::HOME));
        body.part(&versions(desk, scope)?);
    } else {
        let shipped = Charter::parse(SHIPPED_CHARTER)?;
        body.part(&Inset(desk.say("identity-none").into())).h2(desk.say("charter-shipped")).push(&shown(desk, &shipped));
    }
    if desk.may::<EditScheme>() {
        let key = if scope.is_some() { "charter-edit" } else { "charter-write" };
        body.part(&Button::link(desk.say(key), desk.url("/staff/identity/charter")));
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff"))))
}

fn facts(desk: &Desk) -> Vec<SummaryRow> {
    let open = desk.platform().public_identity();
    let (key, tone) = if open.is_some() { ("gate-in-force", Tone::Good) } else { ("gate-closed", Tone::Bad) };
    let mut rows = vec![SummaryRow::new(desk.say("state"), desk.tag(desk.say(key), tone))];
    if let Some(service) = open {
        let charter = service.charter();
        rows.push(SummaryRow::new(desk.say("charter-in-force"), charter_link(desk, charter.digest())));
        rows.push(SummaryRow::new(desk.say("charter-department"), desk.text(&charter.department)));
        rows.push(SummaryRow::new(desk.say("charter-kept"), months(desk, &charter)));
    }
    rows
}

fn charter_link(desk: &Desk, digest: [u8; 32]) -> Markup {
    let digest = to_hex(&digest);
    link(digest.get(..12).unwrap_or_default(), &desk.url(&format!("/staff/identity/versions/{digest}")))
}

fn months(desk: &Desk, charter: &Charter) -> String {
    desk.tell("charter-months", [("months", charter.keep_months)])
}

fn versions(desk: &Desk, scope: Scope) -> Result<Table, Failure> {
    let now = desk.now();
    let (saved, gates) = desk.platform().ledger().read("staff.charters", |tx| {
        Ok::<_, StoreError>((identity::charters(tx)?, assurance::gates(tx, scope.service(), now)?))
    })?;
    let head = ["definition-version", "scheme-saved", "gate", "state"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("charter-versions"), head);
    for (digest, at) in saved {
        let gate = gates.iter().find(|status| *status.gate.digest().bytes() == digest);
        let (way, state) = gate.map_or_else(Default::default, |status| {
            let way = desk.url(&format!("/staff/identity/gates/{}", status.gate.version()));
            (link(&desk.say("gate"), &way), gate_state(desk, &status.missing, status.in_force))
        });
        table.row([charter_link(desk, digest), desk.at(at).into(), way, state]);
    }
    Ok(table)
}

/// One saved charter as residents read it in three languages, how it differs from the one in force, and its source.
pub(crate) fn version(desk: &Desk) -> Answer {
    desk.identity::<ReadDashboard>()?.0.ok_or_else(missing)?;
    let wanted = desk.param("digest");
    let digest = kernel::from_hex(wanted).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).ok_or_else(missing)?;
    let text = desk.platform().ledger().read("staff.charter", |tx| identity::charter(tx, digest))?.ok_or_else(missing)?;
    let charter = Charter::parse(&text)?;
    let title = desk.say("charter-version");
    let mut body = desk.body(&title, &Mistakes::default());
    body.push(&code(wanted));
    body.maybe(differences(desk, &charter).as_ref()).push(&shown(desk, &charter));
    let source = Markup::trusted(format!("<pre class=\"lr-code\" tabindex=\"0\">{}</pre>", Markup::text(&text)));
    body.part(&Details { summary: desk.say("charter-source"), body: source, open: false });
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff/identity"))))
}

/// In what a charter differs from the one in force; nothing if none is or it is that one.
fn differences(desk: &Desk, charter: &Charter) -> Option<Table> {
    let old = desk.platform().public_identity()?.charter();
    if old.digest() == charter.digest() {
        return None;
    }
    let head = ["version-part", "charter-now", "charter-then"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("version-changes"), head);
    if old.keep_months != charter.keep_months {
        table.row([desk.say("charter-kept"), months(desk, &old), months(desk, charter)]);
    }
    if old.officer.phone != charter.officer.phone {
        table.row([code("officer.phone"), old.officer.phone.as_str().into(), charter.officer.phone.as_str().into()]);
    }
    let none = Text::new("–", "–", "–");
    // Only the name of a verifier may stand in one and not in the other, and it is the last.
    let (before, after) = (old.texts(), charter.texts());
    let lines = before.len().max(after.len());
    for line in 0..lines {
        let one = |texts: &[(&'static str, &Text)]| texts.get(line).map(|(name, text)| (*name, (*text).clone()));
        let (before, after) = (one(&before), one(&after));
        let Some(name) = before.as_ref().or(after.as_ref()).map(|(name, _)| *name) else { continue };
        let [before, after] = [before, after].map(|text| text.map_or_else(|| none.clone(), |(_, text)| text));
        for language in Language::ALL.into_iter().filter(|language| before.get(*language) != after.get(*language)) {
            let part = code(&format!("{name} ({})", language.tag()));
            table.row([part, before.get(language).into(), after.get(language).into()]);
        }
    }
    Some(table)
}

/// A charter in three languages.
fn shown(desk: &Desk, charter: &Charter) -> Markup {
    let mut body = Body::new(desk.language());
    body.h2(desk.say("version-preview"));
    for language in Language::ALL {
        let html = in_language(charter, language);
        body.part(&Details { summary: language.own_name().to_owned(), body: html, open: language == desk.language() });
    }
    body.markup()
}

fn in_language(charter: &Charter, language: Language) -> Markup {
    let t = Words::of(&BOOK.texts, language);
    let mut body = Body::new(language);
    let read = |text: &Text| text.get(language).to_owned();
    body.part(&SummaryList::new(vec![
        SummaryRow::new(t.get("charter-title"), read(&charter.title)),
        SummaryRow::new(t.get("charter-department"), read(&charter.department)),
        SummaryRow::new(t.get("charter-officer"), read(&charter.officer.title)),
        SummaryRow::new(t.get("charter-phone"), charter.officer.phone.as_str()),
        SummaryRow::new(t.get("charter-address"), read(&charter.officer.address)),
        SummaryRow::new(t.get("charter-kept"), t.with("charter-months", [("months", charter.keep_months)])),
        SummaryRow::new(t.get("charter-verifier"), charter.verifier.as_ref().map_or_else(|| t.get("charter-verifier-none"), read)),
    ]));
    let head = ["charter-purpose", "charter-ground"].map(|key| t.get(key));
    let mut table = Table::new(t.get("charter-purposes"), head);
    let texts = charter.texts();
    for (name, purpose) in &texts {
        let ground = name.strip_suffix(".text").map(|stem| format!("{stem}.ground"));
        let ground = texts.iter().find(|(other, _)| Some(*other) == ground.as_deref());
        if let Some((_, ground)) = ground {
            table.row([read(purpose), read(ground)]);
        }
    }
    body.part(&table);
    Markup::trusted(format!("<div lang=\"{}\">{}</div>", language.tag(), body.markup()))
}

/// A charter begins from the one in force, else the latest that was saved, else the shipped one.
pub(crate) fn edit(desk: &Desk) -> Answer {
    desk.identity::<EditScheme>()?;
    let force = desk.platform().public_identity().map(|service| service.charter().digest());
    let latest = desk.platform().ledger().read("staff.latest_charter", |tx| {
        let digest = force.or(identity::charters(tx)?.first().map(|(digest, _)| *digest));
        Ok::<_, StoreError>(digest.map(|digest| identity::charter(tx, digest)).transpose()?.flatten())
    })?;
    let text = latest.unwrap_or_else(|| SHIPPED_CHARTER.to_owned());
    Ok(editor(desk, &text, &Mistakes::default(), None))
}

fn editor(desk: &Desk, text: &str, mistakes: &Mistakes, good: Option<&Charter>) -> Response {
    let title = desk.say("charter-edit");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("charter-lead")).part(&Inset(desk.say("definition-gate").into()));
    if let Some(charter) = good {
        body.h2(desk.say("charter-good")).p(desk.say("definition-good-lead")).push(&code(&to_hex(&charter.digest())));
        body.maybe(differences(desk, charter).as_ref()).push(&shown(desk, charter));
    }
    let form = desk
        .form()
        .with_file()
        .part(&TextArea {
            value: text.to_owned(),
            hint: Some(desk.say("charter-hint")),
            error: mistakes.of("charter"),
            rows: 30,
            ..TextArea::new("charter", desk.say("charter-text"))
        })
        .part(&FileInput {
            hint: Some(desk.say("charter-file-hint")),
            error: mistakes.of("file"),
            ..FileInput::new("file", desk.say("charter-file"), FileKind::Text)
        })
        .part(&ButtonGroup(vec![
            Button::new(desk.say("definition-check")).style(ButtonStyle::Secondary).sends("act", "check"),
            Button::new(desk.say("definition-save")).sends("act", "save"),
        ]));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).wide().back(desk.url("/staff/identity")), mistakes)
}

/// Checks or saves a charter, and opens its gate.
pub(crate) fn save(desk: &Desk) -> Answer {
    let (_, grant) = desk.identity::<EditScheme>()?;
    let text = match desk.file(FileKind::Text) {
        Ok(Some(file)) => String::from_utf8_lossy(file).into_owned(),
        Ok(None) => desk.values.get("charter").to_owned(),
        Err(sentence) => return Ok(editor(desk, desk.values.get("charter"), &Mistakes::one("file", sentence), None)),
    };
    let text = text.replace("\r\n", "\n");
    let charter = match Charter::parse(&text) {
        Ok(charter) => charter,
        Err(error) => return Ok(editor(desk, &text, &of_error(desk, &error), None)),
    };
    if desk.values.switching() || desk.values.get("act") != "save" {
        return Ok(editor(desk, &text, &Mistakes::default(), Some(&charter)));
    }
    let (who, written) = (desk.who()?.clone(), text.clone());
    let saved = desk.platform().ledger().write("staff.save_charter", grant.actor(), move |work| {
        let (service, digest) = identity::save_charter(work, &grant, &written).map_err(Refused::Save)?;
        Ok::<_, Refused<SaveCharterError>>(gate_of(work, &who, service, digest)?)
    });
    match saved {
        Ok((gate, _)) => Ok(desk.done("done-version", &desk.url(&format!("/staff/identity/gates/{gate}")))),
        Err(RunError::Refused(Refused::Gate(NoGate::Gate(OpenGateError::Taken)))) => {
            Ok(editor(desk, &text, &Mistakes::one("charter", desk.say("charter-unchanged")), None))
        }
        Err(error) => Err(Failure::from(error)),
    }
}

/// What is wrong with a charter, in the reader's language.
fn of_error(desk: &Desk, error: &CharterError) -> Mistakes {
    let sentence = match error {
        CharterError::Form(error) => desk.tell("definition-unreadable", [("reason", error.to_string())]),
        CharterError::Blank(name, language) => {
            desk.tell("charter-blank", [("name", (*name).to_owned()), ("language", language.own_name().to_owned())])
        }
        CharterError::Months => desk.say("charter-months-wrong"),
    };
    Mistakes::one("charter", sentence)
}
