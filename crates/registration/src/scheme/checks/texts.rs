use kernel::{Language, Text};

use crate::scheme::deviations::clauses;
use crate::scheme::wording::PLACEHOLDERS;
use crate::scheme::{Clause, Definition, Delivery, Flaw};

/// Longest text in characters: a page must stay readable.
const LONGEST: usize = 2000;

/// No text may be blank in any language, nor overlong, nor use a placeholder that nothing fills.
pub(super) fn check(definition: &Definition, flaws: &mut Vec<Flaw>) {
    for (path, text) in all(definition) {
        for language in Language::ALL {
            let wording = text.get(language);
            let place = format!("{path}.{language}");
            if wording.trim().is_empty() {
                flaws.push(blank(place));
            } else if wording.chars().count() > LONGEST {
                flaws.push(overlong(place));
            } else if has_stray_placeholder(wording) {
                flaws.push(stray(place));
            }
        }
    }
}

/// Every text of the definition with its path.
fn all(definition: &Definition) -> Vec<(String, &Text)> {
    let mut texts = vec![
        ("title".to_owned(), &definition.title),
        ("summary".to_owned(), &definition.summary),
        ("department".to_owned(), &definition.department),
        ("eligibility.text".to_owned(), &definition.eligibility.text),
    ];
    for (index, purpose) in definition.purposes.iter().enumerate() {
        texts.push((format!("purposes[{index}].text"), &purpose.text));
        texts.push((format!("purposes[{index}].legal_ground"), &purpose.legal_ground));
        let classes = purpose.recipients.iter().enumerate();
        texts.extend(classes.map(|(at, class)| (format!("purposes[{index}].recipients[{at}]"), class)));
    }
    let fields = definition.fields.iter().enumerate();
    texts.extend(fields.map(|(index, field)| (format!("fields[{index}].explanation"), &field.explanation)));
    for (name, clause) in clauses(definition) {
        if let Clause::Own(text) = clause {
            texts.push((format!("statement.{}.clause", name.key()), text));
        }
    }
    if let Some(officer) = &definition.statement.officer {
        texts.push(("statement.officer.post".to_owned(), &officer.post));
        texts.push(("statement.officer.address".to_owned(), &officer.address));
    }
    if let Some(matching) = &definition.matching {
        texts.push(("matching.counterparty".to_owned(), &matching.counterparty));
        texts.push(("matching.basis".to_owned(), &matching.basis));
    }
    if let Delivery::Courier(courier) = &definition.delivery {
        texts.push(("delivery.name".to_owned(), &courier.name));
        texts.push(("delivery.days".to_owned(), &courier.days));
    }
    texts
}

fn has_stray_placeholder(wording: &str) -> bool {
    let left = PLACEHOLDERS.iter().fold(wording.to_owned(), |text, known| text.replace(known, ""));
    left.contains(['{', '}'])
}

fn blank(place: String) -> Flaw {
    Flaw::new(place, ["This text is blank in one language.", "此文字缺少其中一種語文的版本。", "此文字缺少其中一种语文的版本。"])
}

fn overlong(place: String) -> Flaw {
    Flaw::new(
        place,
        ["This text is longer than 2,000 characters.", "此文字超過2,000字。", "此文字超过2,000字。"],
    )
}

fn stray(place: String) -> Flaw {
    Flaw::new(
        place,
        [
            "Braces may hold only department, title, counterparty or last-day.",
            "大括號內只可用 department、title、counterparty 或 last-day。",
            "大括号内只可用 department、title、counterparty 或 last-day。",
        ],
    )
}
