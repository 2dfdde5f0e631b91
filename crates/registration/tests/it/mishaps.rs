//! What hardly ever happens, and must not lose anybody when it does.

use registration::Reference;
use testkit::both_engines;

use crate::stage::{Stage, form};

/// The household of `first` takes the reference of `second` before that one is matched: 55 bits are the same by chance.
fn collide(stage: &Stage, first: Reference, second: Reference) {
    let sql = format!("-- test.collide\nupdate household set code = {} where code = {}", second.number(), first.number());
    assert_eq!(stage.run_sql(Box::leak(sql.into_boxed_str())).unwrap(), 1);
}

#[test]
fn two_households_with_one_reference_are_both_there_and_the_second_is_told_its_own() {
    both_engines(|place| {
        let stage = Stage::at(place);
        let first = stage.register("1", &form(1));
        stage.match_all();
        let second = stage.register("2", &form(2));
        collide(&stage, first.reference, second.reference);
        stage.register("2", &form(2));
        let sum = stage.match_all();
        assert_eq!((sum.taken, sum.twins, sum.confirmed), (2, 1, 1));
        assert_eq!(stage.household(second.reference).id, first.household);
        let other = registration::exceptions(&stage.ledger, None, 10).unwrap();
        assert!(other.is_empty());
        let changed: Vec<_> = stage.events().into_iter().filter(|e| e["verb"] == "registration.reference_changed").collect();
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0]["details"]["from"], second.reference.to_string());
        let own = Reference::parse(changed[0]["details"]["to"].as_str().unwrap()).unwrap();
        assert_eq!(stage.household(own).id, second.household);
        let texts = stage.texts();
        assert!(texts.iter().any(|(to, text)| to.ends_with("0002") && text.contains(&own.to_string())), "{texts:?}");
        // A resend afterwards is still a twin, and the figures are right.
        stage.register("2", &form(2));
        assert_eq!(stage.match_all().twins, 1);
        assert_eq!((stage.figures().total("received"), stage.figures().total("confirmed")), (2, 2));
    });
}
