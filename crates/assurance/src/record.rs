use kernel::{Day, Fault, Id, Kind, Language, Text, kinds, one_line};
use serde::{Deserialize, Serialize};

use crate::Digest;

/// An assessment holds for two years at most (the Government's IT security policy, S17 20.2.1).
pub const ASSESSMENT_MONTHS: i32 = 24;
const LINE_MAX_CHARS: usize = 200;

/// What a document on record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum RecordKind {
    /// The approved collection statement in one language (PDPO, DPP1(3)).
    CollectionStatement {
        /// The language.
        language: Language,
    },
    /// The consultation with the Privacy Commissioner for Personal Data.
    PrivacyCommissionerConsultation,
    /// The privacy impact assessment, by another organisation than the department.
    PrivacyImpactAssessment,
    /// The security risk assessment.
    SecurityRiskAssessment,
    /// The security audit, by another organisation than the department.
    SecurityAudit,
    /// The test before launch.
    PreLaunchTest {
        /// Whether somebody tried to break in.
        simulated_intrusion: bool,
    },
}

impl RecordKind {
    /// Whether the document ages: what was assessed two years ago says nothing about today.
    pub const fn ages(self) -> bool {
        match self {
            Self::CollectionStatement { .. } | Self::PrivacyCommissionerConsultation => false,
            Self::PrivacyImpactAssessment
            | Self::SecurityRiskAssessment
            | Self::SecurityAudit
            | Self::PreLaunchTest { .. } => true,
        }
    }

    /// Whether it must come from outside the department.
    pub const fn independent(self) -> bool {
        matches!(self, Self::PrivacyImpactAssessment | Self::SecurityAudit)
    }

    /// Every kind, in the order in which the documents are usually made.
    pub const ALL: [Self; 9] = [
        Self::CollectionStatement { language: Language::En },
        Self::CollectionStatement { language: Language::ZhHant },
        Self::CollectionStatement { language: Language::ZhHans },
        Self::PrivacyCommissionerConsultation,
        Self::PrivacyImpactAssessment,
        Self::SecurityRiskAssessment,
        Self::SecurityAudit,
        Self::PreLaunchTest { simulated_intrusion: false },
        Self::PreLaunchTest { simulated_intrusion: true },
    ];

    /// The kind with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// The name in forms and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::CollectionStatement { language: Language::En } => "collection-statement-en",
            Self::CollectionStatement { language: Language::ZhHant } => "collection-statement-zh-hant",
            Self::CollectionStatement { language: Language::ZhHans } => "collection-statement-zh-hans",
            Self::PrivacyCommissionerConsultation => "privacy-commissioner-consultation",
            Self::PrivacyImpactAssessment => "privacy-impact-assessment",
            Self::SecurityRiskAssessment => "security-risk-assessment",
            Self::SecurityAudit => "security-audit",
            Self::PreLaunchTest { simulated_intrusion: false } => "pre-launch-test",
            Self::PreLaunchTest { simulated_intrusion: true } => "pre-launch-test-with-intrusion",
        }
    }

    /// What the public reads.
    pub fn title(self) -> Text {
        match self {
            Self::CollectionStatement { language: Language::En } => {
                Text::new("Collection statement (English)", "收集個人資料聲明（英文）", "收集个人资料声明（英文）")
            }
            Self::CollectionStatement { language: Language::ZhHant } => Text::new(
                "Collection statement (Traditional Chinese)",
                "收集個人資料聲明（繁體中文）",
                "收集个人资料声明（繁体中文）",
            ),
            Self::CollectionStatement { language: Language::ZhHans } => Text::new(
                "Collection statement (Simplified Chinese)",
                "收集個人資料聲明（簡體中文）",
                "收集个人资料声明（简体中文）",
            ),
            Self::PrivacyCommissionerConsultation => Text::new(
                "Consultation with the Privacy Commissioner for Personal Data",
                "諮詢個人資料私隱專員",
                "咨询个人资料私隐专员",
            ),
            Self::PrivacyImpactAssessment => Text::new("Privacy impact assessment", "私隱影響評估", "私隐影响评估"),
            Self::SecurityRiskAssessment => Text::new("Security risk assessment", "保安風險評估", "保安风险评估"),
            Self::SecurityAudit => Text::new("Security audit", "保安審計", "保安审计"),
            Self::PreLaunchTest { simulated_intrusion: false } => {
                Text::new("Pre-launch test", "推出前測試", "推出前测试")
            }
            Self::PreLaunchTest { simulated_intrusion: true } => Text::new(
                "Pre-launch test with simulated intrusion",
                "推出前測試（包括模擬入侵）",
                "推出前测试（包括模拟入侵）",
            ),
        }
    }
}

/// A document as an officer puts it on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecord {
    /// What it is.
    pub kind: RecordKind,
    /// The document's title.
    pub title: String,
    /// The post or team that wrote it. It is published: never a person's name.
    pub author: String,
    /// The organisation of the author.
    pub organisation: String,
    /// The day the document bears.
    pub dated: Day,
    /// The digest of the document itself.
    pub document: Digest,
    /// The last day on which it holds; for an assessment at most, and by default, two years after its date.
    pub expires: Option<Day>,
}

/// A document on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRecord {
    /// Its id.
    pub id: Id<kinds::GateRecord>,
    /// What it is.
    pub kind: RecordKind,
    /// Its title.
    pub title: String,
    /// The post or team that wrote it.
    pub author: String,
    /// The organisation of the author.
    pub organisation: String,
    /// The day it bears.
    pub dated: Day,
    /// Its digest.
    pub document: Digest,
    /// The last day on which it holds.
    pub expires: Option<Day>,
    /// The officer who put it on record.
    pub by: Id<kinds::Officer>,
}

/// Why a document is not put on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordRefused {
    /// A line is blank, too long or more than one line.
    #[error("title, author and organisation are one line each, of 1 to 200 characters")]
    Line,
    /// It is dated in the future.
    #[error("the document is dated in the future")]
    Future,
    /// It has expired already, or would before its own date.
    #[error("the document has expired")]
    Expired,
    /// An assessment cannot hold longer than two years.
    #[error("an assessment holds for two years at most")]
    TooLong,
    /// The department cannot assess itself.
    #[error("this must come from an independent organisation, not from the department itself")]
    NotIndependent,
}

impl Fault for RecordRefused {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

impl NewRecord {
    /// The document on record, if it may be. `owner` is the department's name, `today` the day it is put on record.
    pub fn check(
        self,
        id: Id<kinds::GateRecord>,
        by: Id<kinds::Officer>,
        owner: &Text,
        today: Day,
    ) -> Result<GateRecord, RecordRefused> {
        let line = |text: &str| one_line(text, LINE_MAX_CHARS).map(str::to_owned).ok_or(RecordRefused::Line);
        let (title, author, organisation) = (line(&self.title)?, line(&self.author)?, line(&self.organisation)?);
        let expires = self.expiry(today)?;
        if self.kind.independent() && is_of(&organisation, owner) {
            return Err(RecordRefused::NotIndependent);
        }
        let Self { kind, dated, document, .. } = self;
        Ok(GateRecord { id, kind, title, author, organisation, dated, document, expires, by })
    }

    fn expiry(&self, today: Day) -> Result<Option<Day>, RecordRefused> {
        if self.dated > today {
            return Err(RecordRefused::Future);
        }
        let latest = self.dated.plus_months(ASSESSMENT_MONTHS);
        let expires = if self.kind.ages() { self.expires.or(Some(latest)) } else { self.expires };
        match expires {
            Some(day) if day < today || day < self.dated => Err(RecordRefused::Expired),
            Some(day) if self.kind.ages() && day > latest => Err(RecordRefused::TooLong),
            _ => Ok(expires),
        }
    }
}

impl GateRecord {
    /// Whether the document, exactly as it stands, could have come on record that day: what is read back from the store
    /// is checked again, so that no row written past the verbs opens a service.
    pub(crate) fn recheck(&self, owner: &Text, today: Day) -> Result<(), RecordRefused> {
        let Self { id, kind, title, author, organisation, dated, document, expires, by } = self.clone();
        let new = NewRecord { kind, title, author, organisation, dated, document, expires };
        let checked = new.check(id, by, owner, today)?;
        if checked.expires == expires { Ok(()) } else { Err(RecordRefused::TooLong) }
    }

    /// Whether the document still holds on this day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.expires.is_none_or(|expires| day <= expires)
    }
}

/// Whether an organisation is the department or a part of it, as far as names tell: letters, digits and ideographs of
/// the department's name in any language stand in the organisation's.
fn is_of(organisation: &str, owner: &Text) -> bool {
    let folded = fold(organisation);
    [&owner.en, &owner.zh_hant, &owner.zh_hans].into_iter().map(|name| fold(name)).any(|name| folded.contains(&name))
}

fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Text {
        Text::new("Innovation and Technology Bureau", "創新及科技局", "创新及科技局")
    }

    fn today() -> Day {
        "2020-05-01".parse().unwrap()
    }

    fn new(kind: RecordKind) -> NewRecord {
        NewRecord {
            kind,
            title: "Assessment of the scheme".to_owned(),
            author: "Privacy practice".to_owned(),
            organisation: "Harbour Assurance Limited".to_owned(),
            dated: "2020-04-20".parse().unwrap(),
            document: Digest::of(b"document"),
            expires: None,
        }
    }

    fn check(record: NewRecord) -> Result<GateRecord, RecordRefused> {
        record.check(Id::from_bytes([1; 16]), Id::from_bytes([2; 16]), &owner(), today())
    }

    #[test]
    fn an_assessment_expires_after_two_years_unless_it_says_sooner() {
        let assessed = check(new(RecordKind::SecurityRiskAssessment)).unwrap();
        assert_eq!(assessed.expires.unwrap().to_string(), "2022-04-20");
        assert!(assessed.holds_on("2022-04-20".parse().unwrap()) && !assessed.holds_on("2022-04-21".parse().unwrap()));
        let sooner = NewRecord { expires: Some(today().plus(30)), ..new(RecordKind::SecurityAudit) };
        assert_eq!(check(sooner).unwrap().expires, Some(today().plus(30)));
        let longer = NewRecord { expires: Some(today().plus(800)), ..new(RecordKind::SecurityAudit) };
        assert_eq!(check(longer), Err(RecordRefused::TooLong));
        assert_eq!(check(new(RecordKind::PrivacyCommissionerConsultation)).unwrap().expires, None);
    }

    #[test]
    fn the_future_and_the_past_are_refused() {
        let future = NewRecord { dated: today().plus(1), ..new(RecordKind::SecurityAudit) };
        assert_eq!(check(future), Err(RecordRefused::Future));
        let old = NewRecord { dated: today().plus_months(-25), ..new(RecordKind::SecurityAudit) };
        assert_eq!(check(old), Err(RecordRefused::Expired));
    }

    #[test]
    fn the_department_does_not_assess_itself() {
        for organisation in [
            "Innovation and Technology Bureau",
            "INNOVATION & technology, and: innovation and technology bureau (IT)",
            "創新及科技局 資訊科技組",
            "创新及科技局",
        ] {
            let own = |kind| check(NewRecord { organisation: organisation.to_owned(), ..new(kind) });
            assert_eq!(own(RecordKind::PrivacyImpactAssessment), Err(RecordRefused::NotIndependent), "{organisation}");
            assert_eq!(own(RecordKind::SecurityAudit), Err(RecordRefused::NotIndependent), "{organisation}");
            assert!(own(RecordKind::SecurityRiskAssessment).is_ok());
        }
    }

    #[test]
    fn an_assessment_without_an_end_does_not_come_back_from_the_store() {
        let assessed = check(new(RecordKind::SecurityAudit)).unwrap();
        assert_eq!(assessed.recheck(&owner(), today()), Ok(()));
        let endless = GateRecord { expires: None, ..assessed };
        assert_eq!(endless.recheck(&owner(), today()), Err(RecordRefused::TooLong));
    }

    #[test]
    fn kinds_go_there_and_back_and_are_named_in_three_languages() {
        for kind in RecordKind::ALL {
            assert_eq!(RecordKind::from_slug(kind.slug()), Some(kind));
            assert!(kind.title().blanks().is_empty());
        }
        assert_eq!(RecordKind::from_slug("a-promise"), None);
    }

    #[test]
    fn lines_are_lines() {
        for bad in ["", "  ", "two\nlines", &"x".repeat(201)] {
            let record = NewRecord { title: bad.to_owned(), ..new(RecordKind::SecurityAudit) };
            assert_eq!(check(record), Err(RecordRefused::Line), "{bad}");
        }
    }
}
