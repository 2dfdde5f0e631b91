//! Signing: the passkey that signs, documents that wait, what was signed, and a page for everybody that checks a signature.

pub(super) mod asked;
pub(super) mod check;
pub(super) mod document;
pub(super) mod history;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use flows::{SignDocumentError, SigningOffice, ToSign, bring_document, leave_signing, register_signing};
use identity::{Found, Level, Passkey, passkeys};
use kernel::{Fault, Id, Kind, Language, kinds};
use signing::pdf::PdfError;
use signing::{AskedSignature, DrawError, Form, RequestError, Signature, SigningKey};
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonStyle, Choice, FileInput, Inset, Radios, SummaryList, SummaryRow};
use webkit::{Body, Failure, FileKind, Markup, Page, SentForm, Values};

use super::call::Call;
use super::home::device;
use crate::blocking::blocking;
use crate::faults::Faults;

/// Bytes that a document may have here: somebody has to read it.
const DOCUMENT_MOST: usize = 4 << 20;
pub(super) const PATH: &str = "/account/signing";

/// What an account's page about signing shows.
struct Mine {
    level: Level,
    /// Whether the identity must be checked first, or again.
    unproofed: bool,
    key: Option<SigningKey>,
    passkeys: Vec<Passkey>,
    history: Vec<Signature>,
    /// What services brought, each with the service's name.
    asked: Vec<(AskedSignature, String)>,
}

/// `GET /account/signing`
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    overview(&call, &found, &Faults::none()).await
}

async fn overview(call: &Call, found: &Found, faults: &Faults) -> Result<Response, Failure> {
    let Some(mine) = mine(call, found).await? else { return Ok(call.away()) };
    let title = call.say("signing-title");
    let mut body = call.body(&title, faults);
    body.lead(call.say("signing-lead"));
    match &mine.key {
        _ if call.state.signing.is_none() => drop(body.part(&Inset(call.say("signing-none").into()))),
        _ if mine.unproofed => {
            body.part(&Inset(call.say(if mine.level < Level::Verified { "signing-unverified" } else { "signing-recovered" }).into()));
            body.link(call.say("proof-link"), call.url("/account/proofing"));
        }
        Some(key) if mine.level == Level::Plus => ready(call, &mut body, (key, &mine.passkeys), faults),
        _ => choose(call, &mut body, &mine.passkeys, faults),
    }
    asked::list(call, &mut body, &mine.asked);
    history::list(call, &mut body, &mine.history);
    body.link(call.say("signing-check-link"), call.url(check::PATH));
    Ok(call.show_form(Page::new(title, body.markup()).back(call.url("/account")), faults))
}

async fn mine(call: &Call, found: &Found) -> Result<Option<Mine>, Failure> {
    let (account, now, language) = (found.who.account(), call.now(), call.language());
    let read = move |tx: &mut store::Tx<'_>| {
        let Some(known) = identity::account(tx, account)? else { return Ok::<_, StoreError>(None) };
        Ok(Some(Mine {
            level: known.level,
            unproofed: known.needs_proofing(),
            key: signing::signing_key(tx, account, now)?,
            passkeys: passkeys(tx, account)?,
            history: signing::history(tx, account)?,
            asked: asked_of(tx, account, language)?,
        }))
    };
    call.read("resident.signing", read).await
}

fn asked_of(tx: &mut store::Tx<'_>, account: Id<kinds::Account>, language: Language) -> Result<Vec<(AskedSignature, String)>, StoreError> {
    let (mut names, mut all) = (BTreeMap::new(), Vec::new());
    for one in signing::asked_signatures(tx, account)? {
        if !names.contains_key(&one.client) {
            let service = provider::find_client(tx, &one.client)?;
            let name = service.map_or_else(|| one.client.clone(), |service| service.registration.name.get(language).to_owned());
            names.insert(one.client.clone(), name);
        }
        let name = names.get(&one.client).cloned().unwrap_or_default();
        all.push((one, name));
    }
    Ok(all)
}

/// The passkeys to choose from.
fn choose(call: &Call, body: &mut Body, passkeys: &[Passkey], faults: &Faults) {
    body.h2(call.say("signing-choose-title")).p(call.say("signing-choose-lead"));
    let usable = passkeys.iter().zip(1..).filter(|(passkey, _)| !passkey.suspended);
    let choices = usable.map(|(passkey, number)| Choice::new(passkey.id.to_string(), passkey_name(call, passkey, number)));
    let choices: Vec<Choice> = choices.collect();
    // Where there is one, there is nothing to choose.
    let only = if let [only] = choices.as_slice() { only.value.clone() } else { String::new() };
    let question = Radios {
        error: faults.of_field("passkey"),
        value: only,
        ..Radios::new("passkey", call.say("signing-choose"), choices)
    };
    let form = call.form("/account/signing/passkey").part(&question).part(&Button::new(call.say("signing-choose-button")));
    body.part(&form).note(call.say("signing-choose-note"));
}

/// The passkey that signs, and the form for a document.
fn ready(call: &Call, body: &mut Body, (key, passkeys): (&SigningKey, &[Passkey]), faults: &Faults) {
    let named = passkeys.iter().zip(1..).find(|(passkey, _)| passkey.id == key.passkey);
    let name = named.map_or_else(|| call.say("account-device-other"), |(passkey, number)| passkey_name(call, passkey, number));
    body.part(&SummaryList::new(vec![
        SummaryRow::new(call.say("signing-passkey"), name),
        SummaryRow::new(call.say("signing-since"), call.at(key.since)),
    ]));
    body.h2(call.say("signing-bring-title")).p(call.say("signing-bring-lead"));
    let file = FileInput {
        hint: Some(call.say("signing-file-hint")),
        error: faults.of_field("document"),
        ..FileInput::new("document", call.say("signing-file"), FileKind::Pdf)
    };
    let forms = [Form::Pdf, Form::Detached].map(|form| Choice::new(form.name(), call.say(&format!("signing-form-{}", form.name()))));
    let form = Radios {
        error: faults.of_field("form"),
        value: Form::Pdf.name().to_owned(),
        ..Radios::new("form", call.say("signing-form"), forms.to_vec())
    };
    let sends = call.form("/account/signing/document").with_file().part(&file).part(&form);
    body.part(&sends.part(&Button::new(call.say("signing-bring"))));
    let leave = call.form("/account/signing/leave").id("leave");
    body.h2(call.say("signing-leave-title")).p(call.say("signing-leave-lead"));
    body.part(&leave.part(&Button::new(call.say("signing-leave")).style(ButtonStyle::Secondary)));
}

fn passkey_name(call: &Call, passkey: &Passkey, number: usize) -> String {
    call.t.with("account-passkey-name", [("device", device(call, passkey.device)), ("number", number.to_string())])
}

/// `POST /account/signing/passkey`: what matters asks for a sign-in of the last few minutes.
pub(super) async fn register(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    if values.switching() {
        return overview(&call, &found, &Faults::none()).await;
    }
    if !found.who.is_fresh(call.now()) {
        return Ok(call.go("/account/sign-in?next=/account/signing"));
    }
    let Ok(passkey) = values.get("passkey").parse() else {
        return overview(&call, &found, &Faults::one("passkey", call.say("signing-choose-missing"))).await;
    };
    let ledger = call.service.ledger().clone();
    blocking(move || register_signing(&ledger, &found.who, passkey)).await?;
    Ok(call.go(PATH))
}

/// `POST /account/signing/leave`
pub(super) async fn leave(call: Call, _: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let ledger = call.service.ledger().clone();
    blocking(move || leave_signing(&ledger, &found.who)).await?;
    Ok(call.go(PATH))
}

/// `POST /account/signing/document`
pub(super) async fn bring(call: Call, request: Request) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let office = office(&call)?;
    let sent = SentForm::read(request, DOCUMENT_MOST).await?;
    if sent.values.switching() {
        return overview(&call, &found, &Faults::none()).await;
    }
    let document = match document_of(&call, &sent) {
        Ok(document) => document,
        Err(faults) => return overview(&call, &found, &faults).await,
    };
    let form = Form::from_name(sent.values.get("form")).unwrap_or(Form::Pdf);
    let to_sign = ToSign { document, title: call.say("signing-own"), form, service: call.state.relying_party.origin() };
    let ledger = call.service.ledger().clone();
    let brought = blocking(move || bare(bring_document(&ledger, &office, &found.who, &to_sign))).await?;
    match brought {
        Ok(id) => Ok(call.go(&format!("{PATH}/{id}"))),
        Err(error) => match sentence(&error) {
            Some(key) => overview(&call, &found, &Faults::one("document", call.say(key))).await,
            None => Err(error.into()),
        },
    }
}

/// The PDF that was sent, or what is wrong with it.
fn document_of(call: &Call, sent: &SentForm) -> Result<Vec<u8>, Faults> {
    let Some(file) = &sent.file else { return Err(Faults::one("document", call.say("signing-file-missing"))) };
    let content = file.content(FileKind::Pdf);
    content.map(<[u8]>::to_vec).map_err(|flaw| Faults::one("document", flaw.sentence(&call.visitor.texts())))
}

/// What is said about a document that is not taken; nothing for what is not the document's fault.
fn sentence(error: &SignDocumentError) -> Option<&'static str> {
    match error {
        SignDocumentError::Pdf(PdfError::Active(_)) => Some("signing-active"),
        SignDocumentError::Pdf(PdfError::SignedAlready) => Some("signing-signed-already"),
        SignDocumentError::Pdf(PdfError::Encrypted) => Some("signing-encrypted"),
        SignDocumentError::Draw(DrawError::TooMany) => Some("signing-too-long"),
        SignDocumentError::Draw(DrawError::Busy) => Some("signing-busy"),
        SignDocumentError::Request(RequestError::TooMany) => Some("signing-too-many"),
        SignDocumentError::Pdf(_) | SignDocumentError::Draw(DrawError::Document) => Some("signing-unreadable"),
        _ => None,
    }
}

/// What signatures are made with; an installation without it has no signing.
fn office(call: &Call) -> Result<Arc<SigningOffice>, Failure> {
    call.state.signing.clone().ok_or_else(|| Failure::of(Kind::Missing))
}

/// A refusal as a value, to be shown.
fn bare<T, E: Fault>(done: Result<T, RunError<E>>) -> Result<Result<T, E>, RunError<E>> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(RunError::Refused(error)) => Ok(Err(error)),
        Err(error) => Err(error),
    }
}

/// Digits in groups of four: for eyes that compare.
fn grouped(digest: &[u8]) -> Markup {
    let digits = kernel::to_hex(digest);
    let groups: Vec<&str> = digits.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    Markup::trusted(format!("<code>{}</code>", groups.join(" ")))
}
