use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use journal::Actor;
use kernel::{Environment, Kind, Text};
use notify::Opened;
use webkit::parts::Table;
use webkit::{Body, Failure, Layout, Markup, Page, Visitor, formats};

use super::page::DemoState;
use super::words::{self, Word};

const NEWEST: usize = 20;

/// `GET /demo/codes`: what the identity provider sent, because nobody in a demonstration has a telephone.
pub(super) async fn show(
    State(state): State<Arc<DemoState>>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let identity = state.platform.public_identity().ok_or_else(|| Failure::of(Kind::Missing))?;
    let read = tokio::task::spawn_blocking(move || notify::inbox(identity.ledger(), Actor::Operator, None, NEWEST));
    let messages = read.await.map_err(|_| Failure::of(Kind::Broken))??;
    let text = |word: Word| words::text(word).get(visitor.language).to_owned();
    let mut table = Table::new(text(Word::Codes), [Word::Sent, Word::Mobile, Word::Message].map(text));
    table.quiet_caption = true;
    table.empty = text(Word::NoCodes);
    for message in messages {
        let Some(Opened::Sms { to, text }) = message.content else { continue };
        let tag = message.summary.language.tag();
        let at = formats::date_time(message.summary.queued, visitor.language);
        let said = Markup::trusted(format!("<span lang=\"{tag}\">{}</span>", Markup::text(&text)));
        table.row([Markup::text(&at), Markup::text(&to), said]);
    }
    let mut body = Body::new(visitor.language);
    body.h1(text(Word::Codes)).p(text(Word::CodesText)).part(&table);
    let layout = Layout::new(Text::new("Lionrock", "獅子山", "狮子山"), Environment::Demo);
    Ok(layout.page(&visitor, Page::new(text(Word::Codes), body.markup()).back(visitor.url("/demo"))))
}
