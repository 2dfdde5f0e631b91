//! The proofing of a resident's identity: somebody compares a person with an identity document, once. What is compared is the
//! [`crate::Evidence`]; what stands here is how far it has come, and holds nothing personal.

use hongkong::{DateOfBirth, IdNumber};
use kernel::{Day, Environment, Id, Instant, Secret, kinds};
use serde::{Deserialize, Serialize};

use crate::{AttributeName, VerifierSays};

/// So long somebody may take to type details and take photos before what was sent is destroyed.
pub const DRAFT_MINUTES: i64 = 60;
/// So long evidence lives at most once it was sent, verdict or not.
pub const EVIDENCE_HOURS: i64 = 48;

/// How far a proofing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofState {
    /// Details are there, photos perhaps.
    Draft,
    /// Everything was sent; an officer is to look.
    Waiting,
    /// The identity was verified.
    Verified,
    /// It was not.
    Refused,
    /// Nobody decided in time.
    TimedOut,
    /// The program stopped, and the keys of the evidence with it.
    Lost,
    /// The resident took it back.
    Withdrawn,
}

impl ProofState {
    const ALL: [Self; 7] =
        [Self::Draft, Self::Waiting, Self::Verified, Self::Refused, Self::TimedOut, Self::Lost, Self::Withdrawn];

    /// Its name in tables, receipts and the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Waiting => "waiting",
            Self::Verified => "verified",
            Self::Refused => "refused",
            Self::TimedOut => "timed-out",
            Self::Lost => "lost",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether there can be evidence.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Waiting)
    }
}

/// Where somebody is proofed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// On the resident's own device.
    Phone,
    /// At a public terminal.
    Kiosk,
    /// At a counter, face to face.
    Counter,
}

impl Channel {
    const ALL: [Self; 3] = [Self::Phone, Self::Kiosk, Self::Counter];

    /// Its name in tables and the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Kiosk => "kiosk",
            Self::Counter => "counter",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Why an identity was not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A photo cannot be read.
    PhotoUnclear,
    /// What was typed is not what the card says.
    DetailsDiffer,
    /// The document is none that counts.
    DocumentNotAccepted,
    /// The photos do not show the same person.
    PersonDiffers,
    /// The population register says something else.
    RegisterDiffers,
    /// The person has another account.
    HasAccount,
    /// The account that is asked back is not this person's, or there is none. Nobody chooses this: it is looked up when an officer has
    /// found that everything else agrees.
    Unmatched,
}

impl Refusal {
    /// Every reason that somebody chooses, in the order in which officers are shown them.
    pub const ALL: [Self; 6] = [
        Self::PhotoUnclear,
        Self::DetailsDiffer,
        Self::DocumentNotAccepted,
        Self::PersonDiffers,
        Self::RegisterDiffers,
        Self::HasAccount,
    ];

    /// Its name in tables, forms and the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PhotoUnclear => "photo-unclear",
            Self::DetailsDiffer => "details-differ",
            Self::DocumentNotAccepted => "document-not-accepted",
            Self::PersonDiffers => "person-differs",
            Self::RegisterDiffers => "register-differs",
            Self::HasAccount => "has-account",
            Self::Unmatched => "unmatched",
        }
    }

    /// The reason of a name, if it is one that somebody chooses.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    pub(crate) fn stored(name: &str) -> Option<Self> {
        Self::from_name(name).or((name == Self::Unmatched.name()).then_some(Self::Unmatched))
    }

    /// Whether the resident is told it. The others would tell a stranger with somebody's card what the register and the accounts say.
    pub const fn is_told(self) -> bool {
        matches!(self, Self::PhotoUnclear | Self::DetailsDiffer | Self::DocumentNotAccepted)
    }
}

/// What the population register says of the number and the date of birth that were typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterSays {
    /// It was not asked yet, or does not answer.
    Nothing,
    /// They are a resident's.
    Agrees,
    /// They are not.
    Differs,
}

impl RegisterSays {
    const ALL: [Self; 3] = [Self::Nothing, Self::Agrees, Self::Differs];

    /// Its name in tables and the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Agrees => "agrees",
            Self::Differs => "differs",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// A piece of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// What was typed.
    Details,
    /// The photo of the identity document.
    Document,
    /// The photo of the person.
    Selfie,
}

impl Piece {
    /// All of them, in the order in which they are sent.
    pub const ALL: [Self; 3] = [Self::Details, Self::Document, Self::Selfie];

    /// Its name in files, receipts and forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Details => "details",
            Self::Document => "document",
            Self::Selfie => "selfie",
        }
    }

    /// The piece of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// A proofing, without what is compared.
#[derive(Clone, Debug)]
pub struct Proofing {
    /// Its id.
    pub id: Id<kinds::Proofing>,
    /// Whose account becomes verified. While somebody asks for an account back, it is nobody's: the recovery's own id stands here.
    pub account: Id<kinds::Account>,
    /// The recovery that it is for, where somebody without a way in asks for an account back: nothing becomes verified then, and it takes
    /// two officers.
    pub recovery: Option<Id<kinds::Recovery>>,
    /// How far it has come.
    pub state: ProofState,
    /// Where.
    pub channel: Channel,
    /// When it began.
    pub begun: Instant,
    /// When the evidence dies, verdict or not.
    pub deadline: Instant,
    /// When everything was sent.
    pub sent: Option<Instant>,
    /// What the population register says.
    pub register: RegisterSays,
    /// What an external verifier says.
    pub verifier: VerifierSays,
    /// How often it was shown to it.
    pub(crate) verifier_asked: i64,
    /// Who took it last.
    pub officer: Option<Id<kinds::Officer>>,
    /// The first of two officers, who found that everything agrees.
    pub agreed_by: Option<Id<kinds::Officer>>,
    /// When it ended.
    pub decided: Option<Instant>,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
    /// When the key of the evidence was destroyed.
    pub destroyed: Option<Instant>,
    /// What was sent, and SHA-256 of the ciphertext of each.
    pub pieces: Vec<(Piece, [u8; 32])>,
    /// The run of the program that holds the key.
    pub(crate) boot: [u8; 16],
    pub(crate) key_id: [u8; 16],
}

impl Proofing {
    /// Whether a piece was sent.
    pub fn has(&self, piece: Piece) -> bool {
        self.pieces.iter().any(|(one, _)| *one == piece)
    }

    /// The first piece that was not sent yet.
    pub fn missing(&self) -> Option<Piece> {
        Piece::ALL.into_iter().find(|piece| !self.has(*piece))
    }
}

/// What a resident types to be proofed. It is compared with the document and becomes the account's attributes if it agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The name in Latin letters, as on the card.
    pub name_en: String,
    /// The name in Chinese characters; empty when the card has none.
    pub name_zh: String,
    /// The number of the card.
    pub number: IdNumber,
    /// The date of birth.
    pub birth: DateOfBirth,
    /// The sex that the card states.
    pub sex: Sex,
    /// The date of issue that the card states.
    pub issued: Day,
    /// The residential address, which no card states; empty where it is not asked for.
    pub address: String,
}

/// The sex that a card states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// F, 女.
    Female,
    /// M, 男.
    Male,
}

impl Sex {
    /// Its name in forms and tokens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }

    /// The sex of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Female, Self::Male].into_iter().find(|one| one.name() == name)
    }
}

/// What is wrong with details, by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DetailFlaw {
    /// The name in Latin letters is missing or too long.
    NameEn,
    /// The name in Chinese characters is too long.
    NameZh,
    /// The number is none, or its check digit does not fit.
    Number,
    /// The number could be a real person's, and this is no live system.
    RealNumber,
    /// The date of birth is none.
    Birth,
    /// The sex was not chosen.
    Sex,
    /// The date of issue is none, or in the future.
    Issued,
    /// The address is missing or too long.
    Address,
}

/// Details as they came from a form.
#[derive(Clone, Debug, Default)]
pub struct TypedDetails<'a> {
    /// The name in Latin letters.
    pub name_en: &'a str,
    /// The name in Chinese characters.
    pub name_zh: &'a str,
    /// The number of the card.
    pub number: &'a str,
    /// Day, month and year of birth.
    pub birth: [&'a str; 3],
    /// The sex.
    pub sex: &'a str,
    /// Day, month and year of issue.
    pub issued: [&'a str; 3],
    /// The address.
    pub address: &'a str,
}

const NAME_MOST: usize = 80;
const ADDRESS_MOST: usize = 300;

impl Details {
    /// Reads a form; everything that is wrong is named at once. Outside a live system only numbers that belong to nobody are taken.
    pub fn parse(typed: &TypedDetails<'_>, today: Day, environment: Environment) -> Result<Self, Vec<DetailFlaw>> {
        let address = joined(typed.address);
        let wrong = address.is_empty() || address.chars().count() > ADDRESS_MOST;
        match Self::parse_card(typed, today, environment) {
            Ok(details) if !wrong => Ok(Self { address, ..details }),
            read => Err(read.err().unwrap_or_default().into_iter().chain(wrong.then_some(DetailFlaw::Address)).collect()),
        }
    }

    /// Reads what a card says, and no address: that is not asked of whoever only wants an account back.
    pub fn parse_card(typed: &TypedDetails<'_>, today: Day, environment: Environment) -> Result<Self, Vec<DetailFlaw>> {
        let mut flaws = Vec::new();
        let (name_en, name_zh) = (joined(typed.name_en), joined(typed.name_zh));
        let mut check = |wrong: bool, flaw| flaws.extend(wrong.then_some(flaw));
        check(name_en.is_empty() || name_en.chars().count() > NAME_MOST, DetailFlaw::NameEn);
        check(name_zh.chars().count() > NAME_MOST, DetailFlaw::NameZh);
        let number = IdNumber::parse(typed.number).ok();
        let (synthetic, only) = (number.is_some_and(|number| number.is_synthetic()), environment.synthetic_only());
        check(number.is_none() || synthetic && !only, DetailFlaw::Number);
        check(number.is_some() && !synthetic && only, DetailFlaw::RealNumber);
        let [day, month, year] = typed.birth;
        let birth = DateOfBirth::parse(day, month, year, today).ok();
        check(birth.is_none(), DetailFlaw::Birth);
        let sex = Sex::from_name(typed.sex);
        check(sex.is_none(), DetailFlaw::Sex);
        let [day, month, year] = typed.issued;
        let issued = DateOfBirth::parse(day, month, year, today).ok().map(Day::from);
        check(issued.is_none() || issued < birth.map(Day::from), DetailFlaw::Issued);
        match (number, birth, sex, issued) {
            (Some(number), Some(birth), Some(sex), Some(issued)) if flaws.is_empty() => {
                Ok(Self { name_en, name_zh, number, birth, sex, issued, address: String::new() })
            }
            _ => Err(flaws),
        }
    }

    /// What is kept of them once they are verified. The date of issue served the comparison and is not kept.
    pub(crate) fn attributes(&self) -> Vec<(AttributeName, Secret<String>)> {
        let all = [
            (AttributeName::NameEn, self.name_en.clone()),
            (AttributeName::NameZh, self.name_zh.clone()),
            (AttributeName::IdentityNumber, self.number.formatted()),
            (AttributeName::DateOfBirth, self.birth.day().to_string()),
            (AttributeName::Sex, self.sex.name().to_owned()),
            (AttributeName::Address, self.address.clone()),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, Secret::new(value))).collect()
    }

    pub(crate) fn write(&self) -> Option<Vec<u8>> {
        let plain = Plain {
            name_en: self.name_en.clone(),
            name_zh: self.name_zh.clone(),
            number: self.number.number().to_owned(),
            birth: self.birth.day(),
            sex: self.sex,
            issued: self.issued,
            address: self.address.clone(),
        };
        serde_json::to_vec(&plain).ok()
    }

    pub(crate) fn read(bytes: &[u8], today: Day) -> Option<Self> {
        let plain: Plain = serde_json::from_slice(bytes).ok()?;
        Some(Self {
            number: IdNumber::from_number(&plain.number).ok()?,
            birth: DateOfBirth::parse_iso(&plain.birth.to_string(), today).ok()?,
            name_en: plain.name_en,
            name_zh: plain.name_zh,
            sex: plain.sex,
            issued: plain.issued,
            address: plain.address,
        })
    }
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Serialize, Deserialize)]
struct Plain {
    name_en: String,
    name_zh: String,
    number: String,
    birth: Day,
    sex: Sex,
    issued: Day,
    address: String,
}
