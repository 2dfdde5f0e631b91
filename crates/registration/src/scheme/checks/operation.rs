use hongkong::District;
use kernel::one_line;

use crate::scheme::{Definition, Delivery, FieldGroup, Flaw};

/// Longest name of a building in characters: with flat and floor it must stay a line of an address.
const LONGEST: usize = 150;
/// Longest wait of an entry on a phone: the key to it lives so long.
const HOURS_MOST: u8 = 48;

/// An operation is one building, one person an entry, and nothing delivered. Health is asked in operations only: there is no
/// public form for it.
pub(super) fn check(definition: &Definition, flaws: &mut Vec<Flaw>) {
    let Some(operation) = &definition.operation else { return no_health(definition, flaws) };
    let mut require = |holds: bool, path: &str, message: [&str; 3]| {
        if !holds {
            flaws.push(Flaw::new(path, message));
        }
    };
    require(
        one_line(&operation.building, LONGEST).is_some(),
        "operation.building",
        [
            "Name the building on one line of at most 150 characters.",
            "請以一行寫明大廈名稱及地址，最多150字。",
            "请以一行写明大厦名称及地址，最多150字。",
        ],
    );
    require(
        District::from_code(&operation.district).is_some(),
        "operation.district",
        ["There is no district of this code.", "沒有這個代號的地區。", "没有这个代号的地区。"],
    );
    require(
        operation.queue_hours.is_none_or(|hours| (1..=HOURS_MOST).contains(&hours)),
        "operation.queue_hours",
        [
            "Entries wait on a phone for 1 to 48 hours, or not at all.",
            "登記可在電話內等候傳送1至48小時；如不容許等候，請略去此項。",
            "登记可在手机内等候发送1至48小时；如不容许等候，请略去此项。",
        ],
    );
    require(
        definition.household.max_people == 1,
        "household.max_people",
        [
            "In an operation one person is entered at a time.",
            "行動中每次只登記一人。",
            "行动中每次只登记一人。",
        ],
    );
    require(
        definition.delivery == Delivery::None,
        "delivery",
        ["Nothing is delivered in an operation.", "行動不設派送。", "行动不设派送。"],
    );
}

fn no_health(definition: &Definition, flaws: &mut Vec<Flaw>) {
    for (index, field) in definition.fields.iter().enumerate() {
        if field.field.group() == FieldGroup::Health {
            flaws.push(Flaw::new(
                format!("fields[{index}].field"),
                [
                    "This item can be asked by field officers in an operation only.",
                    "此項資料只可由外勤人員在行動中收集。",
                    "此项资料只可由外勤人员在行动中收集。",
                ],
            ));
        }
    }
}
