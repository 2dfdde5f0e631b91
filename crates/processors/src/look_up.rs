use journal::{Committed, Event, Work};
use kernel::{Fault, Id, Kind, Text, kinds};
use seal::{Keyring, SealError, Sealed};
use store::{StoreError, Tx};

use crate::key::{folded, handle};
use crate::report_canary::see_planted;
use crate::{Form, Lease, LeaseRules, Partner, Selection, storage};

/// A contractor asks for one record.
#[derive(Clone, Debug)]
pub struct AskLookUp {
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// For what: the purpose of the lease.
    pub purpose: String,
    /// The record's reference, as the contractor has it.
    pub reference: String,
}

/// What came of it. Both are durable and journaled.
#[derive(Debug)]
pub enum LookUp {
    /// Allowed: [`LookUpPass::open`] it with the `Committed` of this unit of work.
    Granted(Box<LookUpPass>),
    /// Not allowed.
    Refused(LookUpRefused),
}

/// Why a look-up is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookUpRefused {
    /// There is no such lease under this contract.
    #[error("there is no such lease under your contract")]
    Missing,
    /// It has ended.
    #[error("this lease has ended")]
    Ended,
    /// The contract does not hold any more.
    #[error("your contract does not run today")]
    Contract,
    /// The data of this lease was handed over; it is not looked up.
    #[error("this lease is not for looking up")]
    Form,
    /// It is for another purpose.
    #[error("this lease is for another purpose")]
    Purpose,
    /// Too many records for one day.
    #[error("the number of look-ups for today is used up")]
    TooMany,
    /// There is no such record.
    #[error("there is no such record in this lease")]
    NoRecord,
}

impl LookUpRefused {
    /// The name in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Ended => "ended",
            Self::Contract => "contract",
            Self::Form => "form",
            Self::Purpose => "purpose",
            Self::TooMany => "too-many",
            Self::NoRecord => "no-record",
        }
    }

    /// What the contractor reads.
    pub fn title(self) -> Text {
        match self {
            Self::Missing => Text::new("There is no such lease under your contract", "合約下並無此租約", "合约下并无此租约"),
            Self::Ended => Text::new("This lease has ended", "租約已經結束", "租约已经结束"),
            Self::Contract => Text::new("Your contract does not run today", "合約今天並未生效", "合约今天并未生效"),
            Self::Form => Text::new("This lease is not for looking up", "此租約不供查閱", "此租约不供查阅"),
            Self::Purpose => Text::new("This lease is for another purpose", "此租約作其他用途", "此租约作其他用途"),
            Self::TooMany => Text::new(
                "The number of look-ups for today is used up",
                "今天的查閱次數已用完",
                "今天的查阅次数已用完",
            ),
            Self::NoRecord => Text::new("There is no such record in this lease", "租約內並無此記錄", "租约内并无此记录"),
        }
    }
}

impl Fault for LookUpRefused {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing | Self::NoRecord => Kind::Missing,
            Self::Ended => Kind::Gone,
            Self::Contract | Self::Form | Self::Purpose => Kind::Denied,
            Self::TooMany => Kind::Busy,
        }
    }
}

/// A look-up on record; nothing can be read with it before it is opened under the lease's own key.
#[derive(Debug)]
pub struct LookUpPass {
    lease: Lease,
    sealed: Sealed,
    reference: String,
}

/// Proof that a contractor may read exactly these groups of exactly this record. Only [`LookUpPass::open`] makes one, and it
/// cannot when the key of the lease is dead, whatever the database says.
#[derive(Clone, Debug)]
pub struct Leased {
    lease: Lease,
    reference: String,
    handle: [u8; 32],
}

/// Decides whether a contractor may look up one record, and puts it on the journal. A refusal is journaled too.
pub fn authorise_lookup(
    work: &mut Work<'_, '_>,
    keys: &Keyring,
    partner: &Partner,
    ask: &AskLookUp,
    rules: &LeaseRules,
) -> Result<LookUp, StoreError> {
    let found = storage::lease::find(work.tx(), ask.lease)?;
    let lease = found.filter(|lease| lease.contract == partner.contract().id);
    let refused = match &lease {
        None => Some(LookUpRefused::Missing),
        Some(lease) => refusal(work, lease, ask)?,
    };
    // A planted record that somebody asks for has left the package it was planted in. The answer is the one that any unknown
    // reference gets here: whoever asks must not learn which records to leave out.
    let planted = see_planted(work, keys, &ask.reference, rules)?;
    let refused = refused.or_else(|| planted.then_some(LookUpRefused::NoRecord));
    let secret = match &lease {
        Some(lease) if refused.is_none() => storage::lease::secret(work.tx(), lease.id)?,
        _ => None,
    };
    match (refused, lease, secret) {
        (None, Some(lease), Some(sealed)) => {
            note(work, &lease, "processors.looked_up", None)?;
            Ok(LookUp::Granted(Box::new(LookUpPass { lease, sealed, reference: ask.reference.clone() })))
        }
        (refused, lease, _) => {
            let refused = refused.unwrap_or(LookUpRefused::Ended);
            match lease {
                Some(lease) => note(work, &lease, "processors.lookup_refused", Some(refused))?,
                None => {
                    work.journal(Event::new("processors.lookup_refused").detail("why", refused.slug()))?;
                }
            }
            Ok(LookUp::Refused(refused))
        }
    }
}

fn refusal(work: &mut Work<'_, '_>, lease: &Lease, ask: &AskLookUp) -> Result<Option<LookUpRefused>, StoreError> {
    let now = work.now();
    if !lease.is_usable(now) {
        return Ok(Some(LookUpRefused::Ended));
    }
    let contract = storage::contractor::contract(work.tx(), lease.contract)?;
    if !contract.is_some_and(|contract| contract.holds(now)) {
        return Ok(Some(LookUpRefused::Contract));
    }
    if lease.form != Form::LookUp {
        return Ok(Some(LookUpRefused::Form));
    }
    if lease.purpose != ask.purpose {
        return Ok(Some(LookUpRefused::Purpose));
    }
    let today = work.today();
    let count = storage::lease::count_lookup(work.tx(), lease.id, today)?;
    Ok((count > i64::from(lease.daily_most)).then_some(LookUpRefused::TooMany))
}

fn note(
    work: &mut Work<'_, '_>,
    lease: &Lease,
    verb: &'static str,
    why: Option<LookUpRefused>,
) -> Result<(), StoreError> {
    let mut event = Event::new(verb)
        .detail("lease", lease.id.to_string())
        .detail("service", lease.service.to_string())
        .detail("purpose", lease.purpose.clone())
        .detail("groups", lease.groups.clone());
    if let Some(why) = why {
        event = event.detail("why", why.slug());
    }
    work.journal(event).map(|_| ())
}

impl LookUpPass {
    /// Opens the lease's secret with the proof that the look-up is on record.
    pub fn open(self, committed: &Committed, keys: &Keyring) -> Result<Leased, SealError> {
        let secret = self.lease.open_secret(committed, keys, &self.sealed)?;
        let handle = handle(&secret, &self.reference);
        Ok(Leased { lease: self.lease, reference: folded(&self.reference), handle })
    }
}

impl Leased {
    /// The lease: service, purpose, groups, until when.
    pub const fn lease(&self) -> &Lease {
        &self.lease
    }

    /// The reference that was asked for, without spaces and hyphens, in capitals.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// Whether the record that bears the reference, of this district, is in the lease.
    pub fn admits(&self, tx: &mut Tx<'_>, district: &str) -> Result<bool, StoreError> {
        match &self.lease.selection {
            Selection::All => Ok(true),
            Selection::District { code } => Ok(code == district),
            // Exports are handed over, never looked up.
            Selection::Exports => Ok(false),
            Selection::List { .. } => storage::lease::is_member(tx, self.lease.id, self.handle),
        }
    }

    /// Whether the lease covers this group of fields.
    pub fn covers(&self, group: &str) -> bool {
        self.lease.groups.iter().any(|one| one == group)
    }
}
