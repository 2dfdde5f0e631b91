use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::response::Response;
use openid::Jwk;
use provider::{CodeFault, SKEW_SECS, check_code, public_keys};
use serde_json::{Value, json};
use webkit::parts::{Button, Inset, Part as _, Tag, TextArea, Tone, Warning};
use webkit::{Body, Failure, Markup, Page};

use super::call::Call;
use crate::faults::Faults;

/// Every answer that the page can give. The script shows one of them; without scripts the server does.
const ANSWERS: [(&str, Tone, [&str; 2]); 6] = [
    ("confirmed", Tone::Good, ["inspect-confirmed", "inspect-confirmed-text"]),
    ("active", Tone::Good, ["inspect-active", "inspect-active-text"]),
    ("seen", Tone::Attention, ["inspect-seen", "inspect-seen-text"]),
    ("expired", Tone::Bad, ["inspect-expired", "inspect-expired-text"]),
    ("unknown", Tone::Bad, ["inspect-unknown", "inspect-unknown-text"]),
    ("forged", Tone::Bad, ["inspect-forged", "inspect-forged-text"]),
];
/// A page is good without the network for so long: keys are shown for two days before they sign.
const KEPT_SECS: i64 = 2 * 86_400;
/// Browsers keep it for less, so that what they keep is never too old.
const CACHED: &str = "private, max-age=43200";

/// `GET /inspect`: tells whether a code is good. The keys stand in the page, so it works without the network once it is loaded; the code
/// stands behind the `#` of the address and never reaches the server. Without scripts the server looks.
pub(super) async fn show(mut call: Call) -> Result<Response, Failure> {
    let now = call.now();
    let keys = call.read("resident.code_keys", move |tx| public_keys(tx, now)).await?;
    // The same page for everybody, as browsers keep it.
    call.found = None;
    let asked = call.visitor.query.as_deref().and_then(|query| query.strip_prefix("code=")).map(str::to_owned);
    let title = call.say("inspect-title");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("inspect-lead"));
    if let Some(code) = &asked {
        let code = code.rsplit("%23").next().unwrap_or_default();
        answer(&call, &mut body, says(code, &keys, now));
    }
    script_part(&call, &mut body, &keys);
    body.part(&Inset(call.say("inspect-who").into()));
    let page = Page::new(title, body.markup()).script("inspect.js");
    let mut response = call.show(page);
    if asked.is_none() {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(CACHED));
    }
    Ok(response)
}

/// Which of the answers a code gets.
fn says(code: &str, keys: &Value, now: kernel::Instant) -> &'static str {
    let keys = Jwk::read_set(keys).unwrap_or_default();
    match check_code(code, &keys, now) {
        Ok(says) if says.address_confirmed => "confirmed",
        Ok(_) => "active",
        Err(CodeFault::Expired) => "expired",
        Err(CodeFault::UnknownKey) => "unknown",
        Err(CodeFault::Forged) => "forged",
    }
}

fn answer(call: &Call, body: &mut Body, name: &str) {
    for (_, tone, keys) in ANSWERS.into_iter().filter(|(known, ..)| *known == name) {
        body.push(&words(call, tone, keys));
    }
}

fn words(call: &Call, tone: Tone, [title, text]: [&str; 2]) -> Markup {
    let mut html = Markup::trusted("<h2 class=\"govuk-heading-l\">".to_owned());
    html.push(&Tag::new(call.say(title), tone).html(call.language()));
    html.push(&Markup::trusted(format!("</h2>\n<p>{}</p>\n", Markup::text(&call.say(text)))));
    html
}

/// What the script needs: the keys, the answers, and the field.
fn script_part(call: &Call, body: &mut Body, keys: &Value) {
    let all = keys.get("keys").and_then(Value::as_array).into_iter().flatten();
    let ours = all.filter(|key| key.get("crv").is_some_and(|curve| curve == "P-256"));
    let ours: Vec<Value> = ours.map(|key| json!({ "x": key.get("x"), "y": key.get("y"), "kid": key.get("kid") })).collect();
    let (data, until) = (Markup::text(&json!(ours).to_string()), call.now().millis() / 1000 + KEPT_SECS);
    body.push(&Markup::trusted(format!(
        "<div data-inspect data-keys=\"{data}\" data-until=\"{until}\" data-skew=\"{SKEW_SECS}\">\n<div role=\"status\" aria-live=\"assertive\">\n"
    )));
    for (name, tone, keys) in ANSWERS {
        body.push(&Markup::trusted(format!("<div data-answer=\"{name}\" hidden>\n")));
        body.push(&words(call, tone, keys));
        body.push(&Markup::trusted("</div>\n".to_owned()));
    }
    body.push(&Markup::trusted("<div data-answer=\"old\" hidden>\n".to_owned()));
    body.part(&Warning(call.say("inspect-old")));
    body.push(&Markup::trusted(format!("</div>\n</div>\n<form method=\"get\" action=\"{}\" novalidate>\n", call.url("/inspect"))));
    let field = TextArea {
        hint: Some(call.say("inspect-hint")),
        rows: 4,
        ..TextArea::new("code", call.say("inspect-code"))
    };
    body.part(&field).part(&Button::new(call.say("inspect-check")));
    body.push(&Markup::trusted("</form>\n</div>\n".to_owned()));
}
