//! Where data lies when it is not where it is said to be.

use std::net::IpAddr;

use processors::WebAddress;

/// Paths that were found open elsewhere: what is left over after moves, exports, backups.
const PATHS: &[&str] = &[
    "/",
    "/backup",
    "/backup/",
    "/backups/",
    "/old",
    "/old/",
    "/export",
    "/export/",
    "/export.csv",
    "/export.json",
    "/export.xlsx",
    "/exports/",
    "/data",
    "/data/",
    "/data.csv",
    "/records.csv",
    "/records.json",
    "/backup.zip",
    "/backup.sql",
    "/backup.sql.gz",
    "/dump.sql",
    "/db.sql",
    "/uploads/",
    "/files/",
    "/test/",
    "/api/export",
    "/admin/export",
];

/// What is put behind a path.
const TAILS: &[&str] = &["/", ".bak", ".old", "~", ".csv", ".zip", "/export", "/export.csv", "/old", "/backup", "/records.csv"];

/// The ways in which a search shows what was only hidden.
const REVEALING: &[&str] = &["deleted=1", "include_deleted=true", "all=1", "archived=1"];

/// The origins at which an address is looked for: `http` and `https`, with and without `www.`, the usual and further ports. The
/// declared one comes first.
pub fn origins(address: &WebAddress, ports: &[u16]) -> Vec<WebAddress> {
    let root = |secure: bool, host: &str, port: u16| WebAddress { secure, host: host.to_owned(), port, path: "/".into() };
    let mut hosts = vec![address.host.clone()];
    if address.host.parse::<IpAddr>().is_err() {
        let bare = address.host.strip_prefix("www.").map(str::to_owned);
        hosts.push(bare.unwrap_or_else(|| format!("www.{}", address.host)));
    }
    let mut found = vec![root(address.secure, &address.host, address.port)];
    for host in &hosts {
        let usual = [(true, 443), (false, 80), (address.secure, address.port), (!address.secure, address.port)];
        let further = ports.iter().flat_map(|&port| [(true, port), (false, port)]);
        found.extend(usual.into_iter().chain(further).map(|(secure, port)| root(secure, host, port)));
    }
    without_twins(found)
}

/// The paths to look at on one origin, the declared one first.
pub fn paths(origin: &WebAddress, declared: &WebAddress) -> Vec<WebAddress> {
    let plain = declared.path.split('?').next().unwrap_or("/").trim_end_matches('/');
    let mut paths = vec![declared.path.clone(), plain.to_owned()];
    if !plain.is_empty() {
        paths.extend(TAILS.iter().map(|tail| format!("{plain}{tail}")));
        paths.extend(["/old", "/backup", "/test"].iter().map(|head| format!("{head}{plain}")));
        let mut parent = plain;
        while let Some((above, _)) = parent.rsplit_once('/') {
            paths.push(format!("{above}/"));
            parent = above;
        }
    }
    paths.extend(PATHS.iter().map(|&path| path.to_owned()));
    let at = |path: String| WebAddress { path: if path.is_empty() { "/".into() } else { path }, ..origin.clone() };
    without_twins(paths.into_iter().map(at).collect())
}

/// A search for one term: where `{}` stands, or as the parameter `q`; and then in the ways that show what is only hidden.
pub fn searches(interface: &WebAddress, term: &str) -> Vec<WebAddress> {
    let term = encoded(term);
    let path = if interface.path.contains("{}") {
        interface.path.replace("{}", &term)
    } else {
        let joint = if interface.path.contains('?') { '&' } else { '?' };
        format!("{}{joint}q={term}", interface.path)
    };
    let joint = if path.contains('?') { '&' } else { '?' };
    let revealing = REVEALING.iter().map(|more| format!("{path}{joint}{more}"));
    let all = std::iter::once(path.clone()).chain(revealing);
    all.map(|path| WebAddress { path, ..interface.clone() }).collect()
}

fn encoded(term: &str) -> String {
    let mut out = String::new();
    for byte in term.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&kernel::to_hex(&[byte]).to_ascii_uppercase());
        }
    }
    out
}

fn without_twins(addresses: Vec<WebAddress>) -> Vec<WebAddress> {
    let mut seen = std::collections::HashSet::new();
    addresses.into_iter().filter(|address| seen.insert(address.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(addresses: &[WebAddress]) -> Vec<String> {
        addresses.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_usual_neighbours_are_looked_at_and_the_declared_one_first() {
        let declared = WebAddress::parse("https://forms.example.hk/2022/testing?list=1").unwrap();
        let origins = origins(&declared, &[8080, 8443]);
        let written = texts(&origins);
        assert_eq!(written[0], "https://forms.example.hk/");
        for wanted in [
            "http://forms.example.hk/",
            "https://www.forms.example.hk/",
            "http://forms.example.hk:8080/",
            "https://www.forms.example.hk:8443/",
        ] {
            assert!(written.contains(&wanted.to_owned()), "{wanted}");
        }
        let paths = texts(&paths(&origins[0], &declared));
        assert_eq!(paths[0], "https://forms.example.hk/2022/testing?list=1");
        for wanted in ["/2022/testing", "/2022/testing.bak", "/old/2022/testing", "/2022/", "/", "/backup/", "/export.csv"] {
            assert!(paths.contains(&format!("https://forms.example.hk{wanted}")), "{wanted}");
        }
        assert!(paths.len() < 80);
        assert!(texts(&super::origins(&WebAddress::parse("http://127.0.0.1:81/").unwrap(), &[])).iter().all(|a| !a.contains("www")));
    }

    #[test]
    fn searches_ask_also_for_what_is_only_hidden() {
        let template = WebAddress::parse("https://forms.example.hk/find/{}?x=1").unwrap();
        let asked = texts(&searches(&template, "Q123456(7)"));
        assert_eq!(asked[0], "https://forms.example.hk/find/Q123456%287%29?x=1");
        assert!(asked.contains(&"https://forms.example.hk/find/Q123456%287%29?x=1&include_deleted=true".to_owned()));
        let plain = WebAddress::parse("https://forms.example.hk/find").unwrap();
        assert_eq!(texts(&searches(&plain, "a b"))[0], "https://forms.example.hk/find?q=a%20b");
    }
}
