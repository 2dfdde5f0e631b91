//! An officer's day with a passkey of his own.

use webtest::{Browser, Page};

use crate::city::{City, SLUG};
use crate::inbox::{CASE_OFFICER, PRIVACY_OFFICER, sign_in};
use crate::socket::get;

#[test]
fn browser_officer_with_a_virtual_passkey() {
    let (browser, city) = (Browser::launch().unwrap(), City::start());
    let page = browser.page().unwrap();
    let passkey = page.virtual_passkey(true).unwrap();
    page.goto(&invitation(&browser, &city, CASE_OFFICER)).unwrap();
    page.follow("main form button.lr-button").unwrap();
    assert!(page.url().unwrap().ends_with("/staff/sign-in"), "{}", page.url().unwrap());
    let keys = passkey.credentials().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["isResidentCredential"], true, "found again without a name: {}", keys[0]);
    without_verification_nobody_comes_in(&page, &passkey);
    page.follow("main form button.lr-button").unwrap();
    assert!(page.url().unwrap().ends_with("/en/staff"), "{}", page.url().unwrap());
    a_day_of_work(&page, &city);
    page.follow("form[action$='/staff/sign-out'] button").unwrap();
    page.goto(&city.page("en", "/staff/schemes")).unwrap();
    assert!(page.url().unwrap().contains("/staff/sign-in"), "signed out");
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

/// The link that the demonstration's page offers for a post.
fn invitation(browser: &Browser, city: &City, officer: usize) -> String {
    let page = browser.page().unwrap();
    page.goto(&city.page("en", "/demo")).unwrap();
    if page.has("form[action*='/demo/invite'] button").unwrap() {
        page.follow(&format!("form[action$='/demo/invite/{officer}'] button")).unwrap();
    }
    let html = page.html().unwrap();
    let link = html.match_indices("/en/staff/invitation/").map(|(at, _)| &html[at..]).nth(if html.matches("/en/staff/invitation/").count() > 1 { officer } else { 0 });
    let path: String = link.unwrap().chars().take_while(|c| c.is_ascii_alphanumeric() || "/-".contains(*c)).collect();
    format!("http://localhost:{}{path}", city.port)
}

fn without_verification_nobody_comes_in(page: &Page, passkey: &webtest::Passkey<'_>) {
    passkey.verify(false).unwrap();
    page.click("main form button.lr-button").unwrap();
    page.wait_for("[data-passkey-error]:not([hidden])").unwrap();
    passkey.verify(true).unwrap();
    page.reload().unwrap();
}

/// Dashboard, the queue, one record with purpose and reason, a decision.
fn a_day_of_work(page: &Page, city: &City) {
    let desk = |path: &str| city.page("en", &format!("/staff/schemes/{SLUG}{path}"));
    page.goto(&desk("/dashboard")).unwrap();
    assert!(page.has("main svg").unwrap() && page.has("main table").unwrap(), "a chart and its table");
    page.goto(&desk("/exceptions")).unwrap();
    page.follow("main tbody a").unwrap();
    let record = page.url().unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary a[href='#purpose']").unwrap(), "no purpose, no opening");
    page.click("[name=purpose]").unwrap();
    page.fill("[name=why]", "The resident called about a wrong date of birth").unwrap();
    page.submit().unwrap();
    let opened = page.text("main").unwrap();
    assert!(opened.contains("Identity card number") || opened.contains("identity"), "{opened}");
    page.goto(&record).unwrap();
    assert!(page.html().unwrap().contains("data-label"), "the opening is listed");
    page.follow("main a[href*='/resolve/']").unwrap();
    page.submit().unwrap();
    assert_eq!(page.url().unwrap(), record);
}

#[test]
fn browser_a_withdrawn_document_closes_the_public_pages() {
    let (browser, city) = (Browser::launch().unwrap(), City::start());
    let public = [format!("/en/{SLUG}"), format!("/zh-hant/{SLUG}/wait"), format!("/en/{SLUG}/trust"), format!("/api/v1/schemes/{SLUG}")];
    for path in &public {
        assert_eq!(get(city.port, path).status, 200, "{path}");
    }
    let page = sign_in(&browser, &city, PRIVACY_OFFICER);
    page.goto(&city.page("en", &format!("/staff/schemes/{SLUG}"))).unwrap();
    page.follow("main a[href*='/gates/']").unwrap();
    page.follow("main a[href$='/withdraw']").unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary").unwrap(), "a reason is asked for");
    page.click("[name=reason]").unwrap();
    page.submit().unwrap();
    for path in &public {
        assert_eq!(get(city.port, path).status, 404, "{path}");
    }
}
