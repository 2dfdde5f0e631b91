//! Nobody is taken to have agreed to a statement that they have not seen.

use assurance::{Digest, OpenGate, Tier};
use kernel::to_hex;
use people::{EditScheme, Role, authorise};
use registration::scheme::Scheme;
use store::StoreError;

use crate::city::{City, SLUG, definition};
use crate::client::{Client, Page};
use crate::people::{chan, identity, reference, up_to_check};

/// The same scheme with an officer of another name in its statement.
fn revise(city: &City, post: &str) -> String {
    let mut changed = definition(SLUG);
    changed.statement.officer.as_mut().unwrap().phone = post.into();
    let service = city.platform.public_service(SLUG).unwrap();
    let digest = Digest::new(Scheme::compile(changed.clone()).unwrap().digest());
    let (toml, owner) = (changed.to_toml().unwrap(), city.officer(1, Role::SchemeOwner));
    let edit = authorise::<EditScheme>(&owner, Some(service.scope())).unwrap();
    let id = service.id();
    let version = city.act(edit.actor(), move |work| {
        registration::save_version(work, &edit, id, &toml).unwrap();
        Ok(assurance::open_gate(work, &edit, OpenGate { service: id, digest, tier: Tier::LargeOrHighRisk }).unwrap())
    });
    city.clock.advance_millis(10);
    city.pass_gate(id, version);
    to_hex(&service.scheme().digest())
}

/// The versions that stand on the submissions, in order.
fn stamped(city: &City) -> Vec<String> {
    let service = city.platform.public_service(SLUG).unwrap();
    let read = service.ledger().read("test.versions", |tx| {
        let rows = tx.query("-- test.versions\nselect version from household_submission order by event", &[])?;
        rows.iter().map(|row| Ok(to_hex(&row.get::<[u8; 32]>(0)?))).collect::<Result<Vec<_>, StoreError>>()
    });
    read.unwrap()
}

fn is_changed_statement(page: &Page, phone: &str) -> bool {
    page.h1() == "The statement has changed" && page.text().contains(phone)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_changes_while_somebody_types_is_shown_before_anything_is_sent() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let check = up_to_check(&client, "en", &chan()).await;
    let second = revise(&city, "2345 6789");
    let page = client.submit(&check, &[]).await;
    assert!(is_changed_statement(&page, "2345 6789"), "{}", page.text());
    assert!(stamped(&city).is_empty(), "nothing was sent");
    let chinese = client.switch(&page, "zh-hant", &[]).await;
    assert_eq!(chinese.h1(), "聲明已更新");
    // It changes once more while the second one is read.
    let third = revise(&city, "2456 7890");
    let page = client.submit(&page, &[]).await;
    assert!(is_changed_statement(&page, "2456 7890"), "{}", page.text());
    let check = client.submit(&page, &[]).await;
    assert_eq!(check.h1(), "Check your answers and send them");
    for kept in ["Chan Tai Man", "5123 4567", "Q123456"] {
        assert!(check.has(kept), "{kept}");
    }
    let done = client.submit(&check, &[]).await;
    assert_eq!(reference(&done).len(), 14);
    assert_ne!(second, third);
    assert_eq!(stamped(&city), [third]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_the_middle_keeps_its_answer_when_the_statement_changes() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let page = client.submit(&client.get("/en/masks-2020").await, &[]).await;
    let name = identity(&client, &page, &chan().id_number, "1970").await;
    revise(&city, "2345 6789");
    let page = client.submit(&name, &[("name", "Chan Tai Man")]).await;
    assert!(is_changed_statement(&page, "2345 6789"), "{}", page.text());
    let address = client.submit(&page, &[]).await;
    assert_eq!(address.h1(), "What is your address?", "{}", address.text());
    let back = client.submit(&address, &[("act", "back")]).await;
    assert!(back.has("value=\"Chan Tai Man\""), "{}", back.html);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_seen_no_statement_sees_it_first() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let door = client.get("/en/masks-2020/wait").await;
    let statement = client.submit(&door, &[]).await;
    assert_eq!(statement.h1(), "Before you begin");
    assert!(statement.text().contains("How long") || statement.text().contains("kept"), "{}", statement.text());
    let form = client.submit(&statement, &[]).await;
    assert_eq!(form.h1(), "About you");
    // One that waits in the queue while the statement changes reads the new one.
    let front = client.get("/en/masks-2020").await;
    revise(&city, "2345 6789");
    let page = client.submit(&front, &[]).await;
    assert!(is_changed_statement(&page, "2345 6789"), "{}", page.text());
}
