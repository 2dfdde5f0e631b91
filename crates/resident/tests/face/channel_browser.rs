//! Channels and other devices in a real browser: an address confirmed by link, a veto on every page, a passkey on another device.

use std::sync::Mutex;

use notify::{CarrierError, MailCarrier, OutgoingMail, Sent};
use webtest::{Browser, Page};

use crate::account_browser::{Site, every_language};

const BUTTON: &str = "main form[data-passkey] button.lr-button";

#[derive(Default)]
struct Post(Mutex<Vec<(String, String)>>);

impl MailCarrier for Post {
    fn send(&self, mail: &OutgoingMail) -> Result<Sent, CarrierError> {
        self.0.lock().unwrap().push((mail.to.expose().clone(), mail.text.clone()));
        Ok(Sent)
    }
}

/// What the post brings now.
fn mails(site: &Site) -> Vec<(String, String)> {
    let post = Post::default();
    site.pages().city.work();
    flows::mail_round(&site.pages().city.platform, Some(&post)).unwrap();
    post.0.into_inner().unwrap()
}

fn signs_up(page: &Page, site: &Site) {
    page.goto(&site.page("en", "/account/sign-up")).unwrap();
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
    page.fill("[name=code]", &site.code()).unwrap();
    page.submit().unwrap();
}

fn writes_mail(page: &Page, site: &Site, address: &str) {
    page.goto(&site.page("en", "/account/details")).unwrap();
    page.fill("[name=email]", address).unwrap();
    page.follow("form#form button.lr-button").unwrap();
}

#[test]
fn browser_an_address_is_confirmed_by_its_reader_and_whoever_wants_the_account_is_seen_on_every_page() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let (owner, reader) = (browser.page().unwrap(), browser.page().unwrap());
    owner.scripts_off(true).unwrap();
    signs_up(&owner, &site);
    owner.follow("main a[href$='/account/sign-up/password']").unwrap();
    owner.fill("[name=password]", "seven tall junks").unwrap();
    owner.submit().unwrap();
    writes_mail(&owner, &site, "tai-man@example.hk");
    assert!(owner.text("main").unwrap().contains("not confirmed yet"), "{}", owner.text("main").unwrap());
    let [(_, text)] = <[_; 1]>::try_from(mails(&site)).unwrap();
    let link = text.split("/en/account/email/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let path = format!("/account/email/{link}");
    every_language(&reader, &site, &[&path, "/account/recover/number"]);
    owner.goto(&site.page("en", "/account/details")).unwrap();
    assert!(owner.text("main").unwrap().contains("not confirmed yet"), "looking is not confirming");
    site.pages().city.clock.advance_secs(60);
    owner.follow("form#again button").unwrap();
    assert!(owner.text("main").unwrap().contains("new link was sent") && mails(&site).len() == 1);
    reader.goto(&site.page("en", &path)).unwrap();
    reader.submit().unwrap();
    assert!(reader.text("main h1").unwrap().contains("is confirmed"), "{}", reader.text("main").unwrap());
    assert_eq!(reader.axe().unwrap(), []);
    owner.goto(&site.page("en", "/account/details")).unwrap();
    assert!(owner.text("main").unwrap().contains("address is confirmed"), "{}", owner.text("main").unwrap());
    a_thief(&reader, &site);
    assert!(mails(&site)[0].1.contains("asked to recover"), "the address hears of it");
    owner.goto(&site.page("en", "/account/services")).unwrap();
    assert!(owner.has("form#stop-recovery").unwrap(), "on every page");
    assert_eq!(owner.axe().unwrap(), []);
    owner.follow("form#stop-recovery button").unwrap();
    assert!(!owner.has("form#stop-recovery").unwrap());
    writes_mail(&owner, &site, "");
    let told = mails(&site);
    assert!(told.len() == 1 && told[0].0 == "tai-man@example.hk" && told[0].1.contains("changed or removed"), "{told:?}");
    assert!(site.last_text().contains("changed or removed"), "the number hears of it as well");
}

/// Somebody who reads the messages of the number, and wants its account.
fn a_thief(page: &Page, site: &Site) {
    page.goto(&site.page("en", "/account/recover")).unwrap();
    page.fill("main form#form [name=mobile]", "5123 4567").unwrap();
    page.follow("main form#form button.lr-button").unwrap();
    page.fill("[name=code]", &site.code()).unwrap();
    page.submit().unwrap();
}

#[test]
fn browser_a_lost_number_is_left_behind_by_document_and_without_a_script() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let page = browser.page().unwrap();
    page.scripts_off(true).unwrap();
    page.goto(&site.page("en", "/account/recover")).unwrap();
    page.follow("main a[href$='/account/recover/number']").unwrap();
    page.fill("[name=number]", "A123456(3)").unwrap();
    page.fill("[name=mobile]", "2123").unwrap();
    page.submit().unwrap();
    let wrong = page.text(".govuk-error-summary").unwrap();
    assert!(wrong.contains("Q, U, I or O") && page.has(".govuk-error-summary a[href='#mobile']").unwrap(), "{wrong}");
    assert_eq!(page.axe().unwrap(), []);
    let number = hongkong::IdNumber::from_number("Q123456").unwrap().formatted();
    page.fill("[name=number]", &number).unwrap();
    page.fill("[name=mobile]", "5123 1111").unwrap();
    page.submit().unwrap();
    page.fill("[name=code]", &site.code()).unwrap();
    page.submit().unwrap();
    assert!(page.url().unwrap().ends_with("/account/recover/step"), "{}", page.text("main").unwrap());
    assert!(page.text("main").unwrap().contains("Reference"));
}

#[test]
fn browser_a_telephone_beside_the_computer_makes_a_passkey_and_signs_in_with_it() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let page = browser.page().unwrap();
    let phone = page.virtual_passkey_by("cable", true).unwrap();
    signs_up(&page, &site);
    page.follow(BUTTON).unwrap();
    assert_eq!(phone.credentials().unwrap().len(), 1, "nothing that is asked for keeps a telephone out");
    page.goto(&site.page("en", "/account")).unwrap();
    page.follow("form[action$='/account/sign-out'] button").unwrap();
    page.goto(&site.page("en", "/account/sign-in")).unwrap();
    page.click(BUTTON).unwrap();
    page.wait_for("form[action$='/account/sign-out'], [data-passkey-error]:not([hidden])").unwrap();
    assert!(page.has("form[action$='/account/sign-out']").unwrap(), "{}", page.text("main").unwrap());
}
