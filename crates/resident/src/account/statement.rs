use kernel::Language;
use webkit::Body;
use webkit::parts::{SummaryList, SummaryRow};

use super::call::Call;

/// What is asked, why, whether it must be given, how long it is kept and who receives it; and the rights of whoever gives it. Open
/// to the eye and not behind a click.
pub(super) fn whole(call: &Call, body: &mut Body) {
    let (t, language, charter) = (&call.t, call.language(), &call.charter);
    let between = if language == Language::En { "; " } else { "；" };
    let department = charter.department.get(language);
    body.h2(t.get("statement-title")).p(t.with("account-statement-lead", [("department", department)]));
    body.h3(t.get("account-mobile")).part(&SummaryList::new(vec![
        SummaryRow::new(t.get("data-why"), [charter.account.text.get(language), charter.messages.text.get(language)].join(between)),
        SummaryRow::new(t.get("account-ground"), charter.account.ground.get(language)),
        SummaryRow::new(t.get("data-must"), t.get("account-must")),
        SummaryRow::new(t.get("data-until"), t.with("account-until", [("months", charter.keep_months)])),
        SummaryRow::new(t.get("data-receives"), t.get("account-receives")),
    ]));
    body.p(t.get("account-passkey-kept"));
    let officer = &charter.officer;
    body.p(t.with("account-rights", [
        ("officer", officer.title.get(language)),
        ("phone", officer.phone.as_str()),
        ("address", officer.address.get(language)),
    ]));
}
