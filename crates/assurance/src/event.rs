use kernel::{Id, Instant, Text, kinds};
use people::Role;
use serde::{Deserialize, Serialize};

use crate::{Digest, GateRecord};

/// How much is at stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// An ordinary service.
    Ordinary,
    /// Large or high-risk: somebody must have tried to break in before it opens.
    LargeOrHighRisk,
}

impl Tier {
    /// The name in forms and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::LargeOrHighRisk => "large-or-high-risk",
        }
    }
}

/// How a gate begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The version of the definition.
    pub version: Id<kinds::SchemeVersion>,
    /// The service.
    pub service: Id<kinds::Service>,
    /// The digest of the definition: fields, purposes, recipients, statement.
    pub digest: Digest,
    /// How much is at stake.
    pub tier: Tier,
    /// The name of the department that owns the service.
    pub owner: Text,
    /// When it began.
    pub at: Instant,
}

/// An officer's signature over a definition and the documents on record at that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Who signed.
    pub officer: Id<kinds::Officer>,
    /// In which role.
    pub role: Role,
    /// Over which definition.
    pub over: Digest,
    /// Over which documents, in the order in which they came on record.
    pub records: Vec<Id<kinds::GateRecord>>,
    /// When.
    pub at: Instant,
}

/// Why a document was withdrawn. A list and no free text: it is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithdrawReason {
    /// It was put on record by mistake.
    Mistaken,
    /// It no longer describes the service.
    Outdated,
    /// It cannot be relied on.
    Unreliable,
}

impl WithdrawReason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Mistaken, Self::Outdated, Self::Unreliable];

    /// What people read.
    pub fn title(self) -> Text {
        match self {
            Self::Mistaken => Text::new("Put on record by mistake", "誤作記錄", "误作记录"),
            Self::Outdated => Text::new("No longer describes the service", "已不符合服務現況", "已不符合服务现况"),
            Self::Unreliable => Text::new("Cannot be relied on", "內容不可依賴", "内容不可依赖"),
        }
    }

    /// The name in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Mistaken => "mistaken",
            Self::Outdated => "outdated",
            Self::Unreliable => "unreliable",
        }
    }
}

/// What can happen to a gate. Stored in order; a gate is what its events make it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum GateEvent {
    /// The gate begins.
    Opened(Opening),
    /// A document came on record.
    RecordAdded {
        /// The document.
        record: GateRecord,
        /// When.
        at: Instant,
    },
    /// A document was withdrawn.
    RecordWithdrawn {
        /// The document.
        record: Id<kinds::GateRecord>,
        /// Why.
        reason: WithdrawReason,
        /// When.
        at: Instant,
    },
    /// An officer signed.
    Signed(Signature),
    /// A later version of the same service came into force.
    Superseded {
        /// When.
        at: Instant,
    },
}

impl GateEvent {
    /// When it happened.
    pub const fn at(&self) -> Instant {
        match self {
            Self::Opened(Opening { at, .. })
            | Self::Signed(Signature { at, .. })
            | Self::RecordAdded { at, .. }
            | Self::RecordWithdrawn { at, .. }
            | Self::Superseded { at } => *at,
        }
    }
}
