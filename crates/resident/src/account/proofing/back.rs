//! Photos of somebody who wants an account back and has no way in: behind a code that was typed lately, whether there is an account or
//! not. Every page says the same to everybody until officers have decided.

use axum::extract::{Path, Request};
use axum::response::Response;
use identity::{
    EVIDENCE_HOURS, ProofState, Proofing, ProofingError, Recovery, Ticket, begin_recovery_proofing, recovery_proofings,
    send_recovery_proofing,
};
use webkit::parts::{Button, Inset, SummaryList, SummaryRow};
use webkit::{Body, Failure, Page, Values};

use super::{bare, details, earlier, finished, outcome, photo, receipt_of, to_do, waiting, withdrawal, withdrawn};
use crate::account::call::Call;
use crate::account::recover;
use crate::blocking::blocking;
use crate::faults::Faults;

/// Where these pages begin.
pub(in crate::account) const BACK: &str = "/account/recover/photos";
const DETAILS: &str = "/account/recover/photos/details";

/// `GET /account/recover/photos`
pub(in crate::account) async fn show(call: Call) -> Result<Response, Failure> {
    let Some((_, recovery, sent)) = standing(&call).await? else { return Ok(call.go(recover::HERE)) };
    let title = call.say("photos-title");
    let mut body = call.body(&title, &Faults::none());
    match sent.iter().find(|one| one.state.is_open()).or(sent.first()) {
        Some(draft) if draft.state == ProofState::Draft => to_do(&call, &mut body, BACK, draft),
        Some(sent) if sent.state == ProofState::Waiting => waiting(&call, &mut body, (BACK, "photos-waiting"), sent),
        _ if recovery.proofed => {
            body.part(&Inset(call.t.with("photos-agreed", [("time", call.at(recovery.due))]).into()));
        }
        last => beginning(&call, &mut body, last),
    }
    earlier(&call, &mut body, BACK, &sent);
    Ok(call.show(Page::new(title, body.markup()).back(call.url(recover::STEP))))
}

/// What is asked, why, and what becomes of it: before anything is typed.
fn beginning(call: &Call, body: &mut Body, last: Option<&Proofing>) {
    if let Some(last) = last.filter(|last| last.state != ProofState::Withdrawn) {
        body.part(&Inset(outcome(call, last).into()));
    }
    let (language, charter) = (call.language(), &call.charter);
    body.lead(call.say("photos-lead"));
    body.steps(["proof-step-details", "proof-step-photos", "photos-step-officers", "photos-step-wait"].map(|key| call.say(key)));
    body.h2(call.say("statement-title")).part(&SummaryList::new(vec![
        SummaryRow::new(call.say("data-why"), charter.recovery.text.get(language)),
        SummaryRow::new(call.say("account-ground"), charter.recovery.ground.get(language)),
        SummaryRow::new(call.say("data-must"), call.say("photos-must")),
        SummaryRow::new(call.say("data-until"), call.t.with("photos-until", [("hours", EVIDENCE_HOURS)])),
        SummaryRow::new(call.say("data-receives"), call.say("photos-receives")),
    ]));
    body.p(call.say("proof-no-biometrics"));
    body.part(&Button::link(call.say("proof-begin"), call.url(DETAILS)));
}

/// `GET /account/recover/photos/details`
pub(in crate::account) async fn ask_details(call: Call) -> Result<Response, Failure> {
    Ok(match standing(&call).await? {
        Some(_) => details_page(&call, &Values::default(), &Faults::none()),
        None => call.go(recover::HERE),
    })
}

/// `POST /account/recover/photos/details`: the proofing begins with what was typed, sealed at once.
pub(in crate::account) async fn details(call: Call, values: Values) -> Result<Response, Failure> {
    let Some((ticket, ..)) = standing(&call).await? else { return Ok(call.go(recover::HERE)) };
    if values.switching() {
        return Ok(details_page(&call, &values, &Faults::none()));
    }
    let typed = match details::read_card(&call, &values) {
        Ok(typed) => typed,
        Err(faults) => return Ok(details_page(&call, &values, &faults)),
    };
    let (service, network) = (call.service.clone(), call.network.clone());
    let begin = move || bare(begin_recovery_proofing(service.ledger(), service.evidence(), (&ticket, &network), &typed));
    let wrong = |field: &str, key: &str| details_page(&call, &values, &Faults::one(field, call.say(key)));
    match blocking(begin).await? {
        Ok(_) | Err(ProofingError::Verified) => Ok(call.go(BACK)),
        Err(ProofingError::Missing) => Ok(call.go(recover::HERE)),
        Err(ProofingError::NumberDiffers) => Ok(wrong("number", "photos-other-number")),
        Err(ProofingError::Often) => Ok(details::too_often(wrong("name_en", "proof-often"))),
        Err(error) => Err(error.into()),
    }
}

fn details_page(call: &Call, values: &Values, faults: &Faults) -> Response {
    details::page(call, BACK, details::card(call.form(DETAILS), &call.t, values, faults), faults)
}

/// `GET /account/recover/photos/photo/{piece}`
pub(in crate::account) async fn ask_photo(call: Call, Path(piece): Path<String>) -> Result<Response, Failure> {
    let piece = photo::photo(&piece)?;
    Ok(photo::asked(&call, BACK, piece, open(&call).await?.map(|(_, one)| one)))
}

/// `POST /account/recover/photos/photo/{piece}`
pub(in crate::account) async fn photo(call: Call, Path(piece): Path<String>, request: Request) -> Result<Response, Failure> {
    let piece = photo::photo(&piece)?;
    match open(&call).await? {
        Some((_, one)) => photo::taken(call, BACK, (one, piece), request).await,
        None => Ok(call.go(BACK)),
    }
}

/// `POST /account/recover/photos/send`
pub(in crate::account) async fn send(call: Call, _: Values) -> Result<Response, Failure> {
    let Some((ticket, one)) = open(&call).await? else { return Ok(call.go(BACK)) };
    let (service, language) = (call.service.clone(), call.language());
    let link = format!("{}{}", call.state.platform.sender().origin, recover::HERE);
    let send = move || {
        bare(send_recovery_proofing(service.ledger(), service.evidence(), (&ticket, one.id), (language, &link)))
    };
    finished(&call, blocking(send).await?, BACK)
}

/// `GET /account/recover/photos/withdraw`
pub(in crate::account) async fn ask_withdraw(call: Call) -> Result<Response, Failure> {
    let one = open(&call).await?;
    Ok(withdrawal(&call, BACK, one.as_ref().map(|(_, one)| one)))
}

/// `POST /account/recover/photos/withdraw`: the evidence dies at once.
pub(in crate::account) async fn withdraw(call: Call, _: Values) -> Result<Response, Failure> {
    match open(&call).await? {
        Some((_, one)) => withdrawn(&call, BACK, one).await,
        None => Ok(call.go(BACK)),
    }
}

/// `GET /account/recover/photos/{case}/receipt.json`: for `lionrock-verify certificate`.
pub(in crate::account) async fn receipt(call: Call, Path(case): Path<String>) -> Result<Response, Failure> {
    let Some((_, _, sent)) = standing(&call).await? else { return Ok(call.go(recover::HERE)) };
    match sent.first() {
        Some(one) => receipt_of(&call, one.account, &case).await,
        None => Err(Failure::of(kernel::Kind::Missing)),
    }
}

/// The recovery of the ticket and what was sent for it, if its code was typed lately.
async fn standing(call: &Call) -> Result<Option<(Ticket, Recovery, Vec<Proofing>)>, Failure> {
    let Some(ticket) = recover::ticket(call) else { return Ok(None) };
    let (keys, now, asked) = (call.service.ledger().keys().clone(), call.now(), ticket.clone());
    let found = call.read("resident.recovery_photos", move |tx| recovery_proofings(tx, &keys, &asked, now)).await?;
    Ok(found.map(|(recovery, sent)| (ticket, recovery, sent)))
}

/// What is under way.
async fn open(call: &Call) -> Result<Option<(Ticket, Proofing)>, Failure> {
    let found = standing(call).await?;
    Ok(found.and_then(|(ticket, _, sent)| Some((ticket, sent.into_iter().find(|one| one.state.is_open())?))))
}
