use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use flows::letter_at_hand;
use identity::{LetterAtHand, deliver_at_hand, letters_at_hand};
use journal::Actor;
use kernel::{Environment, Kind};
use notify::Opened;
use webkit::parts::{Button, ButtonStyle, Inset, Part, Table};
use webkit::{Body, Failure, Markup, Page, Values};

use super::call::Call;
use crate::blocking::blocking;
use crate::faults::Faults;

const HERE: &str = "/account/inbox";
const NEWEST: usize = 20;

/// `GET /account/inbox`: the codes and letters that were sent, because nobody in a demonstration has a telephone or a letter box. In a
/// live system and in one for tests, where somebody may try a real number, this page does not exist.
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    demonstrated(&call)?;
    let ledger = call.service.ledger().clone();
    let messages = blocking(move || notify::inbox(&ledger, Actor::Visitor, None, NEWEST)).await?;
    let title = call.say("account-inbox");
    let mut table = Table::new(title.clone(), ["account-inbox-sent", "account-mobile", "account-inbox-text"].map(|key| call.say(key)));
    table.quiet_caption = true;
    table.empty = call.say("account-inbox-empty");
    for message in messages {
        let Some(Opened::Sms { to, text } | Opened::Mail { to, text, .. }) = message.content else { continue };
        let tag = message.summary.language.tag();
        let said = Markup::trusted(format!("<span lang=\"{tag}\">{}</span>", Markup::text(&text)));
        table.row([Markup::text(&call.at(message.summary.queued)), Markup::text(&to), said]);
    }
    let mut body = call.body(&title, &Faults::none());
    body.p(call.say("account-inbox-lead")).part(&table);
    letters(&call, &mut body).await?;
    Ok(call.show(Page::new(title, body.markup()).back(call.url("/account"))))
}

fn demonstrated(call: &Call) -> Result<(), Failure> {
    let demonstration = call.state.platform.environment() == Environment::Demo;
    if demonstration { Ok(()) } else { Err(Failure::of(Kind::Missing)) }
}

/// Letters with PINs that no print bureau has: delivered by a press, and read as PDF then.
async fn letters(call: &Call, body: &mut Body) -> Result<(), Failure> {
    let (ledger, environment) = (call.service.ledger().clone(), call.state.platform.environment());
    let found = blocking(move || ledger.read("resident.letters_at_hand", |tx| letters_at_hand(tx, environment))).await?;
    body.h2(call.say("account-letters")).p(call.say("account-letters-lead"));
    if call.state.font.is_none() {
        body.part(&Inset(call.say("account-letters-no-font").into()));
    }
    let head = ["account-letters-asked", "account-letters-language", "account-letters-letter"].map(|key| call.say(key));
    let mut table = Table::new(call.say("account-letters"), head);
    table.quiet_caption = true;
    table.empty = call.say("account-letters-none");
    for letter in &found {
        table.row([Markup::text(&call.at(letter.asked)), letter.language.own_name().into(), act(call, letter)]);
    }
    body.part(&table);
    Ok(())
}

fn act(call: &Call, letter: &LetterAtHand) -> Markup {
    let (at, asked) = (format!("{HERE}/letters/{}", letter.barcode), call.at(letter.asked));
    if !letter.delivered {
        let button = Button::new(call.t.with("account-letters-deliver", [("time", asked)])).style(ButtonStyle::Quiet);
        return call.form(&at).id(format!("deliver-{}", letter.barcode)).part(&button).html(call.language());
    }
    if call.state.font.is_none() {
        return Markup::text(&call.say("account-letters-came"));
    }
    let words = call.t.with("account-letters-read", [("time", asked)]);
    Button::link(words, call.url(&at)).style(ButtonStyle::Quiet).html(call.language())
}

/// `POST /account/inbox/letters/{barcode}`: the letter comes.
pub(super) async fn deliver(call: Call, Path(barcode): Path<String>, _: Values) -> Result<Response, Failure> {
    demonstrated(&call)?;
    let (ledger, environment) = (call.service.ledger().clone(), call.state.platform.environment());
    blocking(move || {
        ledger.write("resident.deliver_at_hand", Actor::Visitor, move |work| deliver_at_hand(work, environment, &barcode))
    })
    .await?;
    Ok(call.go(HERE))
}

/// `GET /account/inbox/letters/{barcode}`: the letter that came.
pub(super) async fn letter(call: Call, Path(barcode): Path<String>) -> Result<Response, Failure> {
    demonstrated(&call)?;
    let font = call.state.font.clone().ok_or_else(|| Failure::of(Kind::Missing))?;
    let (platform, service) = (call.state.platform.clone(), call.service.clone());
    let pdf = blocking(move || letter_at_hand(&platform, &service, &barcode, &font)).await?;
    let pdf = pdf.ok_or_else(|| Failure::of(Kind::Missing))?;
    let headers = [(CONTENT_TYPE, "application/pdf"), (CONTENT_DISPOSITION, "inline; filename=\"letter.pdf\"")];
    Ok((headers, pdf).into_response())
}
