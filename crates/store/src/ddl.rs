//! The portable text of a schema, put into the words of each engine.

use crate::session::Dialect;

/// The statements of a script; one ends with `;` at the end of a line that is not a comment.
pub(crate) fn statements(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    for line in script.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with("--") {
            continue;
        }
        let code = line.split(" --").next().unwrap_or(line).trim_end();
        let ended = code.strip_suffix(';');
        current.push_str(ended.unwrap_or(code));
        current.push('\n');
        if ended.is_some() {
            found.push(std::mem::take(&mut current));
        }
    }
    if !current.trim().is_empty() {
        found.push(current);
    }
    found
}

/// One statement in the words of the engine.
pub(crate) fn translate(statement: &str, dialect: Dialect) -> String {
    let typed = types(statement, dialect);
    let body = typed.trim_end();
    let (columns, without_rowid) = match strip_suffix_ignoring_case(body, "without rowid") {
        Some(columns) => (columns.trim_end(), true),
        None => (body, false),
    };
    let creates = columns.trim_start().get(..12).is_some_and(|start| start.eq_ignore_ascii_case("create table"));
    match (dialect, creates, without_rowid) {
        (Dialect::Sqlite, true, true) => format!("{columns} without rowid, strict"),
        (Dialect::Sqlite, true, false) => format!("{columns} strict"),
        _ => columns.to_owned(),
    }
}

fn strip_suffix_ignoring_case<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    let at = text.len().checked_sub(suffix.len())?;
    let end = text.get(at..)?;
    if end.eq_ignore_ascii_case(suffix) { text.get(..at) } else { None }
}

/// Replaces the four types where they stand as words; `BYTES(16)` is as good as `BYTES`.
fn types(statement: &str, dialect: Dialect) -> String {
    let mut out = String::with_capacity(statement.len() + 16);
    let mut rest = statement;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric() || c == '_') {
        let (before, from_word) = rest.split_at(start);
        let end = from_word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(from_word.len());
        let (word, after) = from_word.split_at(end);
        out.push_str(before);
        out.push_str(match (word, dialect) {
            ("INT64" | "BOOL", Dialect::Sqlite) => "INTEGER",
            ("BYTES", Dialect::Sqlite) => "BLOB",
            ("INT64", Dialect::Postgres) => "BIGINT",
            ("BYTES", Dialect::Postgres) => "BYTEA",
            ("BOOL", Dialect::Postgres) => "BOOLEAN",
            _ => word,
        });
        rest = if word == "BYTES" { without_length(after) } else { after };
    }
    out.push_str(rest);
    out
}

fn without_length(after: &str) -> &str {
    let digits = after.strip_prefix('(').and_then(|inner| inner.split_once(')'));
    match digits {
        Some((length, rest)) if length.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "-- a household;\ncreate table household (\n  id BYTES(16) primary key, -- its id;\n  at INT64 not null,\n  open BOOL not null\n) without rowid;\n\ncreate index by_at on household (at);\n";

    #[test]
    fn a_script_is_cut_at_the_semicolon_that_ends_a_line() {
        let found = statements(SCRIPT);
        assert_eq!(found.len(), 2);
        assert!(found[1].starts_with("create index"));
    }

    #[test]
    fn a_table_is_put_into_the_words_of_each_engine() {
        let table = &statements(SCRIPT)[0];
        assert_eq!(
            translate(table, Dialect::Sqlite),
            "create table household (\n  id BLOB primary key,\n  at INTEGER not null,\n  open INTEGER not null\n) without rowid, strict"
        );
        assert_eq!(
            translate(table, Dialect::Postgres),
            "create table household (\n  id BYTEA primary key,\n  at BIGINT not null,\n  open BOOLEAN not null\n)"
        );
    }

    #[test]
    fn words_that_only_contain_a_type_are_left_alone() {
        assert_eq!(translate("create index x on t (INT64_x, BYTES)", Dialect::Sqlite), "create index x on t (INT64_x, BLOB)");
    }
}
