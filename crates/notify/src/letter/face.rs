//! The letters' font: measuring, breaking into lines, glyphs.

use std::path::Path;
use std::sync::Arc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};

use super::LetterError;

/// A font for letters, read once. In a collection, the Hong Kong face writes English and Traditional Chinese and the Simplified
/// face Simplified Chinese, because the three regions draw some characters differently.
#[derive(Clone)]
pub struct LetterFont {
    bytes: Arc<Vec<u8>>,
    hong_kong: u32,
    simplified: u32,
}

impl LetterFont {
    /// Reads a font file, such as Debian's `fonts-noto-cjk`.
    pub fn open(path: &Path) -> Result<Self, LetterError> {
        let bytes = std::fs::read(path).map_err(|error| LetterError::NoFont {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
        Self::from_bytes(bytes)
    }

    /// A font from the bytes of its file.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, LetterError> {
        FontRef::from_index(&bytes, 0).map_err(|_| LetterError::NotAFont)?;
        let hong_kong = face_named(&bytes, " HK").or_else(|| face_named(&bytes, " TC")).unwrap_or(0);
        let simplified = face_named(&bytes, " SC").unwrap_or(hong_kong);
        Ok(Self { bytes: Arc::new(bytes), hong_kong, simplified })
    }

    /// The first character of a text that letters cannot show.
    pub fn missing(&self, text: &str) -> Option<char> {
        let face = self.hong_kong().ok()?;
        text.chars().find(|c| face.glyph(*c).is_err())
    }

    /// The face for English and Traditional Chinese.
    pub(super) fn hong_kong(&self) -> Result<Face<'_>, LetterError> {
        Face::new(&self.bytes, self.hong_kong)
    }

    /// The face for Simplified Chinese.
    pub(super) fn simplified(&self) -> Result<Face<'_>, LetterError> {
        Face::new(&self.bytes, self.simplified)
    }
}

/// The first face of a collection whose family name ends so.
fn face_named(bytes: &[u8], ending: &str) -> Option<u32> {
    (0..MOST_FACES).map_while(|index| Some((index, FontRef::from_index(bytes, index).ok()?))).find_map(|(index, font)| {
        let names = font.localized_strings(StringId::FAMILY_NAME);
        names.into_iter().any(|name| name.to_string().ends_with(ending)).then_some(index)
    })
}

const MOST_FACES: u32 = 64;

/// One face, ready to measure and to draw.
pub(super) struct Face<'f> {
    font: FontRef<'f>,
    metrics: GlyphMetrics<'f>,
    units: f32,
    pub(super) drawn: Font,
}

impl<'f> Face<'f> {
    fn new(bytes: &'f Arc<Vec<u8>>, index: u32) -> Result<Self, LetterError> {
        let font = FontRef::from_index(bytes, index).map_err(|_| LetterError::NotAFont)?;
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let drawn = Font::new(Arc::clone(bytes).into(), index).ok_or(LetterError::NotAFont)?;
        let units = drawn.units_per_em();
        Ok(Self { font, metrics, units, drawn })
    }

    /// Whether it draws a character.
    pub(super) fn has(&self, sign: char) -> bool {
        self.glyph(sign).is_ok()
    }

    /// The glyphs of one line, without kerning: letters are set large and ragged.
    pub(super) fn glyphs(&self, line: &str) -> Result<Vec<KrillaGlyph>, LetterError> {
        line.char_indices()
            .map(|(at, c)| {
                let (id, advance) = self.glyph(c)?;
                Ok(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, at..at + c.len_utf8(), None))
            })
            .collect()
    }

    /// The width of a text in points.
    pub(super) fn width(&self, text: &str, size: f32) -> Result<f32, LetterError> {
        text.chars().try_fold(0.0, |sum, c| Ok(sum + self.glyph(c)?.1 * size))
    }

    /// The text broken into lines no wider than `width` points.
    pub(super) fn lines(&self, text: &str, size: f32, width: f32) -> Result<Vec<String>, LetterError> {
        let (mut lines, mut line, mut wide) = (Vec::new(), String::new(), 0.0);
        for unit in units(text) {
            let ink = self.width(unit.trim_end(), size)?;
            if !line.is_empty() && wide + ink > width {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                wide = 0.0;
            }
            wide += self.width(unit, size)?;
            line.push_str(unit);
        }
        lines.push(line.trim_end().to_owned());
        Ok(lines)
    }

    /// The glyph of a character; a private-use character of old HKSCS files is drawn as the character that took its place, and
    /// stays itself in the text of the document.
    fn glyph(&self, c: char) -> Result<(GlyphId, f32), LetterError> {
        let charmap = self.font.charmap();
        let id = charmap.map(c).or_else(|| charmap.map(hongkong::drawn_as(c)?)).ok_or(LetterError::NoGlyph(u32::from(c)))?;
        let advance = self.metrics.advance_width(id).unwrap_or(self.units) / self.units;
        Ok((GlyphId::new(id.to_u32()), advance))
    }
}

/// Pieces that stay on one line: a word with its space, or one Chinese character with the punctuation that follows it.
pub(super) fn units(text: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let mut before = None;
    for (at, c) in text.char_indices() {
        if before.is_some_and(|b| may_break(b, c)) {
            cuts.push(at);
        }
        before = Some(c);
    }
    cuts.push(text.len());
    cuts.windows(2).filter_map(|pair| text.get(*pair.first()?..*pair.last()?)).filter(|unit| !unit.is_empty()).collect()
}

fn may_break(before: char, after: char) -> bool {
    if CLOSING.contains(after) || OPENING.contains(before) || after == ' ' {
        return false;
    }
    before == ' ' || wide(before) || wide(after)
}

fn wide(c: char) -> bool {
    u32::from(c) >= 0x2e80
}

const CLOSING: &str = "，。、：；！？）」』》%";
const OPENING: &str = "（「『《";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_between_chinese_characters_but_never_before_a_comma() {
        assert_eq!(units("go to https://a.hk now"), ["go ", "to ", "https://a.hk ", "now"]);
        assert_eq!(units("你的登記，是 LR-1。請"), ["你", "的", "登", "記，", "是 ", "LR-1。", "請"]);
        assert_eq!(units("（九龍）"), ["（九", "龍）"]);
        assert!(units("").is_empty());
    }
}
