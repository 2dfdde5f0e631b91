//! Poppler's `pdftoppm` as a bounded child: it reads a stranger's document, so it gets little memory, little time, no files and
//! nothing of ours.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use signing::{DrawError, PAGES_MOST, Renderer};

/// Dots an inch: a page is read on a phone at this fineness, and its picture stays small.
const RESOLUTION: u32 = 110;
/// Bytes of address space.
const MEMORY: u64 = 1 << 30;
/// Seconds of computing.
const SECONDS: u32 = 20;
/// Bytes of pictures.
const OUTPUT_MOST: u64 = 48 << 20;
const PNG_HEAD: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// The program.
pub struct Poppler {
    program: PathBuf,
    name: String,
    free: AtomicUsize,
}

impl Poppler {
    /// Finds the program and asks for its version. At most so many documents are drawn at once; for who comes meanwhile it is busy.
    pub fn open(program: &Path, most: usize) -> Result<Self, DrawError> {
        let failed = |what: &str| DrawError::Program(format!("{}: {what}", program.display()));
        let output = Command::new(program).arg("-v").stdin(Stdio::null()).output().map_err(|error| failed(&error.to_string()))?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let version = said.lines().next().and_then(|line| line.strip_prefix("pdftoppm version "));
        let version = version.ok_or_else(|| failed("it does not say its version"))?.trim();
        Ok(Self { program: program.to_owned(), name: format!("pdftoppm {version}"), free: AtomicUsize::new(most) })
    }
}

impl Renderer for Poppler {
    fn name(&self) -> &str {
        &self.name
    }

    fn resolution(&self) -> u32 {
        RESOLUTION
    }

    fn draw(&self, document: &[u8]) -> Result<Vec<Vec<u8>>, DrawError> {
        let _turn = Turn::take(&self.free).ok_or(DrawError::Busy)?;
        self.run(document)
    }
}

/// Leave to draw one document; it goes back when dropped.
struct Turn<'a>(&'a AtomicUsize);

impl<'a> Turn<'a> {
    fn take(free: &'a AtomicUsize) -> Option<Self> {
        let taken = free.fetch_update(Ordering::AcqRel, Ordering::Acquire, |free| free.checked_sub(1));
        taken.ok().map(|_| Self(free))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

impl Poppler {
    fn run(&self, document: &[u8]) -> Result<Vec<Vec<u8>>, DrawError> {
        let mut child = Command::new("prlimit")
            .args([format!("--as={MEMORY}"), format!("--cpu={SECONDS}"), "--core=0".into(), "--fsize=0".into(), "--".into()])
            .arg(&self.program)
            .args(["-png", "-r", &RESOLUTION.to_string(), "-l", &(PAGES_MOST + 1).to_string(), "-"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin:/usr/local/bin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| DrawError::Program(error.to_string()))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else { return Err(DrawError::Program("no pipes".into())) };
        let mut pictures = Vec::new();
        let read = std::thread::scope(|scope| {
            // A program that stops reading ends this thread with a broken pipe; what it drew until then is judged below.
            scope.spawn(move || drop(stdin.write_all(document)));
            let read = stdout.take(OUTPUT_MOST + 1).read_to_end(&mut pictures);
            if read.is_err() || pictures.len() as u64 > OUTPUT_MOST {
                drop(child.kill());
            }
            read
        });
        let ended = child.wait().map_err(|error| DrawError::Program(error.to_string()))?;
        if read.is_err() || !ended.success() {
            return Err(DrawError::Document);
        }
        let pictures = apart(&pictures).filter(|pictures| !pictures.is_empty()).ok_or(DrawError::Document)?;
        if pictures.len() > PAGES_MOST { Err(DrawError::TooMany) } else { Ok(pictures) }
    }
}

/// Pictures that stand one after the other, each from its first bytes to its last chunk (PNG, 5.3).
fn apart(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut pictures = Vec::new();
    while !bytes.is_empty() {
        let mut at = PNG_HEAD.len();
        bytes.starts_with(PNG_HEAD).then_some(())?;
        loop {
            let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
            let kind = bytes.get(at + 4..at + 8)?;
            at = at.checked_add(12)?.checked_add(usize::try_from(length).ok()?)?;
            if kind == b"IEND" {
                break;
            }
        }
        let (picture, rest) = bytes.split_at_checked(at)?;
        pictures.push(picture.to_vec());
        bytes = rest;
    }
    Some(pictures)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(pages: usize) -> Vec<u8> {
        testkit::pdf(&vec!["page"; pages])
    }

    #[test]
    fn each_page_becomes_a_picture_the_same_each_time() {
        let poppler = Poppler::open(Path::new("pdftoppm"), 1).expect("pdftoppm is missing: apt-get install poppler-utils");
        assert!(poppler.name().starts_with("pdftoppm "));
        let pictures = poppler.draw(&document(3)).unwrap();
        assert_eq!(pictures.len(), 3);
        assert!(pictures.iter().all(|picture| picture.starts_with(PNG_HEAD)));
        assert_eq!(poppler.draw(&document(3)).unwrap(), pictures);
        assert!(matches!(poppler.draw(&document(PAGES_MOST + 1)), Err(DrawError::TooMany)));
        assert!(matches!(poppler.draw(b"no document"), Err(DrawError::Document)));
        assert!(matches!(Poppler::open(Path::new("/nowhere/pdftoppm"), 1), Err(DrawError::Program(_))));
    }

    #[test]
    fn so_many_are_drawn_at_once_and_no_more() {
        let poppler = Poppler::open(Path::new("pdftoppm"), 2).expect("pdftoppm is missing: apt-get install poppler-utils");
        let (first, second) = (Turn::take(&poppler.free).unwrap(), Turn::take(&poppler.free).unwrap());
        assert!(matches!(poppler.draw(&document(1)), Err(DrawError::Busy)));
        drop(first);
        assert!(poppler.draw(&document(1)).is_ok());
        assert!(matches!(poppler.draw(b"no document"), Err(DrawError::Document)));
        assert!(poppler.draw(&document(1)).is_ok(), "who failed has gone too");
        drop(second);
    }

    #[test]
    fn what_is_no_row_of_pictures_is_refused() {
        assert_eq!(apart(b""), Some(Vec::new()));
        assert_eq!(apart(b"\x89PNG\r\n\x1a\n\0\0"), None);
        assert_eq!(apart(b"something"), None);
    }
}
