use axum::response::Response;
use desk::{Answer, Desk, Mistakes, code, line, link, missing, named, three};
use kernel::{Id, kinds, to_hex};
use people::{Contact, ContactError, ManageContractors};
use processors::{Contract, Contractor, ContractorKeys, RegisterContractor, RegisterError, Trade, register_contractor, replace_keys, seal_contact};
use store::RunError;
use webkit::parts::{Button, Choice, Select, SummaryList, SummaryRow, Table, TextInput, Tone};
use webkit::{Failure, Markup, Page, formats};

use crate::contractors::watcher;
use crate::contractors::address;

/// One contractor: what it does, its keys, and the contracts of this department.
pub(crate) fn show(desk: &Desk) -> Answer {
    let department = watcher(desk)?;
    let contractor = find(desk)?;
    let contracts = desk.platform().ledger().read("staff.contracts", |tx| processors::contracts(tx, department))?;
    let title = desk.text(&contractor.name);
    let mut body = desk.body(&title, &Mistakes::default());
    let keys = contractor.keys.as_ref();
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("contractor-trade"), desk.text(&contractor.trade.title())),
        SummaryRow::new(desk.say("contractor-since"), desk.at(contractor.created)),
        SummaryRow::new(desk.say("contractor-signing"), keys.map_or_else(|| desk.say("contractor-no-keys").into(), |keys| code(&to_hex(&keys.signing)))),
        SummaryRow::new(desk.say("contractor-recipient"), keys.map_or_else(|| desk.say("contractor-no-keys").into(), |keys| code(&keys.recipient))),
    ]));
    let head = ["contract-what", "contract-until", "state"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("contracts-title"), head);
    table.empty = desk.say("contracts-none");
    for contract in contracts.iter().filter(|contract| contract.contractor == contractor.id) {
        table.row([
            link(&desk.text(&contract.title), &desk.url(&format!("/staff/contracts/{}", contract.id))),
            Markup::text(&formats::date(contract.until, desk.language())),
            state(desk, contract),
        ]);
    }
    body.part(&table);
    if desk.may::<ManageContractors>() {
        let base = address(desk, contractor.id);
        body.part(&Button::link(desk.say("contract-record"), format!("{base}/contracts/new")));
        body.link(desk.say("contractor-keys-new"), format!("{base}/keys"));
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff/contractors"))))
}

/// Whether data may be given under a contract today.
pub(crate) fn state(desk: &Desk, contract: &Contract) -> Markup {
    let today = desk.now().day();
    let (key, tone) = if contract.ended.is_some() || today > contract.until {
        ("contract-ended", Tone::Neutral)
    } else if !contract.clauses.flaws().is_empty() {
        ("contract-incomplete", Tone::Bad)
    } else if today < contract.from {
        ("contract-begins", Tone::Active)
    } else {
        ("contract-runs", Tone::Good)
    };
    desk.tag(desk.say(key), tone)
}

/// The contractor of the address.
pub(crate) fn find(desk: &Desk) -> Result<Contractor, Failure> {
    let id: Id<kinds::Contractor> = desk.id("contractor")?;
    desk.platform().ledger().read("staff.contractor", |tx| processors::contractor(tx, id))?.ok_or_else(missing)
}

/// The form for a new contractor.
pub(crate) fn ask(desk: &Desk) -> Answer {
    desk.right::<ManageContractors>()?;
    Ok(form(desk, &Mistakes::default()))
}

fn form(desk: &Desk, mistakes: &Mistakes) -> Response {
    let title = desk.say("contractor-register");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("contractor-register-lead"));
    let trades = Trade::ALL.into_iter().map(|trade| Choice::new(trade.slug(), desk.text(&trade.title()))).collect();
    let mut form = desk.form();
    for input in three(desk, mistakes, "contractor-name") {
        form = form.part(&input);
    }
    let form = form
        .part(&Select {
            value: desk.values.get("trade").into(),
            error: mistakes.of("trade"),
            ..Select::new("trade", desk.say("contractor-trade"), trades)
        })
        .part(&line(desk, mistakes, "contact", "contractor-contact"))
        .part(&TextInput { kind: Some("email"), ..line(desk, mistakes, "mail", "contractor-mail") })
        .part(&line(desk, mistakes, "signing", "contractor-signing"))
        .part(&line(desk, mistakes, "recipient", "contractor-recipient"))
        .part(&Button::new(desk.say("contractor-register")));
    body.part(&form).note(desk.say("contractor-sealed"));
    desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/contractors")), mistakes)
}

/// Enters a contractor into the register that all departments share.
pub(crate) fn register(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageContractors>()?;
    if desk.values.switching() {
        return Ok(form(desk, &Mistakes::default()));
    }
    let mut mistakes = Mistakes::default();
    let name = named(desk, &mut mistakes, "contractor-name");
    let trade = Trade::from_slug(desk.values.get("trade"));
    if trade.is_none() {
        mistakes.add("trade", desk.say("choose-one"));
    }
    let contact = Contact::parse(desk.values.get("contact"), desk.values.get("mail"));
    match &contact {
        Err(ContactError::Name) => mistakes.add("contact", desk.say("officers-name-wrong")),
        Err(ContactError::Mail) => mistakes.add("mail", desk.say("officers-mail-wrong")),
        _ => {}
    }
    let keys = typed_keys(desk, &mut mistakes);
    let (Some(trade), true) = (trade, mistakes.is_empty()) else { return Ok(form(desk, &mistakes)) };
    let ledger = desk.platform().ledger();
    let contact = seal_contact(ledger.keys(), desk.now().day(), &contact?)?;
    let command = RegisterContractor { name, trade, contact, keys };
    let done = ledger.write("staff.register_contractor", grant.actor(), move |work| register_contractor(work, &grant, &command));
    match done {
        Ok((contractor, _)) => Ok(desk.done("done-contractor", &address(desk, contractor))),
        Err(RunError::Refused(RegisterError::Name)) => {
            Ok(form(desk, &Mistakes::one("contractor-name-en", desk.say("contractor-name-long"))))
        }
        Err(error) => Err(Failure::from(error)),
    }
}

/// Keys as typed; both fields empty is no mistake, they may come later.
fn typed_keys(desk: &Desk, mistakes: &mut Mistakes) -> Option<ContractorKeys> {
    if !desk.values.has("signing") && !desk.values.has("recipient") {
        return None;
    }
    let keys = ContractorKeys::parse(desk.values.get("signing"), desk.values.get("recipient"));
    if keys.is_err() {
        mistakes.add("signing", desk.say("contractor-keys-wrong"));
    }
    keys.ok()
}

/// The form for new keys.
pub(crate) fn ask_keys(desk: &Desk) -> Answer {
    desk.right::<ManageContractors>()?;
    let contractor = find(desk)?;
    Ok(keys_form(desk, &contractor, &Mistakes::default()))
}

fn keys_form(desk: &Desk, contractor: &Contractor, mistakes: &Mistakes) -> Response {
    let title = desk.say("contractor-keys-new");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.tell("contractor-keys-lead", [("name", desk.text(&contractor.name))]));
    let form = desk
        .form()
        .part(&line(desk, mistakes, "signing", "contractor-signing"))
        .part(&line(desk, mistakes, "recipient", "contractor-recipient"))
        .part(&Button::new(desk.say("contractor-keys-new")));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).back(address(desk, contractor.id)), mistakes)
}

/// Takes over new keys; what is signed with the earlier ones is refused from now on.
pub(crate) fn change_keys(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageContractors>()?;
    let contractor = find(desk)?;
    let mut mistakes = Mistakes::default();
    if desk.values.switching() {
        return Ok(keys_form(desk, &contractor, &mistakes));
    }
    let Some(keys) = typed_keys(desk, &mut mistakes) else {
        let mistakes = Mistakes::one("signing", desk.say("contractor-keys-wrong"));
        return Ok(keys_form(desk, &contractor, &mistakes));
    };
    let id = contractor.id;
    let written = desk.platform().ledger().write("staff.contractor_keys", grant.actor(), move |work| {
        replace_keys(work, &grant, id, &keys)
    });
    written.map_err(Failure::from)?;
    Ok(desk.done("done-keys", &address(desk, id)))
}
