//! The control room, the wall board and marking in a real browser: live with scripts, by hand without.

use flows::DrillAct;
use people::Role;
use webtest::{Browser, Page};

use crate::browser::{album, serve};
use crate::client::Client;
use crate::played::{EVALUATOR, FACILITATOR, OBSERVER, Theatre};

/// A page of the browser in which this officer is signed in.
pub fn page_of(browser: &Browser, origin: &str, officer: &Client) -> Page {
    let page = browser.page().unwrap();
    page.goto(&format!("{origin}/en/staff/sign-in")).unwrap();
    let session = officer.cookie("session").unwrap();
    page.eval(&format!("document.cookie = 'session={session}; path=/'")).unwrap();
    page
}

#[test]
fn an_inject_appears_in_the_browser_without_loading_the_page_again() {
    let (stage, origin) = serve();
    let theatre = Theatre::begun(stage);
    let browser = Browser::launch().unwrap();
    let wall = page_of(&browser, &origin, &theatre.client(OBSERVER));
    let control = page_of(&browser, &origin, &theatre.client(FACILITATOR));
    wall.goto(&format!("{origin}{}", theatre.at("/board"))).unwrap();
    control.goto(&format!("{origin}{}", theatre.at("/control"))).unwrap();
    for page in [&wall, &control] {
        page.wait_for("[data-live-without][hidden]").unwrap();
        page.eval("window.notLoadedAgain = true").unwrap();
    }
    let pack = theatre.stage.platform.drills().pack("defacement").unwrap();
    let next = pack.scenario.injects.iter().find(|inject| inject.when == drill::Trigger::At("25m".parse().unwrap())).unwrap();
    let title = next.title.en.clone();
    assert!(!wall.text("main").unwrap().contains(&title), "{title} has not come yet");
    theatre.act(DrillAct::Jump("1h".parse().unwrap()));
    theatre.pass(1);
    for page in [&wall, &control] {
        page.wait_for("[data-clock^='36']").unwrap();
        assert!(page.text("main").unwrap().contains(&title), "{title} came");
        assert_eq!(page.eval("window.notLoadedAgain").unwrap(), true);
        assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
    }
    theatre.act(DrillAct::Freeze);
    wall.wait_for(".govuk-notification-banner").unwrap();
    // Who has lost the seat is sent nothing more, and told how to look again.
    theatre.stage.officer(OBSERVER.0, OBSERVER.1).post("/en/staff/sign-out", &[]);
    theatre.act(DrillAct::Rate(0));
    wall.wait_for("[data-live-without]:not([hidden])").unwrap();
}

#[test]
fn the_pages_of_those_who_hold_it_are_whole_in_three_languages_and_without_scripts() {
    let (stage, origin) = serve();
    let theatre = Theatre::planned(stage);
    let controller = theatre.client((0, Role::ExerciseController));
    let browser = Browser::launch().unwrap();
    let mut found = Vec::new();
    let held = page_of(&browser, &origin, &controller);
    let below = |rest: &str| theatre.at(rest).trim_start_matches("/en").to_owned();
    let own = controller.get(&theatre.at("")).between("/seats/dep_", "\"");
    let set_up = ["", "/plan", "/cancel", &format!("/seats/dep_{own}"), "/guests/new"].map(below);
    for path in ["/staff/drills".to_owned(), "/staff/packs".to_owned(), "/staff/drills/new".to_owned()].iter().chain(&set_up) {
        see(&held, &origin, path, &mut found);
    }
    theatre.begin();
    theatre.pass(600);
    theatre.act(DrillAct::Jump("1h".parse().unwrap()));
    theatre.pass(1);
    for path in ["", "/control", "/control?team=1", "/control/freeze", "/control/end", "/board"].map(below) {
        see(&held, &origin, &path, &mut found);
    }
    fits_every_screen(&held, &format!("{origin}{}", theatre.at("/board")));
    let evaluator = page_of(&browser, &origin, &theatre.client(EVALUATOR));
    see(&evaluator, &origin, &below("/marks"), &mut found);
    assert_eq!(found, Vec::<String>::new());
    // Without scripts the clock is set by a press of its button, and the page shows the new state.
    held.scripts_off(true).unwrap();
    held.goto(&format!("{origin}{}", theatre.at("/control"))).unwrap();
    assert!(!held.has("[data-live-without][hidden]").unwrap(), "the way to load it again is there");
    held.follow("#rate button").unwrap();
    assert!(held.text("main").unwrap().contains("Paused"), "the clock stands still");
    assert!(held.has("#rate button[value='1']").unwrap());
}

/// Nobody can scroll a board on a wall: no table of it is wider than its place on a projector or a phone, in any language.
fn fits_every_screen(wall: &Page, english: &str) {
    for language in ["en", "zh-hant", "zh-hans"] {
        for (width, height) in [(360, 800), (1_280, 720), (1_920, 1_080)] {
            wall.viewport(width, height, width < 500).unwrap();
            wall.goto(&english.replace("/en/", &format!("/{language}/"))).unwrap();
            let wide = "[...document.querySelectorAll('.lr-scroll')].filter(box => box.scrollWidth > box.clientWidth).map(box => box.ariaLabel)";
            assert_eq!(wall.eval(wide).unwrap(), serde_json::json!([]), "{language}, {width} px");
            if let Some(album) = album() {
                wall.screenshot(&album.join(format!("board-{language}-{width}.png"))).unwrap();
            }
        }
    }
}

/// A page in three languages at 320 px and at the width of a desk, and with the text twice as large.
pub fn see(page: &Page, origin: &str, path: &str, found: &mut Vec<String>) {
    for language in ["en", "zh-hant", "zh-hans"] {
        page.viewport(320, 800, true).unwrap();
        page.goto(&format!("{origin}/{language}{path}")).unwrap();
        let name = format!("{language}{path}");
        found.extend(page.axe().unwrap().into_iter().map(|violation| format!("{name}: {violation:?}")));
        if page.overflow().unwrap() > 0 {
            found.push(format!("{name} is wider than 320 px"));
        }
        found.extend(page.small_targets().unwrap().into_iter().map(|target| format!("{name}: {target} is small")));
        found.extend(page.complaints().unwrap().into_iter().map(|words| format!("{name}: {words}")));
        if let Some(album) = album() {
            let file = path.replace(['/', '?', '='], "_");
            for (width, mobile) in [(360, true), (1_280, false)] {
                page.viewport(width, 900, mobile).unwrap();
                page.screenshot(&album.join(format!("held-{language}{file}-{width}.png"))).unwrap();
            }
        }
    }
}
