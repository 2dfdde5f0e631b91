//! The activation of one's own account: who one is and where one lives, then the PIN that came there.

use axum::http::StatusCode;
use axum::response::Response;
use hongkong::District;
use identity::{
    Account, Activation, ActivationDetails, ActivationFlaw, AskActivationError, AtDoor, AttributeName, Level, PINS_MOST, Pin, PinState,
    Tried, TypedActivation, TypedDocument, activation, ask_activation, prepare_activation, try_pin,
};
use store::RunError;
use webkit::parts::{Button, ButtonStyle, Choice, DateValue, Form, Inset, Select, TextArea, TextInput, Warning, Width};
use webkit::{Body, Failure, Page, Values, formats};

use super::call::Call;
use super::document;
use super::password_sign_in::often;
use super::sign_up::{mobile_field, mobile_of};
use crate::blocking::blocking;
use crate::faults::Faults;

const HERE: &str = "/account/activate";
const AGAIN: &str = "/account/activate/again";
const PIN: &str = "/account/activate/pin";
/// Where anybody types a PIN.
const OPEN: &str = "/account/pin";

/// How far the account of whoever is signed in has come.
struct Mine {
    account: Account,
    found: Option<Activation>,
}

impl Mine {
    fn latest(&self) -> Option<&Pin> {
        self.found.as_ref()?.pins.first()
    }

    /// Whether another PIN can be sent.
    fn may_ask_again(&self) -> bool {
        self.latest().is_some_and(|pin| pin.number < PINS_MOST)
    }
}

async fn mine(call: &Call) -> Result<Option<Mine>, Failure> {
    let Some(found) = call.found else { return Ok(None) };
    let id = found.who.account();
    let read = call.read("resident.activation", move |tx| Ok::<_, store::StoreError>((identity::account(tx, id)?, activation(tx, id)?)));
    let (account, found) = read.await?;
    Ok(account.map(|account| Mine { account, found }))
}

/// `GET /account/activate`: what comes next.
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    let Some(mine) = mine(&call).await? else { return Ok(call.away()) };
    Ok(page(&call, &mine, &Faults::none()))
}

/// `GET /account/activate/again`: another letter, with what was typed before.
pub(super) async fn again(call: Call) -> Result<Response, Failure> {
    let Some(mine) = mine(&call).await? else { return Ok(call.away()) };
    if mine.account.level != Level::Registered || !mine.may_ask_again() {
        return Ok(call.go(HERE));
    }
    let (ledger, account) = (call.service.ledger().clone(), mine.account.id);
    let held = blocking(move || flows::own_attributes(&ledger, account)).await?;
    let of = |name: AttributeName| held.iter().find(|one| one.name == name).map_or("", |one| one.value.expose().as_str());
    let district = mine.found.as_ref().and_then(|found| found.district).map_or("", District::code);
    let known = [
        ("name_en", of(AttributeName::NameEn)),
        ("name_zh", of(AttributeName::NameZh)),
        ("address", of(AttributeName::Address)),
        ("district", district),
    ];
    Ok(details_page(&call, AGAIN, &Values::from_pairs(known), &Faults::none()))
}

fn page(call: &Call, mine: &Mine, faults: &Faults) -> Response {
    if mine.account.level != Level::Registered {
        return done(call);
    }
    match mine.latest() {
        None => details_page(call, HERE, &Values::default(), faults),
        Some(pin) => waiting(call, mine, pin, faults),
    }
}

fn done(call: &Call) -> Response {
    let title = call.say("activate-done");
    let mut body = call.body(&title, &Faults::none());
    body.p(call.say("activate-done-lead")).link(call.say("account-mine-title"), call.url("/account"));
    call.show(Page::new(title, body.markup()).current("/account"))
}

/// A PIN is on its way, or was.
fn waiting(call: &Call, mine: &Mine, pin: &Pin, faults: &Faults) -> Response {
    let title = call.say("activate-title");
    let mut body = call.body(&title, faults);
    let day = |day| formats::date(day, call.language());
    let key = match pin.state {
        PinState::Checking | PinState::Queued => "activate-state-queued",
        PinState::Printed | PinState::Posted => "activate-state-posted",
        PinState::Sent => "activate-state-sent",
        PinState::Returned => "activate-state-returned",
        PinState::Unprintable => "activate-state-unprintable",
        PinState::Lapsed | PinState::Used | PinState::Replaced => "activate-state-lapsed",
    };
    body.part(&Inset(call.t.with(key, [("asked", day(pin.asked.day())), ("until", day(pin.lapses))]).into()));
    if pin.state.is_live() {
        body.part(&call.form(PIN).part(&pin_field(call, faults)).part(&Button::new(call.say("activate-button"))));
    }
    if let Some(found) = &mine.found {
        body.note(call.t.with("activate-ends", [("day", day(found.ends))]));
    }
    if mine.may_ask_again() {
        body.h2(call.say("activate-again-title")).p(call.say("activate-again-lead"));
        body.part(&Button::link(call.say("activate-again"), call.url(AGAIN)).style(ButtonStyle::Secondary));
    } else {
        body.p(call.say("activate-no-more"));
    }
    call.show_form(Page::new(title, body.markup()).back(call.url("/account")), faults)
}

fn pin_field(call: &Call, faults: &Faults) -> TextInput {
    TextInput {
        hint: Some(call.say("pin-hint")),
        error: faults.of_field("pin"),
        width: Width::Ten,
        verbatim: true,
        autocomplete: Some("off"),
        inputmode: Some("numeric"),
        ..TextInput::new("pin", call.say("pin-label"))
    }
}

/// `POST /account/activate` and `/account/activate/again`: the PIN is made with what was typed, sealed at once.
pub(super) async fn ask(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let here = if call.visitor.path.ends_with("/again") { AGAIN } else { HERE };
    if values.switching() {
        return Ok(details_page(&call, here, &values, &Faults::none()));
    }
    let details = match read(&call, &values) {
        Ok(details) => details,
        Err(faults) => return Ok(details_page(&call, here, &values, &faults)),
    };
    let (ledger, charter, who) = (call.service.ledger().clone(), call.charter.clone(), found.who);
    let asked = blocking(move || {
        let new = prepare_activation(&ledger, &charter, &who, &details).map_err(|error| RunError::Refused(error.into()))?;
        match ledger.write("resident.ask_activation", journal::Actor::Visitor, move |work| ask_activation(work, &who, &new)) {
            Ok(_) | Err(RunError::Refused(AskActivationError::Activated)) => Ok(true),
            Err(RunError::Refused(AskActivationError::Often)) => Ok(false),
            Err(error) => Err(error),
        }
    });
    if asked.await? {
        return Ok(call.go(HERE));
    }
    let mut response = details_page(&call, here, &values, &Faults::one("name_en", call.say("activate-no-more")));
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    Ok(response)
}

fn read(call: &Call, values: &Values) -> Result<ActivationDetails, Faults> {
    let issued = DateValue::of(values, "issued");
    let document =
        TypedDocument { kind: values.get("document"), number: values.get("number"), issued: [&issued.day, &issued.month, &issued.year] };
    let typed = TypedActivation {
        name_en: values.get("name_en"),
        name_zh: values.get("name_zh"),
        document,
        address: values.get("address"),
        district: values.get("district"),
    };
    let environment = call.state.platform.environment();
    let details = ActivationDetails::parse(&typed, call.now().day(), environment).map_err(|flaws| {
        let line = |flaw| match flaw {
            ActivationFlaw::NameEn => ("name_en".to_owned(), call.say("proof-wrong-name")),
            ActivationFlaw::NameZh => ("name_zh".to_owned(), call.say("proof-wrong-name-zh")),
            ActivationFlaw::Document(flaw) => document::line(call, flaw),
            ActivationFlaw::Address => ("address".to_owned(), call.say("activate-wrong-address")),
            ActivationFlaw::District => ("district".to_owned(), call.say("activate-wrong-district")),
        };
        Faults::from_lines(flaws.into_iter().map(line).collect())
    })?;
    printable(call, details)
}

/// What the letters' font cannot show would go to an officer by hand weeks later: it is said at once.
fn printable(call: &Call, details: ActivationDetails) -> Result<ActivationDetails, Faults> {
    let Some(font) = &call.state.font else { return Ok(details) };
    let address = details.address.join("");
    let fields = [("name_en", &details.name_en), ("name_zh", &details.name_zh), ("address", &address)];
    let fault = fields.into_iter().find_map(|(field, text)| Some((field, font.missing(text)?)));
    match fault {
        None => Ok(details),
        Some((field, odd)) => Err(Faults::one(field, call.t.with("activate-odd-character", [("character", odd.to_string())]))),
    }
}

fn details_page(call: &Call, to: &str, values: &Values, faults: &Faults) -> Response {
    let title = call.say("activate-title");
    let mut body = call.body(&title, faults);
    body.lead(call.say("activate-lead")).p(call.say("activate-how"));
    if call.state.platform.environment().synthetic_only() {
        body.part(&Warning(call.say("proof-synthetic")));
    }
    let text = |name: &'static str, key: &str, autocomplete| TextInput {
        value: values.get(name).to_owned(),
        error: faults.of_field(name),
        verbatim: true,
        autocomplete,
        ..TextInput::new(name, call.say(key))
    };
    let form = call
        .form(to)
        .part(&text("name_en", "proof-name-en", Some("name")))
        .part(&TextInput { hint: Some(call.say("proof-name-zh-hint")), ..text("name_zh", "proof-name-zh", None) });
    let form = place(document::fields(form, call, values, faults), call, values, faults);
    body.part(&form.part(&Button::new(call.say("activate-ask"))));
    call.show_form(Page::new(title, body.markup()).back(call.url("/account")), faults)
}

fn place(form: Form, call: &Call, values: &Values, faults: &Faults) -> Form {
    let districts = District::ALL.iter().map(|one| Choice::new(one.code(), one.name(call.language())));
    form.part(&TextArea {
        value: values.get("address").to_owned(),
        error: faults.of_field("address"),
        hint: Some(call.say("activate-address-hint")),
        rows: 5,
        ..TextArea::new("address", call.say("activate-address"))
    })
    .part(&Select {
        value: values.get("district").to_owned(),
        error: faults.of_field("district"),
        empty: call.say("activate-choose"),
        ..Select::new("district", call.say("activate-district"), districts.collect())
    })
}

/// `POST /account/activate/pin`: whoever is signed in.
pub(super) async fn own_pin(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(mine) = mine(&call).await? else { return Ok(call.away()) };
    let Some(found) = call.found else { return Ok(call.away()) };
    if values.switching() {
        return Ok(page(&call, &mine, &Faults::none()));
    }
    Ok(match tried(&call, AtDoor::own(&found.who), &values).await? {
        Tried::Activated(_) => call.go(HERE),
        Tried::Wrong | Tried::Often => page(&call, &mine, &Faults::one("pin", call.say("pin-wrong-own"))),
    })
}

/// `GET /pin`: what the letter says to type.
pub(super) async fn short(call: Call) -> Response {
    call.go(OPEN)
}

/// `GET /account/pin`: anybody, with the mobile number of the account; or whoever scanned the letter's QR code. Nothing is looked up, so
/// nothing is told.
pub(super) async fn open(call: Call) -> Response {
    match token(&call) {
        Some(token) => letter_page(&call, &token, &Faults::none()),
        None => open_page(&call, &Values::default(), &Faults::none()),
    }
}

/// `POST /account/pin`: the answer to a wrong PIN is the same whether there is such an account or not. A letter's token has tries of its
/// own, that nobody without the letter can use up.
pub(super) async fn open_pin(call: Call, values: Values) -> Result<Response, Failure> {
    if let Some(token) = token(&call) {
        return with_letter(&call, &token, &values).await;
    }
    if values.switching() {
        return Ok(open_page(&call, &values, &Faults::none()));
    }
    let Some(mobile) = mobile_of(values.get("mobile")) else {
        return Ok(open_page(&call, &values, &Faults::one("mobile", call.say("account-mobile-wrong"))));
    };
    let at = AtDoor::open(call.service.ledger().keys(), &mobile, &call.network);
    Ok(match tried(&call, at, &values).await? {
        Tried::Activated(_) => thanks(&call),
        Tried::Wrong => open_page(&call, &values, &Faults::one("pin", call.say("pin-wrong"))),
        Tried::Often => often(open_page(&call, &values, &Faults::one("pin", call.say("account-often")))),
    })
}

/// The token of a letter. It stands in the query, which is never logged.
fn token(call: &Call) -> Option<String> {
    let token = call.visitor.query.as_deref()?.strip_prefix("letter=")?;
    (token.len() == TOKEN_LENGTH && token.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| token.to_owned())
}

/// Sixteen bytes in hexadecimal digits.
const TOKEN_LENGTH: usize = 32;

fn open_page(call: &Call, values: &Values, faults: &Faults) -> Response {
    let title = call.say("pin-title");
    let mut body = call.body(&title, faults);
    body.lead(call.say("pin-lead"));
    let mobile = mobile_field(call, values.get("mobile"), "tel-national", faults);
    body.part(&call.form(OPEN).part(&mobile).part(&pin_field(call, faults)).part(&Button::new(call.say("activate-button"))));
    no_letter(call, &mut body);
    call.show_form(Page::new(title, body.markup()).back(call.url("/account")), faults)
}

fn no_letter(call: &Call, body: &mut Body) {
    body.h2(call.say("pin-no-letter")).p(call.say("pin-no-letter-lead"));
    body.link(call.say("account-sign-in-title"), call.url("/account/sign-in?next=/account/activate"));
}

async fn with_letter(call: &Call, token: &str, values: &Values) -> Result<Response, Failure> {
    if values.switching() {
        return Ok(letter_page(call, token, &Faults::none()));
    }
    let at = AtDoor::letter(call.service.ledger().keys(), token);
    Ok(match tried(call, at, values).await? {
        Tried::Activated(_) => thanks(call),
        Tried::Wrong | Tried::Often => letter_page(call, token, &Faults::one("pin", call.say("pin-wrong"))),
    })
}

fn letter_page(call: &Call, token: &str, faults: &Faults) -> Response {
    let title = call.say("pin-title");
    let mut body = call.body(&title, faults);
    body.lead(call.say("pin-letter-lead"));
    body.part(&call.form(&format!("{OPEN}?letter={token}")).part(&pin_field(call, faults)).part(&Button::new(call.say("activate-button"))));
    no_letter(call, &mut body);
    call.show_form(Page::new(title, body.markup()), faults)
}

fn thanks(call: &Call) -> Response {
    let title = call.say("activate-done");
    let mut body = call.body(&title, &Faults::none());
    body.p(call.say("pin-thanks")).link(call.say("account-sign-in-title"), call.url("/account"));
    call.show(Page::new(title, body.markup()))
}

async fn tried(call: &Call, at: AtDoor, values: &Values) -> Result<Tried, Failure> {
    let (keys, typed) = (call.service.ledger().keys().clone(), values.get("pin").to_owned());
    Ok(call.act("resident.try_pin", move |work| try_pin(work, &keys, &at, &typed)).await??)
}

/// The way here from the account's own page, as long as the account is not activated.
pub(super) fn link(call: &Call, body: &mut Body, level: Level) {
    if level == Level::Registered {
        body.part(&Inset(call.say("activate-lead").into()));
        body.part(&Button::link(call.say("activate-title"), call.url(HERE)));
    }
}
