//! From a sign-up to a document that foreign programs call signed: accounts, proofing at a counter, consent, a service's document, and
//! what certificates point to, all against one running program.

use std::path::Path;
use std::process::Command;

use hongkong::IdNumber;
use kernel::{Clock as _, Instant};
use serde_json::Value;
use signing::ocsp::State;
use signing::{Trust, read_certificate};
use webtest::{Browser, Page};

use crate::city::City;
use crate::inbox::{CASE_OFFICER, sign_in};
use crate::words::LANGUAGES;

const PASSKEY: &str = "main form[data-passkey] button.lr-button";

#[test]
fn browser_from_a_sign_up_to_a_document_that_foreign_programs_call_signed() {
    let (browser, city, files) = (Browser::launch().unwrap(), City::start(), tempfile::tempdir().unwrap());
    let page = browser.page().unwrap();
    page.virtual_passkey(true).unwrap();
    signs_up(&browser, &page, &city);
    proofed(&browser, &page, &city);
    page.goto(&city.page("en", "/account/signing")).unwrap();
    page.click("[name=passkey]").unwrap();
    page.submit().unwrap();
    everywhere(&page);
    let signed = agrees(&page, &city);
    std::fs::write(files.path().join("signed.pdf"), &signed).unwrap();
    let serial = judged(&city, files.path(), &signed);
    certificates(&city, files.path(), &serial);
    stamped(&city, files.path());
    refuses(&page, &city);
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

/// The page that is open, in each language, on a desk and on a small phone.
fn everywhere(page: &Page) {
    let here = page.url().unwrap();
    for language in LANGUAGES {
        page.goto(&here.replace("/en/", &format!("/{language}/"))).unwrap();
        assert_eq!(page.axe().unwrap(), [], "{}", page.url().unwrap());
        page.viewport(320, 640, true).unwrap();
        assert_eq!(page.overflow().unwrap(), 0, "{}", page.url().unwrap());
        page.viewport(1280, 900, false).unwrap();
    }
    page.goto(&here).unwrap();
}

fn signs_up(browser: &Browser, page: &Page, city: &City) {
    page.goto(&city.page("en", "/account/sign-up")).unwrap();
    everywhere(page);
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
    everywhere(page);
    let inbox = browser.page().unwrap();
    let code = (0..200).find_map(|_| {
        inbox.goto(&city.page("en", "/account/inbox")).unwrap();
        let text = inbox.text("main").unwrap();
        text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).map(str::to_owned)
    });
    page.fill("[name=code]", &code.expect("a code came")).unwrap();
    page.submit().unwrap();
    everywhere(page);
    page.follow(PASSKEY).unwrap();
    assert_eq!(page.axe().unwrap(), []);
}

/// The resident gets a code for a visit; an officer at a counter compares card and person.
fn proofed(browser: &Browser, page: &Page, city: &City) {
    page.goto(&city.page("en", "/account/proofing")).unwrap();
    everywhere(page);
    page.follow("#visit button").unwrap();
    assert_eq!(page.axe().unwrap(), []);
    let said = page.text("main").unwrap();
    let code = said.split_whitespace().collect::<Vec<_>>().windows(2).find_map(|pair| {
        let digits = |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        (digits(pair[0]) && digits(pair[1])).then(|| pair.concat())
    });
    let officer = sign_in(browser, city, CASE_OFFICER);
    officer.goto(&city.page("en", "/staff/identity/proofing/counter")).unwrap();
    everywhere(&officer);
    let number = IdNumber::from_number("Q123456").unwrap().formatted();
    let fields = [("code", code.as_deref().unwrap_or(&said)), ("name_en", "CHAN Tai Man"), ("name_zh", "陳大文"), ("number", &number), ("address", "1 Example Street")];
    let dates = [("birth-day", "3"), ("birth-month", "2"), ("birth-year", "1990"), ("issued-day", "1"), ("issued-month", "6"), ("issued-year", "2018")];
    for (name, value) in fields.into_iter().chain(dates) {
        officer.fill(&format!("[name={name}]"), value).unwrap();
    }
    officer.click("[name=sex][value=female]").unwrap();
    officer.click("[name=compared]").unwrap();
    officer.submit().unwrap();
    assert!(officer.has(".govuk-notification-banner--success").unwrap(), "{}", officer.text("main").unwrap());
    assert_eq!(officer.complaints().unwrap(), Vec::<String>::new());
}

/// Goes to the library, allows it to bring documents, up to the page of the document.
fn brought(page: &Page, city: &City) {
    page.goto(&city.page("en", "/demo")).unwrap();
    page.follow("main a[href$='/en/library']").unwrap();
    page.follow("main a[href$='ask=agreement']").unwrap();
    assert!(page.url().unwrap().contains("/account/connect/demo-library/"), "{}", page.url().unwrap());
}

/// Allows, reads, signs, goes back; what the library then has.
fn agrees(page: &Page, city: &City) -> Vec<u8> {
    brought(page, city);
    everywhere(page);
    page.click("[name=give-0][value=once]").unwrap();
    page.click("#form button:not([name])").unwrap();
    page.wait_for(".lr-sheet img").unwrap();
    let said = page.text("main").unwrap();
    for words in ["City library (to try)", "asks you to sign", "“Agreement to borrow a rare book 珍本借閱協議”", "CHAN Tai Man 陳大文"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    everywhere(page);
    page.follow(PASSKEY).unwrap();
    everywhere(page);
    page.follow("main a.lr-button[href*='/back?sign_id=']").unwrap();
    let said = page.text("main").unwrap();
    assert!(said.contains("You have signed the agreement") && said.contains(": signed"), "{said}");
    everywhere(page);
    let fetch = "(async () => { const answer = await fetch(document.querySelector(\"main a[href$='agreement.pdf']\").href); \
                 return Array.from(new Uint8Array(await answer.arrayBuffer())); })()";
    let bytes: Vec<u8> = serde_json::from_value(page.promised(fetch).unwrap()).unwrap();
    page.goto(&city.page("en", "/account/signing")).unwrap();
    let said = page.text("main").unwrap();
    assert!(said.contains("What services asked me to sign") && said.contains("City library (to try)"), "{said}");
    everywhere(page);
    bytes
}

/// The second time the resident says no, and the library hears it.
fn refuses(page: &Page, city: &City) {
    brought(page, city);
    page.click("[name=give-0][value=once]").unwrap();
    page.click("#form button:not([name])").unwrap();
    page.wait_for(".lr-sheet img").unwrap();
    page.click("#withdraw button").unwrap();
    page.wait_for("main a[href$='/en/library']").unwrap();
    let said = page.text("main").unwrap();
    assert!(said.contains("Nothing was signed") && said.contains(": refused"), "{said}");
    page.goto(&city.page("en", "/account/signing")).unwrap();
    assert!(page.text("main").unwrap().contains("You refused"), "{}", page.text("main").unwrap());
}

/// A program in the folder: whether it succeeded, and what it said.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap_or_else(|error| panic!("{program} is missing: {error}"));
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

fn fetch(city: &City, folder: &Path, path: &str, file: &str) -> Vec<u8> {
    let address = format!("http://localhost:{}{path}", city.port);
    let (fetched, said) = run(folder, "curl", &["-sSf", "-o", file, &address]);
    assert!(fetched, "{path}: {said}");
    std::fs::read(folder.join(file)).unwrap()
}

/// Poppler, pyHanko and our own rules agree; the serial number of the certificate.
fn judged(city: &City, folder: &Path, signed: &[u8]) -> Vec<u8> {
    let root = fetch(city, folder, "/pki/root.cer", "root.cer");
    fetch(city, folder, "/pki/root.crl", "root.crl");
    fetch(city, folder, "/pki/issuing.cer", "issuing.cer");
    fetch(city, folder, "/pki/issuing.crl", "issuing.crl");
    let (_, said) = run(folder, "pdfsig", &["-nocert", "signed.pdf"]);
    assert!(said.contains("Signature is Valid.") && said.contains("Total document signed"), "{said}");
    let house = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let (python, script) = (house.join("target/judges/bin/python"), house.join("crates/signing/tests/judge.py"));
    assert!(python.exists(), "pyHanko is missing: run `cargo xtask test`, which installs it into target/judges");
    let now = installation::ambient::WallClock::default().now();
    let moment = (now.millis() / 1000).to_string();
    let (_, said) = run(folder, &python.display().to_string(), &[&script.display().to_string(), "pdf", "signed.pdf", "root.cer", &moment, "root.crl", "issuing.crl"]);
    let said: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!((&said["bottom_line"], &said["coverage"], &said["stamped"]), (&true.into(), &"ENTIRE_FILE".into(), &true.into()), "{said}");
    ours(city, &root, signed, now)
}

fn ours(city: &City, root: &[u8], signed: &[u8], now: Instant) -> Vec<u8> {
    let site = format!("http://localhost:{}", city.port);
    let trust = Trust { roots: vec![read_certificate(root).unwrap()], stamping: Vec::new(), revoked: Vec::new(), site };
    let verdict = signing::judge_pdf(signed, &trust, now, |_| State::Good).unwrap();
    assert_eq!(verdict.name, "CHAN Tai Man 陳大文");
    assert_eq!(verdict.statement.service, "City library (to try) / 城市圖書館（試用） (demo-library)");
    verdict.serial
}

/// What certificates point to, as OpenSSL reads it.
fn certificates(city: &City, folder: &Path, serial: &[u8]) {
    for (form, name) in [("x509", "root.cer"), ("x509", "issuing.cer")] {
        let (read, said) = run(folder, "openssl", &[form, "-inform", "DER", "-in", name, "-out", &name.replace(".cer", ".pem")]);
        assert!(read, "{said}");
    }
    for (list, issuer) in [("root.crl", "root.pem"), ("issuing.crl", "issuing.pem")] {
        let (_, said) = run(folder, "openssl", &["crl", "-inform", "DER", "-in", list, "-CAfile", issuer, "-noout", "-nextupdate"]);
        assert!(said.contains("verify OK"), "{list}: {said}");
    }
    let asks = |serial: &str| {
        let address = format!("http://localhost:{}/pki/ocsp", city.port);
        run(folder, "openssl", &["ocsp", "-issuer", "issuing.pem", "-serial", serial, "-url", &address, "-CAfile", "root.pem", "-no_nonce"]).1
    };
    let serial = format!("0x{}", kernel::to_hex(serial));
    let said = asks(&serial);
    assert!(said.contains("Response verify OK") && said.contains(&format!("{serial}: good")), "{said}");
    let said = asks("0x1234");
    assert!(said.contains("Response verify OK") && said.contains("0x1234: unknown"), "{said}");
}

/// Our own client of a time-stamping authority against our own authority, over HTTP, judged by OpenSSL.
fn stamped(city: &City, folder: &Path) {
    use signing::Timestamps as _;
    let random: std::sync::Arc<dyn kernel::Random> = std::sync::Arc::new(seal::OsRandom);
    let at = |path: &str| connectors::HttpTimestamps::new(&format!("http://localhost:{}{path}", city.port), None, random.clone()).unwrap();
    let digest = seal::sha256(&[b"something signed"]);
    let token = at("/pki/timestamp").stamp(&digest).unwrap();
    std::fs::write(folder.join("token"), &token).unwrap();
    let digest = kernel::to_hex(&digest);
    let check = |digest: &str| run(folder, "openssl", &["ts", "-verify", "-token_in", "-in", "token", "-digest", digest, "-CAfile", "root.pem"]);
    let (held, said) = check(&digest);
    assert!(held && said.contains("Verification: OK"), "{said}");
    assert!(!check(&digest.replace(&digest[..2], "00")).0, "for another digest");
    assert!(at("/pki/issuing.cer").stamp(&[7; 32]).is_err(), "an answer that is no timestamp");
}
