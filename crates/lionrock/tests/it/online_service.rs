//! An online service from its registration to a resident who signs in to the one that can be tried.

use std::process::Command;
use std::time::{Duration, Instant};

use webtest::{Browser, Page};

use crate::city::City;
use crate::inbox::{OWNER, PRIVACY_OFFICER, sign_in};
use crate::words::LANGUAGES;

const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"k1","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
/// Far more than a code takes to come.
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn browser_a_service_is_registered_by_two_officers_and_a_resident_signs_in_to_the_one_to_try() {
    let (browser, city) = (Browser::launch().unwrap(), City::start());
    two_officers(&browser, &city);
    let page = browser.page().unwrap();
    page.virtual_passkey(true).unwrap();
    page.goto(&city.page("en", "/demo")).unwrap();
    page.follow("main a[href$='/en/library']").unwrap();
    let library = page.url().unwrap();
    page.follow("main a[href$='ask=card']").unwrap();
    assert!(page.url().unwrap().contains("/account/sign-in?next="), "{}", page.url().unwrap());
    signs_up(&browser, &page, &city);
    page.follow("main a[href*='/account/connect/demo-library/']").unwrap();
    assert_eq!(page.axe().unwrap(), []);
    // The number is the one thing that is known of an account that was not verified, so it is the one that can be given.
    page.click("[name^=give-][value=once]").unwrap();
    page.click("#form button:not([name])").unwrap();
    page.wait_for("main a[href$='/library']").unwrap();
    let came = page.text("main").unwrap();
    assert!(came.contains("You are back at the library") && came.contains("+85251234567") && came.contains("ID token believed"), "{came}");
    refused_and_in_every_language(&page, &library);
    developers(&page, &city, &library);
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

/// One officer types a registration, another reads and approves it.
fn two_officers(browser: &Browser, city: &City) {
    let owner = sign_in(browser, city, OWNER);
    owner.goto(&city.page("en", "/staff/services/new")).unwrap();
    assert_eq!(owner.axe().unwrap(), []);
    for (name, text) in [
        ("id", "public-pool"),
        ("service-name-en", "Public pool"),
        ("service-name-zh-hant", "公眾泳池"),
        ("service-name-zh-hans", "公众泳池"),
        ("service-purpose-en", "To book a lane"),
        ("service-purpose-zh-hant", "預訂泳線"),
        ("service-purpose-zh-hans", "预订泳线"),
        ("service-post-en", "Pool desk"),
        ("service-post-zh-hant", "泳池服務台"),
        ("service-post-zh-hans", "泳池服务台"),
        ("phone", "2123 0000"),
        ("email", "pool@department.example"),
        ("keys", KEYS),
        ("redirects", "https://pool.example/back"),
    ] {
        owner.fill(&format!("[name='{name}']"), text).unwrap();
    }
    owner.click("[name=standing][value=sandbox]").unwrap();
    owner.submit().unwrap();
    assert!(owner.url().unwrap().ends_with("/staff/services/public-pool"), "{}", owner.text("main").unwrap());
    let second = sign_in(browser, city, PRIVACY_OFFICER);
    second.goto(&city.page("zh-hant", "/staff/services/public-pool/approve")).unwrap();
    assert_eq!(second.axe().unwrap(), []);
    second.submit().unwrap();
    for language in LANGUAGES {
        second.goto(&city.page(language, "/staff/services")).unwrap();
        assert_eq!(second.axe().unwrap(), [], "{language}");
        second.goto(&city.page(language, "/staff/identity")).unwrap();
        assert_eq!(second.axe().unwrap(), [], "{language}");
    }
    assert_eq!(second.complaints().unwrap(), Vec::<String>::new());
}

fn signs_up(browser: &Browser, page: &Page, city: &City) {
    page.follow("main a[href$='/account/sign-up']").unwrap();
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
    page.fill("[name=code]", &code(browser, city)).unwrap();
    page.submit().unwrap();
    page.follow("main form[data-passkey] button.lr-button").unwrap();
    page.click("[name=device][value=phone]").unwrap();
    page.submit().unwrap();
}

/// The code that the demonstration's inbox shows, once it came.
fn code(browser: &Browser, city: &City) -> String {
    let inbox = browser.page().unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        inbox.goto(&city.page("en", "/account/inbox")).unwrap();
        let text = inbox.text("main").unwrap();
        let digits = text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6);
        if let Some(code) = digits {
            return code.to_owned();
        }
        assert!(Instant::now() < deadline, "no code in: {text}");
    }
}

/// Whoever says no goes back with that; the service's own pages are sound in each language, wide and narrow.
fn refused_and_in_every_language(page: &Page, library: &str) {
    page.goto(library).unwrap();
    page.follow("main a[href$='ask=anonymous']").unwrap();
    page.click("#form button[name=answer]").unwrap();
    page.wait_for("main a[href$='/library']").unwrap();
    assert!(page.text("main").unwrap().contains("access_denied"), "{}", page.text("main").unwrap());
    for language in LANGUAGES {
        page.goto(&library.replace("/en/", &format!("/{language}/"))).unwrap();
        assert_eq!(page.axe().unwrap(), [], "{language}");
        page.viewport(320, 640, true).unwrap();
        assert_eq!(page.overflow().unwrap(), 0, "{language}");
        page.viewport(1280, 900, false).unwrap();
    }
}

/// The developers' page in each language, and its request by hand, which runs as it stands.
fn developers(page: &Page, city: &City, library: &str) {
    for language in LANGUAGES {
        page.goto(&city.page(language, "/developers")).unwrap();
        assert_eq!(page.axe().unwrap(), [], "{language}");
        page.viewport(320, 640, true).unwrap();
        assert_eq!(page.overflow().unwrap(), 0, "{language}");
        page.viewport(1280, 900, false).unwrap();
    }
    let script = page.eval("document.querySelectorAll('main pre')[1].textContent").unwrap();
    let script = script.as_str().unwrap();
    let (before, rest) = script.split_once("KEY=").unwrap();
    let (_, after) = rest.split_once("b64()").unwrap();
    let callback = library.replace("/en/library", "/back");
    let script = format!("{before}KEY={}\nCALLBACK={callback}\nb64(){after}", city.file("try-it.pem").display());
    let done = Command::new("sh").args(["-c", &script]).output().unwrap();
    let answer = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(answer.contains("urn:ietf:params:oauth:request_uri:"), "{answer} {}", String::from_utf8_lossy(&done.stderr));
}
