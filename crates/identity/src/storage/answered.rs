use kernel::Instant;
use store::{StoreError, Tx};

/// Notes that a ceremony was answered; 0 when it had been.
pub(crate) fn insert(tx: &mut Tx<'_>, ceremony: [u8; 16], expires: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.answer_ceremony\n\
         insert into identity_answered (ceremony, expires) values ($1, $2) on conflict (ceremony) do nothing",
        &[ceremony.into(), expires.into()],
    )
}

/// Drops those that nobody can answer any more.
pub(crate) fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, StoreError> {
    tx.execute("-- identity.sweep_answered\ndelete from identity_answered where expires <= $1", &[now.into()])
}
