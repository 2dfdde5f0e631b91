//! What this program does so that nobody reads its memory, and what it says of itself.

use std::fs::File;
use std::io::{self, Read as _};

use kernel::to_hex;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use seal::Sha256;

/// No core dump is ever written of this process and of its children, and no other process of the same user reads its memory. Keys that
/// live only in memory would not die with it otherwise. A trial may be looked into: `lionrock simulate` searches its servers.
pub fn keep_to_itself(may_be_searched: bool) -> io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    // The limit does not hold where dumps go to a program (core(5)); this does.
    if !may_be_searched {
        set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    }
    Ok(())
}

/// Name, version and SHA-256 of the file of the program that runs: receipts name it.
pub fn software() -> io::Result<String> {
    let mut file = File::open("/proc/self/exe")?;
    let (mut hash, mut piece) = (Sha256::default(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            read => hash.update(piece.get(..read).unwrap_or_default()),
        }
    }
    Ok(format!("lionrock {} sha256:{}", env!("CARGO_PKG_VERSION"), to_hex(&hash.finish())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_named_by_the_digest_of_its_file() {
        let said = software().unwrap();
        assert!(said.starts_with("lionrock ") && said.rsplit(':').next().unwrap().len() == 64, "{said}");
    }
}
