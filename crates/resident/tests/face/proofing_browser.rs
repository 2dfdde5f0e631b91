//! From a telephone number to a verified account in a real browser, and what is left afterwards: a receipt that anyone can check.

use std::io::Cursor;
use std::path::Path;

use flows::{decide_proofing, open_proofing};
use hongkong::IdNumber;
use identity::{Piece, Refusal, Verdict};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use kernel::{Id, kinds};
use people::{Grant, ProofIdentity, Role, authorise};
use serde_json::json;
use webtest::{Browser, Page};

use crate::account_browser::{Site, every_language};

pub const PAGES: [&str; 4] =
    ["/account/proofing", "/account/proofing/details", "/account/proofing/photo/document", "/account/proofing/photo/selfie"];

/// A photo that a telephone could have taken.
pub fn photo(colour: [u8; 3]) -> Vec<u8> {
    let board = RgbImage::from_fn(800, 600, |x, y| if (x / 40 + y / 40) % 2 == 0 { Rgb(colour) } else { Rgb([230, 230, 230]) });
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(board).write_to(&mut out, ImageFormat::Jpeg).unwrap();
    out.into_inner()
}

pub fn choose_file(page: &Page, path: &Path) {
    let root = page.call("DOM.getDocument", &json!({})).unwrap()["root"]["nodeId"].clone();
    let found = page.call("DOM.querySelector", &json!({ "nodeId": root, "selector": "[name=picture]" })).unwrap();
    page.call("DOM.setFileInputFiles", &json!({ "nodeId": found["nodeId"], "files": [path] })).unwrap();
}

pub fn signed_up(page: &Page, site: &Site) {
    page.virtual_passkey(true).unwrap();
    page.goto(&site.page("en", "/account/sign-up")).unwrap();
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
    page.fill("[name=code]", &site.code()).unwrap();
    page.submit().unwrap();
    page.follow("main form[data-passkey] button.lr-button").unwrap();
    page.goto(&site.page("en", "/account")).unwrap();
}

pub fn number() -> String {
    IdNumber::from_number("Q123456").unwrap().formatted()
}

pub fn typed(page: &Page, number: &str) {
    let fields = [
        ("name_en", "CHAN Siu Ming"),
        ("name_zh", "陳小明"),
        ("number", number),
        ("birth-day", "3"),
        ("birth-month", "2"),
        ("birth-year", "1990"),
        ("issued-day", "1"),
        ("issued-month", "6"),
        ("issued-year", "2018"),
    ];
    for (name, value) in fields {
        page.fill(&format!("[name={name}]"), value).unwrap();
    }
    // It stands on no card, and whoever only wants an account back is not asked.
    if page.has("[name=address]").unwrap() {
        page.fill("[name=address]", "Flat A, 1/F, 1 Test Street").unwrap();
    }
    page.click("[name=sex][value=female]").unwrap();
    page.submit().unwrap();
}

fn sent(page: &Page, site: &Site, photos: &Path) {
    page.goto(&site.page("en", PAGES[0])).unwrap();
    everything(page, PAGES[0], photos);
}

/// Details and both photos, from the page where they begin.
pub fn everything(page: &Page, start: &str, photos: &Path) {
    page.follow(&format!("main a[href$='{start}/details']")).unwrap();
    typed(page, &number());
    for piece in ["document", "selfie"] {
        page.follow(&format!("main a[href$='/photo/{piece}']")).unwrap();
        choose_file(page, &photos.join(format!("{piece}.jpg")));
        page.submit().unwrap();
        assert!(page.url().unwrap().ends_with(start), "{}", page.text("main").unwrap());
    }
}

/// A photo of a card and one of a person, for the field of a form.
pub fn taken_photos() -> tempfile::TempDir {
    let photos = tempfile::tempdir().unwrap();
    std::fs::write(photos.path().join("document.jpg"), photo([120, 40, 40])).unwrap();
    std::fs::write(photos.path().join("selfie.jpg"), photo([40, 120, 40])).unwrap();
    photos
}

fn send(page: &Page) {
    page.follow("form[action$='/proofing/send'] button").unwrap();
}

fn verdict(site: &Site, verdict: Verdict) -> Id<kinds::Proofing> {
    verdict_by(site, 3, verdict)
}

/// What an officer of the other desk does.
pub fn verdict_by(site: &Site, officer: u8, verdict: Verdict) -> Id<kinds::Proofing> {
    let city = &site.pages.city;
    let identity = city.platform.public_identity().unwrap();
    let officer = city.officer(officer, Role::CaseOfficer);
    let grant: Grant<ProofIdentity> = authorise(&officer, Some(identity.scope())).unwrap();
    let case = identity.ledger().read("test.queue", identity::proofing_queue).unwrap()[0].clone();
    assert!(Piece::ALL.into_iter().all(|piece| case.has(piece)));
    let opened = open_proofing(&identity, &grant, case.id).map_err(|_| "not opened").unwrap();
    assert!(opened.document.expose().starts_with(b"\xff\xd8\xff") && opened.document != opened.selfie);
    decide_proofing(&city.platform, &identity, &grant, (case.id, verdict)).map_err(|_| "not decided").unwrap();
    case.id
}

#[test]
fn promise_09_browser_a_resident_is_verified_without_scripts_and_keeps_the_receipt_of_the_photos() {
    let (browser, site, photos) = (Browser::launch().unwrap(), Site::open(), taken_photos());
    let page = browser.page().unwrap();
    signed_up(&page, &site);
    page.follow("main a[href$='/account/proofing']").unwrap();
    every_language(&page, &site, &PAGES[..2]);
    page.scripts_off(true).unwrap();
    page.goto(&site.page("en", PAGES[1])).unwrap();
    typed(&page, "A123456(3)");
    assert!(page.text(".govuk-error-summary").unwrap().contains("nobody has one"), "a real number is not taken");
    sent(&page, &site, photos.path());
    a_dark_photo_is_told_at_once(&page, photos.path());
    nothing_is_destroyed_by_one_press(&page);
    page.scripts_off(false).unwrap();
    every_language(&page, &site, &PAGES);
    page.goto(&site.page("en", PAGES[0])).unwrap();
    send(&page);
    every_language(&page, &site, &PAGES[..1]);
    verdict(&site, Verdict::Refuse(Refusal::PersonDiffers));
    page.goto(&site.page("en", PAGES[0])).unwrap();
    let said = page.text("main").unwrap();
    assert!(said.contains("come to a counter") && !said.contains("same person"), "{said}");
    sent(&page, &site, photos.path());
    send(&page);
    let case = verdict(&site, Verdict::Verify { number: IdNumber::from_number("Q123456").unwrap() });
    every_language(&page, &site, &PAGES[..1]);
    page.goto(&site.page("en", "/account")).unwrap();
    assert!(page.text("main").unwrap().contains("Verified"), "{}", page.text("main").unwrap());
    receipt(&page, &site, case);
    openings(&page, &site);
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

/// What an officer could not see is said while it can be mended, and is no refusal.
fn a_dark_photo_is_told_at_once(page: &Page, photos: &Path) {
    let dark = photos.join("dark.jpg");
    let black = RgbImage::from_fn(800, 600, |x, y| if (x / 8 + y / 8) % 2 == 0 { Rgb([0, 0, 0]) } else { Rgb([40, 40, 40]) });
    black.save(&dark).unwrap();
    page.follow("main a[href$='/photo/selfie']").unwrap();
    choose_file(page, &dark);
    page.submit().unwrap();
    let said = page.text("main").unwrap();
    assert!(page.url().unwrap().ends_with("/photo/selfie?looks=dark") && said.contains("looks dark"), "{said}");
    page.follow("main a.lr-button[href$='/account/proofing']").unwrap();
}

/// Leaving asks first, and staying loses nothing.
fn nothing_is_destroyed_by_one_press(page: &Page) {
    page.follow("main a[href$='/account/proofing/withdraw']").unwrap();
    assert!(page.text("main").unwrap().contains("destroyed at once"), "{}", page.text("main").unwrap());
    page.follow("main form a[href$='/account/proofing']").unwrap();
    assert_eq!(page.text("main").unwrap().matches("Done").count(), 3, "{}", page.text("main").unwrap());
}

/// What the link on the page gives, as `lionrock-verify` reads it.
fn receipt(page: &Page, site: &Site, case: Id<kinds::Proofing>) {
    page.goto(&site.page("en", PAGES[0])).unwrap();
    assert!(page.has(&format!("main a[href$='/{case}/receipt.json']")).unwrap());
    let fetched = page.promised(&format!("fetch('/en/account/proofing/{case}/receipt.json').then(r => r.text())")).unwrap();
    let key = verifier::Key::parse(&journal::verifier_key(&**site.pages.city.platform.ledger().signer())).unwrap();
    let report = verifier::check_certificate(fetched.as_str().unwrap(), &key).unwrap();
    let said = report.text(verifier::Language::En);
    assert!(said.contains("ended: verified") && said.contains("piece: selfie"), "{said}");
}

/// Every opening stands in the resident's list, with who and for what, and each entry is proven.
fn openings(page: &Page, site: &Site) {
    site.pages.city.work();
    every_language(page, site, &["/account/data"]);
    page.goto(&site.page("en", "/account/data")).unwrap();
    let said = page.text("main").unwrap();
    let looked = said.matches("To compare your photos with what you typed").count();
    assert!(looked == 2 && said.contains("Case officer"), "twice, for two verdicts: {said}");
    assert_eq!(said.matches("To keep what was verified").count(), 1, "{said}");
    let fetch = "(() => { const form = [...document.forms].find(one => one.id.startsWith('proof-'));
        return fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) }).then(got => got.text()) })()";
    let proof: serde_json::Value = serde_json::from_str(page.promised(fetch).unwrap().as_str().unwrap()).unwrap();
    assert!(proof.to_string().contains("checkpoint"), "{proof}");
    let copy = "(() => { const form = document.getElementById('json');
        return fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) }).then(got => got.json()) })()";
    let copy = page.promised(copy).unwrap();
    let mut aims: Vec<_> = copy["openings"].as_array().unwrap().iter().map(|one| one["for"].as_str().unwrap().to_owned()).collect();
    // Two of one moment stand in either order.
    aims.sort();
    assert_eq!(aims, ["attributes", "verdict", "verdict"]);
}
