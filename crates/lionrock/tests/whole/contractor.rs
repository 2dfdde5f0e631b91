use crate::binary::lionrock;

#[test]
fn promise_08_the_leak_of_2024_is_caught_as_the_contract_ends() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (good, said) = lionrock(&["replay", "contractor", "--records", "140", "--json", file.path().to_str().unwrap()]);
    assert!(good, "{said}");
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
    assert_eq!(told["holds"], true);
    assert_eq!(told["days_open_and_unknown"]["then"], 426);
    assert_eq!(told["days_open_and_unknown"]["now"], 0);
}

#[test]
fn promise_08_a_prober_that_sees_nothing_turns_the_replay_red() {
    let (good, said) = lionrock(&["replay", "contractor", "--records", "140", "--sabotage", "blind-prober"]);
    let verdict = said.split("does not hold:").last().unwrap();
    assert!(!good && verdict.contains("promise 8: data left open is an incident as the contract ends"), "{said}");
    assert!(!verdict.contains("silence becomes an incident"), "silence is found without a prober: {said}");
}
