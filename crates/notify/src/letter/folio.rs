//! A document with sections, tables and links within itself: a report. What it says stands apart from how it is drawn, so that a page
//! and sheets of paper are made from the same.

use kernel::{Day, Language};

use super::LetterError;
use super::face::LetterFont;

/// A report in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folio {
    /// The language.
    pub language: Language,
    /// What it is called. Never a name: titles show up in print queues.
    pub title: String,
    /// Its date.
    pub day: Day,
    /// What it says.
    pub sections: Vec<FolioSection>,
}

/// A section under its own heading; headings are the document's bookmarks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolioSection {
    /// Under which name others link to it.
    pub anchor: String,
    /// Its heading.
    pub heading: String,
    /// What it says.
    pub parts: Vec<FolioPart>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolioPart {
    /// A paragraph.
    Paragraph(Vec<Piece>),
    /// A table.
    Table(FolioTable),
}

/// A table with a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolioTable {
    /// Its columns: the heading, and how wide it is beside the others.
    pub columns: Vec<(String, u16)>,
    /// Its rows, each with as many cells as there are columns.
    pub rows: Vec<FolioRow>,
}

/// A row; its first cell says what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolioRow {
    /// Under which name others link to it.
    pub anchor: Option<String>,
    /// Its cells.
    pub cells: Vec<Vec<Piece>>,
}

/// A stretch of text, which may lead elsewhere in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// The anchor that it leads to.
    pub to: Option<String>,
}

impl Piece {
    /// Plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), to: None }
    }

    /// Text that leads to an anchor.
    pub fn link(text: impl Into<String>, to: impl Into<String>) -> Self {
        Self { text: text.into(), to: Some(to.into()) }
    }
}

/// The report as a PDF of A4 sheets: real text, tagged for screen readers, with bookmarks and links, its font subset embedded. A character
/// that the font cannot draw becomes a box.
pub fn folio_pdf(folio: &Folio, font: &LetterFont) -> Result<Vec<u8>, LetterError> {
    super::folio_pdf::draw(folio, font)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use super::*;

    const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

    fn asked(program: &str, args: &[&str], pdf: &[u8]) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().write_all(pdf).unwrap();
        let path = file.path().to_str().unwrap();
        let args: Vec<&str> = args.iter().map(|arg| if *arg == "FILE" { path } else { arg }).collect();
        let out = Command::new(program).args(args).stdin(Stdio::null()).output().expect("poppler-utils is needed");
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    fn folio(rows: usize) -> Folio {
        let row = |n: usize| FolioRow {
            anchor: Some(format!("e{n}")),
            cells: vec![vec![Piece::plain(n.to_string())], vec![Piece::plain(format!("第{n}項 說明 \u{10ffff} 🛟"))]],
        };
        let first = vec![Piece::plain("見 "), Piece::link("第七項", "e7"), Piece::plain("。")];
        let table = FolioTable { columns: vec![("編號".into(), 1), ("事項".into(), 5)], rows: (1..=rows).map(row).collect() };
        let section = |anchor: &str, heading: &str, parts| FolioSection { anchor: anchor.into(), heading: heading.into(), parts };
        Folio {
            language: Language::ZhHant,
            title: "演習後檢討報告".into(),
            day: Day::from_civil(2023, 3, 22).unwrap(),
            sections: vec![
                section("summary", "撮要", vec![FolioPart::Paragraph(first)]),
                section("annex", "附件", vec![FolioPart::Table(table)]),
            ],
        }
    }

    #[test]
    fn a_report_is_tagged_text_with_bookmarks_and_links_and_loses_no_row() {
        let font = LetterFont::open(Path::new(FONT)).unwrap();
        let pdf = folio_pdf(&folio(300), &font).unwrap();
        let text = asked("pdftotext", &["-layout", "FILE", "-"], &pdf);
        for expected in ["演習後檢討報告", "撮要", "附件", "第七項", "第1項", "第300項"] {
            assert!(text.contains(expected), "{expected} is missing in\n{text}");
        }
        assert!((1..=300).all(|n| text.contains(&format!("第{n}項"))));
        assert!(text.matches("編號").count() > 2, "the head stands on every sheet");
        let facts = asked("pdfinfo", &["FILE"], &pdf);
        assert!(facts.contains("Tagged:          yes") && facts.contains("Title:           演習後檢討報告"), "{facts}");
        let structure = asked("pdfinfo", &["-struct-text", "FILE"], &pdf);
        for expected in ["H1", "H2", "Table", "TH", "TD", "Link"] {
            assert!(structure.contains(expected), "{expected} is missing in\n{structure}");
        }
        assert_eq!(folio_pdf(&folio(300), &font).unwrap(), pdf, "the same report gives the same bytes");
    }
}
