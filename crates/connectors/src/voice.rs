//! Telephone calls through a gateway's plain HTTP routes, and the inbox that stands in for telephones in a demonstration.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callout::{Channel, Gateway, GatewayNews, GatewayReceipt, OutgoingPage};
use notify::CarrierError;
use serde::{Deserialize, Serialize};

use crate::gateway::HttpGateway;
use crate::{ConnectorError, GatewayConfig};

/// A gateway that takes `POST {"to", "text", "code", "id"}`, calls the number, speaks the text and the code, and takes six digits. It
/// answers 2xx when it has the call, 409 when it has had it before. `GET URL/receipts` hands out what has happened since, as
/// `[{"id", "event": "delivered" | "bounced" | "keyed", "digits"}]`, each once.
pub struct VoiceHttpGateway {
    gateway: HttpGateway,
}

#[derive(Serialize)]
struct Call<'c> {
    to: &'c str,
    text: &'c str,
    code: &'c str,
    id: &'c str,
}

#[derive(Deserialize)]
struct News {
    id: String,
    event: String,
    #[serde(default)]
    digits: String,
}

impl VoiceHttpGateway {
    /// A client for this gateway.
    pub fn new(config: GatewayConfig) -> Result<Self, ConnectorError> {
        Ok(Self { gateway: HttpGateway::new(config)? })
    }

    fn fetch(&self) -> Option<Vec<News>> {
        serde_json::from_str(&self.gateway.read("/receipts")?).ok()
    }
}

impl Gateway for VoiceHttpGateway {
    fn hand_over(&self, page: &OutgoingPage) -> Result<(), CarrierError> {
        let (to, text, code) = (page.to.expose().expose(), page.text.expose(), page.code.expose());
        self.gateway.hand_over(&page.idempotency, &Call { to, text, code, id: &page.idempotency })
    }

    /// A gateway that does not answer, or talks nonsense, has no news; it is asked again in the next round.
    fn receipts(&self) -> Vec<GatewayReceipt> {
        let news = self.fetch().unwrap_or_default().into_iter();
        news.filter_map(|news| {
            let what = match news.event.as_str() {
                "delivered" => GatewayNews::Delivered,
                "bounced" => GatewayNews::Bounced,
                "keyed" => GatewayNews::Keyed(news.digits),
                _ => return None,
            };
            Some(GatewayReceipt { page: news.id, what })
        })
        .collect()
    }
}

/// A page that stands in the inbox of a demonstration.
#[derive(Clone, Debug)]
pub struct DemoPage {
    /// How it would have gone.
    pub channel: Channel,
    /// To whom.
    pub to: String,
    /// What it says.
    pub text: String,
}

/// The inbox of a demonstration's pages: there is no telephone, so the newest stand here, in memory only. Each is a receipt at once.
#[derive(Default)]
pub struct DemoInbox {
    pages: Mutex<VecDeque<DemoPage>>,
    arrived: Mutex<Vec<GatewayReceipt>>,
}

const KEPT: usize = 60;

impl DemoInbox {
    /// The newest pages, newest first.
    pub fn newest(&self) -> Vec<DemoPage> {
        lock(&self.pages).iter().rev().cloned().collect()
    }

    /// The inbox as the gateway of one channel.
    pub fn gateway(self: &Arc<Self>, channel: Channel) -> Arc<dyn Gateway> {
        Arc::new(DemoLine(self.clone(), channel))
    }
}

struct DemoLine(Arc<DemoInbox>, Channel);

impl Gateway for DemoLine {
    fn hand_over(&self, page: &OutgoingPage) -> Result<(), CarrierError> {
        let (to, text) = (page.to.expose().expose().clone(), page.text.expose().clone());
        let mut pages = lock(&self.0.pages);
        pages.push_back(DemoPage { channel: self.1, to, text });
        if pages.len() > KEPT {
            pages.pop_front();
        }
        lock(&self.0.arrived).push(GatewayReceipt { page: page.idempotency.clone(), what: GatewayNews::Delivered });
        Ok(())
    }

    fn receipts(&self) -> Vec<GatewayReceipt> {
        std::mem::take(&mut lock(&self.0.arrived))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::extract::State;
    use axum::http::StatusCode;
    use axum::routing::{get, post};
    use axum::{Json, Router};
    use serde_json::{Value, json};

    use super::*;

    type Seen = Arc<Mutex<Vec<Value>>>;

    /// A gateway on loopback that writes down what it gets and has news of everything.
    fn gateway(status: u16) -> (String, Seen) {
        let seen = Seen::default();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/calls", listener.local_addr().unwrap());
        let take = move |State(seen): State<Seen>, Json(body): Json<Value>| async move {
            seen.lock().unwrap().push(body);
            StatusCode::from_u16(status).unwrap()
        };
        let news = || async {
            Json(json!([{"id": "pge_1", "event": "delivered"}, {"id": "pge_1", "event": "keyed", "digits": "123456"}, {"id": "x", "event": "?"}]))
        };
        let router = Router::new().route("/calls", post(take)).route("/calls/receipts", get(news)).with_state(seen.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        (url, seen)
    }

    fn client(url: &str) -> VoiceHttpGateway {
        let config = GatewayConfig { url: url.to_owned(), token: None, authorities: None, timeout: Duration::from_secs(5) };
        VoiceHttpGateway::new(config).unwrap()
    }

    /// An address is only cleared by a call-out, so the page comes from one.
    fn with_a_page(gateway: Arc<dyn Gateway>) -> callout::HandedOver {
        let stage = crate::voice::stage::Stage::new();
        stage.call(gateway)
    }

    #[test]
    fn a_call_carries_number_text_and_code_and_its_news_come_back() {
        let (url, seen) = gateway(202);
        assert_eq!(with_a_page(Arc::new(client(&url))).sent, 1);
        let body = seen.lock().unwrap()[0].clone();
        assert_eq!((body["to"].as_str().unwrap(), body["code"].as_str().unwrap().len()), ("+85221234567", 6));
        assert!(body["text"].as_str().unwrap().contains(body["code"].as_str().unwrap()));
        let what: Vec<GatewayNews> = client(&url).receipts().into_iter().map(|receipt| receipt.what).collect();
        assert_eq!(what, [GatewayNews::Delivered, GatewayNews::Keyed("123456".into())]);
    }

    #[test]
    fn a_status_says_whether_to_call_again() {
        for (status, expected) in [(409, (1, 0, 0)), (503, (0, 1, 0)), (401, (0, 1, 0)), (422, (0, 0, 1))] {
            let done = with_a_page(Arc::new(client(&gateway(status).0)));
            assert_eq!((done.sent, done.postponed, done.dropped), expected, "{status}");
        }
        assert!(client("http://127.0.0.1:9/calls").receipts().is_empty(), "nobody there, no news");
    }

    #[test]
    fn the_inbox_of_a_demonstration_shows_the_page_and_says_that_it_arrived() {
        let inbox = Arc::<DemoInbox>::default();
        let line = inbox.gateway(Channel::Voice);
        assert_eq!(with_a_page(line.clone()).sent, 1);
        assert_eq!((inbox.newest().len(), inbox.newest()[0].to.as_str()), (1, "+85221234567"));
        assert_eq!((line.receipts().len(), line.receipts().len()), (1, 0));
    }
}

#[cfg(test)]
mod stage;
