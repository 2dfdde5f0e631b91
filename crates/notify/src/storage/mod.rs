//! Every SQL text of this slice.

mod count;
pub(crate) mod mail;
mod message;

pub(crate) use count::{
    add, delete_tallies_until, folded, last_tally_of, tallies, tallies_until, tally, tally_given_up,
};
pub(crate) use message::{
    Claimed, Stored, claim, delete_expired, delete_of_days, delete_of_record, due_at, insert, letters_to_post,
    newest, of_household, one, release, retry, sealed_of, settle,
};
