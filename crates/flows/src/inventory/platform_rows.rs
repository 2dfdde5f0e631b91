//! What the platform's own store holds of people: officers and contractors.

use kernel::Text;
use people::Role;
use vault::{InventoryRow, Until};

/// Every group of personal fields in the platform's store, save those of formal requests.
pub(super) fn platform_rows() -> Vec<InventoryRow> {
    vec![contacts(), call_out_details(), case_entries(), case_files(), subscribers(), drill_guests(), passkey_names(), contractor_contacts(), lease_keys(), packages(), canaries()]
}

fn contacts() -> InventoryRow {
    InventoryRow {
        what: Text::new("Names and mail addresses of officers", "人員姓名及電郵地址", "人员姓名及电邮地址"),
        why: Text::new(
            "To invite officers and to reach them, and to name them in a certificate of training that they ask for",
            "邀請人員及與其聯絡，並應其要求在培訓證書列出姓名",
            "邀请人员及与其联络，并应其要求在培训证书列出姓名",
        ),
        openers: vec![Role::Administrator.title(), own(), mail_job()],
        ..row("officer", "contact", "officers", employment())
    }
}

fn call_out_details() -> InventoryRow {
    InventoryRow {
        what: Text::new(
            "Names, telephone numbers and mail addresses of incident teams",
            "事故應變小組成員的姓名、電話號碼及電郵地址",
            "事故应变小组成员的姓名、电话号码及电邮地址",
        ),
        why: Text::new("To call people out at any hour", "隨時召集人員", "随时召集人员"),
        until: Until::Rule(Text::new("12 months after they were last given", "上次提供後12個月", "上次提供后12个月")),
        openers: vec![
            Role::SecurityOfficer.title(),
            Role::HeadOfDepartment.title(),
            Text::new("the call-out job", "召集工序", "召集工序"),
        ],
        ..row("call_person", "sealed", "call-out", employment())
    }
}

fn case_entries() -> InventoryRow {
    InventoryRow {
        what: Text::new("What is written in case files of incidents", "事故個案檔案的內容", "事故个案档案的内容"),
        why: Text::new("To handle incidents and to report them", "處理及匯報事故", "处理及汇报事故"),
        until: Until::Rule(Text::new("36 months after it was written", "寫入後36個月", "写入后36个月")),
        openers: vec![Role::SecurityOfficer.title(), Role::PrivacyOfficer.title(), Role::HeadOfDepartment.title()],
        ..row("case_entry", "sealed", "incidents", employment())
    }
}

fn case_files() -> InventoryRow {
    InventoryRow {
        what: Text::new("Evidence in case files of incidents", "事故個案檔案的證據", "事故个案档案的证据"),
        why: Text::new("To find out what happened and to prove it", "查明及證明事發經過", "查明及证明事发经过"),
        column: "file",
        ..case_entries()
    }
}

fn subscribers() -> InventoryRow {
    InventoryRow {
        what: Text::new("Mail addresses of subscribers to security advisories", "保安警告訂閱者的電郵地址", "安全警告订阅者的电邮地址"),
        why: Text::new("To send the advisories that they asked for", "發送其訂閱的警告", "发送其订阅的警告"),
        until: Until::Rule(Text::new(
            "2 days unless confirmed; then 12 months, or until the subscription is ended",
            "未經確認：2日；確認後：12個月或直至取消訂閱",
            "未经确认：2日；确认后：12个月或直至取消订阅",
        )),
        openers: vec![mail_job()],
        ..row("advisory_subscriber", "address", "subscribers", consent())
    }
}

fn drill_guests() -> InventoryRow {
    InventoryRow {
        what: Text::new("Names and mail addresses of outside experts at exercises", "演習外來專家的姓名及電郵地址", "演习外来专家的姓名及电邮地址"),
        why: Text::new("To invite them and to know who has access", "邀請他們及知悉誰有權進入", "邀请他们及知悉谁有权进入"),
        until: Until::Rule(Text::new("the day on which their access ends, 30 days at most", "其進入權限屆滿之日（最長30日）", "其进入权限届满之日（最长30日）")),
        openers: vec![Role::ExerciseController.title()],
        ..row("drill_guest", "sealed", "drill-guests", guest_consent())
    }
}

fn passkey_names() -> InventoryRow {
    InventoryRow {
        what: Text::new("Names that officers give their passkeys", "人員為通行密鑰所取的名稱", "人员为通行密钥所取的名称"),
        why: Text::new("So that officers tell their passkeys apart", "讓人員辨認其通行密鑰", "让人员辨认其通行密钥"),
        openers: vec![own()],
        ..row("passkey", "name", "officers", employment())
    }
}

fn contractor_contacts() -> InventoryRow {
    InventoryRow {
        what: Text::new("Contact persons of contractors", "承辦商聯絡人", "承办商联络人"),
        why: Text::new("To remind contractors and to ask them", "提醒及查詢承辦商", "提醒及查询承办商"),
        openers: vec![Role::PrivacyOfficer.title(), Role::SchemeOwner.title(), mail_job()],
        ..row("contractor", "contact", "contractors", contract())
    }
}

fn lease_keys() -> InventoryRow {
    InventoryRow {
        what: Text::new("Keys of contractors' leases", "承辦商租用權的密鑰", "承办商租用权的密钥"),
        why: Text::new(
            "To let a contractor look up what a lease names, and nothing after its end",
            "讓承辦商在租用期內查閱指定資料，期滿即止",
            "让承办商在租用期内查阅指定资料，期满即止",
        ),
        until: Until::Rule(Text::new("the end of the lease", "租用期完結", "租用期完结")),
        openers: vec![Text::new("the leases job", "租用權工序", "租用权工序")],
        ..row("lease", "secret", "leases", contract())
    }
}

fn packages() -> InventoryRow {
    InventoryRow {
        what: Text::new(
            "Packages handed over to contractors, encrypted to them",
            "移交承辦商的資料包（已加密予承辦商）",
            "移交承办商的资料包（已加密予承办商）",
        ),
        why: Text::new("The purpose that the lease names", "租用權所述的目的", "租用权所述的目的"),
        until: Until::Rule(Text::new("the end of the lease", "租用期完結", "租用期完结")),
        openers: vec![Text::new("the contractor of the lease", "租用權的承辦商", "租用权的承办商")],
        ..row("hand_over", "package", "leases", contract())
    }
}

fn canaries() -> InventoryRow {
    InventoryRow {
        what: Text::new(
            "Planted records of people who do not exist",
            "預置的虛構人物記錄",
            "预置的虚构人物记录",
        ),
        why: Text::new("To find copies that should not exist", "找出不應存在的副本", "找出不应存在的副本"),
        until: Until::Rule(Text::new("60 months after they were planted", "預置後60個月", "预置后60个月")),
        openers: vec![Text::new("the probes job", "探測工序", "探测工序")],
        ..row("canary", "sealed", "canaries", contract())
    }
}

fn row(table: &'static str, column: &'static str, purpose: &str, ground: Text) -> InventoryRow {
    InventoryRow {
        table,
        column,
        what: Text::new("", "", ""),
        purpose: purpose.to_owned(),
        why: Text::new("", "", ""),
        ground,
        since: None,
        until: Until::Rule(Text::new(
            "24 months after it was last renewed",
            "上次更新後24個月",
            "上次更新后24个月",
        )),
        openers: Vec::new(),
        contractors: None,
    }
}

fn employment() -> Text {
    Text::new(
        "Employment; Personal Data (Privacy) Ordinance, data protection principles 1 and 3",
        "僱傭關係；《個人資料(私隱)條例》保障資料第1及第3原則",
        "雇佣关系；《个人资料(私隐)条例》保障资料第1及第3原则",
    )
}

fn consent() -> Text {
    Text::new(
        "Consent of the subscriber; Personal Data (Privacy) Ordinance, data protection principles 1 and 3",
        "訂閱者的同意；《個人資料(私隱)條例》保障資料第1及第3原則",
        "订阅者的同意；《个人资料(私隐)条例》保障资料第1及第3原则",
    )
}

fn guest_consent() -> Text {
    Text::new(
        "Consent of the guest; Personal Data (Privacy) Ordinance, data protection principles 1 and 3",
        "外來專家的同意；《個人資料(私隱)條例》保障資料第1及第3原則",
        "外来专家的同意；《个人资料(私隐)条例》保障资料第1及第3原则",
    )
}

fn contract() -> Text {
    Text::new(
        "The contract; Personal Data (Privacy) Ordinance, data protection principles 2(3) and 4(2)",
        "合約；《個人資料(私隱)條例》保障資料第2(3)及第4(2)原則",
        "合约；《个人资料(私隐)条例》保障资料第2(3)及第4(2)原则",
    )
}

fn mail_job() -> Text {
    Text::new("the mail job", "電郵工序", "电邮工序")
}

fn own() -> Text {
    Text::new("the officer concerned", "有關人員", "有关人员")
}
