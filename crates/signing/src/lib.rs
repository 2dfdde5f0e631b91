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
mod asked;
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
mod key;
mod leave;
mod manage;
mod moment;
mod name;
pub mod ocsp;
mod oid;
pub mod pdf;
#[cfg(test)]
mod pdf_story;
#[cfg(test)]
mod rehearsal;
mod renderer;
mod request;
mod revocation;
mod sign;
#[cfg(test)]
mod signature_story;
mod storage;
pub mod timestamp;

use store::Migration;

pub use x509_cert::certificate::Certificate;

pub use act::{Act, ActError, Form, PAGES_MOST, PasskeyKey, Statement, host};
pub use asked::{
    AskError, AskedSignature, Between, FETCHED_MINUTES, Outcome, asked_by, asked_signature, asked_signatures, cancel_asked, fetch_asked, keep_asked,
    may_ask,
};
pub use authority::{Addresses, Authority, Person, Root, ends, paths, read_certificate, serial, to_der};
pub use certificate::{ActBinding, act_binding};
pub use chain::Use;
pub use error::SigningError;
pub use key::{SigningKey, register_key, remove_key, signing_key};
pub use leave::{DoomedDocuments, doomed, end_account};
pub use manage::{RevokeError, end_restored, history, prepare_keys, purge, revoke, revoked, signature, state};
pub use judge::{SignedAt, Trust, Unsound, Verdict, judge_detached, judge_pdf};
pub use renderer::{DrawError, Renderer};
pub use request::{
    Body, Brought, FETCH_HOURS, Part, REQUEST_MINUTES, Request, RequestError, SealedDraft, SealedPart, SealedResult, Signature, WayBack, body_of,
    find_request, finish_request, keep_request, open_part, read_part, seal_request, seal_result, withdraw_request,
};
pub use revocation::{Reason, Revoked, list_ends, revoked_authorities, revoked_on};
pub use sign::{Desk, Made, SignError, room};
pub use timestamp::{StampError, StampingAuthority, Timestamps};

/// The purpose under which documents stand sealed while they wait, and until they are fetched.
pub const PURPOSE: &str = "signing";

/// The tables; they stand in the identity provider's store.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "signing/0001_signing", sql: include_str!("../migrations/0001_signing.sql") },
    Migration { name: "signing/0002_asked", sql: include_str!("../migrations/0002_asked.sql") },
];
