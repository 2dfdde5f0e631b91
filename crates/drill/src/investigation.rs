use kernel::Instant;

use crate::evidence_time::{clock, in_utc, midnight, moment};
use crate::{Citation, Evidence, Name, Pack, Query};

/// A line that a search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit<'p> {
    /// The evidence in which it stands.
    pub evidence: &'p Evidence,
    /// Its number there, from 1.
    pub line: u32,
    /// Its moment, where it names one.
    pub at: Option<Instant>,
}

/// A stretch of time, and how many of the lines found lie in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// From this moment …
    pub from: Instant,
    /// … until before this one.
    pub until: Instant,
    /// So many lines.
    pub lines: usize,
}

impl Pack {
    /// Every line that fits, of the evidence named or of all of it when none is: in order of time across all of it, and what names no
    /// time afterwards.
    pub fn search(&self, query: &Query, among: &[Name]) -> Vec<Hit<'_>> {
        let chosen = self.evidence.iter().filter(|evidence| among.is_empty() || among.contains(&evidence.entry.name));
        let mut hits: Vec<Hit<'_>> = chosen
            .flat_map(|evidence| evidence.fitting(query).map(|line| Hit { evidence, line, at: evidence.at(line) }).collect::<Vec<_>>())
            .collect();
        // The sort is stable: what happened at once stays in the order of the pack and of the file.
        hits.sort_by_key(|hit| (hit.at.is_none(), hit.at));
        hits
    }

    /// The piece of evidence of a name.
    pub fn evidence_named(&self, name: &Name) -> Option<&Evidence> {
        self.evidence.iter().find(|evidence| evidence.entry.name == *name)
    }

    /// Reads a moment as players type it: `2022-05-11 18:10:20` as the records write it, or only `18:10`, of the first day that the
    /// evidence tells of. UTC, when no zone is said.
    pub fn moment(&self, text: &str) -> Option<Instant> {
        let text = text.trim();
        let first = || self.evidence.iter().flat_map(|evidence| (1..).zip(0..evidence.len()).filter_map(|(line, _)| evidence.at(line))).min();
        moment(text).or_else(|| Some(midnight(first()?).plus_millis(clock(text)?)))
    }
}

impl Hit<'_> {
    /// How it is cited.
    pub fn citation(&self) -> Citation {
        Citation { evidence: self.evidence.entry.name.clone(), line: self.line }
    }

    /// Its moment in UTC, as records write it.
    pub fn time(&self) -> Option<String> {
        self.at.map(utc)
    }
}

/// A moment in UTC, as records write it: `2022-05-11 18:10:21.997`.
pub fn utc(at: Instant) -> String {
    in_utc(at)
}

/// The lines found along time, in at most so many stretches of a round length; empty ones between are there too.
pub fn time_line(hits: &[Hit<'_>], most: usize) -> Vec<Stretch> {
    let times: Vec<i64> = hits.iter().filter_map(|hit| hit.at).map(Instant::millis).collect();
    let (Some(first), Some(last)) = (times.iter().min().copied(), times.iter().max().copied()) else { return Vec::new() };
    let fits = |length: &i64| count(first, last, *length) <= most.max(1);
    let length = LENGTHS.into_iter().find(fits).unwrap_or_else(|| (last - first) / i64::try_from(most.max(1)).unwrap_or(1) + 1);
    let start = first.div_euclid(length) * length;
    let mut stretches: Vec<Stretch> = (0..count(first, last, length))
        .filter_map(|at| i64::try_from(at).ok())
        .map(|at| Stretch { from: Instant::from_millis(start + at * length), until: Instant::from_millis(start + (at + 1) * length), lines: 0 })
        .collect();
    for time in times {
        let at = usize::try_from((time - start) / length).unwrap_or(usize::MAX);
        if let Some(stretch) = stretches.get_mut(at) {
            stretch.lines += 1;
        }
    }
    stretches
}

fn count(first: i64, last: i64, length: i64) -> usize {
    usize::try_from(last.div_euclid(length) - first.div_euclid(length) + 1).unwrap_or(usize::MAX)
}

/// Round lengths, in milliseconds: from a tenth of a second to 30 days.
const LENGTHS: [i64; 18] = [
    100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000, 86_400_000, 604_800_000,
    2_592_000_000,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_goes_through_all_evidence_in_order_of_time() {
        let pack = crate::shipped("defacement").unwrap().unwrap();
        let hits = pack.search(&Query::parse("192.168.2.6"), &[]);
        assert!(hits.len() > 5 && hits.windows(2).all(|pair| pair[0].at <= pair[1].at), "{}", hits.len());
        let sources: std::collections::BTreeSet<String> = hits.iter().map(|hit| hit.evidence.entry.name.to_string()).collect();
        assert!(sources.len() > 1, "{sources:?}");
        let one = pack.search(&Query::parse("192.168.2.6"), &["connections".parse().unwrap()]);
        assert!(!one.is_empty() && one.iter().all(|hit| pack.has_line(&hit.citation()) && hit.citation().evidence.as_str() == "connections"));
        let from = pack.moment("18:10:20").unwrap();
        assert_eq!((utc(from), pack.moment("2022-05-11 18:10:20")), ("2022-05-11 18:10:20".to_owned(), Some(from)));
        assert_eq!(pack.moment("soon"), None);
        let tomcat = pack.search(&Query::parse("effective_user=tomcat image"), &[]);
        let image = pack.search(&Query::parse("image=/bin/bash"), &[]);
        assert!(image.iter().all(|hit| hit.evidence.line(hit.line).unwrap().contains("/bin/bash")));
        assert!(!image.is_empty() || !tomcat.is_empty());
    }

    #[test]
    fn the_time_line_counts_each_line_once() {
        let pack = crate::shipped("defacement").unwrap().unwrap();
        let hits = pack.search(&Query::default(), &[]);
        for most in [1, 2, 12, 24] {
            let stretches = time_line(&hits, most);
            assert!((1..=most).contains(&stretches.len()), "{most}: {}", stretches.len());
            assert_eq!(stretches.iter().map(|stretch| stretch.lines).sum::<usize>(), hits.iter().filter(|hit| hit.at.is_some()).count());
            for stretch in stretches {
                let within = pack.search(&Query::default().between(Some(stretch.from), Some(stretch.until)), &[]);
                assert_eq!(within.len(), stretch.lines, "what the row says is what its link finds");
            }
        }
        assert_eq!(time_line(&[], 5), []);
    }

    /// Three megabytes of records, each with thirty fields: read and indexed in less than some seconds even without optimisation, and
    /// searched in less than a second. Generous limits: what grows with the square would take minutes.
    #[test]
    fn three_megabytes_answer_at_once() {
        let line = |number: usize| {
            let fields: Vec<String> = (0..30).map(|field| format!("\"field{field}\":\"value {} of some length {}\"", field * number % 97, number % 7)).collect();
            format!("{{\"time\":\"2022-05-11T18:{:02}:{:02}Z\",{}}}\n", number / 60 % 60, number % 60, fields.join(","))
        };
        let mut text = String::new();
        for number in 0.. {
            if text.len() > 3_000_000 {
                break;
            }
            text.push_str(&line(number));
        }
        let mut pack = crate::shipped("defacement").unwrap().unwrap();
        let entry = crate::EvidenceEntry { time: Some("time".into()), ..pack.evidence[0].entry.clone() };
        let begun = std::time::Instant::now();
        pack.evidence = vec![Evidence::new(entry, &text)];
        let read = begun.elapsed();
        for words in ["value length", "field3=\"value 9 of some length 3\"", "nowhere", "-nowhere"] {
            let begun = std::time::Instant::now();
            let hits = pack.search(&Query::parse(words), &[]);
            let lines = time_line(&hits, 24).len();
            let took = begun.elapsed();
            eprintln!("{words}: {} lines in {took:?}, {lines} stretches; read in {read:?}", hits.len());
            assert!(took.as_millis() < 1_000, "{words}: {took:?}");
        }
        assert!(read.as_secs() < 20, "{read:?}");
    }
}
