use axum::extract::Path;
use axum::response::Response;
use flows::{MailWritten, Writer};
use identity::{AttributeName, MailLink, Source, confirm_mail};
use kernel::Secret;
use webkit::parts::{Button, ButtonStyle, Notification, TextArea, TextInput};
use webkit::{Body, Failure, Page, Values};

use super::call::Call;
use super::connect::label;
use crate::blocking::blocking;
use crate::faults::Faults;

/// What residents write themselves, for the forms that online services have them fill in.
const OWN: [AttributeName; 3] = [AttributeName::Email, AttributeName::PostalAddress, AttributeName::EmergencyContact];
const LINE_MOST: usize = 200;

/// `GET /account/details`
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let (ledger, account) = (call.service.ledger().clone(), found.who.account());
    let held = blocking(move || flows::own_attributes(&ledger, account)).await?;
    let mail = held.iter().find(|attribute| attribute.name == AttributeName::Email).map(|attribute| attribute.source);
    let value = |name: AttributeName| {
        let found = held.iter().find(|attribute| attribute.name == name);
        found.map_or_else(String::new, |attribute| attribute.value.expose().clone())
    };
    Ok(page(&call, &OWN.map(value), mail, &Faults::none()))
}

/// `POST /account/details`: what is written is kept, what is blank is removed.
pub(super) async fn keep(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let typed = OWN.map(|name| values.get(field(name)).trim().to_owned());
    let faults = faults(&call, &typed);
    if values.switching() || !faults.is_empty() {
        return Ok(page(&call, &typed, None, &if values.switching() { Faults::none() } else { faults }));
    }
    let (ledger, platform, months) = (call.service.ledger().clone(), call.state.platform.clone(), call.charter.keep_months);
    let (who, now) = (found.who, call.now());
    let values = OWN.into_iter().zip(typed.clone()).map(|(name, text)| (name, Secret::new(text))).collect();
    let written = blocking(move || {
        let writer = Writer { account: who.account(), fresh: who.is_fresh(now), sender: platform.sender() };
        flows::write_own_attributes(&ledger, writer, months, values)
    });
    Ok(match (written.await?, call.next()) {
        (MailWritten::Stale, _) => call.go("/account/sign-in?next=/account/details"),
        (MailWritten::TooMany, _) => page(&call, &typed, None, &Faults::one("email", call.say("mail-often"))),
        (MailWritten::LinkSent, None) => call.go("/account/details"),
        (MailWritten::Same | MailWritten::LinkSent, next) => call.go(next.unwrap_or("/account/data")),
    })
}

/// `POST /account/email/again`: the link once more.
pub(super) async fn again(call: Call, _: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let (ledger, platform, who, now) = (call.service.ledger().clone(), call.state.platform.clone(), found.who, call.now());
    let sent = blocking(move || {
        let writer = Writer { account: who.account(), fresh: who.is_fresh(now), sender: platform.sender() };
        flows::send_mail_link_again(&ledger, writer)
    });
    let title = call.say("mail-title");
    let key = if sent.await? == MailWritten::TooMany { "mail-often" } else { "mail-sent" };
    let mut body = call.body(&title, &Faults::none());
    body.part(&Notification { title: String::new(), body: call.say(key).into(), success: key == "mail-sent" });
    Ok(call.show(Page::new(title, body.markup()).without_switch().back(call.url("/account/details"))))
}

/// `GET /account/email/{link}`: what the link in a mail does. Looking at it does nothing: mail programs look first.
pub(super) async fn ask_confirm(call: Call, Path(link): Path<String>) -> Response {
    let title = call.say("mail-title");
    let mut body = call.body(&title, &Faults::none());
    if MailLink::read(&link, call.service.ledger().keys(), call.now()).is_none() {
        return over(&call);
    }
    body.lead(call.say("mail-confirm-lead"));
    body.part(&call.form(&format!("/account/email/{link}")).part(&Button::new(call.say("mail-confirm"))));
    body.note(call.say("mail-confirm-not-you"));
    call.show(Page::new(title, body.markup()))
}

/// `POST /account/email/{link}`: by whoever reads the mails of the address, signed in or not.
pub(super) async fn confirm(call: Call, Path(link): Path<String>, _: Values) -> Result<Response, Failure> {
    let Some(link) = MailLink::read(&link, call.service.ledger().keys(), call.now()) else { return Ok(over(&call)) };
    if !call.act("resident.confirm_mail", move |work| confirm_mail(work, &link)).await?? {
        return Ok(over(&call));
    }
    let title = call.say("mail-confirmed-title");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("mail-confirmed")).link(call.say("account-mine-title"), call.url("/account"));
    Ok(call.show(Page::new(title, body.markup()).without_switch()))
}

fn over(call: &Call) -> Response {
    let title = call.say("mail-over-title");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("mail-over")).link(call.say("details-title"), call.url("/account/details"));
    call.show(Page::new(title, body.markup()).without_switch().invalid())
}

fn faults(call: &Call, typed: &[String; 3]) -> Faults {
    let mut lines = Vec::new();
    for (name, text) in OWN.into_iter().zip(typed) {
        let long = text.chars().count() > LINE_MOST || text.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\n'));
        let odd = name == AttributeName::Email && !text.is_empty() && notify::MailAddress::parse(text).is_err();
        if long {
            lines.push((field(name).to_owned(), call.t.with("details-long", [("most", LINE_MOST)])));
        } else if odd {
            lines.push((field(name).to_owned(), call.say("details-email-wrong")));
        }
    }
    Faults::list(lines)
}

const fn field(name: AttributeName) -> &'static str {
    match name {
        AttributeName::Email => "email",
        AttributeName::PostalAddress => "postal",
        _ => "emergency",
    }
}

fn page(call: &Call, [email, postal, emergency]: &[String; 3], mail: Option<Source>, faults: &Faults) -> Response {
    let title = call.say("details-title");
    let mut body = call.body(&title, faults);
    body.lead(call.say("details-lead")).p(call.t.with("details-kept", [("months", call.charter.keep_months)]));
    let label = |name: AttributeName| label(call, name.name());
    let email = TextInput {
        value: email.clone(),
        hint: Some(call.say("mail-hint")),
        error: faults.of_field("email"),
        autocomplete: Some("email"),
        inputmode: Some("email"),
        kind: Some("email"),
        verbatim: true,
        ..TextInput::new("email", label(AttributeName::Email))
    };
    let postal = TextArea {
        hint: Some(call.say("details-postal-hint")),
        value: postal.clone(),
        error: faults.of_field("postal"),
        ..TextArea::new("postal", label(AttributeName::PostalAddress))
    };
    let emergency = TextInput {
        hint: Some(call.say("details-emergency-hint")),
        value: emergency.clone(),
        error: faults.of_field("emergency"),
        ..TextInput::new("emergency", label(AttributeName::EmergencyContact))
    };
    match mail {
        Some(Source::Typed) => {
            body.part(&Notification { title: String::new(), body: call.say("mail-waits").into(), success: false });
            let button = Button::new(call.say("mail-again")).style(ButtonStyle::Quiet);
            body.part(&call.form("/account/email/again").id("again").part(&button));
        }
        Some(_) => {
            body.p(call.say("mail-stands"));
        }
        None => {}
    }
    let form = call.form(&call.with_next("/account/details")).id("form").part(&email).part(&postal).part(&emergency);
    body.part(&form.part(&Button::new(call.say("details-save"))));
    call.show_form(Page::new(title, body.markup()).back(call.url("/account")), faults)
}

/// The links to these pages on the account's own.
pub(super) fn links(call: &Call, body: &mut Body) {
    body.h2(call.say("services-mine")).p(call.say("services-mine-lead"));
    for (key, path) in [("services-title", "/account/services"), ("details-title", "/account/details"), ("account-data-title", "/account/data")] {
        body.link(call.say(key), call.url(path));
    }
}
