use assurance::{TrustFacts, TrustRecord};
use kernel::to_hex;
use webkit::parts::{SummaryList, SummaryRow, Table};
use webkit::{Body, Markup, formats};

use crate::visit::Visit;

/// The launch gate: each document with its date, author and digest, and who signed.
pub(super) fn list(visit: &Visit, facts: &TrustFacts, body: &mut Body) {
    let (t, language) = (&visit.t, visit.language());
    body.h2(t.get("trust-documents")).p(t.get("trust-documents-text"));
    let head = ["document-kind", "document-title", "document-by", "document-dated", "document-digest"].map(|key| t.get(key));
    let mut table = Table { quiet_caption: true, ..Table::new(t.get("trust-documents"), head) };
    for record in &facts.records {
        table.row([
            Markup::text(record.kind.title().get(language)),
            title(visit, record),
            Markup::text(&format!("{} · {}", record.author, record.organisation)),
            Markup::text(&formats::date(record.dated, language)),
            digest(record.document.bytes()),
        ]);
    }
    body.part(&table).note(t.get("document-digest-help"));
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
