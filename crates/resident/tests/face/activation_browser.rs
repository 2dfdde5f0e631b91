//! A PIN from a letter in a real browser with scripts switched off: asked for, typed wrongly and rightly, at each of its doors.

use axum::http::StatusCode;
use identity::OpenLetter;
use journal::Actor;
use kernel::Id;
use people::{RequestExport, Role, Scope, authorise};
use webtest::{Browser, Page};

use crate::account_browser::{Site, every_language};
use crate::accounts::Pages;

fn sign_up(page: &Page, site: &Site) {
    page.goto(&site.page("en", "/account/sign-up")).unwrap();
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
    page.fill("[name=code]", &site.code()).unwrap();
    page.submit().unwrap();
    page.follow("main a[href$='/account/sign-up/password']").unwrap();
    page.fill("[name=password]", "seven tall junks").unwrap();
    page.submit().unwrap();
}

fn ask(page: &Page) {
    let number = hongkong::IdNumber::from_number("Q123456").unwrap().formatted();
    page.fill("[name=name_en]", "CHAN Tai Man").unwrap();
    page.fill("[name=name_zh]", "陳大文").unwrap();
    page.click("[name=document][value=identity-card]").unwrap();
    page.fill("[name=number]", &number).unwrap();
    for (part, value) in [("day", "1"), ("month", "6"), ("year", "2019")] {
        page.fill(&format!("[name=issued-{part}]"), value).unwrap();
    }
    page.fill("[name=address]", "Flat B, 12/F\n深水\u{E88C}𨋢𡃁𠝹𥄫里 3 號").unwrap();
    page.choose("[name=district]", "SSP").unwrap();
    page.submit().unwrap();
}

/// No register knows the address: the letter waits to be printed.
fn queue(site: &Site) {
    let service = site.pages().city.platform.identity().unwrap();
    let ledger = service.ledger();
    for one in identity::addresses_to_check(ledger, 10).unwrap() {
        let (account, number) = (one.account, one.number);
        ledger.write("test", Actor::Operator, move |work| identity::queue_letter(work, account, number)).unwrap();
    }
}

/// What waits goes to the bureau; the letter as it would be read at home.
fn print(site: &Site) -> OpenLetter {
    queue(site);
    let city = &site.pages().city;
    let service = city.platform.identity().unwrap();
    let ledger = service.ledger();
    let scope = Scope::at_console(service.id(), city.department);
    let grant = authorise::<RequestExport>(&city.officer(4, Role::DeliveryOfficer), Some(scope)).unwrap();
    let (batch, mut letters) = identity::open_batch(ledger, &grant, Id::from_bytes([5; 16]), 10).unwrap().unwrap();
    ledger.write("test", Actor::Operator, move |work| identity::finish_batch(work, &batch, &[])).unwrap();
    letters.remove(0)
}

#[test]
fn promise_13_browser_an_account_is_activated_by_a_letter_without_scripts() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let page = browser.page().unwrap();
    page.scripts_off(true).unwrap();
    sign_up(&page, &site);
    page.follow("main a[href$='/account/activate']").unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary a[href='#address']").unwrap(), "everything that is missing is named");
    ask(&page);
    assert!(page.text("main").unwrap().contains("will be printed"), "{}", page.text("main").unwrap());
    let first = print(&site);
    assert_eq!(first.window, ["陳大文", "CHAN Tai Man", "Flat B, 12/F", "深水\u{E88C}𨋢𡃁𠝹𥄫里 3 號"], "no character is lost");
    page.goto(&site.page("en", "/account/activate")).unwrap();
    assert!(page.text("main").unwrap().contains("on its way"));
    page.fill("[name=pin]", "1").unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary a[href='#pin']").unwrap());
    page.follow("main a[href$='/account/activate/again']").unwrap();
    assert_eq!(page.value("[name=name_zh]").unwrap(), "陳大文", "what was typed need not be typed again");
    ask(&page);
    let second = print(&site);
    page.scripts_off(false).unwrap();
    every_language(&page, &site, &["/account/activate", "/account/activate/again", "/account/pin"]);
    page.scripts_off(true).unwrap();
    page.goto(&site.page("en", "/account")).unwrap();
    page.follow("form[action$='/account/sign-out'] button").unwrap();
    page.goto(&site.root("/pin")).unwrap();
    assert!(page.url().unwrap().ends_with("/account/pin"), "{}", page.url().unwrap());
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.fill("[name=pin]", first.pin.expose()).unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary a[href='#pin']").unwrap(), "the first letter was replaced");
    page.goto(&site.page("zh-hant", &format!("/account/pin?letter={}", second.token.expose()))).unwrap();
    page.fill("[name=pin]", second.pin.expose()).unwrap();
    page.submit().unwrap();
    assert!(page.text("h1").unwrap().contains("已啟動"), "{}", page.text("main").unwrap());
}

#[test]
fn browser_the_inbox_of_a_demonstration_delivers_a_letter() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let page = browser.page().unwrap();
    sign_up(&page, &site);
    page.follow("main a[href$='/account/activate']").unwrap();
    ask(&page);
    queue(&site);
    every_language(&page, &site, &["/account/inbox"]);
    page.goto(&site.page("en", "/account/inbox")).unwrap();
    page.follow("form[action*='/account/inbox/letters/'] button").unwrap();
    assert!(page.url().unwrap().ends_with("/en/account/inbox") && page.has("main a[href*='/account/inbox/letters/']").unwrap());
    every_language(&page, &site, &["/account/inbox"]);
    let pdf = "fetch(document.querySelector('main a[href*=\"/account/inbox/letters/\"]').href).then(it => it.text()).then(it => it.slice(0, 5))";
    assert_eq!(page.promised(pdf).unwrap(), "%PDF-");
    if let Some(album) = option_env!("LIONROCK_ALBUM") {
        page.viewport(360, 900, true).unwrap();
        page.screenshot(&std::path::Path::new(album).join("account_inbox-360.png")).unwrap();
    }
    page.goto(&site.page("en", "/account/activate")).unwrap();
    assert!(page.text("main").unwrap().contains("on its way"));
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_a_demonstration_there_is_no_inbox_and_no_letter_in_it() {
    let pages = Pages::tested();
    let form = pages.get("/en/account/sign-up", "").await;
    for path in ["/en/account/inbox", "/en/account/inbox/letters/123456789012"] {
        assert_eq!(pages.get(path, "").await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let sent = pages.post("/en/account/inbox/letters/123456789012", "", &form, "").await;
    assert_eq!(sent.status, StatusCode::NOT_FOUND);
}
