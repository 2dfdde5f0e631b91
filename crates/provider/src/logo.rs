use journal::Work;
use people::{EditScheme, Grant};
use store::{StoreError, Tx};

use crate::storage;

/// A service's picture, written anew by us before it comes here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub media_type: String,
    /// The file.
    pub picture: Vec<u8>,
}

/// Keeps a picture for a service that is registered or changed in the same unit of work; returns the digest by which its
/// registration names it. Pictures that neither the service nor this change names go.
pub fn keep_logo(work: &mut Work<'_, '_>, _grant: &Grant<EditScheme>, client: &str, logo: &Logo) -> Result<[u8; 32], StoreError> {
    let digest = seal::sha256(&[&logo.picture]);
    let now = work.now();
    let known = storage::client::find(work.tx(), client)?.and_then(|known| known.registration.logo);
    storage::logo::keep_only(work.tx(), client, known)?;
    storage::logo::insert(work.tx(), client, digest, logo, now)?;
    Ok(digest)
}

/// The picture of a service in force, by its digest.
pub fn logo(tx: &mut Tx<'_>, client: &str, digest: [u8; 32]) -> Result<Option<Logo>, StoreError> {
    let named = storage::client::find(tx, client)?.filter(crate::Registered::is_in_force);
    if named.is_none_or(|named| named.registration.logo != Some(digest)) {
        return Ok(None);
    }
    storage::logo::find(tx, client, digest)
}

/// A picture for the officers who read a registration, whether or not it is approved.
pub fn logo_to_review(tx: &mut Tx<'_>, client: &str, digest: [u8; 32]) -> Result<Option<Logo>, StoreError> {
    storage::logo::find(tx, client, digest)
}
