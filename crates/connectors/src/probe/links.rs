//! Links of a page, one step deep: an open list often leads to the open file.

use processors::WebAddress;

/// Links followed from one page at most.
const MOST: usize = 25;

/// The addresses on the same host that a page leads to.
pub fn links(page: &WebAddress, body: &[u8]) -> Vec<WebAddress> {
    let text = String::from_utf8_lossy(body.get(..body.len().min(1 << 20)).unwrap_or_default());
    let mut found = Vec::new();
    for part in text.split("href=").skip(1) {
        let quote = part.chars().next().filter(|c| matches!(c, '"' | '\''));
        let target = match quote {
            Some(quote) => part.get(1..).and_then(|rest| rest.split(quote).next()),
            None => part.split([' ', '>']).next(),
        };
        let address = target.and_then(|target| leads_to(page, target));
        if let Some(address) = address.filter(|address| address.host == page.host && !found.contains(address)) {
            found.push(address);
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// Where a link or a `Location` leads, from this page.
pub fn leads_to(page: &WebAddress, target: &str) -> Option<WebAddress> {
    let target = target.trim().replace("&amp;", "&");
    let target = target.split('#').next().unwrap_or_default();
    if target.is_empty() || target.len() > 500 {
        return None;
    }
    if target.contains("://") {
        return WebAddress::parse(target).ok();
    }
    let scheme = if page.secure { "https" } else { "http" };
    if let Some(rest) = target.strip_prefix("//") {
        return WebAddress::parse(&format!("{scheme}://{rest}")).ok();
    }
    let (before_query, _) = page.path.split_once('?').unwrap_or((&page.path, ""));
    let folder = before_query.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = match target.chars().next() {
        Some('/') => target.to_owned(),
        Some('?') => format!("{before_query}{target}"),
        _ if target.split(['/', '?']).next().is_some_and(|first| first.contains(':')) => return None,
        _ => format!("{folder}/{}", target.trim_start_matches("./")),
    };
    let whole = format!("{scheme}://{}:{}{path}", page.host_text(), page.port);
    WebAddress::parse(&whole).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_on_the_same_host_are_followed() {
        let page = WebAddress::parse("http://127.0.0.1:81/export/index.html?x").unwrap();
        let body = br##"<a href="../">up</a> <a href='records.csv'>r</a> <a href=/top?a=1&amp;b=2>t</a> <a href="?C=N">n</a>
            <a href="https://elsewhere.hk/">e</a> <a href="mailto:x@y.hk">m</a> <a href="#top">x</a>"##;
        let found: Vec<String> = links(&page, body).iter().map(ToString::to_string).collect();
        let expected =
            ["/export/../", "/export/records.csv", "/top?a=1&b=2", "/export/index.html?C=N"].map(|p| format!("http://127.0.0.1:81{p}"));
        assert_eq!(found, expected);
    }
}
