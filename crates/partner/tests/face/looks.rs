//! The contractors' pages in a real browser: what axe says, in three languages, on a phone and on a desk.

use tokio::net::TcpListener;
use webkit::ServeOptions;
use webtest::{Browser, Page};

use crate::stage::Stage;

fn serve(stage: &Stage) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let router = stage.router.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            webkit::serve(listener, router, ServeOptions::default(), std::future::pending()).await.unwrap();
        });
    });
    origin
}

fn look(page: &Page, origin: &str, path: &str, found: &mut Vec<String>) {
    for language in ["en", "zh-hant", "zh-hans"] {
        for (width, mobile) in [(1280, false), (360, true)] {
            page.viewport(width, 900, mobile).unwrap();
            page.goto(&format!("{origin}/{language}{path}")).unwrap();
            assert!(page.has("h1").unwrap(), "{path}");
            assert!(page.url().unwrap().ends_with(path), "{path} led elsewhere: {}", page.url().unwrap());
            if !mobile || language == "en" {
                found.extend(page.axe().unwrap().into_iter().map(|it| format!("{language} {path}: {it:?}")));
            }
            let over = page.overflow().unwrap();
            if over > 0 {
                found.push(format!("{language} {path} at {width}: {over} pixels too wide"));
            }
            found.extend(page.small_targets().unwrap().into_iter().map(|it| format!("{path}: {it} is small")));
        }
    }
}

#[test]
fn promise_13_axe_finds_nothing_on_any_page_of_a_contractor() {
    let stage = Stage::new();
    let origin = serve(&stage);
    let browser = Browser::launch().unwrap();
    let page = browser.page().unwrap();
    let mut found = Vec::new();
    look(&page, &origin, "/partner/sign-in", &mut found);
    page.goto(&format!("{origin}/en/partner/sign-in")).unwrap();
    page.fill("#credential", &stage.credential).unwrap();
    page.press("Enter").unwrap();
    let lease = stage.page("").trim_start_matches("/en").to_owned();
    page.wait_for(&format!("a[href='/en{lease}']")).unwrap();
    let enquiry = stage.enquire().trim_start_matches("/en").to_owned();
    let handed = stage.hand_over().trim_start_matches("/en").to_owned();
    for path in ["/partner".to_owned(), lease.clone(), format!("{lease}/breach"), enquiry, handed] {
        look(&page, &origin, &path, &mut found);
    }
    stage.clock.advance_days(28);
    flows::contractor_round(&stage.platform).unwrap();
    page.goto(&format!("{origin}/en/partner/sign-in")).unwrap();
    page.fill("#credential", &stage.credential).unwrap();
    page.press("Enter").unwrap();
    page.wait_for(&format!("a[href='/en{lease}']")).unwrap();
    for path in [lease.clone(), format!("{lease}/statement")] {
        look(&page, &origin, &path, &mut found);
    }
    found.extend(page.complaints().unwrap());
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_browser_answers_an_enquiry_fetches_a_package_and_files_a_statement_with_the_keyboard_alone() {
    let stage = Stage::new();
    let origin = serve(&stage);
    let browser = Browser::launch().unwrap();
    let page = browser.page().unwrap();
    page.goto(&format!("{origin}/en/partner/sign-in")).unwrap();
    page.fill("#credential", &stage.credential).unwrap();
    page.press("Enter").unwrap();
    page.wait_for(&format!("a[href='{}']", stage.page(""))).unwrap();
    let (enquiry, handed) = (stage.enquire(), stage.hand_over());
    page.goto(&format!("{origin}{handed}")).unwrap();
    reach(&page, "packages/");
    let status = page.promised(
        "fetch(document.activeElement.href).then(answer => answer.status + ' ' + answer.headers.get('content-disposition'))",
    );
    assert!(status.unwrap().as_str().unwrap().starts_with("200 attachment; filename="));

    page.goto(&format!("{origin}{enquiry}")).unwrap();
    reach(&page, "hosts");
    page.call("Input.insertText", &serde_json::json!({ "text": "forms-01" })).unwrap();
    reach(&page, "Send the answer");
    page.press("Enter").unwrap();
    page.wait_for(&format!("a[href='{}']", stage.page(""))).unwrap();
    let lease = stage.lease.id;
    let asked = stage.platform.ledger().read("test", |tx| processors::enquiries(tx, lease)).unwrap();
    assert_eq!(asked[0].answers.as_ref().unwrap().hosts, ["forms-01"]);

    stage.clock.set(stage.lease.ends_at());
    flows::contractor_round(&stage.platform).unwrap();
    stage.clock.advance_millis(3_600_000);
    page.goto(&format!("{origin}/en/partner/sign-in")).unwrap();
    page.fill("#credential", &stage.credential).unwrap();
    page.press("Enter").unwrap();
    page.wait_for(&format!("a[href='{}']", stage.page(""))).unwrap();
    page.goto(&format!("{origin}{}", stage.page("/statement"))).unwrap();
    reach(&page, "Continue");
    page.press("Enter").unwrap();
    page.wait_for("#signature").unwrap();
    let text = page.eval("document.querySelector('pre').textContent").unwrap().as_str().unwrap().to_owned();
    let signature = kernel::to_hex(&seal::Signer::sign(&stage.signer, text.as_bytes()));
    reach(&page, "signature");
    page.call("Input.insertText", &serde_json::json!({ "text": signature })).unwrap();
    reach(&page, "File the statement");
    page.press("Enter").unwrap();
    // The form is gone: the link to all leases stands on either page.
    page.wait_for("main:not(:has(#signature))").unwrap();
    assert_eq!(stage.found().state, processors::LeaseState::Probing);
}

/// Tabs until what has the focus says this in its name, text or address.
fn reach(page: &Page, wanted: &str) {
    let script = "(e => [e.name, e.textContent, e.href].join(' '))(document.activeElement)";
    let mut seen = Vec::new();
    for _ in 0..60 {
        page.press("Tab").unwrap();
        let focused = page.eval(script).unwrap().as_str().unwrap_or_default().to_owned();
        if focused.contains(wanted) {
            return;
        }
        seen.push(focused);
    }
    panic!("{wanted} is out of the keyboard's reach: {seen:?}");
}
