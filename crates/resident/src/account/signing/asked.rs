//! Documents that online services brought: who asks, and the way back.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use flows::waiting_document;
use identity::Resident;
use kernel::{Id, Kind, kinds};
use openid::RedirectUri;
use provider::Registered;
use signing::AskedSignature;
use webkit::parts::{Button, SummaryRow, Table};
use webkit::{Body, Failure, Markup, Page, Visitor};

use super::super::call::Call;
use super::super::connect::{go_on, marks, see};
use super::PATH;
use crate::account::AccountState;
use crate::blocking::blocking;
use crate::faults::Faults;

type RequestId = Id<kinds::SigningRequest>;

/// A service's document, with the service as it is registered.
pub(super) struct Brought {
    pub(super) asked: AskedSignature,
    pub(super) service: Registered,
}

impl Brought {
    /// Nothing for a document that the resident brought.
    pub(super) async fn find(call: &Call, who: &Resident, id: RequestId) -> Result<Option<Self>, Failure> {
        let account = who.account();
        let look = move |tx: &mut store::Tx<'_>| {
            let Some(asked) = signing::asked_signature(tx, id, account)? else { return Ok::<_, store::StoreError>(None) };
            let service = provider::find_client(tx, &asked.client)?;
            Ok(service.map(|service| Self { asked, service }))
        };
        call.read("resident.asked_signature", look).await
    }

    /// The registered name.
    pub(super) fn name(&self, call: &Call) -> String {
        self.service.registration.name.get(call.language()).to_owned()
    }

    /// Who asks, as two officers approved it; the service's own words are one line, and marked as its own.
    pub(super) fn say_who(&self, call: &Call, body: &mut Body) {
        body.push(&marks(call, &self.service.registration));
    }

    pub(super) fn rows(&self, call: &Call, purpose: &str) -> Vec<SummaryRow> {
        let registration = &self.service.registration;
        vec![
            SummaryRow::new(call.say("signing-asked-by"), self.name(call)),
            SummaryRow::new(call.say("connect-department"), registration.department.get(call.language())),
            SummaryRow::new(call.say("signing-asked-words"), call.t.with("signing-asked-quoted", [("words", purpose)])),
            SummaryRow::new(call.say("signing-asked-due"), call.at(self.asked.due)),
        ]
    }

    /// The page of a document that is gone: what became of it.
    pub(super) fn over(&self, call: &Call) -> Response {
        let title = call.say("signing-asked-over");
        let mut body = call.body(&title, &Faults::none());
        let state = call.say(&state_words(&self.asked, call));
        body.lead(call.t.with("signing-asked-over-lead", [("service", self.name(call)), ("state", state)]));
        body.link(call.say("signing-back"), call.url(PATH));
        call.show(Page::new(title, body.markup()).back(call.url("/account")))
    }

    /// The button that leads back to the service, once the document is signed.
    pub(super) async fn way_back(&self, call: &Call, who: &Resident, body: &mut Body) -> Result<(), Failure> {
        if let Some(address) = self.back(call, who, None).await? {
            body.part(&Button::link(call.t.with("connect-leaving-link", [("service", self.name(call))]), address));
        }
        Ok(())
    }

    /// Goes back with a refusal, if the service named a way.
    pub(super) fn refused(&self, call: &Call, address: Option<String>) -> Result<Response, Failure> {
        address.map_or_else(|| Ok(call.go(PATH)), |address| go_on(call, &self.name(call), &address))
    }

    /// The service's address with what it needs to know which document this is about. That it was signed it asks for itself.
    pub(super) async fn back(&self, call: &Call, who: &Resident, error: Option<&str>) -> Result<Option<String>, Failure> {
        let (ledger, who, id) = (call.service.ledger().clone(), *who, self.asked.id);
        let Some(back) = blocking(move || waiting_document(&ledger, &who, id)).await?.back else { return Ok(None) };
        let address = RedirectUri::register(&back.address, true).map_err(|_| Failure::of(Kind::Broken))?;
        let (id, issuer) = (self.asked.id.to_string(), call.state.relying_party.origin());
        let mut parameters = vec![("sign_id", id.as_str())];
        parameters.extend(error.map(|error| ("error", error)));
        parameters.extend(back.state.as_deref().map(|state| ("state", state)));
        parameters.push(("iss", &issuer));
        Ok(Some(address.with(&parameters)))
    }
}

fn state_words(asked: &AskedSignature, call: &Call) -> String {
    format!("signing-asked-{}", asked.state(call.now()))
}

/// Every document that services brought, with what became of it.
pub(super) fn list(call: &Call, body: &mut Body, asked: &[(AskedSignature, String)]) {
    let title = call.say("signing-asked-title");
    let columns = ["signing-asked-on", "signing-asked-by", "signing-form", "signing-state"].map(|key| call.say(key));
    let mut table = Table::new(title.clone(), columns);
    table.quiet_caption = true;
    table.empty = call.say("signing-asked-none");
    for (one, service) in asked {
        let words = call.say(&state_words(one, call));
        let state = if one.state(call.now()) == "waiting" { link(call, one, &words) } else { Markup::text(&words) };
        let form = call.say(&format!("signing-form-{}", one.form.name()));
        table.row([Markup::text(&call.at(one.asked)), Markup::text(service), Markup::text(&form), state]);
    }
    body.h2(title).part(&table);
}

fn link(call: &Call, one: &AskedSignature, words: &str) -> Markup {
    let address = Markup::text(&call.url(&format!("{PATH}/{}", one.id)));
    let when = Markup::text(&call.at(one.asked));
    Markup::trusted(format!(
        "<a class=\"govuk-link\" href=\"{address}\">{}<span class=\"govuk-visually-hidden\"> ({when})</span></a>",
        Markup::text(words),
    ))
}

/// `GET /oidc/signing/{request}`: where services send residents with a document. Whose it is shows after the sign-in.
pub(in crate::account) async fn arrive(State(_): State<Arc<AccountState>>, Path(id): Path<String>, visitor: Visitor) -> Result<Response, Failure> {
    let id: RequestId = id.parse().map_err(|_| Failure::of(Kind::Missing))?;
    see(&format!("/{}{PATH}/{id}", visitor.language.slug()))
}
