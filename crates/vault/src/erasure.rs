//! Erasure before the time: ordered in the database, then written into the erasure ledger and punctured by `seal`, then the
//! rows go, then the roots are rolled and a certificate says so. Each step is finished after a crash from what the step before
//! left behind.

mod apply;
mod commitment;
mod order;
pub(crate) mod target;

pub use apply::{applied, apply_erasures, forget_record, reasons_of, set_applied};
pub use commitment::{Committing, commit, opening_file, read_opening};
pub use order::{
    Cause, EraseOrder, ErasureRow, ErasureState, certificate_of, keep_certificate, note_certified,
    note_erased, open_erasures, order_erasure, reopen_erasures, targets_of,
};
