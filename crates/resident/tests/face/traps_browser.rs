//! What a passkey must never let through, tried in a real browser with a virtual authenticator: a bad signature, nobody verified,
//! another origin, a copy of the authenticator.

use webtest::{Browser, Page};

use crate::account_browser::Site;

const BUTTON: &str = "main form[data-passkey] button.lr-button";

fn sign_in(page: &Page, site: &Site) -> bool {
    page.goto(&site.page("en", "/account/sign-in")).unwrap();
    page.click(BUTTON).unwrap();
    page.wait_for("form[action$='/account/sign-out'], [data-passkey-error]:not([hidden])").unwrap();
    let inside = page.has("form[action$='/account/sign-out']").unwrap();
    if inside {
        page.follow("form[action$='/account/sign-out'] button").unwrap();
    }
    inside
}

#[test]
fn browser_no_trap_of_a_passkey_lets_anybody_in_and_a_copy_is_stopped_and_told() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let page = browser.page().unwrap();
    let passkey = page.virtual_passkey(true).unwrap();
    page.goto(&site.page("en", "/account/sign-up")).unwrap();
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
    page.fill("[name=code]", &site.code()).unwrap();
    page.submit().unwrap();
    page.follow(BUTTON).unwrap();
    page.goto(&site.page("en", "/account")).unwrap();
    page.follow("form[action$='/account/sign-out'] button").unwrap();
    passkey.forge(true, false).unwrap();
    assert!(!sign_in(&page, &site), "a bad signature");
    passkey.forge(false, true).unwrap();
    assert!(!sign_in(&page, &site), "the authenticator says that nobody was verified");
    passkey.forge(false, false).unwrap();
    passkey.verify(false).unwrap();
    assert!(!sign_in(&page, &site), "and nobody was");
    passkey.verify(true).unwrap();
    let copy = passkey.credentials().unwrap().remove(0);
    assert!(sign_in(&page, &site) && sign_in(&page, &site), "the owner comes in all the while");
    passkey.lose().unwrap();
    let thief = page.virtual_passkey(true).unwrap();
    thief.add(&copy).unwrap();
    assert!(!sign_in(&page, &site), "a copy whose counter is behind");
    assert!(site.last_text().contains("may exist twice"), "{}", site.last_text());
    assert!(!sign_in(&page, &site), "and nobody comes in with it any more");
    page.goto(&site.page("en", "/account/sign-in")).unwrap();
    assert!(page.has("main a[href$='/account/recover']").unwrap(), "the way back is shown");
}
