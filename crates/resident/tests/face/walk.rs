//! Every page, in a real browser: each is shown to `look` with a name.

use std::sync::Arc;
use std::thread;

use tokio::net::TcpListener;
use webkit::{ServeOptions, serve};
use webtest::{Failure, Page};

use crate::city::{City, SLUG, definition};
use crate::people::number;

/// What looks at a page.
pub type Look<'a> = &'a mut dyn FnMut(&Page, &str) -> Result<(), Failure>;

/// A city on a loopback port; serving ends with the process.
pub fn serve_city(city: &Arc<City>) -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    let app = city.app.clone();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
            let _ = serve(listener, app, ServeOptions::default(), std::future::pending()).await;
        });
    });
    receiver.recv().unwrap()
}

/// A city with everything that pages can show beside the open scheme: one that waits, one that has not opened, numbers.
pub fn full_city() -> Arc<City> {
    let city = City::at("2020-05-06T08:00");
    let mut slow = definition("masks-slow");
    slow.admission.rate_per_minute = 1;
    city.launch(&slow);
    let mut later = definition("masks-later");
    later.window.opens = kernel::Instant::parse_hong_kong("2020-05-20T07:00").unwrap();
    city.launch(&later);
    crate::open_stations::open_two(&city);
    let service = city.platform.public_service("masks-slow").unwrap();
    for _ in 0..40 {
        let _ = service.arrive(city.platform.now());
    }
    Arc::new(city)
}

const GO: &str = "#form button.lr-button";

/// A walk through the pages of one language.
pub struct Walk<'a> {
    pub page: &'a Page,
    pub site: &'a str,
    pub language: &'a str,
    pub city: &'a City,
}

impl Walk<'_> {
    fn url(&self, path: &str) -> String {
        format!("{}/{}{path}", self.site, self.language)
    }

    /// Pages that anybody can open by their address.
    pub fn public(&self, look: Look<'_>) -> Result<(), Failure> {
        let pages = [
            ("list", ""),
            ("accessibility", "/accessibility"),
            ("privacy", "/privacy"),
            ("check-receipt", "/check-receipt"),
            ("advisories", "/advisories"),
            ("subscribe", "/advisories/subscribe"),
            ("stations", "/stations"),
            ("stations-week", "/stations/week/2020-05-06"),
            ("front", "/masks-2020"),
            ("trust", "/masks-2020/trust"),
            ("statistics", "/masks-2020/statistics"),
            ("door", "/masks-2020/wait"),
            ("status", "/masks-2020/status"),
            ("repair", "/masks-2020/repair"),
            ("scheduled", "/masks-later"),
            ("not-open", "/masks-later/wait"),
            ("missing", "/nothing-here"),
        ];
        for (name, path) in pages {
            self.page.goto(&self.url(path))?;
            look(self.page, name)?;
        }
        self.page.goto(&self.url("/masks-2020/wait"))?;
        self.page.follow(GO)?;
        look(self.page, "statement")?;
        self.page.goto(&self.url("/masks-slow"))?;
        self.page.follow(GO)?;
        look(self.page, "waiting")?;
        let code = self.page.text(".lr-waiting .lr-reference")?;
        self.page.goto(&self.url("/masks-slow/wait"))?;
        self.page.fill("#code", "nonsense")?;
        self.page.follow("#resume button")?;
        look(self.page, "door-error")?;
        self.page.fill("#code", &code)?;
        self.page.follow("#resume button")?;
        assert_eq!(self.page.text(".lr-waiting .lr-reference")?, code);
        Ok(())
    }

    fn press(&self, look: Look<'_>, name: &str) -> Result<(), Failure> {
        self.page.follow(GO)?;
        look(self.page, name)
    }

    fn person(&self, id_number: &str, year: &str) -> Result<(), Failure> {
        self.page.fill("#id_number", id_number)?;
        self.page.fill("[name=birth-day]", "1")?;
        self.page.fill("[name=birth-month]", "1")?;
        self.page.fill("[name=birth-year]", year)
    }

    /// The journey with each of its errors, up to the confirmation; returns the reference.
    pub fn journey(&self, who: &str, year: &str, look: Look<'_>) -> Result<String, Failure> {
        self.page.goto(&self.url("/masks-2020"))?;
        self.press(look, "1-identity")?;
        self.press(look, "1-identity-error")?;
        self.person(&number(who), year)?;
        self.press(look, "2-name")?;
        self.press(look, "2-name-error")?;
        self.page.fill("#name", "陳大文 <b>𨋢")?;
        self.press(look, "2-name-bad")?;
        self.page.fill("#name", "陳大文𨋢")?;
        self.press(look, "3-address")?;
        self.press(look, "3-address-error")?;
        self.page.fill("#query", "no such place anywhere")?;
        self.press(look, "3-address-nothing")?;
        self.page.follow("#form button[value=go-manual]")?;
        look(self.page, "3-address-manual")?;
        self.page.fill("#text", "")?;
        self.press(look, "3-address-manual-error")?;
        self.page.follow("button[value=back]")?;
        self.page.fill("#query", if self.language == "en" { "kwun tong road" } else { "觀塘道" })?;
        self.press(look, "4-choose")?;
        self.press(look, "4-choose-error")?;
        self.page.click("#choice")?;
        self.press(look, "5-unit")?;
        self.page.fill("#flat", "A")?;
        self.page.fill("#floor", "12")?;
        self.press(look, "6-mobile")?;
        self.page.fill("#mobile", "2123 4567")?;
        self.press(look, "6-mobile-error")?;
        self.page.fill("#mobile", "5123 4567")?;
        self.press(look, "7-members-none")?;
        self.page.follow("#form button[value=add]")?;
        look(self.page, "7-member")?;
        self.person("Q123", "1850")?;
        self.press(look, "7-member-error")?;
        self.person(&number("U654321"), "1970")?;
        self.press(look, "7-members")?;
        self.press(look, "8-check")?;
        self.press(look, "9-received")?;
        self.page.text(".lr-panel .lr-reference")
    }

    /// Status and repair, behind the code that was sent.
    pub fn status(&self, reference: &str, look: Look<'_>) -> Result<(), Failure> {
        self.page.goto(&self.url("/masks-2020/status"))?;
        self.press(look, "status-error")?;
        self.page.fill("#reference", reference)?;
        self.press(look, "status-code")?;
        self.press(look, "status-code-error")?;
        self.city.work();
        self.page.fill("#code", &self.city.phone.code())?;
        self.press(look, "status-view")?;
        if self.page.has("#repair")? {
            self.page.follow("#repair button")?;
            look(self.page, "repair-form")?;
        }
        Ok(())
    }

    fn enter_my_data(&self, reference: &str, look: Look<'_>) -> Result<(), Failure> {
        // One code a minute.
        self.city.clock.advance_secs(61);
        self.page.goto(&self.url("/masks-2020/my-data"))?;
        self.page.fill("#reference", reference)?;
        self.press(look, "my-data-code")?;
        self.city.work();
        self.page.fill("#code", &self.city.phone.code())?;
        self.press(look, "my-data")
    }

    /// A formal request, a correction, and at last the withdrawal.
    pub fn my_data(&self, reference: &str, look: Look<'_>) -> Result<(), Failure> {
        self.enter_my_data(reference, look)?;
        self.page.follow("#request button")?;
        look(self.page, "my-data-request")?;
        self.press(look, "my-data-request-error")?;
        self.page.click("input[name=kind][value=access]")?;
        for (field, text) in [("#name", "Chan"), ("#address", "Flat A"), ("#text", "everything")] {
            self.page.fill(field, text)?;
        }
        self.press(look, "my-data-request-done")?;
        self.enter_my_data(reference, look)?;
        self.page.follow("#correct button")?;
        look(self.page, "my-data-correct")?;
        self.press(look, "my-data-correct-error")?;
        self.page.fill("#name", "陳小文")?;
        self.press(look, "my-data-corrected")?;
        self.press(look, "my-data-again")?;
        self.page.follow("#withdraw button")?;
        look(self.page, "my-data-withdraw")?;
        self.press(look, "my-data-withdrawn")
    }
}

/// The city after the end: the data are erased, and the certificate stands where the scheme was.
pub fn ended_city() -> Arc<City> {
    let city = City::at("2020-05-06T08:00");
    city.clock.set(kernel::Instant::parse_hong_kong("2020-10-05T08:00").unwrap());
    city.work();
    assert!(city.platform.service(SLUG).is_none(), "the service has ended");
    Arc::new(city)
}
