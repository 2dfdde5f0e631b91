use hongkong::Phone;
use journal::{Event, Work};
use kernel::{Day, Fault, Id, Instant, Kind, Language, Random, Secret, from_hex, kinds, to_hex};
use notify::{Content, Mobile, QueueError, QueueMessage, Template};
use seal::{Keyring, SealError};
use serde::{Deserialize, Serialize};
use store::StoreError;

use crate::account::mobile_tag;
use crate::budget::Payer;
use crate::storage::enrolment::EnrolmentRow;
use crate::{KnownDevice, budget, code, storage};

/// A code is good for so many minutes, and so long lasts what follows it.
pub const CODE_MINUTES: u16 = 15;
/// One for somebody without a way in is good for fewer.
const ERRAND_MINUTES: u16 = 10;

/// What a code is asked for. It travels with the code, so that one cannot be used for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeFor {
    /// Making an account.
    SignUp,
    /// Signing in with a password.
    SignIn,
    /// Getting an account back.
    Recovery,
    /// Getting an account back whose number is lost: the code goes to the number that it is to have.
    WayBack,
    /// Cancelling an account that was never activated.
    Cancel,
    /// Choosing a new password for one that was forgotten.
    NewPassword,
}

impl CodeFor {
    /// How long the code is good for. Ten minutes where it stands for the whole account (NIST SP 800-63B-4, section 4.2.1.2).
    pub const fn minutes(self) -> u16 {
        match self {
            Self::SignUp | Self::SignIn | Self::Recovery | Self::WayBack => CODE_MINUTES,
            Self::Cancel | Self::NewPassword => ERRAND_MINUTES,
        }
    }
}

/// Who asks for a code, and for what.
#[derive(Clone, Copy, Debug)]
pub struct AskCode<'a> {
    /// What for.
    pub aim: CodeFor,
    /// Where the code goes.
    pub mobile: Mobile,
    /// In which language.
    pub language: Language,
    /// The address from which it is asked for.
    pub network: &'a str,
    /// The host to which browsers bind the code.
    pub host: &'a str,
    /// The device, if it proved itself before.
    pub device: Option<&'a KnownDevice>,
}

/// What somebody who is signing up (or in with a password) carries from page to page, sealed: a number is stored nowhere before
/// there is an account.
#[derive(Clone, Debug)]
pub struct Ticket {
    pub(crate) aim: CodeFor,
    pub(crate) enrolment: Id<kinds::Enrolment>,
    pub(crate) mobile: Mobile,
    /// The tag of the document that was typed with the number, where one was.
    pub(crate) document: Option<[u8; 32]>,
}

/// Everything that sealing has to do before the transaction.
#[derive(Clone, Debug)]
pub struct NewEnrolment {
    row: EnrolmentRow,
    payer: Payer,
    message: notify::Prepared,
}

/// Why no code goes out.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// Too many were asked for: for this number, from this network, or altogether.
    #[error("too many codes were asked for; try again later")]
    Often,
    /// The message.
    #[error(transparent)]
    Message(#[from] QueueError),
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for BeginError {
    fn kind(&self) -> Kind {
        match self {
            Self::Often => Kind::Busy,
            Self::Message(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Makes the code and its message for a number, whether it has an account or not: nothing is looked up.
pub fn prepare_enrolment(
    keys: &Keyring,
    random: &dyn Random,
    now: Instant,
    asked: AskCode<'_>,
) -> Result<(Ticket, NewEnrolment), BeginError> {
    let AskCode { aim, mobile, language, network, host, device } = asked;
    let id: Id<kinds::Enrolment> = Id::new(now, random);
    let code = code::new(random);
    let minutes = aim.minutes();
    let expires = now.plus_secs(i64::from(minutes) * 60);
    let template = Template::StatusCode { code: code.clone(), host: host.to_owned(), minutes };
    let message = QueueMessage {
        key: format!("enrolment:{id}"),
        household: None,
        language,
        content: Content::Sms { to: mobile, template },
        due: now,
        until: expires,
        expiry: now.day().plus(1),
    };
    let row = EnrolmentRow { id, tag: mobile_tag(keys, &mobile), code: code::hash(keys, id, &code), expires };
    let known = device.is_some_and(|device| device.knows(keys, &mobile, now.day()));
    let payer = if known { Payer::KnownDevice } else { Payer::stranger(keys, network) };
    let message = notify::prepare(keys, &message)?;
    Ok((Ticket { aim, enrolment: id, mobile, document: None }, NewEnrolment { row, payer, message }))
}

/// Counts the code against its budgets and queues it.
pub fn begin_enrolment(work: &mut Work<'_, '_>, new: &NewEnrolment) -> Result<(), BeginError> {
    let now = work.now();
    if !budget::take(work.tx(), now, new.row.tag, &new.payer)? {
        return Err(BeginError::Often);
    }
    storage::enrolment::insert(work.tx(), &new.row)?;
    notify::queue(work, &new.message)?;
    work.journal(Event::new("identity.code_sent"))?;
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Plain {
    aim: CodeFor,
    enrolment: Id<kinds::Enrolment>,
    mobile: String,
    #[serde(default)]
    document: Option<[u8; 32]>,
}

impl Ticket {
    /// The text for a cookie; it dies after the next midnight but one, because the label names the day.
    pub fn write(&self, keys: &Keyring, today: Day) -> Result<Secret<String>, SealError> {
        let plain = Plain { aim: self.aim, enrolment: self.enrolment, mobile: self.mobile.e164(), document: self.document };
        let plain = serde_json::to_vec(&plain).map_err(|_| SealError::Broken)?;
        Ok(Secret::new(to_hex(&keys.envelope_seal(&label(today), &plain)?)))
    }

    /// Reads what [`Ticket::write`] made today or yesterday.
    pub fn read(text: &str, keys: &Keyring, today: Day) -> Option<Self> {
        let bytes = from_hex(text).ok()?;
        let days = [today, today.plus(-1)];
        let plain = days.into_iter().find_map(|day| keys.envelope_open(&label(day), &bytes).ok())?;
        let plain: Plain = serde_json::from_slice(plain.expose()).ok()?;
        let mobile = Mobile::try_from(Phone::parse(&plain.mobile).ok()?).ok()?;
        Some(Self { aim: plain.aim, enrolment: plain.enrolment, mobile, document: plain.document })
    }

    /// What its code was asked for.
    pub const fn aim(&self) -> CodeFor {
        self.aim
    }

    /// The number, for a further code.
    pub const fn mobile(&self) -> Mobile {
        self.mobile
    }
}

fn label(day: Day) -> String {
    format!("enrolment {day}")
}
