use journal::{Actor, Event, JournalError, Ledger, SignedRecord};
use kernel::{Id, kinds};
use serde::Serialize;

use crate::entry::Entry;
use crate::exercise::Exercise;
use crate::report::Report;

/// The format of an exercise's export; docs/formats.md.
pub const EXPORT_FORMAT: &str = "lionrock-drill-report/1";

/// An exercise for those who count again: its entries and the figures that follow from them. `docs/drill-check.py` reads it with the pack,
/// without this program. The fields of entries stand in the order in which they were chained, so it is written as it is and never through
/// a map that sorts them.
#[derive(Clone, Debug, Serialize)]
pub struct Export<'e> {
    format: &'static str,
    report: Report,
    entries: &'e [Entry],
}

impl<'e> Export<'e> {
    /// Of an exercise as it stands.
    pub fn of(exercise: &'e Exercise) -> Self {
        Self { format: EXPORT_FORMAT, report: Report::of(exercise), entries: exercise.entries() }
    }
}

/// The export as a signed record that the journal knows of; `docs/drill-check.py` checks it without this program.
pub fn sign_export(
    ledger: &Ledger,
    actor: Actor,
    drill: Id<kinds::Drill>,
    exercise: &Exercise,
) -> Result<SignedRecord, JournalError> {
    let json = serde_json::to_string(&Export::of(exercise)).map_err(|error| JournalError::Run(error.to_string()))?;
    let text = format!("{EXPORT_FORMAT}\n{json}\n");
    let event = Event::new("drill.report_signed").detail("drill", drill.to_string());
    ledger.sign_record("drill.sign_export", actor, event, (EXPORT_FORMAT, &text), 0)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::{Command, Output};

    use journal::verifier_key;

    use super::*;
    use crate::after_action::tests::played;
    use crate::rehearsal::City;

    fn checked(text: &str, key: Option<&str>) -> Output {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let (script, pack) = (root.join("../../docs/drill-check.py"), root.join("packs/defacement"));
        Command::new("python3").args([&script, file.path(), &pack]).args(key).output().expect("python3 is needed")
    }

    #[test]
    fn an_outside_script_counts_every_figure_again_and_refuses_what_was_spoilt() {
        let exercise = played();
        let whole = serde_json::to_string_pretty(&Export::of(&exercise)).unwrap();
        let out = checked(&whole, None);
        let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success() && said.contains("equal this count"), "{said}");
        let refused = |text: String| {
            assert_ne!(text, whole, "nothing was spoilt");
            let out = checked(&text, None);
            assert!(!out.status.success());
            String::from_utf8_lossy(&out.stderr).into_owned()
        };
        assert!(refused(whole.replace("ubuntu5", "ubuntu6")).contains("does not follow"));
        assert!(refused(whole.replacen("\"thousandths\": 10000", "\"thousandths\": 10001", 1)).contains("counted anew"));
        assert!(refused(whole.replace("\"rule\": \"late\"", "\"rule\": \"slow\"")).contains("report.findings"));
        let mut cut: serde_json::Value = serde_json::from_str(&whole).unwrap();
        cut["entries"].as_array_mut().unwrap().remove(3);
        assert!(refused(cut.to_string()).starts_with("REFUSED"));
    }

    #[test]
    fn the_signed_export_is_checked_with_the_key_of_the_journal_alone() {
        let (city, exercise) = (City::new(), played());
        let signed = sign_export(&city.ledger, Actor::Job("test"), Id::from_bytes([3; 16]), &exercise).unwrap().to_json().to_string();
        let key = verifier_key(&**city.ledger.signer());
        let out = checked(&signed, Some(&key));
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        assert!(checked(&signed, None).status.success(), "and without the key as far as that goes");
        let spoilt = signed.replace("ubuntu5", "ubuntu6");
        assert!(String::from_utf8_lossy(&checked(&spoilt, Some(&key)).stderr).contains("not signed by"));
    }
}
