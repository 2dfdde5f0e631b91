use hongkong::District;
use kernel::{Environment, Language};

use super::*;
use crate::form::PersonForm;

struct OnePlace;

impl Places for OnePlace {
    fn premises(&self, key: &str, flat: &str, floor: &str) -> Option<(String, District)> {
        (key == "k1").then(|| (format!("Flat {flat}, {floor}/F, Harbour House"), District::KwunTong))
    }

    fn resolve(&self, text: &str) -> Option<(String, District)> {
        (text == "Harbour House").then(|| ("k1".to_owned(), District::KwunTong))
    }
}

fn rules() -> Rules<'static> {
    Rules {
        environment: Environment::Demo,
        today: "2020-05-06".parse().unwrap(),
        max_people: 3,
        minimum_age: 18,
        without_mobile: false,
        vaccination: Asked::No,
        places: &OnePlace,
    }
}

fn number(text: &str) -> String {
    hongkong::IdNumber::from_number(text).unwrap().formatted()
}

fn good() -> HouseholdForm {
    HouseholdForm {
        id_number: number("Q123456"),
        birth: BirthForm::Iso("1950-12-31".into()),
        name: " Chan  Tai Man ".into(),
        address: AddressForm { key: "k1".into(), flat: "A".into(), floor: "12".into(), ..AddressForm::default() },
        mobile: "5123 4567".into(),
        members: vec![PersonForm { id_number: number("U654321"), birth: BirthForm::Iso("2010-01-01".into()) }],
        vaccination: String::new(),
    }
}

fn faults(form: &HouseholdForm) -> Vec<(String, String)> {
    let problems = Household::parse(form, &rules()).unwrap_err();
    problems.into_iter().map(|p| (p.field, p.fault.code())).collect()
}

#[test]
fn a_good_form_is_a_household() {
    let household = Household::parse(&good(), &rules()).unwrap();
    assert_eq!(household.people(), 2);
    assert_eq!(household.name, "Chan Tai Man");
    assert_eq!(household.address.district, District::KwunTong);
    assert_eq!(household.main.index_input(), "Q123456|1950-12-31");
}

#[test]
fn each_bad_field_is_named_once_with_its_fault() {
    type Spoil = fn(&mut HouseholdForm);
    let cases: [(&str, Spoil, &str, &str); 14] = [
        ("no number", |f| f.id_number.clear(), "id_number", "id-missing"),
        ("check digit", |f| f.id_number = "Q123456(X)".into(), "id_number", "id-check-digit"),
        ("real prefix", |f| f.id_number = "A123456(3)".into(), "id_number", "only-synthetic"),
        ("no birth", |f| f.birth = BirthForm::default(), "birth", "birth-missing"),
        ("31 February", |f| f.birth = BirthForm::Iso("1950-02-31".into()), "birth", "birth-not-a-date"),
        ("future", |f| f.birth = BirthForm::Iso("2020-05-07".into()), "birth", "birth-in-future"),
        ("a child registers", |f| f.birth = BirthForm::Iso("2010-01-01".into()), "birth", "too-young"),
        ("no name", |f| f.name = " ".into(), "name", "name-missing"),
        ("markup in the name", |f| f.name = "<b>".into(), "name", "name-characters"),
        ("forged key", |f| f.address.key = "k2".into(), "address.key", "address-choice"),
        ("fixed line", |f| f.mobile = "2123 4567".into(), "mobile", "not-mobile"),
        ("foreign", |f| f.mobile = "+44 7911 123456".into(), "mobile", "mobile-foreign"),
        ("twice", |f| f.members[0].id_number = f.id_number.clone(), "members.0.id_number", "same-person-twice"),
        ("too many", |f| f.members = vec![f.members[0].clone(); 5], "members", "too-many-members"),
    ];
    for (what, spoil, field, code) in cases {
        let mut form = good();
        spoil(&mut form);
        let found = faults(&form);
        assert_eq!(found.first(), Some(&(field.to_owned(), code.to_owned())), "{what}: {found:?}");
    }
}

#[test]
fn an_address_that_the_gazetteer_does_not_know_is_taken_with_its_district() {
    let mut form = good();
    form.address = AddressForm { text: "Hut 3, Unknown Village".into(), district: "YL".into(), ..AddressForm::default() };
    let household = Household::parse(&form, &rules()).unwrap();
    assert_eq!((household.address.key, household.address.district), (None, District::YuenLong));
    form.address.district.clear();
    assert_eq!(faults(&form), [("address.district".to_owned(), "district-missing".to_owned())]);
}

#[test]
fn every_fault_speaks_three_languages() {
    let mut form = HouseholdForm { members: vec![PersonForm::default(); 9], ..HouseholdForm::default() };
    form.address.flat = "x".repeat(30);
    let problems = Household::parse(&form, &rules()).unwrap_err();
    assert!(problems.len() > 6);
    for problem in problems {
        for language in Language::ALL {
            let text = problem.fault.text();
            assert!(!text.get(language).is_empty() && !text.get(language).contains("{n}"));
        }
    }
}

#[test]
fn live_systems_refuse_synthetic_numbers() {
    let rules = Rules { environment: Environment::Live, ..rules() };
    let problems = Household::parse(&good(), &rules).unwrap_err();
    assert!(problems.iter().all(|problem| problem.fault == FieldFault::Synthetic));
}
