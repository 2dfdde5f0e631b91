//! A resident's account in a real browser with a virtual authenticator, from sign-up to signing in again.

use std::net::TcpListener as Listener;
use std::sync::Arc;
use std::thread;

use tokio::net::TcpListener;
use webkit::{ServeOptions, serve};
use webtest::{Browser, Page, Passkey};

use crate::accounts::Pages;

const BUTTON: &str = "main form[data-passkey] button.lr-button";
const LANGUAGES: [&str; 3] = ["en", "zh-hant", "zh-hans"];

/// The pages on a loopback port; serving ends with the process.
pub struct Site {
    pub pages: Arc<Pages>,
    port: u16,
}

impl Site {
    pub fn open() -> Self {
        let listener = Listener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let pages = Arc::new(Pages::open_at(&format!("http://localhost:{port}"), false));
        let app = pages.app.clone();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                let _ = serve(listener, app, ServeOptions::default(), std::future::pending()).await;
            });
        });
        Self { pages, port }
    }

    /// The pages, to look behind them.
    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// The address of what stands in no language.
    pub fn root(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// The address of a page.
    pub fn page(&self, language: &str, path: &str) -> String {
        format!("http://localhost:{}/{language}{path}", self.port)
    }

    /// Lets time pass.
    pub fn wait_hours(&self, hours: i64) {
        self.pages.city.clock.advance_secs(hours * 3600);
    }

    /// The newest message.
    pub fn last_text(&self) -> String {
        self.pages.city.work();
        self.pages.city.phone.texts().pop().unwrap().1
    }

    /// The code of the newest message.
    pub fn code(&self) -> String {
        self.pages.city.work();
        self.pages.city.phone.code()
    }
}

#[test]
fn browser_a_resident_signs_up_out_and_in_with_a_virtual_passkey() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let page = browser.page().unwrap();
    let passkey = page.virtual_passkey(true).unwrap();
    to_the_code(&page, &site);
    page.fill("[name=code]", "000000").unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary a[href='#code']").unwrap(), "a wrong code");
    page.fill("[name=code]", &site.code()).unwrap();
    page.submit().unwrap();
    assert!(page.url().unwrap().ends_with("/account/sign-up/passkey"), "{}", page.url().unwrap());
    assert_eq!(page.axe().unwrap(), []);
    page.follow(BUTTON).unwrap();
    let keys = passkey.credentials().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["isResidentCredential"], true, "found again without a name: {}", keys[0]);
    page.click("[name=device][value=phone]").unwrap();
    page.submit().unwrap();
    assert!(page.text("main").unwrap().contains("1. Phone"), "{}", page.text("main").unwrap());
    assert!(!page.has("main a[href$='/remove']").unwrap(), "the last passkey stays");
    every_language(&page, &site, &["/account", "/account/passkeys/add"]);
    page.goto(&site.page("en", "/account")).unwrap();
    page.follow("form[action$='/account/sign-out'] button").unwrap();
    assert!(page.text("main").unwrap().contains("You are signed out"), "{}", page.text("main").unwrap());
    page.goto(&site.page("en", "/account/passkeys/add")).unwrap();
    assert!(page.url().unwrap().ends_with("/account/sign-in"), "signed out: {}", page.url().unwrap());
    nobody_comes_in_otherwise(&page, &passkey, &site);
    page.goto(&site.page("en", "/account/sign-in")).unwrap();
    page.follow(BUTTON).unwrap();
    assert!(page.url().unwrap().ends_with("/en/account"), "{}", page.url().unwrap());
    a_number_that_has_an_account(&browser, &site);
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

fn to_the_code(page: &Page, site: &Site) {
    page.goto(&site.page("en", "/account/sign-up")).unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary a[href='#mobile']").unwrap(), "a number is asked for");
    assert_eq!(page.axe().unwrap(), []);
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
    assert!(page.url().unwrap().ends_with("/account/sign-up/code"), "{}", page.url().unwrap());
    assert_eq!(page.axe().unwrap(), []);
}

/// Every page in every language, wide and narrow, by the rules of accessibility.
pub fn every_language(page: &Page, site: &Site, paths: &[&str]) {
    for (slug, path) in LANGUAGES.iter().flat_map(|slug| paths.iter().map(move |path| (slug, path))) {
        page.goto(&site.page(slug, path)).unwrap();
        assert!(page.url().unwrap().ends_with(path), "{slug}{path}");
        assert_eq!(page.axe().unwrap(), [], "{slug}{path}");
        page.viewport(320, 640, true).unwrap();
        assert_eq!(page.overflow().unwrap(), 0, "{slug}{path}");
        assert_eq!(page.axe().unwrap(), [], "{slug}{path} on a phone");
        assert_eq!(page.small_targets().unwrap(), Vec::<String>::new(), "{slug}{path}");
        page.viewport(1280, 900, false).unwrap();
        page.double_text().unwrap();
        assert_eq!(page.overflow().unwrap(), 0, "{slug}{path} with doubled text");
    }
}

/// Without verification, and from another origin.
fn nobody_comes_in_otherwise(page: &Page, passkey: &Passkey<'_>, site: &Site) {
    page.goto(&site.page("en", "/account/sign-in")).unwrap();
    passkey.verify(false).unwrap();
    page.click(BUTTON).unwrap();
    page.wait_for("[data-passkey-error]:not([hidden])").unwrap();
    passkey.verify(true).unwrap();
    page.goto(&site.page("en", "/account/sign-in").replace("localhost", "127.0.0.1")).unwrap();
    page.click(BUTTON).unwrap();
    page.wait_for("[data-passkey-error]:not([hidden])").unwrap();
    page.goto(&site.page("en", "/account")).unwrap();
    assert!(!page.has("form[action$='/account/sign-out']").unwrap(), "nobody is signed in");
}

/// Somebody with the same number on another device: the code is right, and yet it opens nothing.
fn a_number_that_has_an_account(browser: &Browser, site: &Site) {
    let page = browser.page().unwrap();
    to_the_code(&page, site);
    page.fill("[name=code]", &site.code()).unwrap();
    page.submit().unwrap();
    assert!(page.text("main h1").unwrap().contains("has an account"), "{}", page.text("main h1").unwrap());
    assert!(!page.has("form[data-passkey=register]").unwrap());
    assert_eq!(page.axe().unwrap(), []);
}

#[test]
fn promise_13_browser_the_pages_of_accounts_in_every_language_and_without_scripts() {
    let (browser, site) = (Browser::launch().unwrap(), Site::open());
    let page = browser.page().unwrap();
    let paths = ["/account", "/account/sign-in", "/account/sign-in/password", "/account/sign-up", "/account/cancel", "/account/forgot", "/inspect", "/account/inbox"];
    every_language(&page, &site, &paths);
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
    let plain = browser.page().unwrap();
    plain.scripts_off(true).unwrap();
    for path in paths {
        plain.goto(&site.page("zh-hant", path)).unwrap();
        assert!(plain.has("main h1").unwrap(), "{path}");
    }
}
