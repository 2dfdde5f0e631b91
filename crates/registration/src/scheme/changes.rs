use kernel::Language;

use super::{Definition, Scheme, statement};

/// Something in which two versions of a scheme differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where, by the definition's keys.
    pub part: &'static str,
    /// Whether the new version must pass the launch gate before it runs.
    pub needs_gate: bool,
}

/// In what the new version differs from the old one. Whatever changes which data are taken, of whom, why, for how long
/// or for whose eyes needs a new gate, and so does every change of what the statement tells.
pub fn changes(old: &Scheme, new: &Scheme) -> Vec<Change> {
    let (a, b) = (old.definition(), new.definition());
    let compared = [
        ("slug", true, a.slug != b.slug),
        ("title", false, a.title != b.title),
        ("summary", false, a.summary != b.summary),
        ("department", true, a.department != b.department),
        ("window.opens", false, a.window.opens != b.window.opens),
        ("window.closes", false, a.window.closes != b.window.closes),
        ("window.latest", true, a.window.latest != b.window.latest),
        ("eligibility", true, a.eligibility != b.eligibility),
        ("household", true, a.household != b.household),
        ("purposes", true, a.purposes != b.purposes),
        ("fields", true, a.fields != b.fields),
        ("statement", true, a.statement != b.statement || told(a) != told(b)),
        ("operation", true, a.operation != b.operation),
        ("matching", true, a.matching != b.matching),
        ("delivery", true, receiver(old) != receiver(new)),
        ("delivery.days", false, delivery_time(old) != delivery_time(new)),
        ("admission", false, a.admission != b.admission),
        ("statistics", b.statistics.minimum_cell < a.statistics.minimum_cell, a.statistics != b.statistics),
        ("bulletins", false, a.bulletins != b.bulletins),
    ];
    let differing = compared.into_iter().filter(|(_, _, differs)| *differs);
    differing.map(|(part, needs_gate, _)| Change { part, needs_gate }).collect()
}

fn told(definition: &Definition) -> [Vec<super::StatementPart>; 3] {
    Language::ALL.map(|language| statement::render(definition, language))
}

/// Who delivers, and whose key opens the export.
fn receiver(scheme: &Scheme) -> Option<(&kernel::Text, &str)> {
    scheme.courier().map(|courier| (&courier.name, courier.recipient.as_str()))
}

fn delivery_time(scheme: &Scheme) -> Option<&kernel::Text> {
    scheme.courier().map(|courier| &courier.days)
}
