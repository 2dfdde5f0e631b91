//! What a measurement prints: rates with their CPU time, spreads, and the load of the machine.

use std::time::{Duration, Instant};
use std::{fs, io};

/// Wall time and CPU time of this process since it was started.
pub struct Meter {
    wall: Instant,
    ticks: u64,
}

impl Meter {
    /// Starts now.
    ///
    /// # Errors
    /// When `/proc` cannot be read, as on what is no Linux.
    pub fn start() -> io::Result<Self> {
        Ok(Self { wall: Instant::now(), ticks: ticks()? })
    }

    /// One line: how many a second, and what each cost.
    ///
    /// # Errors
    /// When `/proc` cannot be read, or there are more than four thousand million.
    pub fn rate(&self, what: &str, count: usize) -> io::Result<String> {
        let (seconds, count) = (self.wall.elapsed().as_secs_f64(), float(count.max(1))?);
        let cpu = self.cpu_seconds()?;
        let each = cpu * 1e6 / count;
        Ok(format!("{what:<52} {:>9.0}/s {each:>8.1} us CPU each ({seconds:.1} s, {cpu:.1} s CPU)", count / seconds))
    }

    /// One line: how long it took.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn once(&self, what: &str) -> io::Result<String> {
        let seconds = self.wall.elapsed().as_secs_f64();
        Ok(format!("{what:<52} {:>9.1} ms {:>8.1} ms CPU", seconds * 1e3, self.cpu_seconds()? * 1e3))
    }

    fn cpu_seconds(&self) -> io::Result<f64> {
        // A tick is a hundredth of a second on every Linux.
        Ok(float(ticks()? - self.ticks)? / 100.0)
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
///
/// # Errors
/// When `/proc` cannot be read.
pub fn load() -> io::Result<String> {
    let text = fs::read_to_string("/proc/loadavg")?;
    Ok(text.split_whitespace().take(3).collect::<Vec<_>>().join(" "))
}

/// User and system time of this process.
fn ticks() -> io::Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit_once(')').ok_or_else(|| io::Error::other("no name in /proc/self/stat"))?.1;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let field = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).ok_or_else(|| io::Error::other("a short /proc/self/stat"));
    Ok(field(11)? + field(12)?)
}

fn float(count: impl TryInto<u32>) -> io::Result<f64> {
    count.try_into().map(f64::from).map_err(|_| io::Error::other("too many to count"))
}
