//! Checks receipts, certificates of erasure, copies of one's own data and checkpoints without a network, without a server, and without a line of
//! the code that wrote them. What it reads is described in `docs/formats.md`; what it prints says in plain words what
//! is proven and what is not.

mod arguments;
mod certificate;
mod checkpoint;
mod closure;
mod code;
mod command;
mod document;
mod evidence;
mod finding;
mod key;
mod language;
mod merkle;
mod note;
mod opening;
mod own_copy;
mod reason;
mod record;
mod receipt;
mod signature;
mod training;

pub use certificate::{check_certificate, check_opened};
pub use checkpoint::{check_checkpoint, check_growth};
pub use code::{CodeFault, ShownCode, check_code};
pub use command::{Outcome, run};
pub use finding::{Finding, Report};
pub use key::Key;
pub use language::Language;
pub use own_copy::check_copy;
pub use reason::Reason;
pub use receipt::check_receipt;
pub use signature::{Evidence as SignedEvidence, Flaw, Signed, check_signature};
