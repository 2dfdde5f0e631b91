//! Activation: an account shows its address by a PIN that came there by post, or by text message when a register knows the address.

use hongkong::{District, half_width};
use kernel::{Day, Environment, Instant, Random, Secret, to_hex};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot};
use serde::{Deserialize, Serialize};

use crate::{Document, DocumentFlaw, IDENTITY, TypedDocument};

/// A PIN is good for so many days after its letter's date.
pub const PIN_DAYS: i32 = 21;
/// So many PINs an account gets at most: the first, and two more for letters that were lost.
pub const PINS_MOST: i64 = 3;
/// An account that nobody activates ends so many days after its last PIN lapsed.
pub const AFTER_DAYS: i32 = 14;
/// So long an account waits for its first letter at most.
pub(crate) const WAIT_DAYS: i32 = 60;
/// The resident is reminded so many days before a PIN lapses.
pub(crate) const REMIND_DAYS: i32 = 5;

/// Through which door a PIN is tried. Each has tries of its own, so that nobody uses up another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Whoever is signed in to the account.
    Own,
    /// Whoever comes with the token of the letter's QR code.
    Letter,
    /// Anybody, with the account's mobile number.
    Open,
}

impl Door {
    /// Tries of one PIN through this door. All doors and PINs together: 75 tries at one hundred million numbers.
    pub const fn most(self) -> i64 {
        match self {
            Self::Own | Self::Letter => 10,
            Self::Open => 5,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Letter => "letter",
            Self::Open => "open",
        }
    }
}

/// How far a PIN has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinState {
    /// The register is asked whether it knows the address.
    Checking,
    /// It waits for a batch of letters.
    Queued,
    /// The letters' font or the sheet cannot take its name or address: an officer must write.
    Unprintable,
    /// Its letter is with the print bureau.
    Printed,
    /// Its letter is in the post.
    Posted,
    /// Its letter came back.
    Returned,
    /// It went by text message.
    Sent,
    /// The account was activated with it.
    Used,
    /// Its time is over.
    Lapsed,
    /// A later one took its place.
    Replaced,
}

impl PinState {
    const ALL: [Self; 10] = [
        Self::Checking,
        Self::Queued,
        Self::Unprintable,
        Self::Printed,
        Self::Posted,
        Self::Returned,
        Self::Sent,
        Self::Used,
        Self::Lapsed,
        Self::Replaced,
    ];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Queued => "queued",
            Self::Unprintable => "unprintable",
            Self::Printed => "printed",
            Self::Posted => "posted",
            Self::Returned => "returned",
            Self::Sent => "sent",
            Self::Used => "used",
            Self::Lapsed => "lapsed",
            Self::Replaced => "replaced",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether the account can be activated with it.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Printed | Self::Posted | Self::Sent)
    }
}

/// A PIN of an account, without what is secret about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The first, the second, …
    pub number: i64,
    /// How far it has come.
    pub state: PinState,
    /// When it was asked for.
    pub asked: Instant,
    /// The last day on which it is good.
    pub lapses: Day,
}

/// An account's activation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// The district of the address, for counts.
    pub district: Option<District>,
    /// When it was asked for.
    pub begun: Instant,
    /// When a PIN was typed.
    pub activated: Option<Instant>,
    /// The day after which an account that nobody activated ends.
    pub ends: Day,
    /// Its PINs, the latest first.
    pub pins: Vec<Pin>,
}

/// What somebody types who wants an account activated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivationDetails {
    /// The name in Latin letters.
    pub name_en: String,
    /// The name in Chinese characters; empty when there is none.
    pub name_zh: String,
    /// What identifies the person.
    pub document: Document,
    /// The lines of the residential address.
    pub address: Vec<String>,
    /// Its district.
    pub district: District,
}

/// Details of an activation as they came from a form.
#[derive(Clone, Debug, Default)]
pub struct TypedActivation<'a> {
    /// The name in Latin letters.
    pub name_en: &'a str,
    /// The name in Chinese characters.
    pub name_zh: &'a str,
    /// What identifies the person.
    pub document: TypedDocument<'a>,
    /// The address, a line each.
    pub address: &'a str,
    /// The code of the district.
    pub district: &'a str,
}

/// What is wrong with the details of an activation, by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActivationFlaw {
    /// The name in Latin letters is missing or too long.
    NameEn,
    /// The name in Chinese characters is too long.
    NameZh,
    /// The document.
    Document(DocumentFlaw),
    /// The address is missing, has too many lines, or one is too long for an envelope's window.
    Address,
    /// No district was chosen.
    District,
}

const NAME_MOST: usize = 60;
/// Lines of an address, and characters of a line: what an envelope's window takes.
const LINES_MOST: usize = 5;
const LINE_MOST: usize = 60;

impl ActivationDetails {
    /// Reads a form; everything that is wrong is named at once.
    pub fn parse(typed: &TypedActivation<'_>, today: Day, environment: Environment) -> Result<Self, Vec<ActivationFlaw>> {
        let mut flaws = Vec::new();
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (name_en, name_zh) = (one_line(typed.name_en), one_line(typed.name_zh));
        let document = Document::parse(&typed.document, today, environment);
        let address: Vec<_> = typed.address.lines().map(one_line).filter(|line| !line.is_empty()).collect();
        let district = District::ALL.into_iter().find(|one| one.code() == typed.district);
        let odd = |text: &str, most| text.chars().count() > most || text.chars().any(char::is_control);
        let mut check = |wrong: bool, flaw| flaws.extend(wrong.then_some(flaw));
        check(name_en.is_empty() || odd(&name_en, NAME_MOST), ActivationFlaw::NameEn);
        check(odd(&name_zh, NAME_MOST), ActivationFlaw::NameZh);
        let long = address.len() > LINES_MOST || address.iter().any(|line| odd(line, LINE_MOST));
        check(address.is_empty() || long, ActivationFlaw::Address);
        check(district.is_none(), ActivationFlaw::District);
        match (document, district) {
            (Ok(document), Some(district)) if flaws.is_empty() => Ok(Self { name_en, name_zh, document, address, district }),
            (document, _) => {
                flaws.extend(document.err().unwrap_or_default().into_iter().map(ActivationFlaw::Document));
                flaws.sort_unstable();
                Err(flaws)
            }
        }
    }
}

/// Eight digits, more than 26 bits, made before the transaction: digits are what everybody can read and type on any telephone.
pub(crate) fn new_pin(random: &dyn Random) -> Secret<String> {
    Secret::new(format!("{:08}", random.below(100_000_000)))
}

/// What the store keeps of a PIN, however it was typed.
pub(crate) fn pin_hash(keys: &Keyring, salt: &[u8], typed: &str) -> [u8; 32] {
    let digits: String = half_width(typed).chars().filter(char::is_ascii_digit).collect();
    keys.prf("activation-pin", format!("{}:{digits}", to_hex(salt)).as_bytes())
}

/// What the store keeps of a letter's token.
pub(crate) fn token_hash(keys: &Keyring, token: &str) -> [u8; 32] {
    keys.prf("activation-token", token.as_bytes())
}

/// What a letter needs, sealed from the form to the batch and forgotten then: afterwards a PIN exists on paper only.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct LetterCargo {
    pub(crate) pin: String,
    pub(crate) token: String,
    pub(crate) name: Vec<String>,
    pub(crate) address: Vec<String>,
    /// The number of the identity card, for the register.
    pub(crate) card: Option<String>,
}

/// [`LetterCargo`] as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct SealedCargo {
    pub(crate) slot: Slot,
    pub(crate) sealed: Sealed,
}

impl SealedCargo {
    /// Seals what a letter needs until its account would end.
    pub(crate) fn seal(keys: &Keyring, today: Day, cargo: &LetterCargo) -> Result<Self, SealError> {
        let plain = serde_json::to_vec(cargo).map_err(|_| SealError::Broken)?;
        let slot = cargo_slot(keys.next_record()?, today.plus(WAIT_DAYS))?;
        Ok(Self { sealed: keys.seal(&slot, &plain)?, slot })
    }
}

pub(crate) fn cargo_slot(record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(IDENTITY)?, record, person: 0, group: CARGO_GROUP, schema: 1, expiry })
}

/// Its field group, for ever; attributes have the numbers below.
const CARGO_GROUP: u8 = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::SeededRandom;

    fn typed() -> TypedActivation<'static> {
        TypedActivation {
            name_en: " CHAN  Tai Man ",
            name_zh: "陳大文",
            document: TypedDocument { kind: "travel-document", number: "Q1234567", issued: ["1", "7", "2018"] },
            address: "Flat B, 12/F\r\n\r\n 深水\u{E88C}  𨋢里 3 號 \r\n",
            district: "SSP",
        }
    }

    fn parse(typed: &TypedActivation<'_>) -> Result<ActivationDetails, Vec<ActivationFlaw>> {
        ActivationDetails::parse(typed, "2022-01-02".parse().unwrap(), Environment::Demo)
    }

    #[test]
    fn details_are_read_and_rare_characters_stay_as_they_were_typed() {
        let read = parse(&typed()).unwrap();
        assert_eq!((read.name_en.as_str(), read.district), ("CHAN Tai Man", District::ShamShuiPo));
        assert_eq!(read.address, ["Flat B, 12/F", "深水\u{E88C} 𨋢里 3 號"]);
    }

    #[test]
    fn everything_that_is_wrong_is_named() {
        let nothing = parse(&TypedActivation::default()).unwrap_err();
        assert_eq!(nothing.first(), Some(&ActivationFlaw::NameEn));
        assert!(nothing.contains(&ActivationFlaw::Document(DocumentFlaw::Kind)));
        assert!(nothing.ends_with(&[ActivationFlaw::Address, ActivationFlaw::District]));
        let long = "x\n".repeat(6);
        assert_eq!(parse(&TypedActivation { address: &long, ..typed() }), Err(vec![ActivationFlaw::Address]));
    }

    #[test]
    fn pins_have_eight_digits_of_more_than_twenty_bits() {
        let random = SeededRandom::new(4);
        let pins: Vec<_> = (0..2_000).map(|_| new_pin(&random).into_exposed()).collect();
        assert!(pins.iter().all(|pin| pin.len() == 8 && pin.chars().all(|c| c.is_ascii_digit())));
        for digit in '0'..='9' {
            let seen = pins.iter().flat_map(|pin| pin.chars()).filter(|one| *one == digit).count();
            assert!((1_450..1_750).contains(&seen), "{digit}: {seen} of 16,000");
        }
    }
}
