//! The charter of resident accounts: written, checked, signed by two, and nobody else's.

use identity::SHIPPED_CHARTER;
use people::Role;

use crate::stage::Stage;

const EDITOR: &str = "/en/staff/identity/charter";

#[test]
fn a_charter_is_written_checked_signed_by_two_and_in_force() {
    let stage = Stage::new();
    let owner = stage.officer(0, Role::SchemeOwner);
    let empty = owner.get("/en/staff/identity").text();
    assert!(empty.contains("No department runs resident accounts yet") && empty.contains("The charter that is shipped"));
    assert!(owner.get(EDITOR).text().contains("keep_months = 24"), "the editor begins with the shipped one");
    let blank = SHIPPED_CHARTER.replace("zh-hans = \"市民账户\"", "zh-hans = \" \"");
    let wrong = [(blank.as_str(), "title is missing in 简体中文"), ("keep_months =", "The text cannot be read"), ("keep_months = 0", "The text cannot be read")];
    for (text, sentence) in wrong {
        let reply = owner.post(EDITOR, &[("charter", text), ("act", "save")]);
        assert!(reply.status == 422 && reply.text().contains(sentence), "{sentence}: {}", reply.text());
    }
    let endless = SHIPPED_CHARTER.replace("keep_months = 24", "keep_months = 61");
    let reply = owner.post_file(EDITOR, &[("charter", ""), ("act", "save")], endless.as_bytes());
    assert!(reply.status == 422 && reply.text().contains("from 1 to 60"), "a file takes the place of the field");
    let checked = owner.post(EDITOR, &[("charter", SHIPPED_CHARTER), ("act", "check")]);
    assert!(checked.status == 200 && checked.text().contains("The charter is complete"));
    assert!(owner.get("/en/staff/identity").text().contains("No department runs"), "nothing is saved by a check");
    let gate = stage.launch_identity(SHIPPED_CHARTER);
    assert!(stage.platform.public_identity().is_some());
    let again = owner.post(EDITOR, &[("charter", SHIPPED_CHARTER), ("act", "save")]);
    assert!(again.status == 422 && again.text().contains("saved already"));
    let shorter = SHIPPED_CHARTER.replace("keep_months = 24", "keep_months = 12");
    let checked = owner.post_file(EDITOR, &[("act", "check")], shorter.as_bytes()).text();
    assert!(checked.contains("24 months") && checked.contains("12 months"), "what would change is said");
    let next = stage.launch_identity(&shorter);
    assert_ne!(gate, next);
    assert_eq!(stage.platform.public_identity().unwrap().charter().keep_months, 12);
    assert!(owner.get(&format!("/en/staff/identity/gates/{gate}")).text().contains("Superseded"));
}

#[test]
fn the_charter_is_of_one_department_and_its_owner_alone_writes_it() {
    let stage = Stage::new();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    assert_eq!(privacy.get(EDITOR).status, 403);
    assert_eq!(privacy.post(EDITOR, &[("charter", SHIPPED_CHARTER), ("act", "save")]).status, 403);
    let saved = stage.officer(0, Role::SchemeOwner).post(EDITOR, &[("charter", SHIPPED_CHARTER), ("act", "save")]);
    assert_eq!(saved.status, 303);
    let other = stage.officer(1, Role::SchemeOwner);
    for path in ["/en/staff/identity", EDITOR, &saved.location()] {
        assert_eq!(other.get(path).status, 404, "{path}");
    }
    assert_eq!(other.post(EDITOR, &[("charter", SHIPPED_CHARTER), ("act", "save")]).status, 404);
    assert!(stage.platform.public_identity().is_none(), "saved is not signed");
}
