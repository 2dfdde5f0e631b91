//! A form on paper: typed by two who do not see each other's entry, settled by a third, destroyed on record.

use people::{Grant, RegisterForResident, Role};
use registration::{PaperEntry, PaperState, begin_paper, compare_paper, paper_destroyed, paper_entered, papers};
use testkit::both_engines;

use crate::stage::{Stage, grant};

const FORM: [(&str, &str); 3] = [("id_number", "Q123456(1)"), ("name", "CHAN Tai Man"), ("flat", "")];

fn may(number: u8) -> Grant<RegisterForResident> {
    grant::<RegisterForResident>(number, Role::CaseOfficer)
}

#[test]
fn two_officers_type_a_form_and_what_differs_is_settled_by_a_third_entry() {
    both_engines(|place| settle(&Stage::at(place)));
}

fn settle(stage: &Stage) {
    let paper = begin_paper(&stage.ledger, may(1), &PaperEntry::of(FORM)).unwrap();
    assert_eq!((paper.number, paper.state), (1, PaperState::Once));
    let other = [("id_number", "q123456（1）"), ("name", "CHAN  Tai Men"), ("flat", "B")];
    let compare = |number, form: [(&str, &str); 3]| compare_paper(&stage.ledger, may(number), (paper.id, &PaperEntry::of(form)));
    assert!(compare(1, FORM).is_err(), "nobody is one's own second");
    assert_eq!(compare(2, other).unwrap(), ["flat", "name"], "spaces and width make no difference");
    assert!(compare(2, other).is_err(), "who differed does not decide");
    assert_eq!(compare(3, [("id_number", "Q123456(1)"), ("name", "CHAN Tai Mun"), ("flat", "B")]).unwrap(), ["name"]);
    assert_eq!(compare(1, [("id_number", "Q123456(1)"), ("name", "CHAN Tai Man"), ("flat", "B")]).unwrap(), Vec::<String>::new());
    let (id, own) = (paper.id, may(1));
    assert!(stage.act(own.actor(), move |work| paper_destroyed(work, &own, id)).is_err(), "not yet registered");
    stage.act(own.actor(), move |work| paper_entered(work, &own, id)).unwrap();
    assert!(compare(3, FORM).is_err(), "it is done");
    stage.act(own.actor(), move |work| paper_destroyed(work, &own, id)).unwrap();
    let now = stage.ledger.now();
    assert!(stage.ledger.read("test", |tx| papers(tx, now)).unwrap().is_empty());
    let again = begin_paper(&stage.ledger, may(2), &PaperEntry::of(FORM)).unwrap();
    assert_eq!(compare_paper(&stage.ledger, may(1), (again.id, &PaperEntry::of(FORM))).unwrap(), Vec::<String>::new());
    assert!(compare_paper(&stage.ledger, may(1), (id, &PaperEntry::of(FORM))).is_err(), "the first is forgotten");
}
