use kernel::{Fault, Kind};
use webkit::Failure;

/// Runs what waits for a disk away from the threads that serve requests.
pub(crate) async fn blocking<T: Send + 'static, E: Fault + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(kernel::scrubbing(work)).await {
        Ok(done) => Ok((*done)?),
        Err(error) => Err(Failure::of(Kind::Broken).because(format!("a reader stopped: {}", error.is_panic()))),
    }
}
