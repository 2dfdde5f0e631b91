//! The verifier against documents written here from `docs/formats.md`, whole and tampered with.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop at the first surprise")]

mod certificates;
mod checkpoints;
mod closures;
mod command_line;
mod own;
mod receipts;
mod writer;
