//! The browser crate against pages of its own, served by a few lines of plain sockets.

use sha2::{Digest, Sha256};
use site::{open, serve};
use webtest::{Browser, Failure};

#[test]
fn a_form_is_filled_and_sent() {
    let (browser, site) = (Browser::launch().unwrap(), serve());
    let page = open(&browser, &format!("{site}/good"));
    page.fill("#name", "first").unwrap();
    page.fill("#name", "陳大文 𨋢").unwrap();
    page.choose("#size", "2").unwrap();
    assert_eq!(page.value("#name").unwrap(), "陳大文 𨋢");
    page.submit().unwrap();
    assert_eq!(
        page.text("h1").unwrap(),
        "name=%E9%99%B3%E5%A4%A7%E6%96%87+%F0%A8%8B%A2&size=2"
    );
    page.back().unwrap();
    assert_eq!(page.text("h1").unwrap(), "Good");
    page.press("Tab").unwrap();
    page.fill("#name", "").unwrap();
    assert!(page.focused().unwrap().contains("id=\"name\""));
    page.eval("document.forms[0].action = '/moved'").unwrap();
    page.submit().unwrap();
    assert!(
        page.url().unwrap().ends_with("/other"),
        "a redirect is followed to its end"
    );
    page.goto(&format!("{site}/good")).unwrap();
    page.follow("a").unwrap();
    assert!(page.url().unwrap().ends_with("/other"));
    assert_eq!(
        page.complaints().unwrap(),
        Vec::<String>::new(),
        "a 404 document is an answer, not a complaint"
    );
}

#[test]
fn a_form_works_with_scripts_off() {
    let (browser, site) = (Browser::launch().unwrap(), serve());
    let page = browser.page().unwrap();
    page.scripts_off(true).unwrap();
    page.goto(&format!("{site}/good")).unwrap();
    page.wait_for("#plain").unwrap();
    assert!(!page.has("#late").unwrap());
    page.fill("#name", "abc").unwrap();
    assert_eq!(page.axe().unwrap(), []);
    page.submit().unwrap();
    assert_eq!(page.text("h1").unwrap(), "name=abc&size=1");
    page.goto(&format!("{site}/broken")).unwrap();
    assert_eq!(page.eval("document.title").unwrap(), "Broken");
    assert!(!page.axe().unwrap().is_empty(), "axe runs with scripts off");
    page.scripts_off(false).unwrap();
    page.goto(&format!("{site}/good")).unwrap();
    page.wait_for("#late").unwrap();
}

#[test]
fn what_moves_in_its_first_frame_is_pressed_where_it_stands_then() {
    let (browser, site) = (Browser::launch().unwrap(), serve());
    let page = open(&browser, &format!("{site}/good"));
    for round in 0..10 {
        // As a field with autofocus does: the next frame is somewhere else.
        page.eval(
            "document.body.innerHTML = '<p style=\"height: 3000px\">top</p><input type=radio id=far>';
            requestAnimationFrame(() => scrollTo(0, 0))",
        )
        .unwrap();
        page.click("#far").unwrap();
        let chosen = page.eval("document.querySelector('#far').checked").unwrap();
        assert_eq!(chosen, true, "round {round}");
    }
}

#[test]
fn pages_share_nothing_but_tabs_do() {
    let (browser, site) = (Browser::launch().unwrap(), serve());
    let first = open(&browser, &format!("{site}/good"));
    first.eval("document.cookie = 'who=first'").unwrap();
    assert_eq!(
        open(&browser, &format!("{site}/good"))
            .eval("document.cookie")
            .unwrap(),
        ""
    );
    let tab = browser.tab(&first).unwrap();
    tab.goto(&format!("{site}/good")).unwrap();
    assert_eq!(tab.eval("document.cookie").unwrap(), "who=first");
}

#[test]
fn a_good_page_passes_and_a_broken_one_does_not() {
    let (browser, site) = (Browser::launch().unwrap(), serve());
    let page = open(&browser, &format!("{site}/good"));
    page.viewport(320, 640, true).unwrap();
    page.dark(true).unwrap();
    assert_eq!(page.axe().unwrap(), []);
    assert_eq!(
        (page.overflow().unwrap(), page.small_targets().unwrap()),
        (0, vec![])
    );
    assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
    page.double_text().unwrap();
    assert_eq!(page.overflow().unwrap(), 0);

    page.goto(&format!("{site}/broken")).unwrap();
    let rules: Vec<String> = page
        .axe()
        .unwrap()
        .into_iter()
        .map(|found| found.rule)
        .collect();
    for rule in ["html-has-lang", "image-alt", "label"] {
        assert!(
            rules.iter().any(|found| found == rule),
            "{rule} not in {rules:?}"
        );
    }
    assert!(page.overflow().unwrap() > 1000);
    assert_eq!(
        page.small_targets().unwrap().len(),
        2,
        "the link and the field"
    );
}

#[test]
fn a_strict_policy_blocks_inline_script_and_is_reported() {
    let (browser, site) = (Browser::launch().unwrap(), serve());
    let page = open(&browser, &format!("{site}/strict"));
    let complaints = page.complaints().unwrap();
    assert!(
        complaints
            .iter()
            .any(|line| line.contains("Content Security Policy")),
        "{complaints:?}"
    );
    assert_eq!(
        page.eval("document.title").unwrap(),
        "Broken",
        "the script must not have run"
    );
    assert!(
        !page.axe().unwrap().is_empty(),
        "axe runs under a strict policy"
    );
    page.goto(&format!("{site}/broken")).unwrap();
    assert!(
        page.complaints()
            .unwrap()
            .iter()
            .any(|line| line.contains("on purpose"))
    );
}

#[test]
fn requests_and_bytes_are_counted() {
    let (browser, site) = (Browser::launch().unwrap(), serve());
    let page = open(&browser, &format!("{site}/good"));
    let own = ["/good", "/style.css", "/script.js"].map(|path| format!("{site}{path}"));
    let (mut asked, mut expected) = (page.requests().unwrap(), own.to_vec());
    asked.retain(|address| !address.starts_with("data:"));
    asked.sort();
    expected.sort();
    assert_eq!(asked, expected);
    assert!(page.bytes().unwrap() > 1000);
    page.forget_requests().unwrap();
    assert_eq!(page.requests().unwrap(), Vec::<String>::new());
}

#[test]
fn a_passkey_is_made_and_used_and_refused_without_verification() {
    let (browser, site) = (Browser::launch().unwrap(), serve());
    let page = open(&browser, &format!("{site}/good"));
    let passkey = page.virtual_passkey(true).unwrap();
    assert_eq!(page.promised(CREATE).unwrap(), "public-key");
    let keys = passkey.credentials().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["isResidentCredential"], true);
    assert_eq!(page.promised(GET).unwrap(), "public-key");
    passkey.verify(false).unwrap();
    assert!(
        matches!(page.promised(GET), Err(Failure::Script(said)) if said.contains("NotAllowedError"))
    );

    let other = open(&browser, &format!("{site}/good"));
    let synchronised = other.virtual_passkey(true).unwrap();
    synchronised.add(&keys[0]).unwrap();
    assert_eq!(other.promised(GET).unwrap(), "public-key");
    passkey.lose().unwrap();
}

#[test]
fn pictures_and_prints_are_made() {
    let (browser, site) = (Browser::launch().unwrap(), serve());
    let page = open(&browser, &format!("{site}/good"));
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("good.png");
    page.screenshot(&picture).unwrap();
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
    assert!(page.pdf().unwrap().starts_with(b"%PDF"));
    assert!(!page.fonts("h1").unwrap().is_empty());
}

#[test]
fn what_is_missing_or_covered_is_said() {
    let (browser, site) = (Browser::launch().unwrap(), serve());
    let page = open(&browser, &format!("{site}/good"));
    assert!(matches!(page.click("#none"), Err(Failure::NotFound { .. })));
    page.eval("document.body.insertAdjacentHTML('beforeend', '<div style=\"position:fixed;inset:0\">x</div>')").unwrap();
    assert!(matches!(page.click("button"), Err(Failure::Covered { .. })));
    assert!(matches!(page.eval("nothing.here"), Err(Failure::Script(_))));
    assert!(matches!(
        page.goto("http://localhost:1/"),
        Err(Failure::Refused { .. })
    ));
}

#[test]
fn the_vendored_axe_is_the_published_one() {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/vendor/axe.min.js")).unwrap();
    let readme = include_str!("../vendor/README.md");
    let hash = format!("{:x}", Sha256::digest(file));
    assert!(
        readme.contains(&hash),
        "axe.min.js is not the file of the README: {hash}"
    );
}

const CREATE: &str = "navigator.credentials.create({publicKey: {
    rp: {id: 'localhost', name: 'Test'}, user: {id: new Uint8Array([1]), name: 'officer', displayName: 'Officer'},
    challenge: new Uint8Array(32), pubKeyCredParams: [{type: 'public-key', alg: -7}],
    authenticatorSelection: {residentKey: 'required', userVerification: 'required'}}}).then(made => made.type)";

const GET: &str =
    "navigator.credentials.get({publicKey: {challenge: new Uint8Array(32), rpId: 'localhost',
    userVerification: 'required'}}).then(found => found.type)";

/// The pages. A test module, so that its helpers may unwrap as tests do.
#[cfg(test)]
mod site {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream};

    use webtest::{Browser, Page};

    pub fn open(browser: &Browser, url: &str) -> Page {
        let page = browser.page().unwrap();
        page.goto(url).unwrap();
        page
    }

    /// A site of its own for each test, on `localhost`: WebAuthn refuses 127.0.0.1.
    pub fn serve() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || answer(stream));
            }
        });
        site
    }

    fn answer(mut stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let (mut head, mut length) = (String::new(), 0);
        while reader.read_line(&mut head)? > 2 {
            let line = head.lines().last().unwrap_or_default().to_ascii_lowercase();
            length = line
                .strip_prefix("content-length:")
                .map_or(length, |number| number.trim().parse().unwrap());
        }
        let mut form = vec![0; length];
        reader.read_exact(&mut form)?;
        let echo = format!(
            "<!doctype html><html lang=en><title>Echo</title><link rel=icon href='data:,'><h1>{}</h1>",
            String::from_utf8_lossy(&form)
        );
        let (status, kind, extra, body) = match head.split(' ').nth(1).unwrap_or_default() {
            "/good" => ("200 OK", "text/html", "", GOOD),
            "/broken" => ("200 OK", "text/html", "", BROKEN),
            "/strict" => (
                "200 OK",
                "text/html",
                "Content-Security-Policy: default-src 'none'; img-src data:\r\n",
                BROKEN,
            ),
            "/style.css" => ("200 OK", "text/css", "", STYLE),
            "/script.js" => ("200 OK", "text/javascript", "", SCRIPT),
            "/echo" => ("422 Unprocessable", "text/html", "", echo.as_str()),
            "/moved" => ("303 See Other", "text/html", "Location: /other\r\n", ""),
            _ => (
                "404 Not Found",
                "text/html",
                "",
                "<!doctype html><title>Gone</title><link rel=icon href='data:,'>",
            ),
        };
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\n{extra}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
    }

    const GOOD: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Good</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css"><script src="/script.js" defer></script></head><body><main><h1>Good</h1>
<form method="post" action="/echo"><p><label for="name">Name</label> <input id="name" name="name" autocomplete="name"></p>
<p><label for="size">Size</label> <select id="size" name="size"><option value="1">one</option><option value="2">two</option></select></p>
<button>Send</button></form><p>A sentence with a <a href="/other">link</a> in it.</p>
<noscript><p id="plain">No script needed.</p></noscript></main></body></html>"#;

    const BROKEN: &str = r##"<!doctype html><html><head><title>Broken</title></head><body><img src="data:,">
<form><input name="a"><div style="width:2000px">wide</div><a href="#x" style="display:block;width:10px;height:10px;overflow:hidden">x</a></form>
<script>document.title = 'ran'; throw new Error('on purpose')</script></body></html>"##;

    const SCRIPT: &str = "addEventListener('load', () => setTimeout(() => {
    document.querySelector('main').insertAdjacentHTML('beforeend', '<p id=late>Later.</p>');
}, 50));";

    const STYLE: &str = "input, select { max-width: 100%; box-sizing: border-box }
a, button, input, select { min-height: 44px; min-width: 44px; font-size: 1rem }
@media (prefers-color-scheme: dark) { html { background: #000; color: #fff } a { color: #9cf } }";
}
