//! The desk in a real browser, with a virtual passkey: what officers see, in three languages and two widths.

use std::path::PathBuf;

use people::Role;
use tokio::net::TcpListener;
use webkit::ServeOptions;
use webtest::{Browser, Page};

use crate::stage::{SLUG, Stage};

/// Serves a stage on a port of its own; the passkeys belong to `http://localhost:PORT`.
pub fn serve() -> (Stage, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let stage = Stage::at(&origin);
    serve_on(listener, &stage);
    (stage, origin)
}

pub fn serve_on(listener: std::net::TcpListener, stage: &Stage) {
    listener.set_nonblocking(true).unwrap();
    let router = stage.router.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            webkit::serve(listener, router, ServeOptions::default(), std::future::pending()).await.unwrap();
        });
    });
}

/// Registers by the invitation and signs in, as a person does: by two buttons.
fn join(page: &Page, origin: &str, invitation: &str) {
    page.goto(&format!("{origin}/en/staff/invitation/{invitation}")).unwrap();
    page.follow("#form button").unwrap();
    page.wait_for("form[data-passkey=sign-in]").unwrap();
    page.follow("#form button").unwrap();
    page.wait_for(".lr-signed-in").unwrap();
}

#[test]
fn an_officer_comes_by_invitation_and_opens_a_record() {
    let (stage, origin) = serve();
    stage.launch();
    let reference = crate::journey::register_one(&stage);
    stage.work();
    let browser = Browser::launch().unwrap();
    let page = browser.page().unwrap();
    let passkey = page.virtual_passkey(true).unwrap();
    join(&page, &origin, &stage.invite(0, Role::CaseOfficer));
    assert_eq!(passkey.credentials().unwrap().len(), 1);
    assert!(page.text("main").unwrap().contains("Case officer"));
    page.goto(&format!("{origin}/en/staff/schemes/{SLUG}/find")).unwrap();
    page.fill("#reference", &reference).unwrap();
    page.press("Enter").unwrap();
    page.wait_for("#why").unwrap();
    page.click("input[name=purpose][value=delivery]").unwrap();
    page.fill("#why", "the caller asks about the address").unwrap();
    page.follow("#form button.lr-button:not(.lr-default)").unwrap();
    assert!(page.text("main").unwrap().contains("Ngau Tau Kok Road"));
    page.follow(".lr-signed-in button").unwrap();
    assert!(page.url().unwrap().ends_with("/en/staff/sign-in"));
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

/// The time of the page is told to its script; the server's clock is moved by the test.
fn session_has(page: &Page, secs: i32) {
    page.eval(&format!("document.querySelector('[data-session-secs]').dataset.sessionSecs = {secs}")).unwrap();
}

#[test]
fn a_session_is_kept_by_a_press_and_what_was_typed_survives_its_end() {
    let (stage, origin) = serve();
    stage.launch();
    let browser = Browser::launch().unwrap();
    let page = browser.page().unwrap();
    let _passkey = page.virtual_passkey(true).unwrap();
    join(&page, &origin, &stage.invite(0, Role::CaseOfficer));
    page.goto(&format!("{origin}/en/staff/schemes/{SLUG}/find")).unwrap();
    page.fill("#reference", "7Q2M").unwrap();
    session_has(&page, 119);
    page.wait_for(".lr-ending:not([hidden])").unwrap();
    assert!(page.text(".lr-ending").unwrap().contains("less than two minutes"));
    assert_eq!(page.axe().unwrap(), []);
    for (width, name) in [(360, "phone"), (1280, "desk")] {
        page.viewport(width, 900, width == 360).unwrap();
        assert_eq!((page.overflow().unwrap(), page.small_targets().unwrap().len()), (0, 0));
        if let Some(album) = album() {
            page.screenshot(&album.join(format!("session-ends-{name}.png"))).unwrap();
        }
    }
    stage.clock.advance_secs(13 * 60);
    page.click("[data-session-stay] button").unwrap();
    page.wait_for(".lr-ending[hidden]").unwrap();
    assert!(page.text(".lr-signed-in").unwrap().contains("8:28 am"), "the new end stands in the bar");
    assert_eq!(page.value("#reference").unwrap(), "7Q2M");
    stage.clock.advance_secs(16 * 60);
    session_has(&page, 0);
    page.wait_for("[data-session-over]:not([hidden])").unwrap();
    page.follow("#form button.lr-button:not(.lr-default)").unwrap();
    assert!(page.text("h1").unwrap().contains("session has ended"));
    page.click("#form button.lr-button").unwrap();
    page.wait_for("#reference").unwrap();
    assert_eq!(page.value("#reference").unwrap(), "7Q2M");
    assert!(page.url().unwrap().ends_with("/find"));
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

/// The pages that need an approval, a document or an end before they exist.
#[test]
fn axe_finds_nothing_on_the_pages_of_grave_acts() {
    let (stage, origin) = serve();
    let gate = stage.launch();
    let scheme = format!("/staff/schemes/{SLUG}");
    crate::journey::register_one(&stage);
    stage.work();
    let export = crate::journey::request_export(&stage);
    let owner = stage.officer(0, Role::SchemeOwner);
    assert_eq!(owner.post(&format!("/en{scheme}/close"), &[]).status, 303);
    let supervisor = stage.officer(0, Role::SupervisingOfficer);
    let delivery = supervisor.get(&format!("/en{scheme}/delivery")).text();
    let way = format!("{scheme}/approvals/");
    let approvals = delivery.split(&way).skip(1).map(|rest| rest.split('"').next().unwrap());
    let close = approvals.clone().find(|id| *id != export).unwrap().to_owned();
    for approval in approvals {
        let path = format!("/en{scheme}/approvals/{approval}");
        assert_eq!(supervisor.post(&path, &[("decision", "approve")]).status, 303);
    }
    let records = format!("{scheme}/gates/{gate}/records/");
    let security = stage.officer(0, Role::SecurityOfficer);
    let record = security.get(&format!("/en{scheme}/gates/{gate}")).between(&format!("/en{records}"), "/");
    let passkey = owner.get("/en/staff/passkeys").between("/en/staff/passkeys/", "/name");
    let browser = Browser::launch().unwrap();
    let mut found = Vec::new();
    let pages = [
        (Role::SchemeOwner, format!("{scheme}/close/{close}")),
        (Role::SchemeOwner, format!("/staff/passkeys/{passkey}/name")),
        (Role::SchemeOwner, format!("/staff/passkeys/{passkey}/remove")),
        (Role::SecurityOfficer, format!("{records}{record}/withdraw")),
        (Role::DeliveryOfficer, format!("{scheme}/delivery/run/{export}")),
        (Role::SupervisingOfficer, format!("{scheme}/delivery")),
    ];
    for (role, path) in pages {
        found.extend(look_as(&browser, &stage, &origin, role, &path));
    }
    stage.clock.advance_days(400);
    stage.work();
    stage.work();
    let auditor = stage.client();
    auditor.join(&stage.invite(0, Role::Auditor));
    assert!(auditor.get(&format!("/en{scheme}/certificate")).text().contains("Download the certificate"), "the scheme has ended");
    let session = auditor.cookie("session").unwrap();
    found.extend(look_with(&browser, &origin, &session, Role::Auditor, &format!("{scheme}/certificate")));
    assert_eq!(found, Vec::<String>::new());
}

pub fn look_as(browser: &Browser, stage: &Stage, origin: &str, role: Role, path: &str) -> Vec<String> {
    look_with(browser, origin, &stage.officer(0, role).cookie("session").unwrap(), role, path)
}

fn look_with(browser: &Browser, origin: &str, session: &str, role: Role, path: &str) -> Vec<String> {
    let (page, mut found) = (browser.page().unwrap(), Vec::new());
    page.goto(&format!("{origin}/en/staff/sign-in")).unwrap();
    page.eval(&format!("document.cookie = 'session={session}; path=/'")).unwrap();
    look(&page, origin, role, path, &mut found);
    found.extend(page.complaints().unwrap());
    found
}

#[test]
fn a_passkey_that_does_not_verify_its_user_gets_nobody_in() {
    let (stage, origin) = serve();
    let browser = Browser::launch().unwrap();
    let page = browser.page().unwrap();
    let _passkey = page.virtual_passkey(false).unwrap();
    page.goto(&format!("{origin}/en/staff/invitation/{}", stage.invitation(0, Role::Auditor))).unwrap();
    page.click("#form button").unwrap();
    page.wait_for("[data-passkey-error]:not([hidden])").unwrap();
    assert!(stage.client().get("/en/staff").status == 303);
}

/// What is erased before its time, what is handed over and handed on, and what is said of a breach.
#[test]
fn axe_finds_nothing_on_the_pages_of_erasure_and_of_leases_that_change() {
    let (stage, origin) = serve();
    stage.launch();
    let lease = crate::contractors::leased(&stage).trim_start_matches("/en").to_owned();
    crate::contractors::lease_to_hand_over(&stage);
    let scheme = format!("/staff/schemes/{SLUG}");
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let reference = stage.officer(0, Role::CaseOfficer).get(&format!("/en{scheme}/exceptions"));
    let reference = reference.between(&format!("{scheme}/records/"), "\"");
    let order = [("reference", reference.as_str()), ("what", "contact"), ("cause", "officer"), ("confirmed", "yes")];
    let done = privacy.post(&format!("/en{scheme}/erase"), &order);
    assert_eq!(done.status, 200, "{}", done.text());
    let certificate = format!("{scheme}/erasures/era_{}", done.between("/erasures/era_", "/file"));
    let browser = Browser::launch().unwrap();
    let mut found = Vec::new();
    for (role, path) in [
        (Role::PrivacyOfficer, format!("{scheme}/erase")),
        (Role::PrivacyOfficer, format!("{scheme}/erase-day")),
        (Role::PrivacyOfficer, certificate),
        (Role::PrivacyOfficer, format!("{lease}/breach")),
        (Role::SchemeOwner, format!("{lease}/change/transfer")),
        (Role::DeliveryOfficer, format!("{scheme}/delivery/hand-over")),
        (Role::DeliveryOfficer, format!("{scheme}/delivery/request")),
    ] {
        found.extend(look_as(&browser, &stage, &origin, role, &path));
    }
    // What will be gone stands on a page that a form leads to.
    let page = browser.page().unwrap();
    let session = privacy.cookie("session").unwrap();
    page.goto(&format!("{origin}/en/staff/sign-in")).unwrap();
    page.eval(&format!("document.cookie = 'session={session}; path=/'")).unwrap();
    page.viewport(360, 900, true).unwrap();
    page.goto(&format!("{origin}/en{scheme}/erase")).unwrap();
    page.eval(&format!("document.querySelector('#reference').value = '{reference}'")).unwrap();
    page.click("input[name=what][value=all]").unwrap();
    page.click("input[name=cause][value=law]").unwrap();
    page.follow("#form button.lr-button:not(.lr-default)").unwrap();
    assert!(page.text("h1").unwrap().contains("What will be gone"));
    found.extend(page.axe().unwrap().into_iter().map(|it| format!("{it:?}")));
    if let Some(album) = album() {
        page.screenshot(&album.join("erase-confirm-en-360.png")).unwrap();
    }
    assert_eq!(found, Vec::<String>::new());
}

/// Where to write pictures of every page, for people to look at; nowhere unless somebody asks.
pub fn album() -> Option<PathBuf> {
    option_env!("LIONROCK_ALBUM").map(PathBuf::from)
}

#[test]
fn axe_finds_nothing_on_any_page_in_any_language_on_a_phone_or_a_desk() {
    let (stage, origin) = serve();
    let gate = stage.launch();
    let reference = crate::journey::register_one(&stage);
    stage.work();
    let approval = crate::journey::request_export(&stage);
    let (digest, officer) = crate::attack::known(&stage);
    let browser = Browser::launch().unwrap();
    let mut found = Vec::new();
    let mut all = pages(&gate, &reference);
    let scheme = format!("/staff/schemes/{SLUG}");
    all.push((Role::SupervisingOfficer, vec![format!("{scheme}/approvals/{approval}"), format!("{scheme}/versions/{digest}")]));
    all.push((Role::Administrator, ["", "/end", "/invite-again"].map(|rest| format!("/staff/officers/{officer}{rest}")).to_vec()));
    for (role, paths) in all {
        let page = browser.page().unwrap();
        let session = stage.officer(0, role).cookie("session").unwrap();
        page.goto(&format!("{origin}/en/staff/sign-in")).unwrap();
        page.eval(&format!("document.cookie = 'session={session}; path=/'")).unwrap();
        for path in paths {
            look(&page, &origin, role, &path, &mut found);
        }
        found.extend(page.complaints().unwrap());
    }
    assert_eq!(found, Vec::<String>::new());
}

/// What watches contractors and officers: registers, contracts, leases, incidents, alerts, reviews.
#[test]
fn axe_finds_nothing_on_the_pages_about_contractors_and_rights() {
    let (stage, origin) = serve();
    stage.launch();
    let lease = crate::contractors::leased(&stage).trim_start_matches("/en").to_owned();
    let privacy = stage.officer(0, Role::PrivacyOfficer);
    let dashboard = privacy.get("/en/staff/contractors");
    let contractor = format!("/staff/contractors/ctr_{}", dashboard.between("/en/staff/contractors/ctr_", "\""));
    let page = privacy.get(&format!("/en{contractor}"));
    let contract = format!("/staff/contracts/ctc_{}", page.between("/en/staff/contracts/ctc_", "\""));
    let service = stage.platform.service(SLUG).unwrap();
    let open = response::OpenIncident {
        kind: response::IncidentKind::DataAlive,
        department: Some(service.scope().department()),
        service: Some(service.id()),
        contractor: None,
        cause_key: "a probe".into(),
        summary: kernel::Text::new("Found alive", "仍可取得", "仍可取得"),
    };
    let alert = response::RaiseAlert {
        kind: response::AlertKind::Incident,
        department: Some(service.scope().department()),
        service: Some(service.id()),
        to: vec![Role::PrivacyOfficer],
        key: "a probe".into(),
        text: kernel::Text::new("Look at the incident.", "請查看事故。", "请查看事故。"),
    };
    let (incident, alert) = stage
        .platform
        .ledger()
        .write("test.incident", journal::Actor::Operator, move |work| {
            Ok::<_, store::StoreError>((response::open_incident(work, &open)?, response::raise_alert(work, &alert)?))
        })
        .unwrap()
        .0;
    let change = |of: &str, act: &str| format!("{of}/change/{act}");
    let privacy = vec![
        "/staff/contractors".to_owned(),
        "/staff/contractors/new".to_owned(),
        contractor.clone(),
        format!("{contractor}/keys"),
        format!("{contractor}/contracts/new"),
        contract.clone(),
        format!("{contract}/clauses"),
        change(&contract, "credential"),
        change(&contract, "extend"),
        change(&contract, "end"),
        format!("/staff/incidents/{incident}"),
        "/staff/incidents".to_owned(),
        "/staff/alerts".to_owned(),
        format!("/staff/alerts/{alert}"),
        "/staff/access-review".to_owned(),
        "/staff".to_owned(),
    ];
    let owner = vec![
        format!("/staff/schemes/{SLUG}/leases/new"),
        lease.clone(),
        change(&lease, "extend"),
        change(&lease, "end"),
        change(&lease, "address"),
    ];
    let browser = Browser::launch().unwrap();
    let mut found = Vec::new();
    for (role, paths) in [(Role::PrivacyOfficer, privacy), (Role::SchemeOwner, owner)] {
        for path in paths {
            found.extend(look_as(&browser, &stage, &origin, role, &path));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn axe_finds_nothing_on_the_pages_of_field_officers() {
    let (stage, origin) = serve();
    crate::journey::field::launch(&stage);
    let scheme = format!("/staff/schemes/{}", crate::journey::field::OPERATION);
    let browser = Browser::launch().unwrap();
    let mut found = Vec::new();
    for path in ["/staff", &format!("{scheme}/field"), &format!("{scheme}/test-results")] {
        found.extend(look_as(&browser, &stage, &origin, Role::FieldOfficer, path));
    }
    found.extend(look_as(&browser, &stage, &origin, Role::SchemeOwner, &scheme));
    assert_eq!(found, Vec::<String>::new());
}

/// The pages of those who are not signed in, and of those whose session has ended.
#[test]
fn axe_finds_nothing_at_the_doors() {
    let (stage, origin) = serve();
    let browser = Browser::launch().unwrap();
    let page = browser.page().unwrap();
    let invitation = format!("/staff/invitation/{}", stage.invitation(0, Role::Auditor));
    let mut found = Vec::new();
    for path in ["/staff/sign-in", "/staff/sign-in?next=/staff/schemes&ended=1", &invitation] {
        look(&page, &origin, Role::Auditor, path, &mut found);
    }
    page.goto(&format!("{origin}/en/staff/sign-in")).unwrap();
    page.eval("document.forms[0].action = '/en/staff/officers/invite'; document.forms[0].submit()").unwrap();
    page.wait_for("form[data-finish-url*=officers]").unwrap();
    assert!(page.text("h1").unwrap().contains("session has ended"));
    found.extend(page.axe().unwrap().iter().map(|it| format!("{it:?}")));
    assert_eq!(found, Vec::<String>::new());
}

/// axe on a desk's screen in every language and on the narrowest telephone in one (what differs by width is size and place); nobody
/// scrolls sideways on either, nor with doubled text.
pub fn look(page: &Page, origin: &str, role: Role, path: &str, found: &mut Vec<String>) {
    for language in ["en", "zh-hant", "zh-hans"] {
        let name = format!("{role} {language} {path}");
        for (width, mobile) in [(1280, false), (320, true)] {
            page.viewport(width, 900, mobile).unwrap();
            page.goto(&format!("{origin}/{language}{path}")).unwrap();
            assert!(page.has("h1").unwrap(), "{path}");
            if !mobile || language == "en" {
                found.extend(page.axe().unwrap().into_iter().map(|it| format!("{name}: {it:?}")));
            }
            wide(page, &format!("{name} at {width}"), found);
            found.extend(page.small_targets().unwrap().into_iter().map(|it| format!("{path}: {it} is small")));
            picture(page, path, language, mobile);
        }
        page.viewport(1280, 900, false).unwrap();
        page.double_text().unwrap();
        wide(page, &format!("{name} with doubled text"), found);
    }
}

fn wide(page: &Page, name: &str, found: &mut Vec<String>) {
    let over = page.overflow().unwrap();
    if over > 0 {
        found.push(format!("{name}: {over} pixels too wide"));
    }
}

fn picture(page: &Page, path: &str, language: &str, mobile: bool) {
    let Some(album) = album() else { return };
    let width = if mobile { 360 } else { 1280 };
    page.viewport(width, 900, mobile).unwrap();
    page.screenshot(&album.join(format!("{}-{language}-{width}.png", path.trim_start_matches('/').replace('/', "_")))).unwrap();
}

fn pages(gate: &str, reference: &str) -> Vec<(Role, Vec<String>)> {
    let scheme = |rest: &[&str]| rest.iter().map(|rest| format!("/staff/schemes/{SLUG}{rest}")).collect::<Vec<_>>();
    let gate = |rest: &str| format!("/gates/{gate}{rest}");
    let record = |rest: &str| format!("/records/{reference}{rest}");
    let mut owner = vec!["/staff".to_owned(), "/staff/schemes".to_owned(), "/staff/schemes/new".to_owned(), "/staff/passkeys".to_owned()];
    owner.extend(scheme(&[
        "", "/definition", &gate(""), &gate("/records"), &gate("/sign"), "/operate", "/operate/pause", "/operate/extend",
        "/operate/rate", "/bulletins", "/bulletins/publish", "/close", "/dashboard?refresh=off", "/certificate",
    ]));
    let case = scheme(&[
        "/exceptions", "/find", &record(""), &record("/resolve/accept-address"), "/register", "/letters", "/messages",
        "/requests/new",
    ]);
    let administrator = vec!["/staff/officers".to_owned(), "/staff/officers/invite".to_owned()];
    vec![
        (Role::SchemeOwner, owner),
        (Role::CaseOfficer, case),
        (Role::DeliveryOfficer, scheme(&["/delivery", "/delivery/request", "/delivery/results"])),
        (Role::Auditor, scheme(&["/journal"])),
        (Role::PrivacyOfficer, scheme(&["/inventory", "/requests"])),
        (Role::Administrator, administrator),
    ]
}
