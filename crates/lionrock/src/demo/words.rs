use kernel::Text;

/// The words of the demonstration's front page.
#[derive(Clone, Copy, Debug)]
pub enum Word {
    Title,
    Lead,
    OnlyInvented,
    Services,
    OpenOperation,
    OpenService,
    Trust,
    Statistics,
    Residents,
    ResidentsText,
    IdNumber,
    Birth,
    Address,
    Mobile,
    Member,
    Accounts,
    AccountsText,
    OpenAccount,
    Codes,
    Officers,
    OfficersText,
    SignInAs,
    Invitations,
    InvitationsText,
    Post,
    Link,
    Courier,
    CourierText,
    CourierPages,
    CourierCredential,
    CourierKey,
}

/// A word in three languages.
pub fn text(word: Word) -> Text {
    let (en, traditional, simplified) = match word {
        Word::Title => ("Demonstration city", "示範城市", "示范城市"),
        Word::Lead => (
            "Try a city-wide registration as a resident, and run it as an officer.",
            "以居民身分試用全港登記服務，或以職員身分運作。",
            "以居民身份试用全港登记服务，或以职员身份运作。",
        ),
        Word::OnlyInvented => (
            "Everybody here is invented. Never enter real personal data.",
            "這裏所有人物均屬虛構。切勿輸入真實個人資料。",
            "这里所有人物均属虚构。切勿输入真实个人资料。",
        ),
        Word::Services => ("Services", "服務", "服务"),
        Word::OpenOperation => ("See what officers enter, and why", "查看人員輸入的資料及原因", "查看人员输入的资料及原因"),
        Word::OpenService => ("Register as a resident", "以居民身分登記", "以居民身份登记"),
        Word::Trust => ("Trust page", "公開資料保障頁", "公开数据保障页"),
        Word::Statistics => ("Statistics", "統計", "统计"),
        Word::Residents => ("People you can register", "可供登記的人物", "可供登记的人物"),
        Word::ResidentsText => (
            "These invented people have not registered yet. Their details match the demonstration's population register.",
            "以下虛構人物尚未登記，其資料與示範人口登記冊相符。",
            "以下虚构人物尚未登记，其资料与示范人口登记册相符。",
        ),
        Word::IdNumber => ("Identity card number", "身份證號碼", "身份证号码"),
        Word::Birth => ("Date of birth", "出生日期", "出生日期"),
        Word::Address => ("Address", "地址", "地址"),
        Word::Mobile => ("Mobile number", "流動電話號碼", "手机号码"),
        Word::Member => ("Household member", "住戶成員", "住户成员"),
        Word::Accounts => ("Resident accounts", "市民帳戶", "市民账户"),
        Word::AccountsText => (
            "Open an account with any mobile number that begins with 5, 6 or 9; its code appears in the inbox below.",
            "可用任何以 5、6 或 9 開頭的流動電話號碼開立帳戶；驗證碼會在以下收件匣顯示。",
            "可用任何以 5、6 或 9 开头的手机号码开立账户；验证码会在以下收件箱显示。",
        ),
        Word::OpenAccount => ("Open an account or sign in", "開立帳戶或登入", "开立账户或登录"),
        Word::Codes => ("Inbox: codes for accounts", "收件匣：帳戶驗證碼", "收件箱：账户验证码"),
        Word::Officers => ("Officers", "職員", "职员"),
        Word::OfficersText => (
            "One click signs you in with a passkey that this demonstration keeps for the post.",
            "按一下即可使用示範系統為該職位保管的通行密鑰登入。",
            "按一下即可使用示范系统为该职位保管的通行密钥登录。",
        ),
        Word::SignInAs => ("Sign in as {post}", "以{post}身分登入", "以{post}身份登录"),
        Word::Invitations => ("Invitations", "邀請", "邀请"),
        Word::InvitationsText => (
            "Or register a passkey of your own: each link works once.",
            "你亦可登記自己的通行密鑰：每條連結只可使用一次。",
            "你也可登记自己的通行密钥：每条链接只可使用一次。",
        ),
        Word::Post => ("Post", "職位", "职位"),
        Word::Link => ("Link", "連結", "链接"),
        Word::Courier => ("The courier", "速遞公司", "快递公司"),
        Word::CourierText => (
            "An export is handed to the courier under a lease. Sign in as the courier with this credential, fetch the package, and open it with any age tool and this key:",
            "匯出資料按租約移交速遞公司。可用以下憑證以速遞公司身分登入並領取資料包，再用任何 age 工具及以下密鑰開啟：",
            "导出资料按租约移交快递公司。可用以下凭证以快递公司身份登录并领取资料包，再用任何 age 工具及以下密钥打开：",
        ),
        Word::CourierPages => ("The contractors' pages", "承辦商網頁", "承办商网页"),
        Word::CourierCredential => ("Credential", "憑證", "凭证"),
        Word::CourierKey => ("Key", "密鑰", "密钥"),
    };
    Text::new(en, traditional, simplified)
}
