use axum::response::Response;
use identity::Level;
use kernel::Kind;
use provider::{RENEWED_SECS, ShownCode};
use store::StoreError;
use webkit::parts::{Button, ButtonStyle, SummaryList, SummaryRow};
use webkit::{Body, Failure, Markup, Page, formats, qr};

use super::call::Call;
use crate::faults::Faults;

/// So often a page brings the next code by itself; then its owner is asked, so that a forgotten page ends.
const RENEWALS: i64 = 12;

/// `GET /account/code`: a signed code for whoever inspects; loading the page again gives a new one.
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let account = found.who.account();
    let read = call.read("resident.code_facts", move |tx| {
        Ok::<_, StoreError>((identity::account(tx, account)?, identity::activation(tx, account)?))
    });
    let (Some(known), activation) = read.await? else { return Ok(call.away()) };
    let title = call.say("shown-title");
    let mut body = call.body(&title, &Faults::none());
    if known.level < Level::Activated {
        body.lead(call.say("shown-not-yet")).p(call.say("shown-not-yet-how"));
        body.part(&Button::link(call.say("activate-title"), call.url("/account/activate")));
        return Ok(call.show(Page::new(title, body.markup()).back(call.url("/account"))));
    }
    let confirmed = activation.is_some_and(|activation| activation.activated.is_some());
    let made = call.service.token_keys().show_code(&**call.service.ledger().random(), call.now(), confirmed);
    let code = made.ok_or_else(|| Failure::of(Kind::Busy))??;
    body.lead(call.say("shown-lead"));
    part(&call, &mut body, &code, confirmed);
    body.part(&Button::link(call.say("shown-again"), call.url("/account/code")).style(ButtonStyle::Secondary));
    body.note(call.say("shown-holds"));
    let page = Page::new(title, body.markup()).script("shown-code.js").back(call.url("/account"));
    Ok(call.show(page))
}

/// What the script brings anew: the picture, and until when it is good.
fn part(call: &Call, body: &mut Body, code: &ShownCode, confirmed: bool) {
    let address = format!("{}{}#{}", call.state.platform.sender().origin, call.url("/inspect"), code.text);
    let over = Markup::text(&call.say("shown-over"));
    body.push(&Markup::trusted(format!(
        "<div data-shown-code data-secs=\"{RENEWED_SECS}\" data-times=\"{RENEWALS}\">\n<p hidden data-over>{over}</p>\n<div data-good>\n"
    )));
    body.push(&qr(&address, &call.say("shown-picture")));
    let key = if confirmed { "shown-confirmed" } else { "shown-unconfirmed" };
    body.part(&SummaryList::new(vec![
        SummaryRow::new(call.say("account-state"), call.say("shown-active")),
        SummaryRow::new(call.say("shown-address"), call.say(key)),
        SummaryRow::new(call.say("shown-until"), formats::time(code.until, call.language())),
    ]));
    body.push(&Markup::trusted("</div>\n</div>\n".to_owned()));
}
