//! A document of as many sheets as it needs: a resident's copy of their data, a letter about a formal request.

use kernel::{Day, Language};
use krilla::Document;
use krilla::color::luma;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;

use super::LetterError;
use super::face::{Face, LetterFont};
use crate::long_day;

/// A document in one language.
#[derive(Clone, Debug)]
pub struct Sheets {
    /// The language; it decides the face and is told to screen readers.
    pub language: Language,
    /// The heading. Never a name: titles show up in print queues.
    pub title: String,
    /// Who writes, a line each.
    pub sender: Vec<String>,
    /// Name and address for the window of an envelope; empty for a document that is not posted.
    pub window: Vec<String>,
    /// Its date.
    pub date: Day,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading of a section.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// A name and what it is, beside each other.
    Row(String, String),
}

/// The document as a PDF of A4 sheets, its font subset embedded.
pub fn sheets_pdf(sheets: &Sheets, font: &LetterFont) -> Result<Vec<u8>, LetterError> {
    let face = if sheets.language == Language::ZhHans { font.simplified()? } else { font.hong_kong()? };
    let mut layout = Layout { face: &face, pages: vec![Vec::new()], y: TOP };
    layout.head(sheets)?;
    for block in &sheets.blocks {
        layout.block(block)?;
    }
    let pages = layout.numbered()?;
    let size = PageSettings::from_wh(mm(210.0), mm(297.0)).ok_or(LetterError::TooLong("sheet"))?;
    let mut document = Document::new();
    document.set_metadata(dated(sheets.date, &sheets.title, sheets.language));
    for lines in &pages {
        let mut page = document.start_page_with(size.clone());
        draw(page.surface(), &face, lines)?;
        page.finish();
    }
    document.finish().map_err(|error| LetterError::Unmade(format!("{error:?}")))
}

/// One line, where it stands.
struct Line {
    text: String,
    size: f32,
    x: f32,
    y: f32,
}

struct Layout<'a, 'f> {
    face: &'a Face<'f>,
    pages: Vec<Vec<Line>>,
    y: f32,
}

impl Layout<'_, '_> {
    /// The sender at the left, the date at the right, the window of the envelope, then the heading.
    fn head(&mut self, sheets: &Sheets) -> Result<(), LetterError> {
        let date = long_day(sheets.language, sheets.date);
        self.put(&date, 11.0, RIGHT_COLUMN, TOP);
        for line in &sheets.sender {
            self.wrapped(line, 11.0, LEFT, mm(110.0), 15.0)?;
        }
        if sheets.window.is_empty() {
            self.y += 18.0;
        } else {
            let mut y = mm(54.0);
            for text in &sheets.window {
                for line in self.face.lines(text, 12.0, mm(80.0))? {
                    self.put(&line, 12.0, mm(25.0), y);
                    y += mm(5.0);
                }
            }
            if y > mm(96.0) {
                return Err(LetterError::TooLong("address"));
            }
            self.y = mm(112.0);
        }
        self.wrapped(&sheets.title, 19.0, LEFT, WIDTH, 26.0)?;
        self.y += 8.0;
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Result<(), LetterError> {
        match block {
            Block::Heading(text) => {
                self.y += 10.0;
                self.room(60.0);
                self.wrapped(text, 14.0, LEFT, WIDTH, 20.0)?;
                self.y += 4.0;
            }
            Block::Paragraph(text) => {
                self.wrapped(text, 11.5, LEFT, WIDTH, 17.0)?;
                self.y += 7.0;
            }
            Block::Row(name, value) => self.row(name, value)?,
        }
        Ok(())
    }

    fn row(&mut self, name: &str, value: &str) -> Result<(), LetterError> {
        let names = self.face.lines(name, 11.0, mm(52.0))?;
        let values = self.face.lines(value, 11.0, mm(104.0))?;
        for at in 0..names.len().max(values.len()) {
            self.room(16.0);
            let y = self.y;
            for (lines, x) in [(&names, LEFT), (&values, mm(81.0))] {
                if let Some(text) = lines.get(at) {
                    self.put(text, 11.0, x, y);
                }
            }
            self.y += 16.0;
        }
        self.y += 3.0;
        Ok(())
    }

    fn wrapped(&mut self, text: &str, size: f32, x: f32, width: f32, leading: f32) -> Result<(), LetterError> {
        for line in self.face.lines(text, size, width)? {
            self.room(leading);
            let y = self.y;
            self.put(&line, size, x, y);
            self.y += leading;
        }
        Ok(())
    }

    /// Begins another sheet when there is not so much room left on this one.
    fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    fn put(&mut self, text: &str, size: f32, x: f32, y: f32) {
        if let Some(page) = self.pages.last_mut() {
            page.push(Line { text: text.to_owned(), size, x, y });
        }
    }

    /// With "1 / 3" at the foot of each sheet, where there is more than one.
    fn numbered(self) -> Result<Vec<Vec<Line>>, LetterError> {
        let Self { face, mut pages, .. } = self;
        let count = pages.len();
        if count > MOST {
            return Err(LetterError::TooLong("document"));
        }
        for (page, number) in pages.iter_mut().zip(1..).filter(|_| count > 1) {
            let text = format!("{number} / {count}");
            let x = mm(185.0) - face.width(&text, 10.0)?;
            page.push(Line { text, size: 10.0, x, y: mm(287.0) });
        }
        Ok(pages)
    }
}

fn draw(mut surface: Surface<'_>, face: &Face<'_>, lines: &[Line]) -> Result<(), LetterError> {
    surface.set_fill(Some(Fill { paint: luma::Color::black().into(), ..Fill::default() }));
    for line in lines {
        let glyphs = face.glyphs(&line.text)?;
        surface.draw_glyphs(Point::from_xy(line.x, line.y), &glyphs, face.drawn.clone(), &line.text, line.size, false);
    }
    Ok(())
}

/// What a document says of itself: dated by what it tells of, so that it is the same whenever it is made.
pub(super) fn dated(day: Day, title: &str, language: Language) -> Metadata {
    let (year, month, day) = day.civil();
    let date = DateTime::new(u16::try_from(year).unwrap_or(1))
        .month(u8::try_from(month).unwrap_or(1))
        .day(u8::try_from(day).unwrap_or(1));
    let metadata = Metadata::new().title(title.to_owned()).language(language.tag().to_owned());
    metadata.creation_date(date)
}

pub(super) const fn mm(millimetres: f32) -> f32 {
    millimetres * 72.0 / 25.4
}

const LEFT: f32 = mm(25.0);
const RIGHT_COLUMN: f32 = mm(145.0);
const WIDTH: f32 = mm(160.0);
const TOP: f32 = mm(20.0);
const BOTTOM: f32 = mm(277.0);
/// A document is never a whole file cabinet.
const MOST: usize = 60;

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use super::*;

    const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

    fn text_of(pdf: &[u8]) -> String {
        let mut child = Command::new("pdftotext")
            .args(["-layout", "-", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("pdftotext (Debian: poppler-utils) is needed");
        child.stdin.take().unwrap().write_all(pdf).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    }

    fn sheets(rows: usize) -> Sheets {
        let row = |n: usize| Block::Row(format!("第{n}項"), format!("value {n} 觀塘"));
        Sheets {
            language: Language::ZhHant,
            title: "你的資料複本".into(),
            sender: vec!["創新局".into()],
            window: vec!["陳大文".into(), "九龍觀塘".into()],
            date: Day::from_civil(2020, 5, 8).unwrap(),
            blocks: std::iter::once(Block::Paragraph("以下是我們所持有的資料。".into())).chain((1..=rows).map(row)).collect(),
        }
    }

    #[test]
    fn a_document_takes_as_many_sheets_as_it_needs_and_loses_nothing() {
        let font = LetterFont::open(Path::new(FONT)).unwrap();
        let one = text_of(&sheets_pdf(&sheets(3), &font).unwrap());
        assert_eq!(one.matches('\u{c}').count(), 1);
        assert!(!one.contains("1 / 1") && !one.contains("1/1") && one.contains("陳大文") && one.contains("你的資料複本"), "{one}");
        let many = text_of(&sheets_pdf(&sheets(120), &font).unwrap());
        assert!(many.matches('\u{c}').count() > 2 && (many.contains("1/") || many.contains("1 / ")), "{many}");
        for n in 1..=120 {
            assert!(many.contains(&format!("value {n} ")), "{n} is missing");
        }
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        let font = LetterFont::open(Path::new(FONT)).unwrap();
        assert!(matches!(sheets_pdf(&sheets(20_000), &font), Err(LetterError::TooLong("document"))));
        let tall = Sheets { window: vec!["陳大文".into(); 12], ..sheets(1) };
        assert!(matches!(sheets_pdf(&tall, &font), Err(LetterError::TooLong("address"))));
    }
}
