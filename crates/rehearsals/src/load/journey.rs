//! Registering page by page, as a resident does without scripts.

use hongkong::Premises;
use registration::{BirthForm, HouseholdForm};

use super::page::{Form, Page, choices};
use super::{Browser, GaveUp};

/// Why a journey did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// The server did not answer.
    #[error(transparent)]
    GaveUp(#[from] GaveUp),
    /// A page was not what a resident would expect there.
    #[error("{at}: {said}")]
    Page {
        /// What was to be done.
        at: &'static str,
        /// What the page said.
        said: String,
    },
}

/// What somebody types.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'t> {
    /// What goes into the fields. The date of birth of each is a day, as ISO text.
    pub form: &'t HouseholdForm,
    /// Words by which the address is found in the list; without them it is typed by hand.
    pub words: Option<&'t str>,
}

/// What somebody types who looks for a place: building, estate, street and number.
pub fn words_of(place: &Premises) -> String {
    let street = place.street.as_ref().or(place.village.as_ref());
    let names = [place.building.as_ref(), place.estate.as_ref(), street.map(|street| &street.name)];
    let names = names.into_iter().flatten().map(|name| &*name.en);
    let number = street.map(|street| &*street.from);
    names.chain(number).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

impl Browser {
    /// From the front page through the waiting room to the first question. Waits as long as it takes.
    pub async fn come_in(&mut self, language: &str, slug: &str) -> Result<Page, Lost> {
        let front = self.open(&format!("/{language}/{slug}")).await?;
        let mut page = self.press(&front, "start", &[]).await?;
        // Somebody who waits looks again now and then; whose turn it is presses the button of that page.
        while !page.html.contains("name=\"id_number\"") {
            if page.form("form").is_some_and(|form| form.get("ticket").is_some()) {
                page = self.press(&page, "my turn", &[("act", "enter")]).await?;
                continue;
            }
            let again = page.links(&format!("/{language}/{slug}/wait?")).into_iter().next();
            let again = again.ok_or_else(|| lost("waiting", &page))?;
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            page = self.open(&again).await?;
        }
        Ok(page)
    }

    /// From the first question to the confirmation. Returns it, and whether the address was taken from the list.
    pub async fn fill_in(&mut self, first: &Page, typed: Typed<'_>) -> Result<(Page, bool), Lost> {
        let form = typed.form;
        let page = self.person(first, "identity", &form.id_number, &form.birth).await?;
        let page = self.press(&page, "name", &[("name", &form.name)]).await?;
        let (page, listed) = self.address(&page, typed).await?;
        let mut page = self.press(&page, "mobile", &[("mobile", &form.mobile)]).await?;
        for member in &form.members {
            let empty = self.press(&page, "add a member", &[("act", "add")]).await?;
            page = self.person(&empty, "member", &member.id_number, &member.birth).await?;
        }
        let check = self.press(&page, "members", &[]).await?;
        let received = self.press(&check, "check your answers", &[]).await?;
        if received.html.contains("name=\"receipt\"") { Ok((received, listed)) } else { Err(lost("received", &received)) }
    }

    async fn person(&mut self, page: &Page, at: &'static str, number: &str, birth: &BirthForm) -> Result<Page, Lost> {
        let text = if let BirthForm::Iso(text) = birth { text.as_str() } else { "" };
        let mut parts = text.split('-');
        let mut part = || parts.next().unwrap_or_default();
        let (year, month, day) = (part(), part(), part());
        let fields = [("id_number", number), ("birth-day", day), ("birth-month", month), ("birth-year", year)];
        self.press(page, at, &fields).await
    }

    /// The address, from the list if it stands there.
    async fn address(&mut self, page: &Page, typed: Typed<'_>) -> Result<(Page, bool), Lost> {
        let address = &typed.form.address;
        let unit = [("flat", address.flat.as_str()), ("floor", address.floor.as_str())];
        let mut page = page.clone();
        if let Some(words) = typed.words {
            page = self.press(&page, "look for the address", &[("query", words)]).await?;
            if choices(&page, "choice").contains(&address.key) {
                let chosen = self.press(&page, "choose the address", &[("choice", &address.key)]).await?;
                return Ok((self.press(&chosen, "flat and floor", &unit).await?, true));
            }
        }
        let by_hand = self.press(&page, "not in the list", &[("act", "go-manual"), ("choice", "none")]).await?;
        let [flat, floor] = unit;
        let text = if address.text.is_empty() { typed.words.unwrap_or_default() } else { &address.text };
        let fields = [("text", text), ("district", &address.district), flat, floor];
        Ok((self.press(&by_hand, "address by hand", &fields).await?, false))
    }

    /// Fills the page's form, sends it and takes the next page, which must not complain.
    pub async fn press(&mut self, page: &Page, at: &'static str, fields: &[(&str, &str)]) -> Result<Page, Lost> {
        let mut form: Form = page.form("form").ok_or_else(|| lost(at, page))?;
        for (name, value) in fields {
            form.set(name, value);
        }
        let next = self.submit(&form).await?;
        if next.status == 200 { Ok(next) } else { Err(lost(at, &next)) }
    }
}

fn lost(at: &'static str, page: &Page) -> Lost {
    Lost::Page { at, said: page.complaint() }
}
