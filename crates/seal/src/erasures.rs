//! The erasure ledger: what was ordered to be forgotten, written before anything is.
//!
//! It stands outside the database and outside the key directories, so that a restored copy of either is told what must
//! not come back. It holds record numbers, purposes, days and salted commitments; nothing personal. Text, one line an
//! entry, each with a hash over the line and the hash before it; the tree remembers the last of them. A copy is kept beside
//! the tree, for the day on which the ledger's own disk is lost or an older backup is put back over it. When both are lost a new
//! ledger can be begun: its heading says after which line, and its first line that those before are lost.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use kernel::{Instant, from_hex, to_hex};

use crate::digest::sha256;
use crate::{SealError, Target, file};

/// One line of an erasure ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureEntry {
    /// 1 for the first; no number is missing, also where a new ledger goes on after a lost one.
    pub number: u64,
    /// When the erasure was ordered.
    pub at: Instant,
    /// What was to be forgotten.
    pub target: Target,
    /// Salted commitment to the sealed values concerned, as the caller made it.
    pub commitment: [u8; 32],
    /// SHA-256 over this line and the chain before it.
    pub chain: [u8; 32],
}

/// How far a ledger has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The number of the last entry, 0 when there is none.
    pub number: u64,
    /// Its chain hash.
    pub chain: [u8; 32],
}

/// A ledger that is open for appending.
pub struct ErasureLedger {
    service: String,
    /// The ledger and its copy; none for a keyring in memory.
    paths: Option<[PathBuf; 2]>,
    /// After which line it begins.
    start: Position,
    /// How many bytes of each are whole lines.
    whole: u64,
    position: Position,
    /// The last entry ends the service.
    ended: bool,
    /// What a keyring in memory has in place of a file.
    kept: Vec<ErasureEntry>,
}

/// Reads a ledger file; no entries when there is none. A last line that a crash cut short is passed over.
pub fn read_erasures(path: &Path, service: &str) -> Result<Vec<ErasureEntry>, SealError> {
    Ok(read(path, service)?.entries)
}

/// The whole lines of a ledger file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// After which line it begins: the start of the service, or the last line that the tree remembers of a lost ledger.
    pub start: Position,
    /// How many bytes heading and lines take.
    pub whole: u64,
    /// The lines.
    pub entries: Vec<ErasureEntry>,
}

impl Position {
    /// Where the ledger of a service begins.
    pub fn start(service: &str) -> Self {
        Self { number: 0, chain: sha256(&[b"lionrock erasures v1\n", service.as_bytes()]) }
    }
}

impl ErasureEntry {
    fn next(after: Position, at: Instant, target: Target, commitment: [u8; 32]) -> Self {
        let mut entry = Self { number: after.number.saturating_add(1), at, target, commitment, chain: [0; 32] };
        entry.chain = sha256(&[b"lionrock erasure v1\n", &after.chain, entry.body().as_bytes()]);
        entry
    }

    fn body(&self) -> String {
        format!("{} {} {} {}", self.number, self.at, self.target, to_hex(&self.commitment))
    }

    fn line(&self) -> String {
        format!("{} {}\n", self.body(), to_hex(&self.chain))
    }

    /// Reads one line without its end; nothing unless it is exactly the line that follows.
    fn parse(line: &str, after: Position) -> Option<Self> {
        let (body, _chain) = line.rsplit_once(' ')?;
        let (body, commitment) = body.rsplit_once(' ')?;
        let (_number, rest) = body.split_once(' ')?;
        let (at, target) = rest.split_once(' ')?;
        let commitment = from_hex(commitment).ok()?.try_into().ok()?;
        let entry = Self::next(after, moment(at)?, target.parse().ok()?, commitment);
        (entry.line().strip_suffix('\n') == Some(line)).then_some(entry)
    }

    pub(crate) const fn position(&self) -> Position {
        Position { number: self.number, chain: self.chain }
    }
}

impl ErasureLedger {
    /// A ledger without a file.
    pub fn in_memory(service: &str) -> Self {
        let (service, start) = (service.to_owned(), Position::start(service));
        Self { service, paths: None, start, whole: 0, position: start, ended: false, kept: Vec::new() }
    }

    /// Opens the ledger of a service and returns the entries that follow what the tree remembers. Of ledger and copy the one
    /// that goes further is made to stand in both places.
    pub fn open(paths: [PathBuf; 2], service: &str, known: Position) -> Result<(Self, Vec<ErasureEntry>), SealError> {
        let [path, copy] = &paths;
        let (first, second) = (follows(path, service, known), follows(copy, service, known));
        let (lines, other) = match (first, second) {
            (Ok(first), Ok(second)) if second.entries.starts_with(&first.entries) => (second, Some(first)),
            (Ok(first), other) => (first, other.ok()),
            // An empty copy is no reason to write over what cannot be read.
            (Err(_), Ok(second)) if !second.entries.is_empty() => (second, None),
            (Err(error), _) => return Err(error),
        };
        let text = if lines.entries.is_empty() { String::new() } else { whole_text(service, lines.start, &lines.entries) };
        let ledger = Self::of(paths, service, &text, &lines);
        if other.is_none_or(|other| other.entries != lines.entries) {
            ledger.put_everywhere(&text)?;
        }
        let missed = lines.entries.into_iter().filter(|entry| entry.number > known.number).collect();
        Ok((ledger, missed))
    }

    /// Begins a new ledger in the place of one that is lost, after the last line that the tree remembers.
    pub fn begin_anew(
        paths: [PathBuf; 2],
        service: &str,
        known: Position,
        at: Instant,
    ) -> Result<(Self, Vec<ErasureEntry>), SealError> {
        let first = ErasureEntry::next(known, at, Target::LedgerLost { lines: known.number }, [0; 32]);
        for path in paths.iter().filter(|path| path.exists()) {
            let aside = file::with_suffix(path, &format!("lost-{}", known.number));
            // There already after a crash: what stands here now is what was begun then.
            if !aside.exists() {
                file::rename(path, &aside)?;
            }
        }
        let text = whole_text(service, known, std::slice::from_ref(&first));
        let lines = Lines { start: known, whole: text.len() as u64, entries: vec![first] };
        let ledger = Self::of(paths, service, &text, &lines);
        ledger.put_everywhere(&text)?;
        Ok((ledger, lines.entries))
    }

    fn of(paths: [PathBuf; 2], service: &str, text: &str, lines: &Lines) -> Self {
        let last = lines.entries.last();
        Self {
            service: service.to_owned(),
            paths: Some(paths),
            start: lines.start,
            whole: text.len() as u64,
            position: last.map_or(lines.start, ErasureEntry::position),
            ended: last.is_some_and(|entry| entry.target == Target::Service),
            kept: Vec::new(),
        }
    }

    /// Appends entries and waits until they are on the disk. When it fails, none of them counts.
    pub fn append(&mut self, at: Instant, batch: &[(Target, [u8; 32])]) -> Result<Vec<ErasureEntry>, SealError> {
        let entries = self.following(at, batch);
        self.append_while(&entries, || Ok(()))??;
        Ok(entries)
    }

    /// The entries that a batch would be.
    pub fn following(&self, at: Instant, batch: &[(Target, [u8; 32])]) -> Vec<ErasureEntry> {
        let mut last = self.position;
        let mut entries = Vec::with_capacity(batch.len());
        for (target, commitment) in batch {
            let entry = ErasureEntry::next(last, at, *target, *commitment);
            last = entry.position();
            entries.push(entry);
        }
        entries
    }

    /// Appends entries made by [`Self::following`] while `beside` writes something that counts for nothing yet. When the outer
    /// result is a failure none of the entries counts; the inner one is that of `beside`.
    pub fn append_while(
        &mut self,
        entries: &[ErasureEntry],
        beside: impl FnOnce() -> Result<(), SealError> + Send,
    ) -> Result<Result<(), SealError>, SealError> {
        let done = if let Some(paths) = &self.paths {
            let (whole, done) = self.write(paths, entries, beside)?;
            self.whole = whole;
            done
        } else {
            self.kept.extend(entries.iter().cloned());
            beside()
        };
        if let Some(last) = entries.last() {
            self.position = last.position();
            self.ended |= last.target == Target::Service;
        }
        Ok(done)
    }

    #[cfg(test)]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Whether the end of the whole service is on record.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// The entries after this number.
    pub fn since(&self, number: u64) -> Result<Vec<ErasureEntry>, SealError> {
        let all = match &self.paths {
            Some([path, _]) => read(path, &self.service)?.entries,
            None => self.kept.clone(),
        };
        Ok(all.into_iter().filter(|entry| entry.number > number).collect())
    }

    /// What stands after the last whole line is what a crash or a full disk left of an append that nobody was told of.
    fn write(
        &self,
        [path, copy]: &[PathBuf; 2],
        entries: &[ErasureEntry],
        beside: impl FnOnce() -> Result<(), SealError> + Send,
    ) -> Result<(u64, Result<(), SealError>), SealError> {
        let mut text = if self.whole == 0 { heading(&self.service, self.start) } else { String::new() };
        text.extend(entries.iter().map(ErasureEntry::line));
        let done = std::thread::scope(|scope| {
            let also = std::thread::Builder::new()
                .spawn_scoped(scope, || self.write_one(copy, &text))
                .map_err(SealError::io(copy))?;
            let beside = std::thread::Builder::new().spawn_scoped(scope, beside).map_err(SealError::io(path))?;
            let first = self.write_one(path, &text);
            let stopped = |_| Err(SealError::Invalid("a thread that writes key files stopped"));
            let (second, beside) = (also.join().unwrap_or_else(stopped), beside.join().unwrap_or_else(stopped));
            first.and(second).map(|()| beside)
        })?;
        Ok((self.whole + text.len() as u64, done))
    }

    fn write_one(&self, path: &Path, text: &str) -> Result<(), SealError> {
        make_directory_of(path)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(path).map_err(SealError::io(path))?;
        file.set_len(self.whole)
            .and_then(|()| file.seek(SeekFrom::Start(self.whole)))
            .and_then(|_| file.write_all(text.as_bytes()))
            .and_then(|()| file.sync_all())
            .map_err(SealError::io(path))?;
        if self.whole == 0 {
            file::sync_directory(path)?;
        }
        Ok(())
    }

    /// Makes ledger and copy say the same, where they do not.
    fn put_everywhere(&self, text: &str) -> Result<(), SealError> {
        for path in self.paths.iter().flatten() {
            let stands = file::read(path)?;
            if stands.as_deref().map_or(&[][..], Vec::as_slice) != text.as_bytes() {
                make_directory_of(path)?;
                file::write_whole(path, text.as_bytes())?;
            }
        }
        Ok(())
    }
}

/// The entries of a ledger file, if it follows what the tree remembers.
fn follows(path: &Path, service: &str, known: Position) -> Result<Lines, SealError> {
    let lines = read(path, service)?;
    let last = lines.entries.last().map_or(0, |entry| entry.number);
    // Of a ledger that was begun anew the tree must know: nobody makes it believe that by a file alone.
    let begins = known == Position::start(service) && lines.start == known;
    if begins || lines.entries.iter().any(|entry| entry.position() == known) {
        return Ok(lines);
    }
    Err(SealError::LedgerCut { path: path.to_owned(), ledger: last, tree: known.number })
}

/// Tiles may be published, so their directory is for others too.
fn make_directory_of(path: &Path) -> Result<(), SealError> {
    let directory = file::directory_of(path);
    DirBuilder::new().recursive(true).create(&directory).map_err(SealError::io(&directory))
}

/// `lionrock erasures v1 SERVICE`, and for one that was begun anew ` after NUMBER CHAIN`.
fn heading(service: &str, start: Position) -> String {
    if start == Position::start(service) {
        return format!("lionrock erasures v1 {service}\n");
    }
    format!("lionrock erasures v1 {service} after {} {}\n", start.number, to_hex(&start.chain))
}

fn whole_text(service: &str, start: Position, entries: &[ErasureEntry]) -> String {
    let lines: String = entries.iter().map(ErasureEntry::line).collect();
    heading(service, start) + &lines
}

/// The whole lines of a ledger file.
fn read(path: &Path, service: &str) -> Result<Lines, SealError> {
    let bytes = file::read(path)?;
    let bytes = bytes.as_deref().map_or(&[][..], Vec::as_slice);
    whole_lines(bytes, service).map_err(|what| SealError::Damaged { path: path.to_owned(), what })
}

/// After which line a ledger with this heading begins; nothing when it is no heading of this service.
fn start_of(first: &[u8], service: &str) -> Option<Position> {
    let first = std::str::from_utf8(first).ok()?;
    let start = match first.strip_suffix('\n')?.split_once(" after ") {
        None => Position::start(service),
        Some((_, place)) => {
            let (number, chain) = place.split_once(' ')?;
            Position { number: number.parse().ok()?, chain: from_hex(chain).ok()?.try_into().ok()? }
        }
    };
    (heading(service, start) == first).then_some(start)
}

/// The lines of a ledger.
pub fn whole_lines(bytes: &[u8], service: &str) -> Result<Lines, &'static str> {
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
        // A crash in the middle of the first append.
        return Ok(Lines { start: Position::start(service), whole: 0, entries: Vec::new() });
    };
    let (heading, mut rest) = bytes.split_at(end + 1);
    let start = start_of(heading, service).ok_or("it is not the erasure ledger of this service")?;
    let mut entries: Vec<ErasureEntry> = Vec::new();
    let mut last = start;
    let mut whole = heading.len();
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let (line, after) = rest.split_at(end + 1);
        let text = std::str::from_utf8(line.get(..end).unwrap_or_default()).ok();
        let entry = text.and_then(|text| ErasureEntry::parse(text, last));
        let entry = entry.ok_or("a line of it does not follow from the one before")?;
        last = entry.position();
        entries.push(entry);
        whole += line.len();
        rest = after;
    }
    Ok(Lines { start, whole: whole as u64, entries })
}

/// Reads `2020-05-06T07:00:00.000+08:00`; that it was in exactly this form shows when the line is written again.
fn moment(text: &str) -> Option<Instant> {
    let (to_the_second, millis) = text.strip_suffix("+08:00")?.rsplit_once('.')?;
    Some(Instant::parse_hong_kong(to_the_second)?.plus_millis(millis.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Purpose;

    const AT: Instant = Instant::from_millis(1_588_719_600_123);

    fn target(record: u64) -> Target {
        let purpose = Purpose::new("matching").unwrap();
        Target::Record { purpose, expiry: "2020-11-01".parse().unwrap(), record: crate::RecordNumber(record) }
    }

    /// Computed with Python's hashlib from the description in `docs/keys.md`.
    #[test]
    fn a_line_is_as_described() {
        let entry = ErasureEntry::next(Position::start("cumask"), AT, target(5), [0xab; 32]);
        let expected = format!("1 2020-05-06T07:00:00.123+08:00 record matching 2020-11-01 5 {} CHAIN\n", "ab".repeat(32));
        assert_eq!(entry.line(), expected.replace("CHAIN", &to_hex(&entry.chain)));
        assert_eq!(to_hex(&entry.chain), "91dab77454e4d80c10932cc23b7e6a5f4a0d3af4aa8fc1bdd579eef74e04fc4f");
    }

    #[test]
    fn no_line_can_be_altered_moved_or_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("erasures");
        let copy = folder.path().join("copy");
        let open = |known| {
            drop(std::fs::remove_file(&copy));
            ErasureLedger::open([path.clone(), copy.clone()], "cumask", known)
        };
        let (mut ledger, _) = open(Position::start("cumask")).unwrap();
        ledger.append(AT, &[(target(1), [1; 32]), (target(2), [2; 32])]).unwrap();
        ledger.append(AT, &[(target(3), [3; 32])]).unwrap();
        let end = ledger.position();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(open(end).unwrap().1, []);
        assert_eq!(open(Position::start("cumask")).unwrap().1, ledger.since(0).unwrap());
        assert_eq!(ledger.since(2).unwrap().len(), 1);
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 0x01;
            std::fs::write(&path, &altered).unwrap();
            assert!(open(end).is_err(), "byte {at}");
        }
        for len in 0..bytes.len() {
            std::fs::write(&path, &bytes[..len]).unwrap();
            assert!(matches!(open(end), Err(SealError::LedgerCut { tree: 3, .. })), "cut at {len}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(open(end), Err(SealError::LedgerCut { ledger: 0, tree: 3, .. })));
    }

    #[test]
    fn an_append_that_was_cut_short_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("erasures");
        let start = Position::start("cumask");
        let copy = folder.path().join("copy");
        let (mut ledger, _) = ErasureLedger::open([path.clone(), copy.clone()], "cumask", start).unwrap();
        ledger.append(AT, &[(target(1), [1; 32])]).unwrap();
        let one = std::fs::read(&path).unwrap();
        ledger.append(AT, &[(target(2), [2; 32])]).unwrap();
        let two = std::fs::read(&path).unwrap();
        for len in 0..=two.len() {
            std::fs::write(&path, &two[..len]).unwrap();
            std::fs::write(&copy, if len < two.len() { &one[..len.min(one.len() - 1)] } else { &two }).unwrap();
            let (mut ledger, found) = ErasureLedger::open([path.clone(), copy.clone()], "cumask", start).unwrap();
            assert_eq!(found.len(), usize::from(len >= one.len()) + usize::from(len == two.len()), "cut at {len}");
            ledger.append(AT, &[(target(9), [9; 32])]).unwrap();
            assert_eq!(read_erasures(&path, "cumask").unwrap().len(), found.len() + 1);
            assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&copy).unwrap());
        }
    }
}
