use serde_json::Value;

/// What a line names, field by field: of JSON, of `key=value` and `Name="key">value` within it, and of a web server's log.
pub(crate) fn fields(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    match serde_json::from_str::<Value>(line) {
        Ok(value @ Value::Object(_)) => walk("", &value, &mut found),
        _ => {
            if let Some(access) = access_log(line) {
                found.extend(access);
            } else {
                pairs(line, &mut found);
            }
        }
    }
    found.truncate(MOST);
    found
}

const MOST: usize = 200;

fn walk(name: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
            walk(&name, value, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| walk(name, item, found)),
        Value::Null => {}
        Value::String(text) => {
            found.push((name.to_owned(), text.clone()));
            pairs(text, found);
            tagged(text, found);
        }
        other => found.push((name.to_owned(), other.to_string())),
    }
}

/// `key=value` and `key="a value"`, as audit records write them.
fn pairs(text: &str, found: &mut Vec<(String, String)>) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('=') {
        let key = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-' || c == '.')).next().unwrap_or_default();
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_at(after.find(|c: char| c.is_whitespace() || c == ',' || c == ';').unwrap_or(after.len())),
        };
        let named = key.chars().next().is_some_and(char::is_alphabetic);
        // Markup has its names in quotation marks too; `tagged` reads those.
        if named && !value.is_empty() && !value.contains(['<', '>']) {
            found.push((key.to_owned(), value.to_owned()));
        }
        rest = left;
    }
}

/// `<Data Name="key">value</Data>` and `<key>value</key>`, as Sysmon writes them.
fn tagged(text: &str, found: &mut Vec<(String, String)>) {
    for piece in text.split('<').skip(1) {
        let Some((tag, value)) = piece.split_once('>') else { continue };
        let name = tag.split_once("Name=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or(tag);
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if plain && !value.trim().is_empty() {
            found.push((name.to_owned(), value.to_owned()));
        }
    }
}

/// The common and the combined log of web servers.
fn access_log(line: &str) -> Option<Vec<(String, String)>> {
    let (head, rest) = line.split_once(" [")?;
    let mut names = head.split_whitespace();
    let (client, _, user) = (names.next()?, names.next()?, names.next()?);
    let (_, rest) = rest.split_once("] \"")?;
    let (request, rest) = rest.split_once("\" ")?;
    let mut numbers = rest.split_whitespace();
    let (status, bytes) = (numbers.next()?, numbers.next()?);
    let mut words = request.split(' ');
    let (method, path) = (words.next()?, words.next().unwrap_or_default());
    let mut quoted = rest.split('"').skip(1).step_by(2);
    let (referer, agent) = (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
    let all = [("client", client), ("user", user), ("method", method), ("path", path), ("status", status), ("bytes", bytes), ("referer", referer), ("agent", agent)];
    let told = all.into_iter().filter(|(_, value)| !value.is_empty() && *value != "-");
    Some(told.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str, name: &str) -> Vec<String> {
        fields(line).into_iter().filter(|(field, _)| field == name).map(|(_, value)| value).collect()
    }

    #[test]
    fn fields_of_records_within_records_are_found() {
        let audit = r#"{"Computer":"UBUNTU5","n":{"port":443},"tags":["a","b"],"gone":null,"SyslogMessage":"type=EXECVE a0=\"sh -c\" user=tomcat exit=-2,"}"#;
        for (name, values) in [("Computer", &["UBUNTU5"][..]), ("n.port", &["443"]), ("tags", &["a", "b"]), ("gone", &[]), ("user", &["tomcat"]), ("a0", &["sh -c"]), ("exit", &["-2"])] {
            assert_eq!(of(audit, name), values, "{name}");
        }
        let sysmon = r#"{"SyslogMessage":"<Event><EventID>5</EventID><Data Name=\"Image\">/bin/bash</Data><Empty></Empty></Event>"}"#;
        for (name, values) in [("EventID", &["5"][..]), ("Image", &["/bin/bash"]), ("Empty", &[])] {
            assert_eq!(of(sysmon, name), values, "{name}");
        }
        let web = "127.0.0.5 - - [11/May/2022:18:10:21 +0800] \"GET /a?b=c HTTP/1.1\" 404 12 \"-\" \"curl/8 (x)\"";
        for (name, values) in [("client", &["127.0.0.5"][..]), ("path", &["/a?b=c"]), ("status", &["404"]), ("referer", &[]), ("agent", &["curl/8 (x)"]), ("user", &[])] {
            assert_eq!(of(web, name), values, "{name}");
        }
        assert_eq!(of("sshd[7]: from=127.0.0.2 port=22", "from"), ["127.0.0.2"]);
        assert!(fields("no fields = here").is_empty() && fields("").is_empty());
    }
}
