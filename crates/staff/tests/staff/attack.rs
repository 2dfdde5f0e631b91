use people::Role;
use staff::{Guard, Route, Verb, every_route};

use crate::client::{Client, Reply};
use crate::services::register_and_approve;
use crate::stage::{SLUG, Stage};

/// Real ids wherever there are real things, so that a 404 means "not for you" and not "no such thing".
pub fn path(path: &str, gate: &str, digest: &str, officer: &str) -> String {
    let act = if path.contains("/operate/") { "pause" } else { "confirm" };
    let zero = "0".repeat(32);
    let filled = path
        .replace("{slug}", SLUG)
        .replace("{version}", gate)
        .replace("{digest}", digest)
        .replace("{officer}", officer)
        .replace("{act}", act)
        .replace("{form}", "csv")
        .replace("{client}", "public-library")
        .replace("{kind}", "reply")
        .replace("{entry}", "task")
        .replace("{number}", "1")
        .replace("{revision}", "1")
        .replace("{report}", "preliminary")
        .replace("{playbook}", "ransomware")
        .replace("{day}", "2020-05-06")
        .replace("{token}", &"0".repeat(64))
        .replace("{team}", "0")
        .replace("{question}", "entry")
        .replace("{course}", "incident-response")
        .replace("{file}", "en.html")
        .replace("{code}", "AAAAAA")
        .replace("{source}", "connections")
        .replace("{reference}", "0000-0000-0000");
    let kinds = [("record", "gat"), ("approval", "apr"), ("export", "exp"), ("batch", "exp"), ("message", "msg"), ("event", "evt"), ("passkey", "pky"), ("alert", "alt"), ("contractor", "ctr"), ("contract", "ctc"), ("lease", "lse"), ("incident", "inc"), ("person", "cps"), ("station", "stn"), ("device", "dvc"), ("shift", "shf"), ("paper", "ppr"), ("briefing", "brf"), ("terminal", "trm"), ("proofing", "prf"), ("callout", "cal"), ("exercise", "exr"), ("request", "dsr"), ("erasure", "era"), ("drill", "drl"), ("department", "dep"), ("guest", "gst"), ("session", "tse"), ("try", "qtr"), ("lesson", "lsn")];
    let filled = kinds.iter().fold(filled, |path, (name, prefix)| path.replace(&format!("{{{name}}}"), &format!("{prefix}_{zero}")));
    assert!(!filled.contains('{'), "{filled}: an unknown part");
    format!("/en{filled}")
}

fn ask(client: &Client, route: &Route, path: &str) -> Reply {
    match route.verb {
        Verb::Get => client.get(path),
        Verb::Post => client.post(path, &[]),
    }
}

fn has_one_of(role: Role, rights: &[&str]) -> bool {
    rights.iter().any(|right| role.actions().contains(right))
}

struct Scene {
    stage: Stage,
    gate: String,
    digest: String,
    officer: String,
    identity: (String, String),
}

fn scene() -> Scene {
    let stage = Stage::new();
    let gate = stage.launch();
    let (digest, officer) = known(&stage);
    let charter = stage.launch_identity(identity::SHIPPED_CHARTER);
    let identity = (charter, known_charter(&stage));
    register_and_approve(&stage);
    Scene { stage, gate, digest, officer, identity }
}

/// The digest of the version in force, and the id of an officer.
pub fn known(stage: &Stage) -> (String, String) {
    let owner = stage.officer(0, Role::SchemeOwner);
    let digest = owner.get(&format!("/en/staff/schemes/{SLUG}")).between(&format!("{SLUG}/versions/"), "\"");
    let officer = stage.officer(0, Role::Administrator).get("/en/staff/officers").between("/en/staff/officers/off_", "\"");
    (digest, format!("off_{officer}"))
}

/// The digest of the charter in force.
pub fn known_charter(stage: &Stage) -> String {
    stage.officer(0, Role::SchemeOwner).get("/en/staff/identity").between("/en/staff/identity/versions/", "\"")
}

impl Scene {
    fn path(&self, route: &Route) -> String {
        if route.path.starts_with("/staff/identity") {
            return path(route.path, &self.identity.0, &self.identity.1, &self.officer);
        }
        path(route.path, &self.gate, &self.digest, &self.officer)
    }
}

#[test]
fn every_route_is_closed_to_whoever_may_not_use_it() {
    let scene = scene();
    let nobody = scene.stage.client();
    for route in every_route() {
        let path = scene.path(route);
        if route.guard == Guard::Public {
            continue;
        }
        let reply = ask(&nobody, route, &path);
        match route.verb {
            Verb::Get => assert!(reply.status == 303 && reply.location().starts_with("/en/staff/sign-in?next=/staff"), "{path}"),
            Verb::Post => assert_eq!(reply.status, 401, "{path}"),
        }
    }
    for role in Role::ALL {
        let (own, other) = (scene.stage.officer(0, role), scene.stage.officer(1, role));
        for route in every_route() {
            attack(&scene, route, role, &own, &other);
        }
    }
}

fn attack(scene: &Scene, route: &Route, role: Role, own: &Client, other: &Client) {
    let path = scene.path(route);
    let (rights, in_scheme) = match route.guard {
        Guard::Public | Guard::Officer => return,
        Guard::Seat => {
            let seated = [own, other].map(|client| ask(client, route, &path).status);
            assert!(seated.iter().all(|status| *status == 404), "{role} has no seat: {path}: {seated:?}");
            return;
        }
        Guard::Right(rights) => (rights, false),
        Guard::Scheme(rights) | Guard::Identity(rights) => (rights, true),
    };
    if !has_one_of(role, rights) {
        assert_eq!(ask(own, route, &path).status, 403, "{role} {path}");
        assert_eq!(ask(other, route, &path).status, 403, "{role} {path}");
        return;
    }
    if in_scheme || route.path.contains("{officer}") || route.path.contains("{client}") {
        assert_eq!(ask(other, route, &path).status, 404, "another department's {role} {path}");
    }
    if route.verb == Verb::Get {
        let real = !["{record}", "{approval}", "{export}", "{event}", "{reference}", "{contractor}", "{contract}", "{lease}", "{incident}", "{number}", "{person}", "{callout}", "{exercise}", "{request}", "{erasure}", "{station}", "{device}", "{briefing}", "{paper}", "{proofing}", "{terminal}", "{drill}", "{session}", "{try}", "/approve", "/logo/", "/certificate/file", "/checkpoint", "/field/queue"]
            .iter()
            .any(|part| route.path.contains(part));
        let status = own.get(&path).status;
        assert!(status == 200 || !real, "{role} {path}: {status}");
        assert!(status != 403 && status != 401 && status != 500, "{role} {path}: {status}");
    }
}

#[test]
fn every_act_needs_the_token_of_its_own_session() {
    let scene = scene();
    let stranger = scene.stage.client().token();
    for route in every_route().filter(|route| route.verb == Verb::Post) {
        let role = match route.guard {
            Guard::Right(rights) | Guard::Scheme(rights) | Guard::Identity(rights) => {
                Role::ALL.into_iter().find(|role| has_one_of(*role, rights)).unwrap()
            }
            Guard::Public | Guard::Officer | Guard::Seat => Role::CaseOfficer,
        };
        let (officer, path) = (scene.stage.officer(0, role), scene.path(route));
        for token in ["", stranger.as_str()] {
            assert_eq!(officer.post_raw(&path, &[("_token", token)]).status, 403, "{path}");
        }
        if route.path.ends_with("/options") {
            let reply = officer.post_json(&path, &serde_json::json!({ "_token": stranger }));
            assert_eq!(reply.status, 403, "{path}");
        }
    }
}

#[test]
fn nothing_below_the_desk_answers_that_does_not_stand_in_the_list() {
    let scene = scene();
    let owner = scene.stage.officer(0, Role::SchemeOwner);
    for path in ["/en/staff/nowhere", "/en/staff/schemes/masks-2020/secrets", "/en/staff/schemes/none/dashboard"] {
        assert_eq!(owner.get(path).status, 404, "{path}");
    }
    for route in every_route() {
        let twins = every_route().filter(|other| other.path == route.path && other.verb == route.verb);
        assert_eq!(twins.count(), 1, "{}", route.path);
    }
}
