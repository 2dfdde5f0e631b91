use kernel::Language;
use registration::scheme::{FieldGroup, Scheme};
use webkit::parts::{SummaryList, SummaryRow};
use webkit::{Body, Markup, formats};

use crate::visit::Visit;

/// What is asked, of whom, why, whether it must be given, how long it is kept and who receives it: a list for each item,
/// because a table of six columns cannot be read on a phone.
fn data(visit: &Visit, body: &mut Body) {
    let t = &visit.t;
    for row in visit.scheme.data_table(visit.language()) {
        let receives = if row.receives.is_empty() { t.get("data-nobody") } else { joined(&row.receives, visit.language()) };
        let what = t.with("data-what", [("what", row.what), ("who", row.who)]);
        body.h3(what).part(&SummaryList::new(vec![
            SummaryRow::new(t.get("data-why"), row.why),
            SummaryRow::new(t.get("data-must"), row.obligatory_in_words),
            SummaryRow::new(t.get("data-until"), row.kept_until),
            SummaryRow::new(t.get("data-receives"), receives),
        ]));
    }
}

fn joined(parts: &[String], language: Language) -> String {
    parts.join(if language == Language::En { "; " } else { "；" })
}

/// The data table and the complete collection statement, open to the eye and not behind a click.
pub(crate) fn whole(visit: &Visit, body: &mut Body) {
    body.h2(visit.t.get("front-data")).p(visit.t.get("front-data-lead"));
    data(visit, body);
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
