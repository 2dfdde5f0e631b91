use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use people::SoftwarePasskey;
use serde_json::Value;
use tower::ServiceExt;

pub const ORIGIN: &str = "http://localhost:8080";

/// A browser without scripts: it keeps cookies and sends forms.
pub struct Client {
    router: Router,
    origin: String,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn location(&self) -> String {
        self.headers.get("location").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// What stands between two pieces of the page.
    pub fn between(&self, before: &str, after: &str) -> String {
        let text = self.text();
        let from = text.find(before).unwrap_or_else(|| panic!("{before} is not in {text}")) + before.len();
        text[from..].split(after).next().unwrap().to_owned()
    }
}

impl Client {
    pub fn new(router: &Router, origin: &str) -> Self {
        Self { router: router.clone(), origin: origin.to_owned(), cookies: RefCell::default() }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path), Body::empty())
    }

    /// Sends a form with a token of this session.
    pub fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        let token = self.token();
        let mut all = vec![("_token", token.as_str())];
        all.extend(pairs);
        self.post_raw(path, &all)
    }

    pub fn post_raw(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        let body = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let body = body.collect::<Vec<_>>().join("&");
        self.send(Request::post(path).header("content-type", "application/x-www-form-urlencoded"), body.into())
    }

    pub fn post_json(&self, path: &str, body: &Value) -> Reply {
        let request = Request::post(path).header("content-type", "application/json").header("accept", "application/json");
        self.send(request, body.to_string().into())
    }

    /// Sends a form with a file.
    pub fn post_file(&self, path: &str, pairs: &[(&str, &str)], file: &[u8]) -> Reply {
        let token = self.token();
        let mut body = Vec::new();
        for (name, value) in [("_token", token.as_str())].iter().chain(pairs) {
            let part = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        body.extend(b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n");
        body.extend(file);
        body.extend(b"\r\n--XX--\r\n");
        self.send(Request::post(path).header("content-type", "multipart/form-data; boundary=XX"), body.into())
    }

    pub fn token(&self) -> String {
        let page = self.get("/en/staff/sign-in");
        page.between("name=\"_token\" value=\"", "\"")
    }

    /// Registers a passkey by an invitation and signs in with it.
    pub fn join(&self, invitation: &str) -> SoftwarePasskey {
        let base = format!("/en/staff/invitation/{invitation}");
        let options = self.post_json(&format!("{base}/options"), &serde_json::json!({"_token": self.token()}));
        assert_eq!(options.status, 200, "{}", options.text());
        let (mut passkey, answer) = SoftwarePasskey::create(&self.origin, &json(&options)).unwrap();
        let done = self.post_json(&format!("{base}/finish"), &answer);
        assert_eq!(json(&done)["next"], "/en/staff/sign-in");
        self.sign_in(&mut passkey);
        passkey
    }

    pub fn sign_in(&self, passkey: &mut SoftwarePasskey) {
        assert_eq!(self.sign_in_to(passkey, "/staff/schemes")["next"], "/en/staff/schemes");
    }

    /// Signs in by the form of a page that leads on to this path; what the script is told.
    pub fn sign_in_to(&self, passkey: &mut SoftwarePasskey, next: &str) -> Value {
        let options = self.post_json("/en/staff/sign-in/options", &serde_json::json!({"_token": self.token()}));
        let answer = passkey.get(&self.origin, &json(&options)).unwrap();
        let done = self.post_json(&format!("/en/staff/sign-in/finish?next={next}"), &answer);
        assert_eq!(done.status, 200, "{}", done.text());
        json(&done)
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    fn send(&self, request: axum::http::request::Builder, body: Body) -> Reply {
        let cookies = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let request = request.header("cookie", cookies.join("; ")).body(body).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let reply = runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes().to_vec();
            Reply { status: parts.status, headers: parts.headers, bytes }
        });
        for line in reply.headers.get_all("set-cookie") {
            let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        reply
    }
}

pub fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.bytes).unwrap_or_else(|_| panic!("{}", reply.text()))
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
