use kernel::{Language, Text};
use people::{EnterInField, OpenRecord, RequestExport, Role};
use vault::{InventoryRow, Until};

use crate::field_queue::FIELD_QUEUE;
use crate::scheme::{FieldGroup, Scheme};

/// Every group of personal fields that a scheme's store holds, by the definition in force.
pub fn inventory(scheme: &Scheme) -> Vec<InventoryRow> {
    // Health is asked in operations only: elsewhere nothing ever stands in its column.
    let held = |group: &FieldGroup| *group != FieldGroup::Health || !scheme.group(*group).fields.is_empty();
    let mut rows: Vec<InventoryRow> = FieldGroup::ALL.into_iter().filter(held).map(|group| group_row(scheme, group)).collect();
    // Where nothing is delivered there is no file for a courier.
    rows.extend(scheme.courier().is_some().then(|| export_row(scheme)));
    rows.extend(scheme.queue_hours().map(|hours| queue_row(scheme, hours)));
    rows
}

/// Not in any store of ours, and personal data all the same: what waits on the phones of field officers.
pub const ON_PHONES: (&str, &str) = ("field_phone", "sealed_entry");

fn queue_row(scheme: &Scheme, hours: u8) -> InventoryRow {
    let mut openers = roles_with::<EnterInField>();
    openers.push(Text::new("nobody on the phone itself", "電話本身不能開啟", "手机本身不能开启"));
    InventoryRow {
        table: ON_PHONES.0,
        column: ON_PHONES.1,
        what: Text::new(
            "Entries made without a network, sealed on a field officer's phone until they are sent",
            "在沒有網絡時輸入、以密封形式留在外勤人員電話內等候傳送的登記",
            "在没有网络时输入、以密封形式留在外勤人员手机内等候发送的登记",
        ),
        purpose: FIELD_QUEUE.to_owned(),
        until: Until::Rule(Text::new(
            format!("{hours} hours after the phone last loaded the page; its key is gone at the end of that day"),
            format!("電話最後一次載入網頁後{hours}小時；其密鑰於當日終結時銷毀"),
            format!("手机最后一次载入网页后{hours}小时；其密钥于当日终结时销毁"),
        )),
        openers,
        ..row(scheme, FieldGroup::Identity)
    }
}

fn group_row(scheme: &Scheme, group: FieldGroup) -> InventoryRow {
    let rule = scheme.group(group);
    let (column, job) = match group {
        FieldGroup::Identity => ("identity", Some(Text::new("the matching job", "核對工序", "核对工序"))),
        FieldGroup::Contact => ("contact", Some(Text::new("the letters job", "信件工序", "信件工序"))),
        FieldGroup::Mobile => ("mobile", Some(Text::new("the messages job", "短訊工序", "短信工序"))),
        FieldGroup::Health => ("health", None),
    };
    let mut openers = roles_with::<OpenRecord>();
    if group == FieldGroup::Contact && scheme.courier().is_some() {
        openers.extend(roles_with::<RequestExport>());
    }
    openers.extend(job);
    openers.push(resident());
    InventoryRow { column, what: fields(group, &rule.fields), openers, ..row(scheme, group) }
}

fn export_row(scheme: &Scheme) -> InventoryRow {
    let courier = scheme.courier().map(|courier| vec![courier.name.clone()]);
    InventoryRow {
        table: "delivery_export",
        column: "file",
        what: Text::new(
            "Names and addresses for delivery, encrypted to the courier",
            "供派送用的姓名及地址（已加密予派送商）",
            "供派送用的姓名及地址（已加密予派送商）",
        ),
        openers: courier.clone().unwrap_or_default(),
        contractors: courier,
        ..row(scheme, FieldGroup::Contact)
    }
}

/// What holds for the values of a group wherever they stand.
fn row(scheme: &Scheme, group: FieldGroup) -> InventoryRow {
    let rule = scheme.group(group);
    let purpose = scheme.purposes().iter().find(|purpose| purpose.id == rule.purpose);
    let unknown = || Text::new(&rule.purpose, &rule.purpose, &rule.purpose);
    InventoryRow {
        table: "household_submission",
        column: "",
        what: Text::new("", "", ""),
        purpose: rule.purpose.clone(),
        why: purpose.map_or_else(unknown, |purpose| purpose.text.clone()),
        ground: purpose.map_or_else(unknown, |purpose| purpose.legal_ground.clone()),
        since: Some(scheme.window().opens.day()),
        until: Until::Day(rule.expiry),
        openers: Vec::new(),
        contractors: None,
    }
}

fn fields(group: FieldGroup, asked: &[crate::scheme::FieldKind]) -> Text {
    let kinds = if asked.is_empty() { group.kinds() } else { asked };
    let joined = |language: Language| {
        let labels: Vec<&str> = kinds.iter().map(|kind| kind.label(language)).collect();
        labels.join(if language == Language::En { ", " } else { "、" })
    };
    let [en, traditional, simplified] = Language::ALL.map(joined);
    Text::new(en, traditional, simplified)
}

fn roles_with<A: people::Action>() -> Vec<Text> {
    Role::ALL.into_iter().filter(|role| role.may::<A>()).map(Role::title).collect()
}

fn resident() -> Text {
    Text::new("the resident concerned", "有關市民", "有关市民")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::Definition;

    #[test]
    fn every_group_says_what_why_on_what_ground_and_until_when() {
        let scheme = Scheme::compile(Definition::masks_2020().unwrap()).unwrap();
        let rows = inventory(&scheme);
        assert_eq!(rows.len(), 4);
        for row in &rows {
            for text in [&row.what, &row.why, &row.ground] {
                assert!(text.blanks().is_empty(), "{}", row.place());
            }
            assert!(!row.openers.is_empty(), "{}", row.place());
        }
        let identity = rows.first().unwrap();
        assert!(identity.what.get(Language::En).contains("identity card number"), "{:?}", identity.what);
        assert_eq!(identity.until, Until::Day(scheme.expiry(FieldGroup::Identity)));
    }
}
