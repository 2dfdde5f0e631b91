use identity::{EvidenceOpening, OpenedFor};
use kernel::Language;
use webkit::parts::Table;
use webkit::{Body, Markup};

use super::{Own, proof_button};
use crate::account::call::Call;
use crate::status::openings::officer;

/// Who opened what was sent to verify the identity.
pub(super) fn list(call: &Call, own: &Own, body: &mut Body) {
    body.h2(call.say("openings-title")).p(call.say("account-openings-lead"));
    let head = ["openings-when", "openings-who", "openings-purpose", "my-data-proof"].map(|key| call.say(key));
    let mut table = Table::new(call.say("openings-title"), head);
    table.quiet_caption = true;
    table.empty = call.say("account-openings-none");
    for opening in &own.openings {
        table.row([
            Markup::text(&call.at(opening.at)),
            Markup::text(&who(call, own, opening)),
            Markup::text(&aim(call, opening)),
            proof_button(call, opening.event, opening.at),
        ]);
    }
    body.part(&table);
}

/// An officer's role and department, the verifier by its name, or the system.
pub(super) fn who(call: &Call, own: &Own, opening: &EvidenceOpening) -> String {
    let language: Language = call.language();
    if opening.aim == OpenedFor::Verifier
        && let Some(name) = &call.charter.verifier
    {
        return name.get(language).to_owned();
    }
    officer(&opening.actor, &own.names, language).unwrap_or_else(|| call.say("openings-system"))
}

/// For what, in words.
pub(super) fn aim(call: &Call, opening: &EvidenceOpening) -> String {
    call.say(match opening.aim {
        OpenedFor::Verdict => "account-opened-verdict",
        OpenedFor::Register => "account-opened-register",
        OpenedFor::Verifier => "account-opened-verifier",
        OpenedFor::Attributes => "account-opened-attributes",
        OpenedFor::Letter => "account-opened-letter",
    })
}
