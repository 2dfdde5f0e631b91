use kernel::{Day, Language, Text};

use crate::{RecordKind, Tier};

/// What a gate needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Requirement {
    /// The approved collection statement in one language.
    CollectionStatement(Language),
    /// The consultation with the Privacy Commissioner.
    PrivacyCommissionerConsultation,
    /// The independent privacy impact assessment.
    PrivacyImpactAssessment,
    /// The security risk assessment.
    SecurityRiskAssessment,
    /// The independent security audit.
    SecurityAudit,
    /// The pre-launch test.
    PreLaunchTest,
    /// The pre-launch test with simulated intrusion.
    SimulatedIntrusion,
    /// Two signatures of different roles by different officers.
    TwoSignatures,
}

impl Requirement {
    /// The documents that a gate needs, in the order in which they are usually made.
    pub fn documents(tier: Tier) -> impl Iterator<Item = Self> {
        let test = match tier {
            Tier::Ordinary => Self::PreLaunchTest,
            Tier::LargeOrHighRisk => Self::SimulatedIntrusion,
        };
        Language::ALL.into_iter().map(Self::CollectionStatement).chain([
            Self::PrivacyCommissionerConsultation,
            Self::PrivacyImpactAssessment,
            Self::SecurityRiskAssessment,
            Self::SecurityAudit,
            test,
        ])
    }

    /// Whether a document of this kind is what is needed.
    pub fn is_met_by(self, kind: RecordKind) -> bool {
        match (self, kind) {
            (Self::CollectionStatement(needed), RecordKind::CollectionStatement { language }) => needed == language,
            (Self::SimulatedIntrusion, RecordKind::PreLaunchTest { simulated_intrusion }) => simulated_intrusion,
            (Self::PrivacyCommissionerConsultation, RecordKind::PrivacyCommissionerConsultation)
            | (Self::PrivacyImpactAssessment, RecordKind::PrivacyImpactAssessment)
            | (Self::SecurityRiskAssessment, RecordKind::SecurityRiskAssessment)
            | (Self::SecurityAudit, RecordKind::SecurityAudit)
            | (Self::PreLaunchTest, RecordKind::PreLaunchTest { .. }) => true,
            _ => false,
        }
    }

    /// What an officer reads.
    pub fn text(self) -> Text {
        match self {
            Self::CollectionStatement(Language::En) => Text::new(
                "The approved collection statement in English",
                "已批准的英文收集個人資料聲明",
                "已批准的英文收集个人资料声明",
            ),
            Self::CollectionStatement(Language::ZhHant) => Text::new(
                "The approved collection statement in Traditional Chinese",
                "已批准的繁體中文收集個人資料聲明",
                "已批准的繁体中文收集个人资料声明",
            ),
            Self::CollectionStatement(Language::ZhHans) => Text::new(
                "The approved collection statement in Simplified Chinese",
                "已批准的簡體中文收集個人資料聲明",
                "已批准的简体中文收集个人资料声明",
            ),
            Self::PrivacyCommissionerConsultation => Text::new(
                "The consultation with the Privacy Commissioner for Personal Data",
                "諮詢個人資料私隱專員的紀錄",
                "咨询个人资料私隐专员的记录",
            ),
            Self::PrivacyImpactAssessment => {
                Text::new("An independent privacy impact assessment", "獨立的私隱影響評估", "独立的私隐影响评估")
            }
            Self::SecurityRiskAssessment => Text::new("A security risk assessment", "保安風險評估", "保安风险评估"),
            Self::SecurityAudit => Text::new("An independent security audit", "獨立的保安審計", "独立的保安审计"),
            Self::PreLaunchTest => Text::new("A test before launch", "推出前測試", "推出前测试"),
            Self::SimulatedIntrusion => Text::new(
                "A test before launch with simulated intrusion",
                "包括模擬入侵的推出前測試",
                "包括模拟入侵的推出前测试",
            ),
            Self::TwoSignatures => Text::new(
                "The signatures of two officers of different roles over these documents",
                "兩名不同職責的人員就上述文件作出的簽署",
                "两名不同职责的人员就上述文件作出的签署",
            ),
        }
    }
}

/// What stands between a version and the public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is not there.
    Absent(Requirement),
    /// It was there and has expired.
    Expired(Requirement, Day),
    /// A later version has taken the place of this one, for good.
    Superseded,
}

impl Missing {
    /// What an officer reads.
    pub fn text(self) -> Text {
        match self {
            Self::Absent(requirement) => requirement.text(),
            Self::Expired(requirement, day) => {
                let Text { en, zh_hant, zh_hans } = requirement.text();
                Text::new(
                    format!("{en} (expired on {day})"),
                    format!("{zh_hant}（已於 {day} 到期）"),
                    format!("{zh_hans}（已于 {day} 到期）"),
                )
            }
            Self::Superseded => Text::new(
                "A later version is in force; this one does not come back",
                "較新的版本已經生效，此版本不會再使用",
                "较新的版本已经生效，此版本不会再使用",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_named_in_three_languages_and_met_by_one_kind() {
        let intrusion = RecordKind::PreLaunchTest { simulated_intrusion: true };
        for tier in [Tier::Ordinary, Tier::LargeOrHighRisk] {
            assert_eq!(Requirement::documents(tier).count(), 8);
            for requirement in Requirement::documents(tier).chain([Requirement::TwoSignatures]) {
                assert!(requirement.text().blanks().is_empty());
                assert!(Missing::Expired(requirement, Day::from_number(0)).text().en.contains("1970-01-01"));
            }
            assert_eq!(Requirement::documents(tier).filter(|it| it.is_met_by(intrusion)).count(), 1);
        }
        let plain = RecordKind::PreLaunchTest { simulated_intrusion: false };
        assert!(Requirement::PreLaunchTest.is_met_by(plain) && !Requirement::SimulatedIntrusion.is_met_by(plain));
        assert!(!Requirement::TwoSignatures.is_met_by(plain));
    }
}
