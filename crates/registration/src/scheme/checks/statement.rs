use crate::scheme::{Definition, Flaw, ItemsPart, PurposesPart};

/// All parts of data protection principle 1(3), and the consent that matching rests on.
pub(super) fn check(definition: &Definition, flaws: &mut Vec<Flaw>) {
    let statement = &definition.statement;
    let parts = [
        ("statement.purposes", statement.purposes.is_some()),
        ("statement.items", statement.items.is_some()),
        ("statement.refusal", statement.refusal.is_some()),
        ("statement.transferees", statement.transferees.is_some()),
        ("statement.retention", statement.retention.is_some()),
        ("statement.access", statement.access.is_some()),
        ("statement.officer", statement.officer.is_some()),
        ("matching", definition.matching.is_some() || definition.operation.is_some()),
    ];
    flaws.extend(parts.into_iter().filter(|(_, there)| !there).map(|(path, _)| missing(path)));
    if let Some(part) = &statement.purposes {
        purposes(definition, part, flaws);
    }
    if let Some(part) = &statement.items {
        items(definition, part, flaws);
    }
    officer(definition, flaws);
    matching(definition, flaws);
}

fn missing(path: &str) -> Flaw {
    Flaw::new(
        path,
        [
            "The collection statement lacks this part.",
            "收集個人資料聲明缺少這一部分。",
            "收集个人资料声明缺少这一部分。",
        ],
    )
}

fn purposes(definition: &Definition, part: &PurposesPart, flaws: &mut Vec<Flaw>) {
    for purpose in &definition.purposes {
        if !part.names.contains(&purpose.id) {
            let id = &purpose.id;
            flaws.push(Flaw::new(
                "statement.purposes.names",
                [
                    &format!("The statement does not name the purpose {id}."),
                    &format!("聲明沒有列出用途 {id}。"),
                    &format!("声明没有列出用途 {id}。"),
                ],
            ));
        }
    }
    for (index, name) in part.names.iter().enumerate() {
        let unknown = !definition.purposes.iter().any(|purpose| &purpose.id == name);
        if unknown || part.names.iter().take(index).any(|earlier| earlier == name) {
            flaws.push(Flaw::new(
                format!("statement.purposes.names[{index}]"),
                [
                    "There is no purpose of this name, or it stands twice.",
                    "沒有這個名稱的用途，或重複列出。",
                    "没有这个名称的用途，或重复列出。",
                ],
            ));
        }
    }
}

/// The statement tells of each field whether it is obligatory, once, and what it tells is what the form does.
fn items(definition: &Definition, part: &ItemsPart, flaws: &mut Vec<Flaw>) {
    for field in &definition.fields {
        let told: Vec<_> = part.marks.iter().filter(|item| item.field == field.field).collect();
        if told.len() != 1 || told.iter().any(|item| item.obligatory != field.obligatory) {
            let [en, traditional, simplified] = kernel::Language::ALL.map(|language| field.field.label(language));
            flaws.push(Flaw::new(
                "statement.items.marks",
                [
                    &format!("The statement must say once, and as the form does, whether this item is obligatory: {en}."),
                    &format!("聲明須就此項資料註明一次屬必須或自願提供，並與表格一致：{traditional}。"),
                    &format!("声明须就此项资料注明一次属必须或自愿提供，并与表格一致：{simplified}。"),
                ],
            ));
        }
    }
    for (index, item) in part.marks.iter().enumerate() {
        if !definition.fields.iter().any(|field| field.field == item.field) {
            flaws.push(Flaw::new(
                format!("statement.items.marks[{index}]"),
                ["The form does not ask for this item.", "表格沒有收集此項資料。", "表格没有收集此项资料。"],
            ));
        }
    }
}

fn officer(definition: &Definition, flaws: &mut Vec<Flaw>) {
    let Some(officer) = &definition.statement.officer else { return };
    let mail = officer.mail.trim();
    if mail.is_empty() && officer.phone.trim().is_empty() {
        flaws.push(Flaw::new(
            "statement.officer.mail",
            [
                "Give the officer's mail address or telephone number.",
                "請提供負責人員的電郵地址或電話號碼。",
                "请提供负责人员的电邮地址或电话号码。",
            ],
        ));
    }
    let shaped = mail.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !mail.is_empty() && !shaped {
        flaws.push(Flaw::new(
            "statement.officer.mail",
            ["This is not a mail address.", "電郵地址格式不正確。", "电邮地址格式不正确。"],
        ));
    }
}

fn matching(definition: &Definition, flaws: &mut Vec<Flaw>) {
    if definition.matching.as_ref().is_some_and(|matching| matching.reference.trim().is_empty()) {
        flaws.push(Flaw::new(
            "matching.reference",
            [
                "Say where the consent or the approval is on record.",
                "請註明同意或批准的紀錄編號。",
                "请注明同意或批准的记录编号。",
            ],
        ));
    }
}
