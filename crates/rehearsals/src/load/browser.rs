use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::page::{Form, Page};
use super::{Client, GaveUp, Patience, Sample, Target, request};

/// A browser without scripts: it keeps cookies, reads forms and sends them, and says of each request where it comes from. It
/// reaches the server as through a name: what it asks for is the public address.
pub struct Browser {
    client: Client,
    origin: String,
    cookies: BTreeMap<String, String>,
    /// When the time of its samples begins.
    pub began: Instant,
    /// How long each page took.
    pub pages: Vec<Sample>,
}

/// A person presses a button again a few times, not for minutes.
const PATIENCE: Patience = Patience { attempts: 40, total: Duration::from_secs(30) };

impl Browser {
    /// A browser in which nobody is signed in, for the server at this target under its public address.
    pub fn new(target: Target, origin: &str) -> Self {
        Self { client: Client::new(target), origin: origin.to_owned(), cookies: BTreeMap::new(), began: Instant::now(), pages: Vec::new() }
    }

    /// The browser of somebody with an address of his own, as residents have: all of 127.0.0.0/8 is this machine.
    pub fn of_resident(target: Target, origin: &str, number: usize) -> Self {
        let [_, high, middle, low] = u32::try_from(number % 0x00ff_0000).unwrap_or(0).to_be_bytes();
        Self::new(target.coming_from(Ipv4Addr::new(127, high.saturating_add(1), middle, low)), origin)
    }

    /// The public address that it shows.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Opens an address and follows where it is sent on to.
    pub async fn open(&mut self, path: &str) -> Result<Page, GaveUp> {
        let page = self.get(path).await?;
        self.follow(page).await
    }

    /// Asks for an address, without following.
    pub async fn get(&mut self, path: &str) -> Result<Page, GaveUp> {
        self.send("GET", path, None, b"").await
    }

    /// Sends a form and follows where it is sent on to.
    pub async fn submit(&mut self, form: &Form) -> Result<Page, GaveUp> {
        let page = self.post(form).await?;
        self.follow(page).await
    }

    /// Sends a form, without following.
    pub async fn post(&mut self, form: &Form) -> Result<Page, GaveUp> {
        if let Some((name, content)) = &form.file {
            let body = multipart(&form.fields, name, content);
            return self.send("POST", &form.action, Some(&format!("multipart/form-data; boundary={BOUNDARY}")), &body).await;
        }
        let body = urlencoded(&form.fields);
        self.send("POST", &form.action, Some("application/x-www-form-urlencoded"), body.as_bytes()).await
    }

    /// What a script of the page sends.
    pub async fn script(&mut self, path: &str, body: &Value) -> Result<Page, GaveUp> {
        self.send("POST", path, Some("application/json"), body.to_string().as_bytes()).await
    }

    async fn follow(&mut self, mut page: Page) -> Result<Page, GaveUp> {
        for _ in 0..MOST_TURNS {
            let Some(way) = page.location.take().filter(|_| (300..400).contains(&page.status)) else { break };
            page = self.get(&way).await?;
        }
        Ok(page)
    }

    async fn send(&mut self, method: &str, path: &str, kind: Option<&str>, body: &[u8]) -> Result<Page, GaveUp> {
        let host = self.origin.split_once("://").map_or("", |(_, host)| host).to_owned();
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let script = kind == Some("application/json");
        let accept = if script { "application/json" } else { "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" };
        let mut headers = vec![("accept", accept), ("sec-fetch-site", "same-origin")];
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        if let Some(kind) = kind {
            headers.extend([("content-type", kind), ("origin", &self.origin)]);
        }
        let bytes = request(method, path, &host, &headers, body);
        let asked = Instant::now();
        let reply = self.client.send(&bytes, PATIENCE).await?;
        self.pages.push(Sample { done: self.began.elapsed(), took: asked.elapsed() });
        for line in reply.headers("set-cookie") {
            self.keep(line);
        }
        Ok(Page::of(reply))
    }

    fn keep(&mut self, line: &str) {
        let Some((name, rest)) = line.split_once('=') else { return };
        let value = rest.split(';').next().unwrap_or_default();
        if value.is_empty() || rest.to_ascii_lowercase().contains("max-age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

const MOST_TURNS: usize = 5;
const BOUNDARY: &str = "lionrock-7d9f31e2c4";

fn urlencoded(fields: &[(String, String)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// RFC 7578. Without a file the field goes along empty, as a browser sends it.
fn multipart(fields: &[(String, String)], file: &str, content: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let (name, kind) = match content {
        [] => ("", "application/octet-stream"),
        [b'%', b'P', b'D', b'F', ..] => ("document.pdf", "application/pdf"),
        _ => ("lines.csv", "text/csv"),
    };
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{file}\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n");
    body.extend(head.into_bytes());
    body.extend(content);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser() -> Browser {
        Browser::new(Target::parse("http://127.0.0.1:1", None).unwrap(), "https://localhost:8443")
    }

    #[test]
    fn cookies_are_kept_until_they_are_taken_back() {
        let mut browser = browser();
        browser.keep("__Host-session=abc; Path=/; Secure");
        browser.keep("ceremony=def; Max-Age=300");
        assert_eq!(browser.cookies.len(), 2);
        browser.keep("ceremony=; Max-Age=0; Path=/");
        assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["__Host-session"]);
    }

    #[test]
    fn fields_are_encoded() {
        let fields = [("a b".to_owned(), "1&2=é".to_owned()), ("c".to_owned(), String::new())];
        assert_eq!(urlencoded(&fields), "a%20b=1%262%3D%C3%A9&c=");
        let body = String::from_utf8(multipart(&fields, "file", b"%PDF-x")).unwrap();
        assert!(body.contains("name=\"c\"\r\n\r\n\r\n") && body.contains("filename=\"document.pdf\"\r\n") && body.ends_with("--\r\n"));
    }
}
