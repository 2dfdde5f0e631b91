use std::collections::HashSet;

use serde_json::Value;

/// What a tab has reported so far.
#[derive(Default)]
pub(crate) struct Seen {
    /// The document now shown (DevTools calls it a loader).
    pub(crate) shown: String,
    /// The document whose load has finished.
    pub(crate) loaded: String,
    pub(crate) complaints: Vec<String>,
    pub(crate) requests: Vec<String>,
    pub(crate) bytes: u64,
    documents: HashSet<String>,
}

impl Seen {
    /// Takes an event in; `target` is also the id of the tab's main frame.
    pub(crate) fn note(&mut self, event: &Value, target: &str) {
        let said = |pointer: &str| {
            event
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        match said("/method") {
            "Page.frameNavigated" if said("/params/frame/id") == target => {
                said("/params/frame/loaderId").clone_into(&mut self.shown);
            }
            "Page.lifecycleEvent"
                if said("/params/frameId") == target && said("/params/name") == "load" =>
            {
                said("/params/loaderId").clone_into(&mut self.loaded);
            }
            // A document's own status is no complaint: a refused form answers 422 on purpose.
            "Log.entryAdded"
                if said("/params/entry/level") == "error"
                    && !self
                        .documents
                        .contains(said("/params/entry/networkRequestId")) =>
            {
                let line = format!(
                    "{} {}",
                    said("/params/entry/text"),
                    said("/params/entry/url")
                );
                self.complaints.push(line.trim().to_owned());
            }
            "Runtime.consoleAPICalled" if said("/params/type") == "error" => {
                let arguments = event
                    .pointer("/params/args")
                    .map(Value::to_string)
                    .unwrap_or_default();
                self.complaints.push(format!("console: {arguments}"));
            }
            "Runtime.exceptionThrown" => {
                self.complaints.push(format!(
                    "uncaught: {}",
                    said("/params/exceptionDetails/exception/description")
                ));
            }
            "Network.requestWillBeSent" => {
                if said("/params/type") == "Document" {
                    self.documents.insert(said("/params/requestId").to_owned());
                }
                self.requests.push(said("/params/request/url").to_owned());
            }
            "Network.loadingFinished" => {
                self.bytes += whole(
                    event
                        .pointer("/params/encodedDataLength")
                        .and_then(Value::as_f64),
                );
            }
            _ => (),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of bytes, sent as a float"
)]
fn whole(length: Option<f64>) -> u64 {
    length.unwrap_or_default().max(0.0) as u64
}
