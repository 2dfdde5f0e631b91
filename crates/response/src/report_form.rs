//! Reports that are generated from a case file, as data: which fields, and where each comes from.

use std::sync::LazyLock;

use kernel::{Language, Text};
use serde::Deserialize;

use crate::opened_case::Happened;
use crate::{EntryKind, Milestone, OpenedCase};

/// A report.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportForm {
    /// Its name in addresses.
    pub slug: String,
    /// What officers read.
    pub title: Text,
    /// The names of its fields, in their order.
    pub fields: Vec<String>,
}

/// A field of reports.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportField {
    /// Its name in forms.
    pub slug: String,
    /// What officers read.
    pub title: Text,
    /// Where it comes from; an answer that was typed stands beside it.
    pub from: Source,
}

/// Where the content of a field comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Somebody has to type it.
    Answer,
    /// The department that leads.
    Department,
    /// The kind of the incident.
    Category,
    /// When something was.
    Moment(Milestone),
    /// What is known of it.
    Facts,
    /// Who was told when.
    Notified,
    /// Decisions, and tasks that are done.
    Taken,
    /// Tasks that are not done.
    Planned,
    /// Where it stands.
    State,
    /// Everything that has a time.
    Timeline,
    /// Every entry of a kind.
    Entries(EntryKind),
}

/// A report as generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledForm {
    /// Its heading.
    pub title: String,
    /// The report is part of an exercise and must say so.
    pub is_exercise: bool,
    /// Each field, and its content unless it is missing.
    pub rows: Vec<(String, Option<String>)>,
}

impl FilledForm {
    /// The names of the fields that have no content.
    pub fn missing(&self) -> Vec<&str> {
        self.rows.iter().filter(|(_, content)| content.is_none()).map(|(title, _)| title.as_str()).collect()
    }

    /// The report as plain text; an exercise says so above and below.
    pub fn text(&self, language: Language) -> String {
        let mark = if self.is_exercise { format!("*** {} ***\n\n", EXERCISE.get(language)) } else { String::new() };
        let row = |(title, content): &(String, Option<String>)| {
            format!("{title}\n    {}\n\n", content.as_deref().unwrap_or(MISSING.get(language)).replace('\n', "\n    "))
        };
        let rows: String = self.rows.iter().map(row).collect();
        format!("{mark}{}\n\n{rows}{mark}", self.title)
    }
}

static EXERCISE: LazyLock<Text> =
    LazyLock::new(|| Text::new("EXERCISE – EXERCISE – EXERCISE", "演習－演習－演習", "演习－演习－演习"));
static DONE: LazyLock<Text> = LazyLock::new(|| Text::new("Done", "已完成", "已完成"));
static MISSING: LazyLock<Text> = LazyLock::new(|| Text::new("(not known yet)", "（尚未知悉）", "（尚未知悉）"));

/// The reports that can be generated.
pub fn report_forms() -> &'static [ReportForm] {
    static FORMS: LazyLock<Vec<ReportForm>> =
        LazyLock::new(|| serde_json::from_str(include_str!("../forms/forms.json")).unwrap_or_default());
    &FORMS
}

/// Every field of any report.
pub fn report_fields() -> &'static [ReportField] {
    static FIELDS: LazyLock<Vec<ReportField>> =
        LazyLock::new(|| serde_json::from_str(include_str!("../forms/fields.json")).unwrap_or_default());
    &FIELDS
}

/// Generates a report from what is on record. `department` is the name of the one that leads.
pub fn fill_form(form: &ReportForm, case: &OpenedCase, department: &str, language: Language) -> FilledForm {
    let fields = form.fields.iter().filter_map(|slug| report_fields().iter().find(|field| field.slug == *slug));
    let row = |field: &ReportField| {
        let known = content(field.from, case, department, language);
        let typed = case.answer(&field.slug).map(str::to_owned);
        let all: Vec<String> = known.into_iter().chain(typed).collect();
        (field.title.get(language).to_owned(), (!all.is_empty()).then(|| all.join("\n")))
    };
    FilledForm {
        title: form.title.get(language).to_owned(),
        is_exercise: case.file.incident.is_exercise,
        rows: fields.map(row).collect(),
    }
}

fn content(from: Source, case: &OpenedCase, department: &str, language: Language) -> Option<String> {
    let say = |text: Text| text.get(language).to_owned();
    let lines: Vec<String> = match from {
        Source::Answer => Vec::new(),
        Source::Department => vec![department.to_owned()],
        Source::Category => vec![say(case.file.incident.kind.title())],
        Source::State => vec![say(case.file.state().title())],
        Source::Moment(milestone) => case.moment(milestone).map(kernel::Instant::hong_kong_minute).into_iter().collect(),
        Source::Facts => case.file.incident.facts.iter().map(|fact| say(fact.title())).collect(),
        Source::Notified => {
            let told = [Milestone::ToldOffice, Milestone::ToldPrivacy, Milestone::ToldPolice, Milestone::ToldInfrastructure];
            let line = |milestone: Milestone| {
                case.moment(milestone).map(|at| format!("{}  {}", at.hong_kong_minute(), say(milestone.title())))
            };
            told.into_iter().filter_map(line).collect()
        }
        Source::Taken => {
            let done = case.of(EntryKind::Task).filter(|(entry, _)| entry.settled.is_some());
            case.of(EntryKind::Decision).chain(done).map(|(entry, text)| line(entry.settled.unwrap_or(entry.happened), text)).collect()
        }
        Source::Planned => {
            let open = case.of(EntryKind::Task).filter(|(entry, _)| entry.settled.is_none());
            open.map(|(_, text)| text.title.clone()).collect()
        }
        Source::Timeline => case.timeline().into_iter().map(|(at, what)| happened(at, &what, language)).collect(),
        Source::Entries(kind) => case.of(kind).map(|(entry, text)| owned(entry, text)).collect(),
    };
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn happened(at: kernel::Instant, what: &Happened<'_>, language: Language) -> String {
    match what {
        Happened::Entry(entry, text) => format!("{}  {}: {}", at.hong_kong_minute(), entry.kind.title().get(language), text.title),
        Happened::Settled(_, text) => format!("{}  {}: {}", at.hong_kong_minute(), DONE.get(language), text.title),
    }
}

fn line(at: kernel::Instant, text: &crate::EntryText) -> String {
    format!("{}  {}", at.hong_kong_minute(), text.title)
}

fn owned(entry: &crate::Entry, text: &crate::EntryText) -> String {
    let mut words = vec![text.title.clone()];
    words.extend(text.fields.get("owner").filter(|owner| !owner.is_empty()).cloned());
    words.extend(entry.due.map(|day| day.to_string()));
    words.extend((!text.text.is_empty()).then(|| text.text.clone()));
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use crate::Room;

    #[test]
    fn the_shipped_forms_are_whole() {
        let forms: Vec<ReportForm> = serde_json::from_str(include_str!("../forms/forms.json")).unwrap();
        let fields: Vec<ReportField> = serde_json::from_str(include_str!("../forms/fields.json")).unwrap();
        assert_eq!((report_forms(), report_fields()), (forms.as_slice(), fields.as_slice()));
        for form in &forms {
            assert!(form.title.blanks().is_empty() && form.fields.len() > 5);
            for slug in &form.fields {
                assert!(fields.iter().any(|field| field.slug == *slug), "{} {slug}", form.slug);
            }
        }
        for field in &fields {
            assert!(field.title.blanks().is_empty());
            assert!(forms.iter().any(|form| form.fields.contains(&field.slug)), "{} is asked nowhere", field.slug);
        }
    }

    #[test]
    fn a_report_is_filled_from_the_case_and_names_what_is_missing() {
        let city = City::new();
        let grant = City::handler(1);
        let id = city.open_case(&grant, true);
        city.note(&grant, (id, Milestone::Aware), kernel::Instant::parse_hong_kong("2023-02-28T08:30").unwrap()).unwrap();
        city.write(&grant, (id, EntryKind::Asset, Room::Technical), "web server 3");
        city.write(&grant, (id, EntryKind::Decision, Room::Command), "take it off the network");
        let case = city.opened(&grant, id);
        let form = report_forms().iter().find(|form| form.slug == "preliminary").unwrap();
        let filled = fill_form(form, &case, "Treasury", Language::En);
        let of = |title: &str| filled.rows.iter().find(|(name, _)| name == title).unwrap().1.clone();
        assert_eq!(of("When it was reasonably certain").as_deref(), Some("2023-02-28 08:30"));
        assert_eq!(of("What is concerned").as_deref(), Some("web server 3"));
        assert!(of("What was done").unwrap().ends_with("take it off the network"));
        assert!(filled.missing().contains(&"What happened") && filled.missing().contains(&"When it began"));
        let text = filled.text(Language::ZhHant);
        assert!(text.starts_with("*** 演習") && text.contains("（尚未知悉）"), "{text}");
    }
}
