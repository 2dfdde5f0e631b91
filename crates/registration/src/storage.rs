//! Every SQL text of the slice, a file for each table.

pub(crate) mod code;
pub(crate) mod counter;
pub(crate) mod directory;
pub(crate) mod erasure;
pub(crate) mod export;
pub(crate) mod household;
pub(crate) mod index;
pub(crate) mod leased;
pub(crate) mod paper;
pub(crate) mod patience;
pub(crate) mod state;
pub(crate) mod submission;
