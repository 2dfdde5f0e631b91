use kernel::{Language, Text};
use proptest::prelude::*;

use super::*;

const MASKS: &str = include_str!("../../schemes/masks-2020.toml");

/// A change to a good definition, the place and a word of the flaw that must follow.
type Spoiling = (fn(&mut Definition), &'static str);

const SPOILINGS: &[Spoiling] = &[
    (|d| d.slug = "Masks".into(), "slug"),
    (|d| d.slug = "ab".into(), "slug"),
    (|d| d.slug = "masks-".into(), "slug"),
    (|d| d.slug = "stations".into(), "slug"),
    (|d| d.title.zh_hans = " ".into(), "title.zh-hans"),
    (|d| d.summary.en = String::new(), "summary.en"),
    (|d| d.summary.en = "x".repeat(2001), "summary.en"),
    (|d| d.department.zh_hant = String::new(), "department.zh-hant"),
    (|d| d.eligibility.text.en = String::new(), "eligibility.text.en"),
    (|d| d.eligibility.minimum_age = 101, "eligibility.minimum_age"),
    (|d| d.window.closes = d.window.opens, "window.closes"),
    (|d| d.window.latest = d.window.closes.day().plus(-1), "window.latest"),
    (|d| d.window.latest = d.window.opens.day().plus(367), "window.latest"),
    (|d| d.household.max_people = 0, "household.max_people"),
    (|d| d.household.max_people = 21, "household.max_people"),
    (|d| d.purposes[0].id = "Who".into(), "purposes[0].id"),
    (|d| d.purposes[1].id = "eligibility".into(), "purposes[1].id"),
    (|d| d.purposes[0].text.en = String::new(), "purposes[0].text.en"),
    (|d| d.purposes[2].legal_ground.zh_hant = String::new(), "purposes[2].legal_ground.zh-hant"),
    (|d| d.purposes[1].recipients[0].en = String::new(), "purposes[1].recipients[0].en"),
    (|d| d.purposes[0].recipients.clear(), "purposes[0].recipients"),
    (|d| d.purposes[1].recipients.clear(), "purposes[1].recipients"),
    (|d| d.purposes.push(PurposeRule { id: "marketing".into(), ..d.purposes[0].clone() }), "purposes[3].id"),
    (|d| d.fields[2].purpose = None, "fields[2].purpose"),
    (|d| d.fields[2].purpose = Some("other".into()), "fields[2].purpose"),
    (|d| d.fields[4].retention_days = None, "fields[4].retention_days"),
    (|d| d.fields[4].retention_days = Some(0), "fields[4].retention_days"),
    (|d| d.fields[4].retention_days = Some(1096), "fields[4].retention_days"),
    (|d| d.fields[0].explanation.zh_hans = String::new(), "fields[0].explanation.zh-hans"),
    (|d| d.fields[1].purpose = Some("messages".into()), "fields[1].purpose"),
    (|d| d.fields[3].retention_days = Some(61), "fields[3].retention_days"),
    (|d| d.fields[2].who = Who::Everyone, "fields[2].who"),
    (|d| d.fields[3].who = Who::Everyone, "fields[3].who"),
    (|d| d.fields[4].who = Who::Everyone, "fields[4].who"),
    (|d| d.fields[0].who = Who::Main, "fields[0].who"),
    (|d| d.fields[0].obligatory = false, "fields[0].obligatory"),
    (|d| d.fields[3].obligatory = false, "fields[3].obligatory"),
    (|d| d.fields.push(d.fields[4].clone()), "fields[5].field"),
    (|d| drop(d.fields.remove(0)), "fields"),
    (|d| drop(d.fields.remove(1)), "fields"),
    (|d| drop(d.fields.remove(2)), "fields"),
    (|d| drop(d.fields.remove(3)), "fields"),
    (|d| drop(d.fields.remove(4)), "fields"),
    (|d| d.statement.purposes = None, "statement.purposes"),
    (|d| d.statement.items = None, "statement.items"),
    (|d| d.statement.refusal = None, "statement.refusal"),
    (|d| d.statement.transferees = None, "statement.transferees"),
    (|d| d.statement.retention = None, "statement.retention"),
    (|d| d.statement.access = None, "statement.access"),
    (|d| d.statement.officer = None, "statement.officer"),
    (|d| d.matching = None, "matching"),
    (|d| drop(purposes(d).names.remove(1)), "statement.purposes.names"),
    (|d| purposes(d).names.push("delivery".into()), "statement.purposes.names[3]"),
    (|d| purposes(d).names.push("marketing".into()), "statement.purposes.names[3]"),
    (|d| marks(d).retain(|item| item.field != FieldKind::Name), "statement.items.marks"),
    (|d| marks(d)[2].obligatory = false, "statement.items.marks"),
    (|d| marks(d).push(Item { field: FieldKind::Name, obligatory: true }), "statement.items.marks"),
    (|d| d.statement.refusal = Some(own(Text::new("no", "", "不"))), "statement.refusal.clause.zh-hant"),
    (|d| d.statement.access = Some(own(Text::new("{name}", "可", "可"))), "statement.access.clause.en"),
    (|d| officer(d).post.en = String::new(), "statement.officer.post.en"),
    (|d| officer(d).address.en = String::new(), "statement.officer.address.en"),
    (|d| officer(d).mail = "nobody".into(), "statement.officer.mail"),
    (|d| (officer(d).mail, officer(d).phone) = (String::new(), " ".into()), "statement.officer.mail"),
    (|d| matching(d).reference = String::new(), "matching.reference"),
    (|d| matching(d).basis.en = String::new(), "matching.basis.en"),
    (|d| matching(d).counterparty.zh_hant = String::new(), "matching.counterparty.zh-hant"),
    (|d| *d = d.clone().with_recipient("age1nobody"), "delivery.recipient"),
    (|d| courier(d).name.en = String::new(), "delivery.name.en"),
    (|d| courier(d).days.zh_hans = String::new(), "delivery.days.zh-hans"),
    (|d| d.admission.rate_per_minute = 0, "admission.rate_per_minute"),
    (|d| d.statistics.minimum_cell = 9, "statistics.minimum_cell"),
    (|d| d.bulletins.times.push("3 pm".into()), "bulletins.times[1]"),
    (|d| d.bulletins.times.push("24:00".into()), "bulletins.times[1]"),
];

#[test]
fn promise_02_a_field_without_purpose_or_end_is_no_scheme() {
    for index in 0..masks().fields.len() {
        let mut draft = masks();
        draft.fields[index].purpose = None;
        draft.fields[index].retention_days = None;
        let paths = flaw_paths(draft);
        assert!(paths.contains(&format!("fields[{index}].purpose")), "{paths:?}");
        assert!(paths.contains(&format!("fields[{index}].retention_days")), "{paths:?}");
    }
}

#[test]
fn every_flaw_is_found_where_it_is_and_said_in_three_languages() {
    assert_eq!(flaw_paths(masks()), Vec::<String>::new());
    for (spoil, path) in SPOILINGS {
        let mut definition = masks();
        spoil(&mut definition);
        let flaws = Scheme::compile(definition).err().unwrap_or_default();
        assert!(flaws.iter().any(|flaw| flaw.path == *path), "{path} not among {flaws:?}");
        assert!(flaws.iter().all(|flaw| flaw.message.blanks().is_empty()));
    }
}

#[test]
fn every_part_of_the_statement_is_shown_and_nothing_is_left_to_fill() {
    let scheme = scheme();
    for language in Language::ALL {
        let parts = scheme.statement(language);
        let keys: Vec<_> = parts.iter().map(|part| part.key).collect();
        let wanted = ["purposes", "items", "refusal", "transferees", "matching", "retention", "access", "officer"];
        assert_eq!(keys, wanted);
        for part in &parts {
            let all = [&part.paragraphs[..], &part.items[..]].concat();
            assert!(!part.heading.is_empty() && all.iter().all(|line| !line.trim().is_empty()));
            assert!(!all.iter().any(|line| line.contains(['{', '}'])), "{all:?}");
        }
        let counts: Vec<_> = parts.iter().map(|part| part.items.len()).collect();
        assert_eq!(counts, [3, 5, 0, 4, 2, 3, 0, 4]);
    }
    let retention = &scheme.statement(Language::En)[5].items;
    assert_eq!(retention[0], "Hong Kong identity card number, Date of birth: 28 September 2020");
    let table = scheme.data_table(Language::ZhHant);
    assert_eq!((table[3].what.as_str(), table[3].kept_until.as_str()), ("地址", "2020年8月29日"));
    assert_eq!(table[3].receives, ["本署委聘的派遞服務商"]);
}

#[test]
fn ends_count_from_the_latest_closing_day() {
    let scheme = scheme();
    let latest = scheme.window().latest;
    assert_eq!(scheme.expiry(FieldGroup::Identity), latest.plus(90));
    assert_eq!(scheme.expiry(FieldGroup::Mobile), latest.plus(60));
    assert_eq!(scheme.last_expiry(), latest.plus(90));
    assert_eq!(scheme.group(FieldGroup::Contact).purpose, "delivery");
    assert!(scheme.allows("eligibility") && !scheme.allows("marketing"));
    assert_eq!(scheme.bulletin_minutes(), [15 * 60]);
    let opens = scheme.window().opens;
    assert!(scheme.window().is_open(opens) && !scheme.window().is_open(opens.plus_millis(-1)));
    assert!(!scheme.window().is_open(scheme.window().closes));
}

#[test]
fn a_scheme_without_delivery_need_not_ask_for_a_home() {
    let mut definition = masks();
    definition.delivery = Delivery::None;
    definition.fields.retain(|field| field.field.group() != FieldGroup::Contact);
    definition.purposes.retain(|purpose| purpose.id != "delivery");
    purposes(&mut definition).names.retain(|name| name != "delivery");
    marks(&mut definition).retain(|item| item.field.group() != FieldGroup::Contact);
    let toml = definition.to_toml().unwrap();
    assert_eq!(Definition::from_toml(&toml).unwrap(), definition);
    let scheme = Scheme::compile(definition).unwrap();
    assert!(!scheme.asks(FieldKind::Address) && scheme.group(FieldGroup::Contact).fields.is_empty());
}

#[test]
fn toml_goes_there_and_back_and_the_digest_stays() {
    let scheme = scheme();
    let again = Definition::from_toml(&scheme.definition().to_toml().unwrap()).unwrap();
    assert_eq!(&again, scheme.definition());
    assert_eq!(Scheme::compile(again).unwrap().digest(), scheme.digest());
    assert_eq!(Definition::from_toml(&written(&MASKS.parse().unwrap())).unwrap(), masks());
    let mut draft = masks();
    (draft.statement, draft.matching, draft.fields[0].purpose) = (Statement::default(), None, None);
    assert_eq!(Definition::from_toml(&draft.to_toml().unwrap()).unwrap(), draft);
    let odd = masks().window.opens.plus_millis(61_234);
    let moved = masks().with_window(odd, odd.plus_secs(3600), odd.day().plus(3)).with_slug("masks-demo");
    assert_eq!(Definition::from_toml(&moved.to_toml().unwrap()).unwrap(), moved);
    assert_ne!(Scheme::compile(moved).unwrap().digest(), scheme.digest());
}

#[test]
fn the_digest_does_not_depend_on_how_it_was_written() {
    let value: serde_json::Value = serde_json::from_str(r#"{"b":[1,true,"é\n"],"a":{"z":null,"y":{}}}"#).unwrap();
    let expected = seal::sha256(&[r#"{"a":{"y":{},"z":null},"b":[1,true,"é\n"]}"#.as_bytes()]);
    assert_eq!(digest::digest(&value).unwrap(), expected);
    assert_eq!(kernel::to_hex(&scheme().digest()), kernel::to_hex(&scheme().digest()));
}

#[test]
fn an_operation_is_a_scheme_of_its_own_rules() {
    let good = || Definition::restriction_testing().unwrap();
    let scheme = Scheme::compile(good()).unwrap();
    assert!(scheme.matching().is_none() && scheme.courier().is_none());
    assert_eq!(scheme.expiry(FieldGroup::Health), good().window.latest.plus(28), "weeks, not years");
    for language in Language::ALL {
        let statement = scheme.statement(language);
        assert_eq!(statement.len(), 7, "every part but the comparison, which there is none of");
        let told = statement.iter().flat_map(|part| &part.items).any(|item| item.contains(FieldKind::TestResult.label(language)));
        assert!(told, "{language}");
    }
    let spoilings: &[Spoiling] = &[
        (|d| d.operation = None, "fields[5].field"),
        (|d| d.operation = None, "matching"),
        (|d| d.operation.as_mut().unwrap().building = " ".into(), "operation.building"),
        (|d| d.operation.as_mut().unwrap().district = "XX".into(), "operation.district"),
        (|d| d.operation.as_mut().unwrap().queue_hours = Some(0), "operation.queue_hours"),
        (|d| d.operation.as_mut().unwrap().queue_hours = Some(49), "operation.queue_hours"),
        (|d| d.household.max_people = 2, "household.max_people"),
        (|d| d.delivery = masks().delivery, "delivery"),
        (|d| d.fields[3].obligatory = false, "fields[3].obligatory"),
        (|d| d.fields[5].retention_days = Some(29), "fields[6].retention_days"),
        (|d| d.fields[6].purpose = None, "fields[6].purpose"),
    ];
    for (spoil, path) in spoilings {
        let mut definition = good();
        spoil(&mut definition);
        let paths = flaw_paths(definition);
        assert!(paths.iter().any(|found| found == path), "{path} not among {paths:?}");
    }
    let mut elsewhere = good();
    elsewhere.operation.as_mut().unwrap().building.push('!');
    let moved = changes(&scheme, &Scheme::compile(elsewhere).unwrap());
    assert_eq!(moved, [Change { part: "operation", needs_gate: true }]);
}

#[test]
fn deviations_from_the_usual_clauses_are_shown() {
    let mut definition = masks();
    let found: Vec<_> = deviations(&definition).iter().map(|deviation| deviation.part).collect();
    assert_eq!(found, ["refusal"]);
    let usual = deviations(&definition)[0].usual.clone();
    definition.statement.refusal = Some(own(usual));
    assert_eq!(deviations(&definition), []);
    definition.statement.retention = Some(own(Text::new("For ever.", "永久。", "永久。")));
    assert_eq!(deviations(&definition)[0].actual.en, "For ever.");
    let shown = Scheme::compile(definition).unwrap().statement(Language::En);
    assert_eq!(shown[5].paragraphs, ["For ever."]);
}

#[test]
fn what_touches_the_data_needs_a_new_gate() {
    let cases: &[Spoiling] = &[
        (|d| d.fields[4].retention_days = Some(61), "fields"),
        (|d| d.purposes[0].text.en.push('!'), "purposes"),
        (|d| drop(d.purposes[2].recipients.remove(1)), "purposes"),
        (|d| d.statement.refusal = Some(ClausePart { clause: Clause::Usual }), "statement"),
        (|d| matching(d).reference = "approval 7".into(), "matching"),
        (|d| courier(d).name.en.push('s'), "delivery"),
        (|d| d.window.latest = d.window.latest.plus(1), "window.latest"),
        (|d| d.eligibility.minimum_age = 16, "eligibility"),
        (|d| d.household.max_people = 7, "household"),
        (|d| officer(d).phone.push('0'), "statement"),
    ];
    for (change, part) in cases {
        let found = changes_after(*change);
        assert!(found.contains(&Change { part, needs_gate: true }), "{part} not among {found:?}");
    }
    let free: &[Spoiling] = &[
        (|d| d.admission.rate_per_minute = 600, "admission"),
        (|d| d.bulletins.times.clear(), "bulletins"),
        (|d| d.summary.en.push('!'), "summary"),
        (|d| d.window.closes = d.window.closes.plus_secs(3600), "window.closes"),
        (|d| courier(d).days.en.push('!'), "delivery.days"),
        (|d| d.statistics.minimum_cell = 20, "statistics"),
    ];
    for (change, part) in free {
        assert_eq!(changes_after(*change), [Change { part, needs_gate: false }]);
    }
    assert_eq!(changes(&scheme(), &scheme()), []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_definition_with_any_required_key_removed_is_no_scheme(pick in any::<prop::sample::Index>()) {
        let mut table: toml::Table = MASKS.parse().unwrap();
        let keys = keys_of(&toml::Value::Table(table.clone()), &mut Vec::new());
        let path = pick.get(&keys);
        // One of mail and phone may be left out, by design.
        prop_assume!(!matches!(path.last().map(String::as_str), Some("mail" | "phone")));
        remove(&mut table, path);
        let compiled = Definition::from_toml(&written(&table)).map(Scheme::compile);
        prop_assert!(!matches!(compiled, Ok(Ok(_))), "still a scheme without {path:?}");
    }

    #[test]
    fn a_definition_with_any_unknown_key_is_refused(pick in any::<prop::sample::Index>()) {
        let table: toml::Table = MASKS.parse().unwrap();
        let keys = keys_of(&toml::Value::Table(table.clone()), &mut Vec::new());
        let mut path = pick.get(&keys).clone();
        let last = path.pop().unwrap();
        let mut root = toml::Value::Table(table);
        let place = path.iter().fold(&mut root, |value, key| step(value, key).unwrap());
        let Some(place) = place.as_table_mut() else { return Ok(()) };
        let value = place[&last].clone();
        place.insert("surprise".into(), value);
        let error = Definition::from_toml(&written(&root.try_into().unwrap())).map(drop).unwrap_err().to_string();
        prop_assert!(error.contains("unknown field `surprise`"), "{path:?}: {error}");
    }
}

fn written(table: &toml::Table) -> String {
    toml::to_string(table).unwrap()
}

fn masks() -> Definition {
    Definition::masks_2020().unwrap()
}

fn scheme() -> Scheme {
    Scheme::compile(masks()).unwrap()
}

fn flaw_paths(definition: Definition) -> Vec<String> {
    Scheme::compile(definition).err().unwrap_or_default().into_iter().map(|flaw| flaw.path).collect()
}

fn changes_after(change: fn(&mut Definition)) -> Vec<Change> {
    let mut definition = masks();
    change(&mut definition);
    changes(&scheme(), &Scheme::compile(definition).unwrap())
}

fn own(text: Text) -> ClausePart {
    ClausePart { clause: Clause::Own(text) }
}

fn purposes(definition: &mut Definition) -> &mut PurposesPart {
    definition.statement.purposes.as_mut().unwrap()
}

fn marks(definition: &mut Definition) -> &mut Vec<Item> {
    &mut definition.statement.items.as_mut().unwrap().marks
}

fn officer(definition: &mut Definition) -> &mut OfficerPart {
    definition.statement.officer.as_mut().unwrap()
}

fn matching(definition: &mut Definition) -> &mut Matching {
    definition.matching.as_mut().unwrap()
}

fn courier(definition: &mut Definition) -> &mut Courier {
    match &mut definition.delivery {
        Delivery::Courier(courier) => courier,
        Delivery::None => panic!("the mask scheme has a courier"),
    }
}

/// Every key of the document, as a path of keys and list positions.
fn keys_of(value: &toml::Value, path: &mut Vec<String>) -> Vec<Vec<String>> {
    let children: Vec<(String, &toml::Value)> = match value {
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), value)).collect(),
        toml::Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for (key, child) in children {
        path.push(key);
        if value.is_table() {
            found.push(path.clone());
        }
        found.extend(keys_of(child, path));
        path.pop();
    }
    found
}

fn step<'v>(value: &'v mut toml::Value, key: &str) -> Option<&'v mut toml::Value> {
    match value {
        toml::Value::Array(items) => items.get_mut(key.parse::<usize>().unwrap()),
        other => other.as_table_mut()?.get_mut(key),
    }
}

fn remove(table: &mut toml::Table, path: &[String]) {
    let mut root = toml::Value::Table(std::mem::take(table));
    let (last, parents) = path.split_last().unwrap();
    let place = parents.iter().fold(&mut root, |value, key| step(value, key).unwrap());
    place.as_table_mut().unwrap().remove(last);
    *table = root.try_into().unwrap();
}
