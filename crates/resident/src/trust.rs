//! Why somebody may trust a scheme: the documents, the people who answer for it, and proofs that need no trust.

mod documents;
mod proofs;

use assurance::{Contractor, Retention, Status, TrustFacts, TrustSupplement, trust_facts};
use axum::response::Response;
use flows::Holding;
use kernel::{Kind, Language, Text};
use response::PublicIncident;
use store::{RunError, StoreError};
use webkit::parts::{SummaryList, SummaryRow, Table};
use webkit::{Body, Failure, Page, formats};

use crate::blocking::blocking;
use crate::front::{retention_lines, statement_parts};
use crate::visit::Visit;

/// `GET …/trust`
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    let t = &visit.t;
    let facts = facts(&visit).await?;
    let mut body = visit.body();
    body.h1(t.get("trust-title")).lead(t.get("trust-lead"));
    documents::list(&visit, &facts, &mut body);
    body.h2(t.get("statement-title"));
    statement_parts(&visit.scheme, visit.language(), &mut body);
    body.h2(t.get("trust-retention")).p(t.get("trust-retention-text")).part(&retention(&visit, &facts));
    contractors(&visit, &facts, &mut body);
    incidents(&visit, &facts, &mut body);
    proofs::list(&visit, &mut body);
    components(&visit, &facts, &mut body);
    let page = Page::new(t.get("trust-title"), body.markup()).current(visit.path("/trust"));
    Ok(visit.show(page))
}

/// What the platform's store says about a service.
type Found = (Vec<Status>, Vec<PublicIncident>, Vec<Holding>);

async fn facts(visit: &Visit) -> Result<TrustFacts, Failure> {
    let (platform, service, now) = (visit.state.platform.clone(), visit.service.id(), visit.now());
    let (gates, incidents, holdings) = blocking(move || -> Result<Found, RunError<StoreError>> {
        let (gates, incidents) = platform.ledger().read("resident.gates", |tx| {
            Ok::<_, StoreError>((assurance::gates(tx, service, now)?, response::public_incidents(tx, service)?))
        })?;
        Ok((gates, incidents, flows::holdings(&platform, service)?))
    })
    .await?;
    let digest = visit.scheme.digest();
    let found = gates.iter().find(|status| *status.gate.digest().bytes() == digest);
    let status = found.ok_or_else(|| Failure::of(Kind::Missing).because("no gate for the definition in force"))?;
    Ok(trust_facts(&status.gate, now, supplement(visit, &incidents, &holdings)))
}

fn supplement(visit: &Visit, incidents: &[PublicIncident], holdings: &[Holding]) -> TrustSupplement {
    let scheme = &visit.scheme;
    let lines = Language::ALL.map(|language| retention_lines(scheme, language));
    let [english, traditional, simplified] = lines;
    let groups = english.into_iter().zip(traditional).zip(simplified);
    let retention = groups.map(|((en, hant), hans)| Retention {
        what: Text::new(en.0, hant.0, hans.0),
        kept: Text::new(en.1, hant.1, hans.1),
    });
    let courier = scheme.courier().map(|courier| Contractor {
        name: courier.name.clone(),
        task: Text::new("Delivery: name, address and number of people, encrypted to its key", "派送：姓名、地址及人數，以其密鑰加密", "派送：姓名、地址及人数，以其密钥加密"),
        until: Some(scheme.last_expiry()),
    });
    TrustSupplement {
        contractors: courier.into_iter().chain(holdings.iter().map(leased)).collect(),
        retention: retention.collect(),
        incidents: incidents.iter().map(incident).collect(),
        components: visit.state.components.clone(),
    }
}

/// A contractor with a lease that is not closed yet.
fn leased(holding: &Holding) -> Contractor {
    Contractor { name: holding.contractor.clone(), task: holding.task(), until: Some(holding.lease.until) }
}

/// An incident in general words, with the day on which it was closed.
fn incident(one: &PublicIncident) -> assurance::Incident {
    let Text { en, zh_hant, zh_hans } = one.title.clone();
    let summary = match one.closed {
        None => Text::new(format!("{en} (being dealt with)"), format!("{zh_hant}（處理中）"), format!("{zh_hans}（处理中）")),
        Some(closed) => {
            let on = |language| formats::date(closed.day(), language);
            Text::new(
                format!("{en} (closed on {})", on(Language::En)),
                format!("{zh_hant}（{}結束）", on(Language::ZhHant)),
                format!("{zh_hans}（{}结束）", on(Language::ZhHans)),
            )
        }
    };
    assurance::Incident { day: one.opened.day(), summary }
}

fn retention(visit: &Visit, facts: &TrustFacts) -> SummaryList {
    let line = |one: &Retention| SummaryRow::new(one.what.get(visit.language()), one.kept.get(visit.language()));
    SummaryList::new(facts.retention.iter().map(line).collect())
}

fn contractors(visit: &Visit, facts: &TrustFacts, body: &mut Body) {
    let (t, language) = (&visit.t, visit.language());
    body.h2(t.get("trust-contractors"));
    if facts.contractors.is_empty() {
        body.p(t.get("trust-contractors-none"));
        return;
    }
    let head = ["contractor-name", "contractor-task", "contractor-until"].map(|key| t.get(key));
    let mut table = Table { quiet_caption: true, ..Table::new(t.get("trust-contractors"), head) };
    for one in &facts.contractors {
        let until = one.until.map(|day| formats::date(day, language)).unwrap_or_default();
        table.row([one.name.get(language).to_owned(), one.task.get(language).to_owned(), until]);
    }
    body.part(&table);
}

fn incidents(visit: &Visit, facts: &TrustFacts, body: &mut Body) {
    let (t, language) = (&visit.t, visit.language());
    body.h2(t.get("trust-incidents"));
    if facts.incidents.is_empty() {
        body.p(t.with("trust-incidents-none", [("date", formats::date(visit.now().day(), language))]));
    }
    let line = |one: &assurance::Incident| format!("{}: {}", formats::date(one.day, language), one.summary.get(language));
    if !facts.incidents.is_empty() {
        body.bullets(facts.incidents.iter().map(line));
    }
}

fn components(visit: &Visit, facts: &TrustFacts, body: &mut Body) {
    let t = &visit.t;
    body.h2(t.get("trust-components")).p(t.with("trust-components-text", [("count", facts.components.len())]));
    if facts.components.is_empty() {
        return;
    }
    let head = ["component-name", "component-version", "component-licence"].map(|key| t.get(key));
    let mut table = Table { quiet_caption: true, ..Table::new(t.get("trust-components"), head) };
    for one in &facts.components {
        table.row([one.name.as_str(), one.version.as_str(), one.licence.as_str()]);
    }
    let mut inside = visit.body();
    inside.part(&table);
    body.part(&webkit::parts::Details { summary: t.get("trust-components-show"), body: inside.markup(), open: false });
}
