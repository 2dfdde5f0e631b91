use kernel::Language;
use serde::Serialize;

use super::wording::{PartName, day_in_words, fill};
use super::{Clause, Definition, FieldGroup, OfficerPart, PurposeRule};

/// One part of the statement, ready to be shown. A page shows heading, paragraphs and then the items as a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementPart {
    /// Stable name for anchors and tests: `purposes`, `items`, `refusal`, `transferees`, `matching`, `retention`,
    /// `access`, `officer`.
    pub key: &'static str,
    /// The heading.
    pub heading: String,
    /// The wording.
    pub paragraphs: Vec<String>,
    /// What is listed below the wording; may be empty.
    pub items: Vec<String>,
}

/// The statement in one language, as far as the definition has got: parts that a draft lacks are left out.
pub(super) fn render(definition: &Definition, language: Language) -> Vec<StatementPart> {
    let statement = &definition.statement;
    let worded = |name: PartName, clause: &Clause, items: Vec<String>| {
        let usual = name.usual();
        let text = match clause {
            Clause::Usual => &usual,
            Clause::Own(own) => own,
        };
        part(name, language, vec![fill(text.get(language), definition, language)], items)
    };
    let purposes = statement.purposes.as_ref();
    [
        purposes.map(|p| worded(PartName::Purposes, &p.clause, purpose_items(definition, &p.names, language))),
        statement.items.as_ref().map(|p| worded(PartName::Items, &p.clause, marked_items(definition, language))),
        statement.refusal.as_ref().map(|p| worded(PartName::Refusal, &p.clause, Vec::new())),
        statement.transferees.as_ref().map(|p| worded(PartName::Transferees, &p.clause, classes(definition, language))),
        matching(definition, language),
        statement.retention.as_ref().map(|p| worded(PartName::Retention, &p.clause, ends(definition, language))),
        statement.access.as_ref().map(|p| worded(PartName::Access, &p.clause, Vec::new())),
        statement.officer.as_ref().map(|p| worded(PartName::Officer, &p.clause, officer_lines(p, language))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Must be given, or voluntary.
pub(super) const fn mark(obligatory: bool, language: Language) -> &'static str {
    match (obligatory, language) {
        (true, Language::En) => "must be given",
        (true, Language::ZhHant) => "必須提供",
        (true, Language::ZhHans) => "必须提供",
        (false, Language::En) => "voluntary",
        (false, Language::ZhHant) => "自願提供",
        (false, Language::ZhHans) => "自愿提供",
    }
}

fn part(name: PartName, language: Language, paragraphs: Vec<String>, items: Vec<String>) -> StatementPart {
    StatementPart { key: name.key(), heading: name.heading().get(language).to_owned(), paragraphs, items }
}

fn purpose_items(definition: &Definition, names: &[String], language: Language) -> Vec<String> {
    let told = definition.purposes.iter().filter(|purpose| names.contains(&purpose.id));
    told.map(|p| bracketed(p.text.get(language), p.legal_ground.get(language), language)).collect()
}

fn marked_items(definition: &Definition, language: Language) -> Vec<String> {
    let line = |field: &super::Field| {
        let what = bracketed(field.field.label(language), field.who.label(language), language);
        joined(&what, mark(field.obligatory, language), language)
    };
    definition.fields.iter().map(line).collect()
}

fn classes(definition: &Definition, language: Language) -> Vec<String> {
    let lines = |purpose: &PurposeRule| {
        let text = purpose.text.get(language).to_owned();
        let each = purpose.recipients.iter().map(move |class| bracketed(class.get(language), &text, language));
        each.collect::<Vec<_>>()
    };
    definition.purposes.iter().flat_map(lines).collect()
}

fn matching(definition: &Definition, language: Language) -> Option<StatementPart> {
    let matching = definition.matching.as_ref()?;
    let [counterparty, reference] = match language {
        Language::En => ["Register consulted", "On record as"],
        Language::ZhHant => ["查核的登記冊", "紀錄編號"],
        Language::ZhHans => ["查核的登记册", "记录编号"],
    };
    let items = vec![
        joined(counterparty, matching.counterparty.get(language), language),
        joined(reference, &matching.reference, language),
    ];
    let basis = fill(matching.basis.get(language), definition, language);
    Some(part(PartName::Matching, language, vec![basis], items))
}

fn ends(definition: &Definition, language: Language) -> Vec<String> {
    let line = |group: FieldGroup| {
        let fields: Vec<_> = definition.fields.iter().filter(|field| field.field.group() == group).collect();
        let days = fields.iter().find_map(|field| field.retention_days)?;
        let labels: Vec<_> = fields.iter().map(|field| field.field.label(language)).collect();
        let until = day_in_words(definition.window.latest.plus(i32::from(days)), language);
        Some(joined(&labels.join(if language == Language::En { ", " } else { "、" }), &until, language))
    };
    FieldGroup::ALL.into_iter().filter_map(line).collect()
}

fn officer_lines(officer: &OfficerPart, language: Language) -> Vec<String> {
    let lines = [officer.post.get(language), officer.address.get(language), &officer.mail, &officer.phone];
    lines.into_iter().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}

fn bracketed(what: &str, more: &str, language: Language) -> String {
    match language {
        Language::En => format!("{what} ({more})"),
        Language::ZhHant | Language::ZhHans => format!("{what}（{more}）"),
    }
}

fn joined(what: &str, more: &str, language: Language) -> String {
    match language {
        Language::En => format!("{what}: {more}"),
        Language::ZhHant | Language::ZhHans => format!("{what}：{more}"),
    }
}
