use axum::response::Response;
use flows::{LeasedRecord, LookUpFault, lease_look_up};
use kernel::Fault;
use processors::AskLookUp;
use webkit::parts::{Part, SummaryList, SummaryRow};
use webkit::{Failure, Markup, Values};

use crate::blocking::blocking;
use crate::lease::{Typed, page};
use crate::visit::Visit;

/// `POST /partner/leases/{lease}/look-up`: one record.
pub(crate) async fn look(visit: Visit, values: Values) -> Result<Response, Failure> {
    let lease = visit.lease().await?;
    let reference = values.get("reference").trim().to_owned();
    if values.switching() {
        return page(&visit, &Typed { reference, ..Typed::default() }).await;
    }
    if reference.is_empty() {
        let fault = Some(("reference", visit.t.get("reference-missing")));
        return page(&visit, &Typed { fault, ..Typed::default() }).await;
    }
    let (platform, partner) = (visit.state.platform.clone(), visit.partner.clone());
    let ask = AskLookUp { lease: lease.id, purpose: lease.purpose, reference: reference.clone() };
    let looked = blocking(move || Ok::<_, LookUpFault>(lease_look_up(&platform, &partner, &ask))).await?;
    let typed = match looked {
        Ok(found) => Typed { found: Some(shown(&visit, &found)), ..Typed::default() },
        Err(fault) => {
            let Some(title) = fault.title() else { return Err(Failure::of(fault.kind()).because(fault.to_string())) };
            Typed { reference, fault: Some(("reference", visit.text(&title))), ..Typed::default() }
        }
    };
    page(&visit, &typed).await
}

/// What was found: only what the lease names.
fn shown(visit: &Visit, found: &LeasedRecord) -> Markup {
    let (t, record) = (&visit.t, &found.record);
    let mut rows = vec![SummaryRow::new(t.get("reference"), record.household.reference.to_string())];
    if let Some(contact) = &record.contact {
        rows.push(SummaryRow::new(t.get("found-name"), contact.name.clone()));
        rows.push(SummaryRow::new(t.get("found-address"), contact.address.line.clone()));
    }
    if let Some(mobile) = &record.mobile {
        rows.push(SummaryRow::new(t.get("found-mobile"), mobile.digits().to_owned()));
    }
    for person in record.people.iter().flatten() {
        let words = format!("{} {}", person.id_number.formatted(), person.birth);
        rows.push(SummaryRow::new(t.get("found-person"), words));
    }
    let mut html = Markup::trusted(format!("<h2 class=\"govuk-heading-m\">{}</h2>\n", Markup::text(&t.get("found-title"))));
    html.push(&SummaryList::new(rows).html(visit.language()));
    html.push(&Markup::trusted(format!("<p class=\"govuk-body\">{}</p>\n", Markup::text(&t.get("found-note")))));
    html
}
