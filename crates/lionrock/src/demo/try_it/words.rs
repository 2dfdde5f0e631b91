use kernel::Text;

/// The words of the service that one can try.
#[derive(Clone, Copy, Debug)]
pub enum Word {
    Name,
    Lead,
    Invented,
    SignIn,
    SignInText,
    Card,
    CardText,
    Anonymous,
    AnonymousText,
    Came,
    Nobody,
    Subject,
    Level,
    Means,
    Filled,
    NothingCame,
    Refused,
    Wire,
    Pushed,
    Returned,
    Token,
    Believed,
    Anew,
    ByHand,
    Lost,
}

/// A word in three languages.
pub fn text(word: Word) -> Text {
    let (en, traditional, simplified) = match word {
        Word::Name => ("City library (to try)", "城市圖書館（試用）", "城市图书馆（试用）"),
        Word::Lead => (
            "An online service of its own: it knows nothing but what you let it have. It connects as every department's service does.",
            "這是獨立的網上服務：除你同意提供的資料外，它甚麼也不知道。連接方式與各部門的服務相同。",
            "这是独立的网上服务：除你同意提供的资料外，它什么也不知道。连接方式与各部门的服务相同。",
        ),
        Word::Invented => ("Everybody here is invented. Never enter real personal data.", "這裏所有人物均屬虛構。切勿輸入真實個人資料。", "这里所有人物均属虚构。切勿输入真实个人资料。"),
        Word::SignIn => ("Sign in", "登入", "登录"),
        Word::SignInText => ("The library learns that you are the same reader as last time, and nothing else.", "圖書館只會知道你是上次的同一位讀者，別無其他。", "图书馆只会知道你是上次的同一位读者，别无其他。"),
        Word::Card => ("Apply for a library card", "申請圖書證", "申请图书证"),
        Word::CardText => ("You decide, item by item, what fills in the form.", "由你逐項決定以哪些資料填表。", "由你逐项决定以哪些资料填表。"),
        Word::Anonymous => ("Order a reminder without a name", "不具名訂閱提示", "不具名订阅提示"),
        Word::AnonymousText => ("Your number fills in the form, and the library does not learn whose it is.", "表格會填上你的號碼，圖書館不會知道屬於何人。", "表格会填上你的号码，图书馆不会知道属于何人。"),
        Word::Came => ("You are back at the library", "你已返回圖書館", "你已返回图书馆"),
        Word::Nobody => ("Nobody: this form has no name", "無人：此表格不具名", "无人：此表格不具名"),
        Word::Subject => ("Your name at this service, and at no other", "你在此服務的代號，其他服務不同", "你在此服务的代号，其他服务不同"),
        Word::Level => ("Level of the account", "帳戶級別", "账户级别"),
        Word::Means => ("Means of signing in", "登入方式", "登录方式"),
        Word::Filled => ("The form, filled in", "已填的表格", "已填的表格"),
        Word::NothingCame => ("You gave no attribute.", "你沒有提供任何資料。", "你没有提供任何资料。"),
        Word::Refused => ("Nothing came back", "沒有取得任何資料", "没有取得任何资料"),
        Word::Wire => ("What went over the wire", "連線過程", "连线过程"),
        Word::Pushed => ("Request pushed (RFC 9126), client proved by its key (RFC 7523)", "已推送要求（RFC 9126），以密鑰證明身分（RFC 7523）", "已推送请求（RFC 9126），以密钥证明身份（RFC 7523）"),
        Word::Returned => ("Code came back with the issuer (RFC 9207)", "代碼連同發出者一併傳回（RFC 9207）", "代码连同发出者一并传回（RFC 9207）"),
        Word::Token => ("Code redeemed with PKCE (RFC 7636) for a token bound to a key (RFC 9449)", "以 PKCE（RFC 7636）兌換綁定密鑰的權杖（RFC 9449）", "以 PKCE（RFC 7636）兑换绑定密钥的令牌（RFC 9449）"),
        Word::Believed => ("ID token believed: signature, issuer, audience, nonce and time", "已核實身分權杖：簽署、發出者、對象、隨機數及時間", "已核实身份令牌：签署、发出者、对象、随机数及时间"),
        Word::Anew => ("Start again", "重新開始", "重新开始"),
        Word::ByHand => ("For requests by hand (see the page for developers)", "手動發出要求（見開發人員網頁）", "手动发出请求（见开发人员网页）"),
        Word::Lost => ("This visit is not known any more. Start again.", "此次瀏覽已結束，請重新開始。", "此次浏览已结束，请重新开始。"),
    };
    Text::new(en, traditional, simplified)
}
