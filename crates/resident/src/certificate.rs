use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::{Kind, Text};
use registration::SchemeService;
use registration::scheme::Definition;
use serde_json::Value;
use store::{RunError, StoreError, Tx};
use webkit::parts::{Button, Details, Inset, SummaryList, SummaryRow};
use webkit::{Body, Failure, L10n, Markup, Page, Visitor, formats};

use crate::blocking::blocking;
use crate::state::ResidentState;
use crate::texts::texts;

/// The page of a scheme that has ended: its certificate of erasure. That is the platform's record, not a public route of the
/// scheme, which no longer exists.
pub(crate) async fn show(state: Arc<ResidentState>, slug: String, visitor: Visitor) -> Result<Response, Failure> {
    let Ended { scheme, title, certificate } = find(&state, slug).await?;
    let (t, language) = (texts(visitor.language), visitor.language);
    let note = certificate.get("note").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut body = Body::new(language);
    body.h1(t.get("ended-title"));
    let ended = scheme.ended.map(|at| formats::date_time(at, language)).unwrap_or_default();
    body.lead(t.text("ended-lead", &[("title", title.get(language).into()), ("time", ended.into())]));
    body.part(&facts(&t, &note));
    body.h2(t.get("ended-what")).p(t.get("ended-what-text"));
    body.part(&Button::link(t.get("ended-download"), visitor.url(&format!("/{}/certificate.json", scheme.slug))));
    body.h2(t.get("ended-verify")).p(t.get("ended-verify-text"));
    body.push(&code("lionrock-verify certificate --key KEY FILE"));
    body.part(&Details {
        summary: t.get("ended-note"),
        body: code(&note),
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
    let Ended { scheme, certificate, .. } = find(&state, slug).await?;
    let name = format!("attachment; filename=\"certificate-{}.json\"", scheme.slug);
    let headers = [(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, certificate.to_string()).into_response())
}

/// Something for machines to read, as it is typed or copied: long words may break on a narrow screen, and copying takes no
/// notice of that.
pub(crate) fn code(text: &str) -> Markup {
    let mut html = String::from("<p class=\"govuk-body\"><code>");
    for (number, line) in text.trim_end().lines().enumerate() {
        html.push_str(if number == 0 { "" } else { "<br>" });
        let letters: Vec<char> = line.chars().collect();
        let pieces = letters.chunks(8).map(|piece| Markup::text(&piece.iter().collect::<String>()).to_string());
        html.push_str(&pieces.collect::<Vec<_>>().join("<wbr>"));
    }
    html.push_str("</code></p>\n");
    Markup::trusted(html)
}

/// A scheme that has ended.
struct Ended {
    scheme: SchemeService,
    title: Text,
    certificate: Value,
}

async fn find(state: &Arc<ResidentState>, slug: String) -> Result<Ended, Failure> {
    let platform = state.platform.clone();
    let found = blocking(move || -> Result<_, RunError<StoreError>> {
        platform.ledger().read("resident.ended_scheme", |tx| {
            let Some(scheme) = registration::scheme_by_slug(tx, &slug)? else { return Ok(None) };
            let title = last_title(tx, &scheme)?;
            Ok(Some((scheme, title)))
        })
    })
    .await?;
    let (scheme, title) = found.ok_or_else(|| Failure::of(Kind::Missing))?;
    let certificate = scheme.certificate.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let certificate = certificate.ok_or_else(|| Failure::of(Kind::Missing))?;
    Ok(Ended { scheme, title, certificate })
}

/// The title of a scheme by its newest definition, which outlives its data.
pub(crate) fn last_title(tx: &mut Tx<'_>, scheme: &SchemeService) -> Result<Text, StoreError> {
    let versions = registration::versions(tx, scheme.service)?;
    let definition = versions.first().and_then(|version| Definition::from_toml(&version.definition).ok());
    let slug = || Text::new(&scheme.slug, &scheme.slug, &scheme.slug);
    Ok(definition.map_or_else(slug, |definition| definition.title))
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
        SummaryRow::new(t.get("ended-purposes"), english(&line("purposes"))),
        SummaryRow::new(t.get("ended-custodian"), english(&line("custodian"))),
    ])
}

/// The certificate is written in English; a screen reader has to know.
fn english(text: &str) -> Markup {
    Markup::trusted(format!("<span lang=\"en\">{}</span>", Markup::text(text)))
}
