//! `lionrock drill`: exercises that others wrote become packs, from the command line.

use std::path::Path;
use std::process::{Command, Output};

use crate::city::LIONROCK;

fn drill(args: &[&Path]) -> Output {
    Command::new(LIONROCK).arg("drill").args(args).output().unwrap()
}

#[test]
fn both_shared_sheets_and_the_tabletop_are_imported_without_a_hand_and_what_is_left_is_listed() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drill/tests/fixtures");
    let folder = tempfile::tempdir().unwrap();
    for (file, counts) in [
        ("openaev-msel/test_file_1.xlsx", "3 injects, 2 questions, 720h"),
        ("openaev-msel/test_file_2.xlsx", "4 injects, 3 questions, 1h10m"),
        ("tabletop/scenario-3-vendor-breach.md", "5 injects, 5 questions, 1h30m"),
    ] {
        let pack = folder.path().join(file.replace('/', "-"));
        let out = drill(&[Path::new("import"), &fixtures.join(file), Path::new("--to"), &pack]);
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success() && said.contains(counts) && said.contains("to do: "), "{file}: {out:?}");
        let again = drill(&[Path::new("check"), &pack]);
        assert_eq!(String::from_utf8_lossy(&again.stdout), said, "the list stays until somebody has seen to it");
        let over = drill(&[Path::new("import"), &fixtures.join(file), Path::new("--to"), &pack]);
        assert!(!over.status.success(), "nothing is written over");
    }
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drill/packs/defacement");
    let out = drill(&[Path::new("check"), &shipped]);
    assert!(String::from_utf8_lossy(&out.stdout).contains("nothing is left to do"), "{out:?}");
    assert!(!drill(&[Path::new("check"), folder.path()]).status.success());
}
