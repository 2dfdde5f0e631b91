use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

/// One answered request.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// When it was answered, from the beginning.
    pub done: Duration,
    /// How long it took.
    pub took: Duration,
}

/// Rates and latencies of a run, from every single sample.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Answered requests.
    pub count: usize,
    /// From the first to the last.
    pub seconds: f64,
    /// Answers a second.
    pub rate: f64,
    /// Answers a second in the first tenth of them.
    pub first_tenth: f64,
    /// Answers a second in the last tenth of them.
    pub last_tenth: f64,
    /// Median latency in milliseconds.
    pub p50: f64,
    /// 99th percentile.
    pub p99: f64,
    /// 99.9th percentile.
    pub p999: f64,
}

impl Figures {
    /// Counts samples.
    pub fn of(mut samples: Vec<Sample>) -> Self {
        samples.sort_unstable_by_key(|sample| sample.done);
        let done: Vec<f64> = samples.iter().map(|sample| sample.done.as_secs_f64()).collect();
        let mut took: Vec<f64> = samples.iter().map(|sample| sample.took.as_secs_f64() * 1000.0).collect();
        took.sort_unstable_by(f64::total_cmp);
        let count = done.len();
        let seconds = done.last().copied().unwrap_or(0.0);
        let tenth = (count / 10).max(1);
        let at = |index: usize| done.get(index).copied().unwrap_or(0.0);
        Self {
            count,
            seconds,
            rate: per_second(count, seconds),
            first_tenth: per_second(tenth, at(tenth.saturating_sub(1))),
            last_tenth: per_second(tenth, seconds - at(count.saturating_sub(tenth + 1))),
            p50: percentile(&took, 500),
            p99: percentile(&took, 990),
            p999: percentile(&took, 999),
        }
    }

    /// As JSON, in requests a second and milliseconds.
    pub fn to_json(self) -> Value {
        json!({
            "count": self.count, "seconds": self.seconds, "per_second": self.rate,
            "first_tenth_per_second": self.first_tenth, "last_tenth_per_second": self.last_tenth,
            "p50_ms": self.p50, "p99_ms": self.p99, "p999_ms": self.p999,
        })
    }

    /// On one line.
    pub fn line(&self) -> String {
        format!(
            "{} in {:.1} s = {:.0}/s (first tenth {:.0}/s, last tenth {:.0}/s); p50 {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms",
            self.count, self.seconds, self.rate, self.first_tenth, self.last_tenth, self.p50, self.p99, self.p999
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of requests, for a rate")]
fn per_second(count: usize, seconds: f64) -> f64 {
    if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
}

/// The nearest rank, of a sorted list.
fn percentile(sorted: &[f64], per_mille: usize) -> f64 {
    let rank = (sorted.len() * per_mille).div_ceil(1000).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0.0)
}

/// CPU time of a process in microseconds, user and system, from `/proc`; Linux counts it in hundredths of a second.
pub fn cpu_micros(process: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after = text.rsplit_once(") ").map_or("", |(_, after)| after);
    let ticks = after.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
    ticks.sum::<u64>() * 10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_tenths_are_exact() {
        let sample = |n: u64| Sample { done: Duration::from_millis(n * 10), took: Duration::from_millis(n) };
        let mut samples: Vec<Sample> = (1..=1000).map(sample).collect();
        samples.reverse();
        let figures = Figures::of(samples);
        assert_eq!((figures.count, figures.p50, figures.p99, figures.p999), (1000, 500.0, 990.0, 999.0));
        for rate in [figures.rate, figures.first_tenth, figures.last_tenth] {
            assert!((99.9..100.1).contains(&rate), "{figures:?}");
        }
        assert_eq!(Figures::of(Vec::new()).count, 0);
    }

    #[test]
    fn this_process_has_used_some_time() {
        let before = cpu_micros("self");
        let mut sum = 0_u64;
        while cpu_micros("self") < before + 20_000 {
            sum = (0..1_000_000).fold(sum, |sum: u64, n| sum.wrapping_mul(31) ^ n);
        }
        assert_eq!(cpu_micros("no-such-process") + u64::from(sum == 1), 0);
    }
}
