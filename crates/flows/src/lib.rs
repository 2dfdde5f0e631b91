//! Acts that span slices.
//!
//! A [`Platform`] is the whole: its own ledger (departments, officers, the gate, the directory of schemes) and every
//! [`Service`] that has one of its own. [`Platform::refresh`] asks the gate which services are in force; the faces route to
//! nothing else, so what is not through the gate does not exist. [`work_round`] does the slow work of every service, and
//! [`end_service`] destroys one whose last day has passed, with a certificate.

mod end_service;
mod keep_watch;
mod open_platform;
mod platform;
mod service;
mod submit_household;
mod watch_openings;
mod watch_rights;
mod work_round;

pub use end_service::{EndError, end_service};
pub use keep_watch::keep_watch;
pub use open_platform::{PlatformError, PlatformParts};
pub use platform::Platform;
pub use service::Service;
pub use submit_household::{Acknowledged, Submit, SubmitError, rules, submit_household};
pub use work_round::{Ports, Round, StepError, work_round};
