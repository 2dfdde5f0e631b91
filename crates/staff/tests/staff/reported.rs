//! What came of an exercise: the report, notes of the hot wash, lessons.

use std::path::Path;
use std::process::Command;

use flows::DrillAct;
use journal::verifier_key;
use people::Role;

use crate::played::{EVALUATOR, MATE, PLAYER, RIVAL, STRANGER, Theatre};
use crate::stage::Stage;

const HOST: (usize, Role) = (0, Role::ExerciseController);

#[test]
fn the_report_is_there_at_once_in_three_languages_for_those_who_may_read_it() {
    let theatre = Theatre::begun(Stage::new());
    let (host, player) = (theatre.client(HOST), theatre.client(PLAYER));
    let report = theatre.at("/report");
    assert!(host.get(&report).text().contains("still running"));
    for whom in [PLAYER, EVALUATOR] {
        assert_eq!(theatre.client(whom).get(&report).status, 404, "{whom:?} before the end");
        assert_eq!(theatre.client(whom).get(&theatre.at("/report/en.html")).status, 404);
    }
    theatre.act(DrillAct::End);
    for (file, expected) in [
        ("en.html", "After-action report: Night ferry"),
        ("zh-hant.html", "演習後檢討報告：夜航"),
        ("zh-hans.html", "演习后检讨报告：夜航"),
        ("en.pdf", "%PDF"),
    ] {
        let reply = player.get(&theatre.at(&format!("/report/{file}")));
        assert_eq!(reply.status, 200, "{file}");
        assert!(reply.text().contains(expected), "{file}");
    }
    for wrong in ["fr.html", "en.doc", "en", "../en.html"] {
        assert_eq!(player.get(&theatre.at(&format!("/report/{wrong}"))).status, 404, "{wrong}");
    }
    assert_eq!(theatre.client(STRANGER).get(&report).status, 404, "somebody without a seat");
    assert!(player.get(&theatre.at("/export.json")).status == 403 && theatre.client(RIVAL).get(&report).status == 200);

    let signed = host.get(&theatre.at("/export.json")).text();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("export.json");
    std::fs::write(&file, &signed).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let key = verifier_key(&**theatre.stage.platform.ledger().signer());
    let script = [root.join("../../docs/drill-check.py"), file, root.join("../drill/packs/defacement")];
    let out = Command::new("python3").args(&script).arg(key).output().expect("python3 is needed");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn a_lesson_has_an_owner_and_a_day_and_is_settled_by_whoever_sees_to_it() {
    let theatre = Theatre::begun(Stage::new());
    let host = theatre.client(HOST);
    theatre.act(DrillAct::End);
    assert_eq!(host.post(&theatre.at("/notes/new"), &[("text", "The list of telephones was old.")]).status, 303);
    assert!(host.post(&theatre.at("/notes/new"), &[("text", " ")]).text().contains("at most 2,000 characters"));
    let form = theatre.at("/lessons/new");
    let page = host.get(&form).text();
    let [own, other] = [0, 1].map(|at| theatre.stage.department(at).to_string());
    assert!(page.contains(&own) && page.contains(&other));
    let (year, month, day) = theatre.stage.platform.now().day().civil();
    let (year, month, day) = (year.to_string(), month.to_string(), day.to_string());
    let typed = |owner: &'static str| vec![("text", "A list of <libraries>"), ("owner", owner)];
    let refused = host.post(&form, &typed("")).text();
    assert!(refused.contains("A list of &#60;libraries&#62;</textarea>"), "nothing typed is lost");
    let whole = [
        ("text", "A list of <libraries>"),
        ("owner", other.as_str()),
        ("due-day", day.as_str()),
        ("due-month", month.as_str()),
        ("due-year", year.as_str()),
    ];
    assert_eq!(host.post(&form, &whole).status, 303);
    let page = host.get(&theatre.at("/report")).text();
    assert!(!page.contains("<libraries>") && page.contains("libraries") && page.contains("The list of telephones was old."), "{page}");
    let report = host.get(&theatre.at("/report/en.html")).text();
    assert!(report.contains("A list of &lt;libraries&gt;") && report.contains("The list of telephones was old."));
    // The next day it is overdue; the department that sees to it says that it is done.
    theatre.stage.clock.advance_secs(86_400);
    let owner = theatre.client((1, Role::ExerciseController));
    let list = owner.get("/en/staff/drills").text();
    assert!(list.contains("Overdue"), "{list}");
    let settle = list.split("action=\"").filter_map(|part| part.split('"').next()).find(|action| action.contains("/lessons/")).unwrap();
    assert_eq!(theatre.client(MATE).post(settle, &[]).status, 403, "a player runs nothing");
    assert_eq!(owner.post(settle, &[]).status, 303);
    assert!(!owner.get("/en/staff/drills").text().contains("Overdue"));
    assert!(theatre.client(RIVAL).get(&theatre.at("/report")).text().contains("Done on"));
}
