//! Officer and resident together at a lent device, with the program that runs there: what the next one finds.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use journal::{Actor, Work};
use kernel::{Id, kinds};
use people::{Grant, ManageStations, Role, Token, authorise};
use serde_json::json;
use stations::{DeviceCode, Help, TurnState, add_device, lend_device, start_turn, stations_between, turns_of};
use tempfile::TempDir;
use testkit::canary::{Canary, scan_dir};
use webtest::{Browser, Page};

use crate::account_browser::{Site, every_language};
use crate::city::City;
use crate::open_stations::open_two;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/assist/station-device.sh");
/// Written wherever a page can write.
const MARK: &str = "LEFT-BEHIND-BY-SOMEBODY-93";

fn grant(city: &City) -> Grant<ManageStations> {
    authorise(&city.officer(1, Role::CaseOfficer), None).unwrap()
}

/// A station and a device that is lent to it: its id, and the code with which it is enrolled.
fn lent(site: &Site) -> (Id<kinds::Device>, String) {
    let city = &site.pages().city;
    open_two(city);
    let code = DeviceCode::new(&**city.platform.ledger().random());
    let (shown, adder, lender) = (code.text().to_owned(), grant(city), grant(city));
    let device = city.act(Actor::Operator, move |work| Ok(add_device(work, &adder, ("Tablet 1", &code)).unwrap()));
    let today = city.platform.now().day();
    let station = city.platform.ledger().read("test", |tx| stations_between(tx, today, today)).unwrap()[0].id;
    city.act(Actor::Operator, move |work: &mut Work<'_, '_>| {
        lend_device(work, &lender, (device, Some(station))).unwrap();
        Ok(())
    });
    (device, shown)
}

fn start(site: &Site, device: Id<kinds::Device>) {
    let own = grant(&site.pages().city);
    site.pages().city.act(Actor::Operator, move |work: &mut Work<'_, '_>| {
        start_turn(work, &own, (device, &[Help::Register])).unwrap();
        Ok(())
    });
}

fn state(site: &Site) -> Option<TurnState> {
    let city = &site.pages().city;
    let now = city.platform.now();
    let turns = city.platform.ledger().read("test.turns", |tx| turns_of(tx, city.department, now)).unwrap();
    turns.first().map(|turn| turn.state)
}

/// Looks twenty times a second, for a minute at most.
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let (_nobody, pause) = channel::<()>();
    let deadline = Instant::now() + Duration::from_mins(1);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        let _ = pause.recv_timeout(Duration::from_millis(50));
    }
}

fn profiles(memory: &Path) -> Vec<std::path::PathBuf> {
    let all = std::fs::read_dir(memory).unwrap().map(|entry| entry.unwrap());
    all.filter(|entry| entry.file_name().to_string_lossy().starts_with("lionrock-turn.")).map(|entry| entry.path()).collect()
}

#[test]
fn browser_at_a_lent_device_every_page_says_how_the_turn_ends_and_afterwards_there_is_none() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let (device, code) = lent(&site);
    let ledger = site.pages().city.platform.ledger().clone();
    let key = stations::enrol_device(&ledger, &code).unwrap().unwrap();
    let open = |page: &Page, key: &Token| {
        let ticket = stations::make_turn(&ledger, key).unwrap().unwrap();
        page.goto(&site.root(&format!("/stations/device/open/{}", ticket.reveal().expose()))).unwrap();
    };
    let page = browser.page().unwrap();
    page.scripts_off(true).unwrap();
    open(&page, &key);
    assert!(page.text("main").unwrap().contains("ask an officer"), "{}", page.text("main").unwrap());
    page.goto(&site.page("en", "/account/sign-up")).unwrap();
    assert!(page.url().unwrap().ends_with("/en/stations/assist"), "no other page before an officer begins");
    page.scripts_off(false).unwrap();
    every_language(&page, &site, &["/stations/assist"]);
    start(&site, device);
    every_language(&page, &site, &["/stations/assist", "/stations/assist/install", "/stations/assist/end", "/account/sign-up"]);
    page.goto(&site.page("en", "/account/sign-up")).unwrap();
    assert!(page.text(".lr-attended").unwrap().contains("shared device"));
    let gives_way = page.promised("fetch('/en/account/sign-up').then(answer => answer.headers.get('refresh'))").unwrap();
    assert_eq!(gives_way, json!("600;url=/en/stations/assist/over"));
    page.eval(&format!("localStorage.setItem('left', '{MARK}')")).unwrap();
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
    page.follow(".lr-attended__end").unwrap();
    page.submit().unwrap();
    assert!(page.text("main").unwrap().contains("This visit has ended"));
    assert_eq!(page.axe().unwrap(), []);
    assert_eq!(page.eval("localStorage.length + document.cookie.length").unwrap(), json!(0));
    let cookies = page.call("Network.getAllCookies", &json!({})).unwrap();
    assert_eq!(cookies["cookies"], json!([]), "the browser keeps none");
    open(&page, &key);
    page.goto(&site.page("en", "/stations/assist/over")).unwrap();
    assert!(page.url().unwrap().ends_with("/en/stations/assist"), "the next turn waits");
}

#[test]
fn browser_a_helper_assists_on_the_members_own_phone_and_the_queue_is_seen_by_phone_and_screen() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    lent(&site);
    let city = &site.pages().city;
    city.clock.advance_secs(2 * 3600);
    let now = city.platform.now();
    let all = city.platform.ledger().read("test", |tx| stations_between(tx, now.day(), now.day())).unwrap();
    let open = all.iter().find(|listed| listed.station.is_open(now)).unwrap();
    let code = stations::screen_code(city.platform.ledger().keys(), open.id, now);
    let page = browser.page().unwrap();
    page.scripts_off(true).unwrap();
    page.goto(&site.page("en", &format!("/stations/{}/queue/{code}", open.id))).unwrap();
    page.submit().unwrap();
    assert!(page.url().unwrap().ends_with("/queue/number/1") && page.text("main").unwrap().contains("0 before you"));
    page.goto(&site.page("en", &format!("/stations/{}/queue/000000000000", open.id))).unwrap();
    assert!(!page.has("main form").unwrap(), "a code that the screen never showed");
    page.goto(&site.page("en", "/stations/helpers")).unwrap();
    page.submit().unwrap();
    page.goto(&site.page("zh-hant", "/account/sign-up")).unwrap();
    assert!(page.text(".lr-attended").unwrap().contains("有人正在此手機上協助你"));
    page.follow(".lr-attended__end").unwrap();
    page.submit().unwrap();
    assert!(page.text("main").unwrap().contains("協助已結束") && !page.has(".lr-attended").unwrap());
    page.scripts_off(false).unwrap();
    let queue = ["screen", "queue", "queue/number/1"].map(|rest| format!("/stations/{}/{rest}", open.id));
    let paths: Vec<&str> = queue.iter().map(String::as_str).chain(["/stations/helpers", "/stations/helpers/over"]).collect();
    every_language(&page, &site, &paths);
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

/// What the station's own visitors see without a lent device: nothing of all this.
#[tokio::test]
async fn whoever_has_no_lent_device_meets_neither_bar_nor_end() {
    let city = City::at("2020-05-06T10:00");
    let client = crate::client::Client(city.app.clone());
    let page = client.get("/en/masks-2020").await;
    assert!(!page.has("lr-attended") && !page.headers.contains_key("refresh"));
    assert!(client.get("/en/stations/assist").await.h1().contains("Support stations"));
}

/// Enrols the device as its owner does: by the program, which asks for the code.
fn enrol(site: &Site, home: &Path, code: &str) {
    let mut program = Command::new("sh");
    program.args([PROGRAM, "enrol"]).env("LIONROCK_SITE", site.root("")).env("LIONROCK_DEVICE_HOME", home);
    let mut child = program.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", code.to_lowercase()).unwrap();
    assert!(child.wait().unwrap().success(), "the code is taken");
}

#[test]
fn browser_the_next_turn_at_a_device_finds_nothing_of_the_one_before() {
    let (site, home, memory) = (Site::open(), TempDir::new().unwrap(), TempDir::new().unwrap());
    let (device, code) = lent(&site);
    enrol(&site, home.path(), &code);
    let root = site.root("");
    let surroundings = [
        ("LIONROCK_SITE", root.as_str()),
        ("LIONROCK_DEVICE_HOME", home.path().to_str().unwrap()),
        ("XDG_RUNTIME_DIR", memory.path().to_str().unwrap()),
        ("LIONROCK_TURNS", "2"),
    ];
    let browser = Browser::launch_through(&["sh", PROGRAM], &surroundings, TempDir::new().unwrap()).unwrap();
    until("the first browser waits", || state(&site) == Some(TurnState::Waiting));
    let first = profiles(memory.path());
    assert_eq!(first.len(), 1);
    start(&site, device);
    // A page that is dropped closes its tab, which is to happen by the program: so both pages outlive the browser.
    let before = browser.page_on_disk().unwrap();
    before.goto(&site.page("en", "/account/sign-up")).unwrap();
    leave_marks(&before);
    before.fill("[name=mobile]", "5123 4567").unwrap();
    before.submit().unwrap();
    assert!(before.url().unwrap().ends_with("/account/sign-up/code"), "{}", before.url().unwrap());
    before.goto(&site.page("en", "/stations/assist/end")).unwrap();
    before.click("main form button").unwrap();
    until("the first profile goes, and a second browser waits", || {
        !first[0].exists() && state(&site) == Some(TurnState::Waiting)
    });
    let page = browser.page_on_disk().unwrap();
    page.goto(&site.page("en", "/stations/assist")).unwrap();
    nothing_is_left(&page);
    assert_eq!(page.call("Page.getNavigationHistory", &json!({})).unwrap()["entries"].as_array().unwrap().len(), 2, "blank and this");
    assert_ne!(profiles(memory.path()), first);
    let sought = [Canary::new("mobile", "5123 4567"), Canary::new("number", "51234567"), Canary::new("mark", MARK)];
    let found = scan_dir(memory.path(), &sought);
    assert!(found.is_empty(), "{found:?}");
    drop(browser);
    until("the last profile goes", || profiles(memory.path()).is_empty());
}

/// Storage of every kind, and a cookie that scripts see.
fn leave_marks(page: &Page) {
    let script = format!(
        "(async () => {{
            localStorage.setItem('left', '{MARK}');
            document.cookie = 'left={MARK}; max-age=9999';
            const cache = await caches.open('left');
            await cache.put('/left', new Response('{MARK}'));
            await new Promise(done => {{ const open = indexedDB.open('left-{MARK}'); open.onsuccess = done; }});
            return localStorage.length + (await caches.keys()).length + (await indexedDB.databases()).length;
        }})()"
    );
    assert_eq!(page.promised(&script).unwrap(), json!(3), "the marks are there");
}

fn nothing_is_left(page: &Page) {
    let script = "(async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length, \
                  (await indexedDB.databases()).length, document.cookie, history.length])()";
    assert_eq!(page.promised(script).unwrap(), json!([0, 0, 0, 0, "", 2]));
    let cookies = page.call("Network.getAllCookies", &json!({})).unwrap();
    let names: Vec<&str> = cookies["cookies"].as_array().unwrap().iter().map(|cookie| cookie["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["__Host-station"], "its own turn's");
}
