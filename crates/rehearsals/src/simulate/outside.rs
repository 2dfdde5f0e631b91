use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use connectors::{PopulationTable, TestPki, register_simulator};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::{Failure, Outside};

/// A text message as it reached a telephone.
#[derive(Clone, Debug, Deserialize)]
pub struct Sms {
    /// The words.
    pub text: String,
    to: String,
    id: String,
}

/// Every telephone of the city.
#[derive(Clone, Default)]
pub struct Telephones(Arc<Mutex<Received>>);

#[derive(Default)]
struct Received {
    texts: Vec<Sms>,
    ids: HashSet<String>,
    by_mobile: HashMap<String, Vec<usize>>,
    twice: usize,
}

impl Telephones {
    /// How many texts have come, each counted once.
    pub fn count(&self) -> usize {
        self.received().texts.len()
    }

    /// How many came a second time with the same id.
    pub fn twice(&self) -> usize {
        self.received().twice
    }

    /// The texts from this one on.
    pub fn since(&self, first: usize) -> Vec<Sms> {
        self.received().texts.get(first..).unwrap_or_default().to_vec()
    }

    /// What the owner of a mobile reads, the newest last.
    pub fn read(&self, mobile: &str) -> Vec<String> {
        let received = self.received();
        let own = received.by_mobile.get(digits(mobile)).into_iter().flatten();
        own.filter_map(|at| received.texts.get(*at)).map(|text| text.text.clone()).collect()
    }

    fn received(&self) -> MutexGuard<'_, Received> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, text: Sms) {
        let mut received = self.received();
        if received.ids.insert(text.id.clone()) {
            let (at, mobile) = (received.texts.len(), digits(&text.to).to_owned());
            received.by_mobile.entry(mobile).or_default().push(at);
            received.texts.push(text);
        } else {
            received.twice += 1;
        }
    }
}

/// A mobile's own eight digits, with or without the country before them.
fn digits(mobile: &str) -> &str {
    mobile.get(mobile.len().saturating_sub(8)..).unwrap_or(mobile)
}

/// The one-time code of a text: its last line binds it to the host, `@register.example #123456`.
pub fn code_in(text: &str) -> Option<&str> {
    let (host, code) = text.lines().last()?.split_once(" #")?;
    (host.starts_with('@') && code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())).then_some(code)
}

/// Starts the population register and the SMS gateway on loopback ports.
pub fn start(runtime: &Runtime, people: PopulationTable, pki: &TestPki) -> Result<(Outside, Telephones), Failure> {
    let (register, sms) = runtime.block_on(async {
        Ok::<_, std::io::Error>((TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?))
    })?;
    let outside = Outside {
        register: Some(format!("https://{}/v1/match", register.local_addr()?)),
        sms: Some(format!("http://{}/messages", sms.local_addr()?)),
    };
    let (telephones, pki) = (Telephones::default(), pki.clone());
    let router = Router::new().route("/messages", post(take)).with_state(telephones.clone());
    runtime.spawn(async move {
        if let Err(error) = register_simulator(Arc::new(people), register, &pki).await {
            installation::complain(&error.to_string());
        }
    });
    runtime.spawn(async move {
        if let Err(error) = axum::serve(sms, router).await {
            installation::complain(&format!("the SMS gateway of the simulation: {error}"));
        }
    });
    Ok((outside, telephones))
}

async fn take(State(telephones): State<Telephones>, Json(text): Json<Sms>) -> StatusCode {
    telephones.take(text);
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_of_a_mobile_reads_his_own_texts_and_finds_the_code() {
        let telephones = Telephones::default();
        let text = |to: &str, id: &str, text: &str| Sms { text: text.into(), to: to.into(), id: id.into() };
        telephones.take(text("+85251234567", "1", "hello"));
        telephones.take(text("+85251234568", "2", "Your code is 123456.\n@localhost #123456"));
        telephones.take(text("+85251234568", "2", "again"));
        assert_eq!((telephones.count(), telephones.twice(), telephones.read("51234567")), (2, 1, vec!["hello".to_owned()]));
        assert_eq!(telephones.read("5123 4568").len(), 0, "typed with a space it is another key: callers pass digits");
        assert_eq!(code_in(&telephones.read("51234568")[0]), Some("123456"));
        assert_eq!((code_in("hello"), code_in("@x #12345"), code_in("x #123456")), (None, None, None));
    }
}
