use desk::{Answer, Desk, Mistakes, missing};
use kernel::{Instant, Text};
use notify::{InboxMessage, MailTo, Opened};
use people::ReadMessages;
use store::{StoreError, Tx};
use webkit::parts::{Pagination, Table};
use webkit::{Body, Failure, Markup, Page};

use crate::dashboard::template_name;
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
    mails(desk, &mut body)?;
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

/// What officers and contractors of this demonstration were told; the mails are the platform's, not the scheme's.
fn mails(desk: &Desk, body: &mut Body) -> Result<(), Failure> {
    let ledger = desk.platform().ledger();
    let listed = ledger.read("staff.mails", |tx| {
        let mails = notify::mails(tx, None, PAGE)?;
        mails.into_iter().map(|mail| Ok((recipient(tx, mail.to)?, mail))).collect::<Result<Vec<_>, StoreError>>()
    })?;
    let title = desk.say("mails-title");
    let head = ["message-queued-at", "message-to", "message-text", "state"].map(|key| desk.say(key));
    let mut table = Table::new(title, head);
    table.empty = desk.say("messages-none");
    for (to, mail) in &listed {
        let to = to.as_ref().map(|to| desk.text(to)).unwrap_or_default();
        let text = format!("{}: {}", desk.text(&mail.text.subject), desk.text(&mail.text.body));
        let state = desk.say(&format!("message-state-{}", message_state(mail.state)));
        table.row([desk.at(mail.queued), to, text, state]);
    }
    body.part(&table);
    Ok(())
}

/// The post or the firm; never the person.
fn recipient(tx: &mut Tx<'_>, to: MailTo) -> Result<Option<Text>, StoreError> {
    Ok(match to {
        MailTo::Officer(id) => people::officer(tx, id)?.map(|officer| officer.post),
        MailTo::Contractor(id) => processors::contractor(tx, id)?.map(|contractor| contractor.name),
        MailTo::Guest(_) => Some(Text::new("a guest of an exercise", "演習嘉賓", "演习嘉宾")),
        MailTo::Subscriber(_) => Some(Text::new("a subscriber", "訂閱者", "订阅者")),
    })
}

fn content(desk: &Desk, message: &InboxMessage) -> (Markup, Markup) {
    let tag = message.summary.language.tag();
    match &message.content {
        Some(Opened::Sms { to, text } | Opened::Mail { to, text, .. }) => {
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
