//! The picture of a document with a formal request: clean, sealed, and gone with the verdict.

use std::io::Cursor;

use axum::http::StatusCode;
use journal::Actor;
use kernel::{Id, kinds};
use people::{HandleRequests, Role, Scope, authorise};

use crate::city::{City, SLUG};
use crate::client::{Client, Page};
use crate::my_data::{enter, registered};

/// As a phone writes it into EXIF.
const PLACE: &[u8] = b"22.3193N 114.1694E";

/// A JPEG with a comment in the place of EXIF.
fn jpeg(comment: &[u8]) -> Vec<u8> {
    let pixels = image::RgbImage::from_pixel(32, 16, image::Rgb([200, 0, 0]));
    let mut out = Cursor::new(Vec::new());
    image::DynamicImage::ImageRgb8(pixels).write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
    let plain = out.into_inner();
    let length = u16::try_from(comment.len() + 8).unwrap().to_be_bytes();
    [&plain[..2], b"\xff\xe1", &length, b"Exif\0\0", comment, &plain[2..]].concat()
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

async fn form(city: &City, client: &Client) -> Page {
    let reference = registered(city, client).await;
    let view = enter(client, city, &reference).await;
    client.submit_form(&view, "request", &[]).await
}

const FILLED: [(&str, &str); 4] = [("kind", "correction"), ("name", "Chan"), ("address", "Here"), ("text", "My name is wrong")];

fn request(city: &City) -> Id<kinds::SubjectRequest> {
    let service = city.platform.public_service(SLUG).unwrap().id();
    let rows = city.platform.ledger().read("test.requests", |tx| vault::requests(tx, service, 10)).unwrap();
    rows[0].id
}

/// What an officer gets to see, and whether a row is there at all.
fn seen(city: &City, id: Id<kinds::SubjectRequest>) -> (Option<Vec<u8>>, bool) {
    let scope = Scope::at_console(city.platform.public_service(SLUG).unwrap().id(), city.department);
    let grant = authorise::<HandleRequests>(&city.officer(5, Role::PrivacyOfficer), Some(scope)).unwrap();
    let ledger = city.platform.ledger();
    let opened = ledger.write("test.open", grant.actor(), move |work| vault::open_proof(work, &grant, id));
    let (reading, committed) = opened.map_err(|_| "refused").unwrap();
    let picture = reading.open(&committed, ledger.keys()).unwrap().map(|picture| picture.expose().clone());
    (picture, ledger.read("test.there", |tx| vault::has_proof(tx, id)).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_09_a_picture_is_kept_without_its_place_and_dies_with_the_verdict() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let form = form(&city, &client).await;
    let sent = jpeg(PLACE);
    assert!(holds(&sent, PLACE) && holds(&sent, b"Exif"));
    let done = client.submit_with_file(&form, &FILLED, "picture", &sent).await;
    assert!(done.text().contains("2020/0001"), "{}", done.text());
    let id = request(&city);
    let (picture, _) = seen(&city, id);
    let picture = picture.unwrap();
    assert!(picture.starts_with(b"\xff\xd8\xff") && !holds(&picture, PLACE) && !holds(&picture, b"Exif"));
    assert_eq!(image::load_from_memory(&picture).unwrap().width(), 32);
    let stored = "-- test.proof\nselect sealed from subject_request_proof";
    let rows = city.platform.ledger().read("test.proof", move |tx| tx.query(stored, &[])).unwrap();
    let sealed: Vec<u8> = rows[0].get(0).unwrap();
    assert!(!holds(&sealed, &picture[..64]) && sealed.len() > picture.len(), "sealed");
    // Nothing happens while nobody has decided, and everything when somebody has.
    assert_eq!(flows::forget_proofs(&city.platform).unwrap(), 0);
    let scope = Scope::at_console(city.platform.public_service(SLUG).unwrap().id(), city.department);
    let grant = authorise::<HandleRequests>(&city.officer(5, Role::PrivacyOfficer), Some(scope)).unwrap();
    let decide = move |work: &mut journal::Work<'_, '_>| vault::answer_request(work, &grant, id, None).map(drop);
    city.platform.ledger().write("test.decide", Actor::Visitor, decide).map_err(|_| "refused").unwrap();
    city.work();
    assert_eq!(seen(&city, id), (None, false));
    let entries = city.platform.ledger().keys().erasures_since(0).unwrap();
    assert_eq!(entries.len(), 1, "the key is gone, whatever a backup of the data brings back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_clean_picture_is_refused_and_nothing_typed_is_lost() {
    let city = City::at("2020-05-06T08:00");
    let client = Client(city.app.clone());
    let form = form(&city, &client).await;
    let archive = [jpeg(b"").as_slice(), b"PK\x05\x06", &[0; 18]].concat();
    let cut = &jpeg(b"")[..60];
    for (file, said) in [
        (b"%PDF-1.7".as_slice(), "is not a JPEG, PNG or WebP"),
        (&jpeg(b"%PDF-1.7"), "something else as well"),
        (&archive, "something else as well"),
        (cut, "damaged"),
        (&jpeg(b"MALWARE"), "Malware was found"),
        (&jpeg(b"SILENCE"), "cannot be taken at the moment"),
    ] {
        let page = client.submit_with_file(&form, &FILLED, "picture", file).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains(said) && page.has("My name is wrong"), "{said}: {}", page.text());
    }
    let service = city.platform.public_service(SLUG).unwrap().id();
    let rows = city.platform.ledger().read("test.requests", |tx| vault::requests(tx, service, 10)).unwrap();
    assert!(rows.is_empty());
    let entries = city.platform.ledger().scan(None, 10_000).unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.body.contains("resident.upload_refused")).count(), 1);
}
