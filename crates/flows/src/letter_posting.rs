//! What a print bureau says of the batches under its lease: that they are in the post.

use identity::{LetterBatch, batches_of_lease, post_batch_of_lease};
use kernel::{Id, Instant, kinds};
use processors::{HandOverError, Lease, Partner, has_fetched};
use store::{RunError, StoreError};

use crate::letter_batch::{LetterBatchError, is_for_letters};
use crate::{IdentityService, Platform};

/// The batches of letters under a lease, the latest first; nothing when the lease is for something else.
pub fn letters_under(platform: &Platform, lease: &Lease) -> Result<Option<Vec<LetterBatch>>, RunError<StoreError>> {
    let Some(identity) = provider_of(platform, lease) else { return Ok(None) };
    let lease = lease.id;
    identity.ledger().read("flows.letters_under", move |tx| batches_of_lease(tx, lease)).map(Some)
}

/// A print bureau has posted a batch that it fetched under its lease, on record in the identity provider's journal under the bureau's
/// name. Saying it twice changes nothing. Returns when it was posted.
pub fn post_letters(
    platform: &Platform,
    partner: &Partner,
    (lease, batch): (Id<kinds::Lease>, Id<kinds::Export>),
) -> Result<Instant, LetterBatchError> {
    let now = platform.now();
    let lease = platform.ledger().read("flows.posting", |tx| {
        has_fetched(tx, partner, (lease, batch), now)?;
        processors::lease(tx, lease)?.ok_or(HandOverError::Missing)
    })?;
    let identity = provider_of(platform, &lease).ok_or(HandOverError::Form)?;
    let (ledger, lease) = (identity.ledger(), lease.id);
    ledger.write("flows.post_letters", partner.actor(), move |work| post_batch_of_lease(work, lease, batch))?;
    let known = ledger.read("flows.posted", move |tx| batches_of_lease(tx, lease))?;
    let posted = known.iter().find(|one| one.id == batch).and_then(|one| one.posted);
    Ok(posted.ok_or(HandOverError::Missing)?)
}

/// The identity provider, if the lease is one for its letters.
fn provider_of(platform: &Platform, lease: &Lease) -> Option<std::sync::Arc<IdentityService>> {
    platform.identity().filter(|identity| identity.id() == lease.service && is_for_letters(lease))
}
