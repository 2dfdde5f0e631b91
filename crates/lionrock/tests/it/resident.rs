//! The residents' journey, with and without scripts, in each language.

use registration::FieldFault;
use verifier::{Key, check_receipt};
use webtest::Browser;

use crate::city::{City, SLUG};
use crate::inbox::Inbox;
use crate::socket;
use crate::walk::{Person, Walk, people, reference};
use crate::words::{LANGUAGES, language, said};

#[test]
fn browser_resident_journey_with_scripts() {
    journeys(true);
}

#[test]
fn browser_resident_journey_without_scripts() {
    journeys(false);
}

fn journeys(scripts: bool) {
    let (browser, city) = (Browser::launch().unwrap(), City::start());
    let people = people(&browser, &city);
    let inbox = Inbox::open(&browser, &city);
    for (at, slug) in LANGUAGES.into_iter().enumerate() {
        let page = browser.page().unwrap();
        page.scripts_off(!scripts).unwrap();
        let journey = Journey { walk: Walk { page: &page, city: &city }, slug, who: &people[at], inbox: &inbox };
        let wrong = at == usize::from(scripts);
        let (reference, receipt) = journey.register(wrong);
        journey.check_receipt(&receipt, &reference);
        if wrong {
            journey.repair(&reference);
        } else {
            journey.status(&reference, "state-confirmed");
        }
        assert_eq!(page.complaints().unwrap(), Vec::<String>::new());
    }
}

struct Journey<'a> {
    walk: Walk<'a>,
    slug: &'a str,
    who: &'a Person,
    inbox: &'a Inbox,
}

impl Journey<'_> {
    /// Front page to confirmation, with what people do wrong on the way; returns the reference and the receipt's line.
    fn register(&self, wrong_birth: bool) -> (String, String) {
        let walk = &self.walk;
        walk.open(self.slug, "");
        self.statement_comes_before_any_input();
        walk.go();
        self.identity_page();
        self.name_page();
        self.address_pages();
        self.mobile_page();
        walk.members(self.who);
        walk.go();
        if wrong_birth {
            self.change_to_a_wrong_birth();
        }
        self.send()
    }

    fn statement_comes_before_any_input(&self) {
        let page = self.walk.page;
        assert!(page.text("main").unwrap().contains(said(self.slug, "statement-title")));
        assert!(!page.has("main input:not([type=hidden])").unwrap());
    }

    fn beside(&self, field: &str, fault: FieldFault) {
        assert_eq!(self.walk.error(field), fault.text().get(language(self.slug)));
    }

    fn identity_page(&self) {
        let (walk, page) = (&self.walk, self.walk.page);
        assert_eq!(walk.h1(), said(self.slug, "identity-title"));
        walk.go();
        self.beside("id_number", FieldFault::IdMissing);
        self.beside("birth", FieldFault::BirthMissing);
        let nowhere = ["1950".into(), "2".into(), "31".into()];
        walk.identity("Q123456(0)", &nowhere);
        walk.go();
        self.beside("id_number", FieldFault::IdCheckDigit);
        self.beside("birth", FieldFault::BirthNotADate);
        let other = LANGUAGES.into_iter().find(|slug| *slug != self.slug).unwrap();
        walk.switch(other);
        assert_eq!(walk.h1(), said(other, "identity-title"));
        walk.switch(self.slug);
        let kept = ["#id_number", "[name=birth-day]", "[name=birth-month]", "[name=birth-year]"].map(|field| page.value(field).unwrap());
        assert_eq!(kept, ["Q123456(0)", "31", "2", "1950"], "nothing typed is lost");
        walk.identity(&self.who.id_number, &self.who.birth);
        walk.go();
    }

    fn name_page(&self) {
        let (walk, page) = (&self.walk, self.walk.page);
        let hostile = "<script>alert(1)</script>";
        page.fill("#name", hostile).unwrap();
        walk.go();
        self.beside("name", FieldFault::NameCharacters);
        assert_eq!(page.value("#name").unwrap(), hostile, "shown again as typed");
        assert!(!page.html().unwrap().contains(hostile), "and nowhere as markup");
        page.fill("#name", &self.who.name).unwrap();
        walk.go();
    }

    fn address_pages(&self) {
        let (walk, page) = (&self.walk, self.walk.page);
        walk.go();
        self.beside("query", FieldFault::AddressMissing);
        page.fill("#query", "no such place anywhere").unwrap();
        walk.go();
        assert_eq!(walk.error("query"), said(self.slug, "address-nothing"));
        assert_eq!(page.value("#query").unwrap(), "no such place anywhere");
        page.fill("#query", &self.who.building).unwrap();
        walk.go();
        walk.go();
        assert_eq!(walk.error("choice"), said(self.slug, "choose-missing"));
        page.follow("button[value=back]").unwrap();
        assert_eq!(page.value("#query").unwrap(), self.who.building);
        walk.address(self.who);
    }

    fn mobile_page(&self) {
        let (walk, page) = (&self.walk, self.walk.page);
        page.fill("#mobile", "2123 4567").unwrap();
        walk.go();
        self.beside("mobile", FieldFault::NotMobile);
        assert_eq!(page.value("#mobile").unwrap(), "2123 4567");
        page.fill("#mobile", &self.who.mobile).unwrap();
        walk.go();
    }

    fn change_to_a_wrong_birth(&self) {
        let (walk, mut birth) = (&self.walk, self.who.birth.clone());
        walk.page.follow("#form button[value=go-identity]").unwrap();
        assert_eq!(walk.page.value("[name=birth-year]").unwrap(), birth[0], "a change begins with what was typed");
        birth[0] = "1949".into();
        walk.identity(&self.who.id_number, &birth);
        walk.go();
    }

    /// Sends it twice, as a double click or an impatient reload does.
    fn send(&self) -> (String, String) {
        let walk = &self.walk;
        assert_eq!(walk.h1(), said(self.slug, "check-title"));
        assert!(walk.page.text("main").unwrap().contains(&self.who.name));
        let path = format!("/{}/{SLUG}/register", self.slug);
        let first = socket::post_form(walk.city.port, &path, &walk.fields());
        assert_eq!(first.status, 200, "{}", first.body);
        walk.go();
        assert_eq!(walk.h1(), said(self.slug, "received-title"));
        let html = walk.page.html().unwrap();
        assert_eq!(reference(&html), reference(&first.body), "sent twice, registered once");
        let other = LANGUAGES.into_iter().find(|slug| *slug != self.slug).unwrap();
        walk.switch(other);
        assert_eq!(walk.page.text(".lr-panel .lr-reference").unwrap(), reference(&html));
        walk.switch(self.slug);
        let pages = walk.page.pdf().unwrap();
        assert_eq!(printed_pages(&pages), 1, "the confirmation prints on one page");
        (reference(&html), walk.page.value("#form [name=receipt]").unwrap())
    }

    /// The receipt as a file, checked by the separate program; then by the page, whole and changed.
    fn check_receipt(&self, line: &str, reference: &str) {
        let (walk, port) = (&self.walk, self.walk.city.port);
        let key = Key::parse(&socket::get(port, "/api/v1/key").body).unwrap();
        let path = format!("/{}/check-receipt/file", self.slug);
        let fields: Vec<_> = walk.fields().into_iter().filter(|(name, _)| name != "_switch").collect();
        let file = socket::post_form(port, &path, &fields);
        assert!(file.header("content-disposition").starts_with("attachment"), "{file:?}");
        for receipt in [line, &file.body] {
            let report = check_receipt(receipt, &key).unwrap_or_else(|reason| panic!("{reason:?}: {receipt}"));
            assert!(report.text(verifier::Language::En).contains(reference), "{report:?}");
        }
        let changed = file.body.replacen("registration", "registretion", 1);
        assert!(check_receipt(&changed, &key).is_err(), "a changed receipt is not valid");
        for (receipt, wanted) in [(line, vec!["receipt-is-waiting", "receipt-is-merged"]), (&changed, vec!["receipt-is-forged"])] {
            walk.page.goto(&walk.city.page(self.slug, "/check-receipt")).unwrap();
            walk.page.fill("#receipt", receipt).unwrap();
            walk.go();
            let text = walk.page.text("main").unwrap();
            assert!(wanted.iter().any(|key| text.contains(said(self.slug, key))), "{wanted:?}: {text}");
        }
    }

    fn status(&self, reference: &str, state: &str) {
        self.inbox.wait(&self.who.mobile, |text| text.contains(reference));
        self.walk.open(self.slug, "/status");
        self.walk.go();
        assert_eq!(self.walk.error("reference"), said(self.slug, "reference-missing"));
        self.pass_the_door(reference, 1);
        assert_eq!(self.walk.h1(), said(self.slug, "view-title"));
        let text = self.walk.page.text("main").unwrap();
        assert!(text.contains(said(self.slug, state)) && text.contains(reference), "{text}");
    }

    /// Reference, a wrong code, the right code: `count` codes have been sent by then.
    fn pass_the_door(&self, reference: &str, count: usize) {
        let (walk, page) = (&self.walk, self.walk.page);
        page.fill("#reference", reference).unwrap();
        walk.go();
        let code = self.inbox.code(&self.who.mobile, count);
        let wrong = if code == "123456" { "654321" } else { "123456" };
        page.fill("#code", wrong).unwrap();
        walk.go();
        assert_eq!(walk.error("code"), said(self.slug, "code-wrong"));
        page.fill("#code", &code).unwrap();
        walk.go();
    }

    /// The message asks to check; its link, the reference and a code lead to an empty form; the correction is confirmed.
    fn repair(&self, reference: &str) {
        let (walk, page) = (&self.walk, self.walk.page);
        let text = self.inbox.wait(&self.who.mobile, |text| text.contains(reference));
        let link = text.split_whitespace().find_map(|word| word.find("http").map(|at| &word[at..])).unwrap();
        page.goto(link.trim_end_matches(['.', '。', '，'])).unwrap();
        if !page.url().unwrap().contains(&format!("/{}/", self.slug)) {
            walk.switch(self.slug);
        }
        self.pass_the_door(reference, 1);
        assert_eq!(page.value("#id_number").unwrap(), "", "the form is empty");
        walk.fill_in(self.who, &self.who.birth);
        walk.go();
        let corrected = self::reference(&page.html().unwrap());
        assert_ne!(corrected, reference);
        self.inbox.wait(&self.who.mobile, |text| text.contains(&corrected));
        walk.open(self.slug, "/status");
        self.pass_the_door(&corrected, 2);
        let text = page.text("main").unwrap();
        assert!(text.contains(said(self.slug, "state-confirmed")), "{text}");
    }
}

fn printed_pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    text.matches("/Type /Page\n").count().max(text.matches("/Type /Page ").count())
}
