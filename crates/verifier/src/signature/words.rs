use crate::Language;

/// A sentence about a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// Whose it is.
    By(String),
    /// It covers the whole file.
    Whole,
    /// When it was made.
    At(String),
    /// The passkey's own act.
    OwnAct {
        /// The site.
        site: String,
        /// Pictures that were shown.
        pages: usize,
        /// What drew them.
        renderer: String,
    },
    /// The certificate was not revoked when this list was made.
    NotRevoked(String),
    /// Nobody stamped the time.
    NoTime,
    /// No list was given.
    NoList,
    /// What a person saw and meant.
    Eyes,
}

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The root's certificate cannot be read.
    Root,
    /// There is none.
    Unsigned,
    /// It does not cover the whole file.
    Uncovered,
    /// It cannot be read.
    Unreadable,
    /// It is over something else.
    Altered,
    /// The certificate does not lead to the root.
    Untrusted,
    /// The timestamp does not hold.
    Timestamp,
    /// The passkey's act does not hold.
    Act,
    /// The passkey is of a kind that is not checked here.
    Passkey,
    /// The act is about something else.
    OtherAct,
    /// The list is not the issuer's.
    List,
    /// Revoked at this time.
    Revoked(String),
}

impl Signed {
    /// One plain sentence.
    pub fn text(&self, language: Language) -> String {
        let words = match self {
            Self::By(name) => [
                format!("An authority below the root you gave says that this is the signature of {name}."),
                format!("你所提供的根證書轄下的核證機關證明，這是 {name} 的簽署。"),
                format!("你所提供的根证书辖下的核证机关证明，这是 {name} 的签署。"),
            ],
            Self::At(at) => [
                format!("It was made no later than {at}: a time-stamping authority below the same root says so."),
                format!("簽署不遲於 {at} 作出：同一根證書轄下的時間戳記機關可以證明。"),
                format!("签署不迟于 {at} 作出：同一根证书辖下的时间戳机关可以证明。"),
            ],
            Self::OwnAct { site, pages, renderer } => [
                format!("A passkey signed exactly this document and the {pages} pictures of its pages that {renderer} drew, at {site}, and checked who used it. The authority vouches for that passkey."),
                format!("一把通行密鑰在 {site} 簽署了這份文件，以及由 {renderer} 繪製的 {pages} 幅頁面圖像，並已核實使用者。核證機關為該通行密鑰作證。"),
                format!("一把通行密钥在 {site} 签署了这份文件，以及由 {renderer} 绘制的 {pages} 幅页面图像，并已核实使用者。核证机关为该通行密钥作证。"),
            ],
            Self::NotRevoked(made) => [
                format!("The certificate was not revoked when the list was made, on {made}."),
                format!("名單於 {made} 編製時，證書並未被撤銷。"),
                format!("名单于 {made} 编制时，证书并未被撤销。"),
            ],
            fixed => fixed.fixed().map(str::to_owned),
        };
        language.pick(words)
    }

    const fn fixed(&self) -> [&'static str; 3] {
        match self {
            Self::Whole => [
                "Every byte of the document is as it was when it was signed, and nothing was added.",
                "文件的每一個位元組均與簽署時相同，亦沒有加入任何內容。",
                "文件的每一个字节均与签署时相同，也没有加入任何内容。",
            ],
            Self::NoTime => [
                "When it was signed: no authority stamped the time, so it is not known whether the certificate counted then.",
                "簽署的時間：沒有時間戳記，故無法得知證書當時是否有效。",
                "签署的时间：没有时间戳，故无法得知证书当时是否有效。",
            ],
            Self::NoList => [
                "That the certificate was not revoked: give the authority's list with --list.",
                "證書未被撤銷：請以 --list 提供核證機關的撤銷名單。",
                "证书未被撤销：请以 --list 提供核证机关的撤销名单。",
            ],
            _ => [
                "That the screen showed these very pictures, and what the person who used the passkey understood. Draw the pages again with the program named below and compare the digests.",
                "螢幕確實顯示了這些圖像，以及使用通行密鑰的人如何理解。可用下列程式重新繪製頁面，然後比對摘要。",
                "屏幕确实显示了这些图像，以及使用通行密钥的人如何理解。可用下列程序重新绘制页面，然后比对摘要。",
            ],
        }
    }
}

impl Flaw {
    /// One plain sentence.
    pub fn text(&self, language: Language) -> String {
        let words = match self {
            Self::Revoked(at) => return language.pick([
                format!("The certificate was revoked on {at}."),
                format!("證書已於 {at} 被撤銷。"),
                format!("证书已于 {at} 被撤销。"),
            ]),
            Self::Root => ["The root's certificate cannot be read; it is wanted in DER.", "無法讀取根證書，請提供 DER 格式。", "无法读取根证书，请提供 DER 格式。"],
            Self::Unsigned => ["There is no signature in this document.", "此文件沒有簽署。", "此文件没有签署。"],
            Self::Uncovered => ["The signature does not cover the whole file: something was added afterwards.", "簽署並未涵蓋整個檔案：其後曾加入內容。", "签署并未涵盖整个文件：其后曾加入内容。"],
            Self::Unreadable => ["The signature cannot be read.", "無法讀取簽署。", "无法读取签署。"],
            Self::Altered => ["The signature is over something else: the document was altered, or the signature was taken from another one.", "簽署與文件不符：文件曾被更改，或簽署取自另一份文件。", "签署与文件不符：文件曾被更改，或签署取自另一份文件。"],
            Self::Untrusted => ["The certificate does not lead to the root you gave, or did not count when the time was stamped.", "證書並非由你提供的根證書轄下簽發，或在加蓋時間戳記時無效。", "证书并非由你提供的根证书辖下签发，或在加盖时间戳时无效。"],
            Self::Timestamp => ["The timestamp does not hold.", "時間戳記無效。", "时间戳无效。"],
            Self::Act => ["What is published of the passkey does not hold: it signed something else, at another site, or not at all.", "所公開的通行密鑰紀錄無效：它簽署了其他內容、在其他網站簽署，或根本沒有簽署。", "所公开的通行密钥记录无效：它签署了其他内容、在其他网站签署，或根本没有签署。"],
            Self::Passkey => ["The passkey is of a kind that this program does not check (RSA).", "本程式不支援核對這類通行密鑰（RSA）。", "本程序不支持核对这类通行密钥（RSA）。"],
            Self::OtherAct => ["The passkey agreed to something else than is signed here.", "通行密鑰所同意的並非此處所簽的內容。", "通行密钥所同意的并非此处所签的内容。"],
            Self::List => ["The list of revoked certificates cannot be read, or is not the issuer's.", "無法讀取撤銷名單，或名單並非由該核證機關發出。", "无法读取撤销名单，或名单并非由该核证机关发出。"],
        };
        language.pick(words).to_owned()
    }
}
