use kernel::{Fault, Kind};
use store::{RunError, StoreError, Tx};
use webkit::Failure;

use flows::Service;
use std::sync::Arc;

/// Runs what waits for a disk away from the threads that serve requests.
pub(crate) async fn blocking<T: Send + 'static, E: Fault + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(kernel::scrubbing(work)).await {
        Ok(done) => Ok((*done)?),
        Err(error) => Err(Failure::of(Kind::Broken).because(format!("a reader stopped: {}", error.is_panic()))),
    }
}

/// Reads a service's store.
pub(crate) async fn read<T: Send + 'static>(
    service: &Arc<Service>,
    name: &'static str,
    look: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Failure> {
    let ledger = service.ledger().clone();
    blocking(move || -> Result<T, RunError<StoreError>> { ledger.read(name, look) }).await
}
