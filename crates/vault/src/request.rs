//! Formal requests for access and correction (Personal Data (Privacy) Ordinance, sections 18 to 27).
//!
//! A request has forty days (sections 19 and 23). What the resident wrote is sealed; the log book (section 27) names nobody and
//! is kept for four years. Both stand in the platform's store, because they outlive a scheme.

mod decide;
mod letter;
mod log_book;
mod lodge;
mod look;
mod proof;

use kernel::{Day, Id, Instant, Language, Text, kinds};
use seal::{Keyring, Purpose, RecordNumber, SealError, Slot};
use serde::{Deserialize, Serialize};

pub use decide::{DecideError, answer_request, refuse_request};
pub use letter::{LetterText, RequestLetter, request_letter};
pub use log_book::{LogEntry, log_book, purge_requests};
pub use lodge::{ADDRESS_MOST, LodgeError, LodgeRequest, NAME_MOST, SealedDetails, TEXT_MOST, lodge_request, seal_details};
pub use proof::{
    DecidedProof, PROOF_MONTHS, ReadProof, SealedProof, decided_proofs, has_proof, open_proof, remove_proofs, seal_proof,
};
pub use look::{ReadDetails, due_requests, open_details, request, requests};

use crate::inventory::{InventoryRow, Until};

/// The purpose under which what a resident wrote is sealed.
pub const REQUESTS: &str = "requests";

/// Days within which a request is answered or refused (sections 19(1) and 23(1)).
pub const REQUEST_DAYS: i32 = 40;
/// Months that the log book is kept (section 27(3)).
pub const LOG_MONTHS: i32 = 48;
/// Months that what the resident wrote is kept: long enough for a complaint about the answer.
pub const DETAILS_MONTHS: i32 = 12;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word in the store, in forms and in pages' keys.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads what a form sent.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// What is asked for.
    RequestKind {
        /// To be told whether data are held, and to get a copy (section 18).
        Access = "access",
        /// To have them corrected (section 22).
        Correction = "correction",
    }
}

words! {
    /// By which way it came.
    RequestChannel {
        /// The resident's own page.
        Online = "online",
        /// An officer, for somebody who called, wrote or came.
        Officer = "officer",
    }
}

words! {
    /// How far it has come.
    RequestState {
        /// It waits for an answer.
        Lodged = "lodged",
        /// It was complied with.
        Complied = "complied",
        /// It was complied with in part; the rest was refused with a ground.
        Partly = "partly",
        /// It was refused.
        Refused = "refused",
    }
}

words! {
    /// On what ground a request is refused. There are no others.
    Ground {
        /// The requester's identity is not shown (sections 20(1)(a) and 24(1)(a)).
        NotIdentified = "not-identified",
        /// Complying would disclose another person's data (section 20(1)(b)).
        OtherPerson = "other-person",
        /// Complying is prohibited by another law (section 20(1)(c)).
        Prohibited = "prohibited",
        /// The request is not in writing in Chinese or English (sections 20(3)(a) and 24(3)(a)).
        NotInWriting = "not-in-writing",
        /// There is not enough to find the data by (section 20(3)(b)).
        NotFound = "not-found",
        /// The same was asked twice or more and it would be unreasonable to comply again (section 20(3)(c)).
        Repeated = "repeated",
        /// Another data user controls the use of the data (sections 20(3)(d) and 24(3)(e)).
        OtherUser = "other-user",
        /// The request is not on the form that the Commissioner prescribes (section 20(3)(e)).
        NotPrescribedForm = "not-prescribed-form",
        /// An exemption under Part 8 applies (section 20(3)(f)).
        Exempt = "exempt",
        /// We are not satisfied that the data are inaccurate (section 24(3)(b)).
        NotInaccurate = "not-inaccurate",
        /// We are not satisfied that the correction asked for is accurate (section 24(3)(d)).
        CorrectionInaccurate = "correction-inaccurate",
    }
}

impl RequestKind {
    /// Its name on pages and in letters.
    pub fn title(self) -> Text {
        match self {
            Self::Access => Text::new("Data access request", "查閱資料要求", "查阅资料要求"),
            Self::Correction => Text::new("Data correction request", "改正資料要求", "改正资料要求"),
        }
    }
}

impl Ground {
    /// The grounds for one kind of request.
    pub fn for_kind(kind: RequestKind) -> Vec<Self> {
        let both = [Self::NotIdentified, Self::NotInWriting, Self::OtherUser];
        let own: &[Self] = match kind {
            RequestKind::Access => &[
                Self::OtherPerson,
                Self::Prohibited,
                Self::NotFound,
                Self::Repeated,
                Self::NotPrescribedForm,
                Self::Exempt,
            ],
            RequestKind::Correction => &[Self::NotInaccurate, Self::CorrectionInaccurate],
        };
        both.into_iter().chain(own.iter().copied()).collect()
    }

    /// The section of the Ordinance.
    pub const fn section(self, kind: RequestKind) -> &'static str {
        match (self, kind) {
            (Self::NotIdentified, RequestKind::Access) => "20(1)(a)",
            (Self::NotIdentified, RequestKind::Correction) => "24(1)(a)",
            (Self::OtherPerson, _) => "20(1)(b)",
            (Self::Prohibited, _) => "20(1)(c)",
            (Self::NotInWriting, RequestKind::Access) => "20(3)(a)",
            (Self::NotInWriting, RequestKind::Correction) => "24(3)(a)",
            (Self::NotFound, _) => "20(3)(b)",
            (Self::Repeated, _) => "20(3)(c)",
            (Self::OtherUser, RequestKind::Access) => "20(3)(d)",
            (Self::OtherUser, RequestKind::Correction) => "24(3)(e)",
            (Self::NotPrescribedForm, _) => "20(3)(e)",
            (Self::Exempt, _) => "20(3)(f)",
            (Self::NotInaccurate, _) => "24(3)(b)",
            (Self::CorrectionInaccurate, _) => "24(3)(d)",
        }
    }

    /// The ground in words, as letters and pages say it.
    pub fn text(self) -> Text {
        match self {
            Self::NotIdentified => Text::new(
                "we could not be satisfied of who made the request",
                "我們未能信納提出要求者的身分",
                "我们未能信纳提出要求者的身份",
            ),
            Self::OtherPerson => Text::new(
                "we could not comply without disclosing another person's data",
                "依從要求便會披露另一人的資料",
                "依从要求便会披露另一人的资料",
            ),
            Self::Prohibited => Text::new(
                "another law prohibits us from complying",
                "另一法例禁止我們依從要求",
                "另一法例禁止我们依从要求",
            ),
            Self::NotInWriting => Text::new(
                "the request was not in writing in Chinese or English",
                "要求並非以中文或英文書面提出",
                "要求并非以中文或英文书面提出",
            ),
            Self::NotFound => Text::new(
                "we were not given enough to find the data",
                "所提供的資料不足以讓我們找出有關個人資料",
                "所提供的资料不足以让我们找出有关个人资料",
            ),
            Self::Repeated => Text::new(
                "the same was asked before, and it would be unreasonable to comply again",
                "已曾提出同樣要求，再次依從並不合理",
                "已曾提出同样要求，再次依从并不合理",
            ),
            Self::OtherUser => Text::new(
                "another organisation controls how the data are used",
                "有關資料的使用由另一資料使用者控制",
                "有关资料的使用由另一资料使用者控制",
            ),
            Self::NotPrescribedForm => Text::new(
                "the request was not made on the prescribed form (OPS003)",
                "要求並非以指明表格（OPS003）提出",
                "要求并非以指明表格（OPS003）提出",
            ),
            Self::Exempt => Text::new(
                "an exemption under Part 8 of the Ordinance applies",
                "條例第8部所訂的豁免適用",
                "条例第8部所订的豁免适用",
            ),
            Self::NotInaccurate => Text::new(
                "we are not satisfied that the data are inaccurate",
                "我們不信納有關資料不準確",
                "我们不信纳有关资料不准确",
            ),
            Self::CorrectionInaccurate => Text::new(
                "we are not satisfied that the correction asked for is accurate",
                "我們不信納所要求的改正屬準確",
                "我们不信纳所要求的改正属准确",
            ),
        }
    }
}

/// What the resident wrote: personal, and so sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestDetails {
    /// The reference of the registration, where the resident gave one.
    pub reference: String,
    /// The name to which the answer is addressed.
    pub name: String,
    /// Where the answer goes.
    pub address: String,
    /// What is asked for, in the resident's words.
    pub text: String,
}

impl std::fmt::Debug for RequestDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestDetails(…)")
    }
}

/// A request as lists and pages show it: nothing in it is personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// Its id.
    pub id: Id<kinds::SubjectRequest>,
    /// Its running number, for letters.
    pub number: i64,
    /// The service concerned.
    pub service: Id<kinds::Service>,
    /// What is asked for.
    pub kind: RequestKind,
    /// By which way it came.
    pub channel: RequestChannel,
    /// The language of the letters.
    pub language: Language,
    /// When it was lodged.
    pub lodged: Instant,
    /// The last day on which it can be answered in time.
    pub due: Day,
    /// How far it has come.
    pub state: RequestState,
    /// On what ground it was refused, wholly or in part.
    pub ground: Option<Ground>,
    /// When it was answered or refused.
    pub decided: Option<Instant>,
    pub(crate) record: RecordNumber,
    pub(crate) details: Option<Vec<u8>>,
    pub(crate) expiry: Day,
}

impl RequestRow {
    /// How many days are left; negative when it is overdue. A decided request has none.
    pub fn days_left(&self, today: Day) -> Option<i32> {
        (self.state == RequestState::Lodged).then(|| self.due.since(today))
    }

    /// Its number as letters print it: `2020/0007`.
    pub fn printed(&self) -> String {
        format!("{}/{:04}", self.lodged.day().civil().0, self.number)
    }

    /// Whether what the resident wrote can still be opened.
    pub const fn has_details(&self) -> bool {
        self.details.is_some()
    }
}

/// Adds this part's purpose to the platform's keys. Call it when the platform opens.
pub fn prepare_request_keys(keys: &Keyring) -> Result<(), SealError> {
    keys.add_purpose(&Purpose::new(REQUESTS)?)
}

pub(crate) fn slot(record: RecordNumber, expiry: Day) -> Result<Slot, SealError> {
    Ok(Slot { purpose: Purpose::new(REQUESTS)?, record, person: 0, group: 0, schema: 1, expiry })
}

/// What the platform's store holds about requests.
pub fn request_inventory() -> Vec<InventoryRow> {
    vec![what_was_written(), pictures()]
}

fn pictures() -> InventoryRow {
    InventoryRow {
        table: "subject_request_proof",
        column: "sealed",
        what: Text::new(
            "Pictures of documents that residents sent with formal requests",
            "市民隨正式要求提交的文件圖片",
            "市民随正式要求提交的文件图片",
        ),
        until: Until::Rule(Text::new(
            "The decision on the request; three months after it was lodged at the latest",
            "就要求作出決定時；最遲於提出要求後3個月",
            "就要求作出决定时；最迟于提出要求后3个月",
        )),
        ..what_was_written()
    }
}

fn what_was_written() -> InventoryRow {
    InventoryRow {
        table: "subject_request",
        column: "details",
        what: Text::new(
            "What residents wrote in formal requests: name, address for the answer, the request",
            "市民在正式要求中所寫的內容：姓名、回覆地址、要求",
            "市民在正式要求中所写的内容：姓名、回复地址、要求",
        ),
        purpose: REQUESTS.to_owned(),
        why: Text::new(
            "To answer requests for access and correction",
            "回覆查閱及改正資料的要求",
            "回复查阅及改正资料的要求",
        ),
        ground: Text::new(
            "Personal Data (Privacy) Ordinance, sections 18 to 27",
            "《個人資料(私隱)條例》第18至27條",
            "《个人资料(私隐)条例》第18至27条",
        ),
        since: None,
        until: Until::Rule(Text::new(
            "12 months after the request was lodged",
            "提出要求後12個月",
            "提出要求后12个月",
        )),
        openers: vec![people::Role::PrivacyOfficer.title()],
        contractors: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ground_has_words_in_three_languages_and_a_section_of_its_kind() {
        for &kind in RequestKind::ALL {
            let grounds = Ground::for_kind(kind);
            for ground in &grounds {
                assert!(ground.text().blanks().is_empty());
                let part = if kind == RequestKind::Access { "20(" } else { "24(" };
                assert!(ground.section(kind).starts_with(part), "{ground:?}");
            }
            assert!(grounds.len() >= 5);
        }
        for &ground in Ground::ALL {
            assert_eq!(Ground::parse(ground.as_str()), Some(ground));
            assert!(RequestKind::ALL.iter().any(|&kind| Ground::for_kind(kind).contains(&ground)), "{ground:?}");
        }
    }
}
