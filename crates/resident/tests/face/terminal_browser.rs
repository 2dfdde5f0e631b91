//! A public terminal in a real browser: from the code of a visit to the photos, and nothing of anybody left for the next.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use people::{Grant, ProofIdentity, Role, authorise};
use serde_json::{Value, json};
use webtest::{Browser, Page};

use crate::account_browser::{Site, every_language};
use crate::proofing_browser::{PAGES, choose_file, number, photo, signed_up, typed};

const START: &str = "/account/terminal";

/// The code that an officer is shown when a terminal is added.
fn terminal_code(site: &Site) -> String {
    let city = &site.pages().city;
    let identity = city.platform.public_identity().unwrap();
    let grant: Grant<ProofIdentity> = authorise(&city.officer(3, Role::CaseOfficer), Some(identity.scope())).unwrap();
    let (ledger, code) = (identity.ledger(), identity::VisitCode::new(&**identity.ledger().random()));
    let (keys, shown) = (ledger.keys().clone(), code.text().to_owned());
    let add = move |work: &mut journal::Work<'_, '_>| identity::add_terminal(work, &keys, &grant, ("Post office", &code));
    ledger.write("test.terminal", journal::Actor::Operator, add).map_err(|_| "refused").unwrap();
    shown
}

/// A resident at home asks for the code of a visit.
fn visit_code(home: &Page, site: &Site) -> String {
    home.goto(&site.page("en", PAGES[0])).unwrap();
    home.follow("form[action$='/proofing/visit'] button").unwrap();
    let said = home.text("main .govuk-panel").unwrap();
    let code: String = said.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 8, "{said}");
    code
}

fn enrolled(browser: &Browser, site: &Site) -> Page {
    let terminal = browser.page().unwrap();
    terminal.goto(&site.page("en", START)).unwrap();
    assert!(!terminal.has("[name=code]").unwrap(), "no terminal yet");
    terminal.goto(&site.page("en", "/account/terminal/enrol")).unwrap();
    terminal.fill("[name=code]", &terminal_code(site)).unwrap();
    terminal.submit().unwrap();
    assert!(terminal.url().unwrap().ends_with(START), "{}", terminal.text("main").unwrap());
    terminal
}

fn cookies(page: &Page) -> Vec<(String, String)> {
    let cookies = page.call("Network.getCookies", &json!({})).unwrap();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    cookies["cookies"].as_array().unwrap().iter().map(|one| (text(one, "name"), text(one, "value"))).collect()
}

/// The head of the answer that this browser would get; browsers show scripts not all of it.
fn head_of(page: &Page, address: &str) -> String {
    let cookies: Vec<String> = cookies(page).iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (host, path) = address.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\ncookie: {}\r\nconnection: close\r\n\r\n", cookies.join("; "));
    stream.write_all(request.as_bytes()).unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    said.split("\r\n\r\n").next().unwrap_or_default().to_owned()
}

/// What somebody, or a page with a fault, could have left in the browser; and the file that is in the cache because of it.
fn leave_traces(terminal: &Page, asset: &str) {
    let leave = format!(
        "(async () => {{
            document.cookie = 'trace=1; path=/; max-age=3600';
            localStorage.setItem('trace', '1');
            const made = indexedDB.open('trace', 1);
            await new Promise(done => {{ made.onsuccess = done; made.onerror = done; }});
            made.result.close();
            await (await caches.open('trace')).put('/trace', new Response('1'));
            await (await fetch('{asset}', {{ cache: 'reload' }})).text();
            return 'left';
        }})()"
    );
    assert_eq!(terminal.promised(&leave).unwrap(), json!("left"));
}

/// Which of the traces are there.
fn traces(terminal: &Page, asset: &str) -> Vec<String> {
    let look = format!(
        "(async () => {{
            const found = [];
            if (document.cookie.includes('trace')) found.push('cookie');
            if (localStorage.getItem('trace')) found.push('local storage');
            if ((await indexedDB.databases()).some(one => one.name === 'trace')) found.push('database');
            if ((await caches.keys()).includes('trace')) found.push('cache of scripts');
            const kept = await fetch('{asset}', {{ cache: 'only-if-cached', mode: 'same-origin' }}).catch(() => null);
            if (kept && kept.ok) found.push('cache');
            return found.join();
        }})()"
    );
    let found = terminal.promised(&look).unwrap();
    found.as_str().unwrap().split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

#[test]
fn promise_09_browser_at_a_public_terminal_nobody_signs_in_and_nothing_stays() {
    let (browser, site, photos) = (Browser::launch().unwrap(), Site::open(), tempfile::tempdir().unwrap());
    std::fs::write(photos.path().join("photo.jpg"), photo([90, 90, 160])).unwrap();
    let home = browser.page().unwrap();
    signed_up(&home, &site);
    let code = visit_code(&home, &site);
    assert_eq!(home.axe().unwrap(), []);
    let terminal = enrolled(&browser, &site);
    every_language(&terminal, &site, &[START]);
    terminal.goto(&site.page("en", START)).unwrap();
    let out = "[...document.links].map(a => a.pathname).filter(path => !/^\\/(en|zh-hant|zh-hans)\\/account\\/terminal$/.test(path)).join()";
    assert_eq!(terminal.eval(out).unwrap(), json!(""), "no way out");
    let letters = "parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)";
    assert!(terminal.eval(letters).unwrap().as_f64().unwrap() >= 22.0, "large type");
    terminal.fill("[name=code]", "0000 0000").unwrap();
    terminal.submit().unwrap();
    assert!(terminal.has(".govuk-error-summary").unwrap());
    terminal.fill("[name=code]", &code).unwrap();
    terminal.submit().unwrap();
    assert_eq!(terminal.axe().unwrap(), []);
    typed(&terminal, &number());
    for piece in ["document", "selfie"] {
        assert_eq!(terminal.value("[name=piece]").unwrap(), piece);
        assert_eq!(terminal.axe().unwrap(), []);
        choose_file(&terminal, &photos.path().join("photo.jpg"));
        terminal.submit().unwrap();
    }
    assert!(terminal.text("main").unwrap().contains("Thank you"), "{}", terminal.text("main").unwrap());
    terminal.back().unwrap();
    assert!(!terminal.html().unwrap().contains("CHAN"), "going back shows nothing of who was here");
    home.goto(&site.page("en", PAGES[0])).unwrap();
    assert!(home.text("main").unwrap().contains("An officer will look at it"), "{}", home.text("main").unwrap());
    let names: Vec<String> = cookies(&terminal).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["terminal"], "nobody was signed in");
    assert_eq!(terminal.complaints().unwrap(), Vec::<String>::new());
}

#[test]
fn promise_09_browser_a_terminal_forgets_cookies_storage_and_cache_between_two_people() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let terminal = enrolled(&browser, &site);
    terminal.goto(&site.page("en", "/account/sign-in")).unwrap();
    let scripts = terminal.eval("[...document.scripts].map(one => one.src).filter(Boolean).join()").unwrap();
    terminal.goto(&site.page("en", START)).unwrap();
    let own = terminal.html().unwrap();
    let path = |address: &str| address.trim_start_matches(&site.root("")).to_owned();
    let asset = scripts.as_str().unwrap().split(',').map(path).find(|script| !own.contains(script.as_str())).unwrap();
    leave_traces(&terminal, &asset);
    assert_eq!(traces(&terminal, &asset), ["cookie", "local storage", "database", "cache of scripts", "cache"]);
    terminal.goto(&site.page("en", START)).unwrap();
    assert_eq!(traces(&terminal, &asset), Vec::<String>::new());
    assert!(terminal.has("[name=code]").unwrap(), "and it is still a terminal");
    let said = head_of(&terminal, &site.page("en", START));
    for line in ["clear-site-data: \"cache\", \"storage\"", "refresh: 600;url=/en/account/terminal", "cache-control: no-store"] {
        assert!(said.contains(line), "{said}");
    }
}

#[test]
fn promise_09_browser_a_terminal_that_somebody_walked_away_from_goes_back_by_itself() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let home = browser.page().unwrap();
    signed_up(&home, &site);
    let code = visit_code(&home, &site);
    let terminal = enrolled(&browser, &site);
    terminal.fill("[name=code]", &code).unwrap();
    terminal.submit().unwrap();
    typed(&terminal, &number());
    assert_eq!(terminal.value("[name=piece]").unwrap(), "document", "{}", terminal.text("main").unwrap());
    // Two minutes, as the browser counts them; its clock waits for the server, or it would stop before the next page is there.
    terminal.call("Emulation.setVirtualTimePolicy", &json!({ "policy": "pauseIfNetworkFetchesPending", "budget": 130_000 })).unwrap();
    terminal.wait_for("form[action$='/terminal/begin'] [name=code]").unwrap();
    // Its clock stands still from here on, so that what it shows instead of the page before may never be drawn to its end.
    let start = terminal.url().unwrap();
    terminal.eval("history.back()").unwrap();
    let left = (0..20_000).any(|_| terminal.url().is_ok_and(|now| now != start));
    assert!(left, "the browser went back");
    let shown = terminal.eval("document.documentElement?.outerHTML ?? ''").unwrap();
    assert!(!shown.as_str().unwrap().contains("CHAN"), "going back shows nothing");
}
