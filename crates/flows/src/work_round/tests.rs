use people::{OpenRecord, Role, authorise};

use crate::rehearsal::City;

#[test]
fn what_is_done_once_an_hour_waits_for_no_particular_minute_and_is_tried_again_when_it_fails() {
    let city = City::new();
    let done = |result: Result<(), &'static str>| {
        let mut called = false;
        let said = city.platform().hourly(|| {
            called = true;
            result
        });
        assert_eq!(said, if called { result } else { Ok(()) });
        called
    };
    city.clock.advance_millis(17 * 60_000);
    assert!(done(Err("the disk is full")) && done(Ok(())), "8.17: no minute 0 was seen");
    assert!(!done(Ok(())));
    city.clock.advance_millis(26 * 60_000);
    assert!(!done(Ok(())), "8.43");
    city.clock.advance_millis(60 * 60_000);
    assert!(done(Ok(())) && !done(Ok(())), "9.43");
}

#[test]
fn searches_are_forgotten_by_the_watch_of_the_day_after() {
    let city = City::new();
    let grant = authorise::<OpenRecord>(&city.officer(3, Role::CaseOfficer), Some(city.scope())).unwrap();
    let ledger = city.service().ledger().clone();
    let (keys, actor) = (ledger.keys().clone(), grant.actor());
    ledger.write("test.search", actor, move |work| vault::note_search(work, &keys, &grant, "Canary")).unwrap();
    let left = || {
        let sql = "-- test.searches\nselect count(*) from vault_search";
        let row = city.service().ledger().read("test.searches", move |tx| tx.query(sql, &[])).unwrap();
        row[0].get::<i64>(0).unwrap()
    };
    for (days, stand) in [(0, 1), (28, 1), (1, 0)] {
        city.clock.advance_millis(days * 86_400_000);
        city.work();
        assert_eq!(left(), stand, "{days} days later");
    }
}
