//! Promise 3: reading many is an approved export by two persons, and nothing else.

use people::Role;
use staff::{Verb, every_route};

use crate::attack::{known, path};
use crate::journey::register;
use crate::stage::{SLUG, Stage};

/// Numbers, telephones and streets of three residents, as they would stand on a page or in a file.
const CANARIES: [[&str; 4]; 3] = [
    ["Q765431", "5123 4561", "51234561", "1 Ngau Tau Kok Road"],
    ["Q765432", "5123 4562", "51234562", "2 Nowhere Road"],
    ["Q765433", "5123 4563", "51234563", "3 Nowhere Road"],
];

/// How many residents' data stand in an answer.
fn residents(text: &str) -> usize {
    CANARIES.iter().filter(|canaries| canaries.iter().any(|canary| text.contains(canary))).count()
}

#[test]
fn promise_03_no_page_shows_more_than_one_resident_and_none_before_a_reason_is_given() {
    let stage = Stage::new();
    let gate = stage.launch();
    let case = stage.officer(0, Role::CaseOfficer);
    let references: Vec<String> =
        CANARIES.iter().map(|[number, _, mobile, street]| register(&case, number, mobile, street)).collect();
    stage.work();
    stage.work();
    let (digest, officer) = known(&stage);
    let mut looked = 0;
    for role in Role::ALL {
        let client = stage.officer(0, role);
        for route in every_route().filter(|route| route.verb == Verb::Get) {
            // What residents of a demonstration received; the page does not exist in a live system.
            if route.path.ends_with("/messages") {
                continue;
            }
            let mut paths = vec![path(route.path, &gate, &digest, &officer)];
            if route.path.contains("{reference}") {
                paths.extend(references.iter().map(|own| {
                    format!("/en{}", route.path).replace("{slug}", SLUG).replace("{reference}", own).replace("{act}", "confirm")
                }));
            }
            for path in paths {
                let reply = client.get(&path);
                looked += usize::from(reply.status == 200);
                assert_eq!(residents(&reply.text()), 0, "{role} {path}");
            }
        }
    }
    assert!(looked > 100, "{looked} pages");
    let why = [("purpose", "delivery"), ("why", "The resident asks on the telephone")];
    let opened = case.post(&format!("/en/staff/schemes/{SLUG}/records/{}", references[1]), &why).text();
    assert_eq!(residents(&opened), 1, "one record, and only it");
}
