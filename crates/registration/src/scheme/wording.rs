//! The library of usual clauses. Own words throughout; a clause may use the placeholders of [`PLACEHOLDERS`].

use kernel::{Day, Language, Text};

use super::Definition;

/// The parts of the statement, in the order in which it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartName {
    Purposes,
    Items,
    Refusal,
    Transferees,
    Matching,
    Retention,
    Access,
    Officer,
}

/// What a clause may leave for the scheme to fill in.
pub(super) const PLACEHOLDERS: [&str; 4] = ["{department}", "{title}", "{counterparty}", "{last-day}"];

/// Puts the scheme's own names into a clause.
pub(super) fn fill(clause: &str, definition: &Definition, language: Language) -> String {
    let counterparty = definition.matching.as_ref().map_or("", |m| m.counterparty.get(language));
    let last = definition.fields.iter().filter_map(|field| field.retention_days).max().unwrap_or(0);
    let last_day = day_in_words(definition.window.latest.plus(i32::from(last)), language);
    let [department, title, other, until] = PLACEHOLDERS;
    clause
        .replace(department, definition.department.get(language))
        .replace(title, definition.title.get(language))
        .replace(other, counterparty)
        .replace(until, &last_day)
}

/// `6 June 2020`, `2020年6月6日`.
pub(super) fn day_in_words(day: Day, language: Language) -> String {
    let (year, month, day) = day.civil();
    match language {
        Language::En => {
            let name = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"");
            format!("{day} {name} {year}")
        }
        Language::ZhHant | Language::ZhHans => format!("{year}年{month}月{day}日"),
    }
}

impl PartName {
    /// The key in the definition.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Purposes => "purposes",
            Self::Items => "items",
            Self::Refusal => "refusal",
            Self::Transferees => "transferees",
            Self::Matching => "matching",
            Self::Retention => "retention",
            Self::Access => "access",
            Self::Officer => "officer",
        }
    }

    /// The heading above the part.
    pub(super) fn heading(self) -> Text {
        let [en, traditional, simplified] = match self {
            Self::Purposes => ["What your data are used for", "資料的用途", "资料的用途"],
            Self::Items => ["What you must give, and what you may leave out", "必須及自願提供的資料", "必须及自愿提供的资料"],
            Self::Refusal => ["If you do not give your data", "如不提供資料", "如不提供资料"],
            Self::Transferees => ["Who may receive your data", "可能獲轉移資料的人士類別", "可能获转移资料的人士类别"],
            Self::Matching => ["Comparison with another register", "與其他登記冊核對資料", "与其他登记册核对资料"],
            Self::Retention => ["How long your data are kept", "資料的保存期限", "资料的保存期限"],
            Self::Access => ["Your right to see and correct your data", "查閱及改正資料的權利", "查阅及改正资料的权利"],
            Self::Officer => ["Whom to ask", "查詢及聯絡", "查询及联络"],
        };
        Text::new(en, traditional, simplified)
    }

    /// The usual clause. Matching has none: its basis is always the scheme's own.
    pub(super) fn usual(self) -> Text {
        let [en, traditional, simplified] = match self {
            Self::Purposes => PURPOSES,
            Self::Items => ITEMS,
            Self::Refusal => REFUSAL,
            Self::Transferees => TRANSFEREES,
            Self::Matching => [""; 3],
            Self::Retention => RETENTION,
            Self::Access => ACCESS,
            Self::Officer => OFFICER,
        };
        Text::new(en, traditional, simplified)
    }
}

const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
];

const PURPOSES: [&str; 3] = [
    "{department} collects the personal data in this registration only for the purposes below. The data will not be \
     used for any other purpose without your express and voluntary consent.",
    "{department}收集本登記內的個人資料，只作下列用途。未經你自願及明示同意，資料不會用於任何其他用途。",
    "{department}收集本登记内的个人资料，只作下列用途。未经你自愿及明示同意，资料不会用于任何其他用途。",
];

const ITEMS: [&str; 3] = [
    "The list below says of each item whether you must give it or may leave it out.",
    "下表列明每項資料屬必須提供，還是自願提供。",
    "下表列明每项资料属必须提供，还是自愿提供。",
];

const REFUSAL: [&str; 3] = [
    "If an item that must be given is missing, or cannot be verified, we cannot accept or complete the registration. \
     Leaving out a voluntary item does not affect whether you qualify.",
    "如沒有提供必須提供的資料，或資料未能核實，我們便無法接納或完成登記。不提供自願提供的資料，不會影響你的資格。",
    "如没有提供必须提供的资料，或资料未能核实，我们便无法接纳或完成登记。不提供自愿提供的资料，不会影响你的资格。",
];

const TRANSFEREES: [&str; 3] = [
    "For the purposes above, the data may be transferred to the classes of persons below. Each receives only what it \
     needs. The data are not transferred to anyone else unless the law requires or permits it.",
    "為上述用途，資料可能會轉移給下列類別的人士，各方只會取得所需的資料。除法律規定或准許外，資料不會轉移給其他人。",
    "为上述用途，资料可能会转移给下列类别的人士，各方只会取得所需的资料。除法律规定或准许外，资料不会转移给其他人。",
];

const RETENTION: [&str; 3] = [
    "Each item is erased at the latest at the end of the day shown below. The keys of the encrypted data are then \
     destroyed, so that no copy of them, not even a backup, can be read again. A signed record of the erasure is \
     published.",
    "各項資料最遲於下列日期當日完結時銷毀。屆時加密資料的密鑰會一併銷毀，所有副本（包括備份）均不能再讀取。銷毀後會公布經簽署的銷毀紀錄。",
    "各项资料最迟于下列日期当日完结时销毁。届时加密资料的密钥会一并销毁，所有副本（包括备份）均不能再读取。销毁后会公布经签署的销毁记录。",
];

const ACCESS: [&str; 3] = [
    "Under sections 18 and 22 of, and data protection principle 6 in Schedule 1 to, the Personal Data (Privacy) \
     Ordinance (Cap. 486), you have the right to request access to, and correction of, the personal data that you \
     have given. This includes the right to obtain a copy for as long as the data are kept.",
    "根據《個人資料（私隱）條例》（第486章）第18及22條以及附表1保障資料第6原則，你有權要求查閱及改正你所提供的個人資料，包括在資料保存期間索取資料的複本。",
    "根据《个人资料（私隐）条例》（第486章）第18及22条以及附表1保障资料第6原则，你有权要求查阅及改正你所提供的个人资料，包括在资料保存期间索取资料的复本。",
];

const OFFICER: [&str; 3] = [
    "Requests for access or correction, and questions about this statement, may be sent to:",
    "如要求查閱或改正個人資料，或對本聲明有任何查詢，請聯絡：",
    "如要求查阅或改正个人资料，或对本声明有任何查询，请联络：",
];
