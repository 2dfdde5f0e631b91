//! Proofing on the resident's own device: details, two photos, one button; afterwards what came of it, and the receipt for what was
//! destroyed. Whoever has no way in takes the same photos to get an account back ([`back`]).

pub(super) mod back;
pub(super) mod details;
pub(super) mod photo;
pub(super) mod visit;

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use identity::{Channel, Piece, ProofState, Proofing, ProofingError, Refusal, send_proofing, withdraw_proofing};
use kernel::{Id, Kind, kinds};
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Inset, SummaryList, SummaryRow, Tag, Task, TaskList, Tone};
use webkit::{Body, Failure, Page, Values};

use super::call::Call;
use crate::blocking::blocking;
use crate::faults::Faults;

/// Where the pages of whoever is signed in begin.
const OWN: &str = "/account/proofing";

/// `GET /account/proofing`
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let account = found.who.account();
    let read = call.read("resident.proofing", move |tx| {
        Ok::<_, StoreError>((identity::account(tx, account)?, identity::proofings(tx, account)?))
    });
    let (Some(owner), proofings) = read.await? else { return Ok(call.away()) };
    let title = call.say("proof-title");
    let mut body = call.body(&title, &Faults::none());
    // What was sent to get the account back is listed among the earlier ones, and asks nothing more.
    let mut own = proofings.iter().filter(|one| one.recovery.is_none());
    match own.clone().find(|one| one.state.is_open()).or(own.next()) {
        Some(draft) if draft.state == ProofState::Draft => to_do(&call, &mut body, OWN, draft),
        Some(sent) if sent.state == ProofState::Waiting => waiting(&call, &mut body, (OWN, "proof-waiting"), sent),
        _ if !owner.needs_proofing() => {
            body.part(&Inset(call.say("proof-verified").into()));
        }
        last => beginning(&call, &mut body, last),
    }
    earlier(&call, &mut body, OWN, &proofings);
    Ok(call.show(Page::new(title, body.markup()).back(call.url("/account"))))
}

/// What is asked, why, and what becomes of it: before anything is typed.
fn beginning(call: &Call, body: &mut Body, last: Option<&Proofing>) {
    if let Some(last) = last.filter(|last| last.state != ProofState::Withdrawn) {
        body.part(&Inset(outcome(call, last).into()));
    }
    body.lead(call.say("proof-lead"));
    body.steps([call.say("proof-step-details"), call.say("proof-step-photos"), call.say("proof-step-officer")]);
    statement(call, body);
    body.part(&Button::link(call.say("proof-begin"), call.url("/account/proofing/details")));
    visit::offer(call, body);
}

fn statement(call: &Call, body: &mut Body) {
    let (language, charter) = (call.language(), &call.charter);
    body.h2(call.say("statement-title")).part(&SummaryList::new(vec![
        SummaryRow::new(call.say("data-why"), charter.identity.text.get(language)),
        SummaryRow::new(call.say("account-ground"), charter.identity.ground.get(language)),
        SummaryRow::new(call.say("data-must"), call.say("proof-must")),
        SummaryRow::new(call.say("data-until"), call.t.with("proof-until", [("hours", identity::EVIDENCE_HOURS)])),
        SummaryRow::new(call.say("data-receives"), receives(call)),
    ]));
    body.p(call.say(if charter.verifier.is_some() { "proof-verifier" } else { "proof-no-biometrics" }));
}

/// Who gets to see what is sent.
pub(super) fn receives(call: &Call) -> String {
    match &call.charter.verifier {
        Some(name) => call.t.with("proof-receives-verifier", [("verifier", name.get(call.language()))]),
        None => call.say("proof-receives"),
    }
}

fn to_do(call: &Call, body: &mut Body, at: &str, draft: &Proofing) {
    let task = |piece: Piece, path: &str| {
        let state = if draft.has(piece) {
            Tag::new(call.say("proof-done"), Tone::Good)
        } else {
            Tag::new(call.say("proof-missing"), Tone::Attention)
        };
        Task { title: call.say(&format!("proof-piece-{}", piece.name())), href: Some(call.url(&format!("{at}{path}"))), hint: None, state }
    };
    body.p(call.t.with("proof-draft-until", [("time", call.at(draft.deadline))]));
    body.part(&TaskList(vec![
        task(Piece::Details, "/details"),
        task(Piece::Document, "/photo/document"),
        task(Piece::Selfie, "/photo/selfie"),
    ]));
    if draft.missing().is_none() {
        body.part(&call.form(&format!("{at}/send")).id("send").part(&Button::new(call.say("proof-send"))));
    }
    take_back(call, body, at);
}

fn waiting(call: &Call, body: &mut Body, (at, words): (&str, &str), sent: &Proofing) {
    body.part(&Inset(call.say(words).into()));
    body.p(call.t.with("proof-waiting-until", [("time", call.at(sent.deadline))]));
    take_back(call, body, at);
}

fn take_back(call: &Call, body: &mut Body, at: &str) {
    body.link(call.say("proof-withdraw"), call.url(&format!("{at}/withdraw")));
}

/// `GET /account/proofing/withdraw`
pub(super) async fn ask_withdraw(call: Call) -> Result<Response, Failure> {
    let one = open(&call).await?;
    Ok(withdrawal(&call, OWN, one.as_ref()))
}

/// What was typed and photographed cannot be brought back, so the page asks before.
fn withdrawal(call: &Call, at: &str, one: Option<&Proofing>) -> Response {
    if one.is_none() {
        return call.go(at);
    }
    let title = call.say("proof-withdraw-title");
    let mut body = call.body(&title, &Faults::none());
    body.p(call.say("proof-withdraw-lead"));
    body.part(&call.form(&format!("{at}/withdraw")).part(&ButtonGroup(vec![
        Button::new(call.say("proof-withdraw-yes")).style(ButtonStyle::Warning),
        Button::link(call.say("proof-withdraw-no"), call.url(at)).style(ButtonStyle::Quiet),
    ])));
    call.show(Page::new(title, body.markup()).back(call.url(at)))
}

/// Proofings that are over, with their receipts.
fn earlier(call: &Call, body: &mut Body, base: &str, proofings: &[Proofing]) {
    let over: Vec<&Proofing> = proofings.iter().filter(|one| !one.state.is_open()).collect();
    if over.is_empty() {
        return;
    }
    body.h2(call.say("proof-earlier")).p(call.say("proof-receipt-lead"));
    for one in over {
        let at = call.at(one.begun);
        let destroyed = match one.destroyed {
            Some(at) => call.at(at),
            None => call.say(if one.channel == Channel::Counter { "proof-no-photos" } else { "proof-destroying" }),
        };
        body.h3(call.t.with("proof-of", [("time", at.as_str())])).part(&SummaryList::new(vec![
            SummaryRow::new(call.say("proof-aim"), call.say(if one.recovery.is_some() { "proof-aim-back" } else { "proof-aim-verify" })),
            SummaryRow::new(call.say("proof-outcome"), outcome(call, one)),
            SummaryRow::new(call.say("proof-seen"), call.say(if one.officer.is_some() { "proof-seen-yes" } else { "proof-seen-no" })),
            SummaryRow::new(call.say("proof-destroyed"), destroyed),
        ]));
        if one.destroyed.is_some() {
            let words = call.t.with("proof-receipt-of", [("time", at.as_str())]);
            body.link(words, call.url(&format!("{base}/{}/receipt.json", one.id)));
        }
    }
}

/// What came of a proofing, and what to do next; a reason only where it says nothing about anybody else.
fn outcome(call: &Call, one: &Proofing) -> String {
    call.say(match (one.state, one.refusal.filter(|reason| reason.is_told())) {
        (ProofState::Verified, _) => "proof-state-verified",
        (ProofState::Refused, Some(Refusal::PhotoUnclear)) => "proof-refused-photo",
        (ProofState::Refused, Some(Refusal::DetailsDiffer)) => "proof-refused-details",
        (ProofState::Refused, Some(Refusal::DocumentNotAccepted)) => "proof-refused-document",
        (ProofState::Refused, _) => "proof-refused",
        (ProofState::TimedOut, _) => "proof-state-timed-out",
        (ProofState::Lost, _) => "proof-state-lost",
        (ProofState::Withdrawn, _) => "proof-state-withdrawn",
        (ProofState::Draft | ProofState::Waiting, _) => "proof-waiting",
    })
}

/// The proofing under way, if there is one.
pub(super) async fn open(call: &Call) -> Result<Option<Proofing>, Failure> {
    let Some(found) = call.found else { return Ok(None) };
    let account = found.who.account();
    let all = call.read("resident.proofing", move |tx| identity::proofings(tx, account)).await?;
    Ok(all.into_iter().find(|one| one.state.is_open()))
}

/// `POST /account/proofing/send`
pub(super) async fn send(call: Call, _: Values) -> Result<Response, Failure> {
    let Some(one) = open(&call).await? else { return Ok(call.go(OWN)) };
    let service = call.service.clone();
    let sent = blocking(move || bare(send_proofing(service.ledger(), service.evidence(), one.account, one.id))).await?;
    finished(&call, sent, OWN)
}

/// `POST /account/proofing/withdraw`: the evidence dies at once.
pub(super) async fn withdraw(call: Call, _: Values) -> Result<Response, Failure> {
    match open(&call).await? {
        Some(one) => withdrawn(&call, OWN, one).await,
        None => Ok(call.go(OWN)),
    }
}

/// Takes a proofing back, and has its receipt made.
async fn withdrawn(call: &Call, at: &str, one: Proofing) -> Result<Response, Failure> {
    let (service, platform) = (call.service.clone(), call.state.platform.clone());
    let done = blocking(move || {
        let withdrawn = bare(withdraw_proofing(service.ledger(), service.evidence(), one.account, one.id))?;
        // What fails here the watch does a second later.
        drop(flows::finish_proofing(&platform, &service, one.id));
        Ok::<_, RunError<ProofingError>>(withdrawn)
    });
    finished(call, done.await?, at)
}

/// `GET /account/proofing/{case}/receipt.json`: one's own receipt, for `lionrock-verify certificate`.
pub(super) async fn receipt(call: Call, Path(case): Path<String>) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    receipt_of(&call, found.who.account(), &case).await
}

async fn receipt_of(call: &Call, account: Id<kinds::Account>, case: &str) -> Result<Response, Failure> {
    let case: Id<kinds::Proofing> = case.parse().map_err(|_| Failure::of(Kind::Missing))?;
    let receipt = call.read("resident.receipt", move |tx| identity::deletion_receipt(tx, account, case)).await?;
    let mut response = receipt.ok_or_else(|| Failure::of(Kind::Missing))?.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let name = HeaderValue::from_static("attachment; filename=\"lionrock-receipt.json\"");
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

/// Refusals come back as they are, to be shown.
pub(super) fn bare<T>(done: Result<T, RunError<ProofingError>>) -> Result<Result<T, ProofingError>, RunError<ProofingError>> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(RunError::Refused(error)) => Ok(Err(error)),
        Err(error) => Err(error),
    }
}

/// Goes on to the list of what is to be done; what ended meanwhile is explained there.
fn finished(call: &Call, done: Result<(), ProofingError>, at: &str) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(call.go(at)),
        Err(error) => match kernel::Fault::kind(&error) {
            Kind::Gone | Kind::Taken | Kind::Invalid => Ok(call.go(at)),
            _ => Err(error.into()),
        },
    }
}
