use kernel::Day;
use thiserror::Error;

/// One person to be matched: the number without its check digit, and the date of birth.
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    /// Canonical identity-card number without the check digit.
    pub id_number: String,
    /// Date of birth.
    pub birth: Day,
}

/// One person whose address is to be confirmed.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressQuestion {
    /// Canonical identity-card number without the check digit.
    pub id_number: String,
    /// The address, a line each, as its writer wrote it.
    pub address: Vec<String>,
}

/// What the population register knows. It learns no more than the question, and so do we.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Known under this number and date of birth, and a resident.
    Resident,
    /// Known under this number and date of birth, but not a resident.
    NotResident,
    /// No person has this number with this date of birth.
    Mismatch,
}

/// The register did not answer; the batch is asked again later and nothing is decided.
#[derive(Debug, Error)]
#[error("the population register did not answer: {0}")]
pub struct RegisterUnavailable(pub String);

/// The population register, as the slice needs it. `connectors` implements it over HTTP with mutual TLS.
pub trait PopulationRegister: Send + Sync {
    /// Asks for a batch; answers come in the order of the questions. `basis` is the reference of the consent in the
    /// statement, or of the approval, on which this matching rests (Cap. 486 ss. 30 to 32).
    fn check(&self, basis: &str, questions: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable>;

    /// Whether the register can say where somebody lives. Few can.
    fn confirms_addresses(&self) -> bool {
        false
    }

    /// Whether each person is known at the address, in the order of the questions.
    fn addresses(&self, _basis: &str, _questions: &[AddressQuestion]) -> Result<Vec<bool>, RegisterUnavailable> {
        Err(RegisterUnavailable("it confirms no addresses".to_owned()))
    }
}
