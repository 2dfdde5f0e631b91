use desk::{Answer, Desk, Mistakes, missing};
use people::ReadDashboard;
use serde_json::Value;
use webkit::parts::{Button, Inset, SummaryList, SummaryRow};
use webkit::{Markup, Page};

/// The certificate of erasure of a scheme that has ended.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadDashboard>()?;
    let title = desk.say("certificate-title");
    let mut body = desk.body(&title, &Mistakes::default());
    let Some(text) = &case.listed.certificate else {
        body.part(&Inset(desk.say("certificate-none").into()));
        return Ok(desk.show(Page::new(title, body.markup()).back(desk.scheme_url(&case, ""))));
    };
    body.p(desk.say("certificate-lead"));
    let mut rows = vec![SummaryRow::new(desk.say("scheme"), case.listed.slug.as_str())];
    rows.extend(case.listed.ended.map(|at| SummaryRow::new(desk.say("certificate-ended"), desk.at(at))));
    body.part(&SummaryList::new(rows));
    let note = serde_json::from_str::<Value>(text).ok();
    let note = note.as_ref().and_then(|it| it.get("note")).and_then(Value::as_str).unwrap_or(text);
    body.push(&Markup::trusted(format!("<pre class=\"lr-code\" tabindex=\"0\" lang=\"en\">{}</pre>\n", Markup::text(note))));
    body.part(&Button::link(desk.say("certificate-file"), desk.scheme_url(&case, "/certificate/file")));
    body.note(desk.say("certificate-check"));
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

/// The certificate as a file that `lionrock-verify` reads.
pub(crate) fn file(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadDashboard>()?;
    let text = case.listed.certificate.clone().ok_or_else(missing)?;
    Ok(desk::file(text.into_bytes(), "application/json", &format!("{}-certificate.json", case.listed.slug)))
}
