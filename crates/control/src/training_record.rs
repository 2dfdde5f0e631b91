use desk::{Answer, Desk, Mistakes, actor_of, code, file, missing};
use kernel::{Fault as _, Id, Kind, Secret, kinds, to_hex};
use people::open_own_contact;
use training::{Certificate, certificate, sign_certificate};
use webkit::parts::{Button, ButtonStyle, SummaryList, SummaryRow};
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
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let found = find(desk)?;
    let record = &found.record;
    let title = desk.say("training-certificate");
    let mut body = desk.body(&title, mistakes);
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
    let url = desk.url(&format!("/staff/training/records/{}/certificate", record.id));
    body.link(desk.say("training-certificate-file"), url.clone());
    body.p(desk.say("training-named-lead"));
    body.part(&desk.form().to(url).id("named").part(&Button::new(desk.say("training-named")).style(ButtonStyle::Secondary)));
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/training")).switch_submits(""), mistakes))
}

/// The signed certificate, which `lionrock-verify certificate` checks.
pub(crate) fn signed(desk: &Desk) -> Answer {
    certificate_file(desk, &find(desk)?, None)
}

/// The same with the officer's own name: an opening of the own details, which the journal notes. Where there is none any more, the page says
/// so, and the certificate of the post is there all the same.
pub(crate) fn signed_with_name(desk: &Desk) -> Answer {
    let (found, who) = (find(desk)?, desk.who()?.clone());
    let ledger = desk.platform().ledger();
    let (sealed, committed) = ledger.write("control.own_name", actor_of(&who), move |work| open_own_contact(work, &who))?;
    match sealed.open(&committed, ledger.keys()) {
        Ok(contact) => certificate_file(desk, &found, Some(contact.name())),
        Err(error) if error.kind() == Kind::Gone => page(desk, &Mistakes::one("named", desk.say("training-named-gone"))),
        Err(error) => Err(error.into()),
    }
}

fn certificate_file(desk: &Desk, found: &Certificate, name: Option<&Secret<String>>) -> Answer {
    let signed = sign_certificate(desk.platform().ledger(), actor_of(desk.who()?), found, name)?;
    let name = format!("training-{}.json", found.record.id);
    Ok(file(signed.to_json().to_string().into_bytes(), "application/json", &name))
}
