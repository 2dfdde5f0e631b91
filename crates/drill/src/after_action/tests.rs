use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use kernel::Instant;

use super::*;
use crate::{Answer, Citation, Name, Team, shipped};

const T0: Instant = Instant::from_millis(1_679_450_400_000);
/// Debian's package fonts-noto-cjk.
const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// Two teams; one answers in full, the other wrongly; evaluators disagree; a jump makes injects late.
pub(crate) fn played() -> Exercise {
    let pack = Arc::new(shipped("defacement").unwrap().unwrap());
    let team = |name: &str| Team { name: name.to_owned(), in_room: 2, remote: 1 };
    let mut exercise = Exercise::start(pack, vec![team("Transport <T>"), team("漁護署")], T0).unwrap();
    exercise.send_due(T0.plus_secs(300));
    let line = |text: &str| Citation::try_from(text.to_owned()).unwrap();
    let right = Answer::new(["ubuntu5".to_owned()], [line("processes:6"), line("processes:8"), line("connections:1")]);
    exercise.answer(T0.plus_secs(600), (0, 1), &name("host"), right).unwrap();
    exercise.answer(T0.plus_secs(900), (1, 2), &name("host"), Answer::new(["{possible} <script>alert(1)</script> 🛟".to_owned()], [])).unwrap();
    exercise.send_due(T0.plus_secs(1_500));
    exercise.answer(T0.plus_secs(1_600), (0, 0), &name("words"), Answer::new(["We are looking into it.".to_owned()], [])).unwrap();
    exercise.jump(T0.plus_secs(1_700), "2h".parse().unwrap()).unwrap();
    exercise.send_due(T0.plus_secs(1_700));
    exercise.freeze(T0.plus_secs(1_800)).unwrap();
    exercise.end(T0.plus_secs(1_900)).unwrap();
    exercise.mark(T0.plus_secs(2_000), 0, 0, &name("words"), 18).unwrap();
    exercise.mark(T0.plus_secs(2_001), 1, 0, &name("words"), 15).unwrap();
    exercise
}

fn occasion() -> Occasion {
    let day = |date| Day::from_civil(2023, 4, date).unwrap();
    let lesson = |text: &str, due, done| OccasionLesson {
        text: text.to_owned(),
        owner: Text::new("Transport Department", "運輸署", "运输署"),
        due: day(due),
        done,
        from: None,
    };
    Occasion {
        title: Text::new("Drill 2023", "2023 年演習", "2023 年演习"),
        host: Text::new("Digital Policy Office", "數字政策辦公室", "数字政策办公室"),
        co_hosts: vec![Text::new("Police", "警務處", "警务处")],
        teams: Vec::new(),
        day: day(10),
        notes: vec!["The telephone list was old.".to_owned()],
        lessons: vec![lesson("A list of libraries", 9, None), lesson("New telephone list", 20, Some(day(8)))],
        carried: vec![OccasionLesson { from: Some(Text::new("Drill 2022", "2022 年演習", "2022 年演习")), ..lesson("Practise restore", 30, None) }],
    }
}

fn targets<'h>(html: &'h str, mark: &str) -> Vec<&'h str> {
    html.split(mark).skip(1).filter_map(|part| part.split('"').next()).collect()
}

#[test]
fn every_figure_leads_to_its_entries_in_three_languages() {
    let exercise = played();
    for (language, expected) in [
        (Language::En, ["After-action report: Drill 2023", "Strengths and gaps", "overdue", "done 8 April 2023", "Drill 2022"]),
        (Language::ZhHant, ["演習後檢討報告：2023 年演習", "做得好的地方及有待改善之處", "已逾期", "已完成（2023年4月8日）", "2022 年演習"]),
        (Language::ZhHans, ["演习后检讨报告：2023 年演习", "做得好的地方及有待改善之处", "已逾期", "已完成（2023年4月8日）", "2022 年演习"]),
    ] {
        let html = after_action_html(&exercise, &occasion(), language);
        for words in expected {
            assert!(html.contains(words), "{words}");
        }
        let places = targets(&html, " id=\"");
        let known: BTreeSet<&str> = places.iter().copied().collect();
        assert_eq!(known.len(), places.len(), "each place once");
        let links = targets(&html, "href=\"#");
        assert!(links.iter().all(|link| known.contains(link)), "every link leads somewhere");
        assert!(exercise.entries().iter().all(|entry| known.contains(format!("e{}", entry.number).as_str())), "every entry is there");
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;") && html.contains("Transport &lt;T&gt;"), "what was typed is text");
        assert_eq!(html, after_action_html(&played(), &occasion(), language), "byte for byte");
    }
    let figures = Report::of(&exercise);
    let html = after_action_html(&exercise, &occasion(), Language::En);
    let row = |title: &str| html.split("<tr").find(|row| row.contains(title) && !row.contains("href=\"#e")).unwrap().to_owned();
    assert!(row("Injects that came late").contains(&format!(">{}</a>", figures.late.count)) && figures.late.count > 0);
    assert!(row("1. Which machine was broken into?").contains(">2</a></td><td><a") , "two answered");
    assert!(row("What do you say to the reporter?").contains("by evaluators") && html.contains(">3</a>"), "three points apart");
}

#[test]
fn a_team_that_is_a_known_department_has_its_name_in_the_readers_language_everywhere() {
    let teams = vec![Text::new("Transport <T>", "運輸署", "运输署"), Text::new("漁護署", "漁護署", "渔护署")];
    let named = Occasion { teams, ..occasion() };
    for (language, expected, never) in [(Language::ZhHant, "運輸署", "Transport"), (Language::ZhHans, "渔护署", "漁護署")] {
        let html = after_action_html(&played(), &named, language);
        assert!(html.matches(expected).count() > 10 && !html.contains(never), "{html}");
    }
    assert_eq!(after_action_html(&played(), &named, Language::En), after_action_html(&played(), &occasion(), Language::En));
}

#[test]
fn the_sheets_say_the_same_as_the_page() {
    let font = LetterFont::open(Path::new(FONT)).unwrap();
    for (language, expected) in [(Language::En, "was put forward to 2:00:00"), (Language::ZhHant, "漁護署"), (Language::ZhHans, "时钟拨前至")] {
        let pdf = after_action_pdf(&played(), &occasion(), language, &font).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &pdf).unwrap();
        let out = Command::new("pdftotext").args(["-layout".as_ref(), file.path().as_os_str(), "-".as_ref()]).output().expect("poppler-utils is needed");
        let text = String::from_utf8(out.stdout).unwrap();
        assert!(text.contains(expected), "{text}");
        assert!(text.contains(played().entries().last().unwrap().chain.get(..40).unwrap()), "the digest stands in it");
        assert_eq!(pdf, after_action_pdf(&played(), &occasion(), language, &font).unwrap());
    }
}
