//! Three simulated years, day by day: with the purge off nothing opens after its last day though every row still stands, and with
//! the purge on no row stands on the day after.

mod contractors;
mod course;
mod passkeys;
mod cases;
mod drill_guests;
mod subscribers;
mod team;
mod witness;

use std::fs;
use std::path::Path;

use kernel::Day;
use tempfile::TempDir;

use crate::rehearsal::{City, in_memory};
use course::{Course, at};
use witness::Witness;

const DAYS: i32 = 3 * 365 + 1;

fn city() -> City {
    City::on_disk(in_memory())
}

#[test]
fn promise_02_three_years_with_the_purge_off_nothing_is_readable_after_its_day() {
    let mut course = Course::new(city(), false);
    let mut witness = Witness::new();
    let begin = course.city.platform().now().day();
    for offset in 0..DAYS {
        let today = begin.plus(offset);
        let begins_anew = offset % 30 == 29;
        if offset % 90 == 59 {
            dies_within_midnight(&mut course, today, offset % 180 == 59);
        } else {
            course.city.clock.set(at(today, 540));
            if begins_anew {
                course.city.restart();
            }
        }
        live_one_day(&mut course, &mut witness, today, begins_anew);
    }
    witness.every_column_was_seen();
    let rows: usize = witness.filled.values().sum();
    assert!(rows > 500 && witness.tried > 50_000, "{rows} values, tried {} times", witness.tried);
}

#[test]
fn promise_02_with_the_purge_on_no_row_stands_on_the_day_after() {
    let mut course = Course::new(city(), true);
    let mut witness = Witness::new();
    let begin = course.city.platform().now().day();
    for offset in 0..DAYS {
        let today = begin.plus(offset);
        course.city.clock.set(at(today, 540));
        course.work();
        witness.nothing_late(&course.city, today);
        let lags = crate::purge_lags(course.city.platform()).unwrap();
        assert_eq!(lags, [], "every place of every store, on {today}");
        live_one_day(&mut course, &mut witness, today, false);
    }
    witness.every_column_was_seen();
    assert!(course.city.platform().services().len() < 4, "what has ended is gone");
}

/// The jobs, what people do, and then everything is tried.
fn live_one_day(course: &mut Course, witness: &mut Witness, today: Day, all: bool) {
    course.work();
    witness.try_everything(&course.city, today, all);
    if course.live(today) {
        course.work();
    }
    witness.look(&course.city);
    witness.try_everything(&course.city, today, false);
    try_doors(course, today);
}

/// Every verb gives away what it may until the last day and nothing after it. A door is tried around its last day and, now and then,
/// at other times.
fn try_doors(course: &Course, today: Day) {
    let turn = usize::try_from(today.number()).unwrap() % 64;
    for (at, door) in course.doors.iter().enumerate() {
        let after = today.since(door.last);
        if (0..=1).contains(&after) || (after < 40 && at % 64 == turn) {
            assert_eq!((door.opens)(&course.city), after <= 0, "{} on {today}, last day {}", door.what, door.last);
        }
    }
}

/// The process dies while the keys of the new day are written: the next root stands beside the old one, and the tree is still the old
/// one or already the new one.
fn dies_within_midnight(course: &mut Course, today: Day, tree_was_written: bool) {
    let aside = TempDir::new().unwrap();
    let (keys, roots) = (course.city.path("keys"), course.city.path("roots"));
    course.city.platform = None;
    copy(&keys, &aside.path().join("keys"));
    copy(&roots, &aside.path().join("roots"));
    course.city.clock.set(at(today, 540));
    course.city.restart();
    course.city.platform = None;
    for entry in fs::read_dir(&roots).unwrap() {
        let path = entry.unwrap().path();
        let old = aside.path().join("roots").join(path.file_name().unwrap());
        let new = fs::read(&path).unwrap();
        assert_ne!(new, fs::read(&old).unwrap(), "the root changed at midnight");
        fs::write(path.with_extension("root.new"), new).unwrap();
        fs::copy(&old, &path).unwrap();
    }
    if !tree_was_written {
        copy(&aside.path().join("keys"), &keys);
    }
    course.city.restart();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}
