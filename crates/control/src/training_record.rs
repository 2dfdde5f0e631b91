use desk::{Answer, Desk, Mistakes, actor_of, code, file, missing};
use kernel::{Id, kinds, to_hex};
use training::{Certificate, certificate, sign_certificate};
use webkit::parts::{SummaryList, SummaryRow};
use webkit::{Failure, Page};

use crate::training_told::{count, date};

/// One's own record; another's does not exist.
fn find(desk: &Desk) -> Result<Certificate, Failure> {
    let (officer, id): (_, Id<kinds::TrainingRecord>) = (desk.who()?.officer(), desk.id("record")?);
    let found = desk.platform().ledger().read("control.certificate", |tx| certificate(tx, id))?;
    found.filter(|found| found.record.officer == officer).ok_or_else(missing)
}

/// The certificate as a page that prints, with the signed file.
pub(crate) fn show(desk: &Desk) -> Answer {
    let found = find(desk)?;
    let record = &found.record;
    let title = desk.say("training-certificate");
    let mut body = desk.body(&title, &Mistakes::default());
    body.lead(desk.text(&found.course.title));
    let mut rows = vec![
        SummaryRow::new(desk.say("training-post"), desk.text(&found.officer.post)),
        SummaryRow::new(desk.say("training-department"), desk.text(&found.department.name)),
    ];
    if let Some(attended) = record.attended {
        rows.push(SummaryRow::new(desk.say("training-attended"), desk.at(attended)));
    }
    let score = desk.tell("training-score-of", [("score", count(record.score)), ("asked", count(record.asked))]);
    rows.extend([
        SummaryRow::new(desk.say("training-passed"), format!("{} · {score}", desk.at(record.passed))),
        SummaryRow::new(desk.say("training-completed"), date(desk, record.completed.day())),
        SummaryRow::new(desk.say("training-until"), date(desk, record.last_day)),
        SummaryRow::new(desk.say("training-edition"), code(&to_hex(&record.digest))),
        SummaryRow::new(desk.say("training-number"), code(&record.id.to_string())),
    ]);
    body.part(&SummaryList::new(rows)).p(desk.say("training-certificate-lead"));
    body.link(desk.say("training-certificate-file"), desk.url(&format!("/staff/training/records/{}/certificate", record.id)));
    Ok(desk.show(Page::new(title, body.markup()).back(desk.url("/staff/training"))))
}

/// The signed certificate, which `lionrock-verify certificate` checks.
pub(crate) fn signed(desk: &Desk) -> Answer {
    let found = find(desk)?;
    let signed = sign_certificate(desk.platform().ledger(), actor_of(desk.who()?), &found)?;
    let name = format!("training-{}.json", found.record.id);
    Ok(file(signed.to_json().to_string().into_bytes(), "application/json", &name))
}
