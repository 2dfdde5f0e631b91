use std::fmt::Write as _;

/// The library's agreement as a PDF of one page: plain text in a font that every reader of PDF has.
pub fn agreement(number: &str) -> Vec<u8> {
    let mut text = "BT /F1 22 Tf 72 740 Td (City library) Tj /F1 15 Tf 0 -34 Td (Agreement to borrow a rare book) Tj /F1 11 Tf 0 -14 Td ".to_owned();
    for line in LINES {
        let _ = write!(text, "0 -20 Td ({line}) Tj ");
    }
    let _ = write!(text, "0 -34 Td (Agreement {number}) Tj ET");
    let objects = [
        "<</Type /Catalog /Pages 2 0 R>>".to_owned(),
        "<</Type /Pages /Kids [4 0 R] /Count 1>>".to_owned(),
        "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>".to_owned(),
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 3 0 R>>>> /Contents 5 0 R>>".to_owned(),
        format!("<</Length {}>>\nstream\n{text}\nendstream", text.len()),
    ];
    let (mut out, mut table) = ("%PDF-1.4\n".to_owned(), "0000000000 65535 f \n".to_owned());
    for (number, object) in (1..).zip(&objects) {
        let _ = writeln!(table, "{:010} 00000 n ", out.len());
        let _ = write!(out, "{number} 0 obj\n{object}\nendobj\n");
    }
    let (start, size) = (out.len(), objects.len() + 1);
    let _ = write!(out, "xref\n0 {size}\n{table}trailer\n<</Size {size} /Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}

const LINES: [&str; 5] = [
    "The library lends the reader one rare book for fourteen days.",
    "The reader keeps it dry and brings it back in the state in which it was lent.",
    "The reader tells the library at once if it is lost or damaged.",
    "Nothing else is agreed. Everybody in this demonstration is invented.",
    "The reader agrees by signing this document.",
];
