//! Promise 13: everyone can use every page.

use webtest::{Browser, Page};

use crate::city::{City, SLUG};
use crate::inbox::{ADMINISTRATOR, AUDITOR, CASE_OFFICER, DELIVERY_OFFICER, OWNER, PRIVACY_OFFICER, SUPERVISOR, sign_in};
use crate::words::{LANGUAGES, language};

/// Pages that anybody can open by their address.
const PUBLIC: &[&str] = &[
    "/",
    "/demo",
    "/demo/messages/masks-2020",
    "/accessibility",
    "/privacy",
    "/check-receipt",
    "/masks-2020",
    "/masks-2020/wait",
    "/masks-2020/status",
    "/masks-2020/repair",
    "/masks-2020/trust",
    "/masks-2020/statistics",
    "/no-such-page",
    "/staff/sign-in",
];

/// Pages of the desk, each with somebody who may open it.
const STAFF: &[(usize, &[&str])] = &[
    (OWNER, &["", "/passkeys", "/schemes", "/schemes/new", "/schemes/S", "/schemes/S/definition", "/schemes/S/dashboard", "/schemes/S/operate", "/schemes/S/bulletins", "/schemes/S/bulletins/publish", "/schemes/S/close", "/schemes/S/certificate"]),
    (CASE_OFFICER, &["/schemes/S/exceptions", "/schemes/S/find", "/schemes/S/register", "/schemes/S/letters", "/schemes/S/messages"]),
    (PRIVACY_OFFICER, &["/schemes/S/journal"]),
    (SUPERVISOR, &["/schemes/S/dashboard"]),
    (AUDITOR, &["", "/schemes/S/journal"]),
    (DELIVERY_OFFICER, &["/schemes/S/delivery", "/schemes/S/delivery/request", "/schemes/S/delivery/results"]),
    (ADMINISTRATOR, &["/officers", "/officers/invite"]),
];

#[test]
fn promise_13_browser_every_public_page_in_every_language() {
    let (browser, city) = (Browser::launch().unwrap(), City::start());
    let page = browser.page().unwrap();
    let mut found = Vec::new();
    for slug in LANGUAGES {
        for path in PUBLIC {
            audit(&page, &city, slug, path, &mut found);
        }
        journey_pages(&page, &city, slug, &mut found);
        without_scripts(&browser, &city, slug, &mut found);
    }
    found.extend(page.complaints().unwrap());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn promise_13_browser_every_page_of_the_desk_in_every_language() {
    let (browser, city) = (Browser::launch().unwrap(), City::start());
    let mut found = Vec::new();
    for (officer, paths) in STAFF {
        let page = sign_in(&browser, &city, *officer);
        let mut paths: Vec<String> = paths.iter().map(|path| format!("/staff{}", path.replace("/S", &format!("/{SLUG}")))).collect();
        paths.extend(pages_with_a_number(&page, &city, *officer));
        for slug in LANGUAGES {
            for path in &paths {
                audit(&page, &city, slug, path, &mut found);
            }
        }
        found.extend(page.complaints().unwrap());
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Pages whose address has a number in it: where they are is found by following links.
fn pages_with_a_number(page: &Page, city: &City, officer: usize) -> Vec<String> {
    let trails: &[&[&str]] = match officer {
        OWNER => &[&["/schemes/S", "/gates/"], &["/schemes/S", "/gates/", "/records"], &["/schemes/S", "/versions/"]],
        CASE_OFFICER => &[&["/schemes/S/exceptions", "/records/"], &["/schemes/S/exceptions", "/records/", "/resolve/"]],
        PRIVACY_OFFICER => &[&["/schemes/S", "/gates/", "/withdraw"], &["/schemes/S/journal", "/journal/"]],
        ADMINISTRATOR => &[&["/officers", "/officers/"], &["/officers", "/officers/", "/invite-again"], &["/officers", "/officers/", "/end"]],
        _ => &[],
    };
    trails.iter().map(|trail| follow(page, city, trail)).collect()
}

/// The address at the end of a trail of links.
fn follow(page: &Page, city: &City, trail: &[&str]) -> String {
    page.goto(&city.page("en", &format!("/staff{}", trail[0].replace("/S", &format!("/{SLUG}"))))).unwrap();
    for part in &trail[1..] {
        page.follow(&format!("main a[href*='{part}']:not([href$='/checkpoint'], [href$='/invite'])")).unwrap();
    }
    let url = page.url().unwrap();
    url.split_once("/en/").map(|(_, path)| format!("/{path}")).unwrap()
}

/// Everything a machine can judge of one page.
fn audit(page: &Page, city: &City, slug: &str, path: &str, found: &mut Vec<String>) {
    let name = format!("/{slug}{path}");
    page.viewport(1280, 900, false).unwrap();
    page.forget_requests().unwrap();
    page.goto(&city.page(slug, path)).unwrap();
    let status = page.eval("performance.getEntriesByType('navigation')[0].responseStatus").unwrap();
    let expected = if path == "/no-such-page" { 404 } else { 200 };
    if status != expected {
        found.push(format!("{name}: answered {status}"));
    }
    look(page, &name, slug == "zh-hant", found);
    let own = format!("http://localhost:{}/", city.port);
    let strangers = page.requests().unwrap().into_iter().filter(|url| !url.starts_with(&own) && !url.starts_with("data:"));
    found.extend(strangers.map(|url| format!("{name}: asks a third party: {url}")));
    let lang = page.eval("document.documentElement.lang").unwrap();
    if lang != language(slug).tag() {
        found.push(format!("{name}: lang is {lang}"));
    }
    fonts(page, slug, &name, found);
}

/// axe and reflow on the page as it is shown: a laptop, a phone, doubled text, for some pages in the dark too.
fn look(page: &Page, name: &str, dark: bool, found: &mut Vec<String>) {
    let violations = |how: &str| {
        let violations = page.axe().unwrap().into_iter();
        violations.map(|violation| format!("{name} {how}: {violation:?}")).collect::<Vec<_>>()
    };
    found.extend(violations("on a laptop"));
    if dark {
        page.dark(true).unwrap();
        found.extend(violations("in the dark"));
        page.dark(false).unwrap();
    }
    page.viewport(320, 640, true).unwrap();
    found.extend(violations("on a phone"));
    wide(page, &format!("{name} at 320 px"), found);
    found.extend(page.small_targets().unwrap().into_iter().map(|target| format!("{name}: small target {target}")));
    page.viewport(1280, 900, false).unwrap();
    page.double_text().unwrap();
    wide(page, &format!("{name} with doubled text"), found);
}

fn wide(page: &Page, name: &str, found: &mut Vec<String>) {
    let over = page.overflow().unwrap();
    if over > 0 {
        found.push(format!("{name}: {over} px too wide"));
    }
}

/// Hong Kong's glyphs for Traditional Chinese, the mainland's for Simplified: the same code points look different.
fn fonts(page: &Page, slug: &str, name: &str, found: &mut Vec<String>) {
    let (right, wrong) = match slug {
        "zh-hant" => (" HK", [" SC", " TC", " JP"]),
        "zh-hans" => (" SC", [" HK", " TC", " JP"]),
        _ => return,
    };
    let fonts = page.fonts("h1").unwrap();
    let cjk = |font: &&String| font.contains("CJK") || font.contains("Noto Sans");
    let bad = fonts.iter().filter(cjk).any(|font| wrong.iter().any(|face| font.ends_with(face)));
    if bad || (fonts.iter().any(|font| font.contains("CJK")) && !fonts.iter().any(|font| font.ends_with(right))) {
        found.push(format!("{name}: drawn with {fonts:?}"));
    }
}

/// The first pages of the form and their errors; the rest of the way is walked in `resident`.
fn journey_pages(page: &Page, city: &City, slug: &str, found: &mut Vec<String>) {
    page.viewport(1280, 900, false).unwrap();
    page.goto(&city.page(slug, &format!("/{SLUG}"))).unwrap();
    page.submit().unwrap();
    look(page, &format!("{slug} identity"), false, found);
    page.submit().unwrap();
    look(page, &format!("{slug} identity with errors"), true, found);
}

/// Every page is whole without scripts.
fn without_scripts(browser: &Browser, city: &City, slug: &str, found: &mut Vec<String>) {
    let page = browser.page().unwrap();
    page.scripts_off(true).unwrap();
    for path in PUBLIC {
        page.goto(&city.page(slug, path)).unwrap();
        let headings = page.eval("document.querySelectorAll('main h1').length").unwrap();
        if headings != 1 || page.text("main h1").unwrap().is_empty() {
            found.push(format!("/{slug}{path} without scripts: {headings} main headings"));
        }
    }
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}
