/// What was typed, without the blanks around it, if it is one line of 1 to `most_chars` characters: something is there, it is not
/// too long, and no control character breaks the line or hides in it.
pub fn one_line(typed: &str, most_chars: usize) -> Option<&str> {
    let line = typed.trim();
    let fits = !line.is_empty() && line.chars().count() <= most_chars && !line.chars().any(char::is_control);
    fits.then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_something_on_it_and_no_second_one() {
        assert_eq!(one_line(" 陳小明 ", 3), Some("陳小明"), "characters count, not bytes, and blanks around it do not");
        for bad in ["", " \t", "a\nb", "a\u{7}b", "陳大小明"] {
            assert_eq!(one_line(bad, 3), None, "{bad:?}");
        }
    }
}
