use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::session::SqliteSession;
use crate::engine::{Engine, Opened};
use crate::group::Lend;
use crate::migration::{self, Migration};
use crate::pool::Pool;
use crate::session::Session;
use crate::{Options, StoreError};

type Writer = Arc<Mutex<Option<SqliteSession>>>;

/// A store in a file.
struct InFile {
    path: PathBuf,
    writer: Writer,
    readers: Pool<SqliteSession>,
}

/// A store for tests: one connection, which readers and the writer take in turn.
struct InMemory {
    writer: Writer,
}

/// Opens, and makes when it is not there, the store `name` in a directory.
pub(crate) fn open(directory: &Path, name: &str, lists: &[&[Migration]], options: &Options) -> Result<Opened, StoreError> {
    let path = path(directory, name);
    create(directory, &path).map_err(|error| StoreError::Unreachable(format!("{}: {error}", path.display())))?;
    let mut session = SqliteSession::writer(&path, options.synchronous_off)?;
    migration::migrate(&mut session, name, lists)?;
    let writer = Arc::new(Mutex::new(Some(session)));
    let read_path = path.clone();
    let readers = Pool::new(options.readers, move || SqliteSession::reader(&read_path));
    let writers = vec![lend(&writer)];
    Ok(Opened { engine: Box::new(InFile { path, writer, readers }), writers })
}

/// Opens a store that is gone when it is closed.
pub(crate) fn open_in_memory(lists: &[&[Migration]]) -> Result<Opened, StoreError> {
    let mut session = SqliteSession::in_memory()?;
    migration::migrate(&mut session, "memory", lists)?;
    let writer = Arc::new(Mutex::new(Some(session)));
    let writers = vec![lend(&writer)];
    Ok(Opened { engine: Box::new(InMemory { writer }), writers })
}

/// Whether the store is there.
pub(crate) fn exists(directory: &Path, name: &str) -> Result<bool, StoreError> {
    path(directory, name).try_exists().map_err(|error| StoreError::Unreachable(error.to_string()))
}

pub(super) fn path(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.db"))
}

/// Makes the file readable by its owner only; SQLite gives the log the file's rights.
pub(super) fn create(directory: &Path, path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(_) => File::open(directory)?.sync_all(),
    }
}

fn lend(writer: &Writer) -> Lend {
    let writer = Arc::clone(writer);
    Box::new(move |use_it| {
        if let Some(session) = held(&writer).as_mut() {
            use_it(session);
        }
    })
}

fn held(writer: &Writer) -> MutexGuard<'_, Option<SqliteSession>> {
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}

fn compact(writer: &Writer) -> Result<(), StoreError> {
    held(writer).as_ref().ok_or(StoreError::Closed)?.compact()
}

impl Engine for InFile {
    fn reader(&self, use_it: &mut dyn FnMut(&mut dyn Session)) -> Result<(), StoreError> {
        use_it(self.readers.lend()?.session()?);
        Ok(())
    }

    fn compact(&self) -> Result<(), StoreError> {
        compact(&self.writer)
    }

    fn empty_log(&self) -> Result<(), StoreError> {
        held(&self.writer).as_ref().ok_or(StoreError::Closed)?.try_truncate_log()
    }

    fn give_back(&self, most: u32) -> Result<u64, StoreError> {
        let held = held(&self.writer);
        let session = held.as_ref().ok_or(StoreError::Closed)?;
        if session.can_give_back()? { session.give_back(most) } else { Ok(0) }
    }

    fn wants_rewriting(&self) -> bool {
        // A store that is closed wants nothing.
        held(&self.writer).as_ref().is_some_and(|session| session.can_give_back().is_ok_and(|can| !can))
    }

    /// The writer's connection closes last: SQLite then copies the log into the file and removes it.
    fn close(&self) {
        self.readers.close();
        drop(held(&self.writer).take());
    }

    fn remove(&self) -> Result<(), StoreError> {
        let failed = |error: io::Error| StoreError::Unreachable(format!("{}: {error}", self.path.display()));
        for suffix in ["-wal", "-shm", ""] {
            let mut name = self.path.clone().into_os_string();
            name.push(suffix);
            match fs::remove_file(&name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        let directory = self.path.parent().unwrap_or(Path::new("."));
        File::open(directory).and_then(|opened| opened.sync_all()).map_err(failed)
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        let size = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
        Ok(size(&self.path) + size(Path::new(&log)))
    }
}

impl Engine for InMemory {
    fn reader(&self, use_it: &mut dyn FnMut(&mut dyn Session)) -> Result<(), StoreError> {
        held(&self.writer).as_mut().ok_or(StoreError::Closed)?.while_reading(use_it)
    }

    fn compact(&self) -> Result<(), StoreError> {
        compact(&self.writer)
    }

    fn empty_log(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn give_back(&self, _most: u32) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn wants_rewriting(&self) -> bool {
        false
    }

    fn close(&self) {
        drop(held(&self.writer).take());
    }

    fn remove(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_time_before_files_could_shrink_can_after_one_rewriting() {
        let directory = tempfile::tempdir().unwrap();
        let old = rusqlite::Connection::open(path(directory.path(), "old")).unwrap();
        old.execute_batch("pragma journal_mode = wal; create table kept (name text); insert into kept values ('a')").unwrap();
        drop(old);
        let opened = open(directory.path(), "old", &[], &Options::default()).unwrap();
        assert!(opened.engine.wants_rewriting());
        assert_eq!(opened.engine.give_back(100), Ok(0));
        opened.engine.compact().unwrap();
        assert!(!opened.engine.wants_rewriting());
        opened.engine.close();
        assert!(!opened.engine.wants_rewriting());
        let kept = rusqlite::Connection::open(path(directory.path(), "old")).unwrap();
        assert_eq!(kept.query_row("select name from kept", (), |row| row.get::<_, String>(0)).unwrap(), "a");
    }

    /// `.cargo/config.toml` says so; without it an authorised read costs an eighth more, and nothing else would tell.
    #[test]
    fn the_first_pages_of_a_cache_come_in_one_piece() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let mut options = connection.prepare("pragma compile_options").unwrap();
        let options: Vec<String> = options.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(options.iter().any(|option| option == "DEFAULT_PCACHE_INITSZ=256"), "{options:?}");
    }
}
