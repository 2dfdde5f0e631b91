use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::Kind;
use registration::SchemeService;
use serde_json::Value;
use store::{RunError, StoreError};
use webkit::parts::{Button, Details, Inset, SummaryList, SummaryRow};
use webkit::{Body, Failure, L10n, Markup, Page, Visitor, formats};

use crate::blocking::blocking;
use crate::state::ResidentState;
use crate::texts::texts;

/// The page of a scheme that has ended: its certificate of erasure. That is the platform's record, not a public route of the
/// scheme, which no longer exists.
pub(crate) async fn show(state: Arc<ResidentState>, slug: String, visitor: Visitor) -> Result<Response, Failure> {
    let (scheme, certificate) = find(&state, slug).await?;
    let (t, language) = (texts(visitor.language), visitor.language);
    let note = certificate.get("note").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut body = Body::new(language);
    body.h1(t.get("ended-title"));
    let ended = scheme.ended.map(|at| formats::date_time(at, language)).unwrap_or_default();
    body.lead(t.text("ended-lead", &[("slug", (&scheme.slug).into()), ("time", ended.into())]));
    body.part(&facts(&t, &note));
    body.h2(t.get("ended-what")).p(t.get("ended-what-text"));
    body.part(&Button::link(t.get("ended-download"), visitor.url(&format!("/{}/certificate.json", scheme.slug))));
    body.h2(t.get("ended-verify")).p(t.get("ended-verify-text"));
    body.push(&code("lionrock-verify certificate --key KEY FILE"));
    body.part(&Details {
        summary: t.get("ended-note"),
        body: Markup::trusted(format!("<pre class=\"lr-scroll\" tabindex=\"0\"><code>{}</code></pre>", Markup::text(&note))),
        open: false,
    });
    body.part(&Inset(t.get("ended-limits").into()));
    Ok(state.layout.page(&visitor, Page::new(t.get("ended-title"), body.markup())))
}

/// `GET …/certificate.json`
pub(crate) async fn download(
    State(state): State<Arc<ResidentState>>,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let (scheme, certificate) = find(&state, slug).await?;
    let name = format!("attachment; filename=\"certificate-{}.json\"", scheme.slug);
    let headers = [(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, certificate.to_string()).into_response())
}

/// A line of a command, as typed.
pub(crate) fn code(line: &str) -> Markup {
    Markup::trusted(format!("<pre class=\"lr-scroll\" tabindex=\"0\"><code>{}</code></pre>\n", Markup::text(line)))
}

async fn find(state: &Arc<ResidentState>, slug: String) -> Result<(SchemeService, Value), Failure> {
    let platform = state.platform.clone();
    let found = blocking(move || -> Result<Option<SchemeService>, RunError<StoreError>> {
        platform.ledger().read("resident.ended_scheme", |tx| registration::scheme_by_slug(tx, &slug))
    })
    .await?;
    let scheme = found.ok_or_else(|| Failure::of(Kind::Missing))?;
    let certificate = scheme.certificate.as_deref().and_then(|text| serde_json::from_str(text).ok());
    Ok((scheme, certificate.ok_or_else(|| Failure::of(Kind::Missing))?))
}

fn facts(t: &L10n, note: &str) -> SummaryList {
    let line = |name: &str| {
        let prefix = format!("{name}: ");
        note.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap_or_default().to_owned()
    };
    let count = |name: &str| line(name).parse().map_or_else(|_| line(name), formats::number);
    SummaryList::new(vec![
        SummaryRow::new(t.get("ended-households"), count("households")),
        SummaryRow::new(t.get("ended-persons"), count("persons")),
        SummaryRow::new(t.get("ended-purposes"), line("purposes")),
        SummaryRow::new(t.get("ended-custodian"), line("custodian")),
    ])
}
