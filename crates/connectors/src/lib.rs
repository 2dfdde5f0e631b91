//! What slices ask the outside world for, as real clients, and the outside world's other end for demonstrations.
//!
//! A slice declares a port, a small trait; here stand the clients that implement it: [`HttpPopulationRegister`] over HTTPS
//! with certificates on both sides, [`SmsHttpGateway`] over a plain HTTP route, [`SmtpServer`] for mail, [`VoiceHttpGateway`] for telephone calls, [`Clamd`] for files,
//! [`HttpIdentityVerifier`] for identities that somebody else compares. A demonstration has no population register,
//! so [`register_simulator`] is one: a real server, asked over the same mutual TLS, that answers from a synthetic
//! population ([`synthetic`]). The binary joins them.

mod clamd;
mod gateway;
mod http;
mod line;
mod logout;
mod mail;
mod pki;
mod poppler;
mod probe;
mod register;
mod simulated;
mod sms;
pub mod synthetic;
mod timestamps;
mod verifier;
mod voice;

pub use clamd::{Clamd, ClamdAddress, ClamdConfig, ClamdVersion, NotAClamdAddress};
pub use gateway::GatewayConfig;
pub use http::ConnectorError;
pub use logout::{LogoutCaller, ServicesAt};
pub use mail::{DemoMail, MailConfig, MailUrl, NotAMailUrl, SmtpServer};
pub use pki::{PkiError, TestPki, make_test_pki};
pub use poppler::Poppler;
pub use timestamps::HttpTimestamps;
pub use probe::{Manner, ProbeConfig, ProberError, WebProber};
pub use register::{HttpPopulationRegister, PopulationTable, RegisterConfig, register_simulator};
pub use simulated::SimulatorError;
pub use sms::{DemoCarrier, SmsHttpGateway};
pub use verifier::{HttpIdentityVerifier, Said, Shown, VerifierConfig, verifier_simulator};
pub use voice::{DemoInbox, DemoPage, VoiceHttpGateway};
