use signing::Signature;
use webkit::parts::Table;
use webkit::{Body, Markup};

use super::Own;
use crate::account::call::Call;

/// What was signed.
pub(super) fn list(call: &Call, own: &Own, body: &mut Body) {
    let title = call.say("signing-history");
    let head = ["signing-made", "signing-asked-by", "signing-form", "signing-state"].map(|key| call.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    table.empty = call.say("signing-history-empty");
    for one in &own.signatures {
        table.row([call.at(one.made), one.service.clone(), form(call, one), state(call, one)].map(|text| Markup::text(&text)));
    }
    body.h2(title).part(&table);
}

/// Its kind, in words.
pub(super) fn form(call: &Call, one: &Signature) -> String {
    call.say(&format!("signing-form-{}", one.form.name()))
}

/// Whether it stands, or when it was revoked.
pub(in crate::account) fn state(call: &Call, one: &Signature) -> String {
    one.revoked.map_or_else(|| call.say("signing-stands"), |at| call.t.with("signing-revoked-at", [("time", call.at(at))]))
}
