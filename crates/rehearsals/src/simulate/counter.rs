//! The case officer: for who calls, for who comes with the identity card, and for addresses that the list does not know.

use registration::{BirthForm, HouseholdForm};

use super::department::{Department, scheme};
use super::repairs::Wrong;
use super::words::reference_in;
use super::Failure;
use crate::load::{Form, Page};

/// What came of looking through the addresses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Addresses {
    /// Accepted.
    pub accepted: usize,
    /// Refused.
    pub refused: usize,
}

/// Why the officer opens the record of somebody who calls; the resident reads it later.
pub const WHY: &str = "Caller says the date of birth was mistyped";

impl Department {
    /// For a household that calls: finds the registration, opens it for a purpose and with a reason, registers everything anew as
    /// the caller says it, and sets the wrong one aside. Returns the new reference.
    pub async fn repair_for_caller(&mut self, wrong: &Wrong, reference: &str) -> Result<String, Failure> {
        let record = self.open_record(reference).await?;
        if !record.html.contains(&wrong.form.id_number) {
            return Err("the opened record does not show whom it is about".into());
        }
        let fresh = self.register(wrong).await?;
        self.case.act(&scheme(&format!("/records/{reference}/resolve/reject")), &[]).await?;
        Ok(fresh)
    }

    /// Confirms a household that proved at the counter who it is.
    pub async fn confirm_at_counter(&mut self, reference: &str) -> Result<(), Failure> {
        self.open_record(reference).await?;
        self.case.act(&scheme(&format!("/records/{reference}/resolve/confirm")), &[]).await.map(drop)
    }

    /// Finds a registration and opens it; without a purpose and a reason nothing is shown.
    async fn open_record(&mut self, reference: &str) -> Result<Page, Failure> {
        let page = self.case.act(&scheme("/find"), &[("reference", reference)]).await?;
        let mut form = page.form("form").ok_or_else(|| format!("no form to open: {}", page.heading()))?;
        if self.case.post(&form).await?.status != 422 {
            return Err("a record was opened without a purpose".into());
        }
        form.set("purpose", PURPOSE);
        form.set("why", WHY);
        self.case.send("open a record", &form).await
    }

    async fn register(&mut self, wrong: &Wrong) -> Result<String, Failure> {
        let path = scheme("/register");
        let mut form = self.case.form(&path).await?;
        for _ in &wrong.form.members {
            form.set("act", "more");
            let page = self.case.send(&path, &form).await?;
            form = page.form("form").ok_or("the form for a resident is gone")?;
        }
        fill(&mut form, &wrong.form, &wrong.line);
        form.set("language", wrong.language.slug());
        form.set("act", "register");
        let page = self.case.send(&path, &form).await?;
        reference_in(&page.html).ok_or_else(|| format!("no reference: {}", page.heading()).into())
    }

    /// Looks through the addresses that the list does not know, until none is left: all are accepted but the first.
    pub async fn check_addresses(&mut self) -> Result<Addresses, Failure> {
        let mut addresses = Addresses::default();
        loop {
            let page = self.case.open(&scheme("/exceptions")).await?;
            let beginning = self.case.at(&scheme("/records/"));
            let waiting = last_table(&page).links(&beginning);
            if waiting.is_empty() {
                return Ok(addresses);
            }
            for link in waiting {
                let reference = link.strip_prefix(&beginning).unwrap_or_default();
                let act = if addresses.refused == 0 { "refuse-address" } else { "accept-address" };
                self.case.act(&scheme(&format!("/records/{reference}/resolve/{act}")), &[]).await?;
                if addresses.refused == 0 { addresses.refused += 1 } else { addresses.accepted += 1 }
            }
        }
    }
}

/// The purpose of the statement under which identity numbers are opened.
const PURPOSE: &str = "eligibility";

/// The second list of the page about exceptions.
fn last_table(page: &Page) -> Page {
    let html = page.html.rsplit("<table").next().unwrap_or_default().to_owned();
    Page { html, ..Page::default() }
}

fn fill(form: &mut Form, household: &HouseholdForm, line: &str) {
    let address = &household.address;
    let own = [
        ("id_number", household.id_number.as_str()),
        ("name", &household.name),
        ("address.flat", &address.flat),
        ("address.floor", &address.floor),
        ("address.text", line),
        ("address.district", &address.district),
        ("mobile", &household.mobile),
    ];
    for (name, value) in own {
        form.set(name, value);
    }
    born(form, "birth", &household.birth);
    for (member, index) in household.members.iter().zip(0..) {
        form.set(&format!("members.{index}.id_number"), &member.id_number);
        born(form, &format!("members.{index}.birth"), &member.birth);
    }
}

/// A date of birth in its three boxes.
fn born(form: &mut Form, name: &str, birth: &BirthForm) {
    let BirthForm::Iso(text) = birth else { return };
    for (part, value) in ["year", "month", "day"].iter().zip(text.split('-')) {
        form.set(&format!("{name}-{part}"), value);
    }
}
