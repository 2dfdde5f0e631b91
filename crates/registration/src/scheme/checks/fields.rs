use crate::scheme::{Definition, Delivery, Field, FieldGroup, FieldKind, Flaw, Who};

/// Longest retention after the latest closing day.
const LONGEST_RETENTION_DAYS: u16 = 1095;

pub(super) fn check(definition: &Definition, flaws: &mut Vec<Flaw>) {
    for (index, field) in definition.fields.iter().enumerate() {
        reason_and_end(definition, index, field, flaws);
        who(index, field, flaws);
        twice(definition, index, field, flaws);
    }
    for group in FieldGroup::ALL {
        same_rule(definition, group, flaws);
    }
    present(definition, flaws);
    purposes(definition, flaws);
}

/// Promise 2 begins here: no purpose or no end, no scheme.
fn reason_and_end(definition: &Definition, index: usize, field: &Field, flaws: &mut Vec<Flaw>) {
    let known = |id: &String| definition.purposes.iter().any(|purpose| &purpose.id == id);
    match &field.purpose {
        None => flaws.push(Flaw::new(
            format!("fields[{index}].purpose"),
            [
                "Say for which purpose this item is collected.",
                "請註明收集此項資料的用途。",
                "请注明收集此项资料的用途。",
            ],
        )),
        Some(id) if !known(id) => flaws.push(Flaw::new(
            format!("fields[{index}].purpose"),
            ["There is no purpose of this name.", "沒有這個名稱的用途。", "没有这个名称的用途。"],
        )),
        Some(_) => {}
    }
    match field.retention_days {
        None => flaws.push(Flaw::new(
            format!("fields[{index}].retention_days"),
            [
                "Say how many days after the latest closing day this item is kept.",
                "請註明此項資料在最遲截止日後保存多少天。",
                "请注明此项资料在最迟截止日后保存多少天。",
            ],
        )),
        Some(days) if !(1..=LONGEST_RETENTION_DAYS).contains(&days) => flaws.push(Flaw::new(
            format!("fields[{index}].retention_days"),
            ["Retention is 1 to 1,095 days.", "保存期限須為1至1,095天。", "保存期限须为1至1,095天。"],
        )),
        Some(_) => {}
    }
}

/// Members give identity number and date of birth, which matching needs of everyone, and nothing else.
fn who(index: usize, field: &Field, flaws: &mut Vec<Flaw>) {
    let identity = field.field.group() == FieldGroup::Identity;
    let path = || format!("fields[{index}].who");
    match (identity, field.who) {
        (false, Who::Everyone) => flaws.push(Flaw::new(
            path(),
            [
                "Only the main registrant may be asked for this item; members give identity card number and date of birth.",
                "此項資料只可向主要登記人收集；其他成員只須提供身份證號碼及出生日期。",
                "此项资料只可向主要登记人收集；其他成员只须提供身份证号码及出生日期。",
            ],
        )),
        (true, Who::Main) => flaws.push(Flaw::new(
            path(),
            [
                "Everyone in the registration must be asked for this item, or nobody could be matched.",
                "登記內的每一位都須提供此項資料，否則無法核對。",
                "登记内的每一位都须提供此项资料，否则无法核对。",
            ],
        )),
        _ => {}
    }
}

fn twice(definition: &Definition, index: usize, field: &Field, flaws: &mut Vec<Flaw>) {
    if definition.fields.iter().take(index).any(|earlier| earlier.field == field.field) {
        flaws.push(Flaw::new(
            format!("fields[{index}].field"),
            ["This item is asked twice.", "此項資料重複收集。", "此项资料重复收集。"],
        ));
    }
}

/// Fields that are sealed together live and die together.
fn same_rule(definition: &Definition, group: FieldGroup, flaws: &mut Vec<Flaw>) {
    let mut members = definition.fields.iter().enumerate().filter(|(_, field)| field.field.group() == group);
    let Some((_, first)) = members.next() else { return };
    for (index, field) in members {
        if field.purpose != first.purpose {
            flaws.push(Flaw::new(
                format!("fields[{index}].purpose"),
                [
                    "Items that are kept together must have the same purpose.",
                    "一同保存的資料須屬同一用途。",
                    "一同保存的资料须属同一用途。",
                ],
            ));
        }
        if field.retention_days != first.retention_days {
            flaws.push(Flaw::new(
                format!("fields[{index}].retention_days"),
                [
                    "Items that are kept together must be kept equally long.",
                    "一同保存的資料須有相同的保存期限。",
                    "一同保存的资料须有相同的保存期限。",
                ],
            ));
        }
    }
}

/// Matching needs identity, the answer needs a mobile, a courier and an operation need name and address; health is never needed.
fn present(definition: &Definition, flaws: &mut Vec<Flaw>) {
    let courier = matches!(definition.delivery, Delivery::Courier(_)) || definition.operation.is_some();
    for kind in FieldKind::ALL {
        let asked = definition.fields.iter().position(|field| field.field == kind);
        let needed = match kind.group() {
            FieldGroup::Identity | FieldGroup::Mobile => true,
            FieldGroup::Contact => courier,
            FieldGroup::Health => false,
        };
        let must = kind.group() == FieldGroup::Identity || (courier && kind.group() == FieldGroup::Contact);
        match asked {
            None if needed => flaws.push(missing(kind)),
            Some(index) if must && !definition.fields.get(index).is_some_and(|field| field.obligatory) => {
                flaws.push(must_be_obligatory(index));
            }
            _ => {}
        }
    }
}

fn missing(kind: FieldKind) -> Flaw {
    let [en, traditional, simplified] = kernel::Language::ALL.map(|language| kind.label(language));
    Flaw::new(
        "fields",
        [
            &format!("The main registrant must be asked for this item: {en}."),
            &format!("必須向主要登記人收集此項資料：{traditional}。"),
            &format!("必须向主要登记人收集此项资料：{simplified}。"),
        ],
    )
}

fn must_be_obligatory(index: usize) -> Flaw {
    Flaw::new(
        format!("fields[{index}].obligatory"),
        [
            "Without this item the registration cannot be completed, so it must be obligatory.",
            "缺少此項資料便無法完成登記，故須列為必須提供。",
            "缺少此项资料便无法完成登记，故须列为必须提供。",
        ],
    )
}

/// A purpose has a proper short name, once, and some field that needs it.
fn purposes(definition: &Definition, flaws: &mut Vec<Flaw>) {
    for (index, purpose) in definition.purposes.iter().enumerate() {
        let path = format!("purposes[{index}].id");
        if seal::Purpose::new(&purpose.id).is_err() {
            flaws.push(Flaw::new(
                path.as_str(),
                [
                    "A purpose's short name is 1 to 32 small letters, digits and hyphens.",
                    "用途的簡稱須為1至32個小寫英文字母、數字或連字號。",
                    "用途的简称须为1至32个小写英文字母、数字或连字号。",
                ],
            ));
        }
        if definition.purposes.iter().take(index).any(|earlier| earlier.id == purpose.id) {
            flaws.push(Flaw::new(
                path.as_str(),
                ["Two purposes have the same name.", "兩項用途的名稱相同。", "两项用途的名称相同。"],
            ));
        }
        if !definition.fields.iter().any(|field| field.purpose.as_ref() == Some(&purpose.id)) {
            flaws.push(Flaw::new(
                path.as_str(),
                ["No item is collected for this purpose.", "沒有資料是為此用途而收集。", "没有资料是为此用途而收集。"],
            ));
        }
        transfer(definition, index, flaws);
    }
}

/// Matching shows identity data to the register, delivery shows contact data to the courier: both must be named.
fn transfer(definition: &Definition, index: usize, flaws: &mut Vec<Flaw>) {
    let Some(purpose) = definition.purposes.get(index).filter(|purpose| purpose.recipients.is_empty()) else { return };
    let courier = matches!(definition.delivery, Delivery::Courier(_));
    let leaves = |field: &&Field| match field.field.group() {
        FieldGroup::Identity => definition.matching.is_some(),
        FieldGroup::Contact => courier,
        FieldGroup::Mobile | FieldGroup::Health => false,
    };
    if definition.fields.iter().filter(leaves).any(|field| field.purpose.as_ref() == Some(&purpose.id)) {
        flaws.push(Flaw::new(
            format!("purposes[{index}].recipients"),
            [
                "Data collected for this purpose are transferred; name the classes of persons who receive them.",
                "為此用途收集的資料會轉移予他人，請列明獲轉移資料的人士類別。",
                "为此用途收集的资料会转移予他人，请列明获转移资料的人士类别。",
            ],
        ));
    }
}
