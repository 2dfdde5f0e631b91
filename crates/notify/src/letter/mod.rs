//! Letters, for people without a phone: one A4 sheet that folds into an ordinary window envelope.

mod barcode;
mod face;
mod folio;
mod folio_pdf;
mod leaflet;
mod page;
mod pin;
mod sheets;
mod wording;

pub use face::LetterFont;
pub use folio::{Folio, FolioPart, FolioRow, FolioSection, FolioTable, Piece, folio_pdf};
pub use leaflet::{LeafletSide, leaflet_pdf};
pub use pin::{PinLetter, PinLetters, pin_letters_pdf};
pub use sheets::{Block, Sheets, sheets_pdf};

use kernel::{Day, Fault, Kind, Language, Text};
use serde::{Deserialize, Serialize};

/// What a letter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterKind {
    /// The registration stands.
    RegistrationConfirmed,
    /// Something in the registration must be looked at again. The same for every cause.
    NeedsChecking,
}

impl LetterKind {
    /// Its name in tables, counters and pages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RegistrationConfirmed => "letter-confirmed",
            Self::NeedsChecking => "letter-needs-checking",
        }
    }
}

/// One letter. It holds a name and an address, so it is sealed wherever it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What it says.
    pub kind: LetterKind,
    /// The language that comes first; the other two follow.
    pub language: Language,
    /// The scheme.
    pub scheme: Text,
    /// The department that writes.
    pub sender: Text,
    /// The household's reference.
    pub reference: String,
    /// The status page; printed and as a QR code.
    pub link: String,
    /// The name in the window.
    pub addressee: String,
    /// The address in the window, a line each.
    pub address: Vec<String>,
    /// The date of the letter.
    pub date: Day,
}

/// The letter as a PDF of one A4 page, its font subset embedded.
pub fn letter_pdf(letter: &Letter, font: &LetterFont) -> Result<Vec<u8>, LetterError> {
    page::draw(letter, font)
}

/// Why there is no letter.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LetterError {
    /// The font file is not there.
    #[error("letters need a font with Hong Kong characters: {path} cannot be read ({reason}); install fonts-noto-cjk or name another file")]
    NoFont {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The file is not a font.
    #[error("the file named for letters is not an OpenType font or collection")]
    NotAFont,
    /// The font lacks a character of the name or address; an officer must write this letter.
    #[error("the letters' font has no glyph for U+{0:04X}")]
    NoGlyph(u32),
    /// The text does not fit the sheet.
    #[error("the letter does not fit: {0}")]
    TooLong(&'static str),
    /// The link is too long for a QR code, or the page could not be written.
    #[error("the letter could not be made: {0}")]
    Unmade(String),
}

impl Fault for LetterError {
    fn kind(&self) -> Kind {
        match self {
            Self::TooLong(_) | Self::NoGlyph(_) => Kind::Invalid,
            Self::NoFont { .. } | Self::NotAFont | Self::Unmade(_) => Kind::Broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use super::*;

    /// Debian's package fonts-noto-cjk.
    const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

    fn letter() -> Letter {
        Letter {
            kind: LetterKind::RegistrationConfirmed,
            language: Language::ZhHant,
            scheme: Text::new("Reusable Mask Scheme", "可重用口罩計劃", "可重用口罩计划"),
            sender: Text::new("Innovation Bureau", "創新局", "创新局"),
            reference: "LR-7K4M-9QXP".into(),
            link: "https://masks.example.gov.hk/zh-hant/status".into(),
            addressee: "陳大文 CHAN Tai Man".into(),
            address: vec!["九龍觀塘".into(), "滙景花園第 3 座".into(), "12 樓 B 室".into()],
            date: Day::from_civil(2020, 5, 8).unwrap(),
        }
    }

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

    #[test]
    fn a_letter_renders_in_three_languages_with_window_reference_and_link() {
        let font = LetterFont::open(Path::new(FONT)).unwrap();
        let pdf = letter_pdf(&letter(), &font).unwrap();
        assert!(pdf.len() < 200_000, "only the glyphs used are embedded: {} bytes", pdf.len());
        let text = text_of(&pdf);
        for expected in [
            "陳大文 CHAN Tai Man",
            "滙景花園第 3 座",
            "LR-7K4M-9QXP",
            "https://masks.example.gov.hk/zh-hant/status",
            "Your registration is confirmed",
            "你的登記已獲確認",
            "你的登记已获确认",
            "8 May 2020",
        ] {
            assert!(text.contains(expected), "{expected} is missing in\n{text}");
        }
        assert!(text.find("你的登記已獲確認") < text.find("Your registration is confirmed"), "own language first");
        assert_eq!(text.matches('\u{c}').count(), 1, "one page");
    }

    #[test]
    fn the_window_shows_the_name_and_the_address_and_nothing_else() {
        let font = LetterFont::open(Path::new(FONT)).unwrap();
        let pdf = letter_pdf(&letter(), &font).unwrap();
        let path = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(path.path(), &pdf).unwrap();
        // 20 mm from the left, 45 mm from the top, 90 by 45 mm, at 72 dots an inch.
        let out = Command::new("pdftotext")
            .args(["-x", "57", "-y", "128", "-W", "255", "-H", "127", "-r", "72"])
            .arg(path.path())
            .arg("-")
            .output()
            .unwrap();
        let seen: Vec<String> = String::from_utf8(out.stdout).unwrap().split_whitespace().map(String::from).collect();
        assert_eq!(seen.join(" "), "陳大文 CHAN Tai Man 九龍觀塘 滙景花園第 3 座 12 樓 B 室");
    }

    #[test]
    fn the_longest_address_fits_and_a_longer_one_is_refused() {
        let font = LetterFont::open(Path::new(FONT)).unwrap();
        let long = Letter { address: vec!["Flat B, 12/F, Block 3".into(); 6], ..letter() };
        letter_pdf(&long, &font).unwrap();
        let longer = Letter { address: vec!["Flat B, 12/F, Block 3".into(); 9], ..letter() };
        assert!(matches!(letter_pdf(&longer, &font), Err(LetterError::TooLong("address"))));
    }

    #[test]
    fn without_a_font_letters_are_refused_with_one_line() {
        let refused = LetterFont::open(Path::new("/nowhere/font.ttc")).err().unwrap().to_string();
        assert!(refused.starts_with("letters need a font with Hong Kong characters: /nowhere/font.ttc"), "{refused}");
        assert_eq!(refused.lines().count(), 1);
        assert!(matches!(LetterFont::from_bytes(b"not a font".to_vec()), Err(LetterError::NotAFont)));
    }
}
