//! Reading and adding to PDF documents, no more than signing needs. What is read comes from strangers: it is bounded in size, depth
//! and growth, and nothing in it can make the program fail.

mod active;
mod lexer;
mod object;
mod prepare;
mod reader;
mod signature;
mod stream;

pub use prepare::{Fields, Prepared, prepare};
pub use reader::DOCUMENT_MOST;
pub use signature::{Embedded, embedded};

/// Why a document is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// It does not begin like a PDF.
    #[error("this is no PDF document")]
    NoPdf,
    /// More than is taken.
    #[error("the document is too large")]
    TooBig,
    /// It is protected by a password.
    #[error("the document is encrypted")]
    Encrypted,
    /// It cannot be read without guessing.
    #[error("the document is damaged: {0}")]
    Broken(&'static str),
    /// It uses something that is not known here.
    #[error("the document uses {0} that is not known here")]
    Unknown(&'static str),
    /// It holds something that can change what it shows.
    #[error("the document holds {0}, so it can show something else than what is signed")]
    Active(&'static str),
    /// It carries a signature already.
    #[error("the document carries a signature already")]
    SignedAlready,
    /// There is no signature in it.
    #[error("there is no signature in the document")]
    Unsigned,
    /// There is more than one signature in it.
    #[error("there is more than one signature in the document")]
    Several,
    /// The signature does not cover the whole file.
    #[error("the signature does not cover the whole document")]
    Uncovered,
    /// The signature is longer than its place.
    #[error("the signature does not fit into the document")]
    NoRoom,
}
