use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use flows::Platform;
use journal::{Actor, Work};
use kernel::Language;
use stations::{IDLE_MINUTES, TurnState, keep_turn};
use webkit::{Attended, Visitor};

use super::{HERE, OVER, own_phone, find, go, refresh, turn_token};
use crate::texts::texts;

/// Around every page for residents: in the browser of a turn each page says that it is one, how it ends, and gives way by itself when
/// nothing is done. Before an officer lets the turn begin, and after its end, that browser gets no other page. Anybody else passes.
pub(crate) async fn watch(State(platform): State<Arc<Platform>>, mut request: Request, next: Next) -> Response {
    let Some(token) = turn_token(request.headers()) else { return own(request, next).await };
    let Some(visitor) = request.extensions().get::<Visitor>().cloned() else { return next.run(request).await };
    let turn = match find(&platform, &token).await {
        Ok(turn) => turn,
        Err(failure) => return failure.into_response(),
    };
    let allowed = visitor.path == HERE || visitor.path == OVER || visitor.path.starts_with("/stations/device/");
    let (stale, over) = match turn.map(|turn| (turn.state, turn.stale)) {
        Some((TurnState::Helping(_), stale)) => (stale, visitor.url(OVER)),
        _ if allowed => return next.run(request).await,
        Some((TurnState::Waiting, _)) => return go(&visitor.url(HERE)),
        Some((TurnState::Over, _)) | None => return go(&visitor.url(OVER)),
    };
    if stale {
        let ledger = platform.ledger().clone();
        let note = move |work: &mut Work<'_, '_>| keep_turn(work, &token);
        // A full queue must not end a turn; the next page notes it again.
        drop(tokio::task::spawn_blocking(move || drop(ledger.write("resident.keep_turn", Actor::Visitor, note))));
    }
    request.extensions_mut().insert(visitor.clone().attended(attended(&visitor, visitor.language)));
    let mut response = next.run(request).await;
    if !response.headers().contains_key("refresh") {
        refresh(&mut response, IDLE_MINUTES * 60, Some(&over));
    }
    response
}

/// A phone of one's own on which a helper assists; every other browser passes.
async fn own(mut request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>().filter(|_| own_phone::is_helped(request.headers())).cloned();
    let Some(visitor) = visitor else { return next.run(request).await };
    let over = visitor.url(own_phone::OVER);
    request.extensions_mut().insert(visitor.clone().attended(own_phone::attended(&visitor)));
    let mut response = next.run(request).await;
    if visitor.path != own_phone::OVER && !response.headers().contains_key("refresh") {
        refresh(&mut response, IDLE_MINUTES * 60, Some(&over));
    }
    response
}

fn attended(visitor: &Visitor, language: Language) -> Attended {
    let t = texts(language);
    Attended { words: t.get("assist-bar"), end: t.get("assist-end"), href: visitor.url("/stations/assist/end") }
}
