//! One commit for many requests.
//!
//! The writer's rules, in one place for both engines: each request is isolated from its neighbours, all are answered
//! after the commit, and a group that the engine threw away is run again, because closures are repeatable.

use crate::queue::Queue;
use crate::request::Request;
use crate::session::{Dialect, Session, Step};
use crate::{StoreError, Trace, Tx};

/// Lends the writer its connection for the length of a group.
pub(crate) type Lend = Box<dyn FnMut(&mut dyn FnMut(&mut dyn Session)) + Send>;

type Group = [Box<dyn Request>];

/// How often a group that lost to other transactions is tried before each request goes on its own.
const GROUP_TRIES: usize = 4;
/// How many groups after one that needed savepoints begin with them.
const WARY_GROUPS: u32 = 64;
/// How often one request on its own is tried. Of transactions that conflict one wins, so this ends.
const SINGLE_TRIES: usize = 100;

/// A writer's life: until the queue is closed and drained.
pub(crate) fn serve(queue: &Queue, most: usize, trace: Option<&Trace>, mut lend: Lend) {
    let mut wary = 0;
    while let Some(mut group) = queue.take(most) {
        // What was written stands on this thread's stack until the next group comes, which may be tomorrow.
        kernel::scrubbed(|| {
            lend(&mut |session| {
                let needed = settle(session, &mut group, trace, wary > 0);
                wary = if needed { WARY_GROUPS } else { wary.saturating_sub(1) };
            });
            for request in group {
                request.answer();
            }
        });
    }
}

/// How one attempt at a group ended.
enum Ended {
    /// Every request has its result; what was to be kept is kept.
    Settled,
    /// A request has to be undone alone and there was no savepoint; do it again with savepoints.
    NeedsSavepoints,
    /// Another transaction won; do it again.
    Conflict,
    /// The engine threw the whole group away.
    Lost(StoreError),
    /// The commit failed in a way that leaves open whether it was kept.
    Unknown(StoreError),
}

/// Gives each request of the group its final result; true when one of them had to be undone alone.
fn settle(session: &mut dyn Session, group: &mut Group, trace: Option<&Trace>, wary: bool) -> bool {
    // A savepoint is a round trip on PostgreSQL; on SQLite it copies every page that a request touches. A request that is undone
    // after it has written is rare, so a group begins without them; where there was one there may be more.
    let mut savepoints = wary && group.len() > 1 && session.dialect() == Dialect::Sqlite;
    let mut needed = false;
    let mut last = StoreError::Conflict;
    for _ in 0..if group.len() > 1 { GROUP_TRIES } else { SINGLE_TRIES } {
        match attempt(session, group, trace, savepoints) {
            Ended::Settled => {
                session.between_groups();
                return needed;
            }
            Ended::NeedsSavepoints => (savepoints, needed) = (true, true),
            Ended::Conflict => last = StoreError::Conflict,
            Ended::Lost(error @ StoreError::Unreachable(_)) => {
                if session.reopen().is_err() {
                    fail_all(group, &error);
                    return needed;
                }
                last = error;
            }
            Ended::Lost(error @ (StoreError::Locked | StoreError::Closed)) | Ended::Unknown(error) => {
                fail_all(group, &error);
                return needed;
            }
            // A full disk, or a rule that is checked at the commit: what can be kept is kept.
            Ended::Lost(error) => {
                last = error;
                break;
            }
        }
    }
    one_by_one(session, group, trace, &last);
    needed
}

fn one_by_one(session: &mut dyn Session, group: &mut Group, trace: Option<&Trace>, error: &StoreError) {
    if group.len() == 1 {
        return fail_all(group, error);
    }
    for request in group.chunks_mut(1) {
        settle(session, request, trace, false);
    }
}

fn fail_all(group: &mut Group, error: &StoreError) {
    for request in group {
        request.fail(error.clone());
    }
}

fn attempt(session: &mut dyn Session, group: &mut Group, trace: Option<&Trace>, savepoints: bool) -> Ended {
    if let Err(error) = session.step(Step::Begin) {
        return abandon(session, error);
    }
    let alone = group.len() == 1;
    for request in group.iter_mut() {
        match one(session, request.as_mut(), trace, savepoints) {
            One::Kept => {}
            // A group of one that was refused is rolled back as a whole.
            One::Undo if alone => return rolled_back(session),
            One::Undo => {
                rollback(session);
                return Ended::NeedsSavepoints;
            }
            One::Lost(error) => return abandon(session, error),
        }
    }
    match session.step(Step::Commit) {
        Ok(()) => Ended::Settled,
        Err(error @ StoreError::Unreachable(_)) => {
            rollback(session);
            Ended::Unknown(error)
        }
        Err(error) => abandon(session, error),
    }
}

/// How one request of a group ended.
enum One {
    /// Its writes stand, or it had none, or they were undone to its savepoint.
    Kept,
    /// Its writes must be undone and there is no savepoint.
    Undo,
    /// The transaction is of no more use.
    Lost(StoreError),
}

fn one(session: &mut dyn Session, request: &mut dyn Request, trace: Option<&Trace>, savepoints: bool) -> One {
    if savepoints && let Err(error) = session.step(Step::Savepoint) {
        return One::Lost(error);
    }
    let mut tx = Tx::new(&mut *session, request.name(), trace);
    let mut kept = request.run(&mut tx);
    let (failure, wrote) = (tx.failure(), tx.wrote());
    if let Some(failure) = &failure {
        if kept {
            // The closure swallowed a failed statement; nothing of it can be kept.
            request.fail(failure.clone());
            kept = false;
        }
        if !session.in_transaction() || matches!(failure, StoreError::Conflict | StoreError::Full | StoreError::Unreachable(_)) {
            return One::Lost(failure.clone());
        }
    }
    let steps: &[Step] = match (savepoints, kept) {
        (true, true) => &[Step::Release],
        (true, false) => &[Step::RollbackToSavepoint, Step::Release],
        (false, false) if wrote || failure.is_some() => return One::Undo,
        (false, _) => &[],
    };
    for step in steps {
        if let Err(error) = session.step(*step) {
            return One::Lost(error);
        }
    }
    One::Kept
}

fn abandon(session: &mut dyn Session, error: StoreError) -> Ended {
    rollback(session);
    if error == StoreError::Conflict { Ended::Conflict } else { Ended::Lost(error) }
}

fn rolled_back(session: &mut dyn Session) -> Ended {
    rollback(session);
    Ended::Settled
}

/// A rollback that fails has lost its connection, and with it the transaction.
fn rollback(session: &mut dyn Session) {
    if session.in_transaction() {
        let _ = session.step(Step::Rollback);
    }
}
