//! From a service's page through sign-up and consent back to the service, in a real browser: with the rules for forms that it keeps.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use flows::Asking;
use webtest::{Browser, Page};

use crate::account_browser::{Site, every_language};
use crate::online_service::{authorize, parameter, read, redeem, register, registration};

/// A service's web server on a loopback port. Its callback leads on to another origin, as many do: a browser that held our form's rules
/// against it would stop there.
fn service() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, port);
        }
    });
    port
}

fn answer(mut stream: TcpStream, port: u16) {
    let mut line = String::new();
    if BufReader::new(&stream).read_line(&mut line).is_err() {
        return;
    }
    let target = line.split(' ').nth(1).unwrap_or("/").to_owned();
    let (head, body) = match target.strip_prefix("/cb") {
        Some(rest) => (format!("303 See Other\r\nlocation: http://localhost:{port}/done{rest}"), ""),
        None => ("200 OK\r\ncontent-type: text/html".to_owned(), "<!doctype html><title>Back</title><h1 id=\"back\">Back</h1>"),
    };
    let _ = write!(stream, "HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
}

#[test]
fn browser_a_resident_comes_from_a_service_signs_up_decides_and_goes_back() {
    let (browser, site, port) = (Browser::launch().unwrap(), Site::open(), service());
    let callback = format!("http://127.0.0.1:{port}/cb");
    register(site.pages(), registration("library", &callback));
    let page = browser.page().unwrap();
    page.virtual_passkey(true).unwrap();
    let start = |scope: &str, more: &[(&str, &str)]| site.root(&authorize("library", &callback, scope, more));
    page.goto(&start("openid phone_number email", &[])).unwrap();
    assert!(page.url().unwrap().contains("/account/sign-in?next="), "{}", page.url().unwrap());
    assert!(page.text("main").unwrap().contains("Harbour library"), "{}", page.text("main").unwrap());
    signs_up(&page, &site);
    assert!(page.text("main").unwrap().contains("Harbour library is waiting"), "{}", page.text("main").unwrap());
    page.follow("main a[href*='/account/connect/']").unwrap();
    let address = page.url().unwrap();
    every_language(&page, &site, &[&address[address.find("/account/").unwrap()..]]);
    page.goto(&address).unwrap();
    page.click("[name=give-0][value=once]").unwrap();
    page.click("#form button:not([name])").unwrap();
    page.wait_for("#back").unwrap();
    let back = page.url().unwrap();
    let tokens = redeem(site.pages(), "library", &callback, &parameter(&back, "code"));
    let identity = site.pages().city.platform.public_identity().unwrap();
    assert_eq!(read(identity.ledger(), &tokens, Asking::Named).unwrap().claims["phone_number"], "+85251234567");
    page.goto(&start("openid", &[("prompt", "consent")])).unwrap();
    page.click("#form button[name=answer]").unwrap();
    page.wait_for("#back").unwrap();
    assert_eq!(parameter(&page.url().unwrap(), "error"), "access_denied");
    takes_back(&page, &site, &start("openid phone_number", &[]));
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
}

/// What forms may be filled in with, the services that are used, and the own data; what is taken back is asked for again.
fn takes_back(page: &Page, site: &Site, start: &str) {
    page.goto(&site.page("en", "/account/details")).unwrap();
    page.fill("[name=email]", "nobody").unwrap();
    page.submit().unwrap();
    assert!(page.has(".govuk-error-summary a[href='#email']").unwrap());
    page.fill("[name=email]", "tai-man@example.hk").unwrap();
    page.submit().unwrap();
    assert_eq!(page.value("[name=email]").unwrap(), "tai-man@example.hk");
    assert!(page.text("main").unwrap().contains("not confirmed yet"), "{}", page.text("main").unwrap());
    page.goto(start).unwrap();
    page.click("[name=give-0][value=lasting]").unwrap();
    page.click("#form button:not([name])").unwrap();
    page.wait_for("#back").unwrap();
    every_language(page, site, &["/account/services", "/account/details", "/account/data", "/account/asked", "/account/leave"]);
    page.goto(&site.page("en", "/account/services")).unwrap();
    assert!(page.text("main").unwrap().contains("Until you take it back"), "{}", page.text("main").unwrap());
    page.follow("main form[id='end-library-phone_number'] button").unwrap();
    assert!(page.text("main").unwrap().contains("It can know that it is you again"), "{}", page.text("main").unwrap());
    page.goto(start).unwrap();
    assert!(page.has("[name=give-0]").unwrap(), "asked for again: {}", page.url().unwrap());
}

fn signs_up(page: &Page, site: &Site) {
    page.follow("main a[href$='/account/sign-up']").unwrap();
    page.fill("[name=mobile]", "5123 4567").unwrap();
    page.submit().unwrap();
    page.fill("[name=code]", &site.code()).unwrap();
    page.submit().unwrap();
    page.follow("main form[data-passkey] button.lr-button").unwrap();
    page.click("[name=device][value=phone]").unwrap();
    page.submit().unwrap();
}
