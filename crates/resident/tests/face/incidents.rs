//! What went wrong with a scheme's data stands on its trust page, in general words.

use journal::Actor;
use kernel::Text;
use response::{IncidentKind, OpenIncident, open_incident};

use crate::city::{City, SLUG};
use crate::client::Client;

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_stands_on_the_trust_page_of_its_scheme_in_every_language() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let none = client.get("/en/masks-2020/trust").await;
    assert!(none.text().contains("No incident with personal data is on record"), "{}", none.text());
    let service = city.platform.public_service(SLUG).unwrap();
    let open = OpenIncident {
        kind: IncidentKind::DataAlive,
        department: Some(service.scope().department()),
        service: Some(service.id()),
        contractor: None,
        cause_key: "probe".into(),
        summary: Text::new("officers only", "只供人員", "仅供人员"),
    };
    city.platform.ledger().write("test.incident", Actor::Job("probe"), move |work| open_incident(work, &open)).unwrap();
    for (language, words) in [
        ("en", "6 May 2020: Data that should have been deleted is still available at a contractor (being dealt with)"),
        ("zh-hant", "應已刪除的資料在承辦商處仍可取得（處理中）"),
        ("zh-hans", "应已删除的资料在承办商处仍可取得（处理中）"),
    ] {
        let page = client.get(&format!("/{language}/masks-2020/trust")).await.text();
        assert!(page.contains(words), "{language}: {page}");
        assert!(!page.contains("officers only") && !page.contains("只供人員") && !page.contains("仅供人员"));
    }
}
