use journal::{Event, Work};
use kernel::{Id, Instant, kinds};
use store::{StoreError, Tx};

use crate::{InUse, storage};

/// That a service was given attributes. Which ones, never their values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The service.
    pub client: String,
    /// The attributes, as in the scope.
    pub attributes: Vec<String>,
    /// The entry in the journal that says so.
    pub event: Id<kinds::Event>,
    /// When.
    pub at: Instant,
}

/// A release stays in the resident's list for so many days.
const LISTED_DAYS: i64 = 2 * 365;

/// Notes, before any value is opened, that a service is given attributes. It stands in the journal and in the resident's list.
pub fn note_release(work: &mut Work<'_, '_>, in_use: &InUse, attributes: &[String]) -> Result<(), StoreError> {
    let event = Event::new("provider.released").record(in_use.account).detail("client", in_use.client.as_str());
    let event = event.detail("attributes", attributes.to_vec()).detail("named", !in_use.subject.is_empty());
    let (event, at) = (work.journal(event)?, work.now());
    let release = Release { client: in_use.client.clone(), attributes: attributes.to_vec(), event, at };
    let id = work.random().bytes16();
    storage::release::insert(work.tx(), id, in_use.account, &release, at.plus_secs(LISTED_DAYS * 86_400))
}

/// What services were given of a resident, the newest first; 500 at most.
pub fn releases(tx: &mut Tx<'_>, account: [u8; 16]) -> Result<Vec<Release>, StoreError> {
    storage::release::of_account(tx, account)
}
