//! A page for everybody: is this signature good, whose is it, and what was agreed to? What is sent is looked at and not kept.

use axum::extract::Request;
use axum::response::Response;
use signing::ocsp::State;
use signing::pdf::PdfError;
use signing::{SignedAt, Unsound, Verdict, judge_pdf};
use store::{RunError, StoreError};
use webkit::parts::{Button, Details, FileInput, Notification, SummaryList, SummaryRow, Warning};
use webkit::{Body, Failure, FileKind, Markup, Page, SentForm};

use super::super::call::Call;
use super::{document_of, grouped, office};
use crate::blocking::blocking;
use crate::faults::Faults;

pub(in crate::account) const PATH: &str = "/account/check-signature";
/// A signed document is a little larger than the document.
const SIGNED_MOST: usize = signing::pdf::DOCUMENT_MOST;

/// `GET /account/check-signature`
pub(in crate::account) async fn ask(call: Call) -> Result<Response, Failure> {
    office(&call)?;
    Ok(page(&call, None, &Faults::none()))
}

/// `POST /account/check-signature`
pub(in crate::account) async fn check(call: Call, request: Request) -> Result<Response, Failure> {
    let office = office(&call)?;
    let sent = SentForm::read(request, SIGNED_MOST).await?;
    if sent.values.switching() {
        return Ok(page(&call, None, &Faults::none()));
    }
    let document = match document_of(&call, &sent) {
        Ok(document) => document,
        Err(faults) => return Ok(page(&call, None, &faults)),
    };
    let (ledger, now) = (call.service.ledger().clone(), call.now());
    let judged = blocking(move || -> Result<_, RunError<StoreError>> {
        let mut trouble = None;
        let judged = judge_pdf(&document, &office.trust, now, |serial| {
            let serial = serial.to_vec();
            ledger.read("resident.certificate_state", move |tx| signing::state(tx, &serial)).unwrap_or_else(|error| {
                trouble = Some(error);
                State::Unknown
            })
        });
        trouble.map_or(Ok(judged), Err)
    });
    let judged = judged.await?;
    Ok(page(&call, Some(&judged), &Faults::none()))
}

fn page(call: &Call, judged: Option<&Result<Verdict, Unsound>>, faults: &Faults) -> Response {
    let title = call.say("check-document-title");
    let mut body = call.body(&title, faults);
    match judged {
        None => drop(body.lead(call.say("check-lead"))),
        Some(Ok(verdict)) => good(call, &mut body, verdict),
        Some(Err(unsound)) => bad(call, &mut body, unsound),
    }
    let file = FileInput {
        hint: Some(call.say("check-hint")),
        error: faults.of_field("document"),
        ..FileInput::new("document", call.say("check-file"), FileKind::Pdf)
    };
    let form = call.form(PATH).with_file().part(&file);
    body.part(&form.part(&Button::new(call.say("check-button")))).note(call.say("check-kept"));
    call.show_form(Page::new(title, body.markup()), faults)
}

fn good(call: &Call, body: &mut Body, verdict: &Verdict) {
    let said = Markup::text(&call.say("check-good"));
    body.part(&Notification { body: said, success: true, ..Notification::default() });
    let (when, at) = match verdict.time {
        SignedAt::Stamped(at) => ("check-stamped", at),
        SignedAt::NotBefore(at) => ("check-not-before", at),
    };
    let statement = &verdict.statement;
    body.part(&SummaryList::new(vec![
        SummaryRow::new(call.say("signing-name"), verdict.name.as_str()),
        SummaryRow::new(call.say("signing-made"), call.t.with(when, [("time", call.at(at))])),
        SummaryRow::new(call.say("signing-asked-by"), statement.service.as_str()),
        SummaryRow::new(call.say("check-whole"), call.say("check-whole-yes")),
        SummaryRow::new(call.say("check-act"), call.t.with("check-act-yes", [("pages", statement.pages.len().to_string())])),
        SummaryRow::new(call.say("signing-document-digest"), grouped(&statement.document)),
    ]));
    if let Some((at, _)) = verdict.revoked_since {
        body.part(&Warning(call.t.with("check-revoked-since", [("time", call.at(at))])));
    }
    let lines = Markup::text(&statement.text());
    let lines = Markup::trusted(format!("<pre tabindex=\"0\" lang=\"en\">{}</pre>", lines.as_str()));
    body.part(&Details { summary: call.say("check-statement"), body: lines, open: false });
}

fn bad(call: &Call, body: &mut Body, unsound: &Unsound) {
    body.part(&Warning(call.say("check-bad")));
    let why = match unsound {
        Unsound::Pdf(PdfError::Unsigned) => "check-unsigned",
        Unsound::Pdf(PdfError::Uncovered) => "check-uncovered",
        Unsound::Pdf(PdfError::Several) => "check-several",
        Unsound::Pdf(_) | Unsound::Form(_) => "check-unreadable",
        Unsound::Altered => "check-altered",
        Unsound::Untrusted | Unsound::Unknown => "check-untrusted",
        Unsound::Timestamp => "check-timestamp",
        Unsound::Act(_) | Unsound::OtherAct | Unsound::OtherBinding | Unsound::OtherSite => "check-other-act",
        Unsound::Revoked(..) => "check-revoked",
    };
    body.p(call.say(why));
}
