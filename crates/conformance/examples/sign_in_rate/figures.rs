use std::fs;
use std::time::{Duration, Instant};

use crate::Failure;

/// Wall time and CPU time of this process since it was started.
pub struct Meter {
    wall: Instant,
    ticks: u64,
}

impl Meter {
    pub fn start() -> Result<Self, Failure> {
        Ok(Self { wall: Instant::now(), ticks: ticks()? })
    }

    /// One line: how many a second, and what each cost.
    pub fn rate(&self, what: &str, count: usize) -> Result<String, Failure> {
        let (seconds, count) = (self.wall.elapsed().as_secs_f64(), f64::from(u32::try_from(count.max(1))?));
        let cpu = self.cpu_seconds()?;
        let each = cpu * 1e6 / count;
        Ok(format!("{what:<52} {:>9.0}/s {each:>8.1} us CPU each ({seconds:.1} s, {cpu:.1} s CPU)", count / seconds))
    }

    fn cpu_seconds(&self) -> Result<f64, Failure> {
        // A tick is a hundredth of a second on every Linux.
        Ok(f64::from(u32::try_from(ticks()? - self.ticks)?) / 100.0)
    }
}

/// One line: median, 99th percentile and the longest of some durations.
pub fn spread(what: &str, mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len().saturating_sub(1)));
    let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
    let (middle, late, last) = (ms(at(50)), ms(at(99)), ms(times.last()));
    format!("{what:<52} p50 {middle:>7.2} ms, p99 {late:>7.2} ms, longest {last:>7.2} ms ({} times)", times.len())
}

/// The load of the machine over one, five and fifteen minutes.
pub fn load() -> Result<String, Failure> {
    let text = fs::read_to_string("/proc/loadavg")?;
    Ok(text.split_whitespace().take(3).collect::<Vec<_>>().join(" "))
}

/// User and system time of this process.
fn ticks() -> Result<u64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?.1;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let field = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).ok_or("a short /proc/self/stat");
    Ok(field(11)? + field(12)?)
}
