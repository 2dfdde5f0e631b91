//! Invented residents, and the way through the form.

use crate::client::{Client, Page};
pub use crate::numbers::number;

/// A household as its main registrant types it.
#[derive(Clone, Debug)]
pub struct Household {
    pub id_number: String,
    pub year: String,
    pub name: String,
    pub query: String,
    pub mobile: String,
    pub members: Vec<(String, String)>,
}

/// Somebody whom the register knows.
pub fn chan() -> Household {
    Household {
        id_number: number("Q123456"),
        year: "1970".into(),
        name: "Chan Tai Man".into(),
        query: "kwun tong road".into(),
        mobile: "5123 4567".into(),
        members: vec![(number("U654321"), "1970".into())],
    }
}

/// Goes from the front page to the check page.
pub async fn up_to_check(client: &Client, language: &str, who: &Household) -> Page {
    let front = client.get(&format!("/{language}/masks-2020")).await;
    let page = client.submit(&front, &[]).await;
    let page = identity(client, &page, &who.id_number, &who.year).await;
    let page = client.submit(&page, &[("name", &who.name)]).await;
    let page = client.submit(&page, &[("query", &who.query)]).await;
    let first = page.tags("input").into_iter().find(|tag| tag.contains("type=\"radio\"")).unwrap();
    let key = first.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = client.submit(&page, &[("choice", &key)]).await;
    let page = client.submit(&page, &[("flat", "A"), ("floor", "12")]).await;
    let mut page = client.submit(&page, &[("mobile", &who.mobile)]).await;
    for (id_number, year) in &who.members {
        let form = client.submit(&page, &[("act", "add")]).await;
        page = identity(client, &form, id_number, year).await;
    }
    client.submit(&page, &[]).await
}

/// Fills the two fields that every person has.
pub async fn identity(client: &Client, page: &Page, id_number: &str, year: &str) -> Page {
    let fields =
        [("id_number", id_number), ("birth-day", "1"), ("birth-month", "1"), ("birth-year", year)];
    client.submit(page, &fields).await
}

/// Registers and returns the confirmation.
pub async fn register(client: &Client, language: &str, who: &Household) -> Page {
    let check = up_to_check(client, language, who).await;
    client.submit(&check, &[]).await
}

/// The reference on a confirmation page.
pub fn reference(page: &Page) -> String {
    let rest = page.html.split("class=\"lr-reference\">").nth(1).unwrap_or_else(|| panic!("no reference in {}", page.text()));
    rest.split('<').next().unwrap().to_owned()
}
