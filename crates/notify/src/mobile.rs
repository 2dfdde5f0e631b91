use hongkong::Phone;
use kernel::{Fault, Kind};

/// A telephone that can take a text message: a Hong Kong mobile. Messages elsewhere are never paid for, so that nobody can run up
/// a bill with numbers abroad (artificially inflated traffic).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mobile(Phone);

/// The telephone cannot take text messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this telephone number is not a Hong Kong mobile number")]
pub struct NotMobile;

impl Fault for NotMobile {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

impl Mobile {
    /// The number as a carrier wants it: `+85291234567`.
    pub fn e164(&self) -> String {
        self.0.e164()
    }

    /// The telephone.
    pub const fn phone(&self) -> Phone {
        self.0
    }
}

impl TryFrom<Phone> for Mobile {
    type Error = NotMobile;

    fn try_from(phone: Phone) -> Result<Self, NotMobile> {
        if phone.is_mobile() { Ok(Self(phone)) } else { Err(NotMobile) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_mobile_takes_messages() {
        assert!(Mobile::try_from(Phone::parse("9123 4567").unwrap()).is_ok());
        for other in ["2123 4567", "7201 2345", "8123 4567"] {
            assert_eq!(Mobile::try_from(Phone::parse(other).unwrap()), Err(NotMobile), "{other}");
        }
    }
}
