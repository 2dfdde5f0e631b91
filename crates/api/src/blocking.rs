use std::sync::Arc;

use journal::Ledger;
use kernel::{Fault, Kind};
use store::{StoreError, Tx};
use webkit::Failure;

/// Runs what waits for a disk or for the integrator away from the threads that serve requests.
pub(crate) async fn blocking<T: Send + 'static, E: Fault + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(kernel::scrubbing(work)).await {
        Ok(done) => Ok((*done)?),
        Err(_) => Err(Failure::of(Kind::Broken).because("a reader stopped")),
    }
}

/// Reads a store.
pub(crate) async fn read<T: Send + 'static>(
    ledger: &Arc<Ledger>,
    name: &'static str,
    look: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Failure> {
    let ledger = ledger.clone();
    blocking(move || ledger.read(name, look)).await
}
