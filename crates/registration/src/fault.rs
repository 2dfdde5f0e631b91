use kernel::Text;
use serde::Serialize;

/// What is wrong with one field: `field` is its name in the form (`members.0.birth`), `fault` says it in three languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name.
    pub field: String,
    /// What is wrong.
    pub fault: FieldFault,
}

/// What can be wrong with a field; each is one plain sentence that says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the sentences below are the documentation")]
pub enum FieldFault {
    IdMissing,
    IdShape,
    IdCheckDigitMissing,
    IdCheckDigit,
    OnlySynthetic,
    Synthetic,
    BirthMissing,
    BirthNotADate,
    BirthInFuture,
    BirthTooOld,
    TooYoung(i16),
    NameMissing,
    NameCharacters,
    AddressMissing,
    AddressChoice,
    DistrictMissing,
    MobileMissing,
    MobileShape,
    MobileForeign,
    NotMobile,
    TooLong(usize),
    TooManyMembers(usize),
    SamePersonTwice,
    Doses,
}

impl FieldFault {
    /// A stable code for programs.
    pub fn code(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(code)) => code,
            Ok(serde_json::Value::Object(map)) => map.keys().next().cloned().unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// The sentence.
    pub fn text(self) -> Text {
        let (en, traditional, simplified) = self.sentences();
        let number = match self {
            Self::TooYoung(age) => age.to_string(),
            Self::TooLong(most) | Self::TooManyMembers(most) => most.to_string(),
            _ => return Text::new(en, traditional, simplified),
        };
        let fill = |text: &str| text.replace("{n}", &number);
        Text::new(fill(en), fill(traditional), fill(simplified))
    }

    #[expect(clippy::too_many_lines, reason = "a table of sentences")]
    const fn sentences(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::IdMissing => ("Enter the identity card number", "請輸入身份證號碼", "请输入身份证号码"),
            Self::IdShape => (
                "Enter the identity card number as on the card: one or two letters, six digits and the character in brackets",
                "請按身份證上所示輸入號碼：一個或兩個英文字母、六個數字及括號內的字元",
                "请按身份证上所示输入号码：一个或两个英文字母、六个数字及括号内的字符",
            ),
            Self::IdCheckDigitMissing => (
                "Enter the character in brackets at the end of the identity card number too",
                "請一併輸入身份證號碼最後括號內的字元",
                "请一并输入身份证号码最后括号内的字符",
            ),
            Self::IdCheckDigit => (
                "Check the identity card number: a letter or digit does not fit",
                "請核對身份證號碼：有字母或數字不符",
                "请核对身份证号码：有字母或数字不符",
            ),
            Self::OnlySynthetic => (
                "This is a demonstration: enter an invented number that begins with Q, U, I or O, never a real one",
                "這是示範系統：請輸入以 Q、U、I 或 O 開頭的虛構號碼，切勿輸入真實號碼",
                "这是示范系统：请输入以 Q、U、I 或 O 开头的虚构号码，切勿输入真实号码",
            ),
            Self::Synthetic => (
                "Check the identity card number: no card begins with these letters",
                "請核對身份證號碼：沒有身份證以這些字母開頭",
                "请核对身份证号码：没有身份证以这些字母开头",
            ),
            Self::BirthMissing => {
                ("Enter the day, month and year of birth", "請輸入出生年、月、日", "请输入出生年、月、日")
            }
            Self::BirthNotADate => (
                "Enter a real date of birth, such as 31 12 1950",
                "請輸入正確的出生日期，例如 1950 年 12 月 31 日",
                "请输入正确的出生日期，例如 1950 年 12 月 31 日",
            ),
            Self::BirthInFuture => {
                ("The date of birth must be in the past", "出生日期必須是過去的日子", "出生日期必须是过去的日子")
            }
            Self::BirthTooOld => (
                "Check the year of birth: it is more than 130 years ago",
                "請核對出生年份：已超過 130 年",
                "请核对出生年份：已超过 130 年",
            ),
            Self::TooYoung(_) => (
                "The person who registers must be at least {n} years old",
                "登記人必須年滿 {n} 歲",
                "登记人必须年满 {n} 岁",
            ),
            Self::NameMissing => {
                ("Enter the name as on the identity card", "請輸入身份證上的姓名", "请输入身份证上的姓名")
            }
            Self::NameCharacters => (
                "Enter the name with letters or Chinese characters only, without digits",
                "姓名只可輸入中文字或英文字母，不可輸入數字",
                "姓名只可输入中文字或英文字母，不可输入数字",
            ),
            Self::AddressMissing => {
                ("Enter the address or choose it from the list", "請輸入地址或從清單選擇", "请输入地址或从清单选择")
            }
            Self::AddressChoice => {
                ("Choose the address from the list again", "請重新從清單選擇地址", "请重新从清单选择地址")
            }
            Self::DistrictMissing => ("Choose the district", "請選擇地區", "请选择地区"),
            Self::MobileMissing => ("Enter a mobile number", "請輸入流動電話號碼", "请输入手机号码"),
            Self::MobileShape => (
                "Enter the eight digits of a Hong Kong mobile number, such as 5123 4567",
                "請輸入八位數字的香港流動電話號碼，例如 5123 4567",
                "请输入八位数字的香港手机号码，例如 5123 4567",
            ),
            Self::MobileForeign => (
                "Enter a Hong Kong mobile number; messages cannot be sent to other countries",
                "請輸入香港流動電話號碼；短訊不能發送到其他地方",
                "请输入香港手机号码；短信不能发送到其他地方",
            ),
            Self::NotMobile => (
                "Enter a mobile number that can receive messages; this one is not a mobile number",
                "請輸入可接收短訊的流動電話號碼；此號碼不是流動電話",
                "请输入可接收短信的手机号码；此号码不是手机",
            ),
            Self::TooLong(_) => ("Enter at most {n} characters", "最多可輸入 {n} 個字元", "最多可输入 {n} 个字符"),
            Self::TooManyMembers(_) => (
                "Enter at most {n} other members",
                "最多可輸入另外 {n} 名成員",
                "最多可输入另外 {n} 名成员",
            ),
            Self::SamePersonTwice => (
                "This person is already in the household: enter each person once",
                "此人已在住戶之中：每人只須輸入一次",
                "此人已在住户之中：每人只须输入一次",
            ),
            Self::Doses => (
                "Choose how many doses of the vaccine the person has had",
                "請選擇已接種疫苗的劑數",
                "请选择已接种疫苗的剂数",
            ),
        }
    }
}
