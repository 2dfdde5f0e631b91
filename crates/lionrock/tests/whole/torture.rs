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

/// Twelve hours of an exercise in fifteen seconds; `lionrock torture --drill --rounds 50` is the whole.
#[test]
fn kill_9_in_the_middle_of_an_exercise_loses_and_doubles_no_inject_and_no_act() {
    let size = ["--teams", "12", "--players", "60", "--pace", "40", "--rate", "3000", "--hours", "12"];
    let (good, said) = lionrock(&[&["torture", "--drill", "--rounds", "3", "--connections", "12"][..], &size].concat());
    assert!(good && said.contains("840 of 840, 0 twice") && said.contains("0 lost, 0 doubled"), "{said}");
}
