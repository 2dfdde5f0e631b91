//! Online services that residents sign in to.
//!
//! A service is registered by one officer and approved by another ([`register_client`], [`approve_client`]). It pushes what
//! it asks for ([`push_request`]), a resident who is signed in allows it ([`allow`]), the service brings the code back
//! ([`redeem_code`]) and later a refresh token ([`refresh`]). For itself it gets a token that opens nothing of anybody
//! ([`issue_to_service`]). What is judged by the protocols' rules alone stands in
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
mod end_restored;
mod introspect;
mod issue;
mod keys;
mod known_clients;
mod logo;
mod logout;
mod nonce;
mod pushed;
mod redeem_code;
mod refresh;
mod register_client;
mod release;
mod secret;
mod service_token;
mod shown_code;
mod storage;
mod sweep;
mod token_use;

#[cfg(test)]
mod change_story;
#[cfg(test)]
mod logout_story;
#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod service_story;
#[cfg(test)]
mod share_story;
#[cfg(test)]
mod story;
#[cfg(test)]
mod strangers_story;

use store::Migration;

pub use allow::{Decision, Next, Permission, Person, Term, allow, deny, subject_at};
pub use approve_client::{ApproveClientError, approve_client, end_client};
pub use bound::{Bound, Shown, certificate_hash};
pub use client::{AskedAttribute, Proposed, Registered, Registration, RegistrationFault, ServiceContact, Standing};
pub use client_proof::{ClientProof, Proven, claimed_client, prove};
pub use consent::{Agreed, Consent, SHARE_DAYS_MOST, Share, agreed, consents, end_share, shares};
pub use end_grant::{end_account, end_consent, end_session_grants, revoke};
pub use end_restored::end_restored;
pub use introspect::{Introspected, introspect};
pub use issue::{TokenKeys, Tokens};
pub use keys::{KEYS, KeysError, load_keys, prepare_keys, public_keys, rotate_keys};
pub use known_clients::{KnownClients, Supposed};
pub use nonce::dpop_nonces;
pub use shown_code::{CodeFault, CodeSays, RENEWED_SECS, SHOWN_SECS, SKEW_SECS, ShownCode, check_code};
pub use logo::{Logo, keep_logo, logo, logo_to_review};
pub use logout::{LogoutCarrier, LogoutNotice, claim_logouts, logouts_waiting, note_logout};
pub use pushed::{ANSWER_SECS, Asked, PUSHED_SECS, Pushed, REQUEST_URI, asked, keep_request, push_request, show_request};
pub use redeem_code::{Brought, redeem_code};
pub use refresh::refresh;
pub use register_client::{RegisterClientError, clients, find_client, propose_change, proposed_change, register_client};
pub use release::{Release, note_release, releases};
pub use service_token::{ServiceToken, issue_to_service};
pub use sweep::sweep;
pub use token_use::{InUse, use_form_token, use_token};

/// The levels of an account as services name them (`acr`), weakest first.
pub const LEVELS: [&str; 4] =
    ["urn:lionrock:level:registered", "urn:lionrock:level:activated", "urn:lionrock:level:verified", "urn:lionrock:level:plus"];

/// The tables of the provider's store.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "provider/0001_provider", sql: include_str!("../migrations/0001_provider.sql") },
    Migration { name: "provider/0002_shares", sql: include_str!("../migrations/0002_shares.sql") },
    Migration { name: "provider/0003_changes", sql: include_str!("../migrations/0003_changes.sql") },
    Migration { name: "provider/0004_releases", sql: include_str!("../migrations/0004_releases.sql") },
    Migration { name: "provider/0009_service_tokens", sql: include_str!("../migrations/0009_service_tokens.sql") },
];
