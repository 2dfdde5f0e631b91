//! What must hold before a definition is a scheme. Every check adds its flaws; none stops the others.

mod fields;
mod operation;
mod statement;
mod texts;

use super::pieces::minute_of_day;
use super::{Definition, Delivery, Flaw};

/// Days between opening and the latest closing day, at most: a scheme that runs for years is another kind of service.
const LONGEST_WINDOW_DAYS: i32 = 366;

/// Everything that is wrong with the definition.
pub(super) fn flaws(definition: &Definition) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    slug(definition, &mut flaws);
    texts::check(definition, &mut flaws);
    window(definition, &mut flaws);
    numbers(definition, &mut flaws);
    fields::check(definition, &mut flaws);
    statement::check(definition, &mut flaws);
    delivery(definition, &mut flaws);
    operation::check(definition, &mut flaws);
    flaws
}

/// What is said if a definition without flaws still cannot be assembled; no definition is known that does this.
pub(super) fn unexplained() -> Flaw {
    Flaw::new("", ["The definition does not compile.", "這份定義未能編譯。", "这份定义未能编译。"])
}

fn slug(definition: &Definition, flaws: &mut Vec<Flaw>) {
    let slug = &definition.slug;
    let usual = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let shape = slug.bytes().all(usual) && slug.starts_with(|c: char| c.is_ascii_lowercase()) && !slug.ends_with('-');
    if !(3..=38).contains(&slug.len()) || !shape {
        flaws.push(Flaw::new(
            "slug",
            [
                "The name in addresses is 3 to 38 small letters, digits and hyphens, begins with a letter and does not end with a hyphen.",
                "網址名稱須為3至38個小寫英文字母、數字或連字號，以字母開首，且不可以連字號結尾。",
                "网址名称须为3至38个小写英文字母、数字或连字号，以字母开首，且不可以连字号结尾。",
            ],
        ));
    }
    if TAKEN.contains(&slug.as_str()) {
        flaws.push(Flaw::new(
            "slug",
            [
                "This name in addresses belongs to another page. Choose another, with a year in it for example.",
                "此網址名稱已用於其他頁面，請另選一個，例如加上年份。",
                "此网址名称已用于其他页面，请另选一个，例如加上年份。",
            ],
        ));
    }
}

/// First parts of addresses that other pages have; a scheme of that name could not be reached.
const TAKEN: &[&str] = &[
    "accessibility", "account", "api", "assets", "call-out", "certificates", "check-receipt", "developers", "field", "healthz",
    "metrics", "oidc", "partner", "privacy", "queue", "services", "sign", "staff", "stations", "verify",
];

fn window(definition: &Definition, flaws: &mut Vec<Flaw>) {
    let window = &definition.window;
    if window.closes <= window.opens {
        flaws.push(Flaw::new(
            "window.closes",
            ["The scheme closes before it opens.", "截止時間早於開始時間。", "截止时间早于开始时间。"],
        ));
    }
    if window.latest < window.closes.day() {
        flaws.push(Flaw::new(
            "window.latest",
            [
                "The latest closing day is before the announced end.",
                "最遲截止日早於已公布的截止時間。",
                "最迟截止日早于已公布的截止时间。",
            ],
        ));
    }
    if window.latest.since(window.opens.day()) > LONGEST_WINDOW_DAYS {
        flaws.push(Flaw::new(
            "window.latest",
            [
                "The latest closing day may be at most 366 days after the opening.",
                "最遲截止日不可遲於開始日後366天。",
                "最迟截止日不可迟于开始日后366天。",
            ],
        ));
    }
}

fn numbers(definition: &Definition, flaws: &mut Vec<Flaw>) {
    let mut require = |holds: bool, path: &str, message: [&str; 3]| {
        if !holds {
            flaws.push(Flaw::new(path, message));
        }
    };
    require(
        (1..=20).contains(&definition.household.max_people),
        "household.max_people",
        [
            "One registration may hold 1 to 20 people.",
            "每份登記的人數須為1至20人。",
            "每份登记的人数须为1至20人。",
        ],
    );
    require(
        definition.eligibility.minimum_age <= 100,
        "eligibility.minimum_age",
        ["The minimum age is at most 100.", "最低年齡不可高於100歲。", "最低年龄不可高于100岁。"],
    );
    require(
        (1..=1_000_000).contains(&definition.admission.rate_per_minute),
        "admission.rate_per_minute",
        [
            "The waiting room admits 1 to 1,000,000 visitors a minute; to stop it, pause the scheme.",
            "等候室每分鐘須容許1至1,000,000人進入；如要停止，請暫停計劃。",
            "等候室每分钟须容许1至1,000,000人进入；如要停止，请暂停计划。",
        ],
    );
    require(
        definition.statistics.minimum_cell >= 10,
        "statistics.minimum_cell",
        [
            "Public statistics may not show counts under 10.",
            "公開統計不可顯示少於10的數目。",
            "公开统计不可显示少于10的数目。",
        ],
    );
    for (index, time) in definition.bulletins.times.iter().enumerate() {
        require(
            minute_of_day(time).is_some(),
            &format!("bulletins.times[{index}]"),
            [
                "A bulletin's time has the form 15:00.",
                "公布時間的格式須為15:00。",
                "公布时间的格式须为15:00。",
            ],
        );
    }
}

fn delivery(definition: &Definition, flaws: &mut Vec<Flaw>) {
    let Delivery::Courier(courier) = &definition.delivery else { return };
    if !seal::age_files::is_recipient(&courier.recipient) {
        flaws.push(Flaw::new(
            "delivery.recipient",
            [
                "The courier's key is an age recipient, which begins with age1.",
                "速遞服務商的密鑰須為age收件人公鑰，以age1開首。",
                "快递服务商的密钥须为age收件人公钥，以age1开首。",
            ],
        ));
    }
}
