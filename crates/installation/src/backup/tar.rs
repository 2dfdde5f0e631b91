//! The plain `ustar` format (POSIX.1-1988), so that an archive can be looked into with the tools that every machine has:
//! `age --decrypt -i identity.txt FILE | tar --list`. Only regular files, whose names have at most 100 bytes.

use std::io::{self, Read, Write};

const BLOCK: usize = 512;
const SIZE_LIMIT: u64 = 1 << 33;

/// What stands before a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, with `/`.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
}

/// Writes files one after the other.
pub struct TarWriter<W: Write> {
    to: W,
    mtime: u64,
}

impl<W: Write> TarWriter<W> {
    /// Begins; `mtime` in seconds since 1970 stands on every file.
    pub fn new(to: W, mtime: u64) -> Self {
        Self { to, mtime }
    }

    /// Writes a file, whose content must be of this length.
    pub fn add(&mut self, path: &str, size: u64, content: &mut dyn Read) -> io::Result<()> {
        self.to.write_all(&header(path, size, self.mtime)?)?;
        let copied = io::copy(&mut content.take(size), &mut self.to)?;
        if copied != size {
            return Err(io::Error::other(format!("{path} became shorter while it was read")));
        }
        self.to.write_all([0; BLOCK].get(..padding(size)).unwrap_or_default())
    }

    /// Writes the end.
    pub fn finish(mut self) -> io::Result<W> {
        self.to.write_all(&[0; 2 * BLOCK])?;
        Ok(self.to)
    }
}

/// Reads files one after the other; as a [`Read`] it is the content of the current one.
pub struct TarReader<R: Read> {
    from: R,
    left: u64,
    padding: usize,
    waiting: Option<Entry>,
    ended: bool,
}

impl<R: Read> TarReader<R> {
    /// Begins.
    pub fn new(from: R) -> Self {
        Self { from, left: 0, padding: 0, waiting: None, ended: false }
    }

    /// The next file; what was not read of the current one is passed over. Nothing at the end.
    pub fn next_entry(&mut self) -> io::Result<Option<Entry>> {
        if let Some(entry) = self.waiting.take() {
            return Ok(Some(entry));
        }
        if self.ended {
            return Ok(None);
        }
        let skipped = self.left;
        if io::copy(&mut (&mut self.from).take(skipped), &mut io::sink())? != skipped {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut block = [0; BLOCK];
        self.from.read_exact(block.get_mut(..self.padding).unwrap_or_default())?;
        (self.left, self.padding) = (0, 0);
        self.from.read_exact(&mut block)?;
        if block.iter().all(|byte| *byte == 0) {
            self.ended = true;
            return Ok(None);
        }
        let entry = parse(&block).ok_or_else(|| io::Error::other("a file in it has no proper head"))?;
        (self.left, self.padding) = (entry.size, padding(entry.size));
        Ok(Some(entry))
    }

    /// Puts an entry back; the next call of [`TarReader::next_entry`] gives it again.
    pub fn put_back(&mut self, entry: Entry) {
        self.waiting = Some(entry);
    }

    /// Reads to the end of what it reads from, so that its checks at the end are made.
    pub fn drain(mut self) -> io::Result<()> {
        io::copy(&mut self.from, &mut io::sink()).map(drop)
    }
}

impl<R: Read> Read for TarReader<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let most = bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let part = bytes.get_mut(..most).unwrap_or_default();
        let read = self.from.read(part)?;
        if read == 0 && most > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}

fn padding(size: u64) -> usize {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    if over == 0 { 0 } else { BLOCK - over }
}

fn header(path: &str, size: u64, mtime: u64) -> io::Result<[u8; BLOCK]> {
    let fits = !path.is_empty() && path.len() <= 100 && size < SIZE_LIMIT;
    if !fits {
        return Err(io::Error::other(format!("{path} does not fit into the archive")));
    }
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| {
        block.iter_mut().skip(at).zip(bytes).for_each(|(to, from)| *to = *from);
    };
    put(0, path.as_bytes());
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, format!("{mtime:011o}\0").as_bytes());
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    block.iter_mut().skip(148).zip(sum.as_bytes()).for_each(|(to, from)| *to = *from);
    Ok(block)
}

fn parse(block: &[u8; BLOCK]) -> Option<Entry> {
    let field = |from: usize, to: usize| block.get(from..to).unwrap_or_default();
    let number = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).ok()?.trim_matches(|c: char| c == '\0' || c == ' ');
        u64::from_str_radix(text, 8).ok()
    };
    let others = block.iter().enumerate().filter(|(at, _)| !(148..156).contains(at)).map(|(_, byte)| u64::from(*byte));
    let sum: u64 = others.sum::<u64>() + 8 * u64::from(b' ');
    let regular = field(156, 157) == b"0" && field(257, 262) == b"ustar" && number(field(148, 156)) == Some(sum);
    let path = std::str::from_utf8(field(0, 100)).ok()?.trim_end_matches('\0').to_owned();
    let size = number(field(124, 136)).filter(|size| *size < SIZE_LIMIT)?;
    (regular && !path.is_empty()).then_some(Entry { path, size })
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn written() -> Vec<u8> {
        let mut tar = TarWriter::new(Vec::new(), 1_588_719_600);
        tar.add("a/empty", 0, &mut io::empty()).unwrap();
        tar.add("a/b/whole-block", 512, &mut &[7u8; 512][..]).unwrap();
        tar.add("text", 5, &mut &b"hello"[..]).unwrap();
        tar.finish().unwrap()
    }

    #[test]
    fn what_was_written_is_read_and_what_is_not_read_is_passed_over() {
        let bytes = written();
        let mut tar = TarReader::new(&bytes[..]);
        let mut names = Vec::new();
        while let Some(entry) = tar.next_entry().unwrap() {
            if entry.path == "text" {
                tar.put_back(entry.clone());
                assert_eq!(tar.next_entry().unwrap().unwrap(), entry);
                let mut text = String::new();
                tar.read_to_string(&mut text).unwrap();
                assert_eq!(text, "hello");
            }
            names.push(entry.path);
        }
        assert_eq!(names, ["a/empty", "a/b/whole-block", "text"]);
        tar.drain().unwrap();
    }

    #[test]
    fn one_that_is_cut_off_or_altered_is_refused() {
        let bytes = written();
        let read = |bytes: &[u8]| -> io::Result<()> {
            let mut tar = TarReader::new(bytes);
            while tar.next_entry()?.is_some() {}
            Ok(())
        };
        read(&bytes).unwrap();
        for length in [0, 100, 600, bytes.len() - 1024] {
            assert!(read(&bytes[..length]).is_err(), "cut at {length}");
        }
        let mut altered = bytes;
        altered[3] ^= 1;
        assert!(read(&altered).is_err());
    }

    #[test]
    fn the_tool_of_every_machine_reads_it() {
        let mut tar = Command::new("tar").args(["--list", "--verbose"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        tar.stdin.take().unwrap().write_all(&written()).unwrap();
        let listed = String::from_utf8(tar.wait_with_output().unwrap().stdout).unwrap();
        assert!(listed.contains("a/b/whole-block") && listed.contains("-rw-------") && listed.contains("512"), "{listed}");
    }

    #[test]
    fn a_file_that_becomes_shorter_and_a_name_that_is_too_long_are_refused() {
        let mut tar = TarWriter::new(Vec::new(), 0);
        assert!(tar.add("short", 6, &mut &b"hello"[..]).is_err());
        assert!(tar.add(&"x".repeat(101), 0, &mut io::empty()).is_err());
    }
}
