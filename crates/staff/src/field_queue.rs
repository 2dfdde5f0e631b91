//! Entries that waited sealed on an officer's phone: sent by the script of the entry page, opened here, and entered exactly as
//! if they had been typed now. Each has its own answer.

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use desk::{Answer, Desk, Mistakes, missing};
use flows::{Service, SubmitError, rules};
use kernel::{Kind, from_hex};
use people::{EnterInField, Grant};
use registration::{
    Channel, EnteredBy, Household, OpenedEntry, QueueFault, QueuedEntry, RegisterError, open_queue, queue_key,
};
use serde_json::{Value, json};
use webkit::{Failure, Json, Values};

use crate::field::{Shown, enter_one, page, person};
use crate::register::of_problems;

/// A key and a stamp of now, and a form token of the session that is now: the page of the script may be older than both.
pub(crate) fn key(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<EnterInField>()?;
    let service = case.live()?;
    let key = queue_key(service.ledger().keys(), &service.scheme(), desk.now())?.ok_or_else(missing)?;
    let answer = json!({
        "token": desk.visitor.form_token(),
        "public": URL_SAFE_NO_PAD.encode(key.public),
        "stamp": key.stamp,
        "about": key.about,
        "until": desk.at(key.until),
        "ends": key.until.millis(),
    });
    Ok(Json(answer).into_response())
}

/// Takes what waited.
pub(crate) fn take(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<EnterInField>()?;
    let service = case.live()?;
    desk.check_script_token()?;
    let sent = desk.json.get("entries").and_then(Value::as_array).ok_or_else(|| Failure::of(Kind::Invalid))?;
    let entries = sent.iter().map(read).collect::<Option<Vec<_>>>().ok_or_else(|| Failure::of(Kind::Invalid))?;
    let opened = open_queue(service.ledger(), &service.scheme(), grant, &entries)?;
    let results = entries.iter().zip(opened).map(|(entry, opened)| {
        let mut result = take_one(desk, service, grant, entry, opened);
        if let Some(fields) = result.as_object_mut() {
            fields.insert("id".to_owned(), Value::from(entry.id.as_str()));
        }
        result
    });
    Ok(Json(json!({ "results": results.collect::<Vec<_>>() })).into_response())
}

/// An entry as the script sends it. What is no entry at all came from no page of ours.
fn read(sent: &Value) -> Option<QueuedEntry> {
    let text = |name: &str| sent.get(name).and_then(Value::as_str);
    let sealed = URL_SAFE_NO_PAD.decode(text("sealed")?).unwrap_or_default();
    Some(QueuedEntry { id: text("id")?.to_owned(), stamp: text("stamp")?.to_owned(), sealed })
}

fn take_one(
    desk: &Desk,
    service: &Arc<Service>,
    grant: Grant<EnterInField>,
    entry: &QueuedEntry,
    opened: Result<OpenedEntry, QueueFault>,
) -> Value {
    let refused = |why: &str, mend: bool| json!({ "state": "refused", "why": why, "mend": mend });
    let opened = match opened {
        Ok(opened) => opened,
        Err(QueueFault::TooOld) => return refused("old", false),
        Err(QueueFault::Unreadable) => return refused("unreadable", false),
    };
    let officer = EnteredBy::FieldLater { grant, page: opened.page, claimed: opened.claimed };
    match enter_one(desk, service, &Values::from_pairs(opened.form), &entry.id, officer) {
        Ok(done) => json!({ "state": "kept", "reference": done.received.reference.to_string() }),
        Err(SubmitError::Fields(_)) => refused("fields", true),
        Err(SubmitError::Register(RegisterError::Idempotency)) => refused("unreadable", false),
        Err(SubmitError::Register(RegisterError::NotOpen(_))) => refused("closed", true),
        Err(SubmitError::Register(RegisterError::Statement)) => refused("statement", true),
        // A fault of ours, or too much to do: it waits on and is sent again.
        Err(error) => {
            tracing::warn!(%error, "an entry that waited is to be sent again");
            json!({ "state": "later" })
        }
    }
}

const fn sentence(fault: QueueFault) -> &'static str {
    match fault {
        QueueFault::TooOld => "queue-old",
        QueueFault::Unreadable => "queue-unreadable",
    }
}

/// Shows a refused entry, as only this side can, with what is wrong. Nothing is entered until the officer sends it.
pub(crate) fn mend(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<EnterInField>()?;
    let service = case.live()?;
    let scheme = service.scheme();
    let Some(operation) = scheme.operation().filter(|_| desk.values.has("entry")) else {
        return page(desk, &case, &Shown::again(desk, Mistakes::default()));
    };
    let sent: Option<Value> = serde_json::from_str(desk.values.get("entry")).ok();
    let entry = sent.as_ref().and_then(read).ok_or_else(|| Failure::of(Kind::Invalid))?;
    let id = entry.id.clone();
    let opened = match open_queue(service.ledger(), &scheme, grant, &[entry])?.pop() {
        Some(Ok(opened)) => opened,
        Some(Err(fault)) => {
            let mistakes = Mistakes::one("form", desk.say(sentence(fault)));
            return page(desk, &case, &Shown { mistakes, ..Shown::default() });
        }
        None => return Err(missing()),
    };
    let mut values = Values::from_pairs(opened.form);
    values.set("key", id);
    let parsed = Household::parse(&person(&values, operation), &rules(desk.platform(), service, Channel::Field));
    let shown = from_hex(values.get("version")).unwrap_or_default();
    let mistakes = match parsed {
        Err(problems) => of_problems(desk, &problems),
        Ok(_) if shown != scheme.digest() => Mistakes::one("form", desk.say("register-other-statement")),
        Ok(_) => Mistakes::default(),
    };
    page(desk, &case, &Shown { values, mistakes, again: true, entered: None })
}

/// The script that lets the entry page be loaded again without a network. It has that page in its care and nothing else.
pub(crate) fn worker(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<EnterInField>()?;
    let script = webkit::asset_bytes("field-worker.js").ok_or_else(missing)?;
    let mut response: Response = script.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    let scope = HeaderValue::from_str(&desk.scheme_url(&case, "/field")).map_err(|_| missing())?;
    headers.insert(HeaderName::from_static("service-worker-allowed"), scope);
    Ok(response)
}
