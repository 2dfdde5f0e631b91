//! Online services that residents sign in to.
//!
//! A service is registered by one officer and approved by another ([`register_client`], [`approve_client`]). It pushes what
//! it asks for ([`push_request`]), a resident who is signed in allows it ([`allow`]), the service brings the code back
//! ([`redeem_code`]) and later a refresh token ([`refresh`]). What is judged by the protocols' rules alone stands in
//! `openid`; here is what must be remembered: that a proof, a request, a code comes once, which tokens are out, and what the
//! resident agreed to. Tokens, codes and requests are stored as hashes. Every table has an end for every row ([`sweep`]).
//!
//! A service knows a person by a name that no other service sees.

mod allow;
mod approve_client;
mod bound;
mod client;
mod client_proof;
mod consent;
mod end_grant;
mod issue;
mod keys;
mod pushed;
mod redeem_code;
mod refresh;
mod register_client;
mod secret;
mod storage;
mod sweep;
mod token_use;

#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod story;

use store::Migration;

pub use allow::{Next, Permission, Person, allow, deny, subject_at};
pub use approve_client::{ApproveClientError, approve_client, end_client};
pub use bound::{Bound, Shown};
pub use client::{Registered, Registration};
pub use client_proof::{ClientProof, Proven, claimed_client, prove};
pub use consent::{Consent, consents};
pub use end_grant::{end_consent, end_session_grants, revoke};
pub use issue::{TokenKeys, Tokens};
pub use keys::{KEYS, KeysError, load_keys, prepare_keys, public_keys, rotate_keys};
pub use pushed::{Asked, PUSHED_SECS, Pushed, asked, keep_request, push_request};
pub use redeem_code::{Brought, redeem_code};
pub use refresh::refresh;
pub use register_client::{RegisterClientError, clients, find_client, register_client};
pub use sweep::sweep;
pub use token_use::{InUse, use_token};

/// The tables of the provider's store.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "provider/0001_provider", sql: include_str!("../migrations/0001_provider.sql") }];
