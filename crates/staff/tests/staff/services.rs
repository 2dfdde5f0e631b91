//! Online services: registered by one officer, approved by another, changed and ended; what is wrong is said field by field.

use identity::SHIPPED_CHARTER;
use people::Role;

use crate::stage::Stage;

const NEW: &str = "/en/staff/services/new";
const LIBRARY: &str = "/en/staff/services/public-library";
const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"k1","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

/// What an officer types for the library.
pub fn library() -> Vec<(&'static str, &'static str)> {
    vec![
        ("id", "public-library"),
        ("service-name-en", "Public library"),
        ("service-name-zh-hant", "公共圖書館"),
        ("service-name-zh-hans", "公共图书馆"),
        ("service-purpose-en", "To borrow books"),
        ("service-purpose-zh-hant", "借閱圖書"),
        ("service-purpose-zh-hans", "借阅图书"),
        ("service-post-en", "Library desk"),
        ("service-post-zh-hant", "圖書館服務台"),
        ("service-post-zh-hans", "图书馆服务台"),
        ("phone", "2921 0208"),
        ("email", "library@department.example"),
        ("standing", "sandbox"),
        ("profile", "fapi"),
        ("means", "key"),
        ("keys", KEYS),
        ("redirects", "https://library.example/cb\r\nhttps://library.example/cb2"),
        ("ask-address", "must"),
        ("reason-address-en", "To send your card"),
        ("reason-address-zh-hant", "寄送圖書證"),
        ("reason-address-zh-hans", "寄送图书证"),
        ("ask-email", "may"),
        ("reason-email-en", "To remind you"),
        ("reason-email-zh-hant", "發送提示"),
        ("reason-email-zh-hans", "发送提示"),
    ]
}

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut pairs = library();
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name, value));
    }
    pairs
}

/// A stage with resident accounts in force and the library registered and approved.
pub fn connect(stage: &Stage) {
    stage.launch_identity(SHIPPED_CHARTER);
    register_and_approve(stage);
}

/// Registers the library and has another officer approve it.
pub fn register_and_approve(stage: &Stage) {
    let made = stage.officer(0, Role::SchemeOwner).post(NEW, &library());
    assert_eq!(made.location(), LIBRARY, "{}", made.text());
    approve(stage, Role::PrivacyOfficer);
}

fn approve(stage: &Stage, role: Role) {
    let officer = stage.officer(0, role);
    let digest = officer.get(&format!("{LIBRARY}/approve")).between("name=\"digest\" value=\"", "\"");
    let done = officer.post(&format!("{LIBRARY}/approve"), &[("digest", &digest)]);
    assert_eq!(done.status, 303, "{}", done.text());
}

#[test]
fn a_service_is_registered_by_one_officer_and_approved_by_another() {
    let stage = Stage::new();
    let owner = stage.officer(0, Role::SchemeOwner);
    assert!(owner.get("/en/staff/services").text().contains("Resident accounts are not open yet"));
    assert_eq!(owner.get(NEW).status, 404);
    stage.launch_identity(SHIPPED_CHARTER);
    let made = owner.post(NEW, &library());
    assert_eq!(made.location(), LIBRARY, "{}", made.text());
    let page = owner.get(LIBRARY).text();
    assert!(page.contains("Waits for approval") && page.contains("FAPI 2.0") && page.contains("asks for 2 attributes and needs 1"), "{page}");
    let digest = owner.get(&format!("{LIBRARY}/approve")).between("name=\"digest\" value=\"", "\"");
    let own = owner.post(&format!("{LIBRARY}/approve"), &[("digest", &digest)]);
    assert!(own.status == 422 && own.text().contains("Another officer must approve"));
    let zero = "00".repeat(32);
    let other = stage.officer(0, Role::PrivacyOfficer).post(&format!("{LIBRARY}/approve"), &[("digest", &zero)]);
    assert!(other.status == 422, "something else than what is on record");
    approve(&stage, Role::PrivacyOfficer);
    assert!(owner.get(LIBRARY).text().contains("In force"));
    assert_eq!(owner.get(&format!("{LIBRARY}/approve")).status, 404, "nothing waits");
    let again = owner.post(NEW, &library());
    assert!(again.status == 422 && again.text().contains("or there was one"));
    for path in [LIBRARY.to_owned(), format!("{LIBRARY}/change"), format!("{LIBRARY}/approve"), format!("{LIBRARY}/end")] {
        assert_eq!(stage.officer(1, Role::SchemeOwner).get(&path).status, 404, "{path}");
    }
    assert!(!stage.officer(1, Role::SchemeOwner).get("/en/staff/services").text().contains("Public library"));
    let ended = stage.officer(0, Role::SecurityOfficer).post(&format!("{LIBRARY}/end"), &[]);
    assert_eq!(ended.location(), LIBRARY);
    assert!(owner.get(LIBRARY).text().contains("Ended"));
    assert_eq!(owner.get(&format!("{LIBRARY}/change")).status, 404);
}

#[test]
fn a_change_of_a_service_shows_what_differs_and_waits_for_another_officer() {
    let stage = Stage::new();
    connect(&stage);
    let owner = stage.officer(0, Role::SchemeOwner);
    let form = owner.get(&format!("{LIBRARY}/change")).text();
    assert!(form.contains("value=\"Public library\"") && form.contains("https://library.example/cb\nhttps://library.example/cb2"), "filled in");
    let same = owner.post(&format!("{LIBRARY}/change"), &library());
    assert!(same.status == 422 && same.text().contains("Nothing would change"));
    let png = logo();
    let changed = with(&[("standing", "live"), ("profile", "basic"), ("ask-email", "no")]);
    let sent = owner.post_file(&format!("{LIBRARY}/change"), &changed, &png);
    assert_eq!(sent.location(), LIBRARY, "{}", sent.text());
    let page = owner.get(LIBRARY);
    assert!(page.text().contains("In force, a change waits") && page.text().contains("What would change"));
    let approval = stage.officer(0, Role::PrivacyOfficer).get(&format!("{LIBRARY}/approve"));
    let text = approval.text();
    assert!(text.contains("Basic, weaker") && text.contains("chose the weaker profile"), "{text}");
    let logo = approval.between("<img src=\"", "\"");
    let picture = owner.get(&logo);
    assert_eq!((picture.status.as_u16(), picture.headers["content-type"].to_str().unwrap()), (200, "image/png"));
    assert_eq!(stage.officer(1, Role::PrivacyOfficer).get(&logo).status, 404);
    approve(&stage, Role::SecurityOfficer);
    let page = owner.get(LIBRARY).text();
    assert!(page.contains("Live") && page.contains("Basic, weaker") && page.contains("asks for 1 attributes and needs 1"), "{page}");
    let list = owner.get("/en/staff/services").text();
    assert!(list.contains("Basic, weaker"), "it shows as such in the list");
}

fn logo() -> Vec<u8> {
    use base64::Engine as _;
    let coded = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    base64::engine::general_purpose::STANDARD.decode(coded).unwrap()
}

#[test]
fn what_is_wrong_with_a_service_is_said_at_its_field() {
    let stage = Stage::new();
    stage.launch_identity(SHIPPED_CHARTER);
    let owner = stage.officer(0, Role::SchemeOwner);
    let cases = [
        ("id", "Library!", "Enter a client id"),
        ("service-name-zh-hans", "", "Name in Simplified Chinese"),
        ("email", "nowhere", "a mailbox such as"),
        ("redirects", "", "Enter at least one redirect address"),
        ("redirects", "http://library.example/cb", "begins with https://"),
        ("redirects", "https://library.example/#x", "with no user, fragment"),
        ("keys", "", "Paste the service"),
        ("keys", "https://library.example/jwks", "jwks_uri"),
        ("keys", "{}", "no JSON Web Key Set"),
        ("keys", r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}]}"#, "holds a private key"),
        ("keys", r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}"#, "holds a private key"),
        ("keys", "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----", "holds a private key"),
        ("reason-email-zh-hant", "", "in three languages why the service asks for: Mail address"),
        ("profile", "", "Choose"),
        ("logout", "ftp://x", "begins with https://"),
    ];
    for (name, value, sentence) in cases {
        let reply = owner.post(NEW, &with(&[(name, value)]));
        assert!(reply.status == 422 && reply.text().contains(sentence), "{name}={value}: {}", reply.text());
        assert!(reply.text().contains("value=\"Public library\"") , "what was typed stays");
    }
    let certificate = owner.post(NEW, &with(&[("means", "certificate"), ("keys", "no certificate")]));
    assert!(certificate.status == 422 && certificate.text().contains("BEGIN CERTIFICATE"));
    let picture = owner.post_file(NEW, &library(), b"GIF89a");
    assert_eq!(picture.status, 422);
    assert!(owner.get("/en/staff/services").text().contains("No service is registered"));
}
