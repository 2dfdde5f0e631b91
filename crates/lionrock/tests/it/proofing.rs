//! The photos of a proofing through the whole program: they are looked for in every file and in the memory of the server, while the case
//! waits, after the verdict, and after kill -9.

use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use canary::{Canaries, Canary, Scanned};
use hongkong::IdNumber;
use image::{DynamicImage, ImageFormat, RgbImage};
use kernel::Random as _;
use serde_json::json;
use tempfile::TempDir;
use testkit::SeededRandom;
use webtest::{Browser, Failure, Page};

use crate::city::City;
use crate::inbox::{CASE_OFFICER, sign_in};

const NAME: &str = "ZIMMERLING Quentin Jasper";
const STREET: &str = "Flat 77Z, 1 Canary Passage";

/// A photo of pixels that no other picture has, as a telephone writes it.
struct Photo {
    name: &'static str,
    file: Vec<u8>,
}

impl Photo {
    fn new(name: &'static str, seed: u32) -> Self {
        let mut state = seed;
        let mut next = || {
            // Numerical Recipes' generator: enough for noise.
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        let picture = RgbImage::from_fn(640, 480, |_, _| image::Rgb([next(), next(), next()]));
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(picture).write_to(&mut out, ImageFormat::Png).unwrap();
        Self { name, file: out.into_inner() }
    }

    /// Pieces of the file that was sent, of the file that is kept, and of the pixels.
    fn canaries(&self) -> Vec<Canary> {
        let clean = webkit::clean_image(&self.file, 1_000_000).unwrap().bytes;
        let pixels = image::load_from_memory(&clean).unwrap().into_rgb8().into_raw();
        let of = |what: &str, bytes: &[u8]| -> Vec<Canary> {
            let places = [1, 3, 5, 7].map(|eighth| bytes.len() / 8 * eighth);
            places.map(|at| Canary::bytes(format!("{} {what} at {at}", self.name), &bytes[at..at + 24])).to_vec()
        };
        [of("as sent", &self.file), of("as kept", &clean), of("as pixels", &pixels)].concat()
    }
}

fn choose_file(page: &Page, path: &Path) -> Result<(), Failure> {
    let root = page.call("DOM.getDocument", &json!({}))?["root"]["nodeId"].clone();
    let found = page.call("DOM.querySelector", &json!({ "nodeId": root, "selector": "[name=picture]" }))?;
    page.call("DOM.setFileInputFiles", &json!({ "nodeId": found["nodeId"], "files": [path] })).map(drop)
}

/// A resident signs up, types details, sends two photos.
fn send(browser: &Browser, city: &City, mobile: &str, (who, photos): (&Person, &[PathBuf; 2])) -> Page {
    let page = signed_up(browser, city, mobile);
    give(&page, &city.page("en", "/account/proofing/details"), who, photos).unwrap();
    page
}

fn signed_up(browser: &Browser, city: &City, mobile: &str) -> Page {
    let page = browser.page().unwrap();
    page.virtual_passkey(true).unwrap();
    page.goto(&city.page("en", "/account/sign-up")).unwrap();
    page.fill("[name=mobile]", mobile).unwrap();
    page.submit().unwrap();
    page.fill("[name=code]", &code(browser, city, mobile)).unwrap();
    page.submit().unwrap();
    page.follow("main form[data-passkey] button.lr-button").unwrap();
    page
}

/// What a resident types and sends; it ends early when the server dies.
fn give(page: &Page, address: &str, who: &Person, photos: &[PathBuf; 2]) -> Result<(), Failure> {
    page.goto(address)?;
    let fields = [("name_en", NAME), ("number", &who.number), ("address", STREET)];
    let [year, month, day] = who.birth.each_ref().map(String::as_str);
    let dates = [("birth-day", day), ("birth-month", month), ("birth-year", year), ("issued-day", "1"), ("issued-month", "6"), ("issued-year", "2018")];
    for (name, value) in fields.into_iter().chain(dates) {
        page.fill(&format!("[name={name}]"), value)?;
    }
    page.click("[name=sex][value=female]")?;
    page.submit()?;
    for (piece, photo) in ["document", "selfie"].into_iter().zip(photos) {
        page.follow(&format!("main a[href$='/photo/{piece}']"))?;
        choose_file(page, photo)?;
        page.submit()?;
    }
    page.follow("form[action$='/proofing/send'] button")
}

/// The newest code of the demonstration's inbox for accounts.
pub fn code(browser: &Browser, city: &City, mobile: &str) -> String {
    let page = browser.page().unwrap();
    for _ in 0..200 {
        page.goto(&city.page("en", "/account/inbox")).unwrap();
        let said = page.text("main").unwrap();
        if let Some(after) = said.split(mobile).nth(1).and_then(|rest| rest.split('#').nth(1)) {
            return after.chars().take(6).collect();
        }
    }
    panic!("no code came to {mobile}: {}", page.text("main").unwrap());
}

/// Nothing of it in any file of the installation, among what it said, or in a core dump where it ran.
fn files_hold_none(city: &City, canaries: &Canaries) {
    let scanned = canaries.scan_dir(city.all()).unwrap();
    let cores = std::fs::read_dir(city.all()).unwrap().flatten().filter(|file| file.file_name().to_string_lossy().starts_with("core"));
    assert_eq!(cores.count(), 0, "no core dump");
    assert!(scanned.files > 20 && scanned.found.is_empty(), "{:?}", scanned.found);
}

/// Nothing of it in the memory of the server, as a core dump would hold it; what stands there for sure is seen.
fn memory_holds_none(city: &City, canaries: &[Canary]) {
    let mark = city.file("").display().to_string();
    let all = Canaries::new(canaries.iter().cloned().chain([Canary::new("the directory", mark.trim_end_matches('/'))]));
    let mut scanned = Scanned::default();
    canary::process(&all, &city.process(), &mut scanned).unwrap();
    assert!(scanned.found.iter().any(|found| found.canary == "the directory"), "the search sees the memory");
    scanned.found.retain(|found| found.canary != "the directory");
    assert!(scanned.found.is_empty(), "{:?}", scanned.found);
}

/// Nothing of it in the swap; what could not be searched is said in a line of its own.
fn swap_holds_none(city: &City, canaries: &Canaries) {
    let maps = std::fs::read_to_string(format!("/proc/{}/smaps", city.process())).unwrap();
    let (mut swapped, mut locked, mut both, mut of_one) = (0, 0, 0, [0_u64; 2]);
    let kib = |line: &str, name: &str| line.strip_prefix(name).and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    for line in maps.lines() {
        if let Some(size) = kib(line, "Swap:") {
            (swapped, of_one[0]) = (swapped + size, size);
        } else if let Some(size) = kib(line, "Locked:") {
            (locked, of_one[1]) = (locked + size, size);
            both += u64::from(of_one[0] > 0 && of_one[1] > 0);
        }
    }
    assert_eq!(both, 0, "what is locked is never swapped out");
    println!("swap: {swapped} KiB of the server are swapped out, {locked} KiB are locked");
    let devices = std::fs::read_to_string("/proc/swaps").unwrap();
    if devices.lines().count() < 2 {
        println!("swap: this machine has none, so there is nothing to search");
    }
    for device in devices.lines().skip(1).filter_map(|line| line.split_whitespace().next()) {
        match search_device(Path::new(device), canaries) {
            Ok(scanned) => assert!(scanned.found.is_empty(), "{:?}", scanned.found),
            Err(error) => println!("swap: NOT SEARCHED, {device} cannot be read: {error}"),
        }
    }
}

fn search_device(device: &Path, canaries: &Canaries) -> std::io::Result<Scanned> {
    const PIECE: usize = 16 << 20;
    const OVERLAP: usize = 4096;
    let (mut file, mut scanned, mut held) = (std::fs::File::open(device)?, Scanned::default(), Vec::new());
    loop {
        let read = file.by_ref().take(PIECE as u64).read_to_end(&mut held)?;
        canaries.scan_bytes(device, &held, &mut scanned);
        if read == 0 {
            return Ok(scanned);
        }
        held.drain(..held.len().saturating_sub(OVERLAP));
    }
}

/// What the kernel says of the server: kibibytes of locked memory.
fn locked_kib(city: &City) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", city.process())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn spooled(city: &City) -> usize {
    let runs = std::fs::read_dir(city.file("keys/evidence")).into_iter().flatten().flatten();
    let files = runs.flat_map(|run| std::fs::read_dir(run.path()).unwrap().flatten());
    files.filter(|file| file.file_name().to_string_lossy().starts_with("prf_")).count()
}

/// Two photos on the disk of a telephone, and everything that must be found nowhere.
struct Sent {
    paths: [PathBuf; 2],
    photos: Vec<Canary>,
    all: Canaries,
    _disk: TempDir,
}

impl Sent {
    fn new() -> Self {
        let disk = tempfile::tempdir().unwrap();
        let photos = [Photo::new("document", 11), Photo::new("selfie", 29)];
        let paths = photos.each_ref().map(|photo| {
            let path = disk.path().join(format!("{}.png", photo.name));
            std::fs::write(&path, &photo.file).unwrap();
            path
        });
        let photos: Vec<Canary> = photos.iter().flat_map(Photo::canaries).collect();
        let typed = [NAME, STREET].map(|value| Canary::new("what was typed", value));
        let all = Canaries::new(photos.iter().cloned().chain(typed));
        Self { paths, photos, all, _disk: disk }
    }
}

/// Somebody with a card.
struct Person {
    number: String,
    birth: [String; 3],
}

impl Person {
    /// Somebody whom no register knows.
    fn unknown(number: &str) -> Self {
        let birth = ["1990", "2", "3"].map(str::to_owned);
        Self { number: IdNumber::from_number(number).unwrap().formatted(), birth }
    }

    /// The first of those whom the demonstration's register knows.
    fn known(browser: &Browser, city: &City) -> Self {
        let page = browser.page().unwrap();
        page.goto(&city.page("en", "/demo")).unwrap();
        let look = "[...document.querySelectorAll('dl')].map(list => [...list.querySelectorAll('dd')].map(one => one.innerText.trim()))
            .find(list => /^[QUIO][A-Z]?\\d{6}\\([0-9A]\\)$/.test(list[0])).slice(0, 2)";
        let found: [String; 2] = serde_json::from_value(page.eval(look).unwrap()).unwrap();
        let birth: Vec<String> = found[1].split('-').map(str::to_owned).collect();
        Self { number: found[0].clone(), birth: birth.try_into().unwrap() }
    }
}

#[test]
fn promise_09_browser_photos_are_in_no_file_and_no_memory_after_the_verdict() {
    let (browser, city, sent) = (Browser::launch().unwrap(), City::start(), Sent::new());
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", city.process())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().rev().take(3).collect::<Vec<_>>(), ["bytes", "0", "0"], "no core dumps");
    let who = Person::unknown("Q123456");
    let resident = send(&browser, &city, "5123 4567", (&who, &sent.paths));
    assert!(spooled(&city) == 3 && locked_kib(&city) >= 4, "{} files, {} KiB", spooled(&city), locked_kib(&city));
    files_hold_none(&city, &sent.all);
    memory_holds_none(&city, &sent.photos);
    swap_holds_none(&city, &sent.all);
    verdict(&browser, &city, &who.number);
    assert_eq!((spooled(&city), locked_kib(&city)), (0, 0), "the key died with the verdict");
    files_hold_none(&city, &sent.all);
    memory_holds_none(&city, &sent.photos);
    swap_holds_none(&city, &sent.all);
    resident.goto(&city.page("en", "/account")).unwrap();
    assert!(resident.text("main").unwrap().contains("Verified"), "{}", resident.text("main").unwrap());
}

/// With an external verifier, which is shown the photos, cannot tell, and leaves them to an officer who never comes.
#[test]
fn promise_09_browser_photos_die_with_their_time_also_when_a_verifier_saw_them() {
    let (browser, city, sent) = (Browser::launch().unwrap(), City::start_with(&["--verifier"]), Sent::new());
    let who = Person::known(&browser, &city);
    let resident = send(&browser, &city, "5123 4567", (&who, &sent.paths));
    let deadline = Instant::now() + PATIENCE;
    let seen = |page: &Page| {
        page.goto(&city.page("en", "/account/data")).unwrap();
        page.text("main").unwrap().contains("Demonstration verifier")
    };
    while !seen(&resident) {
        assert!(Instant::now() < deadline, "the verifier was not asked: {}", resident.text("main").unwrap());
    }
    left_to_an_officer(&browser, &city);
    files_hold_none(&city, &sent.all);
    let in_two_days = resident.eval("new Date(Date.now() + (48 + 8) * 3600e3 + 120e3).toISOString().slice(0, 16)").unwrap();
    city.show(in_two_days.as_str().unwrap());
    let deadline = Instant::now() + PATIENCE;
    while spooled(&city) > 0 || locked_kib(&city) > 0 {
        assert!(Instant::now() < deadline, "{} files, {} KiB", spooled(&city), locked_kib(&city));
        std::thread::yield_now();
    }
    files_hold_none(&city, &sent.all);
    memory_holds_none(&city, &sent.photos);
    swap_holds_none(&city, &sent.all);
}

/// Far more than a round of the server takes.
const PATIENCE: Duration = Duration::from_mins(1);
/// So many servers are killed, each in the middle of something.
const KILLED: usize = 3;
/// From the first thing typed to everything sent takes about so long.
const COURSE_MS: u64 = 2_500;

/// The officer reads what the verifier said, before anything is opened.
fn left_to_an_officer(browser: &Browser, city: &City) {
    let page = sign_in(browser, city, CASE_OFFICER);
    page.goto(&city.page("en", "/staff/identity/proofing")).unwrap();
    page.follow("main tbody a").unwrap();
    let deadline = Instant::now() + PATIENCE;
    while !page.text("main").unwrap().contains("Cannot tell") {
        assert!(Instant::now() < deadline, "{}", page.text("main").unwrap());
        page.reload().unwrap();
    }
    assert_eq!(page.axe().unwrap(), []);
}

#[test]
fn promise_09_browser_photos_are_in_no_file_after_kill_9_at_a_random_moment() {
    let seed = std::process::id().into();
    let random = SeededRandom::new(seed);
    for round in 0..KILLED {
        let (browser, city, sent) = (Browser::launch().unwrap(), City::start(), Sent::new());
        let page = signed_up(&browser, &city, "5123 7654");
        let (address, who, paths) = (city.page("en", "/account/proofing/details"), Person::unknown("Q654321"), sent.paths.clone());
        let giving = std::thread::spawn(move || give(&page, &address, &who, &paths).is_ok());
        let after = random.below(COURSE_MS);
        // The moment is what is tried, so here a time is waited for and no event.
        let (_never, moment) = std::sync::mpsc::channel::<()>();
        let _ = moment.recv_timeout(Duration::from_millis(after));
        city.kill();
        println!("round {round} of seed {seed}: killed after {after} ms, {} pieces in the spool", spooled(&city));
        files_hold_none(&city, &sent.all);
        drop(browser);
        let whole = giving.join().unwrap_or(false);
        println!("round {round}: everything was sent before: {whole}");
    }
}

/// The officer opens the case, compares side by side, reads the number and decides.
fn verdict(browser: &Browser, city: &City, number: &str) {
    let page = sign_in(browser, city, CASE_OFFICER);
    page.goto(&city.page("en", "/staff/identity/proofing")).unwrap();
    assert_eq!(page.axe().unwrap(), []);
    page.follow("main tbody a").unwrap();
    assert_eq!(page.axe().unwrap(), []);
    page.submit().unwrap();
    assert_eq!(page.axe().unwrap(), []);
    let shown = page.eval("[...document.images].filter(i => i.complete && i.naturalWidth === 640 && i.src.startsWith('data:')).length");
    assert_eq!(shown.unwrap(), json!(2), "both photos are part of the page");
    assert!(page.text("main").unwrap().contains("640 × 480"), "{}", page.text("main").unwrap());
    page.click("#zoom-2").unwrap();
    let wide = "(() => { const i = document.images[0]; return i.clientWidth > i.parentElement.clientWidth * 1.9 })()";
    assert_eq!(page.eval(wide).unwrap(), json!(true), "larger without a script");
    page.fill("[name=number]", &IdNumber::from_number("Q654321").unwrap().formatted()).unwrap();
    page.click("[name=verdict][value=verified]").unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary a[href='#number']").unwrap(), "{}", page.text("main").unwrap());
    page.fill("[name=number]", number).unwrap();
    page.click("[name=verdict][value=verified]").unwrap();
    page.submit().unwrap();
    assert!(page.text("main").unwrap().contains("Nobody waits"), "{}", page.text("main").unwrap());
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}
