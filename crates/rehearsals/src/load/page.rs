use std::ops::Range;

use super::Reply;

/// A page as a browser without scripts reads it.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// Where it sends the browser on to.
    pub location: Option<String>,
    /// The page as HTML.
    pub html: String,
    /// The bytes, for what is no page.
    pub bytes: Vec<u8>,
}

/// A form of a page with what stands in its fields.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// Names and values, in their order.
    pub fields: Vec<(String, String)>,
    /// The file that goes with it, if the form takes files: the field's name and the content.
    pub file: Option<(String, Vec<u8>)>,
    /// Where a script fetches the options of a passkey ceremony and where it sends the answer.
    pub passkey: Option<(String, String)>,
}

impl Page {
    /// The page of a reply.
    pub fn of(reply: Reply) -> Self {
        let location = reply.header("location").map(str::to_owned);
        Self { status: reply.status, location, html: reply.text(), bytes: reply.body }
    }

    /// The form with this id; the main one of a page is called `form`.
    pub fn form(&self, id: &str) -> Option<Form> {
        let mark = format!("id=\"{id}\"");
        let (range, tag) = tags(&self.html, "form").find(|(_, tag)| tag.contains(&mark))?;
        let rest = self.html.get(range.end..)?;
        let inside = rest.get(..rest.find("</form>")?)?;
        let file = tag.contains("multipart/form-data").then(|| file_field(inside)).flatten();
        let passkey = attribute(tag, "data-options-url").zip(attribute(tag, "data-finish-url"));
        Some(Form { action: attribute(tag, "action")?, fields: fields(inside), file: file.map(|name| (name, Vec::new())), passkey })
    }

    /// Addresses of links that begin like this, each once, in their order.
    pub fn links(&self, beginning: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for (_, tag) in tags(&self.html, "a") {
            match attribute(tag, "href") {
                Some(way) if way.starts_with(beginning) && !found.contains(&way) => found.push(way),
                _ => {}
            }
        }
        found
    }

    /// The text of the main heading; the status when there is none.
    pub fn heading(&self) -> String {
        let inside = self.html.split_once("<h1").and_then(|(_, rest)| rest.split_once('>')?.1.split_once("</h1>"));
        let text = inside.map(|(inside, _)| words(inside));
        text.unwrap_or_else(|| format!("HTTP {}", self.status))
    }

    /// The heading and the first sentences about mistakes: what to say when a page was not expected.
    pub fn complaint(&self) -> String {
        let sentences = self.html.split("govuk-error-message\">").skip(1).filter_map(|rest| rest.split("</p>").next());
        let sentences: Vec<String> = sentences.take(3).map(words).collect();
        format!("HTTP {}, {:?} {}", self.status, self.heading(), sentences.join("; ")).trim_end().to_owned()
    }
}

impl Form {
    /// Puts a value into a field, or presses a button that sends one.
    pub fn set(&mut self, name: &str, value: &str) {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    /// What stands in a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// Values of the radio buttons of this name.
pub fn choices(page: &Page, name: &str) -> Vec<String> {
    let mark = format!("name=\"{name}\"");
    let radios = tags(&page.html, "input").filter(|(_, tag)| tag.contains("type=\"radio\"") && tag.contains(&mark));
    radios.filter_map(|(_, tag)| attribute(tag, "value")).collect()
}

/// What a browser sends of a form when no button of it has a name.
fn fields(inside: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for (_, tag) in tags(inside, "input") {
        let choice = tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"");
        if (choice && !tag.contains(" checked")) || tag.contains("type=\"file\"") {
            continue;
        }
        if let Some(name) = attribute(tag, "name") {
            fields.push((name, attribute(tag, "value").unwrap_or_default()));
        }
    }
    for (range, tag) in tags(inside, "textarea") {
        let content = inside.get(range.end..).and_then(|rest| rest.split("</textarea>").next()).map(unescape);
        let content = content.unwrap_or_default();
        // A browser drops the line break right after the tag.
        let content = content.strip_prefix('\n').unwrap_or(&content).to_owned();
        fields.extend(attribute(tag, "name").map(|name| (name, content)));
    }
    for (range, tag) in tags(inside, "select") {
        let options = inside.get(range.end..).and_then(|rest| rest.split("</select>").next()).unwrap_or_default();
        let chosen = tags(options, "option").find(|(_, tag)| tag.contains(" selected"));
        let value = chosen.and_then(|(_, tag)| attribute(tag, "value")).unwrap_or_default();
        fields.extend(attribute(tag, "name").map(|name| (name, value)));
    }
    fields
}

fn file_field(inside: &str) -> Option<String> {
    tags(inside, "input").find(|(_, tag)| tag.contains("type=\"file\"")).and_then(|(_, tag)| attribute(tag, "name"))
}

/// Every opening tag of this name.
fn tags<'h>(html: &'h str, name: &str) -> impl Iterator<Item = (Range<usize>, &'h str)> {
    let open = format!("<{name} ");
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + html.get(from..)?.find(&open)?;
        let end = start + html.get(start..)?.find('>')? + 1;
        from = end;
        Some((start..end, html.get(start..end)?))
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| unescape(value))
}

/// The words of a piece of HTML.
fn words(html: &str) -> String {
    let text = html.split('<').enumerate().map(|(place, piece)| match piece.split_once('>') {
        Some((_, text)) if place > 0 => text,
        _ => piece,
    });
    unescape(&text.collect::<Vec<_>>().join(" ")).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unescape(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\"")];
    let text = named.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&#38;", "&").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<h1 class="a">Find &amp; <b>go</b></h1><form method="post" enctype="multipart/form-data" action="/en/x?a=1&amp;b=2" id="form" data-options-url="/o" data-finish-url="/f">
<input type="hidden" name="_token" value="t&quot;"><input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked>
<textarea id="x" name="why" rows="2">
two &lt;lines&gt;</textarea><select id="d" name="d"><option value="">?</option><option value="KT" selected>K</option></select>
<input type="file" id="file" name="file"></form><a class="l" href="/en/x/1">one</a><a href="/en/x/1">again</a><a href="/zh/x/2">two</a>"#;

    #[test]
    fn a_form_is_read_as_a_browser_sends_it() {
        let page = Page { status: 200, html: PAGE.to_owned(), ..Page::default() };
        let mut form = page.form("form").unwrap();
        assert_eq!((form.action.as_str(), page.heading().as_str()), ("/en/x?a=1&b=2", "Find & go"));
        let field = |name| form.get(name).unwrap();
        assert_eq!((field("_token"), field("r"), field("why"), field("d")), ("t\"", "2", "two <lines>", "KT"));
        assert_eq!(form.file.as_ref().unwrap().0, "file");
        assert_eq!(form.passkey, Some(("/o".to_owned(), "/f".to_owned())));
        form.set("r", "1");
        assert_eq!((form.get("r"), form.fields.len()), (Some("1"), 4));
        assert_eq!(page.links("/en/"), ["/en/x/1"]);
        assert_eq!(choices(&page, "r"), ["1", "2"]);
        assert!(page.form("other").is_none());
    }
}
