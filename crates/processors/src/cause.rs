use kernel::{Id, Instant, Text, kinds};
use serde::{Deserialize, Serialize};

/// Why a lease was escalated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// No deletion statement by its day.
    Silent,
    /// A statement that does not bear the contractor's signature.
    StatementForged,
    /// A probe found data, or a list of files, open to anyone.
    DataAlive,
    /// A planted record turned up.
    CanarySeen,
    /// Somebody has the data to whom the department has not consented.
    UndeclaredSubProcessor,
    /// A linked enquiry was not answered by its day.
    EnquiryUnanswered,
    /// Two clean probes were not possible by their day.
    ProbesUnclear,
    /// The contractor, or an officer who was told, reports a breach.
    BreachReported,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 8] = [
        Self::Silent,
        Self::StatementForged,
        Self::DataAlive,
        Self::CanarySeen,
        Self::UndeclaredSubProcessor,
        Self::EnquiryUnanswered,
        Self::ProbesUnclear,
        Self::BreachReported,
    ];

    /// The name in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::StatementForged => "statement-forged",
            Self::DataAlive => "data-alive",
            Self::CanarySeen => "canary-seen",
            Self::UndeclaredSubProcessor => "undeclared-sub-processor",
            Self::EnquiryUnanswered => "enquiry-unanswered",
            Self::ProbesUnclear => "probes-unclear",
            Self::BreachReported => "breach-reported",
        }
    }

    /// Whether a deletion statement made before it has turned out untrue.
    pub const fn voids_statement(self) -> bool {
        !matches!(self, Self::Silent | Self::EnquiryUnanswered | Self::ProbesUnclear)
    }

    /// Whether the contractor may go on using the data meanwhile. Only an answer that is late leaves a lease alone.
    pub const fn stops_lease(self) -> bool {
        !matches!(self, Self::EnquiryUnanswered)
    }

    /// What the head of the department reads.
    pub fn title(self) -> Text {
        match self {
            Self::Silent => Text::new(
                "No deletion statement has come",
                "未收到刪除資料聲明",
                "未收到删除资料声明",
            ),
            Self::StatementForged => Text::new(
                "The deletion statement does not bear the contractor's signature",
                "刪除資料聲明並非由承辦商簽署",
                "删除资料声明并非由承办商签署",
            ),
            Self::DataAlive => Text::new(
                "Data of the lease is open to anyone",
                "租約涉及的資料任何人均可取得",
                "租约涉及的资料任何人均可取得",
            ),
            Self::CanarySeen => Text::new(
                "A planted record of this lease has turned up",
                "租約內預設的追蹤記錄已在他處出現",
                "租约内预设的追踪记录已在他处出现",
            ),
            Self::UndeclaredSubProcessor => Text::new(
                "Data was passed to somebody without consent",
                "資料未經同意轉交他人",
                "资料未经同意转交他人",
            ),
            Self::EnquiryUnanswered => Text::new(
                "The contractor has not answered an enquiry",
                "承辦商未有回覆查詢",
                "承办商未有回复查询",
            ),
            Self::ProbesUnclear => Text::new(
                "It could not be seen whether the data is gone",
                "未能確定資料是否已經刪除",
                "未能确定资料是否已经删除",
            ),
            Self::BreachReported => Text::new(
                "A breach at the contractor was reported",
                "承辦商發生資料外洩事故",
                "承办商发生资料外泄事故",
            ),
        }
    }
}

/// Something is wrong at a contractor: the department's head is told, and an incident opens. Carried to `response` by `flows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Its id.
    pub id: Id<kinds::Escalation>,
    /// Names the occasion: one incident for each.
    pub key: String,
    /// The lease.
    pub lease: Id<kinds::Lease>,
    /// Who holds it.
    pub contractor: Id<kinds::Contractor>,
    /// Whose data it is.
    pub department: Id<kinds::Department>,
    /// The service.
    pub service: Id<kinds::Service>,
    /// Why.
    pub cause: Cause,
    /// When.
    pub at: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_name_of_its_own_and_speaks_three_languages() {
        let mut names: Vec<&str> = Cause::ALL.iter().map(|cause| cause.slug()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Cause::ALL.len());
        assert!(Cause::ALL.iter().all(|cause| cause.title().blanks().is_empty()));
    }
}
