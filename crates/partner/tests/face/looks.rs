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
    for path in ["/partner".to_owned(), lease.clone(), format!("{lease}/breach")] {
        look(&page, &origin, &path, &mut found);
    }
    stage.clock.advance_days(28);
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
