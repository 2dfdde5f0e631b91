//! Residents who were told that something needs checking: most put it right themselves, behind a code sent to their mobile; some
//! call, some come to a counter with their card, some never do anything.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use connectors::synthetic::Population;
use hongkong::{Premises, Unit, format_line};
use installation::synth::form;
use kernel::Language;
use registration::HouseholdForm;

use super::day::SLUG;
use super::outside::{Telephones, code_in};
use super::words::reference_in;
use super::{Failure, Kind, Plan};
use crate::load::{Browser, Page, Sample, Target, Typed, words_of};

/// What a household does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Corrects it on the pages.
    Pages,
    /// Calls, and an officer does it.
    Call,
    /// Comes to a counter with the identity card.
    Counter,
    /// Nothing.
    None,
}

/// A household whose date of birth was wrong.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// Its place in the plan.
    pub number: usize,
    /// What it does.
    pub way: Way,
    /// Everything as it should have been.
    pub form: HouseholdForm,
    /// Its address as somebody says it on the telephone.
    pub line: String,
    /// The words that find it in the list.
    pub words: String,
    /// The language it reads.
    pub language: Language,
    /// Whether everybody in it is a resident, so that it is confirmed once it is right.
    pub eligible: bool,
}

/// What came of a repair.
#[derive(Clone, Debug)]
pub struct Repaired {
    /// The reference of the new registration.
    pub reference: String,
    /// Whether the household will be confirmed.
    pub eligible: bool,
    /// Whether the address was taken from the list.
    pub listed: bool,
}

/// What came of all of them.
#[derive(Debug, Default)]
pub struct Repairs {
    /// Those that came to their end.
    pub done: Vec<Repaired>,
    /// Why others did not.
    pub failed: Vec<String>,
    /// Every page that was asked for.
    pub pages: Vec<Sample>,
}

/// Who has to put something right, in the order of the plan.
pub fn wrong(plan: &Plan, people: &Population, premises: &[Premises]) -> Vec<Wrong> {
    let places: HashMap<String, &Premises> = premises.iter().map(|one| (one.key(), one)).collect();
    let acts = plan.acts.iter().enumerate().filter(|(_, act)| act.kind == Kind::WrongBirth);
    let households = acts.filter_map(|(number, _)| Some((number, people.household(u64::try_from(number).ok()?)?)));
    let one = |(count, (number, household)): (usize, (usize, connectors::synthetic::Household))| {
        let mut form = form(&household);
        household.main.district.code().clone_into(&mut form.address.district);
        let place = places.get(&form.address.key).copied();
        Wrong {
            number,
            way: way(count),
            line: place.map(|place| format_line(place, &Unit::default(), Language::En)).unwrap_or_default(),
            words: place.map(words_of).unwrap_or_default(),
            form,
            language: household.main.language,
            eligible: household.people().all(|person| person.resident),
        }
    };
    households.enumerate().map(one).collect()
}

/// Of ten, one calls, one comes, one does nothing; the first few show each.
const fn way(count: usize) -> Way {
    match count % 10 {
        0 => Way::Call,
        1 => Way::Counter,
        2 => Way::None,
        _ => Way::Pages,
    }
}

/// A city of residents at their own pages.
#[derive(Clone)]
pub struct Residents {
    /// Where the pages are.
    pub target: Target,
    /// The public address.
    pub origin: String,
    /// Their telephones.
    pub telephones: Telephones,
}

impl Residents {
    /// Everybody repairs, so many at a time.
    pub async fn repair(&self, all: Arc<Vec<Wrong>>, at_once: usize) -> Result<Repairs, Failure> {
        let (next, began) = (Arc::new(AtomicUsize::new(0)), Instant::now());
        let crowd: Vec<_> = (0..at_once.min(all.len())).map(|_| tokio::spawn(self.clone().one_after_the_other(all.clone(), next.clone(), began))).collect();
        let mut repairs = Repairs::default();
        for part in crowd {
            let part = part.await?;
            repairs.done.extend(part.done);
            repairs.failed.extend(part.failed);
            repairs.pages.extend(part.pages);
        }
        Ok(repairs)
    }

    async fn one_after_the_other(self, all: Arc<Vec<Wrong>>, next: Arc<AtomicUsize>, began: Instant) -> Repairs {
        let mut repairs = Repairs::default();
        while let Some(wrong) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut browser = Browser::of_resident(self.target.clone(), &self.origin, wrong.number);
            browser.began = began;
            match self.one(&mut browser, wrong).await {
                Ok(repaired) => repairs.done.push(repaired),
                Err(error) => repairs.failed.push(error.to_string()),
            }
            repairs.pages.append(&mut browser.pages);
        }
        repairs
    }

    async fn one(&self, browser: &mut Browser, wrong: &Wrong) -> Result<Repaired, Failure> {
        let first = self.behind_the_code(browser, wrong, "/repair").await?;
        let typed = Typed { form: &wrong.form, words: Some(&wrong.words) };
        let (received, listed) = browser.fill_in(&first, typed).await?;
        let reference = reference_in(&received.html).ok_or("the confirmation has no reference")?;
        Ok(Repaired { reference, eligible: wrong.eligible, listed })
    }

    /// Whether a code that nobody sent opens nothing.
    pub async fn wrong_code_is_refused(&self, wrong: &Wrong) -> Result<bool, Failure> {
        let mut browser = Browser::of_resident(self.target.clone(), &self.origin, wrong.number);
        let reference = self.told(wrong).ok_or("nobody told them that something needs checking")?;
        let door = browser.open(&format!("/en/{SLUG}/repair")).await?;
        let asks = browser.press(&door, "reference", &[("reference", &reference)]).await?;
        let sent = self.code(&wrong.form.mobile, 0).await?;
        let guess = if sent == "000000" { "000001" } else { "000000" };
        Ok(browser.press(&asks, "code", &[("code", guess)]).await.is_err())
    }

    /// Reference from the text that was sent, code from the next one, and the page behind them.
    pub async fn behind_the_code(&self, browser: &mut Browser, wrong: &Wrong, page: &str) -> Result<Page, Failure> {
        let reference = self.told(wrong).ok_or("nobody told them that something needs checking")?;
        let (before, way) = (self.telephones.read(&wrong.form.mobile).len(), format!("/{}/{SLUG}{page}", wrong.language.slug()));
        let door = browser.open(&way).await?;
        let asks = browser.press(&door, "reference", &[("reference", &reference)]).await?;
        let code = self.code(&wrong.form.mobile, before).await?;
        Ok(browser.press(&asks, "code", &[("code", &code)]).await?)
    }

    /// The reference in the text about needing to be checked.
    pub fn told(&self, wrong: &Wrong) -> Option<String> {
        self.telephones.read(&wrong.form.mobile).iter().rev().filter(|text| text.contains("/repair")).find_map(|text| reference_in(text))
    }

    /// The next code that a telephone shows after so many texts.
    pub async fn code(&self, mobile: &str, before: usize) -> Result<String, Failure> {
        let began = Instant::now();
        while began.elapsed() < LONGEST {
            let texts = self.telephones.read(mobile);
            if let Some(code) = texts.iter().skip(before).rev().find_map(|text| code_in(text)) {
                return Ok(code.to_owned());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err("no code came within a minute".into())
    }
}

const LONGEST: Duration = Duration::from_mins(1);
