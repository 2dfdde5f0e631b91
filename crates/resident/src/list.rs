use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use kernel::Text;
use registration::SchemeService;
use store::{RunError, StoreError};
use webkit::parts::Inset;
use webkit::{Body, Failure, Markup, Page, Visitor, formats};

use crate::account::{self, ACCOUNT_PATH};
use crate::blocking::blocking;
use crate::certificate::last_title;
use crate::state::ResidentState;
use crate::texts::texts;

/// `GET /`: the services in force, and those that have ended with their certificates.
pub(crate) async fn show(State(state): State<Arc<ResidentState>>, visitor: Visitor) -> Result<Response, Failure> {
    let (t, language) = (texts(visitor.language), visitor.language);
    let platform = state.platform.clone();
    let ended = blocking(move || -> Result<Vec<(SchemeService, Text)>, RunError<StoreError>> {
        platform.ledger().read("resident.ended", |tx| {
            let listed = registration::schemes(tx)?.into_iter().filter(|scheme| scheme.certificate.is_some());
            listed.map(|scheme| last_title(tx, &scheme).map(|title| (scheme, title))).collect()
        })
    })
    .await?;
    let mut body = Body::new(language);
    body.h1(t.get("list-title")).lead(t.get("list-lead"));
    let open: Vec<_> = state.platform.services().into_iter().filter(|service| service.is_in_force()).collect();
    if open.is_empty() && state.platform.public_identity().is_none() {
        body.part(&Inset(t.get("list-none").into()));
    }
    for service in open {
        let scheme = service.scheme();
        body.push(&title(scheme.title(language), &visitor.url(&format!("/{}", service.slug()))));
        body.p(scheme.summary(language));
    }
    if let Some(identity) = state.platform.public_identity() {
        body.push(&title(identity.charter().title.get(language), &visitor.url(ACCOUNT_PATH)));
        body.p(t.get("list-account"));
        body.link(t.get("check-document-title"), visitor.url(account::CHECK_DOCUMENT));
        body.link(t.get("inspect-title"), visitor.url(account::INSPECT));
    }
    if !ended.is_empty() {
        body.h2(t.get("list-ended")).bullets(ended.iter().map(|(scheme, title)| line(scheme, title, &visitor)));
    }
    Ok(state.layout.page(&visitor, Page::new(t.get("list-title"), body.markup()).current("/")))
}

fn title(text: &str, href: &str) -> Markup {
    let (text, href) = (Markup::text(text), Markup::text(href));
    Markup::trusted(format!("<h2 class=\"govuk-heading-m\"><a class=\"govuk-link\" href=\"{href}\">{text}</a></h2>\n"))
}

fn line(scheme: &SchemeService, title: &Text, visitor: &Visitor) -> Markup {
    let language = visitor.language;
    let href = Markup::text(&visitor.url(&format!("/{}", scheme.slug)));
    let day = scheme.ended.map(|at| formats::date(at.day(), language)).unwrap_or_default();
    let words = Markup::text(&texts(language).text("list-ended-line", &[("title", title.get(language).into()), ("date", day.into())]));
    Markup::trusted(format!("<a class=\"govuk-link\" href=\"{href}\">{words}</a>"))
}
