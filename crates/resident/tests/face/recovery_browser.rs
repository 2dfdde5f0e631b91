//! Somebody lost every way in, and somebody else pretends to have.

use webtest::{Browser, Page};

use crate::account_browser::{Site, every_language};

const HOURS: i64 = 72;

fn fill_code(page: &Page, site: &Site) {
    page.fill("[name=code]", &site.code()).unwrap();
}

fn ask(page: &Page, site: &Site) {
    page.goto(&site.page("en", "/account/recover")).unwrap();
    page.fill("main form#form [name=mobile]", "5123 4567").unwrap();
    page.follow("main form#form button.lr-button").unwrap();
    fill_code(page, site);
    page.submit().unwrap();
    assert!(page.url().unwrap().ends_with("/account/recover/step"), "{}", page.text("main").unwrap());
}

#[test]
fn browser_a_thief_of_messages_is_stopped_and_the_owner_comes_back_after_three_days() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let (owner, thief) = (browser.page().unwrap(), browser.page().unwrap());
    owner.scripts_off(true).unwrap();
    owner.goto(&site.page("en", "/account/sign-up")).unwrap();
    owner.fill("[name=mobile]", "5123 4567").unwrap();
    owner.submit().unwrap();
    fill_code(&owner, &site);
    owner.submit().unwrap();
    owner.follow("main a[href$='/account/sign-up/password']").unwrap();
    owner.fill("[name=password]", "seven tall junks").unwrap();
    owner.submit().unwrap();
    ask(&thief, &site);
    every_language(&thief, &site, &["/account/recover", "/account/recover/step"]);
    owner.goto(&site.page("en", "/account")).unwrap();
    assert!(owner.text("main").unwrap().contains("asked to get this account back"), "{}", owner.text("main").unwrap());
    owner.follow("form#stop-recovery button").unwrap();
    assert!(!owner.has("form#stop-recovery").unwrap(), "stopped, without a script");
    thief.goto(&site.page("en", "/account/recover/step")).unwrap();
    assert!(thief.url().unwrap().ends_with("/account/recover"), "{}", thief.url().unwrap());
    the_owner(&owner, &site);
    assert_eq!(thief.complaints().unwrap(), Vec::<String>::new());
}

fn the_owner(page: &Page, site: &Site) {
    page.scripts_off(false).unwrap();
    ask(page, site);
    site.wait_hours(HOURS);
    ask(page, site);
    assert!(page.text("main h1").unwrap().contains("Make a new way in"), "{}", page.text("main").unwrap());
    every_language(page, site, &["/account/recover/step", "/account/recover/password"]);
    page.virtual_passkey(true).unwrap();
    page.goto(&site.page("en", "/account/recover/step")).unwrap();
    page.follow("main form[data-passkey] button.lr-button").unwrap();
    page.click("[name=device][value=phone]").unwrap();
    page.submit().unwrap();
    let text = page.text("main").unwrap();
    assert!(text.contains("1. Phone") && !text.contains("Weaker than a passkey"), "{text}");
}
