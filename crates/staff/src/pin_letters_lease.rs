//! The lease under which a print bureau gets letters with PINs.

use desk::{Answer, Desk, Mistakes, missing};
use flows::{LetterBatchError, give_letter_lease, letter_contracts};
use people::GrantLease;
use processors::Whereabouts;
use webkit::parts::{Button, Choice, Inset, Radios, TextInput};
use webkit::{Page, formats};

use crate::pin_letters::HOME;

/// The form.
pub(crate) fn ask(desk: &Desk) -> Answer {
    desk.identity::<GrantLease>()?;
    page(desk, &Mistakes::default())
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Answer {
    let contracts = letter_contracts(desk.platform(), desk.who()?.department())?;
    let title = desk.say("pin-letters-lease-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("pin-letters-lease-lead"));
    let back = desk.url(HOME);
    if contracts.is_empty() {
        body.part(&Inset(desk.say("pin-letters-no-contract").into()));
        return Ok(desk.show(Page::new(title, body.markup()).back(back)));
    }
    let choice = |contract: &processors::Contract| {
        let until = formats::date(contract.until, desk.language());
        Choice::new(contract.id.to_string(), desk.text(&contract.title)).hint(until)
    };
    let radios = Radios {
        value: desk.values.get("contract").to_owned(),
        error: mistakes.of("contract"),
        ..Radios::new("contract", desk.say("lease-contract"), contracts.iter().map(choice).collect())
    };
    let place = TextInput {
        value: desk.values.get("address").to_owned(),
        error: mistakes.of("address"),
        hint: Some(desk.say("pin-letters-address-hint")),
        ..TextInput::new("address", desk.say("pin-letters-address"))
    };
    body.part(&desk.form().part(&radios).part(&place).part(&Button::new(desk.say("pin-letters-give"))));
    Ok(desk.show_form(Page::new(title, body.markup()).back(back), mistakes))
}

/// Gives it.
pub(crate) fn give(desk: &Desk) -> Answer {
    let (scope, grant) = desk.identity::<GrantLease>()?;
    scope.ok_or_else(missing)?;
    let service = desk.platform().identity().ok_or_else(missing)?;
    if desk.values.switching() {
        return page(desk, &Mistakes::default());
    }
    let Ok(contract) = desk.values.get("contract").parse() else {
        return page(desk, &Mistakes::one("contract", desk.say("pin-letters-choose")));
    };
    let address = desk.values.get("address").trim().to_owned();
    let whereabouts = if address.is_empty() { Whereabouts::Offline } else { Whereabouts::At(address) };
    match give_letter_lease(desk.platform(), &service, grant, contract, whereabouts) {
        Ok(lease) => Ok(desk.done("done-lease-given", &desk.url(&format!("/staff/leases/{}", lease.id)))),
        Err(LetterBatchError::Lease(error)) => page(desk, &Mistakes::one("contract", error.to_string())),
        Err(LetterBatchError::Address(error)) => page(desk, &Mistakes::one("address", error.to_string())),
        Err(error) => Err(error.into()),
    }
}
