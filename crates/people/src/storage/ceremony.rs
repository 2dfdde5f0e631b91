use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

/// A passkey ceremony between its two requests. The state holds a random challenge and nothing about a person.
pub(crate) struct Ceremony {
    /// `add-passkey` or `sign-in`.
    pub(crate) kind: &'static str,
    /// Whose passkey is being added.
    pub(crate) officer: Option<Id<kinds::Officer>>,
    /// The invitation that is used up at the end.
    pub(crate) invitation: Option<Id<kinds::Invitation>>,
    /// What `webauthn-rs` must see again.
    pub(crate) state: String,
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    token_hash: [u8; 32],
    ceremony: &Ceremony,
    expires: Instant,
) -> Result<(), StoreError> {
    tx.execute(
        "-- people.insert_ceremony\n\
         insert into ceremony (token_hash, kind, officer, invitation, state, expires) values ($1, $2, $3, $4, $5, $6)",
        &[
            token_hash.into(),
            ceremony.kind.into(),
            ceremony.officer.into(),
            ceremony.invitation.into(),
            ceremony.state.as_str().into(),
            expires.into(),
        ],
    )?;
    Ok(())
}

/// Takes a living ceremony away, so that its challenge is answered once.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    token_hash: [u8; 32],
    kind: &'static str,
    now: Instant,
) -> Result<Option<Ceremony>, StoreError> {
    let row = tx.query_opt(
        "-- people.take_ceremony\n\
         delete from ceremony where token_hash = $1 and kind = $2 and expires > $3 returning officer, invitation, state",
        &[token_hash.into(), kind.into(), now.into()],
    )?;
    let read = |row: Row| Ok(Ceremony { kind, officer: row.get(0)?, invitation: row.get(1)?, state: row.get(2)? });
    row.map(read).transpose()
}

/// Drops what has expired and says how many are left; the table stays small, so counting it is cheap.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<usize, StoreError> {
    tx.execute("-- people.sweep_ceremonies\ndelete from ceremony where expires <= $1", &[now.into()])?;
    let row = tx.query_opt(
        "-- people.count_ceremonies\n-- small: at most ten thousand, swept each time\nselect count(*) from ceremony",
        &[],
    )?;
    row.map_or(Ok(0), |row| row.get(0))
}
