//! The photos of a proofing through the whole program: they are looked for in every file and in the memory of the server, while the case
//! waits, after the verdict, and after kill -9.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use canary::{Canaries, Canary, Scanned};
use hongkong::IdNumber;
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::json;
use webtest::{Browser, Page};

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

fn choose_file(page: &Page, path: &Path) {
    let root = page.call("DOM.getDocument", &json!({})).unwrap()["root"]["nodeId"].clone();
    let found = page.call("DOM.querySelector", &json!({ "nodeId": root, "selector": "[name=picture]" })).unwrap();
    page.call("DOM.setFileInputFiles", &json!({ "nodeId": found["nodeId"], "files": [path] })).unwrap();
}

/// A resident signs up, types details, sends two photos.
fn send(browser: &Browser, city: &City, mobile: &str, (number, photos): (&str, &[PathBuf; 2])) -> Page {
    let page = browser.page().unwrap();
    page.virtual_passkey(true).unwrap();
    page.goto(&city.page("en", "/account/sign-up")).unwrap();
    page.fill("[name=mobile]", mobile).unwrap();
    page.submit().unwrap();
    page.fill("[name=code]", &code(browser, city, mobile)).unwrap();
    page.submit().unwrap();
    page.follow("main form[data-passkey] button.lr-button").unwrap();
    page.goto(&city.page("en", "/account/proofing/details")).unwrap();
    let fields = [("name_en", NAME), ("number", number), ("address", STREET)];
    let dates = [("birth-day", "3"), ("birth-month", "2"), ("birth-year", "1990"), ("issued-day", "1"), ("issued-month", "6"), ("issued-year", "2018")];
    for (name, value) in fields.into_iter().chain(dates) {
        page.fill(&format!("[name={name}]"), value).unwrap();
    }
    page.click("[name=sex][value=female]").unwrap();
    page.submit().unwrap();
    for (piece, photo) in ["document", "selfie"].into_iter().zip(photos) {
        page.follow(&format!("main a[href$='/photo/{piece}']")).unwrap();
        choose_file(&page, photo);
        page.submit().unwrap();
    }
    page.follow("form[action$='/proofing/send'] button").unwrap();
    page
}

/// The newest code of the demonstration's inbox for accounts.
fn code(browser: &Browser, city: &City, mobile: &str) -> String {
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

/// Nothing of it in any file of the installation.
fn files_hold_none(city: &City, canaries: &Canaries) {
    let scanned = canaries.scan_dir(&city.file("")).unwrap();
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

#[test]
fn promise_09_browser_photos_are_in_no_file_and_no_memory_after_the_verdict_and_after_kill_9() {
    let (browser, city, sent) = (Browser::launch().unwrap(), City::start(), tempfile::tempdir().unwrap());
    let photos = [Photo::new("document", 11), Photo::new("selfie", 29)];
    let paths = photos.each_ref().map(|photo| {
        let path = sent.path().join(format!("{}.png", photo.name));
        std::fs::write(&path, &photo.file).unwrap();
        path
    });
    let canaries: Vec<Canary> = photos.iter().flat_map(Photo::canaries).collect();
    let typed = [NAME, STREET].map(|value| Canary::new("what was typed", value));
    let files = Canaries::new(canaries.iter().cloned().chain(typed));
    let number = IdNumber::from_number("Q123456").unwrap().formatted();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", city.process())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().rev().take(3).collect::<Vec<_>>(), ["bytes", "0", "0"], "no core dumps");
    let resident = send(&browser, &city, "5123 4567", (&number, &paths));
    assert!(spooled(&city) == 3 && locked_kib(&city) >= 4, "{} files, {} KiB", spooled(&city), locked_kib(&city));
    files_hold_none(&city, &files);
    memory_holds_none(&city, &canaries);
    verdict(&browser, &city, &number);
    assert_eq!((spooled(&city), locked_kib(&city)), (0, 0), "the key died with the verdict");
    files_hold_none(&city, &files);
    memory_holds_none(&city, &canaries);
    resident.goto(&city.page("en", "/account")).unwrap();
    assert!(resident.text("main").unwrap().contains("Verified"), "{}", resident.text("main").unwrap());
    send(&browser, &city, "5123 7654", (&IdNumber::from_number("Q654321").unwrap().formatted(), &paths));
    assert_eq!(spooled(&city), 3);
    city.kill();
    assert_eq!(spooled(&city), 3, "the ciphertext is left, its key is nowhere");
    files_hold_none(&city, &files);
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
