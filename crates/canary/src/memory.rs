//! What a core dump of a running process would hold, read from where the kernel shows it: no debugger is needed, and the process
//! goes on meanwhile.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use crate::{Canaries, Scanned};

/// Bytes that are read at once; a value on the border stands in both pieces.
const PIECE: u64 = 64 << 20;
const OVERLAP: u64 = 4096;
const PAGE: u64 = 4096;

/// Looks through the memory of a process of one's own: every mapping that can be read, its stacks and heaps, and the files it has
/// mapped. The place of a find is the mapping with its name, and `at` is the distance from its beginning.
///
/// # Errors
/// When there is no such process, or it does not belong to whoever asks (`ptrace_scope` of the kernel: a child does).
pub fn process(canaries: &Canaries, id: &str, scanned: &mut Scanned) -> io::Result<()> {
    let maps = fs::read_to_string(format!("/proc/{id}/maps"))?;
    let memory = File::open(format!("/proc/{id}/mem"))?;
    let (mut read_bytes, threads) = (0, threads(id));
    for line in maps.lines() {
        let Some((from, to, name)) = mapping(line) else { continue };
        let thread = threads.iter().find(|(at, _)| (from..to).contains(at));
        let name = thread.map_or_else(|| name.to_owned(), |(_, thread)| format!("stack of {thread}"));
        let mut at = from;
        while at < to {
            let end = to.min(at + PIECE + OVERLAP);
            let bytes = read(&memory, at, end);
            read_bytes += bytes.len();
            canaries.scan_bytes(&PathBuf::from(format!("memory/{from:x}+{:x} {name}", at - from)), &bytes, scanned);
            at += PIECE;
        }
    }
    if read_bytes == 0 {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("the memory of process {id} cannot be read")));
    }
    Ok(())
}

/// Where a readable mapping begins and ends, and what it is: `7f00-7f10 rw-p 0000 00:00 0 [heap]`.
fn mapping(line: &str) -> Option<(u64, u64, &str)> {
    let (range, rest) = line.split_once(' ')?;
    let (from, to) = range.split_once('-')?;
    let name = rest.split_whitespace().nth(4).unwrap_or("anonymous");
    let number = |text| u64::from_str_radix(text, 16).ok();
    rest.starts_with('r').then_some((number(from)?, number(to)?, name))
}

/// Where the stack of each waiting thread stands, and the thread's name. Only for the report: who may not see it goes without.
fn threads(id: &str) -> Vec<(u64, String)> {
    let tasks = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let stack = |task: fs::DirEntry| {
        let call = fs::read_to_string(task.path().join("syscall")).ok()?;
        let pointer = call.split_whitespace().rev().nth(1)?.strip_prefix("0x")?;
        let name = fs::read_to_string(task.path().join("comm")).ok()?;
        Some((u64::from_str_radix(pointer, 16).ok()?, name.trim().to_owned()))
    };
    tasks.filter_map(stack).collect()
}

/// What can be read of a range. The kernel keeps some pages to itself, and others go while one reads: those are passed over.
fn read(memory: &File, from: u64, to: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(to - from).unwrap_or(0)];
    let mut at = 0;
    while let Some(rest) = bytes.get_mut(at..).filter(|rest| !rest.is_empty()) {
        match memory.read_at(rest, from + at as u64) {
            Ok(read) if read > 0 => at += read,
            _ => at += usize::try_from(PAGE).unwrap_or(1),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;
    use crate::Canary;

    #[test]
    fn what_a_process_holds_is_found_and_what_it_does_not_hold_is_not() {
        let mut child = Command::new("sh").args(["-c", "read value; echo ready; read end"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"canary-in-memory-4471\n").unwrap();
        let mut ready = String::new();
        io::BufRead::read_line(&mut io::BufReader::new(child.stdout.take().unwrap()), &mut ready).unwrap();
        let canaries = Canaries::new([Canary::new("held", "canary-in-memory-4471"), Canary::new("never", "canary-in-memory-9999")]);
        let mut scanned = Scanned::default();
        process(&canaries, &child.id().to_string(), &mut scanned).unwrap();
        drop(input);
        child.wait().unwrap();
        assert!(scanned.found.iter().any(|found| found.canary == "held"), "{} bytes", scanned.bytes);
        assert!(scanned.found.iter().all(|found| found.canary != "never"));
        assert!(process(&canaries, "0", &mut Scanned::default()).is_err());
    }

    #[test]
    fn a_mapping_is_read_from_its_line() {
        assert_eq!(mapping("7f00-7f10 rw-p 00000000 00:00 0    [heap]"), Some((0x7f00, 0x7f10, "[heap]")));
        assert_eq!(mapping("7f00-7f10 ---p 00000000 00:00 0"), None);
    }
}
