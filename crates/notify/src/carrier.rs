use kernel::Secret;

/// A message on its way out, in clear. It exists only after its opening is on record.
#[derive(Debug)]
pub struct Outgoing {
    /// The mobile, such as `+85291234567`.
    pub to: Secret<String>,
    /// What it says.
    pub text: Secret<String>,
    /// The same for every attempt at the same message: a carrier that has seen it sends nothing twice.
    pub idempotency: String,
}

/// The carrier has accepted the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent;

/// Why a carrier did not accept a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// It may accept it later: no answer, overload, a fault of its own.
    #[error("the carrier could not be reached or is busy: {0}")]
    Later(String),
    /// It will never accept it.
    #[error("the carrier refuses the message: {0}")]
    Refused(String),
}

/// Whoever carries text messages. The port of this slice; `connectors` has the real one.
pub trait Carrier: Send + Sync {
    /// Hands over one message; returns when the carrier has taken it.
    fn send(&self, message: &Outgoing) -> Result<Sent, CarrierError>;

    /// Nothing is to be sent for the moment: whatever still holds the last message may be let go.
    fn rest(&self) {}
}
