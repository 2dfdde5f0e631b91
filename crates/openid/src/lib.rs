//! OAuth 2.0, OpenID Connect and FAPI 2.0 as rules.
//!
//! What comes from outside is read once and judged here: authorization requests ([`AuthorizationRequest`]), client
//! assertions ([`ClientAssertion`]), proofs of possession ([`DpopProof`]), code verifiers ([`CodeChallenge`]). What goes
//! out is written here: ID tokens, errors, discovery. Nothing is stored and nobody is asked: what must be seen once only
//! (`jti`, codes) is handed to the caller with the moment until which he must remember it, and time is an argument.
//!
//! Sources: RFC 6749, RFC 7515, RFC 7517, RFC 7523, RFC 7636, RFC 7638, RFC 9126, RFC 9207, RFC 9449, OpenID Connect Core
//! 1.0, FAPI 2.0 Security Profile (Final, February 2025).

mod assertion;
mod challenge;
mod client;
mod discovery;
mod dpop;
mod error;
mod id_token;
mod jwk;
mod jws;
mod moments;
mod parameters;
mod redirect;
mod request;
mod scope;
mod subject;
mod token_request;

pub use assertion::{AssertionError, Audience, ClientAssertion};
pub use challenge::{ChallengeError, CodeChallenge};
pub use client::{Client, ClientAuthentication, ClientFault, ClientId, Profile, SenderConstraint};
pub use discovery::{Endpoints, discovery};
pub use dpop::{DpopError, DpopProof, DpopRequest};
pub use error::{ErrorCode, OAuthError};
pub use id_token::{IdToken, access_token_hash};
pub use jwk::{Jwk, JwkError};
pub use jws::{Compact, JwsError, sign_compact};
pub use moments::Seen;
pub use parameters::{Parameters, decode_basic};
pub use redirect::{RedirectError, RedirectUri};
pub use request::{ANONYMOUS, AuthorizationRequest, Prompt, SIGN};
pub use scope::Scope;
pub use subject::pairwise_subject;
pub use token_request::{Grant, TokenRequest};
