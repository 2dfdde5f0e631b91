//! Ten thousand incidents whose times are edited, against an oracle that counts on its fingers.

use kernel::Random as _;
use testkit::SeededRandom;

use super::*;

const SEED: u64 = 653;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

#[test]
fn the_shipped_clocks_are_whole_and_are_those_of_the_guide() {
    let text = include_str!("../../clocks/guide.json");
    let read: Vec<Clock> = serde_json::from_str(text).unwrap();
    assert_eq!(clocks(), read);
    let lengths: Vec<(&str, u16, Unit)> = read.iter().map(|clock| (clock.slug.as_str(), clock.amount, clock.unit)).collect();
    for owed in [
        ("office-phone", 60, Unit::Minutes),
        ("preliminary", 48, Unit::Hours),
        ("post-incident", 1, Unit::Weeks),
        ("interim-first", 2, Unit::Weeks),
        ("interim-next", 3, Unit::Months),
        ("initial", 2, Unit::Days),
        ("full", 7, Unit::Days),
    ] {
        assert!(lengths.contains(&owed), "{owed:?}");
    }
    for clock in &read {
        assert!(clock.title.blanks().is_empty() && super::clock(&clock.slug) == Some(clock), "{}", clock.slug);
        assert_eq!(read.iter().filter(|other| other.slug == clock.slug).count(), 1);
    }
}

#[test]
fn days_end_at_midnight_in_hong_kong_and_months_clip() {
    let after = |at: &str, unit: Unit, amount| unit.after(Instant::parse_hong_kong(at).unwrap(), amount).to_string();
    assert_eq!(after("2023-03-20T23:59", Unit::Minutes, 60), "2023-03-21T00:59:00.000+08:00");
    assert_eq!(after("2023-03-20T00:00", Unit::Days, 2), "2023-03-22T23:59:59.999+08:00");
    assert_eq!(after("2023-03-20T23:59", Unit::Days, 2), "2023-03-22T23:59:59.999+08:00");
    assert_eq!(after("2024-02-26T09:00", Unit::Weeks, 1), "2024-03-04T23:59:59.999+08:00");
    assert_eq!(after("2023-11-30T09:00", Unit::Months, 3), "2024-02-29T23:59:59.999+08:00");
    assert_eq!(after("2022-11-30T09:00", Unit::Months, 3), "2023-02-28T23:59:59.999+08:00");
}

/// Year, month and day of a moment in Hong Kong, by walking from 1970 a day at a time through months of known length.
struct Calendar(Vec<(i32, u32, u32)>);

impl Calendar {
    fn new() -> Self {
        let (mut days, mut date) = (Vec::new(), (1970, 1, 1));
        while date.0 < 2040 {
            days.push(date);
            date = match date {
                (year, month, day) if day < length(year, month) => (year, month, day + 1),
                (year, 12, _) => (year + 1, 1, 1),
                (year, month, _) => (year, month + 1, 1),
            };
        }
        Self(days)
    }

    fn number(at: i64) -> usize {
        usize::try_from((at + 8 * HOUR_MS) / DAY_MS).unwrap()
    }

    /// The last millisecond of the day with this number.
    fn end(number: usize) -> i64 {
        (i64::try_from(number).unwrap() + 1) * DAY_MS - 8 * HOUR_MS - 1
    }

    fn months_after(&self, at: i64, months: u32) -> i64 {
        let (mut year, mut month, day) = self.0[Self::number(at)];
        for _ in 0..months {
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        }
        let wanted = (year, month, day.min(length(year, month)));
        Self::end(self.0.iter().position(|date| *date == wanted).unwrap())
    }
}

fn length(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What the guide says, written out once more by hand and not as data: name, start, due, met, excused.
type Owed = (&'static str, i64, i64, Option<i64>, bool);

struct Oracle<'a> {
    calendar: &'a Calendar,
    facts: &'a [Fact],
    moments: &'a [Moment],
}

impl Oracle<'_> {
    fn once(&self, milestone: Milestone) -> Option<i64> {
        let mut last = None;
        for moment in self.moments {
            if moment.milestone == milestone {
                last = Some(moment.at.millis());
            }
        }
        last
    }

    fn many(&self, milestone: Milestone) -> Vec<i64> {
        let mut all = std::collections::BTreeSet::new();
        for moment in self.moments {
            if moment.milestone == milestone {
                all.insert(moment.at.millis());
            }
        }
        all.into_iter().collect()
    }

    fn elapsed(&self, owed: &mut Vec<Owed>, name: &'static str, minutes: i64, told: Milestone) {
        if let Some(aware) = self.once(Milestone::Aware) {
            owed.push((name, aware, aware + minutes * 60_000, self.once(told), false));
        }
    }

    fn all(&self) -> Vec<Owed> {
        let mut owed = Vec::new();
        let (aware, recovered) = (self.once(Milestone::Aware), self.once(Milestone::Recovered));
        let day = |start: i64, days: usize| Calendar::end(Calendar::number(start) + days);
        self.elapsed(&mut owed, "office-phone", 60, Milestone::ToldOffice);
        self.elapsed(&mut owed, "preliminary", 2_880, Milestone::Preliminary);
        for (fact, name, minutes, told) in [
            (Fact::PersonalData, "privacy-commissioner", 2_880, Milestone::ToldPrivacy),
            (Fact::Crime, "police", 1_440, Milestone::ToldPolice),
            (Fact::InfrastructureSerious, "infrastructure-serious", 720, Milestone::ToldInfrastructure),
            (Fact::InfrastructureOther, "infrastructure-other", 2_880, Milestone::ToldInfrastructure),
        ] {
            if self.facts.contains(&fact) {
                self.elapsed(&mut owed, name, minutes, told);
            }
        }
        if let Some(start) = aware.filter(|_| self.facts.contains(&Fact::Embarrassing)) {
            owed.push(("initial", start, day(start, 2), self.once(Milestone::Initial), false));
            owed.push(("full", start, day(start, 7), self.once(Milestone::Full), false));
        }
        if let Some(start) = recovered {
            owed.push(("post-incident", start, day(start, 7), self.once(Milestone::Final), false));
        }
        let status = self.many(Milestone::Status);
        if self.facts.contains(&Fact::Critical) {
            if let Some(start) = aware {
                let met = status.iter().copied().find(|at| *at >= start);
                owed.push(("status-first", start, day(start, 1), met, met.is_none() && recovered.is_some_and(|at| at <= day(start, 1))));
            }
            for (index, start) in status.iter().enumerate() {
                let met = status.get(index + 1).copied();
                owed.push(("status-next", *start, day(*start, 1), met, met.is_none() && recovered.is_some_and(|at| at <= day(*start, 1))));
            }
        }
        let (interim, last) = (self.many(Milestone::Interim), self.once(Milestone::Final));
        if let Some(start) = self.once(Milestone::Preliminary) {
            let met = interim.iter().copied().find(|at| *at >= start);
            owed.push(("interim-first", start, day(start, 14), met, met.is_none() && last.is_some_and(|at| at <= day(start, 14))));
        }
        for (index, start) in interim.iter().enumerate() {
            let (due, met) = (self.calendar.months_after(*start, 3), interim.get(index + 1).copied());
            owed.push(("interim-next", *start, due, met, met.is_none() && last.is_some_and(|at| at <= due)));
        }
        owed.sort_unstable();
        owed
    }
}

/// What the code says of the same.
fn told(facts: &[Fact], moments: &[Moment]) -> Vec<(&'static str, i64, i64, Option<i64>, bool)> {
    let mut told: Vec<Owed> = deadlines(clocks(), facts, moments)
        .into_iter()
        .map(|one| (one.clock.slug.as_str(), one.start.millis(), one.due.millis(), one.met.map(Instant::millis), one.is_excused))
        .collect();
    told.sort_unstable();
    told
}

fn pick(random: &SeededRandom, of: u64) -> i64 {
    i64::try_from(random.below(of)).unwrap()
}

/// A time somewhere in the years 2022 to 2025, often near midnight or at the end of a month.
fn somewhen(random: &SeededRandom, calendar: &Calendar) -> i64 {
    let number = usize::try_from(18_993 + pick(random, 1_461)).unwrap();
    let number = if random.below(3) == 0 { (number..number + 32).find(|at| calendar.0[at + 1].2 == 1).unwrap() } else { number };
    let minute = if random.below(3) == 0 { 1_439 * pick(random, 2) } else { pick(random, 1_440) };
    Calendar::end(number) + 1 - DAY_MS + minute * 60_000
}

#[test]
fn ten_thousand_incidents_with_edited_awareness_have_no_wrong_deadline() {
    println!("seed {SEED}");
    let (random, calendar) = (SeededRandom::new(SEED), Calendar::new());
    let (mut judged, mut edited) = (0, 0);
    for incident in 0..10_000 {
        let facts: Vec<Fact> = Fact::ALL.into_iter().filter(|_| random.below(2) == 0).collect();
        let began = somewhen(&random, &calendar);
        let mut moments = Vec::new();
        for step in 0..4 + random.below(14) {
            let milestone = match random.below(3) {
                0 => Milestone::Aware,
                _ => Milestone::ALL[usize::try_from(random.below(16)).unwrap()],
            };
            let near = began + [0, HOUR_MS, DAY_MS, 90 * DAY_MS][usize::try_from(random.below(4)).unwrap()] + pick(&random, 5_000) * 60_000;
            let at = Instant::from_millis(if milestone == Milestone::Aware { began + pick(&random, 4_000) * 60_000 } else { near });
            edited += usize::from(milestone == Milestone::Aware && moments.iter().any(|known: &Moment| known.milestone == milestone));
            moments.push(Moment { milestone, at, noted: at.plus_secs(i64::try_from(step).unwrap()) });
            let oracle = Oracle { calendar: &calendar, facts: &facts, moments: &moments };
            let (wanted, told) = (oracle.all(), told(&facts, &moments));
            assert_eq!(told, wanted, "seed {SEED}, incident {incident}, step {step}: {moments:?} {facts:?}");
            judged += told.len();
        }
    }
    assert!(edited > 10_000 && judged > 500_000, "{edited} {judged}");
}
