//! Letters with PINs, a sheet each, many in one document: the font is read and embedded once.

use kernel::{Day, Language, Secret, Text};
use krilla::Document;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;

use super::barcode::bars;
use super::face::{Face, LetterFont};
use super::page::{LEFT, Pen, RIGHT_COLUMN, Run, WINDOW_SIZE, in_order, mm};
use super::{LetterError, wording};
use crate::long_day;

/// What the letters of a batch have in common.
#[derive(Clone, Debug)]
pub struct PinLetters {
    /// Who writes.
    pub sender: Text,
    /// What the account is called.
    pub service: Text,
    /// The page that is typed by hand, without `https://`.
    pub page: String,
    /// The date of the letters.
    pub date: Day,
    /// The last day of their PINs.
    pub until: Day,
}

/// One letter.
#[derive(Clone, Debug)]
pub struct PinLetter {
    /// The language that comes first; the other two follow.
    pub language: Language,
    /// Name and address, a line each.
    pub window: Vec<String>,
    /// Eight digits.
    pub pin: Secret<String>,
    /// Where the QR code leads.
    pub link: Secret<String>,
    /// An even number of digits by which a letter that came back is known.
    pub barcode: String,
}

/// The letters as one PDF, each on a sheet of its own, and the places of those that cannot be printed: a name or an address does not
/// fit the window, or has a character that the font lacks.
pub fn pin_letters_pdf(
    common: &PinLetters,
    letters: &[PinLetter],
    font: &LetterFont,
) -> Result<(Vec<u8>, Vec<usize>), LetterError> {
    let faces = Faces { hong_kong: font.hong_kong()?, simplified: font.simplified()? };
    let printed = Language::ALL.map(|first| printed(&faces, common, first));
    let size = PageSettings::from_wh(mm(210.0), mm(297.0)).ok_or(LetterError::TooLong("sheet"))?;
    let (mut document, mut refused) = (Document::new(), Vec::new());
    document.set_metadata(metadata(common));
    for (place, letter) in letters.iter().enumerate() {
        let Ok(own) = own(&faces, letter) else {
            refused.push(place);
            continue;
        };
        let mut page = document.start_page_with(size.clone());
        let mut surface = page.surface();
        surface.set_fill(Some(Fill { paint: luma::Color::black().into(), ..Fill::default() }));
        let mut pen = Pen { surface, hong_kong: &faces.hong_kong, simplified: &faces.simplified };
        for (_, runs) in Language::ALL.into_iter().zip(&printed).filter(|(first, _)| *first == letter.language) {
            runs.as_ref().map_err(LetterError::clone)?.iter().for_each(|run| pen.run(run));
        }
        for run in &own {
            pen.run(run);
        }
        marks(&mut pen, letter)?;
        drop(pen);
        page.finish();
    }
    let pdf = document.finish().map_err(|error| LetterError::Unmade(format!("{error:?}")))?;
    Ok((pdf, refused))
}

struct Faces<'f> {
    hong_kong: Face<'f>,
    simplified: Face<'f>,
}

impl<'f> Faces<'f> {
    const fn of(&self, language: Language) -> &Face<'f> {
        if matches!(language, Language::ZhHans) { &self.simplified } else { &self.hong_kong }
    }

    fn run(&self, language: Language, text: &str, size: f32, (x, y): (f32, f32)) -> Result<Run, LetterError> {
        Ok(Run { language, glyphs: self.of(language).glyphs(text)?, text: text.to_owned(), size, x, y })
    }
}

/// What is the same on every letter in a language: measured once, however many letters there are. Who writes stands above the window,
/// the date at the right, the words below the first fold.
fn printed(faces: &Faces<'_>, common: &PinLetters, first: Language) -> Result<Vec<Run>, LetterError> {
    let mut runs = Vec::new();
    for (language, row) in in_order(first).into_iter().zip([16.0, 22.0, 28.0]) {
        runs.push(faces.run(language, common.sender.get(language), 12.0, (LEFT, mm(row)))?);
    }
    for (language, row) in [(Language::En, 16.0), (Language::ZhHant, 22.0)] {
        runs.push(faces.run(language, &long_day(language, common.date), 12.0, (RIGHT_COLUMN, mm(row)))?);
    }
    for (language, row) in [(Language::En, 114.5), (Language::ZhHant, 121.5)] {
        runs.push(faces.run(language, wording::PIN.get(language), 15.0, (LEFT, mm(row)))?);
    }
    let mut y = mm(138.0);
    for language in in_order(first) {
        let (heading, paragraph) = wording::activate(language, common);
        runs.push(faces.run(language, heading, 18.0, (LEFT, y))?);
        y += 23.0;
        for line in faces.of(language).lines(&paragraph, BODY_SIZE, mm(160.0))? {
            runs.push(faces.run(language, &line, BODY_SIZE, (LEFT, y))?);
            y += BODY_LEADING;
        }
        y += 18.0;
    }
    if y > mm(297.0) { Err(LetterError::TooLong("text")) } else { Ok(runs) }
}

/// What stands on one letter only: name and address in the window, the PIN in large digits, the digits of the barcode.
fn own(faces: &Faces<'_>, letter: &PinLetter) -> Result<Vec<Run>, LetterError> {
    let mut runs = window(faces, letter)?;
    let (first, last) = letter.pin.expose().split_at_checked(4).unwrap_or_default();
    runs.push(faces.run(Language::En, &format!("{first} {last}"), PIN_SIZE, (mm(85.0), mm(121.5)))?);
    runs.push(faces.run(Language::En, &letter.barcode, 8.0, (LEFT + mm(45.0), mm(50.5)))?);
    Ok(runs)
}

/// Name and address, smaller where they would not fit otherwise: the longest names of buildings take two lines.
fn window(faces: &Faces<'_>, letter: &PinLetter) -> Result<Vec<Run>, LetterError> {
    for (size, leading, most) in WINDOWS {
        let mut lines = Vec::new();
        for text in &letter.window {
            lines.extend(faces.hong_kong.lines(text, size, mm(80.0))?);
        }
        if lines.len() <= most {
            let rows = std::iter::successors(Some(mm(58.0)), |y| Some(y + leading));
            let run = |(line, y): (&String, f32)| faces.run(Language::ZhHant, line, size, (LEFT, y));
            return lines.iter().zip(rows).map(run).collect();
        }
    }
    Err(LetterError::TooLong("address"))
}

/// What is no text: the barcode in the window above the name, so that a letter that comes back is scanned without being opened; the
/// QR code beside the window; the rules around the PIN; the marks where the sheet is folded.
fn marks(pen: &mut Pen<'_, '_>, letter: &PinLetter) -> Result<(), LetterError> {
    let (bars, _) = bars(&letter.barcode).ok_or_else(|| LetterError::Unmade("a barcode of odd digits".into()))?;
    let mut path = PathBuilder::new();
    for (at, width) in bars {
        let [x, width] = [at, width].map(|modules| f32::from(modules) * MODULE);
        push(&mut path, (LEFT + x, mm(46.5)), (width, mm(6.0)));
    }
    for y in [106.0, 127.0] {
        push(&mut path, (LEFT, mm(y)), (mm(160.0), 1.0));
    }
    if let Some(path) = path.finish() {
        pen.surface.draw_path(&path);
    }
    pen.qr(letter.link.expose(), (RIGHT_COLUMN, mm(46.0)))?;
    pen.fold_marks();
    Ok(())
}

fn push(path: &mut PathBuilder, (x, y): (f32, f32), (width, height): (f32, f32)) {
    if let Some(rectangle) = Rect::from_xywh(x, y, width, height) {
        path.push_rect(rectangle);
    }
}

fn metadata(common: &PinLetters) -> Metadata {
    let (year, month, day) = common.date.civil();
    let date = DateTime::new(u16::try_from(year).unwrap_or(1))
        .month(u8::try_from(month).unwrap_or(1))
        .day(u8::try_from(day).unwrap_or(1));
    // No name: titles show up in print queues.
    Metadata::new().title(common.service.get(Language::En).to_owned()).language(Language::ZhHant.tag().to_owned()).creation_date(date)
}

/// Size and leading in points, and how many lines there is room for down to 88 mm.
const WINDOWS: [(f32, f32, usize); 2] = [(WINDOW_SIZE, mm(5.0), 7), (10.0, mm(4.2), 8)];
/// 0.4 mm: what the cheapest hand scanners read off plain paper.
const MODULE: f32 = mm(0.4);
const PIN_SIZE: f32 = 38.0;
const BODY_SIZE: f32 = 14.5;
const BODY_LEADING: f32 = 20.5;

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use super::*;

    const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

    fn common() -> PinLetters {
        PinLetters {
            sender: Text::new("Innovation Services Department", "創新服務署", "创新服务署"),
            service: Text::new("Resident account", "市民帳戶", "市民账户"),
            page: "account.example.gov.hk/pin".into(),
            date: Day::from_civil(2022, 1, 3).unwrap(),
            until: Day::from_civil(2022, 1, 24).unwrap(),
        }
    }

    fn letter(language: Language, window: &[&str]) -> PinLetter {
        PinLetter {
            language,
            window: window.iter().map(|line| (*line).to_owned()).collect(),
            pin: Secret::new("12345678".to_owned()),
            link: Secret::new("https://account.example.gov.hk/zh-hant/account/pin?letter=0123456789abcdef0123456789abcdef".to_owned()),
            barcode: "123456789012".into(),
        }
    }

    fn text_of(pdf: &[u8]) -> String {
        let mut child = Command::new("pdftotext")
            .args(["-layout", "-", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("pdftotext (Debian: poppler-utils) is needed");
        let mut input = child.stdin.take().unwrap();
        let pdf = pdf.to_vec();
        let writer = std::thread::spawn(move || input.write_all(&pdf).unwrap());
        let text = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        writer.join().unwrap();
        text
    }

    fn font() -> LetterFont {
        LetterFont::open(Path::new(FONT)).unwrap()
    }

    #[test]
    fn a_batch_has_a_sheet_for_each_letter_in_three_languages() {
        let letters = Language::ALL.map(|language| letter(language, &["陳大文", "CHAN Tai Man", "Flat B, 12/F", "九龍觀塘滙景花園第 3 座"]));
        let (pdf, refused) = pin_letters_pdf(&common(), &letters, &font()).unwrap();
        let text = text_of(&pdf);
        assert!(refused.is_empty());
        assert_eq!(text.matches('\u{c}').count(), 3);
        for said in ["1234 5678", "陳大文", "24 January 2022", "2022年1月24日", "account.example.gov.hk/pin", "123456789012", "啟動", "启动"] {
            assert!(text.matches(said).count() >= 3, "{said} is missing in\n{text}");
        }
        assert!(!text.contains("0123456789abcdef"), "the token stands in the QR code only");
    }

    #[test]
    fn rare_hong_kong_characters_are_printed_as_they_were_typed() {
        let rare = ["𨋢𡃁𠝹𥄫", "深水\u{E88C}", "埗頭街 1 號"];
        let (pdf, refused) = pin_letters_pdf(&common(), &[letter(Language::ZhHant, &rare)], &font()).unwrap();
        assert!(refused.is_empty());
        let text = text_of(&pdf);
        for line in rare {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_set_aside_and_the_others_are_printed() {
        let long = vec!["Flat B, 12/F, Block 3"; 9];
        let letters = [letter(Language::En, &["CHAN Tai Man", "1 Test Street"]), letter(Language::En, &long), letter(Language::En, &["\u{10FFFD}"])];
        let (pdf, refused) = pin_letters_pdf(&common(), &letters, &font()).unwrap();
        assert_eq!(refused, [1, 2]);
        assert_eq!(text_of(&pdf).matches('\u{c}').count(), 1);
        assert_eq!(font().missing("陳大文\u{10FFFD}"), Some('\u{10FFFD}'));
        assert_eq!(font().missing("陳大文 𨋢\u{E88C}"), None);
    }

    /// One line for each character that stands in the shipped addresses, those outside Big5 among them, and every fiftieth of the others;
    /// `cargo xtask bench letters` does it with all.
    #[test]
    fn every_character_of_the_shipped_addresses_is_found_in_the_letters() {
        let premises = hongkong::shipped_premises().unwrap();
        let unit = hongkong::Unit::default();
        let all = premises.iter().flat_map(|one| [Language::ZhHant, Language::En].map(|language| hongkong::format_lines(one, &unit, language)));
        let (mut seen, mut lines) = (std::collections::BTreeSet::new(), Vec::new());
        for (at, line) in all.flatten().enumerate() {
            let new = line.chars().filter(|c| seen.insert(*c)).count();
            if new > 0 || at % 50 == 0 {
                lines.push(line);
            }
        }
        assert!(seen.len() > 1_000, "{}", seen.len());
        let letters: Vec<_> = lines.chunks(3).map(|chunk| PinLetter { window: chunk.to_vec(), ..letter(Language::En, &[]) }).collect();
        let (pdf, refused) = pin_letters_pdf(&common(), &letters, &font()).unwrap();
        assert!(refused.is_empty(), "{:?}", refused.iter().map(|at| &letters[*at].window).collect::<Vec<_>>());
        let whole: String = text_of(&pdf).split_whitespace().collect();
        let gone: Vec<_> = lines.iter().filter(|line| !whole.contains(&line.split_whitespace().collect::<String>())).collect();
        assert!(gone.is_empty(), "{} of {} lines are not found: {:?}", gone.len(), lines.len(), gone.first());
    }
}
