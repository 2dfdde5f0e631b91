//! Sessions that are about to end, that have ended, and what was typed in them.

use people::Role;
use staff::{Verb, every_route};

use crate::client::{Client, Reply, json};
use crate::stage::{SLUG, Stage};

const FIND: &str = "/en/staff/schemes/masks-2020/find";
const MINUTE_SECS: i64 = 60;

fn kept(reply: &Reply) -> String {
    reply.between("name=\"_kept\" value=\"", "\"")
}

/// Sends what was kept as the script does after signing in: with the token of the new session.
fn send_kept(client: &Client, path: &str, token: &str, kept: &str) -> Reply {
    client.post_raw(path, &[("_token", token), ("_kept", kept)])
}

#[test]
fn every_page_says_when_the_session_ends_and_a_press_keeps_it() {
    let stage = Stage::new();
    let clerk = stage.officer(0, Role::CaseOfficer);
    let page = clerk.get("/en/staff");
    assert!(page.text().contains("Session ends at 8:15 am") && page.text().contains("data-session-secs=\"900\""), "{}", page.text());
    stage.clock.advance_secs(14 * MINUTE_SECS);
    let stayed = clerk.post_json("/en/staff/stay", &serde_json::json!({ "_token": clerk.token() }));
    assert_eq!(json(&stayed), serde_json::json!({ "secs": 900, "words": "Session ends at 8:29 am" }));
    stage.clock.advance_secs(14 * MINUTE_SECS);
    assert_eq!(clerk.get("/en/staff").status, 200, "it was kept");
    let foreign = clerk.post_json("/en/staff/stay", &serde_json::json!({ "_token": stage.client().token() }));
    assert_eq!(foreign.status, 403);
    for _ in 0..40 {
        stage.clock.advance_secs(14 * MINUTE_SECS);
        assert_eq!(clerk.get("/en/staff").status, 200);
    }
    let last = clerk.get("/en/staff").text();
    assert!(last.contains("it has lasted ten hours") && !last.contains("data-session-stay"), "nothing keeps it beyond ten hours");
    stage.clock.advance_secs(14 * MINUTE_SECS);
    assert_eq!(clerk.get("/en/staff").status, 303);
}

#[test]
fn what_was_typed_when_the_session_ended_comes_back_after_signing_in() {
    let stage = Stage::new();
    stage.launch();
    let clerk = stage.client();
    let mut passkey = clerk.join(&stage.invite(0, Role::CaseOfficer));
    let token = clerk.token();
    for hours in [1, 13] {
        stage.clock.advance_secs(hours * 3600);
        let token = if hours == 1 { token.clone() } else { clerk.token() };
        let ended = clerk.post_raw(FIND, &[("_token", &token), ("reference", "7Q2M <typed>")]);
        assert_eq!(ended.status, 401);
        assert!(ended.text().contains("What you typed is not lost") && !ended.text().contains("7Q2M"), "{}", ended.text());
        let kept = kept(&ended);
        let told = clerk.sign_in_to(&mut passkey, &format!("/staff/schemes/{SLUG}/find"));
        assert_eq!(told["next"], FIND);
        let back = send_kept(&clerk, FIND, told["token"].as_str().unwrap(), &kept);
        assert_eq!(back.status, 200, "shown again, without a judgement");
        assert!(back.text().contains("7Q2M &#60;typed&#62;"), "{}", back.text());
    }
}

#[test]
fn what_was_typed_comes_back_to_nobody_else_and_nowhere_else() {
    let stage = Stage::new();
    let gate = stage.launch();
    let clerk = stage.client();
    let mut passkey = clerk.join(&stage.invite(0, Role::CaseOfficer));
    let token = clerk.token();
    stage.clock.advance_secs(16 * MINUTE_SECS);
    let kept = kept(&clerk.post_raw(FIND, &[("_token", &token), ("reference", "SECRET")]));
    let other = stage.client();
    other.join(&stage.invite(0, Role::CaseOfficer));
    let stolen = send_kept(&other, FIND, &other.token(), &kept);
    assert!(stolen.status == 303 && stolen.location() == "/en/staff", "another officer gets nothing");
    clerk.sign_in(&mut passkey);
    let token = clerk.token();
    let elsewhere = send_kept(&clerk, &format!("/en/staff/schemes/{SLUG}/register"), &token, &kept);
    assert_eq!(elsewhere.location(), "/en/staff");
    let broken = send_kept(&clerk, FIND, &token, &format!("{kept}AA"));
    assert_eq!(broken.location(), "/en/staff");
    // An act in which nothing is typed is never done by what was kept.
    let sign = format!("/en/staff/schemes/{SLUG}/gates/{gate}/sign");
    assert_eq!(send_kept(&clerk, &sign, &token, &kept).location(), "/en/staff");
    stage.clock.advance_days(2);
    clerk.sign_in(&mut passkey);
    assert_eq!(send_kept(&clerk, FIND, &clerk.token(), &kept).location(), "/en/staff", "it dies with its day");
}

#[test]
fn signing_out_keeps_nothing_and_an_act_leads_back_to_its_page() {
    let stage = Stage::new();
    stage.launch();
    let clerk = stage.officer(0, Role::CaseOfficer);
    let session = clerk.cookie("session").unwrap();
    let token = clerk.token();
    clerk.post("/en/staff/sign-out", &[]);
    clerk.set_cookie("session", &session);
    let ended = clerk.post_raw(FIND, &[("_token", &token), ("reference", "TYPED")]);
    assert!(ended.status == 401 && !ended.text().contains("_kept") && ended.text().contains("TYPED"), "{}", ended.text());
    let owner = stage.officer(0, Role::SchemeOwner);
    let token = owner.token();
    stage.clock.advance_secs(16 * MINUTE_SECS);
    let close = format!("/en/staff/schemes/{SLUG}/close");
    let ended = owner.post_raw(&close, &[("_token", &token)]);
    assert!(ended.text().contains(&format!("finish?next=/staff/schemes/{SLUG}/close")) && !ended.text().contains("_kept"));
}

/// Whatever is sent to a form by a language switch, or after a session that ended, is shown and not done.
#[test]
fn every_form_shows_itself_again_and_does_nothing() {
    let stage = Stage::new();
    let gate = stage.launch();
    stage.launch_identity(identity::SHIPPED_CHARTER);
    let (_, officer) = crate::attack::known(&stage);
    for route in every_route().filter(|route| route.typed) {
        assert_eq!(route.verb, Verb::Post);
        let path = crate::attack::path(route.path, &gate, "", &officer);
        let mut shown = 0;
        for role in Role::ALL {
            // An empty definition is shown with what is wrong with it; a whole one is only shown.
            let whole = [("_switch", "en"), ("definition", &*stage.definition()), ("charter", identity::SHIPPED_CHARTER)];
            let reply = stage.officer(0, role).post(&path, &whole);
            let may = reply.status == 200;
            assert!(may || reply.status == 403 || reply.status == 404, "{role} {path}: {}", reply.status);
            shown += usize::from(may);
        }
        // What these name does not exist on this stage.
        let named = ["{approval}", "{passkey}", "{record}", "{reference}", "{contractor}", "{contract}", "{lease}", "/identity/gates/", "{station}", "{person}", "{proofing}", "{client}", "{exercise}", "{callout}", "{incident}", "{number}", "{terminal}", "{briefing}", "{paper}", "{drill}", "{session}", "{try}"];
        let absent = named.iter().any(|part| route.path.contains(part));
        assert_eq!(shown == 0, absent, "{path}: shown to {shown} roles");
    }
}

#[test]
fn a_passkey_gets_a_name_of_its_owners() {
    let stage = Stage::new();
    let clerk = stage.officer(0, Role::CaseOfficer);
    let page = clerk.get("/en/staff/passkeys");
    let way = format!("/en/staff/passkeys/{}/name", page.between("/en/staff/passkeys/", "/name"));
    for bad in ["", "  ", &"x".repeat(41)] {
        let refused = clerk.post(&way, &[("name", bad)]);
        assert!(refused.status == 422 && refused.text().contains("1 to 40 characters"));
    }
    assert_eq!(clerk.post(&way, &[("name", ""), ("_switch", "en")]).status, 200, "shown and not judged");
    assert_eq!(clerk.post(&way, &[("name", "Blue <key>")]).location(), "/en/staff/passkeys");
    let page = clerk.get("/en/staff/passkeys").text();
    assert!(page.contains("Blue &lt;key&gt;") && page.contains("on 6 May 2020"), "name, and when it was made and used: {page}");
    assert!(clerk.get(&way).text().contains("value=\"Blue &#60;key&#62;\""));
    let other = stage.officer(0, Role::SchemeOwner);
    assert_eq!(other.get(&way).status, 404);
    assert_eq!(other.post(&way, &[("name", "Mine")]).status, 404);
}
