use kernel::{Id, Instant, Text, kinds};
use people::Role;

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertKind {
    /// An incident was opened.
    Incident,
    /// A lease ends soon.
    LeaseEnds,
    /// A contractor has to be asked, because of what happened there to another department.
    LinkedEnquiry,
    /// Something a contractor owes is due or wrong.
    ContractorOwes,
    /// Many records were opened within an hour.
    ManyOpenings,
    /// Records were opened out of office hours.
    OutOfHours,
    /// One name was searched for again and again.
    RepeatedSearch,
    /// Rights were not used for a long time and have ended.
    IdleRights,
    /// A review of access rights is due.
    ReviewDue,
    /// Data has passed its day and is still there.
    PurgeLag,
    /// The definitions of the virus scanner are old.
    StaleDefinitions,
    /// A backup is missing or could not be restored.
    Backup,
    /// A resident's formal request has to be answered.
    RequestDue,
    /// A deadline of an incident is near or has passed.
    Deadline,
    /// An advisory waits to be confirmed.
    Advisory,
    /// Somebody's training lapses soon.
    Training,
}

impl AlertKind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Incident,
        Self::LeaseEnds,
        Self::LinkedEnquiry,
        Self::ContractorOwes,
        Self::ManyOpenings,
        Self::OutOfHours,
        Self::RepeatedSearch,
        Self::IdleRights,
        Self::ReviewDue,
        Self::PurgeLag,
        Self::StaleDefinitions,
        Self::Backup,
        Self::RequestDue,
        Self::Deadline,
        Self::Advisory,
        Self::Training,
    ];

    /// The name in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::LeaseEnds => "lease-ends",
            Self::LinkedEnquiry => "linked-enquiry",
            Self::ContractorOwes => "contractor-owes",
            Self::ManyOpenings => "many-openings",
            Self::OutOfHours => "out-of-hours",
            Self::RepeatedSearch => "repeated-search",
            Self::IdleRights => "idle-rights",
            Self::ReviewDue => "review-due",
            Self::PurgeLag => "purge-lag",
            Self::StaleDefinitions => "stale-definitions",
            Self::Backup => "backup",
            Self::RequestDue => "request-due",
            Self::Deadline => "deadline",
            Self::Advisory => "advisory",
            Self::Training => "training",
        }
    }

    /// The kind with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// What officers read above the text.
    pub fn title(self) -> Text {
        match self {
            Self::Incident => Text::new("Incident", "事故", "事故"),
            Self::LeaseEnds => Text::new("A lease ends soon", "資料租約即將屆滿", "资料租约即将届满"),
            Self::LinkedEnquiry => Text::new("Ask your contractor", "請向承辦商查詢", "请向承办商查询"),
            Self::ContractorOwes => {
                Text::new("A contractor owes something", "承辦商尚有未履行的責任", "承办商尚有未履行的责任")
            }
            Self::ManyOpenings => Text::new("Many records opened", "大量開啟記錄", "大量打开记录"),
            Self::OutOfHours => {
                Text::new("Records opened out of office hours", "於非辦公時間開啟記錄", "于非办公时间打开记录")
            }
            Self::RepeatedSearch => Text::new("Repeated searches", "重複搜尋", "重复搜索"),
            Self::IdleRights => Text::new("Unused rights have ended", "閒置權限已終止", "闲置权限已终止"),
            Self::ReviewDue => Text::new("Access review due", "須覆檢存取權限", "须复检访问权限"),
            Self::PurgeLag => Text::new("Data beyond its day", "資料超過保存期限", "资料超过保存期限"),
            Self::StaleDefinitions => {
                Text::new("Virus definitions are old", "病毒定義檔過時", "病毒定义档过时")
            }
            Self::Backup => Text::new("Backup needs attention", "備份需要留意", "备份需要留意"),
            Self::RequestDue => {
                Text::new("A resident's request is to be answered", "須答覆市民的正式要求", "须答复市民的正式要求")
            }
            Self::Deadline => Text::new("A deadline of an incident", "事故的限期", "事故的限期"),
            Self::Advisory => Text::new("Security advisory", "保安警告", "安全警告"),
            Self::Training => Text::new("Training is to be renewed", "培訓須續期", "培训须续期"),
        }
    }
}

/// What became of an alert. A list and no free text: an officer's note might name people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was ordinary work, and there is an explanation.
    Explained,
    /// Somebody is looking into it.
    FollowedUp,
    /// It has been passed to who must decide.
    PassedOn,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Explained, Self::FollowedUp, Self::PassedOn];

    /// The name in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Explained => "explained",
            Self::FollowedUp => "followed-up",
            Self::PassedOn => "passed-on",
        }
    }

    /// The outcome with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.slug() == slug)
    }

    /// What officers read.
    pub fn title(self) -> Text {
        match self {
            Self::Explained => Text::new("Explained: ordinary work", "已有解釋：屬正常工作", "已有解释：属正常工作"),
            Self::FollowedUp => Text::new("Being looked into", "正在跟進", "正在跟进"),
            Self::PassedOn => Text::new("Passed on for a decision", "已轉交決定", "已转交决定"),
        }
    }
}

/// An alert on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its id.
    pub id: Id<kinds::Alert>,
    /// What it is about.
    pub kind: AlertKind,
    /// The department whose officers it is for; nothing when it is for all.
    pub department: Option<Id<kinds::Department>>,
    /// The service it is about.
    pub service: Option<Id<kinds::Service>>,
    /// What to know and to do. Names no resident.
    pub text: Text,
    /// When it was raised.
    pub raised: Instant,
    /// When it was acknowledged, by whom and how.
    pub acknowledged: Option<(Instant, Id<kinds::Officer>, Outcome)>,
}

impl Alert {
    /// Whether an officer of this department may see it.
    pub fn is_for(&self, department: Id<kinds::Department>) -> bool {
        self.department.is_none_or(|its| its == department)
    }
}

/// The roles an alert is for, as the journal names them.
pub(crate) fn role_names(roles: &[Role]) -> String {
    roles.iter().map(|role| role.slug()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_outcomes_go_there_and_back_and_speak_three_languages() {
        for kind in AlertKind::ALL {
            assert_eq!(AlertKind::from_slug(kind.slug()), Some(kind));
            assert!(kind.title().blanks().is_empty());
        }
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_slug(outcome.slug()), Some(outcome));
            assert!(outcome.title().blanks().is_empty());
        }
        assert_eq!((AlertKind::from_slug("weather"), Outcome::from_slug("lost")), (None, None));
    }
}
