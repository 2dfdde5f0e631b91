use kernel::{Id, Instant, Text, kinds};

use crate::Fact;

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
    /// Somebody used a system in a way that is not allowed.
    Abuse,
    /// Somebody has got into a system.
    Compromise,
    /// A service is made unavailable.
    DenialOfService,
    /// Data that are to be kept secret are out.
    Leak,
    /// Somebody pretends to be the department.
    Masquerading,
    /// A device or a medium with data is lost.
    LostDevice,
    /// Malicious programs spread.
    Malware,
    /// A website shows what somebody else put there.
    Defacement,
    /// Data were encrypted for ransom.
    Ransomware,
    /// Something else.
    Other,
}

impl IncidentKind {
    /// Every kind.
    pub const ALL: [Self; 20] = [
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
        Self::Abuse,
        Self::Compromise,
        Self::DenialOfService,
        Self::Leak,
        Self::Masquerading,
        Self::LostDevice,
        Self::Malware,
        Self::Defacement,
        Self::Ransomware,
        Self::Other,
    ];

    /// The kinds that an officer reports: the categories of the Government's guide. The others open by themselves.
    pub const REPORTED: [Self; 10] = [
        Self::Abuse,
        Self::Compromise,
        Self::DenialOfService,
        Self::Leak,
        Self::Masquerading,
        Self::LostDevice,
        Self::Malware,
        Self::Defacement,
        Self::Ransomware,
        Self::Other,
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
            Self::Abuse => "abuse",
            Self::Compromise => "compromise",
            Self::DenialOfService => "denial-of-service",
            Self::Leak => "leak",
            Self::Masquerading => "masquerading",
            Self::LostDevice => "lost-device",
            Self::Malware => "malware",
            Self::Defacement => "defacement",
            Self::Ransomware => "ransomware",
            Self::Other => "other",
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
            Self::Abuse => Text::new("Misuse of a system", "濫用系統", "滥用系统"),
            Self::Compromise => Text::new("A system was broken into", "系統被入侵", "系统被入侵"),
            Self::DenialOfService => Text::new("Denial of service", "阻斷服務攻擊", "拒绝服务攻击"),
            Self::Leak => Text::new("Leak of data", "資料外洩", "资料外泄"),
            Self::Masquerading => Text::new("Masquerading", "假冒部門", "假冒部门"),
            Self::LostDevice => Text::new("Lost device or medium", "遺失裝置或儲存媒體", "遗失设备或存储介质"),
            Self::Malware => Text::new("Malicious programs", "惡意程式", "恶意程序"),
            Self::Defacement => Text::new("Defaced website", "網站被竄改", "网站被篡改"),
            Self::Ransomware => Text::new("Ransomware", "勒索軟件", "勒索软件"),
            Self::Other => Text::new("Other incident", "其他事故", "其他事故"),
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
    /// The department of the commander.
    pub lead: Option<Id<kinds::Department>>,
    /// Who commands; nothing until somebody takes command.
    pub commander: Option<Id<kinds::Officer>>,
    /// Whether it is an exercise.
    pub is_exercise: bool,
    /// What is known of it and decides which deadlines there are.
    pub facts: Vec<Fact>,
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
