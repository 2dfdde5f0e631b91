use kernel::{Id, Instant, Language, kinds};
use seal::RecordNumber;
use store::{Row, StoreError, Tx, Value};

use crate::matching::{AddressState, Reason, State};
use crate::reference::Reference;
use crate::register::Channel;

/// A household after matching. Nothing in it is personal: the sealed values stay in the submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdRow {
    /// Its id.
    pub id: Id<kinds::Household>,
    /// Its reference.
    pub reference: Reference,
    /// The submission that holds its sealed values.
    pub submission: Id<kinds::Event>,
    /// The record number of its seals.
    pub record: RecordNumber,
    /// Where it stands.
    pub state: State,
    /// Why it needs checking.
    pub reason: Reason,
    /// Language for messages.
    pub language: Language,
    /// The way it came.
    pub channel: Channel,
    /// District code.
    pub district: String,
    /// How many people.
    pub people: i64,
    /// Whether the address is known.
    pub address: AddressState,
    /// When it was received.
    pub received: Instant,
    /// When it was last decided.
    pub decided: Instant,
    /// The household it repairs.
    pub replaces: Option<Id<kinds::Household>>,
    /// The export it is in.
    pub export: Option<Id<kinds::Export>>,
}

pub(crate) fn insert_many(tx: &mut Tx<'_>, households: &[HouseholdRow]) -> Result<u64, StoreError> {
    let rows: Vec<Vec<Value>> = households.iter().map(values).collect();
    tx.bulk_insert(
        "-- registration.insert_households
insert into household (id, code, submission, record, state, reason, language, channel, district, people, address_state,
    received, decided, replaces, export)",
        &rows,
        "on conflict do nothing",
    )
}

fn values(row: &HouseholdRow) -> Vec<Value> {
    vec![
        row.id.into(),
        row.reference.number().into(),
        row.submission.into(),
        i64::try_from(row.record.0).unwrap_or(i64::MAX).into(),
        row.state.as_str().into(),
        row.reason.as_str().into(),
        row.language.slug().into(),
        row.channel.as_str().into(),
        row.district.as_str().into(),
        row.people.into(),
        row.address.as_str().into(),
        row.received.into(),
        row.decided.into(),
        row.replaces.map_or(Value::Null, Value::from),
        row.export.map_or(Value::Null, Value::from),
    ]
}

pub(crate) fn household(row: &Row) -> Result<HouseholdRow, StoreError> {
    let (state, reason, language): (String, String, String) = (row.get(4)?, row.get(5)?, row.get(6)?);
    let (channel, address): (String, String) = (row.get(7)?, row.get(10)?);
    Ok(HouseholdRow {
        id: row.get(0)?,
        reference: Reference::from_number(row.get(1)?),
        submission: row.get(2)?,
        record: RecordNumber(u64::try_from(row.get::<i64>(3)?).unwrap_or(0)),
        state: State::from_str(&state),
        reason: Reason::from_str(&reason),
        language: Language::from_slug(&language).unwrap_or(Language::ZhHant),
        channel: Channel::from_str(&channel),
        district: row.get(8)?,
        people: row.get(9)?,
        address: AddressState::from_str(&address),
        received: row.get(11)?,
        decided: row.get(12)?,
        replaces: row.get(13)?,
        export: row.get(14)?,
    })
}

pub(crate) fn by_id(tx: &mut Tx<'_>, id: Id<kinds::Household>) -> Result<Option<HouseholdRow>, StoreError> {
    let row = tx.query_opt(
        "-- registration.household_by_id
select id, code, submission, record, state, reason, language, channel, district, people, address_state, received, decided,
    replaces, export from household where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(household).transpose()
}

pub(crate) fn by_reference(tx: &mut Tx<'_>, reference: Reference) -> Result<Option<HouseholdRow>, StoreError> {
    let row = tx.query_opt(
        "-- registration.household_by_reference
select id, code, submission, record, state, reason, language, channel, district, people, address_state, received, decided,
    replaces, export from household where code = $1",
        &[reference.number().into()],
    )?;
    row.as_ref().map(household).transpose()
}

/// Whose reference it is.
pub(crate) fn id_by_reference(
    tx: &mut Tx<'_>,
    reference: Reference,
) -> Result<Option<Id<kinds::Household>>, StoreError> {
    let sql = "-- registration.household_id_by_reference\nselect id from household where code = $1";
    tx.query_opt(sql, &[reference.number().into()])?.map(|row| row.get(0)).transpose()
}

/// Households of which no value is left, of the submissions after `from` up to `to`.
pub(crate) fn gone(
    tx: &mut Tx<'_>,
    from: Id<kinds::Event>,
    to: Id<kinds::Event>,
) -> Result<Vec<Id<kinds::Household>>, StoreError> {
    let rows = tx.query(
        "-- registration.households_gone
select h.id from household_submission s join household h on h.id = s.household and h.submission = s.event
where s.event > $1 and s.event <= $2 and s.identity is null and s.contact is null and s.mobile is null",
        &[from.into(), to.into()],
    )?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Households in a state, by id after `after`: one page of a queue.
pub(crate) fn in_state(
    tx: &mut Tx<'_>,
    state: State,
    after: Id<kinds::Household>,
    limit: i64,
) -> Result<Vec<HouseholdRow>, StoreError> {
    let rows = tx.query(
        "-- registration.households_in_state
select id, code, submission, record, state, reason, language, channel, district, people, address_state, received, decided,
    replaces, export from household where state = $1 and id > $2 order by id limit $3",
        &[state.as_str().into(), after.into(), limit.into()],
    )?;
    rows.iter().map(household).collect()
}

/// Confirmed households whose address an officer has yet to look at.
pub(crate) fn with_unknown_address(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<HouseholdRow>, StoreError> {
    let rows = tx.query(
        "-- registration.households_with_unknown_address
select id, code, submission, record, state, reason, language, channel, district, people, address_state, received, decided,
    replaces, export from household where address_state = $1 order by id limit $2",
        &[AddressState::ToCheck.as_str().into(), limit.into()],
    )?;
    rows.iter().map(household).collect()
}

/// Confirmed households of a district that are in no export yet and whose address is good.
pub(crate) fn to_deliver(tx: &mut Tx<'_>, district: &str, limit: i64) -> Result<Vec<HouseholdRow>, StoreError> {
    let rows = tx.query(
        "-- registration.households_to_deliver
select id, code, submission, record, state, reason, language, channel, district, people, address_state, received, decided,
    replaces, export from household
where state = 'confirmed' and district = $1 and export is null and address_state in ('known', 'accepted')
order by id limit $2",
        &[district.into(), limit.into()],
    )?;
    rows.iter().map(household).collect()
}

/// Moves a household on from the state in which it was read; nothing happens when somebody else has moved it meanwhile.
pub(crate) fn move_on(
    tx: &mut Tx<'_>,
    row: &HouseholdRow,
    state: State,
    reason: Reason,
    now: Instant,
) -> Result<bool, StoreError> {
    let moved = tx.execute(
        "-- registration.move_on
update household set state = $2, reason = $3, decided = $4 where id = $1 and state = $5",
        &[row.id.into(), state.as_str().into(), reason.as_str().into(), now.into(), row.state.as_str().into()],
    )?;
    Ok(moved == 1)
}

pub(crate) fn set_address_state(
    tx: &mut Tx<'_>,
    id: Id<kinds::Household>,
    state: AddressState,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.set_address_state\nupdate household set address_state = $2 where id = $1",
        &[id.into(), state.as_str().into()],
    )
}

pub(crate) fn set_exported(
    tx: &mut Tx<'_>,
    id: Id<kinds::Household>,
    export: Id<kinds::Export>,
    now: Instant,
) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.set_exported
update household set state = 'dispatched', export = $2, decided = $3
where id = $1 and export is null and state = 'confirmed'",
        &[id.into(), export.into(), now.into()],
    )
}

/// Everybody of an export who is still with the courier waits for delivery again.
pub(crate) fn set_waiting_again(tx: &mut Tx<'_>, export: Id<kinds::Export>, now: Instant) -> Result<u64, StoreError> {
    tx.execute(
        "-- registration.set_waiting_again
update household set state = 'confirmed', export = null, decided = $2 where export = $1 and state = 'dispatched'",
        &[export.into(), now.into()],
    )
}
