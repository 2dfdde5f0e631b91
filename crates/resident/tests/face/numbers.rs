//! Invented identity numbers.

/// An invented identity number with its check digit.
pub fn number(text: &str) -> String {
    hongkong::IdNumber::from_number(text).unwrap().formatted()
}
