use std::collections::BTreeMap;

use journal::Committed;
use kernel::Instant;
use seal::{Keyring, SealError};

use crate::{CaseFile, Entry, EntryKind, EntryText, Milestone};

/// A case file whose texts are open. It exists only after the reading is on record.
#[derive(Clone, Debug)]
pub struct OpenedCase {
    /// The case file.
    pub file: CaseFile,
    texts: BTreeMap<i64, EntryText>,
}

/// A line of the timeline.
#[derive(Clone, Debug)]
pub enum Happened<'a> {
    /// An entry was written about this moment.
    Entry(&'a Entry, &'a EntryText),
    /// A task or an action was done.
    Settled(&'a Entry, &'a EntryText),
}

impl OpenedCase {
    /// Opens every text of a case file. What has passed its day stays closed and stands there without a text.
    pub fn open(file: CaseFile, committed: &Committed, keys: &Keyring) -> Result<Self, SealError> {
        let mut texts = BTreeMap::new();
        for entry in &file.entries {
            match entry.sealed.open(committed, keys) {
                Ok(text) => drop(texts.insert(entry.number, text)),
                Err(SealError::Gone) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self { file, texts })
    }

    /// What an entry says, unless its day has passed.
    pub fn text(&self, number: i64) -> Option<&EntryText> {
        self.texts.get(&number)
    }

    /// The entries of a kind that can still be read, oldest first.
    pub fn of(&self, kind: EntryKind) -> impl Iterator<Item = (&Entry, &EntryText)> {
        let entries = self.file.entries.iter().filter(move |entry| entry.kind == kind);
        entries.filter_map(|entry| Some((entry, self.text(entry.number)?)))
    }

    /// Everything that has a time, in the order in which it happened.
    pub fn timeline(&self) -> Vec<(Instant, Happened<'_>)> {
        let mut lines = Vec::new();
        for entry in &self.file.entries {
            let Some(text) = self.text(entry.number).filter(|_| entry.kind != EntryKind::Answers) else { continue };
            lines.push((entry.happened, Happened::Entry(entry, text)));
            lines.extend(entry.settled.map(|at| (at, Happened::Settled(entry, text))));
        }
        lines.sort_by_key(|(at, _)| *at);
        lines
    }

    /// The time that counts for a milestone; of one that repeats, the last.
    pub fn moment(&self, milestone: Milestone) -> Option<Instant> {
        crate::clock::times(&self.file.moments, milestone).last().copied()
    }

    /// What was answered to a field of reports; the last answer counts.
    pub fn answer(&self, field: &str) -> Option<&str> {
        let answers = self.of(EntryKind::Answers).filter_map(|(_, text)| text.fields.get(field));
        answers.last().map(|answer| answer.trim()).filter(|answer| !answer.is_empty())
    }
}
