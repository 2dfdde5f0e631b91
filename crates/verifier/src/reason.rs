use crate::{Flaw, Language};

/// Why a document is not valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Not one of the known formats, or damaged beyond reading.
    Format,
    /// A member or line of the document is missing, unknown or malformed.
    Member(&'static str),
    /// A signed note is malformed.
    Note,
    /// The document was signed by another key than the one given.
    OtherKey,
    /// The signature is not that of this key over this text.
    Signature,
    /// The path does not lead from the entry to the signed root.
    Inclusion,
    /// The older tree is not the beginning of the newer one.
    Growth,
    /// Two parts of the document name different journals.
    Origin,
    /// The recorded event is not about this certificate.
    Binding,
    /// The certificate stands in the journal before the size that it states.
    Order,
    /// There is neither promise nor inclusion.
    Empty,
    /// The opening is not of the commitments under this certificate.
    Opening,
    /// None of the sealed values that the copy lists is among those that were erased.
    OtherData,
    /// A line of a list, counted from 1, says something else than the journal entry beside it.
    Listed(usize),
    /// A signature on a document does not hold.
    Signed(Flaw),
}

impl Reason {
    /// One plain sentence.
    pub fn text(&self, language: Language) -> String {
        if let Self::Member(name) = self {
            return language.pick([
                format!("The part \"{name}\" is missing or is not as it should be."),
                format!("「{name}」一項欠缺或不正確。"),
                format!("“{name}”一项欠缺或不正确。"),
            ]);
        }
        if let Self::Listed(number) = self {
            return language.pick([
                format!("Line {number} of the list says something else than the journal entry beside it."),
                format!("清單第 {number} 行與所附的日誌記項不符。"),
                format!("清单第 {number} 行与所附的日志记项不符。"),
            ]);
        }
        if let Self::Signed(flaw) = self {
            return flaw.text(language);
        }
        language.pick(self.fixed()).to_owned()
    }

    fn fixed(&self) -> [&'static str; 3] {
        match self {
            Self::Format | Self::Member(_) | Self::Listed(_) | Self::Signed(_) => ["This is not a document of a known format, or it was damaged.", "這不是已知格式的文件，或文件已損壞。", "这不是已知格式的文件，或文件已损坏。"],
            Self::Note => ["The signed text is not well formed.", "簽署文本的格式不正確。", "签署文本的格式不正确。"],
            Self::OtherKey => ["It was not signed with the key you gave.", "文件並非以你提供的密鑰簽署。", "文件并非以你提供的密钥签署。"],
            Self::Signature => ["The signature does not match: the document was altered or forged.", "簽署不符：文件曾被更改或屬偽造。", "签署不符：文件曾被更改或属伪造。"],
            Self::Inclusion => ["The entry does not stand where the document says it stands in the journal.", "該記項並不在文件所述的日誌位置。", "该记项并不在文件所述的日志位置。"],
            Self::Growth => ["The newer journal does not continue the older one: something was changed or removed.", "較新的日誌並非延續較舊的日誌：有記項曾被更改或移除。", "较新的日志并非延续较旧的日志：有记项曾被更改或移除。"],
            Self::Origin => ["Its parts speak of different journals.", "文件各部分所指的日誌並不相同。", "文件各部分所指的日志并不相同。"],
            Self::Binding => ["The journal entry beside it is not about this certificate.", "所附的日誌記項與本證明書無關。", "所附的日志记项与本证明书无关。"],
            Self::Order => ["The journal entry is older than the certificate says.", "日誌記項早於證明書所述的時間。", "日志记项早于证明书所述的时间。"],
            Self::Opening => ["The opening is not of this certificate: its salts and values do not give the commitments that the certificate is about.", "這份開啟檔案不屬於本證明書：當中的隨機值及摘要未能得出證明書所指的承諾值。", "这份开启文件不属于本证明书：当中的随机值及摘要未能得出证明书所指的承诺值。"],
            Self::OtherData => ["The copy is of other data: nothing that it lists as held is among what was erased.", "這份複本屬其他資料：所列持有的資料均不在已刪除之列。", "这份复本属其他资料：所列持有的资料均不在已删除之列。"],
            Self::Empty => ["It holds neither a signed promise nor a proof.", "文件既沒有已簽署的承諾，也沒有證明。", "文件既没有已签署的承诺，也没有证明。"],
        }
    }
}
