//! The demonstration's message inbox, read by its case officer.

use std::time::{Duration, Instant};

use webtest::{Browser, Page};

use crate::city::{City, SLUG};

/// The officers in the order of the demonstration's page.
pub const OWNER: usize = 0;
pub const CASE_OFFICER: usize = 1;
pub const PRIVACY_OFFICER: usize = 2;
pub const SUPERVISOR: usize = 4;
pub const AUDITOR: usize = 5;
pub const DELIVERY_OFFICER: usize = 6;
pub const ADMINISTRATOR: usize = 7;

/// Far more than matching and sending take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Signs in with one click on the demonstration's page.
pub fn sign_in(browser: &Browser, city: &City, officer: usize) -> Page {
    let page = browser.page().unwrap();
    page.goto(&city.page("en", "/demo")).unwrap();
    let form = format!("form[action$=\"/demo/sign-in/{officer}\"] button.lr-button");
    page.follow(&form).unwrap();
    assert!(page.url().unwrap().ends_with("/en/staff"), "{}", page.url().unwrap());
    page
}

/// An open inbox.
pub struct Inbox {
    page: Page,
}

impl Inbox {
    pub fn open(browser: &Browser, city: &City) -> Self {
        let page = sign_in(browser, city, CASE_OFFICER);
        page.goto(&city.page("en", &format!("/staff/schemes/{SLUG}/messages"))).unwrap();
        Self { page }
    }

    /// Looks again until a message to this number is as wanted.
    pub fn wait(&self, mobile: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(text) = self.texts(mobile).into_iter().find(|text| wanted(text)) {
                return text;
            }
            assert!(Instant::now() < deadline, "no such message to {mobile} in: {}", self.page.text("main").unwrap());
            self.page.reload().unwrap();
        }
    }

    /// The six digits of the newest code that was sent to a number, once there are so many.
    pub fn code(&self, mobile: &str, count: usize) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let codes: Vec<String> = self.texts(mobile).iter().filter_map(|text| code(text)).collect();
            if codes.len() >= count {
                return codes[0].clone();
            }
            assert!(Instant::now() < deadline, "no code to {mobile} in: {}", self.page.text("main").unwrap());
            self.page.reload().unwrap();
        }
    }

    /// The texts to a number, newest first.
    fn texts(&self, mobile: &str) -> Vec<String> {
        let rows = self.page.eval("[...document.querySelectorAll('main tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))");
        let rows: Vec<Vec<String>> = serde_json::from_value(rows.unwrap()).unwrap();
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let mine = rows.into_iter().filter(|row| row.len() > 3 && digits(&row[2]).ends_with(&digits(mobile)));
        mine.map(|row| row[3].clone()).collect()
    }
}

/// Only a code has six digits in a row: references have letters between them.
fn code(text: &str) -> Option<String> {
    let mut parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    parts.find(|part| part.len() == 6 && part.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned)
}
