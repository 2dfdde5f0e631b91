//! What officers of stations, letters and paper forms see, with something on every page.

use people::Role;
use webtest::{Browser, Page};

use crate::browser::{look, serve};
use crate::client::Client;
use crate::stage::{SLUG, Stage};
use crate::stations::tests::opened;

const HOME: &str = "/en/staff/stations";
const LETTERS: &str = "/en/staff/identity/letters";
const DAY: [(&str, &str); 3] = [("on-day", "6"), ("on-month", "5"), ("on-year", "2020")];

/// A page of the browser in which this officer is signed in.
fn page_of(browser: &Browser, origin: &str, officer: &Client) -> Page {
    let page = browser.page().unwrap();
    page.goto(&format!("{origin}/en/staff/sign-in")).unwrap();
    let session = officer.cookie("session").unwrap();
    page.eval(&format!("document.cookie = 'session={session}; path=/'")).unwrap();
    page
}

fn seen(page: &Page, origin: &str, role: Role, paths: &[String]) {
    let mut found = Vec::new();
    for path in paths {
        look(page, origin, role, path, &mut found);
    }
    found.extend(page.complaints().unwrap());
    assert_eq!(found, Vec::<String>::new());
}

/// A station with a device that is lent and waits, numbers in its queue, a shift, and two briefings of which one was held: its pages.
fn busy_station(stage: &Stage, officer: &Client) -> Vec<String> {
    let station = opened(officer);
    let shown = officer.post(&format!("{HOME}/devices"), &[("name", "Tablet 1")]);
    let device = format!("dvc_{}", officer.get(&format!("{HOME}/devices")).between("devices/dvc_", "\""));
    let ledger = stage.platform.ledger();
    let key = stations::enrol_device(ledger, shown.between("lr-reference\">", "<").trim()).unwrap().unwrap();
    assert_eq!(officer.post(&format!("{HOME}/devices/{device}/lend"), &[("station", &station)]).status, 303);
    let ticket = stations::make_turn(ledger, &key).unwrap().unwrap();
    stations::open_turn(ledger, &ticket).unwrap().unwrap();
    for act in ["give", "give", "call"] {
        assert_eq!(officer.post(&format!("{HOME}/{station}/queue"), &[("act", act)]).status, 303);
    }
    let week = format!("{HOME}/week/2020-05-06");
    let who = format!("off_{}", officer.get(&week).between("value=\"off_", "\""));
    let shift = [&[("station", station.as_str()), ("officer", who.as_str()), ("hours", "09:00-13:00")][..], &DAY].concat();
    assert_eq!(officer.post(&week, &shift).status, 303);
    let briefing = |association: &'static str| {
        let about = [("association", association), ("district", "KT"), ("place", "Hall, 1 Ngau Tau Kok Road"), ("hours", "10:00-11:30")];
        officer.post(&format!("{HOME}/briefings"), &[&about[..], &DAY].concat()).location()
    };
    let (planned, held) = (briefing("Kwun Tong Carers"), briefing("東九龍街坊福利會"));
    let outcome = [("attended", "24"), ("materials", "leaflets"), ("what", "Bring forms"), ("due-day", "20"), ("due-month", "5"), ("due-year", "2020")];
    assert_eq!(officer.post(&held, &outcome).status, 303);
    let below = |rest: &str| format!("/staff/stations{rest}");
    let mut paths = ["", "/new", "/devices", "/week/2020-05-06", "/counts/2020-05-06", "/briefings"].map(below).to_vec();
    let of_station = ["", "/day", "/queue"].map(|rest| below(&format!("/{station}{rest}")));
    paths.extend(of_station);
    paths.push(below(&format!("/devices/{device}")));
    paths.extend([planned, held].map(|path| path["/en".len()..].to_owned()));
    paths
}

#[test]
fn axe_finds_nothing_on_the_pages_of_stations_and_paper_forms() {
    let (stage, origin) = serve();
    stage.launch();
    let officer = stage.officer(0, Role::CaseOfficer);
    let mut paths = busy_station(&stage, &officer);
    let paper = format!("/staff/schemes/{SLUG}/paper");
    let second = stage.client();
    second.join(&stage.invite(0, Role::CaseOfficer));
    crate::stations::tests::typed_once(&second);
    let typed = officer.get(&format!("/en{paper}")).between("/paper/ppr_", "\"");
    paths.extend([paper.clone(), format!("{paper}/new"), format!("{paper}/ppr_{typed}")]);
    let browser = Browser::launch().unwrap();
    seen(&page_of(&browser, &origin, &officer), &origin, Role::CaseOfficer, &paths);
}

#[test]
fn axe_finds_nothing_on_the_pages_of_letters_with_pins() {
    let (stage, origin) = serve();
    stage.launch_identity(identity::SHIPPED_CHARTER);
    let contract = crate::contractors::print_bureau(&stage);
    let owner = stage.officer(0, Role::SchemeOwner);
    let given = owner.post(&format!("{LETTERS}/lease"), &[("contract", contract.as_str())]);
    assert_eq!(given.status, 303, "{}", given.text());
    let lease = given.location().rsplit('/').next().unwrap().to_owned();
    crate::accounts::awaits_letter(&stage);
    let prints = stage.officer(0, Role::DeliveryOfficer);
    let print = || prints.post(&format!("{LETTERS}/print"), &[("lease", lease.as_str())]);
    let printed = print();
    assert_eq!(printed.location(), LETTERS, "one letter is with the bureau: {}", printed.text());
    assert!(print().text().contains("No letter waits"));
    let browser = Browser::launch().unwrap();
    let path = |rest: &str| format!("/staff/identity/letters{rest}");
    let see = |role, paths: &[String]| seen(&page_of(&browser, &origin, &stage.officer(0, role)), &origin, role, paths);
    see(Role::DeliveryOfficer, &[path("")]);
    see(Role::SchemeOwner, &[path("/lease")]);
    see(Role::CaseOfficer, &[path("/returned"), "/staff/stations/funnel".to_owned()]);
}
