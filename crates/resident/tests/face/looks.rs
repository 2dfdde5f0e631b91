use webtest::{Browser, Failure, Page};

use crate::walk::{Walk, ended_city, full_city, serve_city};

/// axe finds nothing, nothing complains, nobody scrolls sideways at 320 px nor with doubled text, targets are large enough.
fn audit(page: &Page, name: &str, found: &mut Vec<String>) -> Result<(), Failure> {
    page.viewport(1280, 900, false)?;
    found.extend(violations(page, name)?);
    page.viewport(320, 640, true)?;
    found.extend(violations(page, name)?);
    if page.overflow()? > 0 {
        found.push(format!("{name}: {} px too wide at 320", page.overflow()?));
    }
    found.extend(page.small_targets()?.into_iter().map(|target| format!("{name}: small {target}")));
    page.viewport(1280, 900, false)?;
    page.double_text()?;
    if page.overflow()? > 0 {
        found.push(format!("{name}: {} px too wide with doubled text", page.overflow()?));
    }
    Ok(())
}

/// Without scripts the waiting page has to load itself again; a link on it stops that (WCAG 2.2.1), which axe cannot see.
fn violations(page: &Page, name: &str) -> Result<Vec<String>, Failure> {
    let stoppable = name == "waiting" && page.has("a[href*='still=1']")?;
    let found = page.axe()?.into_iter().filter(|violation| !(stoppable && violation.rule == "meta-refresh"));
    Ok(found.map(|violation| format!("{name}: {violation:?}")).collect())
}

fn walk_all(language: &str, scripts: bool) {
    let (browser, city) = (Browser::launch().unwrap(), full_city());
    let site = serve_city(&city);
    let page = browser.page().unwrap();
    page.scripts_off(!scripts).unwrap();
    let walk = Walk { page: &page, site: &site, language, city: &city };
    let mut found = Vec::new();
    let mut look = |page: &Page, name: &str| audit(page, name, &mut found);
    walk.public(&mut look).unwrap();
    let good = walk.journey("Q123456", "1970", &mut look).unwrap();
    let bad = walk.journey("I222222", "1980", &mut look).unwrap();
    city.work();
    walk.status(&good, &mut look).unwrap();
    walk.status(&bad, &mut look).unwrap();
    walk.my_data(&good, &mut look).unwrap();
    let ended = ended_city();
    page.goto(&format!("{}/{language}/masks-2020", serve_city(&ended))).unwrap();
    look(&page, "ended").unwrap();
    found.extend(page.complaints().unwrap());
    assert!(found.is_empty(), "{language}: {}", found.join("\n"));
}

#[test]
fn promise_13_every_page_in_english() {
    walk_all("en", true);
}

#[test]
fn promise_13_every_page_in_traditional_chinese() {
    walk_all("zh-hant", true);
}

#[test]
fn promise_13_every_page_in_simplified_chinese_without_scripts() {
    walk_all("zh-hans", false);
}

#[test]
fn the_browsers_own_back_button_keeps_what_was_typed() {
    let (browser, city) = (Browser::launch().unwrap(), full_city());
    let site = serve_city(&city);
    for scripts in [true, false] {
        let page = browser.page().unwrap();
        page.scripts_off(!scripts).unwrap();
        page.goto(&format!("{site}/en/masks-2020")).unwrap();
        let go = "#form button.lr-button";
        page.follow(go).unwrap();
        page.fill("#id_number", &crate::people::number("Q123456")).unwrap();
        page.fill("[name=birth-day]", "1").unwrap();
        page.fill("[name=birth-month]", "1").unwrap();
        page.fill("[name=birth-year]", "1970").unwrap();
        page.follow(go).unwrap();
        page.fill("#name", "Chan Tai Man").unwrap();
        page.follow(go).unwrap();
        assert_eq!(page.text("h1").unwrap(), "What is your address?");
        page.back().unwrap();
        assert_eq!(page.text("h1").unwrap(), "What is your name?", "scripts {scripts}");
        assert_eq!(page.value("#name").unwrap(), "Chan Tai Man");
        page.follow(go).unwrap();
        assert_eq!(page.text("h1").unwrap(), "What is your address?");
    }
}

#[test]
fn the_confirmation_prints_on_one_page() {
    let (browser, city) = (Browser::launch().unwrap(), full_city());
    let site = serve_city(&city);
    for language in ["en", "zh-hant", "zh-hans"] {
        let page = browser.page().unwrap();
        page.viewport(1280, 900, false).unwrap();
        let walk = Walk { page: &page, site: &site, language, city: &city };
        walk.journey("Q123456", "1970", &mut |_, _| Ok(())).unwrap();
        let pdf = page.pdf().unwrap();
        let text = String::from_utf8_lossy(&pdf);
        let pages = text.matches("/Type /Page\n").count() + text.matches("/Type /Page ").count();
        assert_eq!(pages, 1, "{language}");
    }
}

#[test]
fn the_waiting_page_leads_to_the_form_by_itself() {
    let (browser, city) = (Browser::launch().unwrap(), full_city());
    let (page, site) = (browser.page().unwrap(), serve_city(&city));
    page.goto(&format!("{site}/en/masks-slow")).unwrap();
    page.follow("#form button.lr-button").unwrap();
    assert_eq!(page.text("h1").unwrap(), "You are in the queue");
    let service = city.platform.public_service("masks-slow").unwrap();
    for _ in 0..60 {
        city.clock.advance_secs(60);
        let _ = service.room_status(city.platform.now());
    }
    page.wait_for("button[value=enter]").unwrap();
    assert_eq!(page.text("h1").unwrap(), "It is your turn");
    page.follow("button[value=enter]").unwrap();
    assert_eq!(page.text("h1").unwrap(), "About you");
}
