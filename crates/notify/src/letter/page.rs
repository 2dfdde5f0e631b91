//! The sheet: where everything stands on it.

use krilla::Document;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::KrillaGlyph;
use kernel::Language;
use qrcode::{Color, EcLevel, QrCode};

use super::face::{Face, LetterFont};
use super::wording::words;
use super::{Letter, LetterError};
use crate::long_day;

pub(super) fn draw(letter: &Letter, font: &LetterFont) -> Result<Vec<u8>, LetterError> {
    let sheet = PageSettings::from_wh(mm(210.0), mm(297.0)).ok_or(LetterError::TooLong("sheet"))?;
    let mut document = Document::new();
    document.set_metadata(metadata(letter));
    let mut page = document.start_page_with(sheet);
    write(page.surface(), letter, font)?;
    page.finish();
    document.finish().map_err(|error| LetterError::Unmade(format!("{error:?}")))
}

fn write(mut surface: Surface<'_>, letter: &Letter, font: &LetterFont) -> Result<(), LetterError> {
    surface.set_fill(Some(Fill { paint: luma::Color::black().into(), ..Fill::default() }));
    let mut pen = Pen { surface, hong_kong: &font.hong_kong()?, simplified: &font.simplified()? };
    pen.head(letter)?;
    pen.window(std::iter::once(&letter.addressee).chain(&letter.address), (mm(54.0), WINDOW_LINES))?;
    pen.qr(&letter.link, (RIGHT_COLUMN, mm(46.0)))?;
    pen.body(letter)?;
    pen.fold_marks();
    Ok(())
}

fn metadata(letter: &Letter) -> Metadata {
    let (year, month, day) = letter.date.civil();
    let [year, month, day] = [year, i16::from(month), i16::from(day)].map(|n| u16::try_from(n).unwrap_or(1));
    let date = DateTime::new(year)
        .month(u8::try_from(month).unwrap_or(1))
        .day(u8::try_from(day).unwrap_or(1));
    // Neither name nor reference: titles show up in print queues.
    Metadata::new()
        .title(letter.scheme.get(letter.language).to_owned())
        .language(letter.language.tag().to_owned())
        .creation_date(date)
}

/// A line with its glyphs and its place.
pub(super) struct Run {
    pub(super) language: Language,
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    pub(super) size: f32,
    pub(super) x: f32,
    pub(super) y: f32,
}

/// Draws on one page.
pub(super) struct Pen<'s, 'f> {
    pub(super) surface: Surface<'s>,
    pub(super) hong_kong: &'f Face<'f>,
    pub(super) simplified: &'f Face<'f>,
}

impl Pen<'_, '_> {
    /// Who writes, above the window; date and reference at the right.
    fn head(&mut self, letter: &Letter) -> Result<(), LetterError> {
        for (language, row) in in_order(letter.language).into_iter().zip([16.0, 22.0, 28.0]) {
            self.line(language, letter.sender.get(language), 12.0, LEFT, mm(row))?;
        }
        self.line(Language::En, &long_day(Language::En, letter.date), 12.0, RIGHT_COLUMN, mm(16.0))?;
        self.line(Language::ZhHant, &long_day(Language::ZhHant, letter.date), 12.0, RIGHT_COLUMN, mm(22.0))?;
        self.line(Language::En, &letter.reference, 14.0, RIGHT_COLUMN, mm(30.0))
    }

    /// Name and address. The window of DL and C5 envelopes lies 20 mm from the left and 45 mm from the top of the folded
    /// sheet, 90 by 45 mm (DIN 5008 form B; the same envelopes are sold in Hong Kong); 5 mm are left free for slipping.
    pub(super) fn window<'t>(
        &mut self,
        texts: impl Iterator<Item = &'t String>,
        (top, most): (f32, usize),
    ) -> Result<(), LetterError> {
        let mut lines = Vec::new();
        for text in texts {
            lines.extend(self.hong_kong.lines(text, WINDOW_SIZE, mm(80.0))?);
        }
        if lines.len() > most {
            return Err(LetterError::TooLong("address"));
        }
        let mut y = top;
        for line in lines {
            self.line(Language::ZhHant, &line, WINDOW_SIZE, mm(25.0), y)?;
            y += mm(5.0);
        }
        Ok(())
    }

    /// A link as a QR code, 36 mm wide, right of the window, with the quiet zone of four modules that readers need.
    pub(super) fn qr(&mut self, link: &str, (left, top): (f32, f32)) -> Result<(), LetterError> {
        let code = QrCode::with_error_correction_level(link, EcLevel::M)
            .map_err(|error| LetterError::Unmade(error.to_string()))?;
        let width = code.width();
        let module = mm(36.0) / points(width);
        let mut path = PathBuilder::new();
        for (index, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            let (x, y) = (points(index % width) * module, points(index / width) * module);
            if let Some(square) = Rect::from_xywh(left + x, top + y, module, module) {
                path.push_rect(square);
            }
        }
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
        Ok(())
    }

    fn body(&mut self, letter: &Letter) -> Result<(), LetterError> {
        let mut y = mm(112.0);
        for language in in_order(letter.language) {
            let (heading, paragraph) = words(letter, language);
            self.line(language, heading, 22.0, LEFT, y)?;
            y += 30.0;
            for line in self.face(language).lines(&paragraph, BODY_SIZE, BODY_WIDTH)? {
                self.line(language, &line, BODY_SIZE, LEFT, y)?;
                y += BODY_LEADING;
            }
            y += 26.0;
        }
        if y > mm(290.0) { Err(LetterError::TooLong("text")) } else { Ok(()) }
    }

    /// Ticks at the left edge where the sheet is folded in three.
    pub(super) fn fold_marks(&mut self) {
        let mut path = PathBuilder::new();
        for y in [99.0, 198.0] {
            if let Some(tick) = Rect::from_xywh(mm(5.0), mm(y), mm(4.0), 0.5) {
                path.push_rect(tick);
            }
        }
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }

    pub(super) fn line(&mut self, language: Language, text: &str, size: f32, x: f32, y: f32) -> Result<(), LetterError> {
        let glyphs = self.face(language).glyphs(text)?;
        self.run(&Run { language, text: text.to_owned(), glyphs, size, x, y });
        Ok(())
    }

    /// A line that was measured before.
    pub(super) fn run(&mut self, run: &Run) {
        let font = self.face(run.language).drawn.clone();
        self.surface.draw_glyphs(Point::from_xy(run.x, run.y), &run.glyphs, font, &run.text, run.size, false);
    }

    pub(super) fn face(&self, language: Language) -> &Face<'_> {
        if language == Language::ZhHans { self.simplified } else { self.hong_kong }
    }
}

/// The reader's own language first.
pub(super) fn in_order(first: Language) -> [Language; 3] {
    match first {
        Language::En => [Language::En, Language::ZhHant, Language::ZhHans],
        Language::ZhHant => [Language::ZhHant, Language::En, Language::ZhHans],
        Language::ZhHans => [Language::ZhHans, Language::ZhHant, Language::En],
    }
}

/// Points of a length in millimetres.
pub(super) const fn mm(millimetres: f32) -> f32 {
    millimetres * 72.0 / 25.4
}

fn points(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

pub(super) const LEFT: f32 = mm(25.0);
pub(super) const RIGHT_COLUMN: f32 = mm(145.0);
pub(super) const WINDOW_SIZE: f32 = 12.0;
const WINDOW_LINES: usize = 8;
const BODY_SIZE: f32 = 16.0;
const BODY_LEADING: f32 = 25.0;
const BODY_WIDTH: f32 = mm(160.0);
