use kernel::Language;
use registration::scheme::{FieldGroup, Scheme};
use webkit::parts::Table;
use webkit::{Body, Markup, formats};

use crate::visit::Visit;

/// What is asked, of whom, why, whether it must be given, how long it is kept and who receives it.
pub(super) fn table(visit: &Visit) -> Table {
    let t = &visit.t;
    let head = ["data-what", "data-why", "data-must", "data-until", "data-receives"].map(|key| t.get(key));
    let mut table = Table { quiet_caption: true, ..Table::new(t.get("front-data"), head) };
    for row in visit.scheme.data_table(visit.language()) {
        let receives = if row.receives.is_empty() { t.get("data-nobody") } else { joined(&row.receives, visit.language()) };
        table.row([
            lines(&row.what, &row.who),
            lines(&row.why, &row.purpose),
            Markup::text(&row.obligatory_in_words),
            Markup::text(&row.kept_until),
            Markup::text(&receives),
        ]);
    }
    table
}

fn lines(first: &str, second: &str) -> Markup {
    Markup::trusted(format!("{}<br><span class=\"lr-quiet\">{}</span>", Markup::text(first), Markup::text(second)))
}

fn joined(parts: &[String], language: Language) -> String {
    parts.join(if language == Language::En { "; " } else { "；" })
}

/// The complete collection statement, open to the eye and not behind a click.
pub(super) fn whole(visit: &Visit, body: &mut Body) {
    body.h2(visit.t.get("statement-title")).p(visit.t.with("statement-lead", [("department", visit.scheme.department(visit.language()))]));
    parts(&visit.scheme, visit.language(), body);
}

/// The parts of the statement under their headings.
pub(crate) fn parts(scheme: &Scheme, language: Language, body: &mut Body) {
    for part in scheme.statement(language) {
        body.h3(&part.heading);
        for paragraph in &part.paragraphs {
            body.p(paragraph);
        }
        if !part.items.is_empty() {
            body.bullets(part.items.iter().map(|item| Markup::text(item)));
        }
    }
}

/// Each group of fields in words and the last day on which it can be read.
pub(crate) fn retention_lines(scheme: &Scheme, language: Language) -> Vec<(String, String)> {
    let groups = FieldGroup::ALL.into_iter().map(|group| scheme.group(group)).filter(|rule| !rule.fields.is_empty());
    let labels = |fields: &[registration::scheme::FieldKind]| {
        let labels: Vec<&str> = fields.iter().map(|field| field.label(language)).collect();
        labels.join(if language == Language::En { ", " } else { "、" })
    };
    groups.map(|rule| (labels(&rule.fields), formats::date(rule.expiry, language))).collect()
}
