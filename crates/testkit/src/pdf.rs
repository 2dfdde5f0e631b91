use std::fmt::Write as _;

/// A document of so many plain pages, each with one line of text, as documents were written in 1993.
pub fn pdf(pages: &[&str]) -> Vec<u8> {
    pdf_with("<</Type /Catalog /Pages 2 0 R>>", pages)
}

/// The same with another catalogue. The pages stand below object 2, their font is object 3.
pub fn pdf_with(catalogue: &str, pages: &[&str]) -> Vec<u8> {
    let kids: String = (0..pages.len()).fold(String::new(), |kids, page| format!("{kids}{} 0 R ", 4 + 2 * page));
    let mut objects = vec![
        catalogue.to_owned(),
        format!("<</Type /Pages /Kids [{kids}] /Count {}>>", pages.len()),
        "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>".to_owned(),
    ];
    for (page, text) in pages.iter().enumerate() {
        let content = format!("BT /F1 24 Tf 72 700 Td ({text}) Tj ET");
        let looks = "/MediaBox [0 0 595 842] /Resources <</Font <</F1 3 0 R>>>>";
        objects.push(format!("<</Type /Page /Parent 2 0 R {looks} /Contents {} 0 R>>", 5 + 2 * page));
        objects.push(format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()));
    }
    let (mut out, mut table) = ("%PDF-1.4\n".to_owned(), "0000000000 65535 f \n".to_owned());
    for (number, object) in (1..).zip(&objects) {
        let _ = writeln!(table, "{:010} 00000 n ", out.len());
        let _ = write!(out, "{number} 0 obj\n{object}\nendobj\n");
    }
    let (start, size) = (out.len(), objects.len() + 1);
    let _ = write!(out, "xref\n0 {size}\n{table}trailer\n<</Size {size} /Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    out.into_bytes()
}
