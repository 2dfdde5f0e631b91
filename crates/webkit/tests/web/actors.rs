use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use http_body_util::BodyExt;
use kernel::{Clock, Environment, Instant, Kind, Random, Text};
use tower::ServiceExt;
use webkit::{
    Failure, FileKind, FormKeys, Json, Layout, Page, SentForm, Shell, Values, Visitor, in_every_language, takes_files,
};

use crate::uploads::FILE_MAX_BYTES;

/// A small face inside a shell.
pub fn face() -> Router {
    let pages = Router::new()
        .route(
            "/",
            get(async |visitor: Visitor| {
                layout().page(&visitor, Page::new("<Front>", "body".into()))
            }),
        )
        .route("/token", get(async |visitor: Visitor| visitor.form_token()))
        .route(
            "/name",
            post(async |values: Values| values.get("name").to_owned()),
        )
        .route(
            "/file",
            post(upload).layer(takes_files()),
        )
        .route("/panic", get(panics))
        .route(
            "/busy",
            get(async || Failure::of(Kind::Busy).retry_after(7)),
        )
        .route(
            "/gone",
            get(async || Failure::of(Kind::Gone).because("secret cause")),
        );
    let router = in_every_language(&pages)
        .route(
            "/api/people",
            post(async |Json(body): Json<Person>| Json(body.name)),
        )
        .route(
            "/api/slow",
            get(async || tokio::time::sleep(std::time::Duration::from_secs(5)).await),
        );
    shell().wrap(router)
}

pub fn shell() -> Shell {
    Shell::new(Arc::new(layout()), Arc::new(Keys), Arc::new(Noon), &Sevens)
        .body_limit(1000)
        .timeout(std::time::Duration::from_millis(200))
        .hsts(true)
}

pub fn layout() -> Layout {
    Layout::new(
        Text::new("Service & more", "服務", "服务"),
        Environment::Demo,
    )
}

/// Says what came: the note, and how long the file is.
async fn upload(request: axum::extract::Request) -> Result<String, Failure> {
    let sent = SentForm::read(request, FILE_MAX_BYTES).await?;
    let file = sent.file.map(|file| format!("{:?}", file.content(FileKind::Pdf).map(<[u8]>::len)));
    Ok(format!("{}|{}", sent.values.get("note"), file.unwrap_or("none".to_owned())))
}

async fn panics() -> String {
    panic!("with a canary")
}

#[derive(serde::Deserialize)]
struct Person {
    name: String,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

pub async fn get_page(path: &str, headers: &[(&str, &str)]) -> Answer {
    send(request("GET", path, headers, "")).await
}

pub async fn post_form(path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
    all.extend_from_slice(headers);
    send(request("POST", path, &all, body)).await
}

pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let start = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "city.example");
    let with_headers = headers.iter().fold(start, |request, (name, value)| {
        request.header(*name, *value)
    });
    with_headers.body(Body::from(body.to_owned())).unwrap()
}

pub async fn send(request: Request<Body>) -> Answer {
    read(face().oneshot(request).await.unwrap()).await
}

pub async fn read(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

/// Not a cipher: tells labels and bytes apart.
pub struct Keys;

impl FormKeys for Keys {
    fn mac(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
        let mut out = [9u8; 32];
        for (index, byte) in label.bytes().chain(bytes.iter().copied()).enumerate() {
            out[index % 32] = out[index % 32].rotate_left(3) ^ byte;
        }
        out
    }
}

pub struct Sevens;

impl Random for Sevens {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}

pub struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        Instant::from_millis(1_588_737_600_000)
    }
}
