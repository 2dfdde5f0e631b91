use kernel::{Id, Instant, Text, kinds};

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentKind {
    /// A contractor did not say that the data was deleted.
    ContractorSilent,
    /// A contractor's statement was not what it claimed to be.
    StatementForged,
    /// Data of a lease that has ended is still served.
    DataAlive,
    /// Planted data of nobody turned up where it must not be.
    CanarySeen,
    /// A contractor gave the data to somebody who was not agreed.
    UndeclaredSubProcessor,
    /// A breach at a contractor was reported.
    ContractorBreach,
    /// Data has passed its day and is still there.
    PurgeOverdue,
    /// Records were opened in a way that needs an explanation.
    UnusualOpenings,
    /// What a backup holds could not be restored.
    BackupUnusable,
    /// The list of what was erased is lost, so that older backups may bring it back.
    ErasureLedgerLost,
}

impl IncidentKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::ContractorSilent,
        Self::StatementForged,
        Self::DataAlive,
        Self::CanarySeen,
        Self::UndeclaredSubProcessor,
        Self::ContractorBreach,
        Self::PurgeOverdue,
        Self::UnusualOpenings,
        Self::BackupUnusable,
        Self::ErasureLedgerLost,
    ];

    /// The name in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::ContractorSilent => "contractor-silent",
            Self::StatementForged => "statement-forged",
            Self::DataAlive => "data-alive",
            Self::CanarySeen => "canary-seen",
            Self::UndeclaredSubProcessor => "undeclared-sub-processor",
            Self::ContractorBreach => "contractor-breach",
            Self::PurgeOverdue => "purge-overdue",
            Self::UnusualOpenings => "unusual-openings",
            Self::BackupUnusable => "backup-unusable",
            Self::ErasureLedgerLost => "erasure-ledger-lost",
        }
    }

    /// The kind with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// What everybody may read.
    pub fn title(self) -> Text {
        match self {
            Self::ContractorSilent => Text::new(
                "A contractor has not confirmed that data was deleted",
                "承辦商未有確認已刪除資料",
                "承办商未有确认已删除资料",
            ),
            Self::StatementForged => Text::new(
                "A contractor's deletion statement is not genuine",
                "承辦商的刪除資料聲明並不真確",
                "承办商的删除资料声明并不真确",
            ),
            Self::DataAlive => Text::new(
                "Data that should have been deleted is still available at a contractor",
                "應已刪除的資料在承辦商處仍可取得",
                "应已删除的资料在承办商处仍可取得",
            ),
            Self::CanarySeen => Text::new(
                "Data given to a contractor has turned up elsewhere",
                "交予承辦商的資料在其他地方出現",
                "交予承办商的资料在其他地方出现",
            ),
            Self::UndeclaredSubProcessor => Text::new(
                "A contractor passed data on without consent",
                "承辦商未經同意轉交資料",
                "承办商未经同意转交资料",
            ),
            Self::ContractorBreach => Text::new(
                "A contractor has had a data breach",
                "承辦商發生資料外洩事故",
                "承办商发生资料外泄事故",
            ),
            Self::PurgeOverdue => {
                Text::new("Data was kept beyond its day", "資料保存超過期限", "资料保存超过期限")
            }
            Self::UnusualOpenings => {
                Text::new("Records were opened in an unusual way", "有記錄以不尋常的方式被開啟", "有记录以不寻常的方式被打开")
            }
            Self::BackupUnusable => {
                Text::new("A backup could not be restored", "備份未能還原", "备份未能还原")
            }
            Self::ErasureLedgerLost => Text::new(
                "The record of what was erased was lost: older backups must be destroyed",
                "刪除記錄冊遺失：必須銷毀較舊的備份",
                "删除记录册遗失：必须销毁较旧的备份",
            ),
        }
    }
}

/// An incident on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Its id.
    pub id: Id<kinds::Incident>,
    /// What went wrong.
    pub kind: IncidentKind,
    /// The department that has to act; nothing when it concerns the whole platform.
    pub department: Option<Id<kinds::Department>>,
    /// The service whose data it is about.
    pub service: Option<Id<kinds::Service>>,
    /// The contractor it is about.
    pub contractor: Option<Id<kinds::Contractor>>,
    /// What is known, for officers. Names no resident.
    pub summary: Text,
    /// When it was opened.
    pub opened: Instant,
    /// When it was closed, if it was.
    pub closed: Option<Instant>,
}

/// What a service's trust page says about an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicIncident {
    /// Its id.
    pub id: Id<kinds::Incident>,
    /// What happened, in general words.
    pub title: Text,
    /// When it was opened.
    pub opened: Instant,
    /// When it was closed, if it was.
    pub closed: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_go_there_and_back_and_speak_three_languages() {
        for kind in IncidentKind::ALL {
            assert_eq!(IncidentKind::from_slug(kind.slug()), Some(kind));
            assert!(kind.title().blanks().is_empty());
        }
        assert_eq!(IncidentKind::from_slug("weather"), None);
    }
}
