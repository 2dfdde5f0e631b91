use desk::{Answer, Desk, Mistakes, actor_of, link, short};
use people::{AddPasskey, RemovePasskey, RemovePasskeyError};
use store::RunError;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Table, Tone, Warning};
use webkit::{Failure, Markup, Page};

use crate::{invitation, passkey_name};

/// The officer's own passkeys.
pub(crate) fn show(desk: &Desk) -> Answer {
    let listed = passkey_name::own(desk)?;
    let title = desk.say("passkeys-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("passkeys-lead"));
    let head = ["passkeys-key", "passkeys-added", "passkeys-used", "passkeys-state", "act"].map(|key| desk.say(key));
    let mut table = Table::new(title.clone(), head);
    table.quiet_caption = true;
    let last = listed.iter().filter(|(passkey, _)| !passkey.suspended).count() < 2;
    for (passkey, name) in &listed {
        let id = passkey.id.to_string();
        let state = if passkey.suspended {
            desk.tag(desk.say("passkeys-suspended"), Tone::Bad)
        } else {
            desk.tag(desk.say("passkeys-works"), Tone::Good)
        };
        let name = name.as_ref().map_or_else(|| short(id.trim_start_matches("pky_")), |name| Markup::text(name));
        let mut acts = link(&desk.say("passkeys-name"), &desk.url(&format!("/staff/passkeys/{id}/name")));
        let remove = if last && !passkey.suspended {
            Markup::text(&desk.say("passkeys-last"))
        } else {
            link(&desk.say("remove"), &desk.url(&format!("/staff/passkeys/{id}/remove")))
        };
        let used = passkey.last_used.map_or_else(|| desk.say("never"), |at| desk.at(at));
        acts.push(&Markup::trusted(" "));
        acts.push(&remove);
        table.row([name, desk.at(passkey.created).into(), used.into(), state, acts]);
    }
    body.part(&table).h2(desk.say("passkeys-add")).p(desk.say("passkeys-add-lead"));
    let form = desk
        .form()
        .registers_passkey(desk.url("/staff/passkeys/options"), desk.url("/staff/passkeys/finish"))
        .part(&Button::new(desk.say("passkeys-add")).style(ButtonStyle::Secondary));
    body.part(&form);
    Ok(desk.show(Page::new(title, body.markup()).script("passkey.js")))
}

/// Begins adding a further passkey.
pub(crate) fn options(desk: &Desk) -> Answer {
    desk.check_script_token()?;
    invitation::begin(desk, AddPasskey::SignedIn(desk.who()?.clone()))
}

/// Ends it; the new passkey is named next.
pub(crate) fn finish(desk: &Desk) -> Answer {
    invitation::end(desk, |added| format!("/staff/passkeys/{}/name", added.passkey))
}

/// Asks before removing.
pub(crate) fn ask_remove(desk: &Desk) -> Answer {
    desk.id::<kernel::Id<kernel::kinds::Passkey>>("passkey")?;
    Ok(removal(desk, &Mistakes::default()))
}

fn removal(desk: &Desk, mistakes: &Mistakes) -> axum::response::Response {
    let title = desk.say("passkeys-remove-title");
    let mut body = desk.body(&title, mistakes);
    body.part(&Warning(desk.say("passkeys-remove-warning")));
    body.part(&desk.form().part(&ButtonGroup(vec![
        Button::new(desk.say("remove")).style(ButtonStyle::Warning),
        Button::link(desk.say("cancel"), desk.url("/staff/passkeys")).style(ButtonStyle::Quiet),
    ])));
    let page = Page::new(title, body.markup()).back(desk.url("/staff/passkeys"));
    desk.show(if mistakes.is_empty() { page } else { page.invalid() })
}

/// Removes one, but not the last that works.
pub(crate) fn remove(desk: &Desk) -> Answer {
    let (who, command) = (desk.who()?.clone(), RemovePasskey { passkey: desk.id("passkey")? });
    let actor = actor_of(&who);
    let removed = desk.platform().ledger().write("staff.remove_passkey", actor, move |work| {
        people::remove_passkey(work, &who, command)
    });
    match removed {
        Ok(_) => Ok(desk.done("done-passkey-gone", &desk.url("/staff/passkeys"))),
        Err(RunError::Refused(RemovePasskeyError::Last)) => {
            Ok(removal(desk, &Mistakes::one("form", desk.say("passkeys-last-error"))))
        }
        Err(error) => Err(Failure::from(error)),
    }
}
