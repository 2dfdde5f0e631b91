//! What the residents of the demonstration got from the services that they registered with: they have no telephones, so anybody may read it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use flows::Platform;
use journal::Actor;
use kernel::{Environment, Kind, Text};
use notify::Opened;
use webkit::parts::Table;
use webkit::{Body, Failure, Layout, Markup, Page, Visitor, formats};

use super::words::{self, Word};

/// So many messages are shown, the newest first.
const NEWEST: usize = 30;

/// `/{language}/demo/messages/{scheme}`
pub fn routes(platform: Arc<Platform>) -> Router {
    webkit::in_every_language(&Router::new().route("/demo/messages/{slug}", get(show)).with_state(platform))
}

async fn show(
    State(platform): State<Arc<Platform>>,
    Extension(visitor): Extension<Visitor>,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let text = |word: Word| words::text(word).get(visitor.language).to_owned();
    let service = platform.public_service(&slug).ok_or_else(|| Failure::of(Kind::Missing))?;
    let ledger = service.ledger().clone();
    let read = tokio::task::spawn_blocking(move || notify::inbox(&ledger, Actor::Visitor, None, NEWEST));
    let messages = read.await.map_err(|_| Failure::of(Kind::Broken))??;
    let title = text(Word::Messages);
    let mut table = Table::new(title.clone(), [text(Word::Sent), text(Word::Mobile), text(Word::Message)]);
    table.quiet_caption = true;
    table.empty = text(Word::NoMessages);
    for message in messages {
        let Some(Opened::Sms { to, text } | Opened::Mail { to, text, .. }) = message.content else { continue };
        let tag = message.summary.language.tag();
        let said = Markup::trusted(format!("<span lang=\"{tag}\">{}</span>", Markup::text(&text)));
        let at = formats::date_time(message.summary.queued, visitor.language);
        table.row([Markup::text(&at), Markup::text(&to), said]);
    }
    let mut body = Body::new(visitor.language);
    body.h1(&title).lead(service.scheme().title(visitor.language)).p(text(Word::MessagesText)).part(&table);
    let layout = Layout::new(Text::new("Lionrock", "獅子山", "狮子山"), Environment::Demo);
    Ok(layout.page(&visitor, Page::new(title, body.markup()).wide().back(visitor.url("/demo"))))
}
