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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::{Command, Output};

    use super::*;
    use crate::after_action::tests::played;

    fn checked(text: &str) -> Output {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let script = root.join("../../docs/drill-check.py");
        Command::new("python3").args([&script, file.path(), &root.join("packs/defacement")]).output().expect("python3 is needed")
    }

    #[test]
    fn an_outside_script_counts_every_figure_again_and_refuses_what_was_spoilt() {
        let exercise = played();
        let whole = serde_json::to_string_pretty(&Export::of(&exercise)).unwrap();
        let out = checked(&whole);
        let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success() && said.contains("equal this count"), "{said}");
        let refused = |text: String| {
            assert_ne!(text, whole, "nothing was spoilt");
            let out = checked(&text);
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
}
