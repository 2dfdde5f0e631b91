use kernel::Text;
use vault::{InventoryRow, Until};

use crate::{ACCOUNT, Charter};

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
    vec![account, messages]
}

fn resident() -> Text {
    Text::new("the resident concerned", "有關市民", "有关市民")
}
