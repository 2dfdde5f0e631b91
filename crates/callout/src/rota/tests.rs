//! The rules against an oracle that knows no arithmetic: it writes out every turn, every window and every leave as a list of
//! moments and looks the moment up.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use kernel::Random as _;
use serde_json::Value;
use testkit::SeededRandom;

use super::*;

fn person(n: u8) -> PersonId {
    Id::from_bytes([n; 16])
}

fn at(text: &str) -> Instant {
    Instant::parse_hong_kong(text).unwrap()
}

#[test]
fn the_highest_layer_that_has_somebody_decides_and_leave_beats_everything() {
    let nights = Window { days: Days::Working, from_minute: 18 * 60, until_minute: 9 * 60 };
    let begins = at("2023-02-20T09:00");
    let layer = |members: &[u8], hours| Layer { members: members.iter().map(|n| person(*n)).collect(), begins, turn_days: 7, hours };
    let mut rota = Rota { layers: vec![layer(&[1, 2], nights), layer(&[3], Window::ALWAYS)], overrides: vec![] };
    assert_eq!(rota.check(), Ok(()));
    assert_eq!(rota.on_call(&[], at("2023-02-20T20:00")), Some(person(1)));
    assert_eq!(rota.on_call(&[], at("2023-02-21T08:59")), Some(person(1)), "the night goes on past midnight");
    assert_eq!(rota.on_call(&[], at("2023-02-21T09:00")), Some(person(3)), "by day");
    assert_eq!(rota.on_call(&[], at("2023-02-28T20:00")), Some(person(2)), "the next turn");
    assert_eq!(rota.on_call(&[], at("2023-02-25T20:00")), Some(person(3)), "a Saturday");
    assert_eq!(rota.on_call(&[], at("2023-02-25T08:00")), Some(person(1)), "the night that began on Friday");
    assert_eq!(rota.on_call(&[], at("2023-02-20T08:59")), None, "before the first turn");
    let leave = Leave { person: person(1), from: at("2023-02-20T00:00"), until: at("2023-02-22T00:00") };
    assert_eq!(rota.on_call(&[leave], at("2023-02-20T20:00")), Some(person(2)), "the next in order");
    rota.overrides.push(Override { person: person(4), from: at("2023-02-20T19:00"), until: at("2023-02-20T21:00") });
    assert_eq!(rota.on_call(&[leave], at("2023-02-20T20:00")), Some(person(4)));
    let too = Leave { person: person(4), ..leave };
    assert_eq!(rota.on_call(&[leave, too], at("2023-02-20T20:00")), Some(person(2)));
}

#[test]
fn a_rota_that_cannot_be_meant_is_refused() {
    let begins = at("2023-02-20T09:00");
    let good = Layer { members: vec![person(1)], begins, turn_days: 7, hours: Window::ALWAYS };
    let with = |layer: Layer| Rota { layers: vec![layer], overrides: vec![] }.check();
    assert_eq!(with(good.clone()), Ok(()));
    assert_eq!(with(Layer { members: vec![], ..good.clone() }), Err(RotaFlaw::Layer));
    assert_eq!(with(Layer { turn_days: 0, ..good.clone() }), Err(RotaFlaw::Layer));
    assert_eq!(with(Layer { members: vec![person(1); 61], ..good.clone() }), Err(RotaFlaw::TooMuch));
    let late = Window { until_minute: 1440, ..Window::ALWAYS };
    assert_eq!(with(Layer { hours: late, ..good }), Err(RotaFlaw::Layer));
    let backwards = Override { person: person(1), from: begins, until: begins };
    assert_eq!(Rota { layers: vec![], overrides: vec![backwards] }.check(), Err(RotaFlaw::Override));
}

/// The days of the published table, read once more and by other code.
static HOLIDAYS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let table: Value = serde_json::from_str(include_str!("../../../hongkong/data/public-holidays-2020-2027.json")).unwrap();
    table["holidays"].as_array().unwrap().iter().map(|row| row["date"].as_str().unwrap().to_owned()).collect()
});

/// 1 January 1970 was a Thursday.
fn rests(day: Day) -> bool {
    let weekday = (day.number() + 3) % 7;
    weekday >= 5 || HOLIDAYS.contains(&day.to_string())
}

fn begins_on(days: Days, day: Day) -> bool {
    match days {
        Days::Every => true,
        Days::Working => !rests(day),
        Days::Rest => rests(day),
    }
}

type Span = (i64, i64);

fn within(span: Span, at: i64) -> bool {
    span.0 <= at && at < span.1
}

/// Every window of a layer that could touch the moment, written out.
fn windows(hours: Window, at: Instant) -> Vec<Span> {
    let days = (-2..=1).map(|ahead| at.day().plus(ahead)).filter(|day| begins_on(hours.days, *day));
    days.map(|day| {
        let next = if hours.until_minute > hours.from_minute { day } else { day.plus(1) };
        (Instant::at(day, hours.from_minute.into()).millis(), Instant::at(next, hours.until_minute.into()).millis())
    })
    .collect()
}

fn oracle(rota: &Rota, leaves: &[Leave], at: Instant) -> Option<PersonId> {
    let here = |person: &PersonId| {
        !leaves.iter().any(|leave| leave.person == *person && within((leave.from.millis(), leave.until.millis()), at.millis()))
    };
    let mut found = None;
    for one in &rota.overrides {
        if within((one.from.millis(), one.until.millis()), at.millis()) && here(&one.person) {
            found = Some(one.person);
        }
    }
    for layer in &rota.layers {
        if found.is_some() || !windows(layer.hours, at).into_iter().any(|span| within(span, at.millis())) {
            continue;
        }
        // Turn by turn from the first one.
        let (mut starts, mut whose) = (layer.begins, 0);
        while starts <= at {
            let ends = Instant::from_millis(starts.millis() + i64::from(layer.turn_days) * 24 * 60 * 60 * 1000);
            if within((starts.millis(), ends.millis()), at.millis()) {
                let round: Vec<_> = (0..layer.members.len()).map(|n| layer.members[(whose + n) % layer.members.len()]).collect();
                found = round.into_iter().find(|person| here(person));
            }
            (starts, whose) = (ends, whose + 1);
        }
    }
    found
}

struct Dice(SeededRandom);

impl Dice {
    fn below(&self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    fn one_of<T: Copy>(&self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn minute(&self) -> u16 {
        let quarters = [0, 540, 1065, 1080, 1439];
        if self.below(2) == 0 { self.one_of(&quarters) } else { u16::try_from(self.below(1440)).unwrap() }
    }

    /// Around Ching Ming and Easter 2023, when working days and holidays change most.
    fn moment(&self) -> Instant {
        let minutes = i64::try_from(self.below(18 * 1440)).unwrap();
        let start = at("2023-04-01T00:00").plus_secs(minutes * 60);
        if self.below(3) == 0 { Instant::at(start.day(), self.minute().into()) } else { start }
    }

    fn span(&self) -> (Instant, Instant) {
        let from = self.moment().plus_secs(-86_400);
        (from, from.plus_secs(60 * i64::try_from(1 + self.below(6 * 1440)).unwrap()))
    }

    fn person(&self) -> PersonId {
        person(u8::try_from(self.below(6)).unwrap())
    }

    fn layer(&self) -> Layer {
        let members = (0..=self.below(4)).map(|_| self.person()).collect();
        let hours = Window { days: self.one_of(&Days::ALL), from_minute: self.minute(), until_minute: self.minute() };
        let begins = self.moment().plus_secs(-86_400 * i64::try_from(self.below(40)).unwrap());
        Layer { members, begins, turn_days: u32::try_from(1 + self.below(9)).unwrap(), hours }
    }

    fn rota(&self) -> Rota {
        let layers = (0..self.below(5)).map(|_| self.layer()).collect();
        let overrides = (0..self.below(3)).map(|_| {
            let (from, until) = self.span();
            Override { person: self.person(), from, until }
        });
        Rota { layers, overrides: overrides.collect() }
    }

    fn leaves(&self) -> Vec<Leave> {
        let leave = |_| {
            let (from, until) = self.span();
            Leave { person: self.person(), from, until }
        };
        (0..self.below(9)).map(leave).collect()
    }
}

#[test]
fn a_hundred_thousand_rotas_agree_with_the_oracle() {
    let dice = Dice(SeededRandom::new(20_230_227));
    let (mut somebody, mut passed_over) = (0, 0);
    for round in 0..100_000 {
        let (rota, leaves, at) = (dice.rota(), dice.leaves(), dice.moment());
        assert_eq!(rota.check(), Ok(()));
        let (said, known) = (rota.on_call(&leaves, at), oracle(&rota, &leaves, at));
        assert_eq!(said, known, "round {round}: {rota:?} {leaves:?} {at}");
        somebody += usize::from(said.is_some());
        passed_over += usize::from(said != rota.on_call(&[], at));
    }
    // The dice are not loaded: most moments have somebody, and leaves matter.
    assert!(somebody > 40_000 && passed_over > 1_000, "{somebody} {passed_over}");
}

#[test]
fn a_hundred_thousand_quiet_hours_agree_with_the_oracle() {
    let dice = Dice(SeededRandom::new(7));
    let mut waited = 0;
    for _ in 0..100_000 {
        let quiet = QuietHours { from_minute: dice.minute(), until_minute: dice.minute() };
        let at = dice.moment().plus_secs(i64::try_from(dice.below(60)).unwrap());
        let is_quiet = |at: Instant| {
            let spans = (-1..=0).map(|ahead| {
                let day = at.day().plus(ahead);
                let next = if quiet.until_minute > quiet.from_minute { day } else { day.plus(1) };
                (Instant::at(day, quiet.from_minute.into()).millis(), Instant::at(next, quiet.until_minute.into()).millis())
            });
            quiet.from_minute != quiet.until_minute && spans.into_iter().any(|span| within(span, at.millis()))
        };
        let after = quiet.after(at);
        assert!(!is_quiet(after) && after >= at, "{quiet:?} {at} {after}");
        if after > at {
            waited += 1;
            assert!(is_quiet(at) && is_quiet(after.plus_millis(-1)), "{quiet:?} {at} {after}");
        }
    }
    assert!(waited > 10_000, "{waited}");
}
