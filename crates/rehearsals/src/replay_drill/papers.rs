//! The papers that follow an exercise: the after-action report as page and sheets in three languages, and the entries to count again.

use std::fs;
use std::path::Path;

use drill::{Exercise, Export, Occasion, after_action_html, after_action_pdf};
use installation::config::Config;
use kernel::{Day, Language, Text};
use notify::LetterFont;
use serde::Serialize;
use serde_json::Value;

/// Writes all of them into a folder: `report.{en,zh-Hant,zh-Hans}.{html,pdf}` and `report.json`.
pub(super) fn write(folder: &Path, exercise: &Exercise, findings: &Value) -> Result<(), Box<dyn std::error::Error>> {
    fs::create_dir_all(folder)?;
    let font = LetterFont::open(&Config::default().letter_font)?;
    let day = exercise.entries().last().ok_or("nothing happened")?.at.day();
    let occasion = occasion(day);
    for (language, tag) in [(Language::En, "en"), (Language::ZhHant, "zh-Hant"), (Language::ZhHans, "zh-Hans")] {
        fs::write(folder.join(format!("report.{tag}.html")), after_action_html(exercise, &occasion, language))?;
        fs::write(folder.join(format!("report.{tag}.pdf")), after_action_pdf(exercise, &occasion, language, &font)?)?;
    }
    let all = Papers { export: Export::of(exercise), findings };
    fs::write(folder.join("report.json"), serde_json::to_string_pretty(&all)?)?;
    Ok(())
}

/// What can be counted again, and what this replay found.
#[derive(Serialize)]
struct Papers<'p> {
    #[serde(flatten)]
    export: Export<'p>,
    findings: &'p Value,
}

/// As it was in 2023; nobody wrote down what was noted and learnt then.
fn occasion(day: Day) -> Occasion {
    Occasion {
        title: Text::new("Inter-departmental Cyber Security Drill 2023 (replay)", "2023 跨部門網絡安全演習（重演）", "2023 跨部门网络安全演习（重演）"),
        host: Text::new(
            "Office of the Government Chief Information Officer",
            "政府資訊科技總監辦公室",
            "政府资讯科技总监办公室",
        ),
        co_hosts: vec![Text::new("Hong Kong Police Force", "香港警務處", "香港警务处")],
        teams: Vec::new(),
        day,
        notes: Vec::new(),
        lessons: Vec::new(),
        carried: Vec::new(),
    }
}
