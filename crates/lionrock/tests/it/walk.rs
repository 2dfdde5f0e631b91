//! The way of a resident through the pages, in a real browser.

use serde_json::Value;
use webtest::{Browser, Page};

use crate::city::{City, SLUG};
use crate::words;

/// The page's main button.
pub const GO: &str = "#form button.lr-button";

/// Somebody whom the demonstration offers to register.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: String,
    pub id_number: String,
    pub birth: Birth,
    pub building: String,
    pub mobile: String,
    pub members: Vec<(String, Birth)>,
}

/// Year, month, day.
pub type Birth = [String; 3];

/// The people on the demonstration's page.
pub fn people(browser: &Browser, city: &City) -> Vec<Person> {
    let page = browser.page().unwrap();
    page.goto(&city.page("en", "/demo")).unwrap();
    let lists = page.eval(
        "[...document.querySelectorAll('main dl.govuk-summary-list')].map(list => [list.previousElementSibling.textContent,
            ...[...list.querySelectorAll('dd')].map(line => line.textContent.trim())]).filter(lines => /^\\d{4}-/.test(lines[2]))",
    );
    let lists: Vec<Vec<String>> = serde_json::from_value(lists.unwrap()).unwrap();
    let people: Vec<Person> = lists.iter().map(|lines| person(lines)).collect();
    assert!(people.len() >= 6, "{people:?}");
    people
}

fn person(lines: &[String]) -> Person {
    let member = |line: &String| {
        let (number, day) = line.split_once("  ").unwrap();
        (number.to_owned(), birth(day))
    };
    Person {
        name: lines[0].split("  ").next().unwrap().to_owned(),
        id_number: lines[1].clone(),
        birth: birth(&lines[2]),
        building: lines[3].split(", ").find(|part| !part.starts_with("FLAT ") && !part.ends_with("/F")).unwrap().to_owned(),
        mobile: lines[4].clone(),
        members: lines[5..].iter().map(member).collect(),
    }
}

fn birth(iso: &str) -> Birth {
    let parts: Vec<String> = iso.trim().split('-').map(str::to_owned).collect();
    parts.try_into().unwrap()
}

/// A resident at a browser.
pub struct Walk<'a> {
    pub page: &'a Page,
    pub city: &'a City,
}

impl Walk<'_> {
    /// Opens a page of the scheme.
    pub fn open(&self, language: &str, path: &str) {
        self.page.goto(&self.city.page(language, &format!("/{SLUG}{path}"))).unwrap();
    }

    /// Presses the main button.
    pub fn go(&self) {
        self.page.follow(GO).unwrap();
    }

    /// The main heading.
    pub fn h1(&self) -> String {
        self.page.text("h1").unwrap()
    }

    /// The sentence beside a field.
    pub fn error(&self, field: &str) -> String {
        let text = self.page.eval(&format!("document.querySelector('#{field}-error').lastChild.textContent.trim()")).unwrap();
        assert!(self.page.has(&format!(".govuk-error-summary a[href='#{field}']")).unwrap(), "the summary names {field}");
        text.as_str().unwrap().to_owned()
    }

    /// Switches the language as somebody does in the middle of a page.
    pub fn switch(&self, language: &str) {
        self.page.follow(&format!("[name=_switch][value='{language}']")).unwrap();
        assert_eq!(self.page.eval("document.documentElement.lang").unwrap(), words::language(language).tag());
    }

    /// Identity number and date of birth.
    pub fn identity(&self, id_number: &str, birth: &Birth) {
        self.page.fill("#id_number", id_number).unwrap();
        for (unit, text) in ["year", "month", "day"].into_iter().zip(birth) {
            self.page.fill(&format!("[name=birth-{unit}]"), text).unwrap();
        }
    }

    /// From the page that asks for the identity number to the check page.
    pub fn fill_in(&self, who: &Person, birth: &Birth) {
        self.identity(&who.id_number, birth);
        self.go();
        self.page.fill("#name", &who.name).unwrap();
        self.go();
        self.address(who);
        self.page.fill("#mobile", &who.mobile).unwrap();
        self.go();
        self.members(who);
        self.go();
    }

    /// Address, flat and floor.
    pub fn address(&self, who: &Person) {
        self.page.fill("#query", &who.building).unwrap();
        self.go();
        self.page.click("#choice").unwrap();
        self.go();
        self.page.fill("#floor", "12").unwrap();
        self.page.fill("#flat", "B").unwrap();
        self.go();
    }

    /// Everybody else.
    pub fn members(&self, who: &Person) {
        for (id_number, birth) in &who.members {
            self.page.follow("#form button[value=add]").unwrap();
            self.identity(id_number, birth);
            self.go();
        }
    }

    /// What the form would send now.
    pub fn fields(&self) -> Vec<(String, String)> {
        let fields = self.page.eval("[...new FormData(document.querySelector('#form'))]").unwrap();
        serde_json::from_value::<Vec<(String, Value)>>(fields)
            .unwrap()
            .into_iter()
            .map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()))
            .collect()
    }
}

/// The reference in the HTML of a confirmation.
pub fn reference(html: &str) -> String {
    let rest = html.split("class=\"lr-reference\">").nth(1).unwrap_or_else(|| panic!("no reference in {html}"));
    rest.split('<').next().unwrap().trim().to_owned()
}
