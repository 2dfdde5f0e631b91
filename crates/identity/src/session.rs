use journal::Work;
use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::storage::session::Ended;
use crate::{Device, Means, Token, storage};

/// A session dies after 30 minutes without a request.
const IDLE_MS: i64 = 30 * 60_000;
/// It dies twelve hours after its sign-in, however busy.
const ABSOLUTE_MS: i64 = 12 * 3_600_000;
/// The store hears of a request at most once a minute.
const NOTE_AFTER_MS: i64 = 60_000;
/// For what matters the sign-in must lie within so many minutes.
pub const FRESH_MINUTES: i64 = 10;

/// What ends elsewhere, in the same unit of work, with the session or the account of this id: what online services were given.
pub type Alongside = fn(&mut Work<'_, '_>, [u8; 16]) -> Result<u64, StoreError>;

/// A resident with a living session; made by looking one up, or by signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resident {
    pub(crate) account: Id<kinds::Account>,
    pub(crate) session: Id<kinds::AccountSession>,
    pub(crate) started: Instant,
    pub(crate) means: Means,
}

impl Resident {
    /// The account.
    pub const fn account(&self) -> Id<kinds::Account> {
        self.account
    }

    /// The session.
    pub const fn session(&self) -> Id<kinds::AccountSession> {
        self.session
    }

    /// What the session was begun with.
    pub const fn means(&self) -> Means {
        self.means
    }

    /// When the resident signed in.
    pub const fn started(&self) -> Instant {
        self.started
    }

    /// Whether the sign-in was within the last few minutes: what matters asks for it again otherwise.
    pub const fn is_fresh(&self, now: Instant) -> bool {
        now.since(self.started) < FRESH_MINUTES * 60_000
    }
}

/// A living session as it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Whose it is.
    pub who: Resident,
    /// Whether [`keep_session`] should run after this request; at most once a minute.
    pub stale: bool,
    /// When it dies if this was the last request.
    pub ends: Instant,
    /// When it dies however busy it is.
    pub latest: Instant,
}

/// A session in its owner's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: Id<kinds::AccountSession>,
    /// What it was begun with.
    pub means: Means,
    /// What the passkey is on; nothing when it is gone, or when there was none.
    pub device: Option<Device>,
    /// When it began.
    pub started: Instant,
    /// When it was last used.
    pub seen: Instant,
}

/// Sessions that were last used before this are dead.
pub(crate) const fn idle_before(now: Instant) -> Instant {
    now.plus_millis(-IDLE_MS)
}

/// Sessions that began before this are dead.
pub(crate) const fn old_before(now: Instant) -> Instant {
    now.plus_millis(-ABSOLUTE_MS)
}

/// Finds the session of a cookie; nothing when it ended, is too old, or never was. Reading only.
pub fn find_session(tx: &mut Tx<'_>, token: &Token, now: Instant) -> Result<Option<Found>, StoreError> {
    let found = storage::session::find(tx, token.hash(), idle_before(now), old_before(now))?;
    Ok(found.map(|(who, seen)| {
        let latest = who.started.plus_millis(ABSOLUTE_MS);
        let stale = now.since(seen) >= NOTE_AFTER_MS;
        let from = if stale { now } else { seen };
        Found { who, stale, ends: from.plus_millis(IDLE_MS).min(latest), latest }
    }))
}

/// Notes that a session was used. Not journaled: what its owner did is journaled itself.
pub fn keep_session(work: &mut Work<'_, '_>, who: &Resident) -> Result<(), StoreError> {
    let now = work.now();
    storage::session::keep(work.tx(), who.session, now).map(|_| ())
}

/// Begins a session in a transaction: with a passkey, or with password and code.
pub(crate) fn begin(
    work: &mut Work<'_, '_>,
    token: &Token,
    account: Id<kinds::Account>,
    passkey: Option<Id<kinds::AccountPasskey>>,
) -> Result<Resident, StoreError> {
    let session = work.new_id();
    insert(work, token, (account, session), passkey)
}

/// Begins a session in place of the one that the browser had, so that a planted cookie is worth nothing. When both are of one account
/// it goes on under the id by which services know it; another's session ends, with what was given in it.
pub(crate) fn begin_anew(
    work: &mut Work<'_, '_>,
    token: &Token,
    account: Id<kinds::Account>,
    passkey: Option<Id<kinds::AccountPasskey>>,
    (replaces, alongside): (Option<&Token>, Alongside),
) -> Result<Resident, StoreError> {
    let earlier = match replaces {
        Some(earlier) => storage::session::end(work.tx(), earlier.hash())?,
        None => None,
    };
    match earlier {
        Some((owner, session)) if owner == account => insert(work, token, (account, session), passkey),
        Some((_, session)) => {
            alongside(work, session.bytes())?;
            begin(work, token, account, passkey)
        }
        None => begin(work, token, account, passkey),
    }
}

/// What services were given in sessions that have just ended ends too; how many sessions there were.
pub(crate) fn follow(work: &mut Work<'_, '_>, ended: &Ended, alongside: Alongside) -> Result<usize, StoreError> {
    for session in ended {
        alongside(work, session.bytes())?;
    }
    Ok(ended.len())
}

fn insert(
    work: &mut Work<'_, '_>,
    token: &Token,
    (account, session): (Id<kinds::Account>, Id<kinds::AccountSession>),
    passkey: Option<Id<kinds::AccountPasskey>>,
) -> Result<Resident, StoreError> {
    let means = if passkey.is_some() { Means::Passkey } else { Means::Password };
    let who = Resident { account, session, started: work.now(), means };
    storage::session::insert(work.tx(), &who, token.hash(), passkey)?;
    Ok(who)
}
