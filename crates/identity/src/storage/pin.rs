use kernel::{Day, Id, Instant, kinds};
use seal::{RecordNumber, Sealed};
use store::{Row, StoreError, Tx};

use super::unreadable;
use crate::activation::{SealedCargo, cargo_slot};
use crate::{Door, IDENTITY, Pin, PinState};

/// A PIN to be stored: of itself only a keyed hash, of its token too.
#[derive(Clone, Debug)]
pub(crate) struct NewPin {
    pub(crate) pin: [u8; 32],
    pub(crate) token: [u8; 32],
    pub(crate) barcode: String,
    pub(crate) cargo: SealedCargo,
}

/// A PIN that somebody tries.
pub(crate) struct TriedPin {
    pub(crate) account: Id<kinds::Account>,
    pub(crate) number: i64,
    pub(crate) pin: [u8; 32],
    pub(crate) tries: i64,
    pub(crate) lapses: Day,
    pub(crate) district: String,
}

/// A PIN with what its letter needs.
pub(crate) struct WaitingPin {
    pub(crate) account: Id<kinds::Account>,
    pub(crate) number: i64,
    pub(crate) barcode: String,
    pub(crate) cargo: SealedCargo,
    pub(crate) language: String,
    pub(crate) asked: Instant,
}

type Account = Id<kinds::Account>;
/// Which PIN of which account.
type Place = (Account, i64);

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    (account, number): Place,
    (new, district): (&NewPin, &str),
    (now, lapses): (Instant, Day),
) -> Result<(), StoreError> {
    let record = i64::try_from(new.cargo.slot.record.0).unwrap_or(i64::MAX);
    tx.execute(
        "-- identity.insert_pin\n\
         insert into identity_pin (account, number, state, district, pin, token, barcode, tries_own, tries_letter, tries_open, asked, \
         lapses, reminded, record, letter, letter_purpose, letter_expiry) \
         values ($1, $2, 'checking', $3, $4, $5, $6, 0, 0, 0, $7, $8, false, $9, $10, $11, $12)",
        &[
            account.into(),
            number.into(),
            district.into(),
            new.pin.into(),
            new.token.into(),
            new.barcode.as_str().into(),
            now.into(),
            lapses.into(),
            record.into(),
            new.cargo.sealed.as_bytes().into(),
            IDENTITY.into(),
            new.cargo.slot.expiry.into(),
        ],
    )?;
    Ok(())
}

/// An account's PINs, the latest first.
pub(crate) fn of(tx: &mut Tx<'_>, account: Account) -> Result<Vec<Pin>, StoreError> {
    let rows = tx.query(
        "-- identity.pins_of\nselect number, state, asked, lapses from identity_pin where account = $1 order by number desc",
        &[account.into()],
    )?;
    let read = |row: &Row| {
        let state = PinState::from_name(&row.get::<String>(1)?).ok_or_else(|| unreadable("the state of a PIN"))?;
        Ok(Pin { number: row.get(0)?, state, asked: row.get(2)?, lapses: row.get(3)? })
    };
    rows.iter().map(read).collect()
}

/// No earlier PIN is good any more, and no letter with it is made.
pub(crate) fn replace_all(tx: &mut Tx<'_>, account: Account) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.replace_pins\n\
         update identity_pin set state = 'replaced', letter = null where account = $1 \
         and state in ('checking', 'queued', 'unprintable', 'printed', 'posted', 'sent')",
        &[account.into()],
    )
}

macro_rules! tried {
    ($name:literal, $tries:literal, $from:literal) => {
        concat!(
            "-- identity.", $name, "\nselect p.account, p.number, p.pin, p.", $tries, ", p.lapses, p.district from ", $from,
            " and p.state in ('printed', 'posted', 'sent') order by p.number desc limit 1"
        )
    };
}

/// The living PIN behind a door: of an account, of a letter's token, of a mobile number.
pub(crate) fn behind(tx: &mut Tx<'_>, door: Door, key: &[u8]) -> Result<Option<TriedPin>, StoreError> {
    let sql = match door {
        Door::Own => tried!("own_pin", "tries_own", "identity_pin p where p.account = $1"),
        Door::Letter => tried!("pin_of_letter", "tries_letter", "identity_pin p where p.token = $1"),
        Door::Open => tried!(
            "pin_of_mobile",
            "tries_open",
            "identity_mobile m join identity_pin p on p.account = m.account where m.tag = $1"
        ),
    };
    let row = tx.query_opt(sql, &[key.into()])?;
    let read = |row: Row| {
        Ok(TriedPin {
            account: row.get(0)?,
            number: row.get(1)?,
            pin: row.get(2)?,
            tries: row.get(3)?,
            lapses: row.get(4)?,
            district: row.get(5)?,
        })
    };
    row.map(read).transpose()
}

/// Counts a try, of no PIN too, so that nobody can tell by the work done whether there is one.
pub(crate) fn count_try(tx: &mut Tx<'_>, door: Door, (account, number): Place) -> Result<u64, StoreError> {
    let sql = match door {
        Door::Own => "-- identity.count_own\nupdate identity_pin set tries_own = tries_own + 1 where account = $1 and number = $2",
        Door::Letter => "-- identity.count_letter\nupdate identity_pin set tries_letter = tries_letter + 1 where account = $1 and number = $2",
        Door::Open => "-- identity.count_open\nupdate identity_pin set tries_open = tries_open + 1 where account = $1 and number = $2",
    };
    tx.execute(sql, &[account.into(), number.into()])
}

/// Puts a PIN into another state. What its letter needs is forgotten with every state that no letter follows.
pub(crate) fn set_state(tx: &mut Tx<'_>, (account, number): Place, state: PinState) -> Result<u64, StoreError> {
    let keeps = matches!(state, PinState::Checking | PinState::Queued | PinState::Unprintable);
    let sql = if keeps {
        "-- identity.set_pin_state\nupdate identity_pin set state = $3, batch = null where account = $1 and number = $2"
    } else {
        "-- identity.end_letter\nupdate identity_pin set state = $3, letter = null where account = $1 and number = $2"
    };
    tx.execute(sql, &[account.into(), number.into(), state.name().into()])
}

/// A letter that no bureau prints is delivered; what it says stays. 0 when it waits no more.
pub(crate) fn deliver(tx: &mut Tx<'_>, (account, number): Place) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.deliver_letter\n\
         update identity_pin set state = 'posted' where account = $1 and number = $2 and state = 'queued' and batch is null",
        &[account.into(), number.into()],
    )
}

/// The PIN is good until this day.
pub(crate) fn set_lapse(tx: &mut Tx<'_>, (account, number): Place, lapses: Day) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_lapse\nupdate identity_pin set lapses = $3 where account = $1 and number = $2",
        &[account.into(), number.into(), lapses.into()],
    )
}

/// The oldest that wait in this state and are in no batch, with what their letters need.
pub(crate) fn waiting(tx: &mut Tx<'_>, state: PinState, limit: i64) -> Result<Vec<WaitingPin>, StoreError> {
    let rows = tx.query(
        "-- identity.waiting_pins\n\
         select p.account, p.number, p.barcode, p.record, p.letter, p.letter_expiry, o.language, p.asked \
         from identity_pin p join identity_account o on o.id = p.account \
         where p.state = $1 and p.batch is null and p.letter is not null order by p.asked, p.account limit $2",
        &[state.name().into(), limit.into()],
    )?;
    let read = |row: &Row| {
        let slot = cargo_slot(RecordNumber(row.get(3)?), row.get(5)?).map_err(|_| unreadable("the place of a letter"))?;
        Ok(WaitingPin {
            account: row.get(0)?,
            number: row.get(1)?,
            barcode: row.get(2)?,
            cargo: SealedCargo { slot, sealed: Sealed::from_bytes(row.get(4)?) },
            language: row.get(6)?,
            asked: row.get(7)?,
        })
    };
    rows.iter().map(read).collect()
}

/// How many PINs stand in each state.
pub(crate) fn counts(tx: &mut Tx<'_>) -> Result<Vec<(PinState, i64)>, StoreError> {
    let rows = tx.query("-- identity.pin_counts\n-- small: three PINs an account at most, and only while the account stands; read along the index of states\nselect state, count(*) from identity_pin group by state", &[])?;
    let read = |row: &Row| {
        let state = PinState::from_name(&row.get::<String>(0)?).ok_or_else(|| unreadable("the state of a PIN"))?;
        Ok((state, row.get(1)?))
    };
    rows.iter().map(read).collect()
}

/// Whose letter bears a barcode: the account, the number of the PIN, its state and district.
pub(crate) fn of_barcode(tx: &mut Tx<'_>, barcode: &str) -> Result<Option<(Place, PinState, String)>, StoreError> {
    let row = tx.query_opt(
        "-- identity.pin_of_barcode\nselect account, number, state, district from identity_pin where barcode = $1",
        &[barcode.into()],
    )?;
    let read = |row: Row| {
        let state = PinState::from_name(&row.get::<String>(2)?).ok_or_else(|| unreadable("the state of a PIN"))?;
        Ok(((row.get(0)?, row.get(1)?), state, row.get(3)?))
    };
    row.map(read).transpose()
}

/// Living PINs whose day is over.
pub(crate) fn lapsed(tx: &mut Tx<'_>, today: Day, limit: i64) -> Result<Vec<(Place, String)>, StoreError> {
    let rows = tx.query(
        "-- identity.lapsed_pins\n\
         select account, number, district from identity_pin where state in ('printed', 'posted', 'sent') and lapses < $1 \
         order by lapses limit $2",
        &[today.into(), limit.into()],
    )?;
    rows.iter().map(|row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))).collect()
}

/// Living PINs that lapse by this day and whose holders were not reminded, with the day.
pub(crate) fn to_remind(tx: &mut Tx<'_>, by: Day, limit: i64) -> Result<Vec<(Place, Day)>, StoreError> {
    let rows = tx.query(
        "-- identity.pins_to_remind\n\
         select account, number, lapses from identity_pin where state in ('printed', 'posted', 'sent') and not reminded \
         and lapses <= $1 order by lapses limit $2",
        &[by.into(), limit.into()],
    )?;
    rows.iter().map(|row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?))).collect()
}

pub(crate) fn set_reminded(tx: &mut Tx<'_>, (account, number): Place) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.set_reminded\nupdate identity_pin set reminded = true where account = $1 and number = $2",
        &[account.into(), number.into()],
    )
}

/// Letters whose keys have died wait no more.
pub(crate) fn forget_late(tx: &mut Tx<'_>, today: Day) -> Result<u64, StoreError> {
    tx.execute(
        "-- identity.forget_letters\n\
         update identity_pin set letter = null, state = 'lapsed' where letter is not null and letter_expiry < $1",
        &[today.into()],
    )
}

/// The sealed letters of an account, for its end.
pub(crate) fn sealed_of(tx: &mut Tx<'_>, account: Account) -> Result<Vec<SealedCargo>, StoreError> {
    let rows = tx.query(
        "-- identity.letters_of\nselect record, letter, letter_expiry from identity_pin where account = $1 and letter is not null",
        &[account.into()],
    )?;
    let read = |row: &Row| {
        let slot = cargo_slot(RecordNumber(row.get(0)?), row.get(2)?).map_err(|_| unreadable("the place of a letter"))?;
        Ok(SealedCargo { slot, sealed: Sealed::from_bytes(row.get(1)?) })
    };
    rows.iter().map(read).collect()
}
