//! Hong Kong's rules and places.
//!
//! What is particular to this city and to no other stands here: identity-card numbers, the telephone plan, districts,
//! addresses and the gazetteer that finds them, free-form addresses, general holidays, office hours, and the parts of
//! names of its synthetic residents. Another jurisdiction would be a sibling crate. There is no I/O: texts come in,
//! values go out, and the tables are compiled in (`data/README.md` says where each comes from).

mod address;
mod date_of_birth;
mod district;
mod fold;
mod freeform;
mod gazetteer;
mod geojson;
mod holidays;
mod id_number;
mod import;
mod mtr;
pub mod names;
mod noise;
mod office_hours;
mod phone;
mod premises;
mod tsv;

pub use address::{Unit, format_line, format_lines};
pub use date_of_birth::{DateOfBirth, DateOfBirthError};
pub use district::{District, Region};
pub use fold::{drawn_as, half_width, search_form};
pub use freeform::{FreeForm, parse_freeform};
pub use gazetteer::{Gazetteer, Hit, Resolution, scaled};
pub use geojson::import_geojson;
pub use holidays::{Coverage, DayKind, day_kind, holiday_coverage, holiday_name, is_general_holiday};
pub use id_number::{IdNumber, IdNumberError};
pub use import::ImportError;
pub use mtr::MtrStation;
pub use office_hours::{Hours, OfficeHours, Opening};
pub use phone::{Phone, PhoneError, PhoneKind};
pub use premises::{Block, Grid, Name, Numbered, Phase, Premises};
pub use tsv::import_tsv;

/// The credit that DATA.GOV.HK's terms of use require wherever its addresses are shown.
pub const CREDIT: &str = "Contains information from the Address Lookup Service and other datasets on DATA.GOV.HK, owned by the Government of the HKSAR.";

/// The addresses that come with the crate, as [`import_tsv`] reads them: 6,280 real premises of three districts, for the
/// demo city and for tests.
pub const SAMPLE_ADDRESSES: &str = include_str!("../data/als-addresses.tsv");

/// [`SAMPLE_ADDRESSES`], read.
pub fn shipped_premises() -> Result<Vec<Premises>, ImportError> {
    import_tsv(SAMPLE_ADDRESSES)
}
