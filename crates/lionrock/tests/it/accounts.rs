//! A resident's account in a real browser, from sign-up to a second passkey.

use std::time::{Duration, Instant};

use webtest::{Browser, Page, Passkey};

use crate::city::City;
use crate::words::LANGUAGES;

const BUTTON: &str = "main form[data-passkey] button.lr-button";

#[test]
fn browser_a_resident_signs_up_out_and_in_with_a_virtual_passkey() {
    let (browser, city) = (Browser::launch().unwrap(), City::start());
    let page = browser.page().unwrap();
    let passkey = page.virtual_passkey(true).unwrap();
    sign_up(&browser, &page, &city, "5123 4567");
    let keys = passkey.credentials().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["isResidentCredential"], true, "found again without a name: {}", keys[0]);
    assert!(page.text("main h1").unwrap().contains("What is this passkey on"));
    page.click("[name=device][value=phone]").unwrap();
    page.submit().unwrap();
    assert!(page.text("main").unwrap().contains("1. Phone"), "{}", page.text("main").unwrap());
    assert!(!page.has("main a[href$='/remove']").unwrap(), "the last passkey stays");
    every_language(&page, &city, "/account");
    page.goto(&city.page("en", "/account")).unwrap();
    page.follow("form[action$='/account/sign-out'] button").unwrap();
    page.goto(&city.page("en", "/account/passkeys/add")).unwrap();
    assert!(page.url().unwrap().ends_with("/account/sign-in"), "signed out: {}", page.url().unwrap());
    nobody_comes_in_otherwise(&page, &passkey, &city);
    page.goto(&city.page("en", "/account/sign-in")).unwrap();
    page.follow(BUTTON).unwrap();
    assert!(page.url().unwrap().ends_with("/en/account"), "{}", page.url().unwrap());
    a_number_that_has_an_account(&browser, &city);
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

/// The whole way, with the code out of the demonstration's inbox.
fn sign_up(browser: &Browser, page: &Page, city: &City, number: &str) {
    to_the_code(page, city, number);
    page.fill("[name=code]", "000000").unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary a[href='#code']").unwrap(), "a wrong code");
    page.fill("[name=code]", &code(browser, city, number)).unwrap();
    page.submit().unwrap();
    assert!(page.url().unwrap().ends_with("/account/sign-up/passkey"), "{}", page.url().unwrap());
    assert_eq!(page.axe().unwrap(), []);
    page.follow(BUTTON).unwrap();
}

fn to_the_code(page: &Page, city: &City, number: &str) {
    page.goto(&city.page("en", "/account/sign-up")).unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary a[href='#mobile']").unwrap(), "a number is asked for");
    assert_eq!(page.axe().unwrap(), []);
    page.fill("[name=mobile]", number).unwrap();
    page.submit().unwrap();
    assert!(page.url().unwrap().ends_with("/account/sign-up/code"), "{}", page.url().unwrap());
    assert_eq!(page.axe().unwrap(), []);
}

/// The newest code for a number.
fn code(browser: &Browser, city: &City, number: &str) -> String {
    let inbox = browser.page().unwrap();
    let patience = Instant::now() + Duration::from_secs(20);
    while Instant::now() < patience {
        inbox.goto(&city.page("en", "/demo/codes")).unwrap();
        let text = inbox.text("main").unwrap();
        let found = text.split(number).nth(1).and_then(|rest| rest.split('#').nth(1)).map(|rest| rest[..6].to_owned());
        if let Some(code) = found {
            return code;
        }
    }
    panic!("no code for {number}");
}

fn every_language(page: &Page, city: &City, path: &str) {
    for slug in LANGUAGES {
        page.goto(&city.page(slug, path)).unwrap();
        assert_eq!(page.axe().unwrap(), [], "{slug}");
        page.viewport(320, 640, true).unwrap();
        assert_eq!(page.overflow().unwrap(), 0, "{slug}");
        assert_eq!(page.axe().unwrap(), [], "{slug} on a phone");
        assert_eq!(page.small_targets().unwrap(), Vec::<String>::new(), "{slug}");
        page.viewport(1280, 900, false).unwrap();
    }
}

/// Without verification, with a key that nobody knows, and from another origin.
fn nobody_comes_in_otherwise(page: &Page, passkey: &Passkey<'_>, city: &City) {
    page.goto(&city.page("en", "/account/sign-in")).unwrap();
    passkey.verify(false).unwrap();
    page.click(BUTTON).unwrap();
    page.wait_for("[data-passkey-error]:not([hidden])").unwrap();
    passkey.verify(true).unwrap();
    let elsewhere = format!("http://127.0.0.1:{}/en/account/sign-in", city.port);
    page.goto(&elsewhere).unwrap();
    page.click(BUTTON).unwrap();
    page.wait_for("[data-passkey-error]:not([hidden])").unwrap();
    page.goto(&city.page("en", "/account")).unwrap();
    assert!(!page.has("form[action$='/account/sign-out']").unwrap(), "nobody is signed in");
}

/// Somebody else's phone: the code is right, and yet it opens nothing.
fn a_number_that_has_an_account(browser: &Browser, city: &City) {
    let page = browser.page().unwrap();
    to_the_code(&page, city, "5123 4567");
    page.fill("[name=code]", &code(browser, city, "5123 4567")).unwrap();
    page.submit().unwrap();
    assert!(page.text("main h1").unwrap().contains("has an account"), "{}", page.text("main h1").unwrap());
    assert!(!page.has("form[data-passkey=register]").unwrap());
    assert_eq!(page.axe().unwrap(), []);
}

#[test]
fn promise_13_browser_the_pages_of_accounts_in_every_language_and_without_scripts() {
    let (browser, city) = (Browser::launch().unwrap(), City::start());
    let page = browser.page().unwrap();
    for path in ["/account", "/account/sign-in", "/account/sign-up", "/demo/codes"] {
        every_language(&page, &city, path);
    }
    let plain = browser.page().unwrap();
    plain.scripts_off(true).unwrap();
    for path in ["/account", "/account/sign-in", "/account/sign-up"] {
        plain.goto(&city.page("zh-hant", path)).unwrap();
        assert!(plain.has("main noscript, main h1").unwrap(), "{path}");
    }
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}
