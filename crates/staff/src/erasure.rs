use desk::{Answer, Case, Desk, Mistakes, missing};
use flows::Erased;
use kernel::{Id, Kind, kinds};
use people::{OrderErasure, ReadDashboard};
use serde_json::Value;
use webkit::parts::{Button, ButtonStyle, Inset};
use webkit::{Body, Failure, Markup, Page};

/// The certificate of one erasure.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadDashboard>()?;
    page(desk, &case, desk.id("erasure")?, None)
}

/// The certificate of what was erased of one registration a moment ago, with what opens its commitments: this page is the only place
/// where that stands, and the officer hands it to the resident.
pub(crate) fn done(desk: &Desk, case: &Case, erased: &Erased) -> Answer {
    page(desk, case, erased.id, Some(erased))
}

fn page(desk: &Desk, case: &Case, id: Id<kinds::Erasure>, fresh: Option<&Erased>) -> Answer {
    let title = desk.say("certificate-title");
    let mut body = desk.body(&title, &Mistakes::default());
    let back = desk.scheme_url(case, "");
    let Some(file) = certificate(desk, case, id)? else {
        body.part(&Inset(desk.say("erasure-no-certificate").into()));
        return Ok(desk.show(Page::new(title, body.markup()).back(back)));
    };
    body.p(desk.say("erasure-lead"));
    let note = file.get("note").and_then(Value::as_str).unwrap_or_default();
    body.push(&Markup::trusted(format!("<pre class=\"lr-code\" tabindex=\"0\" lang=\"en\">{}</pre>\n", Markup::text(note))));
    body.part(&Button::link(desk.say("certificate-file"), desk.scheme_url(case, &format!("/erasures/{id}/file"))));
    body.note(desk.say("certificate-check"));
    let page = |body: Body| Page::new(title, body.markup()).wide().back(back);
    let Some(erased) = fresh else { return Ok(desk.show(page(body))) };
    body.h2(desk.say("erasure-opening")).p(desk.say("erasure-opening-text"));
    let to = desk.scheme_url(case, &format!("/erasures/{id}/opening"));
    let form = desk.form().id("opening").to(to).hidden("opening", vault::opening_file(&erased.openings).to_string());
    body.part(&form.part(&Button::new(desk.say("erasure-opening-file")).style(ButtonStyle::Secondary)));
    // Showing it once more would need what nobody has any more.
    Ok(desk.show(page(body).without_switch()))
}

/// What opens the commitments of a certificate, as a file: it comes with the form from the page that showed it, goes back as it came,
/// and is kept nowhere.
pub(crate) fn opening(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<OrderErasure>()?;
    let id = desk.id("erasure")?;
    let file = certificate(desk, &case, id)?.ok_or_else(missing)?;
    let opening = flows::opening_file(&file, desk.values.get("opening")).ok_or_else(|| Failure::of(Kind::Invalid))?;
    Ok(desk::file(opening.to_string().into_bytes(), "application/json", &format!("opening-{id}.json")))
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
