use kernel::{Id, Random, kinds};
use seal::Keyring;

/// Six digits.
pub(crate) fn new(random: &dyn Random) -> String {
    format!("{:06}", random.below(1_000_000))
}

/// What the store keeps of a code, however it was typed: full-width digits and spaces are the same code.
pub(crate) fn hash(keys: &Keyring, enrolment: Id<kinds::Enrolment>, typed: &str) -> [u8; 32] {
    let digits: String = hongkong::half_width(typed).chars().filter(char::is_ascii_digit).collect();
    keys.prf("enrolment-code", format!("{enrolment}:{digits}").as_bytes())
}
