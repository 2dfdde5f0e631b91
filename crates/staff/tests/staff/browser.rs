//! The desk in a real browser, with a virtual passkey: what officers see, in three languages and two widths.

use std::path::PathBuf;

use people::Role;
use tokio::net::TcpListener;
use webkit::ServeOptions;
use webtest::{Browser, Page};

use crate::stage::{SLUG, Stage};

/// Serves a stage on a port of its own; the passkeys belong to `http://localhost:PORT`.
fn serve() -> (Stage, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let stage = Stage::at(&origin);
    let router = stage.router.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            webkit::serve(listener, router, ServeOptions::default(), std::future::pending()).await.unwrap();
        });
    });
    (stage, origin)
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

/// Where to write pictures of every page, for people to look at; nowhere unless somebody asks.
fn album() -> Option<PathBuf> {
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
    page.wait_for("a.lr-button").unwrap();
    assert!(page.text("h1").unwrap().contains("session has ended"));
    found.extend(page.axe().unwrap().iter().map(|it| format!("{it:?}")));
    assert_eq!(found, Vec::<String>::new());
}

fn look(page: &Page, origin: &str, role: Role, path: &str, found: &mut Vec<String>) {
    for language in ["en", "zh-hant", "zh-hans"] {
        for (width, mobile) in [(1280, false), (360, true)] {
            page.viewport(width, 900, mobile).unwrap();
            page.goto(&format!("{origin}/{language}{path}")).unwrap();
            assert!(page.has("h1").unwrap(), "{path}");
            // What differs by width is size and place; those are measured at both.
            if !mobile || language == "en" {
                found.extend(page.axe().unwrap().into_iter().map(|it| format!("{role} {language} {path}: {it:?}")));
            }
            let over = page.overflow().unwrap();
            if over > 0 {
                found.push(format!("{role} {language} {path} at {width}: {over} pixels too wide"));
            }
            found.extend(page.small_targets().unwrap().into_iter().map(|it| format!("{path}: {it} is small")));
            if let Some(album) = album() {
                let name = format!("{}-{language}-{width}.png", path.trim_start_matches('/').replace('/', "_"));
                page.screenshot(&album.join(name)).unwrap();
            }
        }
    }
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
    ]);
    let administrator = vec!["/staff/officers".to_owned(), "/staff/officers/invite".to_owned()];
    vec![
        (Role::SchemeOwner, owner),
        (Role::CaseOfficer, case),
        (Role::DeliveryOfficer, scheme(&["/delivery", "/delivery/request", "/delivery/results"])),
        (Role::Auditor, scheme(&["/journal"])),
        (Role::Administrator, administrator),
    ]
}
