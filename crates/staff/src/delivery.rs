use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use desk::{Answer, Case, Desk, Mistakes, link, missing, short};
use flows::ExportFault;
use hongkong::District;
use kernel::{Id, kinds, to_hex};
use people::{
    Approval, ApprovalState, GrantLease, HandleIncident, ManageContractors, PersonalDataExport, ReadDashboard, RequestApproval,
    RequestExport, TwoPerson, UseApprovalError, request_approval,
};
use processors::{DeclareError, LeaseError, Whereabouts};
use registration::scheme::Scheme;
use registration::{AskDelivery, ExportError, ExportRow, export_words};
use store::StoreError;
use webkit::parts::{
    Button, ButtonGroup, ButtonStyle, Choice, Form, Inset, Radios, Select, SummaryList, SummaryRow, Table, TextInput, Warning,
};
use webkit::{Failure, Markup, Page, formats};

use crate::approval::{self, contract_of, district_of, find, what};
use crate::lease;

/// Exports, requests and results.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadDashboard>()?;
    let title = desk.say("delivery-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("delivery-lead"));
    if desk.may::<RequestExport>() {
        body.part(&ButtonGroup(vec![
            Button::link(desk.say("delivery-request"), desk.scheme_url(&case, "/delivery/request")),
            Button::link(desk.say("hand-over-title"), desk.scheme_url(&case, "/delivery/hand-over")).style(ButtonStyle::Secondary),
            Button::link(desk.say("results-title"), desk.scheme_url(&case, "/delivery/results")).style(ButtonStyle::Secondary),
        ]));
    }
    body.part(&approval::table(desk, &case, PersonalDataExport::KIND, "/delivery/run")?);
    body.part(&approval::table(desk, &case, people::EarlyClose::KIND, "/close").map(|mut table| {
        table.caption = desk.say("close-requests");
        table
    })?);
    body.part(&approval::table(desk, &case, people::EarlyErasure::KIND, "/erase-day").map(|mut table| {
        table.caption = desk.say("erase-requests");
        table
    })?);
    body.part(&exports(desk, &case)?);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

/// What went out, to whom, and under which lease. The files themselves are fetched by the contractor and by nobody else.
fn exports(desk: &Desk, case: &Case) -> Result<Table, Failure> {
    let head = ["delivery-at", "district", "delivery-households", "delivery-to", "delivery-digest", "delivery-handed"];
    let mut table = Table::new(desk.say("delivery-exports"), head.map(|key| desk.say(key)));
    table.numeric = vec![2];
    table.empty = desk.say("delivery-none");
    let exports = registration::exports(case.live()?.ledger())?;
    let holders = holders(desk, &exports)?;
    for export in exports {
        let to = export.lease.map_or_else(Markup::default, |lease| holder(desk, lease, &holders));
        let handed = match export.recalled {
            Some(at) => desk.tell("delivery-recalled", [("time", desk.at(at))]),
            None => export.handed.map(|at| desk.at(at)).unwrap_or_default(),
        };
        let (district, count) = (Markup::text(&desk.district(&export.district)), formats::number(export.households));
        table.row([desk.at(export.at).into(), district, count.into(), to, short(&to_hex(&export.digest)), handed.into()]);
    }
    Ok(table)
}

/// The names of the contractors that hold exports, by lease.
fn holders(desk: &Desk, exports: &[ExportRow]) -> Result<HashMap<Id<kinds::Lease>, String>, Failure> {
    let leases: HashSet<_> = exports.iter().filter_map(|export| export.lease).collect();
    let found = desk.platform().ledger().read("staff.export_holders", |tx| {
        let contractors = processors::contractors(tx)?;
        let mut found = Vec::new();
        for lease in &leases {
            let holder = processors::lease(tx, *lease)?.map(|lease| lease.contractor);
            let name = contractors.iter().find(|one| Some(one.id) == holder).map(|one| one.name.clone());
            found.extend(name.map(|name| (*lease, name)));
        }
        Ok::<_, StoreError>(found)
    })?;
    Ok(found.into_iter().map(|(lease, name)| (lease, desk.text(&name))).collect())
}

fn holder(desk: &Desk, lease: Id<kinds::Lease>, names: &HashMap<Id<kinds::Lease>, String>) -> Markup {
    let name = names.get(&lease).map_or("", String::as_str);
    if desk.may::<ManageContractors>() || desk.may::<GrantLease>() || desk.may::<HandleIncident>() {
        link(name, &lease::base(desk, lease))
    } else {
        Markup::text(name)
    }
}

/// Which district, and under which contract.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RequestExport>()?;
    request_page(desk, &case, &Mistakes::default())
}

fn request_page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    let scheme = case.live()?.scheme();
    let title = desk.say("delivery-request");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("delivery-request-lead"));
    let back = desk.scheme_url(case, "/delivery");
    let contracts = contract_choices(desk, &scheme)?;
    if contracts.is_empty() {
        body.part(&Inset(desk.say("delivery-no-contract").into()));
        let page = Page::new(title, body.markup()).back(back);
        return Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }));
    }
    let form = desk
        .form()
        .part(&Select {
            value: desk.values.get("district").into(),
            error: mistakes.of("district"),
            ..Select::new("district", desk.say("district"), districts(desk))
        })
        .part(&Radios {
            value: desk.values.get("contract").into(),
            hint: Some(desk.say("delivery-contract-hint")),
            error: mistakes.of("contract"),
            ..Radios::new("contract", desk.say("delivery-contract"), contracts)
        })
        .part(&Button::new(desk.say("delivery-request")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(back), mistakes))
}

/// The contracts under which an export may go today, by contractor.
fn contract_choices(desk: &Desk, scheme: &Scheme) -> Result<Vec<Choice>, Failure> {
    let contracts = flows::export_contracts(desk.platform(), scheme, desk.who()?.department())?;
    let contractors = desk.platform().ledger().read("staff.export_contractors", processors::contractors)?;
    let choice = |contract: &processors::Contract| {
        let contractor = contractors.iter().find(|one| one.id == contract.contractor)?;
        let hint = format!("{} ({})", desk.text(&contract.title), formats::date(contract.until, desk.language()));
        Some(Choice::new(contract.id.to_string(), desk.text(&contractor.name)).hint(hint))
    };
    Ok(contracts.iter().filter_map(choice).collect())
}

/// The eighteen districts to choose from.
pub(crate) fn districts(desk: &Desk) -> Vec<Choice> {
    District::ALL.into_iter().map(|district| Choice::new(district.code(), district.name(desk.language()))).collect()
}

/// Asks for the second person.
pub(crate) fn request(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RequestExport>()?;
    let service = case.live()?;
    if desk.values.switching() {
        return request_page(desk, &case, &Mistakes::default());
    }
    let Some(district) = District::from_code(desk.values.get("district")) else {
        return request_page(desk, &case, &Mistakes::one("district", desk.say("district-missing")));
    };
    let scheme = service.scheme();
    let sent = desk.values.get("contract");
    let contracts = flows::export_contracts(desk.platform(), &scheme, desk.who()?.department())?;
    let Some(contract) = contracts.iter().find(|contract| contract.id.to_string() == sent) else {
        return request_page(desk, &case, &Mistakes::one("contract", desk.say("choose-one")));
    };
    let command = RequestApproval { service: service.id(), what: export_words(&scheme, district.code(), contract.id) };
    service.ledger().write("staff.request_export", grant.actor(), move |work| {
        request_approval::<PersonalDataExport>(work, &grant, command.clone())
    })?;
    Ok(desk.done("done-asked", &desk.scheme_url(&case, "/delivery")))
}

/// Asks once more, now that it is approved.
pub(crate) fn ask_run(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RequestExport>()?;
    run_page(desk, &case, &Mistakes::default())
}

fn run_page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    let approval = find(desk, case, PersonalDataExport::KIND)?;
    if approval.state != ApprovalState::Approved && mistakes.is_empty() {
        return Err(missing());
    }
    let title = desk.say("delivery-run");
    let mut body = desk.body(&title, mistakes);
    body.part(&SummaryList::new(vec![SummaryRow::new(desk.say("approval-what"), what(desk, case, &approval)?)]));
    body.part(&Warning(desk.say("delivery-run-warning")));
    let mut form = desk.form();
    if begins_lease(desk, case, &approval)? {
        form = ask_whereabouts(desk, form, mistakes);
    }
    body.part(&form.part(&ButtonGroup(vec![
        Button::new(title.clone()),
        Button::link(desk.say("cancel"), desk.scheme_url(case, "/delivery")).style(ButtonStyle::Quiet),
    ])));
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.scheme_url(case, "/delivery")), mistakes))
}

/// Whether this export is the first under its contract, and so begins the lease.
fn begins_lease(desk: &Desk, case: &Case, approval: &Approval) -> Result<bool, Failure> {
    let Some(id) = contract_of(approval) else { return Ok(false) };
    let contract = desk.platform().ledger().read("staff.export_contract", |tx| processors::contract(tx, id))?;
    let Some(contract) = contract else { return Ok(false) };
    Ok(flows::standing_export_lease(desk.platform(), case.live()?.id(), &contract)?.is_none())
}

/// Where a contractor will hold what is exported to it, asked once for each lease.
pub(crate) fn ask_whereabouts(desk: &Desk, form: Form, mistakes: &Mistakes) -> Form {
    form.part(&whereabouts_question(desk, mistakes)).part(&TextInput {
        value: desk.values.get("address").into(),
        hint: Some(desk.say("delivery-address-hint")),
        error: mistakes.of("address"),
        verbatim: true,
        ..TextInput::new("address", desk.say("lease-address"))
    })
}

fn whereabouts_question(desk: &Desk, mistakes: &Mistakes) -> Radios {
    let choices = ["offline", "address"];
    let choices = choices.map(|one| Choice::new(one, desk.say(&format!("delivery-where-{one}")))).into();
    Radios {
        value: desk.values.get("where").into(),
        hint: Some(desk.say("delivery-where-hint")),
        error: mistakes.of("where"),
        ..Radios::new("where", desk.say("delivery-where"), choices)
    }
}

/// Where the contractor will hold the data, as typed; under a lease that stands already nothing is asked.
pub(crate) fn whereabouts(desk: &Desk, begins: bool) -> Result<Whereabouts, Mistakes> {
    match desk.values.get("where") {
        "offline" => Ok(Whereabouts::Offline),
        "address" => Ok(Whereabouts::At(desk.values.get("address").to_owned())),
        _ if begins => Err(Mistakes::one("where", desk.say("choose-one"))),
        _ => Ok(Whereabouts::Offline),
    }
}

/// Writes the list, encrypted to the contractor, and hands it over under the contract's lease.
pub(crate) fn run(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RequestExport>()?;
    let approval = find(desk, &case, PersonalDataExport::KIND)?;
    if desk.values.switching() {
        return run_page(desk, &case, &Mistakes::default());
    }
    let (district, contract) = district_of(&approval).zip(contract_of(&approval)).ok_or_else(missing)?;
    let whereabouts = match whereabouts(desk, begins_lease(desk, &case, &approval)?) {
        Ok(whereabouts) => whereabouts,
        Err(mistakes) => return run_page(desk, &case, &mistakes),
    };
    let ask = AskDelivery { district: district.to_owned(), contract, approval: approval.id };
    match flows::export_delivery(desk.platform(), case.live()?, &Arc::new(grant), &ask, whereabouts) {
        Ok(_) => Ok(desk.done("done-exported", &desk.scheme_url(&case, "/delivery"))),
        Err(fault) => run_page(desk, &case, &refused(desk, fault)?),
    }
}

/// What is wrong, beside the field it is about.
fn refused(desk: &Desk, fault: ExportFault) -> Result<Mistakes, Failure> {
    let (field, key) = match fault {
        ExportFault::Records(ExportError::Empty) => ("form", "delivery-empty"),
        ExportFault::Records(ExportError::NoCourier) => ("form", "delivery-no-courier"),
        ExportFault::Records(ExportError::Approval(UseApprovalError::Refused(refused))) => ("form", approval::sentence(refused)),
        ExportFault::Contract | ExportFault::Lease(LeaseError::Contract | LeaseError::Clauses(_) | LeaseError::Days) => {
            ("form", "lease-contract-wrong")
        }
        ExportFault::OtherKey => ("form", "delivery-other-key"),
        ExportFault::Later(_) => ("form", "delivery-later"),
        ExportFault::Address(DeclareError::Address(_)) => ("address", "lease-address-wrong"),
        fault => return Err(Failure::from(fault)),
    };
    Ok(Mistakes::one(field, desk.say(key)))
}
