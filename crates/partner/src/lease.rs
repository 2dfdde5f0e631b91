use std::collections::HashMap;

use axum::response::{IntoResponse, Redirect, Response};
use flows::letters_under;
use kernel::{Id, Instant, kinds};
use processors::{Declared, Form as LeaseForm, HandedOver, Lease, LeaseState, StatementRow};
use webkit::parts::{Button, ButtonStyle, Form, Part, Radios, Choice, SummaryList, SummaryRow, Table, TextInput, Width};
use webkit::{Body, Failure, Markup, Page, formats};

use crate::blocking::blocking;
use crate::leases::{fields, form_words, link, state_tag};
use crate::visit::Visit;

/// What a page of a lease was asked, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    pub(crate) reference: String,
    pub(crate) address: String,
    /// Field and message.
    pub(crate) fault: Option<(&'static str, String)>,
    /// What was found, to stand on top of the page.
    pub(crate) found: Option<Markup>,
}

impl Typed {
    fn fault_of(&self, field: &str) -> Option<String> {
        self.fault.as_ref().filter(|(name, _)| *name == field).map(|(_, message)| message.clone())
    }
}

/// `GET /partner/leases/{lease}`
pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    page(&visit, &Typed::default()).await
}

/// `GET` of a page that is the answer to a form.
pub(crate) async fn elsewhere(visit: Visit) -> Result<Response, Failure> {
    let lease = visit.lease().await?;
    Ok(Redirect::to(&visit.lease_url(lease.id, "")).into_response())
}

struct Known {
    addresses: Vec<Declared>,
    packages: Vec<HandedOver>,
    /// When packages of letters were posted; of other packages nobody asks.
    letters: Option<Posted>,
    statements: Vec<StatementRow>,
}

/// The page of a lease, with what was just asked.
pub(crate) async fn page(visit: &Visit, typed: &Typed) -> Result<Response, Failure> {
    let lease = visit.lease().await?;
    let id = lease.id;
    let letters = posted(visit, &lease).await?;
    let known = visit
        .read("partner.lease_page", move |tx| {
            Ok(Known {
                letters: letters.clone(),
                addresses: processors::addresses(tx, id)?,
                packages: processors::hand_overs(tx, id)?,
                statements: processors::statements(tx, id)?,
            })
        })
        .await?;
    let purpose = visit.purpose(&lease).await?;
    let title = visit.t.with("lease-title", [("purpose", purpose.clone())]);
    let mut body = Body::new(visit.language());
    if let Some((field, message)) = &typed.fault {
        let lines = vec![(format!("#{field}"), message.clone())];
        body.part(&webkit::parts::ErrorSummary { lines });
    }
    body.h1(&title);
    if let Some(found) = &typed.found {
        body.push(found);
    }
    body.part(&SummaryList::new(facts(visit, &lease, purpose)));
    let usable = lease.is_usable(visit.now()) && visit.partner.holds(visit.now());
    if usable && lease.form == LeaseForm::LookUp {
        look_up(visit, &lease, typed, &mut body);
    }
    if lease.form == LeaseForm::HandOver {
        packages(visit, &lease, usable, &known, &mut body);
    }
    ending(visit, &lease, &known.statements, &mut body);
    if lease.state != LeaseState::Closed {
        addresses(visit, &lease, &known.addresses, typed, &mut body);
        body.h2(visit.t.get("breach-title")).p(visit.t.get("breach-short"));
        body.link(visit.t.get("breach-link"), visit.lease_url(lease.id, "/breach"));
    }
    let page = Page::new(title, body.markup()).back(visit.url("/partner"));
    // The answer to a form stands at the form's address, which cannot be visited.
    let page = if typed.fault.is_some() { page.invalid() } else { page };
    let asked = typed.fault.is_some() || typed.found.is_some();
    Ok(visit.show(if asked { page.without_switch() } else { page }))
}

fn facts(visit: &Visit, lease: &Lease, purpose: String) -> Vec<SummaryRow> {
    let t = &visit.t;
    let mut rows = vec![
        SummaryRow::new(t.get("lease-state"), state_tag(visit, lease)),
        SummaryRow::new(t.get("lease-purpose"), purpose),
        SummaryRow::new(t.get("lease-fields"), fields(visit, lease)),
        SummaryRow::new(t.get("lease-form"), visit.text(&form_words(lease.form))),
        SummaryRow::new(t.get("lease-until"), formats::date(lease.until, visit.language())),
    ];
    if lease.is_usable(visit.now()) {
        let days = i64::from(lease.days_left(visit.now().day()));
        rows.push(SummaryRow::new(t.get("lease-left"), t.with("days-left", [("days", days)])));
    }
    if lease.form == LeaseForm::LookUp {
        rows.push(SummaryRow::new(t.get("lease-daily"), formats::number(i64::from(lease.daily_most))));
    }
    if let Some(due) = lease.due.filter(|_| lease.state == LeaseState::StatementDue) {
        rows.push(SummaryRow::new(t.get("lease-due"), formats::date_time(due, visit.language())));
    }
    rows
}

fn look_up(visit: &Visit, lease: &Lease, typed: &Typed, body: &mut Body) {
    let t = &visit.t;
    body.h2(t.get("look-up-title")).p(t.get("look-up-lead"));
    let field = TextInput {
        hint: Some(t.get("reference-hint")),
        value: typed.reference.clone(),
        error: typed.fault_of("reference"),
        width: Width::Twenty,
        verbatim: true,
        autocomplete: Some("off"),
        ..TextInput::new("reference", t.get("reference"))
    };
    let form = Form::new(&visit.visitor).to(visit.lease_url(lease.id, "/look-up")).id("look-up").unremembered();
    body.part(&form.part(&field).part(&Button::new(t.get("look-up-send"))));
}

/// When each batch of letters under a lease was posted, by its package; nothing when it is no lease for letters.
type Posted = HashMap<Id<kinds::Export>, Option<Instant>>;

async fn posted(visit: &Visit, lease: &Lease) -> Result<Option<Posted>, Failure> {
    let (platform, lease) = (visit.state.platform.clone(), lease.clone());
    let batches = blocking(move || letters_under(&platform, &lease)).await?;
    Ok(batches.map(|batches| batches.into_iter().map(|batch| (batch.id, batch.posted)).collect()))
}

fn packages(visit: &Visit, lease: &Lease, usable: bool, known: &Known, body: &mut Body) {
    let t = &visit.t;
    body.h2(t.get("packages-title")).p(t.get("packages-lead"));
    let mut head = vec!["package-at", "package-records", "package-digest"];
    if known.letters.is_some() {
        body.p(t.get("packages-letters"));
        head.push("package-posted");
    }
    let mut table = Table::new(t.get("packages-title"), head.into_iter().map(|key| t.get(key)));
    table.quiet_caption = true;
    table.empty = t.get("packages-none");
    for package in &known.packages {
        let at = formats::date_time(package.at, visit.language());
        let to = visit.lease_url(lease.id, &format!("/packages/{}", package.id));
        let records = i64::try_from(package.records).unwrap_or(i64::MAX);
        let first = if usable { link(&at, &to) } else { Markup::text(&at) };
        let mut row = vec![first, Markup::text(&formats::number(records)), Markup::text(&kernel::to_hex(&package.digest))];
        if let Some(letters) = &known.letters {
            row.push(post(visit, lease, usable, (package, letters.get(&package.id).copied().flatten())));
        }
        table.row(row);
    }
    body.part(&table);
}

/// When a package of letters was posted, or the button that says so.
fn post(visit: &Visit, lease: &Lease, usable: bool, (package, posted): (&HandedOver, Option<Instant>)) -> Markup {
    if let Some(at) = posted {
        return Markup::text(&formats::date_time(at, visit.language()));
    }
    if !usable {
        return Markup::text(&visit.t.get("package-not-posted"));
    }
    let time = formats::date_time(package.at, visit.language());
    let button = Button::new(visit.t.with("package-post", [("time", time)])).style(ButtonStyle::Quiet);
    let to = visit.lease_url(lease.id, &format!("/packages/{}/posted", package.id));
    Form::new(&visit.visitor).to(to).id(format!("posted-{}", package.id)).part(&button).html(visit.language())
}

/// What is owed once the lease is over.
fn ending(visit: &Visit, lease: &Lease, statements: &[StatementRow], body: &mut Body) {
    let t = &visit.t;
    if lease.is_usable(visit.now()) && statements.is_empty() {
        return;
    }
    body.h2(t.get("statement-title"));
    for row in statements {
        let at = formats::date_time(row.at, visit.language());
        body.p(format!("{at} – {}", visit.text(&row.verdict.title())));
    }
    if lease.statement.is_some() {
        return;
    }
    body.p(t.get("statement-owed"));
    // Within a minute of the last moment the end is noted, and the statement can be made.
    if lease.ended.is_some() {
        body.link(t.get("statement-link"), visit.lease_url(lease.id, "/statement"));
    }
}

fn addresses(visit: &Visit, lease: &Lease, known: &[Declared], typed: &Typed, body: &mut Body) {
    let t = &visit.t;
    body.h2(t.get("addresses-title")).p(t.get("addresses-lead"));
    if known.is_empty() {
        body.p(t.get("addresses-none"));
    }
    body.bullets(known.iter().map(|one| {
        let kind = t.get(&format!("use-{}", one.use_for.slug()));
        format!("{} – {kind}", one.address)
    }));
    let field = TextInput {
        hint: Some(t.get("address-hint")),
        value: typed.address.clone(),
        error: typed.fault_of("address"),
        verbatim: true,
        autocomplete: Some("off"),
        ..TextInput::new("address", t.get("address"))
    };
    let choices = ["data", "look-up"].map(|slug| Choice::new(slug, t.get(&format!("use-{slug}"))));
    let radios = Radios { value: "data".to_owned(), ..Radios::new("use", t.get("address-use"), choices.to_vec()) };
    let button = Button::new(t.get("address-send")).style(ButtonStyle::Secondary);
    let form = Form::new(&visit.visitor).to(visit.lease_url(lease.id, "/addresses")).id("addresses");
    body.part(&form.part(&field).part(&radios).part(&button));
}
