use crate::binary::lionrock;

fn day(more: &[&str]) -> (bool, String) {
    lionrock(&[&["simulate", "day", "--households", "300", "--connections", "16"], more].concat())
}

#[test]
fn a_scheme_lives_from_its_gate_to_its_certificate_and_every_promise_holds() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (good, said) = day(&["--json", file.path().to_str().unwrap()]);
    assert!(good, "{said}");
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
    assert_eq!(told["holds"], true);
    let promises: std::collections::BTreeSet<u64> =
        told["findings"].as_array().unwrap().iter().filter_map(|finding| finding["promise"].as_u64()).collect();
    assert_eq!(promises.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 7, 8, 11]);
}

#[test]
fn promise_05_a_lost_registration_turns_the_simulation_red() {
    assert_named(&day(&["--sabotage", "lose-row"]), "promise 5: nothing acknowledged is lost");
}

#[test]
fn promise_05_a_doubled_registration_turns_the_simulation_red() {
    assert_named(&day(&["--sabotage", "double-row"]), "promise 5: nothing is doubled");
}

#[test]
fn promise_04_an_altered_journal_turns_the_simulation_red() {
    assert_named(&day(&["--sabotage", "alter-journal"]), "promise 4: entries, tiles and signed checkpoint agree");
}

#[test]
fn promise_01_a_name_in_the_log_turns_the_simulation_red() {
    assert_named(&day(&["--sabotage", "leak-canary"]), "promise 1: no value stands in clear");
}

#[test]
fn promise_01_a_name_in_a_compressed_log_turns_the_simulation_red() {
    assert_named(&day(&["--sabotage", "leak-archive"]), "promise 1: no value stands in clear");
}

/// The same life on PostgreSQL, in a database that is empty before and after.
#[test]
fn a_scheme_lives_on_postgres() {
    let store::Location::Postgres(url) = testkit::PostgresServer::shared().fresh_database() else { panic!("not a database") };
    let (good, said) = day(&["--store", url.expose()]);
    assert!(good && said.contains("files and tables"), "{said}");
    let (again, said) = day(&["--store", url.expose()]);
    assert!(again, "the first run left something behind: {said}");
}

#[test]
fn a_scheme_lives_in_an_address_list_of_its_own() {
    let list = tempfile::NamedTempFile::new().unwrap();
    let lines: Vec<&str> = hongkong::SAMPLE_ADDRESSES.lines().take(120).collect();
    std::fs::write(list.path(), lines.join("\n")).unwrap();
    let (good, said) = day(&["--addresses", list.path().to_str().unwrap(), "--seed", "9"]);
    assert!(good, "{said}");
    let (good, said) = day(&["--addresses", "no-such-list.tsv"]);
    assert!(!good && said.contains("no-such-list.tsv"), "{said}");
}

fn assert_named((good, said): &(bool, String), promise: &str) {
    let verdict = said.split("does not hold:").last().unwrap();
    assert!(!good && verdict.contains(promise), "{said}");
}
