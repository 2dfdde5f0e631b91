//! A public terminal, enrolled by an officer: the code of a visit, details, two photos, and the next person. Nothing is kept in the
//! browser: what leads from page to page travels sealed in the form, each page goes back to the first by itself, and going back in the
//! history shows nothing. No page leads anywhere else.

mod pass;

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::response::Response;
use identity::{Channel, Piece, ProofingError, Token, add_picture, begin_proofing, begin_visit, enrol_terminal, find_terminal, send_proofing};
use kernel::{Environment, Id, Kind, Text, kinds};
use webkit::parts::{Button, Form, Inset, TextInput, Width};
use webkit::{Failure, Layout, Page, SentForm, Values, cookie};

use self::pass::Pass;
use super::call::Call;
use super::cookies;
use super::proofing::{bare, details, photo};
use crate::account::AccountState;
use crate::blocking::blocking;
use crate::faults::Faults;
use crate::pictures::MAX_BYTES;

const START: &str = "/account/terminal";
/// After so many seconds a page gives way to the first one, whether anybody is there or not.
const IDLE_SECS: u32 = 120;
/// Typing takes longer.
const TYPING_SECS: u32 = 600;
const COOKIE_SECS: u32 = 400 * 24 * 3600;

/// Somebody at an enrolled terminal.
pub(super) struct Stand {
    call: Call,
    terminal: Id<kinds::Terminal>,
    strays: Strays,
}

/// Names of the cookies that this browser sent beside the one that makes it a terminal.
struct Strays(Vec<String>);

/// A browser keeps some 180 cookies of a site; the first so many go with each page, the rest with the next.
const STRAYS_MOST: usize = 64;

impl Strays {
    fn of(headers: &HeaderMap, terminal: &str) -> Self {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let names = lines.flat_map(|line| line.split(';')).filter_map(|pair| Some(pair.trim().split_once('=')?.0));
        Self(names.filter(|name| *name != terminal).take(STRAYS_MOST).map(str::to_owned).collect())
    }
}

impl FromRequestParts<Arc<AccountState>> for Stand {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AccountState>) -> Result<Self, Failure> {
        let call = Call::from_request_parts(parts, state).await?;
        let token = cookie(&parts.headers, state.terminal_cookie()).and_then(Token::parse);
        let token = token.ok_or_else(|| Failure::of(Kind::Missing))?;
        let terminal = call.read("resident.terminal", move |tx| find_terminal(tx, &token)).await?;
        let strays = Strays::of(&parts.headers, call.state.terminal_cookie());
        Ok(Self { call, terminal: terminal.ok_or_else(|| Failure::of(Kind::Missing))?, strays })
    }
}

/// The frame: a name, and no way out.
fn layout(environment: Environment) -> Layout {
    let mut layout = Layout::new(Text::new("Verify your identity", "核實你的身分", "核实你的身份"), environment);
    START.clone_into(&mut layout.home);
    layout.density = webkit::Density::Kiosk;
    layout
}

/// Shows a page that gives way to the first one by itself.
fn show(call: &Call, page: Page, secs: u32) -> Response {
    let mut response = layout(call.state.platform.environment()).page(&call.visitor, page);
    if let Ok(value) = HeaderValue::from_str(&format!("{secs};url={}", call.url(START))) {
        response.headers_mut().insert(HeaderName::from_static("refresh"), value);
    }
    response
}

/// The same, and the browser forgets what it has of the person before: all but the cookie that makes it a terminal. `Clear-Site-Data`
/// knows cookies only all together, so they are removed one by one.
fn show_afresh(call: &Call, strays: &Strays, page: Page, secs: u32) -> Response {
    let mut response = show(call, page, secs);
    let forget = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), forget);
    for name in &strays.0 {
        cookies::remove(&call.state, &mut response, name);
    }
    response
}

/// `GET /account/terminal`
pub(super) async fn start(stand: Stand) -> Response {
    first(&stand.call, &stand.strays, &Faults::none())
}

/// A page of somebody who has left.
pub(super) async fn again(call: Call) -> Response {
    call.go(START)
}

fn first(call: &Call, strays: &Strays, faults: &Faults) -> Response {
    let title = call.say("terminal-title");
    let mut body = call.body(&title, faults);
    body.lead(call.say("terminal-lead")).p(call.say("terminal-code-how"));
    let field = TextInput {
        error: faults.of_field("code"),
        width: Width::Ten,
        verbatim: true,
        autocomplete: Some("off"),
        inputmode: Some("numeric"),
        ..TextInput::new("code", call.say("proof-visit-code"))
    };
    body.part(&form(call, "/begin").part(&field).part(&Button::new(call.say("continue"))));
    let page = Page::new(title, body.markup());
    show_afresh(call, strays, if faults.is_empty() { page } else { page.invalid() }, TYPING_SECS)
}

fn form(call: &Call, step: &str) -> Form {
    call.form(&format!("{START}{step}")).unremembered()
}

/// `POST /account/terminal/begin`
pub(super) async fn begin(stand: Stand, values: Values) -> Result<Response, Failure> {
    let Stand { call, terminal, strays } = stand;
    if values.switching() {
        return Ok(first(&call, &strays, &Faults::none()));
    }
    let (keys, typed) = (call.service.ledger().keys().clone(), values.get("code").to_owned());
    let begun = call.act("resident.begin_visit", move |work| begin_visit(work, &keys, terminal, &typed)).await?;
    match begun {
        Ok(Some(account)) => details_page(&call, &Pass::new(&call, terminal, account), &Values::default(), &Faults::none()),
        Ok(None) => Ok(first(&call, &strays, &Faults::one("code", call.say("terminal-code-wrong")))),
        Err(ProofingError::Often) => Ok(first(&call, &strays, &Faults::one("code", call.say("terminal-often")))),
        Err(error) => Err(error.into()),
    }
}

fn details_page(call: &Call, pass: &Pass, values: &Values, faults: &Faults) -> Result<Response, Failure> {
    let title = call.say("proof-piece-details");
    let mut body = call.body(&title, faults);
    body.lead(call.say("proof-details-lead"));
    let form = details::fields(form(call, "/details").hidden("pass", pass.write(call)?), &call.t, values, faults);
    body.part(&form.part(&Button::new(call.say("continue")))).note(call.say("terminal-idle"));
    let page = Page::new(title, body.markup()).switch_submits("form");
    Ok(show(call, if faults.is_empty() { page } else { page.invalid() }, TYPING_SECS))
}

/// `POST /account/terminal/details`
pub(super) async fn details(stand: Stand, values: Values) -> Result<Response, Failure> {
    let Stand { call, terminal, strays } = stand;
    let Some(pass) = Pass::read(&call, terminal, values.get("pass")) else { return Ok(call.go(START)) };
    if values.switching() {
        return details_page(&call, &pass, &values, &Faults::none());
    }
    let typed = match details::read(&call, &values) {
        Ok(typed) => typed,
        Err(faults) => return details_page(&call, &pass, &values, &faults),
    };
    let (service, account) = (call.service.clone(), pass.account);
    let begun = blocking(move || bare(begin_proofing(service.ledger(), service.evidence(), account, Channel::Kiosk, &typed)));
    match begun.await? {
        Ok(case) => photo_page(&call, &pass.with(case), Piece::Document, &Faults::none()),
        Err(ProofingError::Often | ProofingError::Verified) => Ok(ended(&call, &strays, "terminal-not-now")),
        Err(error) => Err(error.into()),
    }
}

fn photo_page(call: &Call, pass: &Pass, piece: Piece, faults: &Faults) -> Result<Response, Failure> {
    let title = call.say(&format!("proof-piece-{}", piece.name()));
    let mut body = call.body(&title, faults);
    let form = form(call, "/photo").with_file().hidden("pass", pass.write(call)?).hidden("piece", piece.name());
    photo::advise(call, &mut body, piece);
    body.part(&form.part(&photo::field(call, piece, faults)).part(&Button::new(call.say("proof-photo-send"))));
    let page = Page::new(title, body.markup()).without_switch();
    Ok(show(call, if faults.is_empty() { page } else { page.invalid() }, IDLE_SECS))
}

/// `POST /account/terminal/photo`: the card, then the person; after that everything is sent.
pub(super) async fn photo(stand: Stand, request: Request) -> Result<Response, Failure> {
    let (call, terminal, strays) = (Arc::new(stand.call), stand.terminal, stand.strays);
    let sent = SentForm::read(request, MAX_BYTES).await?;
    let pass = Pass::read(&call, terminal, sent.values.get("pass"));
    let piece = Piece::from_name(sent.values.get("piece")).filter(|piece| *piece != Piece::Details);
    let Some((pass, case, piece)) = pass.and_then(|pass| Some((pass, pass.case?, piece?))) else { return Ok(call.go(START)) };
    let Some(file) = sent.file else {
        return photo_page(&call, &pass, piece, &Faults::one("picture", call.say("proof-photo-none")));
    };
    let (taker, account) = (call.clone(), pass.account);
    let kept = blocking(move || {
        let words = taker.visitor.texts();
        let picture = match taker.state.pictures.take(&taker.state.platform, (&words, &taker.t), &file) {
            Ok(picture) => picture,
            Err(sentence) => return Ok(Err(sentence)),
        };
        let (ledger, evidence) = (taker.service.ledger(), taker.service.evidence());
        let added = bare(add_picture(ledger, evidence, account, case, (piece, &picture.bytes)))?;
        let done = match added {
            Ok(()) if piece == Piece::Selfie => bare(send_proofing(ledger, evidence, account, case))?,
            added => added,
        };
        Ok::<_, store::RunError<ProofingError>>(Ok(done))
    });
    match kept.await? {
        Err(sentence) => photo_page(&call, &pass, piece, &Faults::one("picture", sentence)),
        Ok(Ok(())) if piece == Piece::Document => photo_page(&call, &pass, Piece::Selfie, &Faults::none()),
        Ok(Ok(())) => Ok(ended(&call, &strays, "proof-waiting")),
        Ok(Err(_)) => Ok(ended(&call, &strays, "terminal-not-now")),
    }
}

/// The last page: the next person finds nothing.
fn ended(call: &Call, strays: &Strays, key: &str) -> Response {
    let title = call.say("terminal-end");
    let mut body = call.body(&title, &Faults::none());
    body.part(&Inset(call.say(key).into())).p(call.say("terminal-take-card"));
    body.part(&Button::link(call.say("terminal-finish"), call.url(START)));
    show_afresh(call, strays, Page::new(title, body.markup()).without_switch(), IDLE_SECS / 4)
}

/// `GET /account/terminal/enrol`
pub(super) async fn ask_enrol(call: Call) -> Response {
    enrol_page(&call, &Faults::none())
}

/// `POST /account/terminal/enrol`: the code that an officer was shown makes this browser a terminal.
pub(super) async fn enrol(call: Call, values: Values) -> Result<Response, Failure> {
    if values.switching() {
        return Ok(enrol_page(&call, &Faults::none()));
    }
    let (ledger, typed) = (call.service.ledger().clone(), values.get("code").to_owned());
    let Some(token) = blocking(move || enrol_terminal(&ledger, &typed)).await? else {
        return Ok(enrol_page(&call, &Faults::one("code", call.say("terminal-enrol-wrong"))));
    };
    let mut response = call.go(START);
    cookies::set(&call.state, &mut response, call.state.terminal_cookie(), &token.reveal(), COOKIE_SECS);
    Ok(response)
}

fn enrol_page(call: &Call, faults: &Faults) -> Response {
    let title = call.say("terminal-enrol");
    let mut body = call.body(&title, faults);
    let field = TextInput {
        error: faults.of_field("code"),
        width: Width::Ten,
        verbatim: true,
        autocomplete: Some("off"),
        inputmode: Some("numeric"),
        ..TextInput::new("code", call.say("proof-visit-code"))
    };
    body.lead(call.say("terminal-enrol-lead"));
    body.part(&form(call, "/enrol").part(&field).part(&Button::new(call.say("continue"))));
    let page = Page::new(title, body.markup()).switch_submits("form");
    show(call, if faults.is_empty() { page } else { page.invalid() }, TYPING_SECS)
}
