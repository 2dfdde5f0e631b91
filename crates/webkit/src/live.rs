//! Parts of a page that the server sends anew while it is open, as server-sent events. Below a face nobody knows async: a page
//! hands over a number that grows and a function that renders.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Frame};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::markup::Markup;

/// An answer that stays open: the part as it stands, and again whenever the number in `changes` has grown and the part differs.
///
/// `render` runs on a blocking thread, at most ten times a second, and once every 15 s when nothing changes: it asks again whether the
/// visitor may still see the part, and `None` ends the answer. It also ends when nobody can change the number any more, when the
/// visitor is gone, and when the server stops.
pub fn live(changes: watch::Receiver<u64>, render: impl Fn() -> Option<Markup> + Send + Sync + 'static) -> Response {
    let (sender, events) = mpsc::channel(1);
    tokio::spawn(tell(changes, Arc::new(render), sender));
    let mut response = Body::new(Events(events)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.extensions_mut().insert(StaysOpen);
    response
}

async fn tell(
    mut changes: watch::Receiver<u64>,
    render: Arc<impl Fn() -> Option<Markup> + Send + Sync + 'static>,
    events: mpsc::Sender<Bytes>,
) {
    let mut last = None;
    loop {
        changes.mark_unchanged();
        let render = render.clone();
        let Ok(Some(part)) = tokio::task::spawn_blocking(move || render()).await else { return };
        let event = if last.as_ref() == Some(&part) { Bytes::from_static(STILL_HERE) } else { event(&part) };
        last = Some(part);
        if events.send(event).await.is_err() {
            return;
        }
        tokio::time::sleep(REST).await;
        tokio::select! {
            next = timeout(STILL_HERE_EVERY, changes.changed()) => if matches!(next, Ok(Err(_))) { return },
            () = events.closed() => return,
        }
    }
}

/// One event: each line of the part behind `data: `, and a blank line.
fn event(part: &Markup) -> Bytes {
    let mut text = String::with_capacity(part.as_str().len() + 64);
    for line in part.as_str().lines() {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    Bytes::from(text)
}

/// A remark that clients skip; it keeps what stands between from closing the connection.
const STILL_HERE: &[u8] = b": still here\n\n";
const STILL_HERE_EVERY: Duration = Duration::from_secs(15);
/// Between two events. What changes a hundred times a second is shown ten times.
const REST: Duration = Duration::from_millis(100);

struct Events(mpsc::Receiver<Bytes>);

impl HttpBody for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|event| event.map(|event| Ok(Frame::data(event))))
    }
}

/// Marks an answer that would stay open for ever, for the server that wants to stop.
#[derive(Clone, Copy, Debug)]
struct StaysOpen;

/// Ends an answer that stays open once the server stops.
pub(crate) fn end_with(response: Response, stopping: &watch::Receiver<bool>) -> Response {
    if response.extensions().get::<StaysOpen>().is_none() {
        return response;
    }
    let mut stopping = stopping.clone();
    let stopped = Box::pin(async move { drop(stopping.wait_for(|stops| *stops).await) });
    response.map(|body| Body::new(Until { body, stopped }))
}

struct Until {
    body: Body,
    stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl HttpBody for Until {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.stopped.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(context)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use http_body_util::BodyExt;

    use super::*;

    async fn next(body: &mut Body) -> Option<String> {
        let frame = body.frame().await?.unwrap();
        Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_comes_again_when_it_changed_and_ends_when_it_may_not_be_seen() {
        let (changes, seen) = watch::channel(0);
        let (count, may) = (Arc::new(AtomicUsize::new(1)), Arc::new(AtomicBool::new(true)));
        let (shown, still) = (count.clone(), may.clone());
        let part = move || {
            let count = shown.load(Ordering::Relaxed);
            still.load(Ordering::Relaxed).then(|| Markup::trusted(format!("<p>\n{count}</p>")))
        };
        let response = live(seen, part);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
        let mut body = response.into_body();
        assert_eq!(next(&mut body).await.unwrap(), "data: <p>\ndata: 1</p>\n\n");
        count.store(2, Ordering::Relaxed);
        changes.send(1).unwrap();
        assert_eq!(next(&mut body).await.unwrap(), "data: <p>\ndata: 2</p>\n\n");
        // Something changed, but not this part; and then nothing for a while.
        changes.send(2).unwrap();
        assert_eq!(next(&mut body).await.unwrap(), ": still here\n\n");
        assert_eq!(next(&mut body).await.unwrap(), ": still here\n\n");
        may.store(false, Ordering::Relaxed);
        assert_eq!(next(&mut body).await, None);
        assert!(changes.is_closed(), "nobody waits for a change any more");
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_when_the_server_stops() {
        let (_changes, seen) = watch::channel(0);
        let (stop, stopping) = watch::channel(false);
        let response = end_with(live(seen, || Some(Markup::text("x"))), &stopping);
        let mut body = response.into_body();
        assert_eq!(next(&mut body).await.unwrap(), "data: x\n\n");
        stop.send(true).unwrap();
        assert_eq!(next(&mut body).await, None);
        let plain = end_with("y".into_response(), &stopping).into_body();
        assert_eq!(plain.collect().await.unwrap().to_bytes(), "y", "others are finished as ever");
    }
}
