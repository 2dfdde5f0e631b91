use axum::response::Response;
use desk::{Answer, Desk, Mistakes, actor_of, missing};
use kernel::{Id, kinds};
use people::{NamePasskey, NamePasskeyError, PasskeyListed, SealedPasskeyName};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, TextInput, Width};
use webkit::{Failure, Page};

/// The officer's own passkeys, each with what the officer calls it.
pub(crate) fn own(desk: &Desk) -> Result<Vec<(PasskeyListed, Option<String>)>, Failure> {
    let (ledger, who) = (desk.platform().ledger(), desk.who()?.clone());
    let actor = actor_of(&who);
    let (listed, committed) = ledger.write("staff.passkeys", actor, move |work| people::own_passkeys(work, &who))?;
    let named = |passkey: PasskeyListed| {
        let name = passkey.name.as_ref().and_then(|name| name.open(&committed, ledger.keys(), passkey.id));
        (passkey, name)
    };
    Ok(listed.into_iter().map(named).collect())
}

/// The form for a name of one of the officer's own passkeys.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (_, name) = find(desk)?;
    Ok(page(desk, &name.unwrap_or_default(), &Mistakes::default()))
}

fn find(desk: &Desk) -> Result<(Id<kinds::Passkey>, Option<String>), Failure> {
    let id = desk.id("passkey")?;
    let found = own(desk)?.into_iter().find(|(passkey, _)| passkey.id == id);
    Ok((id, found.ok_or_else(missing)?.1))
}

fn page(desk: &Desk, value: &str, mistakes: &Mistakes) -> Response {
    let title = desk.say("passkeys-name-title");
    let mut body = desk.body(&title, mistakes);
    let field = TextInput {
        hint: Some(desk.say("passkeys-name-hint")),
        value: value.to_owned(),
        error: mistakes.of("name"),
        width: Width::Twenty,
        ..TextInput::new("name", desk.say("passkeys-name-field"))
    };
    let back = desk.url("/staff/passkeys");
    body.part(&desk.form().part(&field).part(&ButtonGroup(vec![
        Button::new(desk.say("passkeys-name-save")),
        Button::link(desk.say("cancel"), back.clone()).style(ButtonStyle::Quiet),
    ])));
    desk.show_form(Page::new(title, body.markup()).back(back), mistakes)
}

/// Names it.
pub(crate) fn name(desk: &Desk) -> Answer {
    let (passkey, _) = find(desk)?;
    let typed = desk.values.get("name");
    if desk.values.switching() {
        return Ok(page(desk, typed, &Mistakes::default()));
    }
    let ledger = desk.platform().ledger();
    let name = match SealedPasskeyName::seal(ledger.keys(), desk.platform().now().day(), passkey, typed) {
        Ok(name) => name,
        Err(NamePasskeyError::Name) => return Ok(page(desk, typed, &Mistakes::one("name", desk.say("passkeys-name-wrong")))),
        Err(error) => return Err(Failure::from(error)),
    };
    let (who, command) = (desk.who()?.clone(), NamePasskey { passkey, name });
    let actor = actor_of(&who);
    ledger.write("staff.name_passkey", actor, move |work| people::name_passkey(work, &who, &command))?;
    Ok(desk.done("done-saved", &desk.url("/staff/passkeys")))
}
