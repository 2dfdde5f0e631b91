//! Leaflets for a printer: A5 in large type, a side for each language, with bleed and trim marks, in the printer's four inks.

use kernel::Language;
use krilla::Document;
use krilla::color::cmyk;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use qrcode::{Color, EcLevel, QrCode};

use super::LetterError;
use super::face::{Face, LetterFont};

/// One side in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafletSide {
    /// The language; it decides the face.
    pub language: Language,
    /// The heading, in the band at the top.
    pub title: String,
    /// The paragraphs. One that begins with `• ` hangs from its dot.
    pub paragraphs: Vec<String>,
    /// What the code leads to.
    pub link: String,
    /// What stands beside the code: where it leads, for those without a phone too.
    pub beside: String,
    /// Who publishes it.
    pub publisher: String,
}

/// The leaflet as a PDF, a page for each side. Each page has a trim box of A5, a bleed of 3 mm and marks outside of it.
pub fn leaflet_pdf(sides: &[LeafletSide], font: &LetterFont) -> Result<Vec<u8>, LetterError> {
    let (hong_kong, simplified) = (font.hong_kong()?, font.simplified()?);
    let whole = |margin: f32| Rect::from_xywh(MARGIN - margin, MARGIN - margin, WIDTH + 2.0 * margin, HEIGHT + 2.0 * margin);
    let sheet = PageSettings::from_wh(WIDTH + 2.0 * MARGIN, HEIGHT + 2.0 * MARGIN).ok_or(LetterError::TooLong("sheet"))?;
    let sheet = sheet.with_bleed_box(whole(BLEED)).with_trim_box(whole(0.0));
    let mut document = Document::new();
    let title = sides.first().map(|side| side.title.clone()).unwrap_or_default();
    document.set_metadata(Metadata::new().title(title));
    for side in sides {
        let face = if side.language == Language::ZhHans { &simplified } else { &hong_kong };
        let mut page = document.start_page_with(sheet.clone());
        let mut pen = Side { surface: page.surface(), face };
        pen.draw(side)?;
        drop(pen);
        page.finish();
    }
    document.finish().map_err(|error| LetterError::Unmade(format!("{error:?}")))
}

struct Side<'s, 'f> {
    surface: Surface<'s>,
    face: &'f Face<'f>,
}

impl Side<'_, '_> {
    fn draw(&mut self, side: &LeafletSide) -> Result<(), LetterError> {
        let titles = self.face.lines(&side.title, TITLE_SIZE, TEXT_WIDTH)?;
        let band = mm(16.0) + TITLE_LEADING * count(titles.len());
        self.ink(BAND);
        self.fill(rectangle(MARGIN - BLEED, MARGIN - BLEED, WIDTH + 2.0 * BLEED, band + BLEED));
        self.ink(PAPER);
        let mut y = MARGIN + mm(10.0) + TITLE_SIZE;
        for line in &titles {
            self.line(line, TITLE_SIZE, LEFT, y)?;
            y += TITLE_LEADING;
        }
        self.ink(BLACK);
        y = MARGIN + band + mm(8.0) + TEXT_SIZE;
        for paragraph in &side.paragraphs {
            y = self.paragraph(paragraph, y)? + PARAGRAPH;
        }
        if y > FOOT {
            return Err(LetterError::TooLong("text"));
        }
        self.foot(side)?;
        self.marks();
        Ok(())
    }

    /// Where the next line would stand.
    fn paragraph(&mut self, text: &str, mut y: f32) -> Result<f32, LetterError> {
        let (dot, text) = text.strip_prefix("• ").map_or((false, text), |rest| (true, rest));
        let indent = if dot { mm(6.0) } else { 0.0 };
        if dot {
            self.line("•", TEXT_SIZE, LEFT, y)?;
        }
        for line in self.face.lines(text, TEXT_SIZE, TEXT_WIDTH - indent)? {
            self.line(&line, TEXT_SIZE, LEFT + indent, y)?;
            y += TEXT_LEADING;
        }
        Ok(y)
    }

    /// The code with what it leads to, and who publishes the leaflet.
    fn foot(&mut self, side: &LeafletSide) -> Result<(), LetterError> {
        self.fill(qr(&side.link, (LEFT, FOOT + mm(2.0)))?);
        let mut y = FOOT + mm(2.0) + TEXT_SIZE;
        let room = TEXT_WIDTH - QR - mm(6.0);
        for line in self.face.lines(&side.beside, SMALL_SIZE, room)? {
            // An address has no place where it breaks: a long one is set smaller.
            let points = SMALL_SIZE * (room / self.face.width(&line, SMALL_SIZE)?).min(1.0);
            self.line(&line, points, LEFT + QR + mm(6.0), y)?;
            y += SMALL_LEADING;
        }
        self.line(&side.publisher, PUBLISHER_SIZE, LEFT, MARGIN + HEIGHT - mm(7.0))
    }

    /// Hair lines where the sheet is cut, outside of the bleed.
    fn marks(&mut self) {
        let (long, hair, gap) = (mm(5.0), 0.25, BLEED + mm(1.0));
        let mut path = PathBuilder::new();
        for x in [MARGIN, MARGIN + WIDTH] {
            for y in [MARGIN - gap - long, MARGIN + HEIGHT + gap] {
                push(&mut path, Rect::from_xywh(x - hair / 2.0, y, hair, long));
            }
        }
        for y in [MARGIN, MARGIN + HEIGHT] {
            for x in [MARGIN - gap - long, MARGIN + WIDTH + gap] {
                push(&mut path, Rect::from_xywh(x, y - hair / 2.0, long, hair));
            }
        }
        self.fill(path.finish());
    }

    fn line(&mut self, text: &str, size: f32, x: f32, y: f32) -> Result<(), LetterError> {
        let glyphs = self.face.glyphs(text)?;
        self.surface.draw_glyphs(Point::from_xy(x, y), &glyphs, self.face.drawn.clone(), text, size, false);
        Ok(())
    }

    fn ink(&mut self, (cyan, magenta, yellow, black): (u8, u8, u8, u8)) {
        let paint = cmyk::Color::new(cyan, magenta, yellow, black).into();
        self.surface.set_fill(Some(Fill { paint, ..Fill::default() }));
    }

    fn fill(&mut self, path: Option<Path>) {
        if let Some(path) = path {
            self.surface.draw_path(&path);
        }
    }
}

/// With the quiet zone of four modules that readers need: what stands beside it keeps away.
fn qr(link: &str, (left, top): (f32, f32)) -> Result<Option<Path>, LetterError> {
    let code = QrCode::with_error_correction_level(link, EcLevel::M).map_err(|error| LetterError::Unmade(error.to_string()))?;
    let (width, mut path) = (code.width(), PathBuilder::new());
    let module = QR / count(width);
    for (index, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let (x, y) = (count(index % width) * module, count(index / width) * module);
        push(&mut path, Rect::from_xywh(left + x, top + y, module, module));
    }
    Ok(path.finish())
}

fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    push(&mut path, Rect::from_xywh(x, y, width, height));
    path.finish()
}

fn push(path: &mut PathBuilder, rect: Option<Rect>) {
    if let Some(rect) = rect {
        path.push_rect(rect);
    }
}

fn count(number: usize) -> f32 {
    f32::from(u16::try_from(number).unwrap_or(u16::MAX))
}

const fn mm(millimetres: f32) -> f32 {
    millimetres * 72.0 / 25.4
}

/// A5.
const WIDTH: f32 = mm(148.0);
const HEIGHT: f32 = mm(210.0);
/// What printers of Hong Kong ask for.
const BLEED: f32 = mm(3.0);
/// Room for bleed and marks.
const MARGIN: f32 = mm(12.0);
const LEFT: f32 = MARGIN + mm(12.0);
const TEXT_WIDTH: f32 = WIDTH - mm(24.0);
const FOOT: f32 = MARGIN + HEIGHT - mm(50.0);
const QR: f32 = mm(32.0);
const TITLE_SIZE: f32 = 28.0;
const TITLE_LEADING: f32 = 36.0;
/// Large print begins at 16 points (Clear Print guidelines of the RNIB).
const TEXT_SIZE: f32 = 17.0;
const TEXT_LEADING: f32 = 25.0;
const PARAGRAPH: f32 = 7.0;
const SMALL_SIZE: f32 = 16.0;
const SMALL_LEADING: f32 = 22.0;
const PUBLISHER_SIZE: f32 = 10.0;
/// Cyan, magenta, yellow, black, of 255.
const BAND: (u8, u8, u8, u8) = (230, 140, 130, 80);
const PAPER: (u8, u8, u8, u8) = (0, 0, 0, 0);
const BLACK: (u8, u8, u8, u8) = (0, 0, 0, 255);

#[cfg(test)]
mod tests {
    use std::path::Path as FilePath;
    use std::process::Command;

    use super::*;

    const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

    fn side(language: Language, paragraphs: usize) -> LeafletSide {
        LeafletSide {
            language,
            title: "流動支援站".into(),
            paragraphs: vec!["• 職員會當面協助你，毋須預約，費用全免。".into(); paragraphs],
            link: "https://register.example/zh-hant/stations".into(),
            beside: "掃描二維碼查看地點".into(),
            publisher: "數字政策辦公室".into(),
        }
    }

    #[test]
    fn a_printer_finds_the_trim_the_bleed_and_every_word() {
        let font = LetterFont::open(FilePath::new(FONT)).unwrap();
        let sides = Language::ALL.map(|language| side(language, 3));
        let pdf = leaflet_pdf(&sides, &font).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leaflet.pdf");
        std::fs::write(&path, &pdf).unwrap();
        let said = |program: &str, rest: &[&str]| {
            let out = Command::new(program).args(rest).arg(&path).args(if program == "pdftotext" { &["-"][..] } else { &[] }).output().unwrap();
            String::from_utf8(out.stdout).unwrap()
        };
        let boxes = said("pdfinfo", &["-box"]);
        let box_of = |name: &str| {
            let line = boxes.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} in {boxes}"));
            let sides: Vec<f32> = line.split_whitespace().skip(1).map(|side| side.parse().unwrap()).collect();
            ((sides[2] - sides[0]) * 25.4 / 72.0, (sides[3] - sides[1]) * 25.4 / 72.0)
        };
        let near = |(width, height): (f32, f32), (w, h): (f32, f32)| (width - w).abs() < 0.1 && (height - h).abs() < 0.1;
        assert!(near(box_of("TrimBox:"), (148.0, 210.0)), "{boxes}");
        assert!(near(box_of("BleedBox:"), (154.0, 216.0)), "{boxes}");
        assert!(boxes.contains("Pages:           3"), "{boxes}");
        let text = said("pdftotext", &[]);
        assert_eq!(text.matches("掃描二維碼查看地點").count(), 3, "{text}");
    }

    #[test]
    fn more_than_fits_is_refused() {
        let font = LetterFont::open(FilePath::new(FONT)).unwrap();
        assert!(matches!(leaflet_pdf(&[side(Language::ZhHant, 30)], &font), Err(LetterError::TooLong("text"))));
    }
}
