//! Reads what `strace -f -ttt -y -xx` wrote and does the same to a [`Disk`].

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::disk::Disk;

/// The system calls that change files, as `strace` is asked for them.
pub(super) const CALLS: &str = "trace=openat,creat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,lseek";

/// A finished call.
#[derive(Debug, PartialEq, Eq)]
struct Call<'l> {
    name: &'l str,
    arguments: &'l str,
    result: &'l str,
}

/// Plays a record up to a moment.
pub(super) struct Player {
    /// The disk so far.
    pub(super) disk: Disk,
    /// Only what is below is of interest.
    directory: PathBuf,
    /// Where each open file is read or written next, and whether it appends.
    places: HashMap<u32, (usize, bool)>,
    /// Calls that another thread interrupted.
    unfinished: HashMap<String, String>,
    /// Calls that ended in a sync of something of interest.
    pub(super) syncs: usize,
}

impl Player {
    pub(super) fn new(disk: Disk, directory: &Path) -> Self {
        Self { disk, directory: directory.to_owned(), places: HashMap::new(), unfinished: HashMap::new(), syncs: 0 }
    }

    /// Plays one line.
    pub(super) fn play(&mut self, line: &str) {
        let Some((process, _, text)) = stamped(line) else { return };
        if let Some(start) = text.strip_suffix(" <unfinished ...>") {
            self.unfinished.insert(process.to_owned(), start.to_owned());
            return;
        }
        let whole = match text.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            Some((_, rest)) => format!("{}{rest}", self.unfinished.remove(process).unwrap_or_default()),
            None => text.to_owned(),
        };
        if let Some(call) = call(&whole) {
            self.apply(&call);
        }
    }

    fn apply(&mut self, call: &Call<'_>) {
        if call.result.starts_with('-') {
            return;
        }
        match call.name {
            "openat" | "creat" => self.opened(call),
            "write" | "pwrite64" => self.written(call),
            "lseek" => {
                if let (Some((number, _)), Some(to)) = (descriptor(call.arguments), number(call.result))
                    && let Some(place) = self.places.get_mut(&number)
                {
                    place.0 = to;
                }
            }
            "fsync" | "fdatasync" => {
                if let Some((_, path)) = self.of_interest(call) {
                    self.disk.sync(&path);
                    self.syncs += 1;
                }
            }
            "ftruncate" => {
                let length = call.arguments.rsplit(", ").next().and_then(number);
                if let (Some((_, path)), Some(length)) = (self.of_interest(call), length) {
                    self.disk.truncate(&path, length);
                }
            }
            "rename" | "renameat" | "renameat2" => {
                if let [from, to] = paths(call.arguments).as_slice() {
                    self.disk.rename(from, to);
                }
            }
            "unlink" | "unlinkat" => paths(call.arguments).iter().for_each(|path| self.disk.unlink(path)),
            _ => {}
        }
    }

    fn opened(&mut self, call: &Call<'_>) {
        let Some((number, path)) = descriptor(call.result) else { return };
        let has = |flag: &str| call.arguments.contains(flag);
        self.places.insert(number, (0, has("O_APPEND")));
        if path.starts_with(&self.directory) && !has("O_DIRECTORY") {
            self.disk.open(&path, has("O_CREAT"), has("O_TRUNC"));
        }
    }

    fn written(&mut self, call: &Call<'_>) {
        let Some((file, path)) = self.of_interest(call) else { return };
        let Some((text, rest)) = quoted(call.arguments) else { return };
        let mut bytes = unescape(text);
        bytes.truncate(number(call.result).unwrap_or(0));
        let (place, appends) = self.places.get(&file).copied().unwrap_or_default();
        let offset = match call.name {
            "pwrite64" => rest.rsplit(", ").next().and_then(number).unwrap_or(0),
            _ if appends => self.disk.length(&path),
            _ => place,
        };
        if call.name == "write" {
            self.places.insert(file, (offset + bytes.len(), appends));
        }
        self.disk.write(&path, offset, &bytes);
    }

    fn of_interest(&self, call: &Call<'_>) -> Option<(u32, PathBuf)> {
        descriptor(call.arguments).filter(|(_, path)| path.starts_with(&self.directory))
    }
}

/// Process, moment in milliseconds, and the rest of a line.
pub(super) fn stamped(line: &str) -> Option<(&str, i64, &str)> {
    let (process, rest) = line.split_once(' ')?;
    let (moment, text) = rest.trim_start().split_once(' ')?;
    let (seconds, micros) = moment.split_once('.')?;
    let millis = seconds.parse::<i64>().ok()? * 1000 + micros.parse::<i64>().ok()? / 1000;
    Some((process, millis, text))
}

fn call(text: &str) -> Option<Call<'_>> {
    let (name, rest) = text.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    let arguments = arguments.trim_end().strip_suffix(')')?;
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    plain.then_some(Call { name, arguments, result })
}

/// `5<\x2f\x74>`: the number and the path.
fn descriptor(text: &str) -> Option<(u32, PathBuf)> {
    let (number, rest) = text.split_once('<')?;
    let (path, _) = rest.split_once('>')?;
    Some((number.trim().parse().ok()?, path_of(path)))
}

/// Every quoted path.
fn paths(mut text: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    while let Some((path, rest)) = quoted(text) {
        paths.push(path_of(path));
        text = rest;
    }
    paths
}

fn path_of(escaped: &str) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&unescape(escaped)).into_owned())
}

fn quoted(text: &str) -> Option<(&str, &str)> {
    text.split_once('"')?.1.split_once('"')
}

/// `\x2f\x74` as bytes.
fn unescape(text: &str) -> Vec<u8> {
    text.split("\\x").skip(1).filter_map(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok()).collect()
}

fn number(text: &str) -> Option<usize> {
    text.trim().split(['<', ' ']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escape(text: &str) -> String {
        text.bytes().map(|byte| format!("\\x{byte:02x}")).collect::<Vec<_>>().concat()
    }

    #[test]
    fn a_record_is_played_with_its_interrupted_calls() {
        let (a, d) = (escape("/d/a"), escape("/d"));
        let lines = [
            format!("7 1.000001 openat(AT_FDCWD<{d}>, \"{a}\", O_RDWR|O_CREAT, 0600) = 5<{a}>"),
            format!("7 1.000002 write(5<{a}>, \"{}\", 3) = 3", escape("one")),
            format!("7 1.000003 fsync(5<{a}> <unfinished ...>"),
            format!("8 1.000004 pwrite64(5<{a}>, \"{}\", 3, 8) = 3", escape("two")),
            "7 1.500000 <... fsync resumed>) = 0".to_owned(),
            format!("8 1.600000 lseek(5<{a}>, 1, SEEK_SET) = 1"),
            format!("8 1.600001 write(5<{a}>, \"{}\", 1) = 1", escape("N")),
            format!("8 1.600002 write(5<{a}>, \"{}\", 1) = -1 ENOSPC (No space left on device)", escape("X")),
        ];
        let mut player = Player::new(Disk::default(), Path::new("/d"));
        let scratch = tempfile::tempdir().unwrap();
        let left = |player: &Player| {
            player.disk.write_safe(Path::new("/d"), scratch.path()).unwrap();
            std::fs::read(scratch.path().join("a")).ok()
        };
        lines[..4].iter().for_each(|line| player.play(line));
        assert_eq!(left(&player), None, "the sync has not ended");
        player.play(&lines[4]);
        assert_eq!(left(&player).unwrap(), b"one\0\0\0\0\0two");
        lines[5..].iter().for_each(|line| player.play(line));
        assert_eq!(player.disk.length(Path::new("/d/a")), 11);
        player.play(&format!("7 1.700000 fdatasync(5<{a}>) = 0"));
        assert_eq!(left(&player).unwrap(), b"oNe\0\0\0\0\0two");
        assert_eq!(player.syncs, 2);
    }

    #[test]
    fn moments_are_milliseconds() {
        assert_eq!(stamped("30287 1795310072.596426 fsync(3) = 0"), Some(("30287", 1_795_310_072_596, "fsync(3) = 0")));
    }
}
