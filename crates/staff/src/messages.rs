use kernel::Instant;
use notify::{InboxMessage, Opened};
use people::ReadMessages;
use webkit::parts::{Pagination, Table};
use webkit::{Markup, Page};

use crate::dashboard::template_name;
use crate::desk::{Answer, Desk, missing};
use crate::mistakes::Mistakes;
use crate::record::message_state;

const PAGE: usize = 50;

/// What residents of a demonstration received, because nobody there has a telephone. In a live system this page does not
/// exist.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<ReadMessages>()?;
    if !desk.platform().environment().synthetic_only() {
        return Err(missing());
    }
    let before = desk.query("before").parse().ok().map(Instant::from_millis);
    let messages = notify::inbox(case.live()?.ledger(), grant.actor(), before, PAGE)?;
    let title = desk.say("messages-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("messages-lead"));
    let head = ["message-queued-at", "message", "message-to", "message-text", "state"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.empty = desk.say("messages-none");
    for message in &messages {
        let (to, text) = content(desk, message);
        let state = desk.say(&format!("message-state-{}", message_state(message.summary.state)));
        let name = template_name(desk, &message.summary.template);
        table.row([desk.at(message.summary.queued).into(), name.into(), to, text, state.into()]);
    }
    body.part(&table);
    if let Some(last) = messages.last().filter(|_| messages.len() == PAGE) {
        let next = desk.scheme_url(&case, &format!("/messages?before={}", last.summary.queued.millis()));
        body.part(&Pagination { previous: None, next: Some(next), place: String::new() });
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

fn content(desk: &Desk, message: &InboxMessage) -> (Markup, Markup) {
    let tag = message.summary.language.tag();
    match &message.content {
        Some(Opened::Sms { to, text }) => {
            let text = Markup::text(text);
            (Markup::text(to), Markup::trusted(format!("<span lang=\"{tag}\">{text}</span>")))
        }
        Some(Opened::Letter(letter)) => {
            let lines = [std::slice::from_ref(&letter.addressee), letter.address.as_slice()].concat();
            (Markup::text(&desk.say("message-letter")), Markup::text(&lines.join(&desk.say("list-comma"))))
        }
        None => (Markup::default(), Markup::text(&desk.say("message-gone"))),
    }
}
