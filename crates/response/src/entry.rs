use std::collections::BTreeMap;

use journal::Committed;
use kernel::{Day, Fault, Id, Instant, Kind, Text, kinds, one_line};
use seal::{Keyring, Purpose, RecordNumber, SealError, Sealed, Slot, sha256};
use serde::{Deserialize, Serialize};

use crate::Room;

/// Under what the texts and files of case files are sealed.
pub(crate) const PURPOSE: &str = "incidents";
/// An entry can be read so long after it was written.
const LIFE_MONTHS: i32 = 36;
const TEXT_GROUP: u8 = 0;
const FILE_GROUP: u8 = 1;
const SCHEMA: u16 = 1;
const TITLE_MOST_CHARS: usize = 200;
const TEXT_MOST_CHARS: usize = 8_000;

/// What an entry of a case file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// Something that happened.
    Timeline,
    /// A system, a set of data, a device that is concerned.
    Asset,
    /// Something by which the attack is recognised: an address, a digest, a name.
    Indicator,
    /// Something to do.
    Task,
    /// A thing that proves something, by its digest.
    Evidence,
    /// A piece of evidence changed hands.
    Custody,
    /// What was decided, and why.
    Decision,
    /// What was said to whom: a report, an enquiry, a statement.
    Communication,
    /// What was found out: a cause, a weakness.
    Finding,
    /// What is done so that it does not happen again; has an owner and a day.
    Action,
    /// What was written into the fields of reports that the case file does not know by itself.
    Answers,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Timeline,
        Self::Asset,
        Self::Indicator,
        Self::Task,
        Self::Evidence,
        Self::Custody,
        Self::Decision,
        Self::Communication,
        Self::Finding,
        Self::Action,
        Self::Answers,
    ];

    /// The name in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Asset => "asset",
            Self::Indicator => "indicator",
            Self::Task => "task",
            Self::Evidence => "evidence",
            Self::Custody => "custody",
            Self::Decision => "decision",
            Self::Communication => "communication",
            Self::Finding => "finding",
            Self::Action => "action",
            Self::Answers => "answers",
        }
    }

    /// The kind with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Whether somebody owns it until it is done.
    pub const fn is_owned(self) -> bool {
        matches!(self, Self::Task | Self::Action)
    }

    /// What officers read.
    pub fn title(self) -> Text {
        match self {
            Self::Timeline => Text::new("Event", "事件", "事件"),
            Self::Asset => Text::new("Asset concerned", "受影響資產", "受影响资产"),
            Self::Indicator => Text::new("Indicator", "入侵指標", "入侵指标"),
            Self::Task => Text::new("Task", "工作", "工作"),
            Self::Evidence => Text::new("Evidence", "證據", "证据"),
            Self::Custody => Text::new("Custody of evidence", "證據交接", "证据交接"),
            Self::Decision => Text::new("Decision", "決定", "决定"),
            Self::Communication => Text::new("Communication", "通訊", "通讯"),
            Self::Finding => Text::new("Finding", "調查結果", "调查结果"),
            Self::Action => Text::new("Follow-up action", "跟進行動", "跟进行动"),
            Self::Answers => Text::new("Answers for reports", "報告補充資料", "报告补充资料"),
        }
    }
}

/// What an entry says. Officers write what the matter needs, names of people too: sealed at rest, opened only on record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryText {
    /// In a line.
    pub title: String,
    /// In full; may be empty.
    pub text: String,
    /// Whatever the kind needs besides: who owns a task, where evidence is kept, the fields of a report.
    pub fields: BTreeMap<String, String>,
}

/// An entry that cannot be kept or opened.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// It says nothing, or too much.
    #[error("an entry has a title of 1 to 200 characters and at most 8000 characters of text")]
    Words,
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Fault for EntryError {
    fn kind(&self) -> Kind {
        match self {
            Self::Words => Kind::Invalid,
            Self::Seal(error) => error.kind(),
        }
    }
}

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEntry {
    pub(crate) record: RecordNumber,
    pub(crate) expiry: Day,
    pub(crate) sealed: Sealed,
    /// Empty when nothing is attached.
    pub(crate) file: Sealed,
    /// Of the file that is attached.
    pub(crate) digest: Option<[u8; 32]>,
}

/// Adds this crate's purpose to the platform's keys. Call it when the platform opens.
pub fn prepare_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(PURPOSE)?)
}

/// Seals an entry, and a file with it, for three years. Heavy work: call it before the transaction that stores them.
pub fn seal_entry(keys: &Keyring, today: Day, text: &EntryText, file: Option<&[u8]>) -> Result<SealedEntry, EntryError> {
    let long = std::iter::once(&text.text).chain(text.fields.values()).any(|text| text.chars().count() > TEXT_MOST_CHARS);
    if one_line(&text.title, TITLE_MOST_CHARS).is_none() || long {
        return Err(EntryError::Words);
    }
    let plain = serde_json::to_vec(text).map_err(|_| EntryError::Words)?;
    let (record, expiry) = (keys.next_record()?, today.plus_months(LIFE_MONTHS));
    let sealed = keys.seal(&slot(record, TEXT_GROUP, expiry)?, &plain)?;
    let attached = match file {
        Some(bytes) => keys.seal(&slot(record, FILE_GROUP, expiry)?, bytes)?,
        None => Sealed::from_bytes(Vec::new()),
    };
    Ok(SealedEntry { record, expiry, sealed, file: attached, digest: file.map(|bytes| sha256(&[bytes])) })
}

impl SealedEntry {
    /// Opens the text with the proof that the opening is on record.
    pub fn open(&self, committed: &Committed, keys: &Keyring) -> Result<EntryText, SealError> {
        if self.sealed.as_bytes().is_empty() {
            return Err(SealError::Gone);
        }
        let plain = committed.open(keys, &slot(self.record, TEXT_GROUP, self.expiry)?, &self.sealed)?;
        serde_json::from_slice(plain.expose()).map_err(|_| SealError::Broken)
    }

    /// Opens the file that is attached, if one is.
    pub fn open_file(&self, committed: &Committed, keys: &Keyring) -> Result<Option<Vec<u8>>, SealError> {
        if self.file.as_bytes().is_empty() {
            return Ok(None);
        }
        let plain = committed.open(keys, &slot(self.record, FILE_GROUP, self.expiry)?, &self.file)?;
        Ok(Some(plain.expose().clone()))
    }

    /// Whether a file is attached.
    pub fn has_file(&self) -> bool {
        !self.file.as_bytes().is_empty()
    }

    /// The last day on which it can be opened.
    pub const fn expiry(&self) -> Day {
        self.expiry
    }
}

fn slot(record: RecordNumber, group: u8, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(PURPOSE)?, record, person: 0, group, schema: SCHEMA, expiry })
}

/// An entry of a case file, its text still sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the case file, from 1.
    pub number: i64,
    /// What it is.
    pub kind: EntryKind,
    /// In which room it lies.
    pub room: Room,
    /// When it happened.
    pub happened: Instant,
    /// When it was written.
    pub noted: Instant,
    /// Who wrote it.
    pub officer: Id<kinds::Officer>,
    /// For which department.
    pub department: Id<kinds::Department>,
    /// The entry that it is about: the evidence that changed hands.
    pub about: Option<i64>,
    /// When it has to be done.
    pub due: Option<Day>,
    /// When it was done.
    pub settled: Option<Instant>,
    /// SHA-256 of the evidence.
    pub digest: Option<[u8; 32]>,
    /// What it says.
    pub sealed: SealedEntry,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_go_there_and_back_and_speak_three_languages() {
        for kind in EntryKind::ALL {
            assert_eq!(EntryKind::from_slug(kind.slug()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.slug());
            assert!(kind.title().blanks().is_empty());
        }
        assert_eq!(EntryKind::from_slug("weather"), None);
    }
}
