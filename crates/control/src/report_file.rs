use desk::{Answer, Desk, file, missing};
use drill::{Exercise, after_action_html, after_action_pdf, sign_export};
use kernel::{Kind, Language};
use webkit::Failure;

use crate::report_occasion::occasion;
use crate::report_page::readable;
use crate::visit::Visit;

/// The after-action report: `en.html`, `zh-hant.pdf` and so on.
pub(crate) fn show(desk: &Desk) -> Answer {
    let visit = readable(desk)?;
    let (language, form) = desk.param("file").split_once('.').ok_or_else(missing)?;
    let language = Language::from_slug(language).ok_or_else(missing)?;
    let (exercise, occasion) = (entries(&visit)?, occasion(&visit)?);
    let name = format!("after-action-report-{}.{form}", language.slug());
    match form {
        "html" => Ok(file(after_action_html(&exercise, &occasion, language).into_bytes(), "text/html; charset=utf-8", &name)),
        "pdf" => {
            let font = desk.state.letter_font.as_ref().ok_or_else(|| Failure::of(Kind::Busy).because("no font for letters"))?;
            Ok(file(after_action_pdf(&exercise, &occasion, language, font)?, "application/pdf", &name))
        }
        _ => Err(missing()),
    }
}

/// Entries and figures under the platform's signature, as a file that `docs/drill-check.py` checks.
pub(crate) fn export(desk: &Desk) -> Answer {
    let (visit, grant) = Visit::held(desk)?;
    let exercise = entries(&visit)?;
    let signed = sign_export(desk.platform().ledger(), grant.actor(), visit.record.id, &exercise)?;
    let name = format!("exercise-{}.json", visit.record.id);
    Ok(file(signed.to_json().to_string().into_bytes(), "application/json", &name))
}

/// The exercise as it stands, apart from its room: drawing a report holds nobody up.
fn entries(visit: &Visit<'_>) -> Result<Exercise, Failure> {
    Ok(visit.started()?.read(Exercise::clone)?)
}
