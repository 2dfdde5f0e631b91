use desk::{Answer, Case, Desk, Mistakes};
use flows::{GiveLeaseError, NewLease, give_lease, group_of, lease_groups};
use hongkong::District;
use kernel::Id;
use people::GrantLease;
use processors::{Chosen, Contract, Form, LeaseError};
use webkit::parts::{Button, Checkboxes, Choice, Inset, Radios, Select, TextArea};
use webkit::{Failure, Page, formats};

use crate::lease::base;

/// The form for a lease on records of a scheme.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<GrantLease>()?;
    page(desk, &case, &Mistakes::default())
}

/// Contracts of the department under which data may be given today, with the contractor's name.
pub(crate) fn contracts(desk: &Desk) -> Result<Vec<(Contract, String)>, Failure> {
    let (department, now) = (desk.who()?.department(), desk.now());
    let (contracts, contractors) = desk.platform().ledger().read("staff.lease_contracts", |tx| {
        Ok::<_, store::StoreError>((processors::contracts(tx, department)?, processors::contractors(tx)?))
    })?;
    let name = |contract: Contract| {
        let contractor = contractors.iter().find(|one| one.id == contract.contractor)?;
        let name = desk.text(&contractor.name);
        Some((contract, name))
    };
    Ok(contracts.into_iter().filter(|contract| contract.holds(now)).filter_map(name).collect())
}

fn page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    let service = case.live()?;
    let contracts = contracts(desk)?;
    let title = desk.say("lease-give-title");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("lease-give-lead"));
    let back = desk.scheme_url(case, "");
    if contracts.is_empty() {
        body.part(&Inset(desk.say("lease-no-contract").into()));
        return Ok(desk.show(Page::new(title, body.markup()).back(back)));
    }
    let contracts = contracts.iter().map(|(contract, name)| {
        let until = formats::date(contract.until, desk.language());
        Choice::new(contract.id.to_string(), name).hint(format!("{} ({until})", desk.text(&contract.title)))
    });
    let scheme = service.scheme();
    let purposes = scheme.purposes().iter().filter(|purpose| !lease_groups(&scheme, &purpose.id).is_empty());
    let purposes = purposes.map(|purpose| Choice::new(purpose.id.clone(), purpose.text.get(desk.language()))).collect();
    let forms = [("look-up", "lease-form-look-up"), ("hand-over", "lease-form-hand-over")];
    let forms = forms.map(|(value, key)| Choice::new(value, desk.say(key)).hint(desk.say(&format!("{key}-hint")))).into();
    let radios = |name: &'static str, label: &str, choices| Radios {
        value: desk.values.get(name).into(),
        error: mistakes.of(name),
        ..Radios::new(name, desk.say(label), choices)
    };
    let form = desk
        .form()
        .part(&radios("contract", "lease-contract", contracts.collect()))
        .part(&radios("purpose", "lease-purpose", purposes))
        .part(&fields(desk, mistakes))
        .part(&radios("form", "lease-form", forms));
    body.part(&records(desk, mistakes, form).part(&Button::new(desk.say("lease-give-title"))));
    Ok(desk.show_form(Page::new(title, body.markup()).back(back), mistakes))
}

fn fields(desk: &Desk, mistakes: &Mistakes) -> Checkboxes {
    let groups = ["identity", "contact", "mobile"].map(|group| Choice::new(group, desk.say(&format!("field-group-{group}"))));
    Checkboxes {
        values: desk.values.all("group").map(str::to_owned).collect(),
        hint: Some(desk.say("lease-groups-hint")),
        error: mistakes.of("group"),
        ..Checkboxes::new("group", desk.say("lease-groups"), groups.into())
    }
}

fn records(desk: &Desk, mistakes: &Mistakes, form: webkit::parts::Form) -> webkit::parts::Form {
    let which = ["all", "district", "list"].map(|which| Choice::new(which, desk.say(&format!("lease-which-{which}"))));
    let districts = District::ALL.map(|district| Choice::new(district.code(), district.name(desk.language())));
    form.part(&Radios {
        value: desk.values.get("which").into(),
        error: mistakes.of("which"),
        ..Radios::new("which", desk.say("lease-which"), which.into())
    })
    .part(&Select {
        value: desk.values.get("district").into(),
        error: mistakes.of("district"),
        empty: desk.say("lease-district-none"),
        ..Select::new("district", desk.say("district"), districts.into())
    })
    .part(&TextArea {
        value: desk.values.get("list").into(),
        hint: Some(desk.say("lease-list-hint")),
        error: mistakes.of("list"),
        rows: 5,
        ..TextArea::new("list", desk.say("lease-list"))
    })
}

/// Gives the lease.
pub(crate) fn give(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<GrantLease>()?;
    if desk.values.switching() {
        return page(desk, &case, &Mistakes::default());
    }
    let new = match typed(desk) {
        Ok(new) => new,
        Err(mistakes) => return page(desk, &case, &mistakes),
    };
    match give_lease(desk.platform(), case.live()?, grant, &new) {
        Ok(lease) => Ok(desk.done("done-lease-given", &base(desk, lease.id))),
        Err(error) => page(desk, &case, &refused(desk, error)?),
    }
}

fn typed(desk: &Desk) -> Result<NewLease, Mistakes> {
    let mut mistakes = Mistakes::default();
    let contract: Option<Id<_>> = desk.values.get("contract").parse().ok();
    let groups: Vec<_> = desk.values.all("group").filter_map(group_of).collect();
    let form = match desk.values.get("form") {
        "look-up" => Some(Form::LookUp),
        "hand-over" => Some(Form::HandOver),
        _ => None,
    };
    let chosen = chosen(desk, &mut mistakes);
    let given = [
        ("contract", contract.is_some()),
        ("purpose", desk.values.has("purpose")),
        ("group", !groups.is_empty()),
        ("form", form.is_some()),
    ];
    for (field, _) in given.iter().filter(|(_, there)| !there) {
        mistakes.add(*field, desk.say("choose-one"));
    }
    let purpose = desk.values.get("purpose").to_owned();
    match (contract, form, chosen) {
        (Some(contract), Some(form), Some(chosen)) if mistakes.is_empty() => {
            Ok(NewLease { contract, purpose, groups, chosen, form })
        }
        _ => Err(mistakes),
    }
}

fn chosen(desk: &Desk, mistakes: &mut Mistakes) -> Option<Chosen> {
    let (field, chosen) = match desk.values.get("which") {
        "all" => ("which", Some(Chosen::All)),
        "district" => ("district", District::from_code(desk.values.get("district")).map(|it| Chosen::District(it.code().to_owned()))),
        "list" => {
            let lines = desk.values.get("list").lines().map(str::trim).filter(|line| !line.is_empty());
            let references: Vec<String> = lines.map(str::to_owned).collect();
            ("list", (!references.is_empty()).then_some(Chosen::List(references)))
        }
        _ => ("which", None),
    };
    if chosen.is_none() {
        mistakes.add(field, desk.say(if field == "list" { "lease-list-missing" } else { "choose-one" }));
    }
    chosen
}

/// What is wrong, beside the field it is about.
fn refused(desk: &Desk, error: GiveLeaseError) -> Result<Mistakes, Failure> {
    let (field, key) = match error {
        GiveLeaseError::Purpose => ("purpose", "choose-one"),
        GiveLeaseError::Groups => ("group", "lease-groups-wrong"),
        GiveLeaseError::ListHandedOver => ("form", "lease-list-handed"),
        GiveLeaseError::Lease(LeaseError::Contract | LeaseError::Clauses(_) | LeaseError::Missing) => ("contract", "lease-contract-wrong"),
        GiveLeaseError::Lease(LeaseError::Days) => ("contract", "lease-days-wrong"),
        GiveLeaseError::Lease(LeaseError::Empty) => ("which", "lease-empty"),
        error => return Err(Failure::from(error)),
    };
    Ok(Mistakes::one(field, desk.say(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_of_the_form_is_one_of_a_lease() {
        for name in ["identity", "contact", "mobile"] {
            assert_eq!(group_of(name).map(flows::group_name), Some(name));
        }
    }
}
