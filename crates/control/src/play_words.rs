//! Spans, injects and lines as the pages of an exercise show them.

use std::fmt::Write as _;

use desk::Desk;
use drill::{Evidence, Span, Speaker, Worth};
use webkit::Markup;

/// A stretch of time in words, in its two largest units; what is less than a minute in seconds.
pub(crate) fn words(desk: &Desk, span: Span) -> String {
    let seconds = span.as_seconds();
    let units = [(seconds / 3_600, "play-hours"), (seconds / 60 % 60, "play-minutes"), (seconds % 60, "play-seconds")];
    let told = units.into_iter().skip_while(|(count, _)| *count == 0).take(2).filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, key)| desk.tell(key, [("count", i64::from(count))])).collect();
    match told.as_slice() {
        [] => desk.tell("play-seconds", [("count", 0_i64)]),
        [one] => one.clone(),
        [large, small, ..] => desk.tell("play-two-units", [("large", large), ("small", small)]),
    }
}

/// What time leaves of a question's marks.
pub(crate) fn worth(desk: &Desk, worth: Worth) -> String {
    match worth {
        Worth::ByEvaluators => desk.say("play-worth-evaluators"),
        Worth::Whole(left) => desk.tell("play-worth-whole", [("time", words(desk, left))]),
        Worth::Falling(left) => desk.tell("play-worth-falling", [("time", words(desk, left))]),
        Worth::Half => desk.say("play-worth-half"),
    }
}

/// Who said something: by part and number, as entries name them; names are nobody's business here.
pub(crate) fn speaker(desk: &Desk, teams: &[String], speaker: Speaker) -> String {
    let numbered = |key: &str, number: u16| desk.tell(key, [("number", i64::from(number) + 1)]);
    match speaker {
        Speaker::Player(team, number) => desk.tell("play-player-of", [("team", teams.get(usize::from(team)).cloned().unwrap_or_default()), ("number", (u32::from(number) + 1).to_string())]),
        Speaker::Facilitator(number) => numbered("play-facilitator", number),
        Speaker::Evaluator(number) => numbered("play-evaluator", number),
    }
}

/// A player's number in words.
pub(crate) fn player(desk: &Desk, number: u16) -> String {
    desk.tell("play-player", [("number", i64::from(number) + 1)])
}

/// A text with its paragraphs; what stands between two grave accents is set as code.
pub(crate) fn paragraphs(text: &str) -> Markup {
    let mut html = String::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let _ = writeln!(html, "<p class=\"govuk-body\">{}</p>", with_code(line));
    }
    Markup::trusted(html)
}

fn with_code(line: &str) -> Markup {
    let pieces: Vec<&str> = line.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return Markup::text(line);
    }
    let mut html = Markup::default();
    for (place, piece) in pieces.into_iter().enumerate() {
        html.push(&if place % 2 == 1 { desk::code(piece) } else { Markup::text(piece) });
    }
    html
}

/// What a line says, so long at most: around the words sought; else, where it is longer, the fields that tell it from the others.
pub(crate) fn gist(evidence: &Evidence, number: u32, sought: &[&str], most: usize) -> String {
    let line = evidence.line(number).unwrap_or_default();
    let found = line.to_lowercase();
    let telling = if line.chars().count() <= most || sought.iter().any(|word| found.contains(&word.to_lowercase())) { Vec::new() } else { evidence.telling(number) };
    if telling.is_empty() {
        return excerpt(&unescaped(line), sought, most);
    }
    let pairs: Vec<String> = telling.into_iter().map(|(field, value)| format!("{field}={value}")).collect();
    excerpt(&pairs.join(" · "), &[], most)
}

/// An excerpt is read, not copied: what JSON writes in escapes stands as it reads. The line's own page has it as it is.
fn unescaped(line: &str) -> String {
    [("\\u003c", "<"), ("\\u003e", ">"), ("\\u0026", "&"), ("\\\"", "\"")].into_iter().fold(line.to_owned(), |line, (escaped, sign)| line.replace(escaped, sign))
}

/// What a line says around the first of these words, so long at most.
pub(crate) fn excerpt(line: &str, sought: &[&str], most: usize) -> String {
    let folded = line.to_lowercase();
    // Small letters may be longer or shorter than large ones; the place is then a little beside, and the cut still between two signs.
    let found = sought.iter().filter_map(|word| folded.find(&word.to_lowercase())).min().unwrap_or(0);
    let before = folded.get(..found).map_or(0, |text| text.chars().count());
    let (length, lead) = (line.chars().count(), most / 4);
    let from = if before <= most - lead { 0 } else { (before - lead).min(length.saturating_sub(most)) };
    let shown: String = line.chars().skip(from).take(most).collect();
    let (left, right) = (if from > 0 { "… " } else { "" }, if from + most < length { " …" } else { "" });
    format!("{left}{shown}{right}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stands_between_grave_accents_and_nothing_is_markup() {
        let html = paragraphs("run `a <b>` now\n\nodd ` one").to_string();
        assert!(html.contains("run <code class=\"lr-code\">a &lt;b&gt;</code> now") && html.contains("odd ` one"), "{html}");
    }

    #[test]
    fn a_long_line_says_what_tells_it_from_the_others_unless_a_word_was_sought() {
        let pack = drill::shipped("defacement").unwrap().unwrap();
        let evidence = pack.evidence_named(&"processes".parse().unwrap()).unwrap();
        let gist_of = |sought: &[&str]| gist(evidence, 8, sought, 260);
        assert!(gist_of(&[]).contains("EventID=") && gist_of(&[]).contains("User=tomcat"), "{}", gist_of(&[]));
        assert!(gist_of(&["base64"]).contains("base64") && !gist_of(&["base64"]).contains("u003c"), "{}", gist_of(&["base64"]));
        assert!(gist_of(&["nowhere"]).contains("EventID="));
    }

    #[test]
    fn an_excerpt_shows_what_was_sought() {
        assert_eq!(excerpt("short", &["x"], 40), "short");
        let long = format!("{}NEEDLE{}", "a".repeat(100), "b".repeat(100));
        let shown = excerpt(&long, &["needle"], 40);
        assert!(shown.starts_with("… a") && shown.contains("NEEDLE") && shown.ends_with("b …"), "{shown}");
        assert!(excerpt(&long, &[], 40).starts_with("aaa"));
        assert!(excerpt("İ漢字漢字漢字漢字漢字漢字", &["字"], 4).contains('字'));
    }
}
