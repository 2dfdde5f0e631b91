//! Figures for whoever watches an installation: `OpenMetrics` text, nothing about anybody.

use std::fmt::Write as _;

use identity::{PinState, VerifierSays};
use store::{RunError, StoreError};

use crate::open_platform::{IDENTITY, PLATFORM};
use crate::{Platform, PurgeLag, purge_lags};

/// How late the purge is in each store, in hours (0: nothing is late), and which services the gate lets the public into.
pub fn metrics(platform: &Platform) -> Result<String, RunError<StoreError>> {
    let lags = purge_lags(platform)?;
    let services = platform.services();
    let mut stores = vec![PLATFORM.to_owned()];
    stores.extend(platform.identity().map(|_| IDENTITY.to_owned()));
    stores.extend(services.iter().map(|service| service.slug().to_owned()));
    let mut text = head("lionrock_purge_lag_hours", "Hours since something personal should have left a store; 0 when nothing is late.");
    for store in &stores {
        let hours = lags.iter().filter(|lag: &&PurgeLag| lag.store == *store).map(|lag| lag.hours).max().unwrap_or(0);
        line(&mut text, "lionrock_purge_lag_hours", "store", store, hours);
    }
    text += &head("lionrock_service_in_force", "Whether the launch gate lets the public in: 1, else 0.");
    for service in &services {
        line(&mut text, "lionrock_service_in_force", "service", service.slug(), i64::from(service.is_in_force()));
    }
    text += &head("lionrock_identity_cases", "Identities that wait for a verdict, by what an external verifier says (silent: no answer that counts).");
    for (says, cases) in waiting(platform)? {
        line(&mut text, "lionrock_identity_cases", "verifier", says.name(), cases);
    }
    text += &head("lionrock_activation_pins", "PINs that activate accounts, by how far they have come.");
    for (state, pins) in pins(platform)? {
        line(&mut text, "lionrock_activation_pins", "state", state.name(), pins);
    }
    Ok(text + "# EOF")
}

/// How many identities wait, at most a queue's length, by what the verifier says.
fn waiting(platform: &Platform) -> Result<Vec<(VerifierSays, i64)>, RunError<StoreError>> {
    let Some(identity) = platform.identity() else { return Ok(Vec::new()) };
    let queue = identity.ledger().read("flows.waiting_identities", identity::proofing_queue)?;
    let says = [VerifierSays::Nothing, VerifierSays::Unsure, VerifierSays::Silent];
    let count = |one| i64::try_from(queue.iter().filter(|case| case.verifier == one).count()).unwrap_or(i64::MAX);
    Ok(says.into_iter().map(|one| (one, count(one))).collect())
}

/// PINs of accounts that still stand, by state.
fn pins(platform: &Platform) -> Result<Vec<(PinState, i64)>, RunError<StoreError>> {
    let Some(identity) = platform.identity() else { return Ok(Vec::new()) };
    identity.ledger().read("flows.pin_counts", identity::pin_counts)
}

fn head(name: &str, help: &str) -> String {
    format!("# TYPE {name} gauge\n# HELP {name} {help}\n")
}

/// Slugs and names of stores hold no character that the form escapes.
fn line(text: &mut String, name: &str, label: &str, value: &str, figure: i64) {
    // A `String` takes every write.
    let _ = writeln!(text, "{name}{{{label}=\"{value}\"}} {figure}");
}
