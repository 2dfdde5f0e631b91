//! Text messages through a gateway's plain HTTP route.

use notify::{Carrier, CarrierError, Outgoing, Sent};
use serde::Serialize;

use crate::gateway::HttpGateway;
use crate::{ConnectorError, GatewayConfig};

/// A gateway that takes `POST {"to", "text", "id"}` and answers 2xx when it has the message. The id is also the header
/// `Idempotency-Key`; a gateway that knows it answers 409 or 2xx and sends nothing twice.
pub struct SmsHttpGateway {
    gateway: HttpGateway,
}

#[derive(Serialize)]
struct Body<'m> {
    to: &'m str,
    text: &'m str,
    id: &'m str,
}

impl SmsHttpGateway {
    /// A client for this gateway.
    pub fn new(config: GatewayConfig) -> Result<Self, ConnectorError> {
        Ok(Self { gateway: HttpGateway::new(config)? })
    }
}

impl Carrier for SmsHttpGateway {
    fn send(&self, message: &Outgoing) -> Result<Sent, CarrierError> {
        let body = Body { to: message.to.expose(), text: message.text.expose(), id: &message.idempotency };
        self.gateway.hand_over(&message.idempotency, &body).map(|()| Sent)
    }

    fn rest(&self) {
        self.gateway.hang_up();
    }
}

/// The carrier of a demonstration: there is no telephone, and the inbox shows what is stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct DemoCarrier;

impl Carrier for DemoCarrier {
    fn send(&self, _: &Outgoing) -> Result<Sent, CarrierError> {
        Ok(Sent)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use axum::extract::State;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;
    use axum::{Json, Router};
    use kernel::Secret;

    use super::*;

    type Seen = Arc<Mutex<Vec<(String, String, serde_json::Value)>>>;

    /// A gateway on loopback that writes down what it gets and answers with the status in the last three digits of the number.
    fn gateway() -> (String, Seen) {
        let seen = Seen::default();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/messages", listener.local_addr().unwrap());
        let router = Router::new().route("/messages", post(take)).with_state(seen.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        (url, seen)
    }

    async fn take(State(seen): State<Seen>, headers: HeaderMap, Json(body): Json<serde_json::Value>) -> StatusCode {
        let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let to = body["to"].as_str().unwrap().to_owned();
        seen.lock().unwrap().push((header("idempotency-key"), header("authorization"), body));
        StatusCode::from_u16(to[to.len() - 3..].parse().unwrap()).unwrap()
    }

    fn client(url: &str) -> SmsHttpGateway {
        SmsHttpGateway::new(GatewayConfig {
            url: url.to_owned(),
            token: Some(Secret::new("t0ken".to_owned())),
            authorities: None,
            timeout: Duration::from_secs(5),
        })
        .unwrap()
    }

    fn message(to: &str) -> Outgoing {
        Outgoing {
            to: Secret::new(to.to_owned()),
            text: Secret::new("你的登記已獲確認".to_owned()),
            idempotency: "msg_01".to_owned(),
        }
    }

    #[test]
    fn the_gateway_gets_number_text_and_the_same_id_in_body_and_header() {
        let (url, seen) = gateway();
        assert_eq!(client(&url).send(&message("+85291230202")), Ok(Sent));
        let seen = seen.lock().unwrap();
        let (key, authorization, body) = &seen[0];
        assert_eq!((key.as_str(), authorization.as_str()), ("msg_01", "Bearer t0ken"));
        let expected = serde_json::json!({"to": "+85291230202", "text": "你的登記已獲確認", "id": "msg_01"});
        assert_eq!(*body, expected);
    }

    #[test]
    fn a_status_says_whether_to_ask_again() {
        let (url, _) = gateway();
        let client = client(&url);
        for (status, expected) in [
            (200, Ok(Sent)),
            (409, Ok(Sent)),
            (422, Err(CarrierError::Refused("HTTP 422".into()))),
            (302, Err(CarrierError::Later("HTTP 302".into()))),
            (401, Err(CarrierError::Later("HTTP 401".into()))),
            (429, Err(CarrierError::Later("HTTP 429".into()))),
            (503, Err(CarrierError::Later("HTTP 503".into()))),
        ] {
            assert_eq!(client.send(&message(&format!("+85291230{status}"))), expected, "{status}");
        }
    }

    #[test]
    fn no_answer_is_asked_again_and_says_nothing_personal() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/messages", silent.local_addr().unwrap());
        let timeout = Duration::from_millis(100);
        let client = SmsHttpGateway::new(GatewayConfig { url, token: None, authorities: None, timeout }).unwrap();
        let Err(CarrierError::Later(reason)) = client.send(&message("+85291230200")) else { panic!("no answer") };
        assert!(!reason.contains("9123") && !reason.contains("登記"), "{reason}");
        drop(silent);
    }
}
