//! The public directory of support stations.

use crate::city::City;
use crate::client::Client;
use crate::open_stations::open_two;

/// Wednesday, 6 May 2020, ten in the morning.
fn city() -> City {
    let city = City::at("2020-05-06T10:00");
    open_two(&city);
    city
}

#[tokio::test]
async fn the_list_says_what_is_open_now_and_when_the_rest_opens() {
    let city = city();
    let client = Client(city.app.clone());
    let page = client.get("/en/stations").await.html;
    assert!(page.contains("Kwun Tong MTR station") && page.contains("Open now, until 6:00 pm"), "{page}");
    assert!(page.contains("Rehearsal &lt;Hall&gt;"), "nothing that officers type becomes markup");
    assert!(page.contains("Closed now. Opens on Saturday, 9 May 2020 at 10:00 am"));
    assert!(client.get("/zh-hant/stations").await.html.contains("現正開放，至下午6:00"));
    let open = client.get("/zh-hans/stations/open-now").await.html;
    assert!(open.contains("观塘港铁站") && !open.contains("会堂"));
    let there = client.get("/en/stations/in/WTS").await.html;
    assert!(there.contains("Hall") && !there.contains("Kwun Tong MTR"));
    assert_eq!(client.get("/en/stations/in/XX").await.status, 404);
}

#[tokio::test]
async fn a_week_is_a_page_a_table_and_a_calendar() {
    let city = city();
    let client = Client(city.app.clone());
    let week = client.get("/en/stations/week/2020-05-06").await.html;
    assert!(week.contains("Support stations from 4 May 2020 to 10 May 2020"));
    // Wednesday and Friday at the MTR station, Saturday in the hall: Thursday is a typhoon, and before Wednesday there was none.
    assert_eq!(week.matches("Kwun Tong MTR station").count(), 2, "{week}");
    assert_eq!(week.matches("Rehearsal &lt;Hall&gt;").count(), 1);
    let csv = client.get("/en/stations/week/2020-05-06/csv").await;
    assert_eq!(csv.html.trim_end().lines().count(), 1 + 3, "{}", csv.html);
    let calendar = client.get("/zh-hant/stations/week/2020-05-06/ics").await;
    assert_eq!(calendar.html.matches("BEGIN:VEVENT").count(), 3);
    let print = client.get("/en/stations/week/2020-05-06/pdf").await;
    assert!(print.html.starts_with("%PDF"), "{}", print.status);
    assert_eq!(client.get("/en/stations/week/2020-13-06").await.status, 404);
}
