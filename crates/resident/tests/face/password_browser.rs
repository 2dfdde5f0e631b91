//! The way in for a telephone without passkeys, in a real browser, with scripts switched off where it can be.

use webtest::{Browser, Page};

use crate::account_browser::{Site, every_language};

const PASSWORD: &str = "seven tall junks";

fn code_for(page: &Page, site: &Site, path: &str) {
    page.goto(&site.page("en", path)).unwrap();
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
}

#[test]
fn promise_13_browser_a_phone_without_passkeys_signs_up_in_and_on_without_scripts() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let page = browser.page().unwrap();
    page.scripts_off(true).unwrap();
    code_for(&page, &site, "/account/sign-up");
    page.fill("[name=code]", &site.code()).unwrap();
    page.submit().unwrap();
    page.follow("main a[href$='/account/sign-up/password']").unwrap();
    page.fill("[name=password]", "password123").unwrap();
    page.submit().unwrap();
    assert!(page.text(".govuk-error-summary").unwrap().contains("strangers try"), "{}", page.text("main").unwrap());
    assert_eq!(page.value("[name=password]").unwrap(), "", "what was typed does not come back");
    page.fill("[name=password]", PASSWORD).unwrap();
    page.submit().unwrap();
    assert!(page.text("main").unwrap().contains("Weaker than a passkey"), "{}", page.text("main").unwrap());
    page.follow("form[action$='/account/sign-out'] button").unwrap();
    code_for(&page, &site, "/account/sign-in/password?next=/account/password");
    page.fill("[name=code]", &site.code()).unwrap();
    page.fill("[name=password]", "another password").unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary a[href='#code']").unwrap());
    page.fill("[name=code]", &site.code()).unwrap();
    page.fill("[name=password]", PASSWORD).unwrap();
    page.submit().unwrap();
    assert!(page.url().unwrap().ends_with("/account/password"), "{}", page.url().unwrap());
    page.fill("[name=password]", "nine small boats").unwrap();
    page.submit().unwrap();
    assert!(page.url().unwrap().ends_with("/en/account"), "{}", page.url().unwrap());
    page.scripts_off(false).unwrap();
    a_passkey_in_its_place(&page, &site);
}

fn a_passkey_in_its_place(page: &Page, site: &Site) {
    every_language(page, site, &["/account", "/account/password"]);
    page.virtual_passkey(true).unwrap();
    page.goto(&site.page("en", "/account/passkeys/add")).unwrap();
    page.follow("main form[data-passkey] button.lr-button").unwrap();
    page.submit().unwrap();
    page.click("[name=device][value=phone]").unwrap();
    page.submit().unwrap();
    page.goto(&site.page("en", "/account/password")).unwrap();
    page.follow("form[action$='/account/password/remove'] button").unwrap();
    assert!(!page.has("main a[href$='/account/password']").unwrap(), "{}", page.text("main").unwrap());
    and_leaves(page, site);
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

fn and_leaves(page: &Page, site: &Site) {
    every_language(page, site, &["/account/close"]);
    page.goto(&site.page("en", "/account/close")).unwrap();
    page.follow("button[name=act][value=close]").unwrap();
    let text = page.text("main").unwrap();
    assert!(text.contains("Your data are erased") && text.contains("one resident account"), "{text}");
    assert_eq!(page.axe().unwrap(), []);
    assert!(!page.has("form[action$='/account/sign-out']").unwrap(), "nobody is signed in any more");
    let file = "fetch(document.querySelector(\"main a[href*='/account/certificates/']\").href).then(r => r.json()).then(c => c.note)";
    let note = page.promised(file).unwrap();
    assert!(note.as_str().unwrap().contains("one resident account"), "{note}");
    page.goto(&site.page("en", "/account")).unwrap();
    assert!(page.has("main a[href$='/account/sign-up']").unwrap());
}
