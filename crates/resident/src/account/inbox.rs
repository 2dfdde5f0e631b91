use axum::response::Response;
use journal::Actor;
use kernel::{Environment, Kind};
use notify::Opened;
use webkit::parts::Table;
use webkit::{Failure, Markup, Page};

use super::call::Call;
use crate::blocking::blocking;
use crate::faults::Faults;

const NEWEST: usize = 20;

/// `GET /account/inbox`: the codes that were sent, because nobody in a demonstration has a telephone. In a live system and in one for
/// tests, where somebody may try a real number, this page does not exist.
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    if call.state.platform.environment() != Environment::Demo {
        return Err(Failure::of(Kind::Missing));
    }
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
    Ok(call.show(Page::new(title, body.markup()).back(call.url("/account"))))
}
