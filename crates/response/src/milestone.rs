use kernel::{Instant, Text};
use serde::{Deserialize, Serialize};

/// Something in the life of an incident that has a time: it changes the state, or starts or meets a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Milestone {
    /// It began.
    Occurred,
    /// Somebody noticed something.
    Discovered,
    /// After a preliminary investigation it is reasonably certain that it is an incident (ISPG-SM02: not the first anomaly).
    Aware,
    /// It does not spread any more.
    Contained,
    /// Its cause is removed.
    Eradicated,
    /// The service runs as it should.
    Recovered,
    /// The Government's incident response office was told by telephone.
    ToldOffice,
    /// The preliminary report has gone out.
    Preliminary,
    /// A report of how the recovery stands has gone out.
    Status,
    /// An interim report has gone out.
    Interim,
    /// The post-incident report has gone out.
    Final,
    /// The initial report of a matter that embarrasses the Government has gone out.
    Initial,
    /// The full report of such a matter has gone out.
    Full,
    /// The Privacy Commissioner was told.
    ToldPrivacy,
    /// The police were told.
    ToldPolice,
    /// The regulator of critical infrastructure was told.
    ToldInfrastructure,
}

impl Milestone {
    /// Every milestone, in the order of forms.
    pub const ALL: [Self; 16] = [
        Self::Occurred,
        Self::Discovered,
        Self::Aware,
        Self::Contained,
        Self::Eradicated,
        Self::Recovered,
        Self::ToldOffice,
        Self::Preliminary,
        Self::Status,
        Self::Interim,
        Self::Final,
        Self::Initial,
        Self::Full,
        Self::ToldPrivacy,
        Self::ToldPolice,
        Self::ToldInfrastructure,
    ];

    /// The name in data, in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Occurred => "occurred",
            Self::Discovered => "discovered",
            Self::Aware => "aware",
            Self::Contained => "contained",
            Self::Eradicated => "eradicated",
            Self::Recovered => "recovered",
            Self::ToldOffice => "told-office",
            Self::Preliminary => "preliminary",
            Self::Status => "status",
            Self::Interim => "interim",
            Self::Final => "final",
            Self::Initial => "initial",
            Self::Full => "full",
            Self::ToldPrivacy => "told-privacy",
            Self::ToldPolice => "told-police",
            Self::ToldInfrastructure => "told-infrastructure",
        }
    }

    /// The milestone with this name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.slug() == slug)
    }

    /// Whether it happens again and again; of the others the time that was given last counts.
    pub const fn repeats(self) -> bool {
        matches!(self, Self::Status | Self::Interim)
    }

    /// What officers read.
    pub fn title(self) -> Text {
        match self {
            Self::Occurred => Text::new("It began", "事故發生", "事故发生"),
            Self::Discovered => Text::new("Somebody noticed it", "發現異常", "发现异常"),
            Self::Aware => Text::new("Reasonably certain that it is an incident", "合理確定屬事故", "合理确定属事故"),
            Self::Contained => Text::new("Contained", "已遏止", "已遏止"),
            Self::Eradicated => Text::new("Cause removed", "已根除成因", "已根除成因"),
            Self::Recovered => Text::new("Recovered", "已復原", "已复原"),
            Self::ToldOffice => {
                Text::new("Government incident office told by telephone", "已致電政府事故應變辦事處", "已致电政府事故应变办事处")
            }
            Self::Preliminary => Text::new("Preliminary report sent", "已提交初步報告", "已提交初步报告"),
            Self::Status => Text::new("Report on recovery sent", "已匯報復原進度", "已汇报复原进度"),
            Self::Interim => Text::new("Interim report sent", "已提交中期報告", "已提交中期报告"),
            Self::Final => Text::new("Post-incident report sent", "已提交事後報告", "已提交事后报告"),
            Self::Initial => {
                Text::new("Initial report sent (matter that embarrasses the Government)", "已提交首份報告（令政府尷尬的事件）", "已提交首份报告（令政府尴尬的事件）")
            }
            Self::Full => {
                Text::new("Full report sent (matter that embarrasses the Government)", "已提交詳細報告（令政府尷尬的事件）", "已提交详细报告（令政府尴尬的事件）")
            }
            Self::ToldPrivacy => Text::new("Privacy Commissioner told", "已通報私隱專員", "已通报私隐专员"),
            Self::ToldPolice => Text::new("Police told", "已向警方報案", "已向警方报案"),
            Self::ToldInfrastructure => {
                Text::new("Regulator of critical infrastructure told", "已通報關鍵基礎設施監管機構", "已通报关键基础设施监管机构")
            }
        }
    }
}

/// A time that somebody gave for a milestone. Nothing given is ever taken back: a later one stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Of what.
    pub milestone: Milestone,
    /// When it was.
    pub at: Instant,
    /// When that was noted.
    pub noted: Instant,
}

/// Where an incident stands: the furthest of its states whose time is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseState {
    /// Something was noticed; nothing is certain.
    Suspected,
    /// It is an incident.
    Aware,
    /// It does not spread any more.
    Contained,
    /// Its cause is removed.
    Eradicated,
    /// The service runs as it should.
    Recovered,
    /// Nothing is left to do.
    Closed,
}

impl CaseState {
    /// The state by what is known.
    pub fn of(moments: &[Moment], closed: bool) -> Self {
        if closed {
            return Self::Closed;
        }
        let known = |milestone| moments.iter().any(|moment| moment.milestone == milestone);
        let order = [
            (Milestone::Recovered, Self::Recovered),
            (Milestone::Eradicated, Self::Eradicated),
            (Milestone::Contained, Self::Contained),
            (Milestone::Aware, Self::Aware),
        ];
        order.into_iter().find(|(milestone, _)| known(*milestone)).map_or(Self::Suspected, |(_, state)| state)
    }

    /// What officers read.
    pub fn title(self) -> Text {
        match self {
            Self::Suspected => Text::new("Suspected", "懷疑", "怀疑"),
            Self::Aware => Text::new("Incident", "確定為事故", "确定为事故"),
            Self::Contained => Text::new("Contained", "已遏止", "已遏止"),
            Self::Eradicated => Text::new("Cause removed", "已根除成因", "已根除成因"),
            Self::Recovered => Text::new("Recovered", "已復原", "已复原"),
            Self::Closed => Text::new("Closed", "已結案", "已结案"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milestones_go_there_and_back_and_speak_three_languages() {
        for one in Milestone::ALL {
            assert_eq!(Milestone::from_slug(one.slug()), Some(one));
            assert_eq!(serde_json::to_value(one).unwrap(), one.slug());
            assert!(one.title().blanks().is_empty());
        }
        assert_eq!(Milestone::from_slug("weather"), None);
    }

    #[test]
    fn the_state_is_the_furthest_that_is_known() {
        let at = Instant::from_millis(0);
        let moment = |milestone| Moment { milestone, at, noted: at };
        assert_eq!(CaseState::of(&[moment(Milestone::Discovered)], false), CaseState::Suspected);
        let later = [moment(Milestone::Aware), moment(Milestone::Eradicated), moment(Milestone::ToldPolice)];
        assert_eq!(CaseState::of(&later, false), CaseState::Eradicated);
        assert_eq!(CaseState::of(&later, true), CaseState::Closed);
    }
}
