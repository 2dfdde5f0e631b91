//! Residents withdraw, each at the own page behind reference and code, many at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use super::city::Household;
use super::thief::Told;
use crate::load::{Browser, GaveUp, Page};
use crate::simulate::day::SLUG;
use crate::simulate::repairs::Residents;
use crate::simulate::words::reference_in;
use crate::simulate::Failure;

/// Those who withdraw do so, so many at the same time; each is noted once the page has said that it is done.
pub async fn all_withdraw(residents: &Residents, all: Arc<Vec<Household>>, at_once: usize, told: &Told) -> Result<(), Failure> {
    let next = Arc::new(AtomicUsize::new(0));
    let crowd = (0..at_once.max(1)).map(|_| {
        let (residents, all, next, told) = (residents.clone(), all.clone(), next.clone(), told.clone());
        tokio::spawn(async move {
            while let Some(household) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                withdraw(&residents, household).await.map_err(|error| format!("household {}: {error}", household.number))?;
                told.lock().unwrap_or_else(PoisonError::into_inner).push(household.number);
            }
            Ok::<_, String>(())
        })
    });
    for one in crowd.collect::<Vec<_>>() {
        one.await??;
    }
    Ok(())
}

/// Looks at what is held first, as anybody would, so that the server has had all of it in its hands once more.
async fn withdraw(residents: &Residents, household: &Household) -> Result<(), Failure> {
    let mut browser = Browser::of_resident(residents.target.clone(), &residents.origin, household.number);
    let mobile = &household.request.household.mobile;
    let texts = residents.telephones.read(mobile);
    let reference = texts.iter().find_map(|text| reference_in(text)).ok_or("no text named a reference")?;
    let door = browser.open(&format!("/{}/{SLUG}/my-data", household.language.slug())).await?;
    let asks = browser.press(&door, "reference", &[("reference", &reference)]).await?;
    let code = residents.code(mobile, texts.len()).await?;
    let held = browser.press(&asks, "code", &[("code", &code)]).await?;
    let shown = household.values.iter().filter(|(_, value)| held.html.contains(value.as_str())).count();
    if shown == 0 {
        return Err("the page shows nothing of what is held".into());
    }
    let asked = press(&mut browser, &held, "withdraw", &[]).await?;
    let done = press(&mut browser, &asked, "form", &[("act", "erase")]).await?;
    if done.html.contains("/certificates/") { Ok(()) } else { Err(format!("no certificate: {}", done.complaint()).into()) }
}

async fn press(browser: &mut Browser, page: &Page, id: &str, fields: &[(&str, &str)]) -> Result<Page, Failure> {
    let mut form = page.form(id).ok_or_else(|| format!("no form {id}: {}", page.complaint()))?;
    for (name, value) in fields {
        form.set(name, value);
    }
    let next = browser.submit(&form).await.map_err(|error: GaveUp| error.to_string())?;
    if next.status == 200 { Ok(next) } else { Err(next.complaint().into()) }
}
