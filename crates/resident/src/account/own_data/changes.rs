use identity::Change;
use webkit::parts::Table;
use webkit::{Body, Markup};

use super::{Own, proof_button};
use crate::account::call::Call;

/// What was changed by somebody who was not signed in.
pub(super) fn list(call: &Call, own: &Own, body: &mut Body) {
    body.h2(call.say("change-title")).p(call.say("change-lead"));
    let head = ["openings-when", "change-what", "my-data-proof"].map(|key| call.say(key));
    let mut table = Table::new(call.say("change-title"), head);
    table.quiet_caption = true;
    table.empty = call.say("change-none");
    for change in &own.changes {
        let what = call.say(words(change.what));
        table.row([Markup::text(&call.at(change.at)), Markup::text(&what), proof_button(call, change.event, change.at)]);
    }
    body.part(&table);
}

/// A change in words.
pub(super) const fn words(what: Change) -> &'static str {
    match what {
        Change::NewPassword => "change-new-password",
    }
}
