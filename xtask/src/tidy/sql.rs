//! One SQL text for both engines, and each says where it comes from.

use super::finding::Finding;
use super::repository::Repository;

/// What one of the engines lacks or reads differently, or what pages must not wait for.
const BANNED: &[(&str, &str)] = &[
    (
        "any($",
        "join or pass one parameter each; arrays are PostgreSQL's",
    ),
    ("ilike", "fold before storing; ilike is PostgreSQL's"),
    ("now()", "pass Work::now as a parameter"),
    ("current_timestamp", "pass Work::now as a parameter"),
    (
        "skip locked",
        "claim with update … where id in (select … limit) returning",
    ),
    (
        "->",
        "store what is queried in a column; JSON operators differ",
    ),
    ("serial", "ids are UUIDv7 made before the insert"),
    ("bigserial", "ids are UUIDv7 made before the insert"),
    ("autoincrement", "ids are UUIDv7 made before the insert"),
    (
        "as (insert",
        "two statements; data-changing CTEs are PostgreSQL's",
    ),
    (
        "as (update",
        "two statements; data-changing CTEs are PostgreSQL's",
    ),
    (
        "as (delete",
        "two statements; data-changing CTEs are PostgreSQL's",
    ),
];

/// Checks every SQL text of the product and every migration.
pub fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in repository
        .rust()
        .filter(|(file, _)| file.house() != Some("xtask"))
    {
        for literal in source.literals.iter().filter(|literal| !literal.is_test) {
            let note = |rule, advice: String| Finding::new(&file.path, literal.line, rule, advice);
            if file.house() != Some("store") && folded(&literal.text).starts_with("pragma ") {
                findings.push(note(
                    "engine",
                    "only `store` sets an engine's pragmas".to_owned(),
                ));
            }
            if !is_sql(&literal.text) {
                continue;
            }
            if !is_named(&literal.text) {
                findings.push(note(
                    "sql name",
                    "begin the text with a line `-- slice.function`".to_owned(),
                ));
            }
            if folded(&literal.text).contains("count(*)") && !literal.text.contains("-- small:") {
                let advice =
                    "keep a counter, or say why the table is small in a line `-- small: …`";
                findings.push(note("sql count", advice.to_owned()));
            }
            findings.extend(
                banned(&literal.text)
                    .map(|(word, instead)| note("sql", format!("`{word}`: {instead}"))),
            );
        }
    }
    for (file, text) in repository
        .texts()
        .filter(|(file, _)| file.has_extension(&["sql"]))
    {
        for (number, line) in (1..).zip(text.lines()) {
            let note = |(word, instead)| {
                Finding::new(&file.path, number, "sql", format!("`{word}`: {instead}"))
            };
            findings.extend(banned(line).map(note));
        }
    }
    findings
}

/// A statement is told from a sentence by its lower case and by its second word.
fn is_sql(text: &str) -> bool {
    text.lines().map(str::trim_start).any(|line| {
        let upper = line.chars().take(6).all(|c| c.is_ascii_uppercase());
        let line = if upper {
            line.to_ascii_lowercase()
        } else {
            line.to_owned()
        };
        [
            "insert into ",
            "delete from ",
            "create table ",
            "create index ",
            "create unique index ",
            "alter table ",
        ]
        .iter()
        .any(|start| line.starts_with(start))
            || line.starts_with("select ") && folded(text).contains(" from ")
            || line.starts_with("update ") && folded(text).contains(" set ")
    })
}

/// Whether the first line is `-- slice.function`.
fn is_named(text: &str) -> bool {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let name = first
        .strip_prefix("-- ")
        .and_then(|name| name.split_whitespace().next()?.split_once('.'));
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    name.is_some_and(|(slice, function)| is_word(slice) && is_word(function))
}

fn banned(text: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let text = folded(text);
    BANNED
        .iter()
        .filter(move |(word, _)| holds(&text, word))
        .copied()
}

/// Lower case, without comments, one space between words.
fn folded(text: &str) -> String {
    let code = text
        .lines()
        .map(|line| line.split("--").next().unwrap_or_default());
    let words: Vec<String> = code
        .flat_map(str::split_whitespace)
        .map(str::to_ascii_lowercase)
        .collect();
    words.join(" ").replace("( ", "(").replace("as(", "as (")
}

fn holds(text: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let (before, rest) = text.split_at_checked(at).unwrap_or_default();
        let after = rest.strip_prefix(word).unwrap_or_default();
        let joined_before = word.starts_with(is_word) && before.ends_with(is_word);
        let joined_after = word.ends_with(is_word) && after.starts_with(is_word);
        !joined_before && !joined_after
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::found;
    use super::*;

    fn in_vault(sql: &str) -> Vec<String> {
        found(
            check,
            &[(
                "crates/vault/src/a.rs",
                &format!("fn a() {{ b(\"{sql}\"); }}"),
            )],
        )
    }

    #[test]
    fn a_named_portable_text_passes() {
        assert_eq!(
            in_vault("-- vault.open\nselect a from b where serial_number = $1"),
            Vec::<String>::new()
        );
        assert_eq!(
            in_vault("-- vault.all\n-- small: one row a scheme\nselect count(*) from b"),
            Vec::<String>::new()
        );
        assert_eq!(
            in_vault("Select a district from the list."),
            Vec::<String>::new()
        );
        let test = "#[cfg(test)]\nmod tests { fn a() { b(\"select count(*) from c\"); } }";
        assert_eq!(
            found(check, &[("crates/vault/src/a.rs", test)]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_text_without_its_name_is_found() {
        for sql in [
            "select a from b",
            "insert into a values ($1)",
            "update a set b = 1",
            "DELETE FROM a",
            "-- vault\ndelete from a",
        ] {
            assert_eq!(in_vault(sql), ["1: sql name"], "{sql}");
        }
        assert_eq!(
            in_vault("-- vault.count\nselect count(*) from b"),
            ["1: sql count"]
        );
    }

    #[test]
    fn what_one_engine_lacks_is_found() {
        let texts = [
            "select a from b where c = any($1)",
            "select a from b where c ILIKE $1",
            "select now() from b",
            "select a from b for update skip locked",
            "select a->>'b' from c",
            "create table a (id bigserial)",
            "create table a (id serial)",
            "with x as (\n  delete from a returning b)\nselect b from x",
        ];
        for sql in texts {
            assert_eq!(in_vault(&format!("-- vault.a\n{sql}")), ["1: sql"], "{sql}");
            let migration = sql.replace('\n', " ");
            assert_eq!(
                found(check, &[("crates/vault/migrations/0001_a.sql", &migration)]),
                ["1: sql"],
                "{sql}"
            );
        }
        assert_eq!(in_vault("pragma synchronous = off"), ["1: engine"]);
    }
}
