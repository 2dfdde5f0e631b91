//! An external verifier of identities: the client, and a simulator of the other end. Nothing here compares anything.

mod client;
mod simulator;
#[cfg(test)]
mod traps;
mod wire;

pub use client::{HttpIdentityVerifier, VerifierConfig};
pub use simulator::{Said, Shown, verifier_simulator};
