//! A document that waits: its pictures, what is agreed to, and the passkey.

use axum::body::Body as Bytes;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use flows::{read_signing, sign_document, signing_options, waiting_document};
use identity::Resident;
use kernel::{Id, Kind, Secret, kinds};
use serde_json::{Value, json};
use signing::{Form, Part, Request, Statement};
use webkit::parts::{Button, ButtonStyle, Panel, SummaryList, SummaryRow, Warning};
use webkit::{Body, Failure, Json, Markup, Page, Values};

use super::super::call::{Call, answer_of};
use super::asked::Brought;
use super::{PATH, grouped, office};
use crate::blocking::blocking;
use crate::faults::Faults;

type RequestId = Id<kinds::SigningRequest>;

/// `GET /account/signing/{request}`: whoever was sent here by a service signs in first and comes back.
pub(in crate::account) async fn show(call: Call, Path(id): Path<String>) -> Result<Response, Failure> {
    let id = parse(&id)?;
    let Some(found) = call.found else { return Ok(call.go(&format!("/account/sign-in?next={PATH}/{id}"))) };
    let brought = Brought::find(&call, &found.who, id).await?;
    let request = match (request(&call, &found.who, id).await, &brought) {
        (Ok(request), _) => request,
        (Err(_), Some(brought)) => return Ok(brought.over(&call)),
        (Err(error), None) => return Err(error),
    };
    if request.made.is_some() {
        return done(&call, &found.who, &request, brought.as_ref()).await;
    }
    let ledger = call.service.ledger().clone();
    let waiting = blocking(move || waiting_document(&ledger, &found.who, id)).await?;
    let statement = Statement::parse(&waiting.statement).ok_or_else(|| Failure::of(Kind::Broken))?;
    let title = match &brought {
        Some(brought) => call.t.with("signing-asked-look", [("service", brought.name(&call))]),
        None => call.say("signing-look-title"),
    };
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("signing-look-lead"));
    let who = match &brought {
        Some(brought) => {
            brought.say_who(&call, &mut body);
            brought.rows(&call, &waiting.title)
        }
        None => vec![SummaryRow::new(call.say("signing-asked-by"), statement.service.as_str())],
    };
    pictures(&call, &mut body, &request);
    facts(&call, &mut body, (&waiting.name, &statement), who);
    agree(&call, &mut body, id, brought.is_some());
    Ok(call.show(Page::new(title, body.markup()).script("passkey.js").back(call.url(PATH))))
}

fn pictures(call: &Call, body: &mut Body, request: &Request) {
    for page in 1..=request.pages {
        let words = call.t.with("signing-page", [("page", page.to_string()), ("pages", request.pages.to_string())]);
        let address = call.url(&format!("{PATH}/{}/page/{page}", request.id));
        let (words, address) = (Markup::text(&words), Markup::text(&address));
        body.push(&Markup::trusted(format!(
            "<figure class=\"lr-sheet\"><a href=\"{address}\"><img src=\"{address}\" alt=\"{words}\"></a><figcaption class=\"govuk-hint\">{words}</figcaption></figure>",
            address = address.as_str(),
            words = words.as_str(),
        )));
    }
}

fn facts(call: &Call, body: &mut Body, (name, statement): (&str, &Statement), who: Vec<SummaryRow>) {
    let mut rows = who;
    rows.extend([
        SummaryRow::new(call.say("signing-name"), name),
        SummaryRow::new(call.say("signing-form"), call.say(&format!("signing-form-{}", statement.form.name()))),
        SummaryRow::new(call.say("signing-document-digest"), grouped(&statement.document)),
        SummaryRow::new(
            call.say("signing-drawn-by"),
            call.t.with("signing-drawn", [("program", statement.renderer.clone()), ("dots", statement.resolution.to_string())]),
        ),
    ]);
    body.h2(call.say("signing-agree-title")).part(&SummaryList::new(rows));
    body.p(call.say("signing-agree-lead"));
}

fn agree(call: &Call, body: &mut Body, id: RequestId, of_service: bool) {
    body.part(&Warning(call.say("signing-binding")));
    let own = format!("{PATH}/{id}");
    let form = call.form(&own).signs_in_by_passkey(call.url(&format!("{own}/options")), call.url(&format!("{own}/finish")));
    body.part(&form.part(&Button::new(call.say("signing-sign"))));
    let withdraw = call.form(&format!("{own}/withdraw")).id("withdraw");
    let words = if of_service { "signing-refuse" } else { "signing-withdraw" };
    body.part(&withdraw.part(&Button::new(call.say(words)).style(ButtonStyle::Secondary)));
}

async fn done(call: &Call, who: &Resident, request: &Request, brought: Option<&Brought>) -> Result<Response, Failure> {
    let title = call.say("signing-done-title");
    let mut body = Body::new(call.language());
    body.part(&Panel { title: title.clone(), ..Panel::default() });
    if let Some(brought) = brought {
        brought.way_back(call, who, &mut body).await?;
    }
    let signed = call.url(&format!("{PATH}/{}/signed", request.id));
    let style = if brought.is_some() { ButtonStyle::Secondary } else { ButtonStyle::Main };
    body.part(&Button::link(call.say("signing-fetch"), signed).style(style));
    let until = call.at(request.expires);
    body.p(call.t.with("signing-fetch-until", [("time", until)]));
    body.p(call.say("signing-done-next")).link(call.say("signing-back"), call.url(PATH));
    Ok(call.show(Page::new(title, body.markup())))
}

/// `GET /account/signing/{request}/page/{page}`: the very bytes whose digest is agreed to.
pub(in crate::account) async fn page(call: Call, Path((id, page)): Path<(String, u8)>) -> Result<Response, Failure> {
    if page == 0 || page == u8::MAX {
        return Err(Failure::of(Kind::Missing));
    }
    file(call, &id, Part::Page(page), ("image/png", None)).await
}

/// `GET /account/signing/{request}/signed`
pub(in crate::account) async fn signed(call: Call, Path(id): Path<String>) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let form = request(&call, &found.who, parse(&id)?).await?.form;
    let kind = match form {
        Form::Pdf => ("application/pdf", Some("attachment; filename=\"signed.pdf\"")),
        Form::Detached => ("application/pkcs7-signature", Some("attachment; filename=\"signature.p7s\"")),
    };
    file(call, &id, Part::Signed, kind).await
}

async fn file(call: Call, id: &str, part: Part, (kind, saved): (&'static str, Option<&'static str>)) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let (ledger, id) = (call.service.ledger().clone(), parse(id)?);
    let bytes = blocking(move || read_signing(&ledger, &found.who, id, part)).await?;
    let mut response = Response::new(Bytes::from(Secret::into_exposed(bytes)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(saved) = saved {
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(saved));
    }
    Ok(response)
}

/// `POST /account/signing/{request}/options`
pub(in crate::account) async fn options(call: Call, Path(id): Path<String>, Json(json): Json<Value>) -> Result<Response, Failure> {
    call.check_script_token(&json)?;
    let (who, office, id) = (resident(&call)?, office(&call)?, parse(&id)?);
    let ledger = call.service.ledger().clone();
    let options = blocking(move || signing_options(&ledger, &office, &who, id)).await?;
    Ok(Json(options).into_response())
}

/// `POST /account/signing/{request}/finish`: the passkey's answer is a signature over everything that was shown, so it needs no token.
pub(in crate::account) async fn finish(call: Call, Path(id): Path<String>, Json(json): Json<Value>) -> Result<Response, Failure> {
    let (who, office, id) = (resident(&call)?, office(&call)?, parse(&id)?);
    let ledger = call.service.ledger().clone();
    let (_, answer) = answer_of(json);
    blocking(move || sign_document(&ledger, &office, &who, (id, &answer))).await?;
    Ok(Json(json!({ "next": call.url(&format!("{PATH}/{id}")) })).into_response())
}

/// `POST /account/signing/{request}/withdraw`: a service that brought the document hears that the resident said no.
pub(in crate::account) async fn withdraw(call: Call, Path(id): Path<String>, _: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let (id, account) = (parse(&id)?, found.who.account());
    let brought = Brought::find(&call, &found.who, id).await?;
    let back = match &brought {
        Some(brought) => brought.back(&call, &found.who, Some("access_denied")).await?,
        None => None,
    };
    call.act("resident.withdraw_document", move |work| signing::withdraw_request(work, id, account)).await??;
    brought.map_or_else(|| Ok(call.go(PATH)), |brought| brought.refused(&call, back))
}

fn resident(call: &Call) -> Result<Resident, Failure> {
    call.found.map(|found| found.who).ok_or_else(|| Failure::of(Kind::Denied))
}

async fn request(call: &Call, who: &Resident, id: RequestId) -> Result<Request, Failure> {
    let (account, now) = (who.account(), call.now());
    let look = move |tx: &mut store::Tx<'_>| signing::find_request(tx, id, account, now);
    call.read("resident.signing_request", look).await?.ok_or_else(|| Failure::of(Kind::Missing))
}

fn parse(id: &str) -> Result<RequestId, Failure> {
    id.parse().map_err(|_| Failure::of(Kind::Missing))
}
