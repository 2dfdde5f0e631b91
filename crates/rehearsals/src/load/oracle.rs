//! Promise 11 by the clock: whether the time of an answer tells a match from a mismatch or a duplicate.

use std::time::Instant;

use api::Request;
use serde_json::{Value, json};

use super::wire::request;
use super::{Client, Patience, Target};
use crate::simulate::{Failure, Kind};
use crate::torture::{SLUG, Victim};

/// The kinds that are compared; matching has decided the duplicates' first households by then or not, as in life.
const KINDS: [(Kind, &str); 3] = [(Kind::Plain, "match"), (Kind::WrongBirth, "mismatch"), (Kind::Duplicate, "duplicate")];
/// Answers timed of each kind.
const EACH: usize = 400;

/// Times the answers, one after the other, the kinds in turn, and compares their distributions.
pub(super) fn listen(victim: &Victim, target: Target) -> Result<Vec<String>, Failure> {
    let mut times: [Vec<f64>; 3] = Default::default();
    victim.runtime.block_on(async {
        let mut client = Client::new(target);
        let place = client.post(&format!("/api/v1/schemes/{SLUG}/queue"), &[], &json!({})).await?.json();
        let pass = place.pointer("/admitted/pass").and_then(Value::as_str).ok_or("no pass")?.to_owned();
        let version = client.version(SLUG).await?;
        let mut queues = KINDS.map(|(kind, _)| victim.plan.acts.iter().filter(move |act| act.kind == kind));
        for _ in 0..EACH {
            for (queue, times) in queues.iter_mut().zip(&mut times) {
                let Some(act) = queue.next() else { continue };
                let sent = Request { pass: pass.clone(), version: version.clone(), ..act.request.clone() };
                times.push(time(&mut client, &sent).await?);
            }
        }
        Ok::<_, Failure>(())
    })?;
    Ok(compare(times))
}

async fn time(client: &mut Client, sent: &Request) -> Result<f64, Failure> {
    let body = serde_json::to_vec(sent)?;
    let path = format!("/api/v1/schemes/{SLUG}/households");
    let bytes = request("POST", &path, client.host(), &[("content-type", "application/json")], &body);
    let began = Instant::now();
    let reply = client.send(&bytes, Patience::default()).await?;
    if reply.status == 201 { Ok(began.elapsed().as_secs_f64() * 1000.0) } else { Err(format!("HTTP {}", reply.status).into()) }
}

fn compare(mut times: [Vec<f64>; 3]) -> Vec<String> {
    for times in &mut times {
        times.sort_unstable_by(f64::total_cmp);
    }
    let mut lines = Vec::new();
    for ((_, name), times) in KINDS.iter().zip(&times) {
        let median = times.get(times.len() / 2).copied().unwrap_or(0.0);
        lines.push(format!("answer to a {name:<10} median {median:.2} ms of {}", times.len()));
    }
    let [matches, others @ ..] = &times;
    for ((_, name), other) in KINDS.iter().skip(1).zip(others) {
        let (distance, limit) = (distance(matches, other), critical(matches.len(), other.len()));
        let verdict = if distance < limit { "not told apart" } else { "TOLD APART" };
        lines.push(format!("match against {name:<10} KS distance {distance:.3}, 1 % limit {limit:.3}: {verdict}"));
    }
    lines
}

/// The largest distance of two empirical distributions (Kolmogorov and Smirnov), of sorted samples.
#[expect(clippy::cast_precision_loss, reason = "counts of some hundreds")]
fn distance(one: &[f64], other: &[f64]) -> f64 {
    let share = |samples: &[f64], at: f64| samples.partition_point(|sample| *sample <= at) as f64 / samples.len().max(1) as f64;
    one.iter().chain(other).map(|&at| (share(one, at) - share(other, at)).abs()).fold(0.0, f64::max)
}

/// The distance that two samples of the same distribution exceed once in a hundred times.
#[expect(clippy::cast_precision_loss, reason = "counts of some hundreds")]
fn critical(one: usize, other: usize) -> f64 {
    let (one, other) = (one.max(1) as f64, other.max(1) as f64);
    1.628 * ((one + other) / (one * other)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_times_are_not_told_apart_and_others_are() {
        let even: Vec<f64> = (0..400).map(|n| f64::from(n) * 2.0).collect();
        let odd: Vec<f64> = (0..400).map(|n| f64::from(n) * 2.0 + 1.0).collect();
        let late: Vec<f64> = even.iter().map(|time| time + 200.0).collect();
        assert!(distance(&even, &odd) < critical(400, 400));
        assert!(distance(&even, &late) > critical(400, 400));
    }
}
