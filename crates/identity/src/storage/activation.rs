use hongkong::District;
use kernel::{Day, Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use crate::Activation;

/// Begins or begins anew: details that were typed again take the place of those before.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    account: Id<kinds::Account>,
    (document, district): ([u8; 32], District),
    (now, ends): (Instant, Day),
) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.put_activation\n\
         insert into identity_activation (account, document, district, begun, ends) values ($1, $2, $3, $4, $5) \
         on conflict (account) do update set document = excluded.document, district = excluded.district, ends = excluded.ends",
        &[account.into(), document.into(), district.code().into(), now.into(), ends.into()],
    )?;
    Ok(())
}

/// An account's activation, without its PINs.
pub(crate) fn find(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<Option<Activation>, StoreError> {
    let row = tx.query_opt(
        "-- identity.find_activation\nselect district, begun, activated, ends from identity_activation where account = $1",
        &[account.into()],
    )?;
    let read = |row: Row| {
        let code: String = row.get(0)?;
        let district = District::ALL.into_iter().find(|one| one.code() == code);
        Ok(Activation { district, begun: row.get(1)?, activated: row.get(2)?, ends: row.get(3)?, pins: Vec::new() })
    };
    row.map(read).transpose()
}

/// The account lives on at least until this day.
pub(crate) fn set_end(tx: &mut Tx<'_>, account: Id<kinds::Account>, ends: Day) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_activation_end\nupdate identity_activation set ends = $2 where account = $1",
        &[account.into(), ends.into()],
    )
}

/// Notes the activation; 0 when it was noted before.
pub(crate) fn set_activated(tx: &mut Tx<'_>, account: Id<kinds::Account>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_activated\nupdate identity_activation set activated = $2 where account = $1 and activated is null",
        &[account.into(), now.into()],
    )
}

/// Accounts whose time to be activated is over, at most `limit`. Whoever was verified meanwhile showed more.
pub(crate) fn over(tx: &mut Tx<'_>, today: Day, limit: i64) -> Result<Vec<Id<kinds::Account>>, StoreError> {
    let rows = tx.query(
        "-- identity.activations_over\n\
         select a.account from identity_activation a join identity_account o on o.id = a.account \
         where a.activated is null and a.ends < $1 and o.level = 'registered' order by a.ends limit $2",
        &[today.into(), limit.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Counts one more step of a day. The counts outlive the accounts, because nobody stands in them.
pub(crate) fn count(tx: &mut Tx<'_>, today: Day, district: &str, step: &str) -> Result<(), StoreError> {
    tx.execute(
        "-- identity.count_step\n\
         insert into identity_activation_count (day, district, step, number) values ($1, $2, $3, 1) \
         on conflict (day, district, step) do update set number = identity_activation_count.number + 1",
        &[today.into(), district.into(), step.into()],
    )?;
    Ok(())
}

/// All that was counted, by district and step.
pub(crate) fn counts(tx: &mut Tx<'_>) -> Result<Vec<(String, String, i64)>, StoreError> {
    let rows = tx.query(
        "-- identity.step_counts\nselect district, step, number from identity_activation_count order by district, step, day",
        &[],
    )?;
    let mut all: Vec<(String, String, i64)> = Vec::new();
    for row in &rows {
        let (district, step, number) = (row.get::<String>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?);
        match all.last_mut() {
            Some(last) if last.0 == district && last.1 == step => last.2 += number,
            _ => all.push((district, step, number)),
        }
    }
    Ok(all)
}

pub(crate) fn remove_of(tx: &mut Tx<'_>, account: Id<kinds::Account>) -> Result<(), StoreError> {
    tx.execute("-- identity.remove_pins\ndelete from identity_pin where account = $1", &[account.into()])?;
    tx.execute("-- identity.remove_activation\ndelete from identity_activation where account = $1", &[account.into()])?;
    Ok(())
}
