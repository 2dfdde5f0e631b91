//! Forms that were filled in on paper. Two officers type each, and neither sees what the other typed: between the two entries nothing is
//! kept but a keyed mark of each field, made for this one form, so that no value waits anywhere but on the paper. Where the marks differ, a
//! third entry settles, by the first officer or somebody else; then the form is registered and the paper destroyed, on record.

use std::collections::BTreeMap;

use journal::{Event, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, kinds, to_hex};
use people::{Grant, RegisterForResident};
use seal::Keyring;
use store::{RunError, StoreError, Tx};

use crate::storage;

/// A form that was typed once is typed again within so many days; then it is forgotten, and the paper must be typed anew.
pub const PAPER_DAYS: i64 = 30;

/// The mark of each field that was filled in.
pub(crate) type Marks = BTreeMap<String, String>;

/// What an officer typed from a form, field by field. Spaces, full-width characters and small letters make no difference.
#[derive(Clone, Debug)]
pub struct PaperEntry(BTreeMap<String, String>);

impl PaperEntry {
    /// What was typed; blank fields count as not filled in.
    pub fn of<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let plain = |value: &str| hongkong::half_width(value).split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), plain(value)));
        Self(fields.filter(|(_, value)| !value.is_empty()).collect())
    }

    fn marks(&self, keys: &Keyring, paper: Id<kinds::PaperForm>) -> Marks {
        let mark = |name: &str, value: &str| {
            let input = [paper.bytes().as_slice(), name.as_bytes(), &[0], value.as_bytes()].concat();
            to_hex(keys.prf("registration paper", &input).get(..16).unwrap_or_default())
        };
        self.0.iter().map(|(name, value)| (name.clone(), mark(name, value))).collect()
    }
}

/// How far a form on paper has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperState {
    /// It was typed once.
    Once,
    /// It was typed twice, and differently.
    Differs,
    /// It is registered; the paper is still there.
    Entered,
}

impl PaperState {
    pub(crate) const ALL: [Self; 3] = [Self::Once, Self::Differs, Self::Entered];

    /// The name in the store and in texts.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Differs => "differs",
            Self::Entered => "entered",
        }
    }
}

/// A form on paper in the list.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Its id.
    pub id: Id<kinds::PaperForm>,
    /// The number that is written on it.
    pub number: i64,
    /// How far it has come.
    pub state: PaperState,
    /// Who typed it first.
    pub first: Id<kinds::Officer>,
    /// Who typed it second.
    pub second: Option<Id<kinds::Officer>>,
    /// When it was first typed.
    pub begun: Instant,
}

impl Paper {
    /// Whether this officer may type it now: not who typed it last.
    pub fn may_be_typed_by(&self, officer: Id<kinds::Officer>) -> bool {
        match self.state {
            PaperState::Once => self.first != officer,
            PaperState::Differs => self.second != Some(officer),
            PaperState::Entered => false,
        }
    }
}

pub(crate) struct PaperRow {
    pub id: Id<kinds::PaperForm>,
    pub number: i64,
    pub state: PaperState,
    pub first: (Id<kinds::Officer>, Marks),
    pub second: Option<(Id<kinds::Officer>, Marks)>,
    pub begun: Instant,
}

impl PaperRow {
    fn paper(&self) -> Paper {
        let second = self.second.as_ref().map(|(officer, _)| *officer);
        Paper { id: self.id, number: self.number, state: self.state, first: self.first.0, second, begun: self.begun }
    }

    /// The fields of an entry that no earlier entry has like this.
    fn differing(&self, marks: &Marks) -> Vec<String> {
        let earlier = std::iter::once(&self.first.1).chain(self.second.iter().map(|(_, marks)| marks));
        let earlier: Vec<&Marks> = earlier.collect();
        let names = earlier.iter().flat_map(|marks| marks.keys()).chain(marks.keys());
        let mut differing: Vec<String> =
            names.filter(|name| !earlier.iter().any(|one| one.get(*name) == marks.get(*name))).cloned().collect();
        differing.sort();
        differing.dedup();
        differing
    }
}

/// Why a form on paper was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// Whoever typed it last does not type it again.
    #[error("somebody else types this form now")]
    SameOfficer,
    /// There is no such form, or it is too old.
    #[error("there is no such form on paper")]
    Missing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for PaperError {
    fn kind(&self) -> Kind {
        match self {
            Self::SameOfficer => Kind::Taken,
            Self::Missing => Kind::Missing,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Takes the first entry of a form, and gives the number to write on it.
pub fn begin_paper(ledger: &Ledger, grant: Grant<RegisterForResident>, entry: &PaperEntry) -> Result<Paper, RunError<PaperError>> {
    let id: Id<kinds::PaperForm> = Id::new(ledger.now(), &**ledger.random());
    let marks = entry.marks(ledger.keys(), id);
    let begin = move |work: &mut Work<'_, '_>| {
        if !vault::covers(work.tx(), &grant)? {
            return Err(PaperError::Missing);
        }
        let now = work.now();
        storage::paper::forget_old(work.tx(), now)?;
        let number = storage::paper::next_number(work.tx())?;
        let row = PaperRow { id, number, state: PaperState::Once, first: (grant.officer(), marks.clone()), second: None, begun: now };
        storage::paper::insert(work.tx(), &row, now.plus_secs(PAPER_DAYS * 86_400))?;
        work.journal(Event::new("registration.paper_typed").detail("paper", number))?;
        Ok(row.paper())
    };
    ledger.write("registration.begin_paper", grant.actor(), begin).map(|(paper, _)| paper)
}

/// Compares another entry with what was typed before. The names of the fields that differ; none when the form may be registered as it was
/// typed now.
pub fn compare_paper(
    ledger: &Ledger,
    grant: Grant<RegisterForResident>,
    (id, entry): (Id<kinds::PaperForm>, &PaperEntry),
) -> Result<Vec<String>, RunError<PaperError>> {
    let marks = entry.marks(ledger.keys(), id);
    let compare = move |work: &mut Work<'_, '_>| {
        let row = own(work, &grant, id)?;
        let officer = grant.officer();
        if !row.paper().may_be_typed_by(officer) {
            return Err(PaperError::SameOfficer);
        }
        let differing = row.differing(&marks);
        if row.state == PaperState::Once && !differing.is_empty() {
            storage::paper::set_second(work.tx(), id, (officer, &marks))?;
            work.journal(Event::new("registration.paper_differs").detail("paper", row.number).detail("fields", differing.len()))?;
        }
        Ok(differing)
    };
    ledger.write("registration.compare_paper", grant.actor(), compare).map(|(differing, _)| differing)
}

/// Notes that a form is registered; from now on the paper is there for nothing.
pub fn paper_entered(work: &mut Work<'_, '_>, grant: &Grant<RegisterForResident>, id: Id<kinds::PaperForm>) -> Result<(), PaperError> {
    let row = own(work, grant, id)?;
    storage::paper::set_state(work.tx(), id, PaperState::Entered)?;
    work.journal(Event::new("registration.paper_entered").detail("paper", row.number))?;
    Ok(())
}

/// Notes that the paper was destroyed, and forgets its marks.
pub fn paper_destroyed(work: &mut Work<'_, '_>, grant: &Grant<RegisterForResident>, id: Id<kinds::PaperForm>) -> Result<(), PaperError> {
    let row = own(work, grant, id)?;
    if row.state != PaperState::Entered {
        return Err(PaperError::Missing);
    }
    storage::paper::remove(work.tx(), id)?;
    work.journal(Event::new("registration.paper_destroyed").detail("paper", row.number))?;
    Ok(())
}

/// The forms that are under way, the lowest number first.
pub fn papers(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<Paper>, StoreError> {
    Ok(storage::paper::all(tx, now)?.iter().map(PaperRow::paper).collect())
}

fn own(work: &mut Work<'_, '_>, grant: &Grant<RegisterForResident>, id: Id<kinds::PaperForm>) -> Result<PaperRow, PaperError> {
    if !vault::covers(work.tx(), grant)? {
        return Err(PaperError::Missing);
    }
    let now = work.now();
    storage::paper::by_id(work.tx(), id, now)?.ok_or(PaperError::Missing)
}
