/// One line of comma-separated values (RFC 4180), with its end. A cell is quoted where it must be, and one that a spreadsheet would take for
/// a formula begins with an apostrophe (OWASP, "CSV Injection"): what people type is never run by whoever opens the file.
pub fn csv_line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

fn cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains([',', '"', '\r', '\n']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_becomes_a_formula_or_another_column() {
        assert_eq!(cell("Manager"), "Manager");
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        for sign in ["=", "+", "-", "@", "\t"] {
            assert_eq!(cell(&format!("{sign}1+1")), format!("'{sign}1+1"));
        }
        assert_eq!(cell("\r=1"), "\"'\r=1\"", "a carriage return is skipped by some");
        assert_eq!(csv_line(&["a".into(), "b,c".into()]), "a,\"b,c\"\r\n");
    }
}
