//! Warnings and guides: written once in three languages, for departments and for everybody.
//!
//! An [`Advisory`] says one thing to departments and, when it is for others too, another to them. Departments confirm that they have
//! read it and say what it means for them ([`confirm_advisory`]). One that is out is corrected ([`revise_advisory`]); the old text stays
//! readable. Whoever subscribes gives a mail address, sealed, and confirms
//! it by a link ([`ask_subscription`], [`settle_subscription`]); the same link ends the subscription. [`atom_feed`] is for programs.

mod advisory;
mod confirm_advisory;
mod feed;
mod publish_advisory;
#[cfg(test)]
mod rehearsal;
mod revise_advisory;
mod storage;
mod subscriber;
mod subscription;

use store::Migration;

pub use advisory::{Advisory, AdvisoryError, AdvisoryKind, Audience, Impact, Receipt, Revision};
pub use confirm_advisory::{confirm_advisory, receipts};
pub use feed::atom_feed;
pub use publish_advisory::{PublishAdvisory, advisories, advisory, public_advisories, publish_advisory, withdraw_advisory};
pub use revise_advisory::{ReviseAdvisory, revise_advisory, revisions};
pub use subscriber::{
    SealedAddress, SubscriberError, SubscriberId, SubscriptionToken, prepare_keys, seal_address, subscription_token,
};
pub use subscription::{
    Act, ToSubscribers, address_for_mail, ask_subscription, claim_advisories_to_tell, is_to_tell, purge_subscribers, settle_subscription,
    subscription,
};

/// The tables of this slice, in the platform's store.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "advisories/0001_advisories", sql: include_str!("../migrations/0001_advisories.sql") },
    Migration { name: "advisories/0002_revisions", sql: include_str!("../migrations/0002_revisions.sql") },
];
