//! Pages for officers: schemes, the launch gate, the desk, delivery, evidence.
//!
//! [`ROUTES`] is the table of contents: every address, who may use it, and the function that answers. The router is built
//! from it and from nothing else, so the test that attacks every route cannot miss one. A page gets a `Desk` (who asks,
//! what was sent, the platform) and runs on a blocking thread; it asks `people` for the right to exactly its action and
//! hands the grant on to the verb. Nothing here decides what is allowed.

mod access_review;
mod alerts;
mod approval;
mod bulletins;
mod certificate;
mod charter;
mod close;
mod connect_form;
mod connect_list;
mod connect_read;
mod connect_service;
mod connect_sheet;
mod contract;
mod contract_change;
mod contractor;
mod contractor_form;
mod contractors;
mod counter;
mod cookies;
mod dashboard;
mod definition;
mod delivery;
mod desk;
mod erase;
mod erase_day;
mod erasure;
mod evidence;
mod exceptions;
mod field;
mod field_form;
mod field_queue;
mod field_queue_part;
mod gate;
mod gate_record;
mod gate_sign;
mod gated;
mod hand_over;
mod home;
mod incidents;
mod inventory;
mod invitation;
mod kept;
mod lease;
mod lease_change;
mod lease_give;
mod lease_pursue;
mod letters;
mod messages;
mod mistakes;
mod officer;
mod officers;
mod operate;
mod passkey_name;
mod passkeys;
mod proofing;
mod record;
mod recover;
mod register;
mod register_form;
mod request;
mod requests;
mod resolve;
mod results;
mod routes;
mod scheme_page;
mod schemes;
mod session;
mod shown;
mod sign_in;
mod state;
mod station_day;
mod station_form;
mod stations;
mod test_results;
mod uploads;
mod version;
mod words;

pub use routes::{Guard, ROUTES, Route, Verb, routes};
pub use state::{StaffState, layout};
pub use uploads::Uploads;
