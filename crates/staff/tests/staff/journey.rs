pub mod field;

use hongkong::IdNumber;
use people::Role;
use registration::matching::State;

use crate::client::{Client, Reply};
use crate::stage::{SLUG, Stage, document};

fn at(rest: &str) -> String {
    format!("/en/staff/schemes/{SLUG}{rest}")
}

pub fn number(digits: &str) -> String {
    IdNumber::from_number(digits).unwrap().formatted()
}

/// Registers one person as an officer does at a counter; answers with the reference.
pub fn register(officer: &Client, digits: &str, mobile: &str, address: &str) -> String {
    let reply = try_to_register(officer, digits, mobile, address);
    assert_eq!(reply.status, 200, "{}", reply.text());
    reference(&reply)
}

/// Fills in the form as it is shown, and sends it.
fn try_to_register(officer: &Client, digits: &str, mobile: &str, address: &str) -> Reply {
    let page = officer.get(&at("/register"));
    let [key, version] = ["key", "version"].map(|name| page.between(&format!("name=\"{name}\" value=\""), "\""));
    let number = number(digits);
    let mut pairs = household(&key, &number, mobile, address);
    pairs.push(("version", &version));
    officer.post(&at("/register"), &pairs)
}

/// One household that a case officer registers.
pub fn register_one(stage: &Stage) -> String {
    register(&stage.officer(0, Role::CaseOfficer), "Q123456", "", "1 Ngau Tau Kok Road")
}

fn household<'a>(key: &'a str, id: &'a str, mobile: &'a str, address: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("key", key),
        ("members", "0"),
        ("act", "register"),
        ("id_number", id),
        ("birth-day", "1"),
        ("birth-month", "2"),
        ("birth-year", "1950"),
        ("name", "Chan Tai Man"),
        ("address.text", address),
        ("address.district", "KT"),
        ("mobile", mobile),
        ("language", "en"),
    ]
}

/// A reference is three groups of four.
fn reference(reply: &Reply) -> String {
    let text = reply.text();
    let groups = |word: &&str| word.len() == 14 && word.split('-').filter(|group| group.len() == 4).count() == 3;
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').find(groups).unwrap().to_owned()
}

/// As `printf '%%PDF-1.7 short' | sha256sum` begins.
const PDF_DIGEST: &str = "de0318c6f4f6";
const PDF: &[u8] = b"%PDF-1.7 short";

#[test]
fn a_document_is_put_on_record_by_its_file_and_withdrawn_again() {
    let stage = Stage::new();
    let gate = stage.launch();
    assert!(stage.platform.public_service(SLUG).is_some(), "two signatures opened it");
    let base = at(&format!("/gates/{gate}"));
    let security = stage.officer(0, Role::SecurityOfficer);
    let pairs: Vec<_> = document("security-audit").into_iter().filter(|(name, _)| *name != "digest").collect();
    let added = security.post_file(&format!("{base}/records"), &pairs, PDF);
    assert_eq!(added.status, 303, "{}", added.text());
    let page = security.get(&base);
    assert!(page.text().contains(PDF_DIGEST), "the digest of the file stands on the page");
    let differs = security.post_file(&format!("{base}/records"), &document("security-audit"), PDF);
    assert_eq!(differs.status, 422);
    assert!(differs.text().contains("not the digest of the file") && differs.text().contains("Assessment team"));
    let own: Vec<_> = document("security-audit")
        .into_iter()
        .map(|(name, value)| if name == "organisation" { (name, "Department ISD") } else { (name, value) })
        .collect();
    assert!(security.post(&format!("{base}/records"), &own).text().contains("independent organisation"));
    let record = page.between(&format!("{base}/records/"), "/withdraw");
    let way = format!("{base}/records/{record}/withdraw");
    assert!(security.get(&way).text().contains("closes the public pages"));
    assert_eq!(security.post(&way, &[]).status, 422, "a reason is needed");
    assert_eq!(security.post(&way, &[("reason", "outdated")]).status, 303);
    assert!(stage.platform.public_service(SLUG).is_none(), "withdrawing closed it");
}

#[test]
fn a_definition_with_a_flaw_is_shown_again_with_the_place_of_the_flaw() {
    let stage = Stage::new();
    let owner = stage.officer(0, Role::SchemeOwner);
    let broken = stage.definition().replacen("max_people = 6", "max_people = 99", 1);
    for act in ["check", "save"] {
        let reply = owner.post("/zh-hant/staff/schemes/new", &[("definition", &broken), ("act", act)]);
        assert_eq!(reply.status, 422);
        assert!(reply.text().contains("household.max_people") && reply.text().contains("max_people = 99"));
    }
    let nonsense = owner.post("/en/staff/schemes/new", &[("definition", "slug = "), ("act", "save")]);
    assert!(nonsense.status == 422 && nonsense.text().contains("cannot be read"));
    stage.launch();
    let changed = stage.definition().replacen("max_people = 6", "max_people = 5", 1);
    let checked = owner.post(&at("/definition"), &[("definition", &changed), ("act", "check")]);
    assert!(checked.status == 200 && checked.text().contains("household") && checked.text().contains("assess it anew"));
    let saved = owner.post(&at("/definition"), &[("definition", &changed), ("act", "save")]);
    assert!(saved.location().contains("/gates/ver_"), "{}", saved.text());
    assert_eq!(stage.platform.service(SLUG).unwrap().scheme().max_people(), 6, "the old version keeps running");
    let again = owner.post(&at("/definition"), &[("definition", &changed), ("act", "save")]);
    assert!(again.status == 422 && again.text().contains("saved already"));
}

#[test]
fn a_registration_goes_from_the_counter_to_the_courier_and_back() {
    let stage = Stage::new();
    stage.launch();
    let (case, delivery) = (stage.officer(0, Role::CaseOfficer), stage.officer(0, Role::DeliveryOfficer));
    let key = case.get(&at("/register")).between("name=\"key\" value=\"", "\"");
    let wrong = case.post(&at("/register"), &household(&key, "Q123456(9)", "", "Some Estate"));
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("Check the identity card number") && wrong.text().contains("Some Estate"));
    let good = register(&case, "Q123456", "", "1 Ngau Tau Kok Road");
    let bad = register(&case, "U123456", "51234567", "1 Nowhere Road");
    stage.work();
    stage.work();
    let queue = case.get(&at("/exceptions")).text();
    assert!(queue.contains(&bad) && queue.contains("do not belong together"));
    open_a_record(&case, &bad);
    let confirm = at(&format!("/records/{bad}/resolve/confirm"));
    assert!(case.get(&confirm).text().contains("at a counter"));
    assert_eq!(case.post(&confirm, &[]).status, 303);
    assert_eq!(case.post(&confirm, &[]).status, 409, "decided once");
    letters(&stage, &case);
    let accept = at(&format!("/records/{good}/resolve/accept-address"));
    assert_eq!(case.post(&accept, &[]).status, 303, "the list does not know this address");
    export(&stage, &delivery, &good);
    let results = delivery.post(&at("/delivery/results"), &[("lines", &format!("{good},delivered\nnonsense,x\n"))]);
    assert!(results.text().contains("1 taken over") && results.text().contains("Not a reference"), "{}", results.text());
    let household = registration::find(stage.platform.service(SLUG).unwrap().ledger(), registration::Reference::parse(&good).unwrap());
    assert_eq!(household.unwrap().unwrap().state, State::Delivered);
    let messages = stage.officer(0, Role::SupervisingOfficer).get(&at("/messages"));
    assert!(messages.text().contains("5123 4567"));
    assert!(delivery.get(&at("/dashboard")).headers.contains_key("refresh"));
    assert!(!delivery.get(&at("/dashboard?refresh=off")).headers.contains_key("refresh"));
}

fn open_a_record(case: &Client, reference: &str) {
    let way = at(&format!("/records/{reference}"));
    let closed = case.get(&way).text();
    assert!(closed.contains("Nobody has opened it") && !closed.contains("Nowhere Road") && !closed.contains("U123456"));
    assert_eq!(case.post(&way, &[("purpose", "delivery")]).status, 422, "a reason is needed");
    let opened = case.post(&way, &[("purpose", "delivery"), ("why", "the caller asks about the address")]).text();
    assert!(opened.contains("1 Nowhere Road") && opened.contains("Chan Tai Man"));
    assert!(!opened.contains("U123456") && !opened.contains("5123 4567"), "only what delivery needs");
    let matched = case.post(&way, &[("purpose", "eligibility"), ("why", "the caller asks about the number")]).text();
    assert!(matched.contains("U123456") && !matched.contains("Nowhere Road"));
    let refused = case.post(&way, &[("purpose", "marketing"), ("why", "the caller asks for nothing")]);
    assert!(refused.status == 422 && refused.text().contains("does not name this purpose"));
    let found = case.post(&at("/find"), &[("reference", &reference.to_lowercase().replace('-', " "))]);
    assert_eq!(found.location(), way);
    assert_eq!(case.post(&at("/find"), &[("reference", "7F3K")]).status, 422);
}

fn letters(stage: &Stage, case: &Client) {
    let page = case.get(&at("/letters"));
    let letter = page.between(&at("/letters/"), "/print");
    let pdf = case.post(&at(&format!("/letters/{letter}/print")), &[]);
    assert!(pdf.bytes.starts_with(b"%PDF"), "{} needs the package fonts-noto-cjk", pdf.status);
    assert_eq!(case.post(&at(&format!("/letters/{letter}/posted")), &[]).status, 303);
    assert!(case.get(&at("/letters")).text().contains("No letter waits"));
    stage.work();
}

/// A delivery officer asks for an export; answers with the request.
pub fn request_export(stage: &Stage) -> String {
    let delivery = stage.officer(0, Role::DeliveryOfficer);
    let none = delivery.get(&at("/delivery/request")).text();
    assert!(none.contains("No contract is in force"), "{none}");
    let contract = crate::contractors::courier_contract(stage);
    let way = at("/delivery/request");
    assert_eq!(delivery.post(&way, &[]).status, 422);
    assert_eq!(delivery.post(&way, &[("district", "KT")]).status, 422, "no export without a contract");
    assert_eq!(delivery.post(&way, &[("district", "KT"), ("contract", "ctc_other")]).status, 422);
    assert_eq!(delivery.post(&way, &[("district", "KT"), ("contract", &contract)]).status, 303);
    stage.officer(0, Role::SupervisingOfficer).get(&at("/delivery")).between(&at("/approvals/"), "\"")
}

/// Promise 8: what goes out for delivery is a lease.
fn export(stage: &Stage, delivery: &Client, reference: &str) {
    let approval = request_export(stage);
    let supervisor = stage.officer(0, Role::SupervisingOfficer);
    assert_eq!(delivery.get(&at(&format!("/delivery/run/{approval}"))).status, 404, "not before it is approved");
    assert!(supervisor.get(&at(&format!("/approvals/{approval}"))).text().contains("to Harbour Forms Limited"));
    assert_eq!(supervisor.post(&at(&format!("/approvals/{approval}")), &[]).status, 422);
    assert_eq!(supervisor.post(&at(&format!("/approvals/{approval}")), &[("decision", "approve")]).status, 303);
    let again = supervisor.post(&at(&format!("/approvals/{approval}")), &[("decision", "refuse")]);
    assert!(again.text().contains("decided this already"));
    let run = at(&format!("/delivery/run/{approval}"));
    assert_eq!(delivery.get(&run).status, 200);
    assert_eq!(delivery.post(&run, &[]).status, 422, "where the list will be is asked");
    assert_eq!(delivery.post(&run, &[("where", "address"), ("address", "nowhere")]).status, 422);
    assert_eq!(delivery.post(&run, &[("where", "offline")]).status, 303);
    let page = delivery.get(&at("/delivery")).text();
    assert!(page.contains("Harbour Forms Limited") && !page.contains("/delivery/files/"), "{page}");
    let owner = stage.officer(0, Role::SchemeOwner);
    let lease = owner.get(&at("/delivery")).between("/en/staff/leases/", "\"");
    let page = owner.get(&format!("/en/staff/leases/{lease}")).text();
    assert!(page.contains("Handed over") && page.contains("In force"), "{page}");
    let list = fetched(stage, &lease);
    assert!(list.contains(reference) && list.contains("Chan Tai Man") && !list.contains("Q123456"));
    assert!(list.lines().filter(|line| line.contains("Ngau Tau Kok")).count() > 1, "planted records are among them");
}

/// What the contractor reads in the package of a lease.
fn fetched(stage: &Stage, lease: &str) -> String {
    use processors::{fetch_package, find_partner, hand_overs};
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let contractor = privacy.get("/en/staff/contractors").between("/en/staff/contractors/ctr_", "\"");
    let contract = privacy.get(&format!("/en/staff/contractors/ctr_{contractor}")).between("/en/staff/contracts/ctc_", "\"");
    let shown = privacy.post(&format!("/en/staff/contracts/ctc_{contract}/change/credential"), &[]);
    let token = processors::PartnerToken::parse(&shown.between("<code class=\"lr-code\">", "</code>")).unwrap();
    let (ledger, lease) = (stage.platform.ledger(), lease.parse().unwrap());
    let partner = ledger.read("test", |tx| find_partner(tx, &token)).unwrap();
    let package = ledger.read("test", |tx| hand_overs(tx, lease)).unwrap()[0].id;
    let fetch = move |work: &mut journal::Work<'_, '_>| fetch_package(work, &partner, package);
    let (pass, committed) = ledger.write("test", journal::Actor::Operator, fetch).unwrap();
    let bytes = pass.open(&committed, ledger.keys()).unwrap();
    let tar = seal::age_files::decrypt(&stage.courier, &bytes).unwrap();
    let text = String::from_utf8_lossy(tar.expose()).into_owned();
    text.split_once("reference,people,name,address").unwrap().1.to_owned()
}

#[test]
fn a_scheme_is_paused_extended_and_closed_early_by_two() {
    let stage = Stage::new();
    stage.launch();
    let owner = stage.officer(0, Role::SchemeOwner);
    assert_eq!(owner.post(&at("/operate/pause"), &[]).location(), at("/operate"));
    assert!(owner.get(&at("/operate")).text().contains("Resume registration"));
    let case = stage.officer(0, Role::CaseOfficer);
    let closed = try_to_register(&case, "Q123456", "", "1 Ngau Tau Kok Road");
    assert!(closed.status == 422 && closed.text().contains("not open") && closed.text().contains("Chan Tai Man"));
    assert_eq!(owner.post(&at("/operate/resume"), &[]).status, 303);
    let day = |day| [("closes-day", day), ("closes-month", "6"), ("closes-year", "2020"), ("time", "12:00")];
    assert!(owner.post(&at("/operate/extend"), &day("5")).text().contains("already closes"));
    assert_eq!(owner.post(&at("/operate/extend"), &day("40")).status, 422);
    assert_eq!(owner.post(&at("/operate/extend"), &day("20")).status, 303);
    assert!(owner.get(&at("/operate")).text().contains("20 June 2020"));
    assert_eq!(owner.post(&at("/operate/rate"), &[("rate", "0")]).status, 422);
    assert_eq!(owner.post(&at("/operate/rate"), &[("rate", "1,200")]).status, 303);
    assert_eq!(owner.post(&at("/bulletins/publish"), &[]).status, 303);
    assert!(owner.get(&at("/bulletins")).text().contains("6 May 2020"));
    assert_eq!(owner.post(&at("/close"), &[]).status, 303);
    let supervisor = stage.officer(0, Role::SupervisingOfficer);
    let approval = supervisor.get(&at("/delivery")).between(&at("/approvals/"), "\"");
    assert_eq!(owner.post(&at(&format!("/close/{approval}")), &[]).status, 403, "nobody has approved");
    assert_eq!(supervisor.post(&at(&format!("/approvals/{approval}")), &[("decision", "approve")]).status, 303);
    assert_eq!(owner.get(&at(&format!("/close/{approval}"))).status, 200);
    assert_eq!(owner.post(&at(&format!("/close/{approval}")), &[]).status, 303);
    assert!(owner.get(&at("")).text().contains("Closed"));
}

#[test]
fn an_auditor_reads_the_journal_and_takes_proofs_away() {
    let stage = Stage::new();
    stage.launch();
    stage.officer(0, Role::SchemeOwner).post(&at("/operate/pause"), &[]);
    stage.work();
    let auditor = stage.officer(0, Role::Auditor);
    let page = auditor.get(&at("/journal"));
    assert!(page.text().contains("registration.paused") && page.text().contains("Scheme owner"));
    let event = page.between(&at("/journal/evt_"), "\"");
    let entry = at(&format!("/journal/evt_{event}"));
    assert!(auditor.get(&entry).text().contains("registration.paused"));
    let proof = crate::client::json(&auditor.get(&format!("{entry}/proof")));
    assert!(proof["inclusion"]["checkpoint"].as_str().unwrap().starts_with("lionrock.example/"));
    let checkpoint = auditor.get(&at("/journal/checkpoint"));
    assert!(checkpoint.text().starts_with("lionrock.example/s_masks_2020\n"));
    assert!(auditor.get(&at("/certificate")).text().contains("has not ended yet"));
}

#[test]
fn an_administrator_invites_changes_and_ends_an_officer() {
    let stage = Stage::new();
    let administrator = stage.officer(0, Role::Administrator);
    let mut pairs = vec![("post-en", "Clerk"), ("post-zh-hant", "文員"), ("post-zh-hans", "文员"), ("name", "Lee"), ("mail", "lee@example.hk")];
    let none = administrator.post("/en/staff/officers/invite", &pairs);
    assert!(none.status == 422 && none.text().contains("at least one role") && none.text().contains("文員"));
    pairs.extend([("role", "auditor"), ("role", "case-officer")]);
    assert!(administrator.post("/en/staff/officers/invite", &pairs).text().contains("stands alone"));
    pairs.pop();
    let invited = administrator.post("/en/staff/officers/invite", &pairs);
    let token = invited.between("/en/staff/invitation/", "<");
    assert_eq!(token.len(), 64);
    let clerk = stage.client();
    let mut passkey = clerk.join(&token);
    assert!(clerk.get("/en/staff").text().contains("Clerk"));
    let list = administrator.get("/en/staff/officers").text();
    let id = list.split("Clerk").next().unwrap().rsplit("/en/staff/officers/").next().unwrap().split('"').next().unwrap();
    let way = format!("/en/staff/officers/{id}");
    assert_eq!(administrator.post(&way, &[("role", "case-officer")]).status, 303);
    assert!(clerk.get("/en/staff").text().contains("Case officer"), "at once, in the living session");
    assert_eq!(administrator.post(&way, &[]).status, 422);
    let again = administrator.post(&format!("{way}/invite-again"), &[("lost", "yes")]);
    assert!(again.text().contains("/en/staff/invitation/"));
    assert_eq!(clerk.get("/en/staff").status, 303, "every session ended");
    let options = clerk.post_json("/en/staff/sign-in/options", &serde_json::json!({"_token": clerk.token()}));
    let answer = passkey.get(crate::client::ORIGIN, &crate::client::json(&options)).unwrap();
    assert_eq!(clerk.post_json("/en/staff/sign-in/finish", &answer).status, 403, "the lost passkey is worth nothing");
    assert_eq!(administrator.post(&format!("{way}/end"), &[]).status, 303);
    assert!(administrator.get("/en/staff/officers").text().contains("Ended"));
}

#[test]
fn a_session_has_a_cookie_of_its_own_and_an_end() {
    let stage = Stage::new();
    stage.launch();
    let client = stage.client();
    let mut passkey = client.join(stage.invitation(0, Role::CaseOfficer));
    let before = client.cookie("session").unwrap();
    client.sign_in(&mut passkey);
    let after = client.cookie("session").unwrap();
    assert_ne!(before, after, "the cookie is new at each sign-in");
    client.set_cookie("session", &before);
    assert_eq!(client.get("/en/staff").status, 303, "and the old one is worth nothing");
    client.set_cookie("session", &after);
    assert_eq!(client.get("/en/staff").status, 200);
    stage.clock.advance_secs(16 * 60);
    let turned = client.get(&at("/find"));
    assert_eq!(turned.location(), format!("/en/staff/sign-in?next=/staff/schemes/{SLUG}/find&ended=1"));
    client.sign_in(&mut passkey);
    assert_eq!(client.post("/en/staff/sign-out", &[]).location(), "/en/staff/sign-in");
    assert_eq!(client.get("/en/staff").status, 303);
}

#[test]
fn a_second_passkey_is_added_and_the_first_removed_but_never_the_last() {
    let stage = Stage::new();
    let client = stage.client();
    client.join(stage.invitation(0, Role::Auditor));
    assert!(client.get("/en/staff/passkeys").text().contains("The last one stays"));
    let options = client.post_json("/en/staff/passkeys/options", &serde_json::json!({"_token": client.token()}));
    let (_, answer) = people::SoftwarePasskey::create(crate::client::ORIGIN, &crate::client::json(&options)).unwrap();
    assert_eq!(client.post_json("/en/staff/passkeys/finish", &answer).status, 200);
    let page = client.get("/en/staff/passkeys").text();
    let mut keys: Vec<&str> = page.split("/en/staff/passkeys/pky_").skip(1).map(|rest| rest.split('/').next().unwrap()).collect();
    keys.dedup();
    assert_eq!(keys.len(), 2);
    let way = |key: &str| format!("/en/staff/passkeys/pky_{key}/remove");
    assert_eq!(client.post(&way(keys[0]), &[]).status, 303);
    let last = client.post(&way(keys[1]), &[]);
    assert!(last.status == 422 && last.text().contains("last passkey"));
    assert_eq!(client.post(&way(keys[0]), &[]).status, 404);
}
