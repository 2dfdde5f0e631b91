//! The players' pages in a real browser: live with scripts, by hand without, in three languages.

use drill::Part;
use flows::DrillAct;
use webtest::{Browser, Page};

use crate::browser::serve;
use crate::held_browser::{page_of, see};
use crate::played::{FACILITATOR, MATE, OBSERVER, PLAYER, Theatre};

/// Finds a line, pins it, and answers with it as proof.
fn investigate(page: &Page, origin: &str, theatre: &Theatre, note: &str) {
    page.goto(&format!("{origin}{}", theatre.at("/play"))).unwrap();
    page.follow("a[href*='/play/evidence']").unwrap();
    page.fill("#q", "destinationport=1389").unwrap();
    page.follow("form[role=search] button").unwrap();
    page.follow("a[href$='/evidence/connections/2']").unwrap();
    page.fill("#note", note).unwrap();
    page.follow("#form button.lr-button:not(.lr-default)").unwrap();
    page.goto(&format!("{origin}{}", theatre.at("/play/answer/indicators"))).unwrap();
    page.fill("#given", "192.168.2.6\n1389").unwrap();
    page.click("input[name=line]").unwrap();
    page.follow("#form button.lr-button:not(.lr-default)").unwrap();
}

#[test]
fn in_the_browser_a_team_sees_what_comes_and_what_mates_do_at_once() {
    let (stage, origin) = serve();
    let theatre = Theatre::begun(stage);
    let browser = Browser::launch().unwrap();
    let player = page_of(&browser, &origin, &theatre.client(PLAYER));
    let mate = page_of(&browser, &origin, &theatre.client(MATE));
    let facilitator = page_of(&browser, &origin, &theatre.client(FACILITATOR));
    mate.goto(&format!("{origin}{}", theatre.at("/play"))).unwrap();
    mate.wait_for("[data-live-without][hidden]").unwrap();
    mate.eval("window.notLoadedAgain = true").unwrap();
    investigate(&player, &origin, &theatre, "their port");
    assert!(player.text("main").unwrap().contains("Your answer is kept and counts"));
    mate.wait_for("a[href$='/evidence/connections/2']").unwrap();
    mate.wait_for("a[href$='/play/answer/indicators']").unwrap();
    let seen = mate.text("main").unwrap();
    assert!(seen.contains("their port") && seen.contains("1389, 192.168.2.6"), "{seen}");
    theatre.act(DrillAct::Jump("30m".parse().unwrap()));
    theatre.pass(1);
    mate.wait_for("article:nth-of-type(3)").unwrap();
    assert!(mate.text("main").unwrap().contains("A reporter calls"));
    assert!(mate.text("[role=status]").unwrap().contains("A reporter calls"), "what comes is read aloud");
    // A facilitator opens a topic; the team talks about it.
    player.goto(&format!("{origin}{}", theatre.at("/discussion"))).unwrap();
    facilitator.goto(&format!("{origin}{}", theatre.at("/discussion"))).unwrap();
    facilitator.click("input[name=topic][value='0']").unwrap();
    facilitator.follow("#topics button").unwrap();
    player.wait_for("[data-live]").unwrap();
    player.fill("#text", "we would call the contractor first").unwrap();
    player.follow("#form button.lr-button:not(.lr-default)").unwrap();
    facilitator.wait_for("article").unwrap();
    assert!(facilitator.text("main").unwrap().contains("we would call the contractor first"));
    assert_eq!(mate.eval("window.notLoadedAgain").unwrap(), true);
    for page in [&player, &mate, &facilitator] {
        assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn in_the_browser_all_of_it_works_without_scripts() {
    let (stage, origin) = serve();
    let theatre = Theatre::begun(stage);
    let browser = Browser::launch().unwrap();
    let player = page_of(&browser, &origin, &theatre.client(PLAYER));
    player.scripts_off(true).unwrap();
    investigate(&player, &origin, &theatre, "by hand");
    assert!(player.text("main").unwrap().contains("Your answer is kept and counts"));
    player.goto(&format!("{origin}{}", theatre.at("/play"))).unwrap();
    player.follow("[data-live-without] a").unwrap();
    assert!(player.text("main").unwrap().contains("by hand"));
    player.goto(&format!("{origin}{}", theatre.at("/discussion"))).unwrap();
    player.fill("#text", "by hand as well").unwrap();
    player.follow("#form button.lr-button:not(.lr-default)").unwrap();
    assert!(player.text("main").unwrap().contains("by hand as well"));
}

/// Eleven pages in three languages: half a minute, because a real browser draws each and axe looks at it.
#[test]
fn in_the_browser_the_players_pages_are_whole_in_three_languages() {
    let (stage, origin) = serve();
    let theatre = Theatre::planned(stage);
    let browser = Browser::launch().unwrap();
    let below = |rest: &str| theatre.at(rest).trim_start_matches("/en").to_owned();
    let mut found = Vec::new();
    let player = page_of(&browser, &origin, &theatre.client(PLAYER));
    see(&player, &origin, &below("/play"), &mut found);
    theatre.begin();
    theatre.pass(600);
    investigate(&player, &origin, &theatre, "their port");
    theatre.act(DrillAct::Discuss(Some(0)));
    theatre.client(PLAYER).post(&theatre.at("/discussion"), &[("text", "look at 1389"), ("to", "team")]);
    let pages = ["/play", "/play/evidence?q=bash", "/play/evidence/processes/8", "/play/answer/indicators?kept=yes", "/play/answer/way-in", "/discussion"];
    for path in pages.map(below) {
        see(&player, &origin, &path, &mut found);
    }
    let guest = browser.page().unwrap();
    let (_, token) = theatre.guest(Part::Observer, theatre.stage.platform.now().plus_secs(7_200));
    see(&guest, &origin, &format!("/staff/drills/guest/{token}"), &mut found);
    see(&guest, &origin, &format!("/staff/drills/guest/{}", "0".repeat(32)), &mut found);
    guest.goto(&format!("{origin}/en/staff/drills/guest/{token}")).unwrap();
    guest.follow("#form button.lr-button:not(.lr-default)").unwrap();
    assert!(guest.url().unwrap().ends_with("/watch"));
    see(&guest, &origin, &below("/watch"), &mut found);
    let observer = page_of(&browser, &origin, &theatre.client(OBSERVER));
    theatre.act(DrillAct::End);
    see(&observer, &origin, &below("/discussion"), &mut found);
    for path in ["/play", "/discussion"].map(below) {
        see(&player, &origin, &path, &mut found);
    }
    // The link that opens nothing answers so: the browser says it too.
    found.retain(|words| !words.contains("410"));
    assert_eq!(found, Vec::<String>::new());
}
