//! From a document to a signature in a real browser with a virtual authenticator, and everybody's check of it.

use std::path::{Path, PathBuf};

use hongkong::IdNumber;
use identity::{AttributeName, Resident, Source, Token};
use journal::Actor;
use kernel::Secret;
use serde_json::{Value, json};
use signing::SignedAt;
use signing::ocsp::State;
use webtest::{Browser, Page};

use crate::account_browser::{Site, every_language};

const BUTTON: &str = "main form[data-passkey] button.lr-button";

fn signed_up(page: &Page, site: &Site) -> Resident {
    page.goto(&site.page("en", "/account/sign-up")).unwrap();
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
    page.fill("[name=code]", &site.code()).unwrap();
    page.submit().unwrap();
    page.follow(BUTTON).unwrap();
    let cookies = page.call("Network.getCookies", &json!({})).unwrap();
    let cookie = cookies["cookies"].as_array().unwrap().iter().find(|one| one["name"] == "account").unwrap();
    let token = Token::parse(cookie["value"].as_str().unwrap()).unwrap();
    let identity = site.pages().city.platform.public_identity().unwrap();
    let (ledger, now) = (identity.ledger(), identity.ledger().now());
    ledger.read("test.session", |tx| identity::find_session(tx, &token, now)).unwrap().unwrap().who
}

/// What an officer would have done at a counter.
fn verify(site: &Site, who: &Resident) {
    let identity = site.pages().city.platform.public_identity().unwrap();
    let (ledger, account) = (identity.ledger().clone(), who.account());
    let names = [(AttributeName::NameEn, "CHAN Tai Man"), (AttributeName::NameZh, "陳大文")];
    let names = names.map(|(name, value)| (name, Secret::new(value.to_owned())));
    let sealed = identity::seal_attributes(ledger.keys(), ledger.now(), 24, Source::Proofed, &names).unwrap();
    let (keys, number) = (ledger.keys().clone(), IdNumber::from_number("Q123456").unwrap());
    let verified = ledger.write("test.verify", Actor::Visitor, move |work| {
        identity::verify_person(work, &keys, account, &number, &sealed)
    });
    verified.unwrap();
}

fn choose_file(page: &Page, path: &Path) {
    let root = page.call("DOM.getDocument", &json!({})).unwrap()["root"]["nodeId"].clone();
    let found = page.call("DOM.querySelector", &json!({ "nodeId": root, "selector": "[name=document]" })).unwrap();
    page.call("DOM.setFileInputFiles", &json!({ "nodeId": found["nodeId"], "files": [path] })).unwrap();
}

fn kept(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// What the browser saves from a link, byte by byte.
fn fetched(page: &Page, selector: &str) -> Vec<u8> {
    let script = format!(
        "(async () => {{ const answer = await fetch(document.querySelector(\"{selector}\").href); \
         return Array.from(new Uint8Array(await answer.arrayBuffer())); }})()"
    );
    let asked = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
    let bytes = page.call("Runtime.evaluate", &asked).unwrap()["result"]["value"].clone();
    bytes.as_array().unwrap().iter().map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap()).collect()
}

fn said(page: &Page) -> String {
    page.text("main").unwrap()
}

fn checked(page: &Page, site: &Site, path: &Path) -> String {
    page.goto(&site.page("en", "/account/check-signature")).unwrap();
    choose_file(page, path);
    page.submit().unwrap();
    assert_eq!(page.axe().unwrap(), []);
    said(page)
}

#[test]
fn browser_a_resident_signs_what_is_shown_and_everybody_can_check_it() {
    let (browser, site, files) = (Browser::launch().unwrap(), Site::open(), tempfile::tempdir().unwrap());
    let page = browser.page().unwrap();
    let _passkey = page.virtual_passkey(true).unwrap();
    let who = signed_up(&page, &site);
    page.goto(&site.page("en", "/account/signing")).unwrap();
    assert!(said(&page).contains("have your identity checked first"), "{}", said(&page));
    verify(&site, &who);
    page.goto(&site.page("en", "/account/signing")).unwrap();
    // There is one passkey, so nothing has to be chosen.
    assert!(page.has("[name=passkey]:checked").unwrap(), "{}", said(&page));
    page.submit().unwrap();
    page.goto(&site.page("en", "/account")).unwrap();
    assert!(said(&page).contains("you can sign documents"), "{}", said(&page));

    page.goto(&site.page("en", "/account/signing")).unwrap();
    let active = testkit::pdf_with("<</Type /Catalog /Pages 2 0 R /OCProperties <<>>>>", &["layers"]);
    choose_file(&page, &kept(files.path(), "active.pdf", &active));
    page.follow("form[action$='/signing/document'] button.lr-button").unwrap();
    assert!(said(&page).contains("can change what it shows"), "{}", said(&page));
    let document = testkit::pdf(&["Tax return", "Second page"]);
    choose_file(&page, &kept(files.path(), "return.pdf", &document));
    page.follow("form[action$='/signing/document'] button.lr-button").unwrap();
    let path = page.url().unwrap().split_once("/en/").unwrap().1.to_owned();
    let drawn = "document.querySelectorAll('.lr-sheet img').length === 2 && [...document.querySelectorAll('.lr-sheet img')].every((one) => one.naturalWidth > 500)";
    assert_eq!(page.eval(drawn).unwrap(), Value::Bool(true), "both pages are shown");
    every_language(&page, &site, &[&format!("/{path}"), "/account/signing", "/account/check-signature"]);
    page.goto(&site.page("en", &format!("/{path}"))).unwrap();
    page.follow(BUTTON).unwrap();
    assert!(page.text("main h1").unwrap().contains("Signed"), "{}", said(&page));
    assert_eq!(page.axe().unwrap(), []);
    let signed = fetched(&page, "main a.lr-button, main a[role=button]");
    assert!(signed.starts_with(&document), "what was brought is not touched");

    let trust = &site.pages().office.trust;
    let now = site.pages().city.platform.now();
    let verdict = signing::judge_pdf(&signed, trust, now, |_| State::Good).unwrap();
    assert_eq!((verdict.name.as_str(), verdict.statement.pages.len()), ("CHAN Tai Man 陳大文", 2));
    assert!(matches!(verdict.time, SignedAt::Stamped(_)));
    let drawn_again = site.pages().office.renderer.draw(&signed).unwrap();
    let digests: Vec<[u8; 32]> = drawn_again.iter().map(|picture| seal::sha256(&[picture])).collect();
    assert_eq!(digests, verdict.statement.pages, "the signed document looks like what was shown");

    let good = kept(files.path(), "signed.pdf", &signed);
    let mut altered = signed.clone();
    let at = altered.windows(10).position(|window| window == b"Tax return").unwrap();
    altered[at] = b'F';
    let altered = kept(files.path(), "altered.pdf", &altered);
    let longer = kept(files.path(), "longer.pdf", &[signed.as_slice(), b"% more\n"].concat());
    let stranger = browser.page().unwrap();
    assert!(checked(&stranger, &site, &good).contains("The signature is good"), "{}", said(&stranger));
    assert!(said(&stranger).contains("CHAN Tai Man 陳大文"), "{}", said(&stranger));
    assert!(checked(&stranger, &site, &altered).contains("was changed after it was signed"), "{}", said(&stranger));
    assert!(checked(&stranger, &site, &longer).contains("Something was added"), "{}", said(&stranger));

    page.goto(&site.page("en", "/account/signing")).unwrap();
    page.follow("main a[href*='/signing/revoke/']").unwrap();
    assert_eq!(page.axe().unwrap(), []);
    page.click("[name=reason][value=disowned]").unwrap();
    page.submit().unwrap();
    assert!(said(&page).contains("Revoked on"), "{}", said(&page));
    assert!(checked(&stranger, &site, &good).contains("was revoked"), "{}", said(&stranger));
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}
