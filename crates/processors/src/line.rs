//! What may stand on one line.

use kernel::Text;

/// Whether a text is one line of 1 to `max_chars` characters.
pub(crate) fn is_line(text: &str, max_chars: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= max_chars && !text.chars().any(char::is_control)
}

/// So many days, in English.
pub(crate) fn days_en(days: i32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// Whether a text is one line in each of the three languages.
pub(crate) fn is_title(text: &Text, max_chars: usize) -> bool {
    [&text.en, &text.zh_hant, &text.zh_hans].into_iter().all(|part| is_line(part, max_chars))
}
