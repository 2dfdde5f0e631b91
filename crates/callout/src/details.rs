use journal::Committed;
use kernel::{Day, Fault, Kind, Secret, one_line};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot};
use serde::{Deserialize, Serialize};

use crate::Channel;

/// Under what call-out details are sealed.
pub(crate) const PURPOSE: &str = "call-out";
/// Details die after a year unless they are given again.
pub(crate) const LIFE_MONTHS: i32 = 12;
const SCHEMA: u16 = 1;
const NAME_MAX_CHARS: usize = 100;

/// Who somebody is and where to reach them at any hour. Personal data: sealed at rest, opened only by a journaled act.
#[derive(Clone, Debug)]
pub struct Details {
    name: Secret<String>,
    mobile: Secret<String>,
    mail: Secret<String>,
    voice: Secret<String>,
}

/// Details that cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum DetailsError {
    /// The name is blank, too long or holds control characters.
    #[error("a name has 1 to 100 characters")]
    Name,
    /// The number for text messages is no Hong Kong mobile.
    #[error("text messages go to a Hong Kong mobile")]
    Mobile,
    /// The number for calls is no Hong Kong telephone.
    #[error("calls go to a Hong Kong telephone of eight digits")]
    Voice,
    /// The address is not a mail address.
    #[error("a mail address looks like name@example.hk")]
    Mail,
    /// There is no way to reach this person.
    #[error("give at least one of mobile, telephone and mail")]
    Nothing,
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Fault for DetailsError {
    fn kind(&self) -> Kind {
        match self {
            Self::Seal(error) => error.kind(),
            _ => Kind::Invalid,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Plain {
    name: String,
    mobile: String,
    mail: String,
    voice: String,
}

impl Details {
    /// Reads what was typed; a way that is blank is none.
    pub fn parse(name: &str, mobile: &str, voice: &str, mail: &str) -> Result<Self, DetailsError> {
        let name = one_line(name, NAME_MAX_CHARS).ok_or(DetailsError::Name)?;
        let mobile = telephone(mobile, true).ok_or(DetailsError::Mobile)?;
        let voice = telephone(voice, false).ok_or(DetailsError::Voice)?;
        let mail = mail_address(mail).ok_or(DetailsError::Mail)?;
        if mobile.is_empty() && voice.is_empty() && mail.is_empty() {
            return Err(DetailsError::Nothing);
        }
        let secret = Secret::new;
        Ok(Self { name: secret(name.to_owned()), mobile: secret(mobile), mail: secret(mail), voice: secret(voice) })
    }

    /// The name.
    pub const fn name(&self) -> &Secret<String> {
        &self.name
    }

    /// The address on one channel; nothing when there is none.
    pub fn address(&self, channel: Channel) -> Option<Secret<String>> {
        let address = match channel {
            Channel::Sms => &self.mobile,
            Channel::Mail => &self.mail,
            Channel::Voice => &self.voice,
        };
        (!address.expose().is_empty()).then(|| address.clone())
    }
}

/// `+852` and eight digits, or nothing at all; `None` when it is something else.
fn telephone(typed: &str, mobile: bool) -> Option<String> {
    if typed.trim().is_empty() {
        return Some(String::new());
    }
    let phone = hongkong::Phone::parse(typed).ok()?;
    (!mobile || phone.is_mobile()).then(|| phone.e164())
}

fn mail_address(typed: &str) -> Option<String> {
    let mail = typed.trim();
    if mail.is_empty() {
        return Some(String::new());
    }
    people::mail_address(mail).map(str::to_owned)
}

/// Details as they are stored, where they live, and a keyed tag for each address: who has the same tag has the same address, and
/// the tag tells nothing to whoever lacks the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedDetails {
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) sealed: Sealed,
    pub(crate) tags: Vec<(Channel, [u8; 32])>,
}

/// Adds this crate's purpose to the platform's keys. Call it when the platform opens.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(PURPOSE)?)
}

/// Seals details for a year. Heavy work: call it before the transaction that stores them.
pub fn seal_details(keys: &Keyring, today: Day, details: &Details) -> Result<SealedDetails, DetailsError> {
    let text = |secret: &Secret<String>| secret.expose().clone();
    let plain = Plain {
        name: text(&details.name),
        mobile: text(&details.mobile),
        mail: text(&details.mail),
        voice: text(&details.voice),
    };
    let plain = serde_json::to_vec(&plain).map_err(|_| DetailsError::Name)?;
    let (record, expiry) = (keys.next_record()?, today.plus_months(LIFE_MONTHS));
    let sealed = keys.seal(&slot(record, expiry)?, &plain)?;
    let tag = |channel| details.address(channel).map(|address| (channel, tag_of(keys, channel, &address)));
    Ok(SealedDetails { record, expiry, sealed, tags: Channel::ALL.into_iter().filter_map(tag).collect() })
}

/// The tag of an address.
pub(crate) fn tag_of(keys: &Keyring, channel: Channel, address: &Secret<String>) -> [u8; 32] {
    keys.prf("call-out address", format!("{} {}", channel.slug(), address.expose().to_lowercase()).as_bytes())
}

impl SealedDetails {
    /// Opens the details with the proof that their opening is on record.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<Details, DetailsError> {
        // The purge has been here: the post stands, the person is forgotten.
        if self.sealed.as_bytes().is_empty() {
            return Err(SealError::Gone.into());
        }
        let text = committed.open(keys, &slot(self.record, self.expiry)?, &self.sealed)?;
        let plain: Plain = serde_json::from_slice(text.expose()).map_err(|_| SealError::Broken)?;
        let secret = Secret::new;
        Ok(Details {
            name: secret(plain.name),
            mobile: secret(plain.mobile),
            mail: secret(plain.mail),
            voice: secret(plain.voice),
        })
    }

    /// The last day on which they can be opened.
    pub const fn expiry(&self) -> Day {
        self.expiry
    }
}

fn slot(record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(PURPOSE)?, record, person: 0, group: 0, schema: SCHEMA, expiry })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_has_a_name_and_at_least_one_way() {
        let details = Details::parse(" Chan Siu Ming ", "9123 4567", "", " sm.chan@itb.example.hk ").unwrap();
        assert_eq!(details.address(Channel::Sms).unwrap().expose(), "+85291234567");
        assert_eq!(details.address(Channel::Voice), None);
        assert_eq!(details.address(Channel::Mail).unwrap().expose(), "sm.chan@itb.example.hk");
        assert!(!format!("{details:?}").contains("9123"));
        let refused = |mobile: &str, voice: &str, mail: &str| Details::parse("陳小明", mobile, voice, mail).unwrap_err();
        assert!(matches!(refused("", "", ""), DetailsError::Nothing));
        assert!(matches!(refused("2123 4567", "", ""), DetailsError::Mobile), "a fixed line takes no text");
        assert!(matches!(refused("", "12", ""), DetailsError::Voice));
        assert!(matches!(refused("", "", "a@b"), DetailsError::Mail));
        assert!(Details::parse("陳小明", "", "2123 4567", "").is_ok());
        assert!(matches!(Details::parse(" ", "", "", "a@b.hk"), Err(DetailsError::Name)));
    }
}
