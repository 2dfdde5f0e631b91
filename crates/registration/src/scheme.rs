//! What a scheme is: its definition, its collection statement, its window.
//!
//! A [`Definition`] is what a department writes, a TOML file that the staff pages edit too. [`Scheme::compile`] turns it
//! into a [`Scheme`] or lists every [`Flaw`]: a field without a purpose and an end does not compile, nor does a
//! statement with a part of PDPO data protection principle 1(3) missing. Pure: no clock, no storage, no I/O.

mod changes;
mod checks;
mod clause;
mod compiled;
mod definition;
mod deviations;
mod digest;
mod field;
mod flaw;
mod operation;
mod parts;
mod pieces;
mod statement;
mod table;
mod wording;

pub use changes::{Change, changes};
pub use clause::Clause;
pub use compiled::{GroupRule, Scheme};
pub use definition::{Definition, DefinitionError};
pub use deviations::{Deviation, deviations};
pub use field::{Field, FieldGroup, FieldKind, Who};
pub use flaw::Flaw;
pub use operation::Operation;
pub use parts::{ClausePart, Item, ItemsPart, OfficerPart, PurposesPart, Statement};
pub use pieces::{
    Admission, Bulletins, Courier, Delivery, Eligibility, HouseholdRule, Matching, PurposeRule, Statistics, Window,
};
pub use statement::StatementPart;
pub use table::DataRow;

#[cfg(test)]
mod story;
