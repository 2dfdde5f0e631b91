//! Just enough of Rust's grammar to tell code from comments, texts and tests.

/// A Rust file taken apart.
pub struct Source {
    pub lines: Vec<Line>,
    pub literals: Vec<Literal>,
}

/// A line with its comments and the contents of its texts blanked.
pub struct Line {
    pub number: usize,
    pub code: String,
    pub is_test: bool,
}

/// A text in the code, and the line where it begins.
pub struct Literal {
    pub line: usize,
    pub text: String,
    pub is_test: bool,
}

impl Source {
    /// Reads a file; in one of a `tests` folder everything is a test.
    pub fn read(text: &str, all_test: bool) -> Source {
        let (code, mut literals) = blank(text);
        let ranges = test_lines(&code);
        let is_test = |number: usize| {
            all_test
                || ranges
                    .iter()
                    .any(|(first, last)| (first..=last).contains(&&number))
        };
        let lines = (1..).zip(code.lines());
        let lines = lines
            .map(|(number, code)| Line {
                number,
                code: code.to_owned(),
                is_test: is_test(number),
            })
            .collect();
        for literal in &mut literals {
            literal.is_test = is_test(literal.line);
        }
        Source { lines, literals }
    }
}

/// Whether the code names `path` as a whole: `env::var` is in `std::env::var("X")`, not in `my_env::variable`.
pub fn names(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code.get(..at).and_then(|start| start.chars().next_back());
        let after = code
            .get(at + path.len()..)
            .and_then(|end| end.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Whether the code names the crate `name`: at the start of a path or in a `use`, not as a part of another path.
pub fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code.get(..at).unwrap_or_default();
        let after = code.get(at + name.len()..).unwrap_or_default();
        let starts = match before.strip_suffix("::") {
            Some(parent) => !parent.ends_with(|c: char| is_word(c) || c == '>'),
            None => !before.ends_with(|c: char| is_word(c) || c == '.'),
        };
        let used = before.trim_end_matches("::").trim_end().ends_with("use")
            || before.trim_end().ends_with("extern crate");
        starts && (after.starts_with("::") || used && !after.starts_with(is_word))
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The code with comments and texts blanked, line for line, and the texts.
fn blank(text: &str) -> (String, Vec<Literal>) {
    let (mut code, mut literals) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after_word = code.ends_with(is_word);
        let (length, is_literal) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if rest.starts_with("/*") {
            (comment(rest), false)
        } else if let Some(length) = literal(rest, after_word) {
            (length, true)
        } else {
            code.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        };
        let (taken, left) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if is_literal && taken.trim_start_matches(['b', 'c']).starts_with(['"', 'r']) {
            let line = code.matches('\n').count() + 1;
            literals.push(Literal {
                line,
                text: unescaped(taken),
                is_test: false,
            });
        }
        code.extend(taken.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = left;
    }
    (code, literals)
}

/// The length of a comment in `/* */`, which may hold others.
fn comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match (before, c) {
            ('/', '*') => (depth, before) = (depth + 1, ' '),
            ('*', '/') if depth == 1 => return at + 1,
            ('*', '/') => (depth, before) = (depth.saturating_sub(1), ' '),
            _ => before = c,
        }
    }
    text.len()
}

/// The length of a text or character that begins here, prefix and quotes included.
fn literal(text: &str, after_word: bool) -> Option<usize> {
    let bare = if after_word {
        text
    } else {
        text.trim_start_matches(['b', 'c'])
    };
    let prefix = text.len() - bare.len();
    let raw = bare
        .strip_prefix('r')
        .filter(|_| !after_word)
        .and_then(|raw| {
            let hashes = raw.len() - raw.trim_start_matches('#').len();
            let end = format!("\"{}", "#".repeat(hashes));
            let body = raw.get(hashes..)?.strip_prefix('"')?;
            Some(1 + hashes + 1 + body.find(&end).map_or(body.len(), |at| at + end.len()))
        });
    raw.or_else(|| bare.strip_prefix('"').map(|body| 1 + quoted(body, '"')))
        .or_else(|| character(bare))
        .filter(|_| prefix <= 1)
        .map(|length| prefix + length)
}

/// A character, not a lifetime: `'a'` and `'\n'`, not `'a`.
fn character(text: &str) -> Option<usize> {
    let body = text.strip_prefix('\'')?;
    let mut inside = body.chars();
    match (inside.next()?, inside.next()?) {
        ('\\', _) | (_, '\'') => Some(1 + quoted(body, '\'')),
        _ => None,
    }
}

/// The length up to and with the closing quote.
fn quoted(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => (),
        }
    }
    body.len()
}

/// What a text says, as far as the rules need it.
fn unescaped(literal: &str) -> String {
    let inside = literal.split_once('"').map_or("", |(_, rest)| rest);
    let inside = inside
        .trim_end_matches('#')
        .strip_suffix('"')
        .unwrap_or(inside);
    if literal.starts_with('r') || literal.starts_with("br") {
        return inside.to_owned();
    }
    let joined: Vec<&str> = inside
        .split("\\\n")
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.trim_start() })
        .collect();
    joined.concat().replace("\\n", "\n").replace("\\\"", "\"")
}

/// First and last lines of the items marked `#[cfg(test)]`.
fn test_lines(code: &str) -> Vec<(usize, usize)> {
    let marks = code.match_indices("#[cfg(test)]");
    let ranges = marks.map(|(at, _)| {
        let (before, item) = code.split_at_checked(at).unwrap_or_default();
        let first = before.matches('\n').count() + 1;
        let length = item_length(item);
        (
            first,
            first + item.get(..length).unwrap_or_default().matches('\n').count(),
        )
    });
    ranges.collect()
}

/// An item ends with its braces, or with a semicolon before any.
fn item_length(item: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in item.char_indices() {
        match c {
            ';' if depth == 0 => return at,
            '{' => depth += 1,
            '}' if depth == 1 => return at,
            '}' => depth = depth.saturating_sub(1),
            _ => (),
        }
    }
    item.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_are_blanked_and_lines_kept() {
        let source = Source::read(
            "let a = \"x // y\"; // z\n/* q /* r */\n s */ let b = '\"'; let c: &'static str;\n",
            false,
        );
        let code: Vec<&str> = source.lines.iter().map(|line| line.code.trim()).collect();
        assert_eq!(
            code,
            ["let a =         ;", "", "let b =    ; let c: &'static str;"]
        );
        assert_eq!(
            source
                .literals
                .iter()
                .map(|literal| literal.text.as_str())
                .collect::<Vec<_>>(),
            ["x // y"]
        );
    }

    #[test]
    fn raw_and_escaped_texts_are_read() {
        let source = Source::read(
            "f(r#\"a \"b\" \\n\"#, \"c\\nd\\\n     e\", b\"f\", br\"g\", for_r);",
            false,
        );
        let texts: Vec<&str> = source
            .literals
            .iter()
            .map(|literal| literal.text.as_str())
            .collect();
        assert_eq!(texts, ["a \"b\" \\n", "c\nde", "f", "g"]);
    }

    #[test]
    fn tests_are_told_from_the_product() {
        let source = Source::read(
            "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { {} }\n}\nfn c() { \"x\" }\n",
            false,
        );
        assert_eq!(product(&source), [1, 6]);
        let outside = Source::read("#[cfg(test)]\nmod tests;\nfn a() {}", false);
        assert_eq!(product(&outside), [3]);
        assert_eq!(product(&Source::read("fn a() {}", true)), [0; 0]);
    }

    fn product(source: &Source) -> Vec<usize> {
        let lines = source.lines.iter().filter(|line| !line.is_test);
        lines.map(|line| line.number).collect()
    }

    #[test]
    fn names_are_whole_words_and_crates_begin_paths() {
        assert!(names("std::env::var(x)", "env::var") && !names("std::env::variable", "env::var"));
        assert!(
            names_crate("    postgres::Client::connect()", "postgres")
                && names_crate("use postgres;", "postgres")
        );
        assert!(
            names_crate("let x: Vec<postgres::Row>", "postgres")
                && names_crate("use ::postgres::Row", "postgres")
        );
        assert!(
            !names_crate("testkit::postgres::start()", "postgres")
                && !names_crate("fn postgres()", "postgres")
        );
    }
}
