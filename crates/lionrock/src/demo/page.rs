use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use flows::Platform;
use installation::runtime::Runtime;
use installation::seed::SeededOfficer;
use journal::Actor;
use kernel::{Environment, Kind, Text};
use people::{FinishSignIn, RelyingParty, SignIn};
use webkit::parts::{Button, Form, SummaryList, SummaryRow, Table, Warning};
use webkit::{Body, Failure, Layout, Page, Values, Visitor};

use super::calls;
use super::city::City;
use super::words::{self, Word};

/// What the demonstration's front page needs.
pub struct DemoState {
    platform: Arc<Platform>,
    relying_party: Arc<RelyingParty>,
    origin: String,
    officers: Mutex<Vec<SeededOfficer>>,
    invitations: Vec<people::Token>,
    free: Vec<connectors::synthetic::Household>,
    courier: kernel::Secret<String>,
    credential: kernel::Secret<String>,
    gazetteer: Arc<hongkong::Gazetteer>,
    library: String,
}

impl DemoState {
    /// The state over a running platform.
    pub fn new(runtime: &Runtime, city: City, origin: &str, library: String) -> Self {
        Self {
            platform: runtime.platform.clone(),
            relying_party: city.relying_party,
            origin: origin.to_owned(),
            officers: Mutex::new(city.officers),
            invitations: city.invitations,
            free: city.free,
            courier: city.courier,
            credential: city.credential,
            gazetteer: runtime.gazetteer.clone(),
            library,
        }
    }
}

/// `/{language}/demo` and the one-click sign-in behind it.
pub fn routes(state: Arc<DemoState>) -> Router {
    let pages = Router::new()
        .route("/demo", get(front))
        .route("/demo/sign-in/{number}", post(sign_in))
        .with_state(state);
    webkit::in_every_language(&pages)
}

async fn front(State(state): State<Arc<DemoState>>, Extension(visitor): Extension<Visitor>) -> Response {
    let text = |word: Word| words::text(word).get(visitor.language).to_owned();
    let mut body = Body::new(visitor.language);
    body.h1(text(Word::Title)).lead(text(Word::Lead)).part(&Warning(text(Word::OnlyInvented)));
    body.h2(text(Word::Services));
    for service in state.platform.services() {
        let scheme = service.scheme();
        body.h3(scheme.title(visitor.language)).p(scheme.summary(visitor.language));
        let open = if scheme.operation().is_some() { Word::OpenOperation } else { Word::OpenService };
        body.link(text(open), visitor.url(&format!("/{}", service.slug())));
        body.link(text(Word::Messages), visitor.url(&format!("/demo/messages/{}", service.slug())));
        body.link(text(Word::Trust), visitor.url(&format!("/{}/trust", service.slug())));
        body.link(text(Word::Statistics), visitor.url(&format!("/{}/statistics", service.slug())));
    }
    if state.platform.public_identity().is_some() {
        accounts(&state, &visitor, &mut body);
    }
    officers(&state, &visitor, &mut body);
    body.link(calls::title().get(visitor.language), visitor.url("/demo/calls"));
    residents(&state, &visitor, &mut body);
    body.h2(text(Word::Courier)).p(text(Word::CourierText));
    body.link(text(Word::CourierPages), visitor.url("/partner"));
    body.part(&SummaryList::new(vec![
        SummaryRow::new(text(Word::CourierCredential), state.credential.expose().as_str()),
        SummaryRow::new(text(Word::CourierKey), state.courier.expose().as_str()),
    ]));
    let layout = Layout::new(Text::new("Lionrock", "獅子山", "狮子山"), Environment::Demo);
    layout.page(&visitor, Page::new(text(Word::Title), body.markup()).wide())
}

fn accounts(state: &DemoState, visitor: &Visitor, body: &mut Body) {
    let text = |word: Word| words::text(word).get(visitor.language).to_owned();
    body.h2(text(Word::Accounts)).p(text(Word::AccountsText));
    body.link(text(Word::OpenAccount), visitor.url(resident::ACCOUNT_PATH));
    body.link(text(Word::Codes), visitor.url("/account/inbox"));
    let library = state.library.replacen("/en/", &format!("/{}/", visitor.language.slug()), 1);
    body.p(text(Word::TryItText)).link(text(Word::TryIt), library);
    body.link(text(Word::Developers), visitor.url("/developers"));
}

fn residents(state: &DemoState, visitor: &Visitor, body: &mut Body) {
    let text = |word: Word| words::text(word).get(visitor.language).to_owned();
    body.h2(text(Word::Residents)).p(text(Word::ResidentsText));
    for household in &state.free {
        let main = &household.main;
        let premises = state.gazetteer.get(&main.address_key);
        let unit = hongkong::Unit::from_boxes(&main.unit.flat.to_string(), &main.unit.floor.to_string(), "");
        let address = premises.map(|premises| hongkong::format_line(premises, &unit, visitor.language));
        let mut rows = vec![
            SummaryRow::new(text(Word::IdNumber), main.id_number.formatted()),
            SummaryRow::new(text(Word::Birth), main.birth.to_string()),
            SummaryRow::new(text(Word::Address), address.unwrap_or_default()),
            SummaryRow::new(text(Word::Mobile), main.mobile.formatted()),
        ];
        for member in &household.members {
            let value = format!("{}  {}", member.id_number.formatted(), member.birth);
            rows.push(SummaryRow::new(text(Word::Member), value));
        }
        body.h3(format!("{}  {}", main.name_en, main.name_zh)).part(&SummaryList::new(rows));
    }
}

fn officers(state: &DemoState, visitor: &Visitor, body: &mut Body) {
    let text = |word: Word| words::text(word).get(visitor.language).to_owned();
    body.h2(text(Word::Officers)).p(text(Word::OfficersText));
    let officers = state.officers.lock().unwrap_or_else(PoisonError::into_inner);
    for (officer, number) in officers.iter().zip(0..) {
        let post = officer.post.get(visitor.language);
        let label = text(Word::SignInAs).replace("{post}", post);
        let form = Form::new(visitor)
            .to(visitor.url(&format!("/demo/sign-in/{number}")))
            .id(format!("sign-in-{number}"))
            .part(&Button::new(label));
        body.part(&form);
    }
    let mut table = Table::new(text(Word::Invitations), [text(Word::Post), text(Word::Link)]);
    for (officer, invitation) in officers.iter().zip(&state.invitations) {
        let path = format!("/staff/invitation/{}", invitation.reveal().expose());
        table.row([officer.post.get(visitor.language).to_owned(), format!("{}{}", state.origin, visitor.url(&path))]);
    }
    body.p(text(Word::InvitationsText)).part(&table);
}

/// Signs in by the real ceremony, with the software passkey that the demonstration keeps for this officer.
async fn sign_in(
    State(state): State<Arc<DemoState>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<usize>,
    _values: Values,
) -> Result<Response, Failure> {
    let signed_in = tokio::task::spawn_blocking({
        let state = state.clone();
        move || ceremony(&state, number)
    });
    let token = signed_in.await.map_err(|_| Failure::of(Kind::Broken))??;
    // The demonstration stays on http://localhost, so its cookie is the plain one of the staff pages.
    let cookie = format!("session={}; Path=/; HttpOnly; SameSite=Lax", token.expose());
    let cookie = HeaderValue::from_str(&cookie).map_err(|_| Failure::of(Kind::Broken))?;
    let location = HeaderValue::from_str(&visitor.url("/staff")).map_err(|_| Failure::of(Kind::Broken))?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location), (SET_COOKIE, cookie)]).into_response())
}

fn ceremony(state: &DemoState, number: usize) -> Result<kernel::Secret<String>, Failure> {
    let ledger = state.platform.ledger();
    let rp = state.relying_party.clone();
    let (challenge, _) = ledger.write("demo.begin_sign_in", Actor::Visitor, move |work| people::begin_sign_in(work, &rp))?;
    let answer = {
        let mut officers = state.officers.lock().unwrap_or_else(PoisonError::into_inner);
        let officer = officers.get_mut(number).ok_or_else(|| Failure::of(Kind::Missing))?;
        let answer = officer.passkey.get(&state.origin, &challenge.options);
        answer.map_err(|error| Failure::of(Kind::Broken).because(error.to_string()))?
    };
    let (rp, finish) = (state.relying_party.clone(), FinishSignIn { ceremony: challenge.ceremony, answer, replaces: None });
    let (signed_in, _) =
        ledger.write("demo.finish_sign_in", Actor::Visitor, move |work| people::finish_sign_in(work, &rp, finish.clone()))?;
    match signed_in {
        SignIn::Welcome(welcome) => Ok(welcome.token.reveal()),
        SignIn::Suspended => Err(Failure::of(Kind::Denied).because("the passkey is suspended")),
    }
}
