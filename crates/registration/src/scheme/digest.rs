use serde::Serialize;
use serde_json::Value;

/// SHA-256 over canonical JSON: keys sorted, no white space, so that a digest stays the same however the value was
/// written down. Our values are texts, booleans and whole numbers, for which this agrees with RFC 8785.
pub(super) fn digest(value: &impl Serialize) -> Result<[u8; 32], serde_json::Error> {
    let mut out = String::new();
    canonical(&serde_json::to_value(value)?, &mut out);
    Ok(seal::sha256(&[out.as_bytes()]))
}

fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            list(out, ['{', '}'], entries, |(key, value), out| {
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                canonical(value, out);
            });
        }
        Value::Array(items) => list(out, ['[', ']'], items, canonical),
        plain => out.push_str(&plain.to_string()),
    }
}

fn list<T>(out: &mut String, marks: [char; 2], items: impl IntoIterator<Item = T>, each: impl Fn(T, &mut String)) {
    let [open, close] = marks;
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        each(item, out);
    }
    out.push(close);
}
