//! What was sealed of everybody, as it stands in a store: the ciphertext that must be gone, and the slots that must be dead.

use std::collections::HashMap;

use canary::Canary;
use kernel::Day;
use registration::Reference;
use registration::scheme::FieldGroup;
use seal::{Purpose, RecordNumber, Slot};
use store::{Row, Store, StoreError};

use crate::simulate::Failure;

/// One sealed value, or those of everybody in a household.
#[derive(Clone, Debug)]
pub struct Value {
    /// Of which group.
    pub group: FieldGroup,
    /// The slots of the people in it.
    pub slots: Vec<Slot>,
    /// As it is stored.
    pub bytes: Vec<u8>,
}

/// The values of every household, by reference.
pub fn sealed(store: &Store) -> Result<HashMap<String, Vec<Value>>, Failure> {
    let rows = store.read("simulate.sealed", |tx| {
        let rows = tx.query(
            "-- simulate.sealed
-- small: no; a simulation looks at everything
select h.code, h.record, h.people, s.identity, s.identity_purpose, s.identity_expiry, s.contact, s.contact_purpose,
    s.contact_expiry, s.mobile, s.mobile_purpose, s.mobile_expiry
from household h join household_submission s on s.event = h.submission order by h.code",
            &[],
        )?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, columns(row)?))).collect::<Result<Vec<Found>, StoreError>>()
    });
    let mut all = HashMap::new();
    for (code, record, people, columns) in rows.map_err(|error| error.to_string())? {
        let mut values = Vec::new();
        for (group, bytes, purpose, expiry) in columns {
            let Some(bytes) = bytes else { continue };
            let persons = if group == FieldGroup::Identity { u8::try_from(people)? } else { 1 };
            let (purpose, record) = (Purpose::new(&purpose)?, RecordNumber(u64::try_from(record)?));
            let slot = |person| Slot { purpose, record, person, group: group.number(), schema: 1, expiry };
            values.push(Value { group, slots: (0..persons).map(slot).collect(), bytes });
        }
        all.insert(Reference::from_number(code).to_string(), values);
    }
    Ok(all)
}

type Found = (i64, i64, i64, Vec<Column>);
type Column = (FieldGroup, Option<Vec<u8>>, String, Day);

fn columns(row: &Row) -> Result<Vec<Column>, StoreError> {
    let at = |group, first: usize| Ok::<_, StoreError>((group, row.get(first)?, row.get(first + 1)?, row.get(first + 2)?));
    Ok(vec![at(FieldGroup::Identity, 3)?, at(FieldGroup::Contact, 6)?, at(FieldGroup::Mobile, 9)?])
}

impl Value {
    /// What nobody else's ciphertext has: bytes from its middle, where nothing but chance stands.
    pub fn canary(&self, household: usize) -> Canary {
        let middle = self.bytes.len() / 2;
        let piece = self.bytes.get(middle.saturating_sub(12)..middle + 12).unwrap_or(&self.bytes);
        Canary::bytes(format!("ciphertext of {:?} of household {household}", self.group), piece)
    }
}
