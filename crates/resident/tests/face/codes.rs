//! The code that a resident shows, and whoever inspects it: in a browser without the network, and without scripts.

use axum::http::StatusCode;
use journal::Actor;
use webtest::{Browser, Page};

use crate::account_browser::Site;
use crate::accounts::{Pages, bare};
use crate::errands::waits;

/// A code of this moment.
fn shown(pages: &Pages, confirmed: bool) -> String {
    let identity = pages.city.platform.public_identity().unwrap();
    let (ledger, now) = (identity.ledger(), pages.city.platform.now());
    identity.token_keys().show_code(&**ledger.random(), now, confirmed).unwrap().unwrap().text
}

/// What the page says of a code, by the name of its answer.
fn inspect(page: &Page, code: &str) -> String {
    page.fill("[name=code]", code).unwrap();
    page.eval("document.querySelectorAll('[data-answer]').forEach((part) => (part.hidden = true))").unwrap();
    page.click("[data-inspect] button").unwrap();
    answer(page)
}

fn answer(page: &Page) -> String {
    page.wait_for("[data-answer]:not([hidden])").unwrap();
    page.eval("document.querySelector('[data-answer]:not([hidden])').dataset.answer").unwrap().as_str().unwrap().to_owned()
}

/// Whoever inspects looks at the clock so many seconds after the city.
fn later(page: &Page, pages: &Pages, secs: i64) {
    let moment = pages.city.platform.now().plus_secs(secs).millis();
    page.eval(&format!("Date.now = () => {moment}; 0")).unwrap();
}

#[test]
fn browser_a_code_is_inspected_without_the_network_and_pictures_of_it_are_found_out() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let page = browser.page().unwrap();
    page.viewport(320, 640, true).unwrap();
    page.goto(&site.page("en", "/inspect")).unwrap();
    assert_eq!((page.axe().unwrap(), page.overflow().unwrap()), (vec![], 0));
    page.offline(true).unwrap();
    let pages = site.pages();
    let (good, active) = (shown(pages, true), shown(pages, false));
    later(&page, pages, 5);
    assert_eq!(inspect(&page, &good), "confirmed");
    assert_eq!(page.axe().unwrap(), []);
    assert_eq!(inspect(&page, &active), "active");
    assert_eq!(inspect(&page, &good), "seen", "a picture of it, a moment later");
    assert_eq!(inspect(&page, &active.replacen(".A.", ".C.", 1)), "forged");
    assert_eq!(inspect(&page, "LR1.something"), "forged");
    let key = active.split('.').nth(5).unwrap().to_owned();
    assert_eq!(inspect(&page, &active.replace(&key, "nobodys1")), "unknown");
    let old = shown(pages, true);
    later(&page, pages, 121);
    assert_eq!(inspect(&page, &old), "expired", "a picture of it, two minutes later");
    later(&page, pages, 0);
    let scanned = shown(pages, true);
    page.eval("document.querySelectorAll('[data-answer]').forEach((part) => (part.hidden = true))").unwrap();
    page.eval(&format!("location.hash = '{scanned}'; 0")).unwrap();
    assert_eq!(answer(&page), "confirmed", "as a phone's camera opens it");
    assert!(!page.url().unwrap().contains('#'), "it does not stay in the address");
    later(&page, pages, 3 * 86_400);
    assert_eq!(inspect(&page, &shown(pages, true)), "old", "keys are too old");
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_for_activated_accounts_and_new_with_each_reload() {
    let pages = Pages::open();
    assert_eq!(pages.get("/en/account/code", "").await.status, StatusCode::SEE_OTHER);
    let who = waits(&pages);
    let entered = pages.enters_by_password("51230000");
    let cookie = format!("__Host-account={}", entered.token.reveal().expose());
    let none = pages.get("/en/account/code", &cookie).await;
    assert!(none.status == StatusCode::OK && !none.html.contains("<svg role=\"img\"") && none.html.contains("not activated yet"));
    pages.activates(who);
    let [one, two] = [pages.get("/en/account/code", &cookie).await, pages.get("/en/account/code", &cookie).await];
    let picture = |html: &str| html.split("<path fill=\"#000\" d=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_ne!(picture(&one.html), picture(&two.html));
    assert!(one.html.contains("shown-code") && one.html.contains("Not confirmed"), "no letter showed the address");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_the_server_inspects_and_the_page_is_the_same_for_everybody() {
    let pages = Pages::open();
    let empty = pages.get("/en/inspect", "").await;
    assert_eq!(empty.headers["cache-control"], "private, max-age=43200");
    let cookie = format!("__Host-account={}", pages.has_account("5123 4567").token.reveal().expose());
    let signed_in = pages.get("/en/inspect", &cookie).await;
    assert_eq!(bare(&empty), bare(&signed_in));
    let code = shown(&pages, true);
    let good = pages.get(&format!("/en/inspect?code={code}"), "").await;
    let lead = |html: &str| html.split("data-inspect").next().unwrap().to_owned();
    assert!(lead(&good.html).contains("its address is confirmed"));
    assert_eq!(good.headers["cache-control"], "no-store");
    let forged = pages.get(&format!("/en/inspect?code={}x", code.replacen(".C.", ".A.", 1)), "").await;
    assert!(lead(&forged.html).contains("or it was changed"));
    pages.city.clock.advance_secs(130);
    let old = pages.get(&format!("/en/inspect?code={code}"), "").await;
    assert!(lead(&old.html).contains("Its time is over"));
}

impl Pages {
    /// An officer compares the person with a document: the account is active without a letter.
    fn activates(&self, who: identity::Resident) {
        let identity = self.city.platform.public_identity().unwrap();
        let (keys, account) = (identity.ledger().keys().clone(), who.account());
        let number = hongkong::IdNumber::from_number("Q123456").unwrap();
        let verify = move |work: &mut journal::Work<'_, '_>| identity::verify_person(work, &keys, account, &number, &[]);
        identity.ledger().write("test.verify", Actor::Visitor, verify).unwrap();
    }
}
