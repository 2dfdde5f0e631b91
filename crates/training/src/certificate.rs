//! A record that its officer can take along: a signed note with the proof that the journal has it.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use journal::{Actor, Event, JournalError, Ledger, SignedRecord};
use kernel::{Id, Instant, Secret, kinds, to_hex};
use people::{Department, Officer};
use store::{StoreError, Tx};

use crate::{Course, TrainingRecord, course, storage};

/// The format of a signed certificate; docs/formats.md.
pub const CERTIFICATE_FORMAT: &str = "lionrock-training/1";
const TITLE: &str = "lionrock training certificate v1";

/// What a certificate says: of a post; who fills it stays sealed, unless that officer asks for a certificate with the name.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The record.
    pub record: TrainingRecord,
    /// The course, as it is called today.
    pub course: &'static Course,
    /// The officer's post.
    pub officer: Officer,
    /// The department.
    pub department: Department,
}

/// What a certificate says; nothing when there is no such record, or nobody left for it.
pub fn certificate(tx: &mut Tx<'_>, id: Id<kinds::TrainingRecord>) -> Result<Option<Certificate>, StoreError> {
    let Some(record) = storage::record::by_id(tx, id)? else { return Ok(None) };
    let (Some(course), Some(officer)) = (course(&record.course), people::officer(tx, record.officer)?) else { return Ok(None) };
    let Some(department) = people::department(tx, record.department)? else { return Ok(None) };
    Ok(Some(Certificate { record, course, officer, department }))
}

impl Certificate {
    fn note(&self, name: Option<&Secret<String>>, (origin, size, root): (&str, u64, [u8; 32]), issued: Instant) -> String {
        let record = &self.record;
        let mut text = format!("{TITLE}\n");
        let mut line = |key: &str, value: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{key}: {}", value.replace(['\n', '\r'], " "));
        };
        line("origin", origin);
        line("record", &record.id.to_string());
        line("course", &record.course);
        line("title", &self.course.title.en);
        line("edition", &to_hex(&record.digest));
        line("officer", &record.officer.to_string());
        if let Some(name) = name {
            line("name", name.expose());
        }
        line("post", &self.officer.post.en);
        line("department", &self.department.code);
        if let Some(attended) = record.attended {
            line("attended", &attended.to_string());
        }
        line("passed", &format!("{} {} of {}", record.passed, record.score, record.asked));
        line("completed", &record.completed.to_string());
        line("valid until", &record.last_day.to_string());
        line("journal", &format!("{size} {}", STANDARD.encode(root)));
        line("issued", &issued.to_string());
        text
    }
}

/// Signs the certificate of a record; `lionrock-verify certificate` checks it. `name` is the officer's own, opened for the officer who asks
/// for it: it stands in the file alone, and the journal has the file's digest.
pub fn sign_certificate(
    ledger: &Ledger,
    actor: Actor,
    certificate: &Certificate,
    name: Option<&Secret<String>>,
) -> Result<SignedRecord, JournalError> {
    ledger.integrate()?;
    let (size, root) = ledger.size_and_root()?;
    let text = certificate.note(name, (ledger.origin(), size, root), ledger.now());
    let event = Event::new("training.certificate_signed").detail("record", certificate.record.id.to_string());
    ledger.sign_record("training.sign_certificate", actor, event, (CERTIFICATE_FORMAT, &text), size)
}
