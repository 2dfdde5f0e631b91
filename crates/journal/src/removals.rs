//! The ledger of removals: what opened a door and was taken away, so that a restored database does not open it again.
//!
//! It stands outside the database, beside the tiles, and its copy beside the key tree. A line has a number, a moment in milliseconds,
//! a kind, a keyed tag of what was removed, a public word about it (or `-`), and a hash over the line and the hash before it. The
//! tag is a PRF of the store's keyring over kind and id, so a line says nothing to whoever lacks the key, and nothing about a person.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kernel::{Instant, from_hex, to_hex};
use seal::{Keyring, sha256};
use store::StoreError;

use crate::storage::removal::{self, Waiting};
use crate::tiles::write_whole;
use crate::{JournalError, Ledger};

/// Something that was removed after the backup which a restore put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// When.
    pub at: Instant,
    /// The public word about it; empty without one.
    pub note: String,
}

/// What was removed since a backup, by kind.
#[derive(Default)]
pub struct Removed {
    keys: Option<Arc<Keyring>>,
    kinds: HashMap<String, HashMap<[u8; 16], Removal>>,
}

impl Removed {
    /// Whether anything of this kind was: else nobody needs to look through a table.
    pub fn any(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    /// The last removal of this very thing.
    pub fn find(&self, kind: &str, thing: &[u8]) -> Option<&Removal> {
        self.kinds.get(kind)?.get(&tag(self.keys.as_ref()?, kind, thing))
    }

    /// Every removal of a kind, for those whose notes say all.
    pub fn all(&self, kind: &str) -> impl Iterator<Item = &Removal> {
        self.kinds.get(kind).into_iter().flat_map(HashMap::values)
    }

    /// How many things.
    pub fn len(&self) -> usize {
        self.kinds.values().map(HashMap::len).sum()
    }

    /// Whether nothing was removed.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
}

/// The ledger, open for appending.
#[derive(Debug)]
pub(crate) struct Removals {
    /// The ledger and its copy.
    paths: Vec<PathBuf>,
    heading: String,
    /// How many bytes of each are whole lines.
    whole: u64,
    last: Position,
    /// Neither stood in its place.
    missing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    number: u64,
    chain: [u8; 32],
}

/// A line as it is read again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    at: Instant,
    kind: String,
    tag: [u8; 16],
    note: String,
}

/// The whole lines of a file, and the text that they are.
struct Lines {
    read: Vec<Line>,
    text: String,
    last: Position,
}

const BATCH: i64 = 256;

impl Removals {
    /// Opens the ledger of a log. Of ledger and copy the one that goes further is made to stand in both places.
    pub(crate) fn open(paths: Vec<PathBuf>, origin: &str) -> Result<Self, JournalError> {
        let heading = format!("lionrock removals v1 {origin}\n");
        let mut best: Option<Lines> = None;
        let (mut broken, mut stand) = (None, 0);
        for path in &paths {
            let Some(bytes) = read(path)? else { continue };
            match whole_lines(&bytes, &heading) {
                Some(found) => {
                    let known = best.as_ref().map_or("", |best| &best.text);
                    if !known.starts_with(&found.text) && !found.text.starts_with(known) {
                        broken = Some(path);
                    }
                    if found.text.len() >= known.len() {
                        best = Some(found);
                    }
                    stand += 1;
                }
                None => broken = Some(path),
            }
        }
        // One that has no line is no reason to write over what cannot be read.
        let empty = best.as_ref().is_none_or(|best| best.read.is_empty());
        if let Some(path) = broken.filter(|_| empty || stand == paths.len()) {
            return Err(JournalError::Removals(path.clone()));
        }
        let missing = best.is_none();
        let Lines { text, last, .. } = best.unwrap_or_else(|| Lines { read: Vec::new(), text: heading.clone(), last: beginning(&heading) });
        for path in &paths {
            if read(path)?.as_deref() != Some(text.as_bytes()) {
                write_whole(path, text.as_bytes()).map_err(|error| JournalError::Tiles(path.clone(), error))?;
            }
        }
        Ok(Self { paths, heading, whole: text.len() as u64, last, missing })
    }

    /// Appends lines to both files and waits until they are on the disk. When it fails, none of them counts: what stands after the last
    /// whole line that is known here is written over.
    fn append(&mut self, lines: &[Line]) -> Result<(), JournalError> {
        let (mut last, mut text) = (self.last, String::new());
        for line in lines {
            let (next, written) = line.written(last);
            last = next;
            text.push_str(&written);
        }
        for path in &self.paths {
            append_to(path, self.whole, text.as_bytes()).map_err(|error| JournalError::Tiles(path.clone(), error))?;
        }
        self.whole += text.len() as u64;
        self.last = last;
        Ok(())
    }

    /// What was removed since a moment, and whether the ledger was there to say so.
    pub(crate) fn since(&self, taken: Instant, keys: &Arc<Keyring>) -> Result<(Removed, bool), JournalError> {
        let mut removed = Removed { keys: Some(keys.clone()), kinds: HashMap::new() };
        let lines = self.paths.first().map(|path| read(path)).transpose()?.flatten().and_then(|bytes| whole_lines(&bytes, &self.heading));
        for line in lines.map(|found| found.read).unwrap_or_default().into_iter().filter(|line| line.at >= taken) {
            removed.kinds.entry(line.kind).or_default().insert(line.tag, Removal { at: line.at, note: line.note });
        }
        Ok((removed, !self.missing))
    }
}

impl Ledger {
    /// Writes what was removed into the ledger outside the database. It runs before a checkpoint is published: whatever is published as
    /// removed stands in the ledger, and nothing stands there that was not committed. After a crash in between lines are written once
    /// more, which says the same twice.
    pub(crate) fn keep_removals(&self, removals: &mut Removals) -> Result<(), JournalError> {
        loop {
            let waiting = self.store().read("journal.removals", |tx| removal::oldest(tx, BATCH))?;
            if waiting.is_empty() {
                return Ok(());
            }
            let lines: Vec<Line> = waiting.iter().map(|one| Line::of(one, self.keys())).collect();
            removals.append(&lines)?;
            self.store().write("journal.keep_removals", move |tx| waiting.iter().try_for_each(|one| removal::delete(tx, one).map(drop)))?;
        }
    }
}

impl Line {
    fn of(waiting: &Waiting, keys: &Keyring) -> Self {
        let Waiting { kind, thing, at, note } = waiting;
        Self { at: *at, kind: kind.clone(), tag: tag(keys, kind, thing), note: note.clone() }
    }

    /// The text of the line that follows, and where the ledger is after it.
    fn written(&self, after: Position) -> (Position, String) {
        let number = after.number.saturating_add(1);
        let note = if self.note.is_empty() { "-" } else { &self.note };
        let body = format!("{number} {} {} {} {note}", self.at.millis(), self.kind, to_hex(&self.tag));
        let chain = sha256(&[b"lionrock removal v1\n", &after.chain, body.as_bytes()]);
        (Position { number, chain }, format!("{body} {}\n", to_hex(&chain)))
    }

    /// Reads a line with its end; nothing unless it is exactly the one that follows.
    fn parse(text: &str, after: Position) -> Option<(Self, Position)> {
        let fields: Vec<&str> = text.strip_suffix('\n')?.split(' ').collect();
        let [_, at, kind, tag, note, _] = fields.as_slice() else { return None };
        let note = if *note == "-" { String::new() } else { (*note).to_owned() };
        let tag = from_hex(tag).ok()?.try_into().ok()?;
        let line = Self { at: Instant::from_millis(at.parse().ok()?), kind: (*kind).to_owned(), tag, note };
        let (last, written) = line.written(after);
        (written == text).then_some((line, last))
    }
}

fn tag(keys: &Keyring, kind: &str, thing: &[u8]) -> [u8; 16] {
    let tag = keys.prf(&format!("removal:{kind}"), thing);
    std::array::from_fn(|at| tag.get(at).copied().unwrap_or_default())
}

fn beginning(heading: &str) -> Position {
    Position { number: 0, chain: sha256(&[heading.as_bytes()]) }
}

/// The whole lines of a ledger with this heading; a last one that a crash cut short is passed over. Nothing when it is another ledger or a
/// line does not follow from the one before.
fn whole_lines(bytes: &[u8], heading: &str) -> Option<Lines> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut found = Lines { read: Vec::new(), text: heading.to_owned(), last: beginning(heading) };
    if heading.starts_with(text) {
        return Some(found);
    }
    for line in text.strip_prefix(heading)?.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        let (read, last) = Line::parse(line, found.last)?;
        found.read.push(read);
        found.text.push_str(line);
        found.last = last;
    }
    Some(found)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, JournalError> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(|error| JournalError::Tiles(path.to_owned(), error)),
    }
}

fn append_to(path: &Path, whole: u64, text: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    file.set_len(whole)?;
    file.seek(SeekFrom::Start(whole))?;
    file.write_all(text)?;
    file.sync_all()
}

/// Kept in the transaction of the unit of work that removes something.
pub(crate) fn note(tx: &mut store::Tx<'_>, at: Instant, (kind, thing): (&str, &[u8]), note: &str) -> Result<(), StoreError> {
    // A line has its fields between blanks.
    let note = note.replace(char::is_whitespace, "_");
    removal::insert(tx, &Waiting { kind: kind.to_owned(), thing: thing.to_vec(), at, note })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "test.example/log";

    fn line(number: u8) -> Line {
        let note = if number.is_multiple_of(2) { String::new() } else { format!("word{number}") };
        Line { at: Instant::from_millis(1_588_719_600_000 + i64::from(number)), kind: "passkey".into(), tag: [number; 16], note }
    }

    fn open(paths: &[PathBuf; 2]) -> Result<Removals, JournalError> {
        Removals::open(paths.to_vec(), ORIGIN)
    }

    fn lines(path: &Path) -> Vec<Line> {
        whole_lines(&fs::read(path).unwrap(), &format!("lionrock removals v1 {ORIGIN}\n")).unwrap().read
    }

    fn stage() -> (tempfile::TempDir, [PathBuf; 2]) {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["removals", "copy"].map(|name| folder.path().join(name));
        (folder, paths)
    }

    /// Computed with Python's hashlib from the description in `docs/formats.md`.
    #[test]
    fn a_line_is_as_described() {
        let heading = format!("lionrock removals v1 {ORIGIN}\n");
        let (_, written) = line(1).written(beginning(&heading));
        assert_eq!(written, format!("1 1588719600001 passkey {} word1 2f107fb754b879c865d1b4eb4320151f2fd0233552a7b2f014b49fb062e8154d\n", "01".repeat(16)));
    }

    #[test]
    fn a_changed_byte_counts_and_one_good_copy_is_enough() {
        let (_folder, paths) = stage();
        let mut ledger = open(&paths).unwrap();
        assert!(ledger.missing && !open(&paths).unwrap().missing);
        ledger.append(&[line(1), line(2)]).unwrap();
        ledger.append(&[line(3)]).unwrap();
        let bytes = fs::read(&paths[0]).unwrap();
        assert_eq!(bytes, fs::read(&paths[1]).unwrap());
        assert_eq!(lines(&paths[0]), [line(1), line(2), line(3)]);
        for at in (0..bytes.len() - 1).step_by(3) {
            let mut altered = bytes.clone();
            altered[at] ^= 0x01;
            fs::write(&paths[0], &altered).unwrap();
            fs::write(&paths[1], &altered).unwrap();
            assert!(open(&paths).is_err(), "byte {at}");
            fs::write(&paths[1], &bytes).unwrap();
            open(&paths).unwrap();
            assert_eq!(fs::read(&paths[0]).unwrap(), bytes, "byte {at}: the copy stands in both places");
        }
        fs::write(&paths[1], format!("lionrock removals v1 {ORIGIN}\n")).unwrap();
        fs::write(&paths[0], "lionrock removals v1 other\n").unwrap();
        assert!(open(&paths).is_err(), "an empty copy is no reason to write over another log's ledger");
    }

    #[test]
    fn an_append_that_was_cut_short_in_either_file_is_written_over() {
        let (_folder, paths) = stage();
        let mut ledger = open(&paths).unwrap();
        ledger.append(&[line(1)]).unwrap();
        let one = fs::read(&paths[0]).unwrap();
        ledger.append(&[line(2)]).unwrap();
        let two = fs::read(&paths[0]).unwrap();
        for (first, second) in [(0, 1), (1, 0)] {
            for len in one.len()..=two.len() {
                fs::write(&paths[first], &two[..len]).unwrap();
                fs::write(&paths[second], &one).unwrap();
                let mut ledger = open(&paths).unwrap();
                let stood = 1 + usize::from(len == two.len());
                ledger.append(&[line(9)]).unwrap();
                assert_eq!(lines(&paths[0]).len(), stood + 1, "cut at {len}");
                assert_eq!(fs::read(&paths[0]).unwrap(), fs::read(&paths[1]).unwrap());
            }
        }
    }
}
