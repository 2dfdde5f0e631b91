use kernel::{Id, kinds};
use people::ReadDashboard;
use serde_json::Value;
use webkit::parts::{Button, Inset};
use webkit::{Failure, Markup, Page};

use crate::desk::{self, Answer, Case, Desk, missing};
use crate::mistakes::Mistakes;

/// The certificate of one erasure.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadDashboard>()?;
    let id: Id<kinds::Erasure> = desk.id("erasure")?;
    let title = desk.say("certificate-title");
    let mut body = desk.body(&title, &Mistakes::default());
    let back = desk.scheme_url(&case, "");
    let Some(file) = certificate(desk, &case, id)? else {
        body.part(&Inset(desk.say("erasure-no-certificate").into()));
        return Ok(desk.show(Page::new(title, body.markup()).back(back)));
    };
    body.p(desk.say("erasure-lead"));
    let note = file.get("note").and_then(Value::as_str).unwrap_or_default();
    body.push(&Markup::trusted(format!("<pre class=\"lr-code\" tabindex=\"0\" lang=\"en\">{}</pre>\n", Markup::text(note))));
    body.part(&Button::link(desk.say("certificate-file"), desk.scheme_url(&case, &format!("/erasures/{id}/file"))));
    body.note(desk.say("certificate-check"));
    Ok(desk.show(Page::new(title, body.markup()).wide().back(back)))
}

/// The certificate as a file that `lionrock-verify` reads.
pub(crate) fn file(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadDashboard>()?;
    let id = desk.id("erasure")?;
    let file = certificate(desk, &case, id)?.ok_or_else(missing)?;
    Ok(desk::file(file.to_string().into_bytes(), "application/json", &format!("{}-{id}.json", case.listed.slug)))
}

/// The certificate, if it is of this scheme: the event in it names the service.
fn certificate(desk: &Desk, case: &Case, id: Id<kinds::Erasure>) -> Result<Option<Value>, Failure> {
    let kept = flows::kept_certificate(desk.platform(), id)?;
    let service = case.listed.service.to_string();
    let is_own = |file: &Value| {
        let event = file.get("event").and_then(Value::as_str).and_then(|event| serde_json::from_str::<Value>(event).ok());
        event.is_some_and(|event| event.pointer("/details/service").and_then(Value::as_str) == Some(service.as_str()))
    };
    Ok(kept.filter(is_own))
}
