use kernel::{Fault, Kind};
use seal::SealError;

/// Why something could not be signed, stamped, revoked or read.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// A key.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A structure cannot be written or read.
    #[error("a certificate or a signature cannot be read or written: {0}")]
    Form(#[from] der::Error),
    /// The parts of an authority do not belong together.
    #[error("{0}")]
    Authority(&'static str),
    /// The signature with its evidence does not fit into the place that was kept for it.
    #[error("the signature does not fit into the document")]
    NoRoom,
}

impl Fault for SigningError {
    fn kind(&self) -> Kind {
        match self {
            Self::Seal(error) => error.kind(),
            Self::Form(_) => Kind::Invalid,
            Self::Authority(_) | Self::NoRoom => Kind::Broken,
        }
    }
}
