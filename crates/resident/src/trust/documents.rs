use assurance::{TrustFacts, TrustRecord};
use kernel::to_hex;
use webkit::parts::{SummaryList, SummaryRow};
use webkit::{Body, Markup, formats};

use crate::visit::Visit;

/// The launch gate: each document with its date, author and digest, and who signed.
pub(super) fn list(visit: &Visit, facts: &TrustFacts, body: &mut Body) {
    let (t, language) = (&visit.t, visit.language());
    body.h2(t.get("trust-documents")).p(t.get("trust-documents-text"));
    for record in &facts.records {
        let by = format!("{} · {}", record.author, record.organisation);
        body.h3(record.kind.title().get(language)).part(&SummaryList::new(vec![
            SummaryRow::new(t.get("document-title"), title(visit, record)),
            SummaryRow::new(t.get("document-by"), by),
            SummaryRow::new(t.get("document-dated"), formats::date(record.dated, language)),
            SummaryRow::new(t.get("document-digest"), digest(record.document.bytes())),
        ]));
    }
    body.note(t.get("document-digest-help"));
    let mut rows = vec![SummaryRow::new(t.get("trust-owner"), facts.owner.get(language))];
    for signature in &facts.signatures {
        let words = t.text(
            "trust-signed",
            &[("time", formats::date_time(signature.at, language).into()), ("count", signature.documents.into())],
        );
        rows.push(SummaryRow::new(signature.role.title().get(language), words));
    }
    rows.push(SummaryRow::new(t.get("trust-definition"), digest(facts.definition.bytes())));
    body.h3(t.get("trust-signatures")).part(&SummaryList::new(rows));
}

fn title(visit: &Visit, record: &TrustRecord) -> Markup {
    let mut title = record.title.clone();
    if let Some(reason) = record.withdrawn {
        title = format!("{title} ({}: {})", visit.t.get("document-withdrawn"), reason.title().get(visit.language()));
    }
    Markup::text(&title)
}

/// A digest in groups, so that it breaks over lines and can be compared by eye.
pub(super) fn digest(bytes: &[u8; 32]) -> Markup {
    let groups: Vec<String> = bytes.chunks(4).map(to_hex).collect();
    Markup::trusted(format!("<code>{}</code>", groups.join(" ")))
}
