use crate::binary::lionrock;

#[test]
fn promise_05_kill_9_in_the_middle_of_registrations_loses_and_doubles_nothing() {
    let (good, said) = lionrock(&["torture", "--rounds", "3", "--each", "150", "--connections", "16"]);
    assert!(good && said.contains("0 lost, 0 doubled"), "{said}");
}

#[test]
fn promise_05_a_power_cut_loses_nothing_and_would_with_synchronous_off() {
    let (good, said) = lionrock(&["torture", "--power", "--each", "100", "--connections", "16"]);
    assert!(good && said.contains("nothing acknowledged lost") && said.contains("synchronous=OFF"), "{said}");
}
