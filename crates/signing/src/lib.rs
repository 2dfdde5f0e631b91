//! Residents' signatures that anyone can check, years later and without asking us.
//!
//! What a resident agrees to is a [`Statement`]: the document, the bytes that the signature covers, the pictures of the pages that
//! the phone showed, the service that asked, a nonce. Its digest is the challenge of a passkey, and the passkey's answer is published
//! inside the signature as an [`Act`]: nobody but the holder of the passkey can have made it, and it fits no other document. Only
//! after the act has been checked does the [`Authority`] issue a certificate, for this one act, with a key that lives for seconds
//! ([`Desk`]). The signature stands in the document ([`pdf`], PAdES) or beside it (CAdES), with a timestamp (RFC 3161).
//!
//! Whether one holds says [`judge_pdf`] or [`judge_detached`]. Lists and answers about certificates are of RFC 5280 and RFC 6960.

mod act;
mod authority;
#[cfg(test)]
mod authority_story;
mod certificate;
mod chain;
mod cms;
#[cfg(test)]
mod code_story;
mod error;
mod judge;
mod moment;
mod name;
pub mod ocsp;
mod oid;
pub mod pdf;
#[cfg(test)]
mod pdf_story;
#[cfg(test)]
mod rehearsal;
mod revocation;
mod sign;
#[cfg(test)]
mod signature_story;
pub mod timestamp;

pub use act::{Act, ActError, Form, PAGES_MOST, PasskeyKey, Statement, host};
pub use authority::{Addresses, Authority, Person, Root, paths, serial, to_der};
pub use certificate::{ActBinding, act_binding};
pub use chain::Use;
pub use error::SigningError;
pub use judge::{SignedAt, Trust, Unsound, Verdict, judge_detached, judge_pdf};
pub use revocation::{Reason, Revoked, revoked_on};
pub use sign::{Desk, Made, SignError, room};
pub use timestamp::{StampError, StampingAuthority, Timestamps};
