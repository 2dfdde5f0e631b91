//! A browser without scripts: it reads forms out of pages, keeps what stands in their fields, and sends them.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// A page as it came.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: StatusCode,
    pub html: String,
    pub location: Option<String>,
    pub headers: axum::http::HeaderMap,
}

/// What asks and sends.
#[derive(Clone)]
pub struct Client(pub Router);

impl Client {
    pub async fn get(&self, path: &str) -> Page {
        let page = self.send(Request::get(path).body(Body::empty()).unwrap()).await;
        match page.location.clone() {
            Some(location) => Box::pin(self.get(&location)).await,
            None => page,
        }
    }

    pub async fn post(&self, path: &str, fields: &[(String, String)]) -> Page {
        let body = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let body = body.collect::<Vec<_>>().join("&");
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        let page = self.send(request.body(Body::from(body)).unwrap()).await;
        match page.location.clone() {
            Some(location) => Box::pin(self.get(&location)).await,
            None => page,
        }
    }

    /// Sends the page's form with a file chosen in its field `file`.
    pub async fn submit_file(&self, page: &Page, file: &[u8]) -> Page {
        self.submit_with_file(page, &[], "file", file).await
    }

    /// Fills the page's form, chooses a file in a field of it, and sends it.
    pub async fn submit_with_file(&self, page: &Page, filled: &[(&str, &str)], field: &str, file: &[u8]) -> Page {
        let (action, fields) = page.form("form");
        let mut body = Vec::new();
        for (name, value) in with(fields, filled).iter().filter(|(name, _)| name != field) {
            let part = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        let chosen = format!("--XX\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"lionrock-receipt.json\"\r\n\r\n");
        body.extend(chosen.into_bytes());
        body.extend(file);
        body.extend(b"\r\n--XX--\r\n");
        let request = Request::post(action).header("content-type", "multipart/form-data; boundary=XX");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Fills the page's form and presses its main button.
    pub async fn submit(&self, page: &Page, filled: &[(&str, &str)]) -> Page {
        self.submit_form(page, "form", filled).await
    }

    pub async fn submit_form(&self, page: &Page, id: &str, filled: &[(&str, &str)]) -> Page {
        let (action, fields) = page.form(id);
        self.post(&action, &with(fields, filled)).await
    }

    /// Presses the language switch, which sends the form.
    pub async fn switch(&self, page: &Page, language: &str, filled: &[(&str, &str)]) -> Page {
        let (_, fields) = page.form("form");
        let mark = format!("value=\"{language}\"");
        let button = page.tags("button").into_iter().find(|tag| tag.contains("_switch") && tag.contains(&mark)).unwrap();
        let mut filled = filled.to_vec();
        filled.push(("_switch", language));
        self.post(&attribute(&button, "formaction").unwrap(), &with(fields, &filled)).await
    }

    async fn send(&self, request: Request<Body>) -> Page {
        let response = self.0.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let location = status.is_redirection().then(|| headers["location"].to_str().unwrap().to_owned());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Page { status, html: String::from_utf8_lossy(&bytes).into_owned(), location, headers }
    }
}

impl Page {
    /// The text of the main heading.
    pub fn h1(&self) -> String {
        let from = self.html.find("<h1").unwrap_or_else(|| panic!("no heading in {}", self.html));
        let rest = &self.html[from..];
        let inside = &rest[rest.find('>').unwrap() + 1..rest.find("</h1>").unwrap()];
        text(inside)
    }

    pub fn has(&self, needle: &str) -> bool {
        self.html.contains(needle)
    }

    /// Action and fields of a form, as a browser would send them without a button.
    pub fn form(&self, id: &str) -> (String, Vec<(String, String)>) {
        let mark = format!("id=\"{id}\"");
        let start = self.tags_at("form").into_iter().find(|(_, tag)| tag.contains(&mark));
        let (at, tag) = start.unwrap_or_else(|| panic!("no form {id} in {}", self.html));
        let inside = &self.html[at..at + self.html[at..].find("</form>").unwrap()];
        let page = Self { html: inside.to_owned(), ..self.clone() };
        (attribute(&tag, "action").unwrap(), page.fields())
    }

    fn fields(&self) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        for tag in self.tags("input") {
            let choice = tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"");
            if !choice || tag.contains(" checked") {
                fields.push((attribute(&tag, "name").unwrap(), attribute(&tag, "value").unwrap_or_default()));
            }
        }
        for (at, tag) in self.tags_at("textarea") {
            let rest = &self.html[at + tag.len()..];
            let inside = unescape(&rest[..rest.find("</textarea>").unwrap()]);
            // A browser drops the line break right after the tag.
            fields.push((attribute(&tag, "name").unwrap(), inside.strip_prefix('\n').unwrap_or(&inside).to_owned()));
        }
        for (at, tag) in self.tags_at("select") {
            let rest = &self.html[at..at + self.html[at..].find("</select>").unwrap()];
            let inside = Self { html: rest.to_owned(), ..self.clone() };
            let chosen = inside.tags("option").into_iter().find(|tag| tag.contains(" selected"));
            let value = chosen.and_then(|tag| attribute(&tag, "value")).unwrap_or_default();
            fields.push((attribute(&tag, "name").unwrap(), value));
        }
        fields
    }

    pub fn field(&self, name: &str) -> String {
        let (_, fields) = self.form("form");
        fields.into_iter().find(|(field, _)| field == name).unwrap_or_else(|| panic!("no field {name}")).1
    }

    pub fn tags(&self, name: &str) -> Vec<String> {
        self.tags_at(name).into_iter().map(|(_, tag)| tag).collect()
    }

    fn tags_at(&self, name: &str) -> Vec<(usize, String)> {
        let open = format!("<{name} ");
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = self.html[from..].find(&open) {
            let start = from + at;
            let end = start + self.html[start..].find('>').unwrap();
            found.push((start, self.html[start..=end].to_owned()));
            from = end;
        }
        found
    }

    /// What a reader sees, without tags.
    pub fn text(&self) -> String {
        text(&self.html)
    }
}

fn with(fields: Vec<(String, String)>, filled: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fields: Vec<_> =
        fields.into_iter().filter(|(name, _)| !filled.iter().any(|(other, _)| other == name)).collect();
    fields.extend(filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    fields
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let open = format!(" {name}=\"");
    let rest = &tag[tag.find(&open)? + open.len()..];
    Some(unescape(&rest[..rest.find('"')?]))
}

fn text(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => {
                inside = true;
                out.push(' ');
            }
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    unescape(&out).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unescape(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\"")];
    let text = named.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&#38;", "&").replace("&amp;", "&")
}

fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
