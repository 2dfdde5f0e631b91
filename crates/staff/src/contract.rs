use std::collections::BTreeMap;

use axum::response::Response;
use desk::{Answer, Desk, Mistakes, date, day, line, link, missing, named, three};
use kernel::{Id, kinds};
use people::ManageContractors;
use processors::{Clause, ClauseFlaw, ClauseRecord, Contract, ContractError, RecordContract, Storage, amend_clauses, record_contract};
use store::{RunError, StoreError};
use webkit::parts::{Button, Choice, Form, Radios, SummaryList, SummaryRow, Table, TextInput, Warning};
use webkit::{Body, Failure, Markup, Page, formats};

use crate::contractors::watcher;
use crate::contractor::{self, state};
use crate::contractors::{address, groups};

/// The page of a contract.
pub(crate) fn base(desk: &Desk, contract: Id<kinds::Contract>) -> String {
    desk.url(&format!("/staff/contracts/{contract}"))
}

/// The contract of the address, if it is the department's.
pub(crate) fn find(desk: &Desk) -> Result<Contract, Failure> {
    let (department, id): (_, Id<kinds::Contract>) = (desk.who()?.department(), desk.id("contract")?);
    let found = desk.platform().ledger().read("staff.contract", |tx| processors::contract(tx, id))?;
    found.filter(|contract| contract.department == department).ok_or_else(missing)
}

/// One contract: its clauses, its credentials, its leases.
pub(crate) fn show(desk: &Desk) -> Answer {
    watcher(desk)?;
    let contract = find(desk)?;
    let title = desk.text(&contract.title);
    let mut body = desk.body(&title, &Mistakes::default());
    for flaw in contract.clauses.flaws() {
        body.part(&Warning(sentence(desk, &flaw)));
    }
    let language = desk.language();
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("state"), state(desk, &contract)),
        SummaryRow::new(desk.say("contract-from"), formats::date(contract.from, language)),
        SummaryRow::new(desk.say("contract-until"), formats::date(contract.until, language)),
        SummaryRow::new(desk.say("contract-storage"), desk.say(&format!("storage-{}", contract.clauses.storage.slug()))),
        SummaryRow::new(desk.say("contract-place"), contract.clauses.place.as_str()),
    ]));
    clauses(desk, &mut body, &contract);
    held(desk, &mut body, &contract)?;
    if desk.may::<ManageContractors>() {
        acts(desk, &mut body, &contract);
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(address(desk, contract.contractor))))
}

fn clauses(desk: &Desk, body: &mut Body, contract: &Contract) {
    let mut table = Table::new(desk.say("contract-clauses"), ["contract-clause", "contract-clause-where"].map(|key| desk.say(key)));
    for clause in Clause::ALL {
        let place = contract.clauses.clauses.get(&clause).cloned().unwrap_or_else(|| desk.say("contract-clause-missing"));
        table.row([desk.text(&clause.title()), place]);
    }
    body.part(&table);
    if !contract.sub_processors.is_empty() {
        let mut table = Table::new(desk.say("sub-processors"), ["name", "contract-place"].map(|key| desk.say(key)));
        for one in &contract.sub_processors {
            table.row([one.name.as_str(), one.place.as_str()]);
        }
        body.part(&table);
    }
}

/// Credentials and leases under the contract.
fn held(desk: &Desk, body: &mut Body, contract: &Contract) -> Result<(), Failure> {
    let id = contract.id;
    let (credentials, leases) = desk.platform().ledger().read("staff.contract_held", |tx| {
        Ok::<_, StoreError>((processors::credentials(tx, id)?, processors::leases_of_contract(tx, id)?))
    })?;
    let mut table = Table::new(desk.say("credentials-title"), [desk.say("credential-issued")]);
    table.empty = desk.say("credentials-none");
    for (_, issued) in credentials {
        table.row([desk.at(issued)]);
    }
    body.part(&table);
    let mut table = Table::new(desk.say("leases-title"), ["lease-purpose", "lease-groups", "lease-until"].map(|key| desk.say(key)));
    table.empty = desk.say("leases-none");
    for lease in leases {
        table.row([
            link(&lease.purpose, &desk.url(&format!("/staff/leases/{}", lease.id))),
            Markup::text(&groups(desk, &lease.groups)),
            Markup::text(&formats::date(lease.until, desk.language())),
        ]);
    }
    body.part(&table);
    Ok(())
}

fn acts(desk: &Desk, body: &mut Body, contract: &Contract) {
    let base = base(desk, contract.id);
    let all = ["credential", "revoke", "extend", "consent", "end"];
    let links = all.map(|act| link(&desk.say(&format!("contract-{act}-title")), &format!("{base}/change/{act}")));
    body.h2(desk.say("contract-acts"));
    body.bullets(std::iter::once(link(&desk.say("contract-amend"), &format!("{base}/clauses"))).chain(links));
}

/// What is missing, in a sentence.
pub(crate) fn sentence(desk: &Desk, flaw: &ClauseFlaw) -> String {
    match flaw {
        ClauseFlaw::Missing(clause) => desk.tell("contract-flaw-missing", [("clause", desk.text(&clause.title()))]),
        ClauseFlaw::PublicCloud => desk.say("contract-flaw-cloud"),
        ClauseFlaw::Place => desk.say("contract-flaw-place"),
    }
}

/// The form for a new contract, with the checklist of clauses.
pub(crate) fn ask(desk: &Desk) -> Answer {
    desk.right::<ManageContractors>()?;
    contractor::find(desk)?;
    Ok(form(desk, &Mistakes::default()))
}

fn form(desk: &Desk, mistakes: &Mistakes) -> Response {
    let title = desk.say("contract-record");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("contract-record-lead"));
    let mut form = desk.form();
    for input in three(desk, mistakes, "contract-title") {
        form = form.part(&input);
    }
    form = form.part(&date(desk, mistakes, "from", "contract-from")).part(&date(desk, mistakes, "until", "contract-until"));
    body.part(&checklist(desk, mistakes, form).part(&Button::new(desk.say("contract-record"))));
    let back = desk.url(&format!("/staff/contractors/{}", desk.param("contractor")));
    desk.show_form(Page::new(title, body.markup()).back(back), mistakes)
}

fn checklist(desk: &Desk, mistakes: &Mistakes, mut form: Form) -> Form {
    for clause in Clause::ALL {
        let name = format!("clause-{}", clause.slug());
        form = form.part(&TextInput {
            value: desk.values.get(&name).into(),
            hint: Some(desk.say("contract-clause-hint")),
            verbatim: true,
            ..TextInput::new(name, desk.text(&clause.title()))
        });
    }
    let places = Storage::ALL.into_iter().map(|place| Choice::new(place.slug(), desk.say(&format!("storage-{}", place.slug()))));
    form.part(&Radios {
        value: desk.values.get("storage").into(),
        error: mistakes.of("storage"),
        ..Radios::new("storage", desk.say("contract-storage"), places.collect())
    })
    .part(&line(desk, mistakes, "place", "contract-place"))
}

/// The checklist as typed. It may have gaps: then nothing is given under the contract until it is complete.
fn typed(desk: &Desk, mistakes: &mut Mistakes) -> Option<ClauseRecord> {
    let mut clauses = BTreeMap::new();
    for clause in Clause::ALL {
        let name = format!("clause-{}", clause.slug());
        if desk.values.has(&name) {
            clauses.insert(clause, desk.values.get(&name).trim().to_owned());
        }
    }
    let Some(storage) = Storage::from_slug(desk.values.get("storage")) else {
        mistakes.add("storage", desk.say("choose-one"));
        return None;
    };
    Some(ClauseRecord { clauses, storage, place: desk.values.get("place").trim().to_owned() })
}

/// Records a contract of the department.
pub(crate) fn record(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageContractors>()?;
    let contractor = contractor::find(desk)?.id;
    let mut mistakes = Mistakes::default();
    if desk.values.switching() {
        return Ok(form(desk, &mistakes));
    }
    let title = named(desk, &mut mistakes, "contract-title");
    let (from, until) = (day(desk, &mut mistakes, "from"), day(desk, &mut mistakes, "until"));
    let clauses = typed(desk, &mut mistakes);
    let (Some(from), Some(until), Some(clauses), true) = (from, until, clauses, mistakes.is_empty()) else {
        return Ok(form(desk, &mistakes));
    };
    let command = RecordContract { contractor, title, clauses, from, until };
    let done = desk.platform().ledger().write("staff.record_contract", grant.actor(), move |work| record_contract(work, &grant, &command));
    let (field, key) = match done {
        Ok((contract, _)) => return Ok(desk.done("done-contract-new", &base(desk, contract))),
        Err(RunError::Refused(ContractError::Title)) => ("contract-title-en", "contract-title-long"),
        Err(RunError::Refused(ContractError::Days)) => ("until", "contract-days-wrong"),
        Err(error) => return Err(Failure::from(error)),
    };
    Ok(form(desk, &Mistakes::one(field, desk.say(key))))
}

/// The checklist of a contract that was amended.
pub(crate) fn ask_clauses(desk: &Desk) -> Answer {
    desk.right::<ManageContractors>()?;
    let contract = find(desk)?;
    Ok(clauses_form(desk, &contract, &Mistakes::default()))
}

fn clauses_form(desk: &Desk, contract: &Contract, mistakes: &Mistakes) -> Response {
    let title = desk.say("contract-amend");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("contract-amend-lead"));
    body.part(&checklist(desk, mistakes, desk.form()).part(&Button::new(desk.say("contract-amend"))));
    desk.show_form(Page::new(title, body.markup()).back(base(desk, contract.id)), mistakes)
}

/// Records the clauses anew.
pub(crate) fn amend(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageContractors>()?;
    let contract = find(desk)?;
    let mut mistakes = Mistakes::default();
    if desk.values.switching() {
        return Ok(clauses_form(desk, &contract, &mistakes));
    }
    let Some(clauses) = typed(desk, &mut mistakes) else { return Ok(clauses_form(desk, &contract, &mistakes)) };
    let id = contract.id;
    desk.platform().ledger().write("staff.amend_clauses", grant.actor(), move |work| amend_clauses(work, &grant, id, &clauses))?;
    Ok(desk.done("done-saved", &base(desk, id)))
}
