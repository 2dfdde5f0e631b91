use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use connectors::{PopulationTable, TestPki, register_simulator};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::{Failure, Outside};

/// A text message as it reached a telephone; nobody here needs to know whose.
#[derive(Clone, Debug, Deserialize)]
pub struct Text {
    /// The words.
    pub text: String,
    id: String,
}

/// Every telephone of the city.
#[derive(Clone, Default)]
pub struct Telephones(Arc<Mutex<Received>>);

#[derive(Default)]
struct Received {
    texts: Vec<Text>,
    ids: HashSet<String>,
    twice: usize,
}

impl Telephones {
    /// How many texts have come, each counted once.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).texts.len()
    }

    /// How many came a second time with the same id.
    pub fn twice(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).twice
    }

    /// The texts from this one on.
    pub fn since(&self, first: usize) -> Vec<Text> {
        let received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        received.texts.get(first..).unwrap_or_default().to_vec()
    }

    fn take(&self, text: Text) {
        let mut received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if received.ids.insert(text.id.clone()) {
            received.texts.push(text);
        } else {
            received.twice += 1;
        }
    }
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
            crate::complain(&error.to_string());
        }
    });
    runtime.spawn(async move {
        if let Err(error) = axum::serve(sms, router).await {
            crate::complain(&format!("the SMS gateway of the simulation: {error}"));
        }
    });
    Ok((outside, telephones))
}

async fn take(State(telephones): State<Telephones>, Json(text): Json<Text>) -> StatusCode {
    telephones.take(text);
    StatusCode::NO_CONTENT
}
