use kernel::{Language, Text};
use serde::{Deserialize, Serialize};

/// What can be asked of a resident. There is no free field: what is not in this list cannot be collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// The number on the Hong Kong identity card.
    IdNumber,
    /// Date of birth.
    BirthDate,
    /// Name as on the identity card.
    Name,
    /// Address for delivery.
    Address,
    /// Hong Kong mobile number for messages.
    Mobile,
    /// How many doses of a vaccine.
    Vaccination,
    /// The result of a test, recorded after the entry.
    TestResult,
}

/// Of whom a field is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Only the main registrant.
    Main,
    /// The main registrant and every member of the household.
    Everyone,
}

/// Fields that are sealed together, under one purpose and one expiry day. The number stands in the seal's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum FieldGroup {
    /// Identity number and date of birth.
    Identity = 1,
    /// Name and address.
    Contact = 2,
    /// Mobile number.
    Mobile = 3,
    /// Vaccination and test results: in operations only.
    Health = 4,
}

/// One field of the form, with its reason and its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What is asked.
    pub field: FieldKind,
    /// Of whom.
    pub who: Who,
    /// Whether it must be given.
    pub obligatory: bool,
    /// The id of the purpose it is collected for. Missing in a draft only: it does not compile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Days that it is kept after the latest closing day. Missing in a draft only: it does not compile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u16>,
    /// Why this very item is asked, for the data table and beside the question.
    pub explanation: Text,
}

impl FieldKind {
    /// Every kind, in the order in which the form asks.
    pub const ALL: [Self; 7] = [
        Self::IdNumber,
        Self::BirthDate,
        Self::Name,
        Self::Address,
        Self::Mobile,
        Self::Vaccination,
        Self::TestResult,
    ];

    /// The group it is sealed in.
    pub const fn group(self) -> FieldGroup {
        match self {
            Self::IdNumber | Self::BirthDate => FieldGroup::Identity,
            Self::Name | Self::Address => FieldGroup::Contact,
            Self::Mobile => FieldGroup::Mobile,
            Self::Vaccination | Self::TestResult => FieldGroup::Health,
        }
    }

    /// Its name on pages and in the statement.
    pub const fn label(self, language: Language) -> &'static str {
        use Language::{En, ZhHans, ZhHant};
        match (self, language) {
            (Self::IdNumber, En) => "Hong Kong identity card number",
            (Self::IdNumber, ZhHant) => "香港身份證號碼",
            (Self::IdNumber, ZhHans) => "香港身份证号码",
            (Self::BirthDate, En) => "Date of birth",
            (Self::BirthDate, _) => "出生日期",
            (Self::Name, En) => "Name",
            (Self::Name, _) => "姓名",
            (Self::Address, En) => "Address",
            (Self::Address, _) => "地址",
            (Self::Mobile, En) => "Hong Kong mobile phone number",
            (Self::Mobile, ZhHant) => "香港流動電話號碼",
            (Self::Mobile, ZhHans) => "香港手提电话号码",
            (Self::Vaccination, En) => "Doses of COVID-19 vaccine",
            (Self::Vaccination, ZhHant) => "2019冠狀病毒病疫苗接種劑數",
            (Self::Vaccination, ZhHans) => "2019冠状病毒病疫苗接种剂数",
            (Self::TestResult, En) => "Test result",
            (Self::TestResult, ZhHant) => "檢測結果",
            (Self::TestResult, ZhHans) => "检测结果",
        }
    }
}

impl Who {
    /// How pages say it.
    pub const fn label(self, language: Language) -> &'static str {
        use Language::{En, ZhHans, ZhHant};
        match (self, language) {
            (Self::Main, En) => "the main registrant",
            (Self::Main, ZhHant) => "主要登記人",
            (Self::Main, ZhHans) => "主要登记人",
            (Self::Everyone, En) => "everyone in the registration",
            (Self::Everyone, ZhHant) => "登記內的每一位",
            (Self::Everyone, ZhHans) => "登记内的每一位",
        }
    }
}

impl FieldGroup {
    /// The groups, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Contact, Self::Mobile, Self::Health];

    /// The number in the seal's path and in stored rows.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The fields sealed in it.
    pub const fn kinds(self) -> &'static [FieldKind] {
        match self {
            Self::Identity => &[FieldKind::IdNumber, FieldKind::BirthDate],
            Self::Contact => &[FieldKind::Name, FieldKind::Address],
            Self::Mobile => &[FieldKind::Mobile],
            Self::Health => &[FieldKind::Vaccination, FieldKind::TestResult],
        }
    }
}
