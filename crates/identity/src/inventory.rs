use kernel::Text;
use vault::{InventoryRow, Until};

use crate::{ACCOUNT, Charter, IDENTITY};

/// What the identity provider's store holds of residents, by its charter.
pub fn inventory(charter: &Charter) -> Vec<InventoryRow> {
    let months = charter.keep_months;
    let account = InventoryRow {
        table: "identity_account",
        column: "mobile",
        what: Text::new("The mobile number of an account", "帳戶的流動電話號碼", "账户的手机号码"),
        purpose: ACCOUNT.to_owned(),
        why: charter.account.text.clone(),
        ground: charter.account.ground.clone(),
        since: None,
        until: Until::Rule(Text::new(
            format!("{months} months after the account was last used"),
            format!("帳戶最後一次使用後{months}個月"),
            format!("账户最后一次使用后{months}个月"),
        )),
        openers: vec![resident()],
        contractors: None,
    };
    let messages = InventoryRow {
        table: "notify_message",
        column: "sealed",
        what: Text::new("Codes sent to a mobile number", "發送至流動電話號碼的驗證碼", "发送至手机号码的验证码"),
        purpose: notify::PURPOSE.to_owned(),
        why: charter.messages.text.clone(),
        ground: charter.messages.ground.clone(),
        until: Until::Rule(Text::new("The day after it was sent", "發出後翌日", "发出后次日")),
        openers: vec![Text::new("the messages job", "短訊工序", "短信工序"), resident()],
        ..account.clone()
    };
    let password = InventoryRow {
        table: "identity_password",
        column: "hash",
        what: Text::new("A slow hash of an account’s password", "帳戶密碼的慢速雜湊值", "账户密码的慢速散列值"),
        openers: vec![Text::new("the program, when somebody signs in with it", "程式(以密碼登入時)", "程序(以密码登录时)")],
        ..account.clone()
    };
    let attributes = InventoryRow {
        table: "identity_attribute",
        what: Text::new(
            "What is known of the person: names, identity card number, date of birth, sex, addresses, contacts",
            "有關該人的資料：姓名、身份證號碼、出生日期、性別、地址、聯絡方法",
            "有关该人的资料：姓名、身份证号码、出生日期、性别、地址、联络方法",
        ),
        column: "sealed",
        purpose: IDENTITY.to_owned(),
        why: charter.identity.text.clone(),
        ground: charter.identity.ground.clone(),
        ..account.clone()
    };
    let letters = InventoryRow {
        table: "identity_pin",
        column: "letter",
        what: Text::new(
            "Name, address, identity card number and PIN for the letter that activates an account",
            "啟動帳戶信件所需的姓名、地址、身份證號碼及啟動碼",
            "启动账户信件所需的姓名、地址、身份证号码及启动码",
        ),
        until: Until::Rule(Text::new(
            "Until the letter is printed, 60 days at most",
            "直至信件印妥，最長60日",
            "直至信件印妥，最长60日",
        )),
        openers: vec![
            Text::new("the program, to ask the population register", "程式(查詢人口登記冊)", "程序(查询人口登记册)"),
            Text::new("the officer who hands letters to the print bureau", "把信件交予印務公司的人員", "把信件交予印务公司的人员"),
        ],
        ..attributes.clone()
    };
    vec![account, password, messages, attributes, letters]
}

fn resident() -> Text {
    Text::new("the resident concerned", "有關市民", "有关市民")
}
