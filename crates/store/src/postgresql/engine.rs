use std::sync::Arc;
use std::thread;

use kernel::Secret;

use super::remote::Remote;
use super::session::{PostgresSession, Target, refused};
use crate::engine::{Engine, Opened};
use crate::group::Lend;
use crate::migration::{self, Migration};
use crate::pool::Pool;
use crate::session::Session;
use crate::{Options, StoreError};

/// A store in a schema.
struct InSchema {
    target: Arc<Target>,
    readers: Pool<Remote>,
}

/// The lock two nodes take in turn when they open the same database, so that one of them makes the schema.
const OPENING: i64 = 0x6c69_6f6e_726f_636b;

const EXISTS: &str = "-- store.exists\nselect 1 from pg_namespace where nspname = $1";

/// Tables with their indexes and the rows that were too long for them.
const SIZE: &str = "-- store.size
select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relkind = 'r'";

/// Opens, and makes when it is not there, the store `name` in a database.
pub(crate) fn open(url: &Secret<String>, name: &str, lists: &[&[Migration]], options: &Options) -> Result<Opened, StoreError> {
    let target = target(url, name, options.synchronous_off);
    with_session(&target, |session| {
        session.script(&format!("select pg_advisory_lock({OPENING})"))?;
        session.script(&format!("create schema if not exists \"{}\"", target.schema))?;
        migration::migrate(session, name, lists)
    })?;
    let read_target = Arc::clone(&target);
    let readers = Pool::new(options.readers, move || Remote::start(&read_target));
    let writers = (0..options.writers.max(1)).map(|_| lend(&target)).collect();
    Ok(Opened { engine: Box::new(InSchema { target, readers }), writers })
}

/// Whether the store is there.
pub(crate) fn exists(url: &Secret<String>, name: &str) -> Result<bool, StoreError> {
    let target = target(url, name, false);
    with_session(&target, |session| {
        let rows = session.client()?.query(EXISTS, &[&target.schema]).map_err(refused)?;
        Ok(!rows.is_empty())
    })
}

/// Every store's schema begins the same way, so that none can be `public` or one of the server's own.
pub(super) fn target(url: &Secret<String>, name: &str, synchronous_off: bool) -> Arc<Target> {
    Arc::new(Target { url: url.clone(), schema: format!("lionrock_{name}"), synchronous_off })
}

fn lend(target: &Arc<Target>) -> Lend {
    let mut session = PostgresSession::writer(Arc::clone(target));
    Box::new(move |use_it| use_it(&mut session))
}

/// A connection for the moment, on a thread for the moment.
pub(super) fn with_session<T: Send>(
    target: &Arc<Target>,
    use_it: impl FnOnce(&mut PostgresSession) -> Result<T, StoreError> + Send,
) -> Result<T, StoreError> {
    let on_thread = || {
        let mut session = PostgresSession::writer(Arc::clone(target));
        use_it(&mut session)
    };
    let joined = thread::scope(|scope| scope.spawn(on_thread).join());
    joined.unwrap_or(Err(StoreError::Engine("the thread of a connection panicked".to_owned())))
}

impl Engine for InSchema {
    fn reader(&self, use_it: &mut dyn FnMut(&mut dyn Session)) -> Result<(), StoreError> {
        use_it(self.readers.lend()?.session()?);
        Ok(())
    }

    fn compact(&self) -> Result<(), StoreError> {
        with_session(&self.target, |session| {
            for table in session.tables()? {
                session.script(&format!("vacuum (full, analyze) {table}"))?;
            }
            Ok(())
        })
    }

    fn empty_log(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn give_back(&self, _most: u32) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn wants_rewriting(&self) -> bool {
        true
    }

    fn close(&self) {
        self.readers.close();
    }

    fn remove(&self) -> Result<(), StoreError> {
        let drop_schema = format!("drop schema if exists \"{}\" cascade", self.target.schema);
        with_session(&self.target, |session| session.script(&drop_schema))
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        with_session(&self.target, |session| {
            let schema = &self.target.schema;
            let size: i64 = session.client()?.query_one(SIZE, &[schema]).and_then(|row| row.try_get(0)).map_err(refused)?;
            Ok(u64::try_from(size).unwrap_or(0))
        })
    }
}
