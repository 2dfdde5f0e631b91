//! The identity provider's endpoints on this machine, for OpenID clients that nobody here wrote.
//!
//! A [`Host`] serves `api::connect_routes` over TLS with an authority made for it alone, and beside them the one thing that no
//! real provider may have: a sign-in that a script can do. It chooses one of nine synthetic residents and answers through the
//! verbs that the pages use (`provider::asked`, `allow`, `deny`). The product does not use this crate, so no build of it can
//! hold that sign-in. `openid-host` is the same as a program, for the OpenID Foundation's suite.

mod authorise;
mod desk;
mod door;
mod foreign;
mod host;
mod services;
mod wall;

pub use foreign::{javascript, python};
pub use host::{Host, HostError, Options};
pub use services::{KEY_ID, Service};
