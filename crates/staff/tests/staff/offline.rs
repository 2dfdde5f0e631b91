//! The entry page on a phone that loses its network, in a real browser. The network is really gone: the browser's own line is cut,
//! and so is the one behind which the server stands, for a service worker has a line of its own.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use flows::Service;
use people::Role;
use registration::{Figures, Reference, find, open_own};
use serde_json::json;
use testkit::canary::{Canary, scan_bytes, scan_dir};
use webtest::{Browser, Page};

use crate::browser::{album, serve_on};
use crate::journey::field::{OPERATION, launch};
use crate::journey::number;
use crate::stage::Stage;

/// A line between browser and server that can be cut.
#[derive(Clone, Default)]
struct Line {
    cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Line {
    /// Carries what comes to `listener` on to `port`.
    fn lay(listener: TcpListener, port: u16) -> Self {
        let line = Self::default();
        let own = line.clone();
        std::thread::spawn(move || {
            for browser in listener.incoming().map_while(Result::ok) {
                if own.cut.load(Ordering::SeqCst) {
                    continue;
                }
                let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
                own.open.lock().unwrap().extend([browser.try_clone().unwrap(), server.try_clone().unwrap()]);
                carry(browser.try_clone().unwrap(), server.try_clone().unwrap());
                carry(server, browser);
            }
        });
        line
    }

    fn cut(&self, page: &Page) {
        self.cut.store(true, Ordering::SeqCst);
        for end in self.open.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
        page.offline(true).unwrap();
    }

    fn mend(&self, page: &Page) {
        self.cut.store(false, Ordering::SeqCst);
        page.offline(false).unwrap();
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let mut bytes = [0; 16 * 1024];
        while let Ok(read @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..read]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}

struct Basement {
    stage: Stage,
    service: Arc<Service>,
    origin: String,
    line: Line,
}

impl Basement {
    fn new() -> Self {
        let outside = TcpListener::bind("127.0.0.1:0").unwrap();
        let inside = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = inside.local_addr().unwrap().port();
        let origin = format!("http://localhost:{}", outside.local_addr().unwrap().port());
        let stage = Stage::at(&origin);
        launch(&stage);
        serve_on(inside, &stage);
        let service = stage.platform.public_service(OPERATION).unwrap();
        Self { stage, service, origin, line: Line::lay(outside, port) }
    }

    fn url(&self, language: &str) -> String {
        format!("{}/{language}/staff/schemes/{OPERATION}/field", self.origin)
    }

    fn sign_in(&self, page: &Page) {
        let officer = self.stage.client();
        officer.join(&self.stage.invite(0, Role::FieldOfficer));
        let session = officer.cookie("session").unwrap();
        page.eval(&format!("document.cookie = 'session={session}; path=/'")).unwrap();
    }

    /// The entry page, and the phone ready to show it again without a network.
    fn arrive(&self, page: &Page) {
        page.goto(&format!("{}/en/staff/sign-in", self.origin)).unwrap();
        self.sign_in(page);
        page.goto(&self.url("en")).unwrap();
        page.wait_for("[data-queue][data-count='0']").unwrap();
        let kept = format!("({UNTIL_KEPT})({})", json!(format!("{}/offline", self.url("en"))));
        assert_eq!(page.promised(&kept).unwrap(), true);
    }

    fn names(&self, references: &[String]) -> Vec<String> {
        self.stage.work();
        let name = |reference: &String| {
            let row = find(self.service.ledger(), Reference::parse(reference).unwrap()).unwrap().unwrap();
            open_own(self.service.ledger(), row.id).unwrap().contact.unwrap().name
        };
        let mut names: Vec<String> = references.iter().map(name).collect();
        names.sort();
        names
    }

    fn received(&self) -> i64 {
        self.stage.work();
        self.service.ledger().read("test.figures", Figures::read).unwrap().total("received")
    }
}

const UNTIL_KEPT: &str = "async address => {
    await navigator.serviceWorker.ready;
    while (!(await caches.match(address))) await new Promise(next => setTimeout(next, 50));
    return true;
}";

/// Everything that a page can read of what its browser keeps.
const DUMP: &str = "(async () => {
    const settled = request => new Promise(next => { request.onsuccess = () => next(request.result); });
    const out = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})];
    for (const {name} of await indexedDB.databases()) {
        const database = await settled(indexedDB.open(name));
        for (const store of database.objectStoreNames)
            out.push(store, JSON.stringify(await settled(database.transaction(store).objectStore(store).getAll())));
        database.close();
    }
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) out.push(request.url, await (await cache.match(request)).text());
    }
    return out.join('\\n');
})()";

const PEOPLE: [(&str, &str, &str); 3] = [
    ("Zephyrine Quokkaby", "Q765432", "59876543"),
    ("Ottoline Wombatson", "U654321", "59876544"),
    ("Peregrine Numbatley", "I111111", "59876545"),
];

fn canaries() -> Vec<Canary> {
    let of = |(name, digits, mobile): &(&str, &str, &str)| {
        let number = number(digits);
        let family = name.split(' ').nth(1).unwrap();
        [("name", *name), ("family name", family), ("number", digits), ("formatted", &number), ("mobile", mobile)]
            .map(|(what, value)| Canary::new(format!("{what} of {family}"), value))
    };
    PEOPLE.iter().flat_map(of).collect()
}

fn enter(page: &Page, (name, digits, mobile): (&str, &str, &str), day: &str) {
    page.fill("[id='address.floor']", "B2").unwrap();
    page.fill("[id='address.flat']", "9F").unwrap();
    page.fill("#name", name).unwrap();
    page.fill("#id_number", &number(digits)).unwrap();
    page.fill("#birth", day).unwrap();
    page.fill("#birth-month", "2").unwrap();
    page.fill("#birth-year", "1950").unwrap();
    page.fill("#mobile", mobile).unwrap();
    page.choose("#vaccination", "3").unwrap();
    page.click(BUTTON).unwrap();
}

const BUTTON: &str = "#form button.lr-button:not(.lr-default)";

fn waits(page: &Page, count: usize) {
    page.wait_for(&format!("[data-queue][data-count='{count}']")).unwrap();
}

/// Axe, width and targets on a phone, and a picture for whoever asks for one.
fn look(page: &Page, name: &str) {
    for (width, mobile) in [(1280, false), (320, true), (360, true)] {
        page.viewport(width, 900, mobile).unwrap();
        assert_eq!((page.overflow().unwrap(), page.small_targets().unwrap()), (0, Vec::<String>::new()), "{name} at {width}");
        if let Some(album) = album().filter(|_| width != 320) {
            page.screenshot(&album.join(format!("field-{name}-{width}.png"))).unwrap();
        }
    }
    assert_eq!(page.axe().unwrap(), [], "{name}");
}

fn references(page: &Page) -> Vec<String> {
    let found = page.eval("[...document.querySelectorAll('[data-queue-entered] [data-reference]')].map(it => it.textContent)").unwrap();
    found.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

#[test]
fn promise_01_browser_three_people_entered_in_a_basement_leave_nothing_readable_on_the_phone_and_are_entered_once() {
    let here = Basement::new();
    let browser = Browser::launch().unwrap();
    let page = browser.page_on_disk().unwrap();
    here.arrive(&page);
    here.line.cut(&page);
    enter(&page, PEOPLE[0], "1");
    waits(&page, 1);
    assert!(page.text("[data-queue-words]").unwrap().contains("1 entry waits sealed on this phone"));
    assert_eq!((page.value("#name").unwrap(), page.value("[id='address.floor']").unwrap()), (String::new(), "B2".to_owned()));
    // Twice, because the page that was kept is the same each time, with whatever it brings along.
    page.reload().unwrap();
    waits(&page, 1);
    enter(&page, PEOPLE[1], "2");
    waits(&page, 2);
    page.wait_for("[data-queue-send]:not([hidden])").unwrap();
    look(&page, "waiting");
    page.reload().unwrap();
    waits(&page, 2);
    enter(&page, PEOPLE[2], "3");
    waits(&page, 3);
    let dump = page.promised(DUMP).unwrap().as_str().unwrap().to_owned();
    assert!(dump.matches("\"sealed\":\"").count() == 3 && dump.contains("Harbour House"), "the dump is one: {dump}");
    assert_eq!(scan_bytes(dump.as_bytes(), &canaries()), []);
    assert_eq!(here.received(), 0);
    here.line.mend(&page);
    waits(&page, 0);
    let references = references(&page);
    assert_eq!(here.received(), 3, "none lost, none doubled");
    assert_eq!(here.names(&references), ["Ottoline Wombatson", "Peregrine Numbatley", "Zephyrine Quokkaby"]);
    let profile = browser.close().unwrap();
    assert_eq!(scan_dir(profile.path(), &canaries()), []);
    let marker = [Canary::new("the database's name", "lionrock-field")];
    assert_ne!(scan_dir(profile.path(), &marker), [], "what the page keeps is in the profile, so the scan has seen it");
}

fn uncaught(page: &Page) -> Vec<String> {
    // That the network is gone, and that somebody is signed out, is said on purpose here.
    let expected = |line: &String| line.contains("Failed to load resource") || line.contains("net::ERR");
    page.complaints().unwrap().into_iter().filter(|line| !expected(line)).collect()
}

#[test]
fn browser_what_is_refused_is_mended_and_what_waits_outlives_the_session() {
    let here = Basement::new();
    let browser = Browser::launch().unwrap();
    let page = browser.page().unwrap();
    here.arrive(&page);
    look(&page, "empty");
    // With a network, what is wrong is shown at once.
    enter(&page, PEOPLE[0], "31");
    page.wait_for("#birth-error").unwrap();
    assert_eq!(page.value("#name").unwrap(), PEOPLE[0].0);
    waits(&page, 1);
    look(&page, "mend");
    page.fill("#birth", "1").unwrap();
    page.click(BUTTON).unwrap();
    page.wait_for("[data-queue-entered] [data-reference]").unwrap();
    waits(&page, 0);
    look(&page, "entered");
    assert_eq!(here.received(), 1);
    // Without one it is shown later, and by the server; meanwhile the session has ended.
    here.line.cut(&page);
    enter(&page, PEOPLE[1], "31");
    waits(&page, 1);
    page.eval("document.cookie = 'session=; path=/; max-age=0'").unwrap();
    here.line.mend(&page);
    page.wait_for("[data-queue-sign-in]:not([hidden])").unwrap();
    look(&page, "signed-out");
    here.sign_in(&page);
    page.click("[data-queue-send]").unwrap();
    page.wait_for("[data-queue-list] [data-mend]").unwrap();
    for language in ["zh-hans", "zh-hant", "en"] {
        page.goto(&here.url(language)).unwrap();
        page.wait_for("[data-queue-list] [data-mend]").unwrap();
        look(&page, &format!("refused-{language}"));
    }
    // Signing out takes the kept page along, and not what waits.
    page.follow(".lr-signed-in button").unwrap();
    assert!(page.url().unwrap().ends_with("/en/staff/sign-in"));
    assert_eq!(page.promised("caches.keys().then(names => names.length)").unwrap(), 0);
    here.sign_in(&page);
    page.goto(&here.url("en")).unwrap();
    page.wait_for("[data-queue-list] [data-mend]").unwrap();
    page.follow("[data-queue-list] [data-mend]").unwrap();
    page.wait_for("#birth-error").unwrap();
    assert_eq!(page.value("#name").unwrap(), PEOPLE[1].0);
    page.fill("#birth", "2").unwrap();
    page.click(BUTTON).unwrap();
    page.wait_for("[data-queue-entered] [data-reference]").unwrap();
    assert_eq!(here.names(&references(&page)), [PEOPLE[1].0]);
    // Thrown away on purpose, by two presses.
    here.line.cut(&page);
    enter(&page, PEOPLE[2], "31");
    waits(&page, 1);
    here.line.mend(&page);
    page.wait_for("[data-queue-list] [data-discard]").unwrap();
    page.click("[data-discard]").unwrap();
    waits(&page, 1);
    page.click("[data-sure]").unwrap();
    waits(&page, 0);
    assert_eq!(here.received(), 2);
    assert_eq!(uncaught(&page), Vec::<String>::new());
}
