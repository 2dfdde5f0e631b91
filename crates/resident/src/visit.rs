use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;
use flows::Service;
use kernel::{Instant, Kind, Language, to_hex};
use registration::scheme::Scheme;
use registration::{SchemeState, Status};
use webkit::{Body, ClientAddress, Failure, L10n, Page, Visitor};

use crate::blocking::read;
use crate::layout::scheme_layout;
use crate::state::ResidentState;
use crate::texts::texts;

/// Somebody on a page of one scheme. A scheme without a gate in force cannot be visited: its pages are not found.
pub(crate) struct Visit {
    pub(crate) state: Arc<ResidentState>,
    pub(crate) service: Arc<Service>,
    pub(crate) scheme: Arc<Scheme>,
    pub(crate) visitor: Visitor,
    pub(crate) t: L10n,
    /// Where the request came from: for limits, never for the log.
    pub(crate) from: ClientAddress,
}

impl FromRequestParts<Arc<ResidentState>> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<ResidentState>) -> Result<Self, Failure> {
        let missing = || Failure::of(Kind::Missing);
        let Path(slug) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| missing())?;
        let service = state.platform.public_service(&slug).ok_or_else(missing)?;
        // An operation is entered by field officers: it has no public form, and no queue before one.
        let form = ["/wait", "/register", "/repair"].iter().any(|page| parts.uri.path().ends_with(page));
        if form && service.scheme().operation().is_some() {
            return Err(missing());
        }
        let Ok(visitor) = Visitor::from_request_parts(parts, state).await;
        let client = ClientAddress::of(&parts.extensions);
        let visit = Self::new(state.clone(), service, visitor);
        Ok(Self { from: client.unwrap_or(visit.from), ..visit })
    }
}

impl Visit {
    /// A visit to a service that is in force.
    pub(crate) fn new(state: Arc<ResidentState>, service: Arc<Service>, visitor: Visitor) -> Self {
        let t = texts(visitor.language);
        Self { scheme: service.scheme(), state, service, visitor, t, from: IpAddr::from(Ipv4Addr::UNSPECIFIED).into() }
    }

    /// The language of the page.
    pub(crate) const fn language(&self) -> Language {
        self.visitor.language
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Instant {
        self.state.platform.now()
    }

    /// The version of the scheme whose statement this visit shows, in hexadecimal.
    pub(crate) fn version(&self) -> String {
        to_hex(&self.scheme.digest())
    }

    /// The address of a page of this scheme in the visitor's language: `url("/status")`.
    pub(crate) fn url(&self, page: &str) -> String {
        self.visitor.url(&self.path(page))
    }

    /// The same without the language.
    pub(crate) fn path(&self, page: &str) -> String {
        format!("/{}{page}", self.service.slug())
    }

    /// Answers as another page of the scheme: forms and the language switch lead there.
    pub(crate) fn on_page(mut self, page: &str) -> Self {
        self.visitor.path = self.path(page);
        self.visitor.query = None;
        self
    }

    /// An empty body.
    pub(crate) fn body(&self) -> Body {
        Body::new(self.language())
    }

    /// Shows a page in the scheme's frame.
    pub(crate) fn show(&self, page: Page) -> Response {
        scheme_layout(self.state.platform.environment(), &self.scheme).page(&self.visitor, page)
    }

    /// Window, pause and extension as they are now.
    pub(crate) async fn standing(&self) -> Result<Standing, Failure> {
        let state = read(&self.service, "resident.state", registration::current_state).await?;
        let state = state.ok_or_else(|| Failure::of(Kind::Missing))?;
        Ok(Standing { status: state.status_at(self.now()), state })
    }
}

/// Where a scheme stands at the moment of a request.
pub(crate) struct Standing {
    pub(crate) status: Status,
    pub(crate) state: SchemeState,
}
