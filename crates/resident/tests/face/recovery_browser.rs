//! Somebody lost every way in, and somebody else pretends to have.

use hongkong::IdNumber;
use identity::Verdict;
use journal::{Actor, Work};
use webtest::{Browser, Page};

use crate::account_browser::{Site, every_language};
use crate::proofing_browser::{everything, taken_photos, verdict_by};

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

const BACK: &str = "/account/recover/photos";
const PHOTO_PAGES: [&str; 4] =
    [BACK, "/account/recover/photos/details", "/account/recover/photos/photo/document", "/account/recover/photos/photo/selfie"];

/// An account whose identity was verified, below the pages.
fn verified(site: &Site) {
    let account = site.pages.has_password("5123 4567").who.account();
    let identity = site.pages.city.platform.public_identity().unwrap();
    let (ledger, number) = (identity.ledger(), IdNumber::from_number("Q123456").unwrap());
    let keys = ledger.keys().clone();
    let verify = move |work: &mut Work<'_, '_>| identity::verify_person(work, &keys, account, &number, &[]);
    ledger.write("test.verify", Actor::Visitor, verify).unwrap();
}

#[test]
fn browser_a_verified_account_comes_back_by_photos_from_the_phone_without_a_script() {
    let (browser, site, photos) = (Browser::launch().unwrap(), Site::open(), taken_photos());
    let page = browser.page().unwrap();
    verified(&site);
    site.pages.city.clock.advance_secs(60);
    ask(&page, &site);
    every_language(&page, &site, &["/account/recover/step", BACK, PHOTO_PAGES[1]]);
    page.scripts_off(true).unwrap();
    page.goto(&site.page("en", "/account/recover/step")).unwrap();
    page.follow(&format!("main a[href$='{BACK}']")).unwrap();
    everything(&page, BACK, photos.path());
    page.scripts_off(false).unwrap();
    every_language(&page, &site, &PHOTO_PAGES);
    page.scripts_off(true).unwrap();
    page.goto(&site.page("en", BACK)).unwrap();
    page.follow("form#send button").unwrap();
    let verify = || Verdict::Verify { number: IdNumber::from_number("Q123456").unwrap() };
    verdict_by(&site, 3, verify());
    page.goto(&site.page("en", BACK)).unwrap();
    assert!(page.text("main").unwrap().contains("Two officers will look"), "one is not enough: {}", page.text("main").unwrap());
    verdict_by(&site, 4, verify());
    page.scripts_off(false).unwrap();
    every_language(&page, &site, &["/account/recover/step", BACK]);
    page.goto(&site.page("en", BACK)).unwrap();
    assert!(page.text("main").unwrap().contains("Two officers have compared you"), "{}", page.text("main").unwrap());
    assert!(page.has("main a[href$='/receipt.json']").unwrap());
    site.wait_hours(HOURS);
    ask(&page, &site);
    page.virtual_passkey(true).unwrap();
    page.goto(&site.page("en", "/account/recover/step")).unwrap();
    page.follow("main form[data-passkey] button.lr-button").unwrap();
    page.goto(&site.page("en", "/account/proofing")).unwrap();
    let text = page.text("main").unwrap();
    assert!(text.contains("To get the account back") && text.contains("Photos destroyed"), "{text}");
    every_language(&page, &site, &["/account/proofing"]);
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}
