use axum::http::StatusCode;

use crate::city::City;
use crate::client::Client;
use crate::people::{chan, reference, register, up_to_check};

#[tokio::test(flavor = "multi_thread")]
async fn promise_13_a_household_registers_without_scripts_in_every_language() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    for (language, title) in
        [("en", "We have received your registration"), ("zh-hant", "我們已收到你的登記"), ("zh-hans", "我们已收到你的登记")]
    {
        let check = up_to_check(&client, language, &chan()).await;
        assert!(check.has("Chan Tai Man") && check.has("5123 4567"), "{}", check.text());
        let done = client.submit(&check, &[]).await;
        assert_eq!((done.status, done.h1().as_str()), (StatusCode::OK, title));
        assert_eq!(reference(&done).len(), 14);
        assert!(done.has("<svg role=\"img\""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_counts_once_and_says_the_same() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let check = up_to_check(&client, "en", &chan()).await;
    let (first, again) = (client.submit(&check, &[]).await, client.submit(&check, &[]).await);
    assert_eq!(reference(&first), reference(&again));
    let other = register(&client, "en", &chan()).await;
    assert_ne!(reference(&first), reference(&other), "another form is another registration");
    city.work();
    let figures = client.get("/en/masks-2020/statistics").await;
    assert!(figures.text().contains("Registrations 2 People 4"), "{}", figures.text());
}
