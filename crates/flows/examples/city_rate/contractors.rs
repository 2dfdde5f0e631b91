use std::time::{Duration, Instant as Stopwatch};

use flows::{NewLease, contractor_round, give_lease, lease_look_up};
use hongkong::District;
use journal::Work;
use kernel::{Id, Text, kinds};
use people::{Contact, GrantLease, ManageContractors, Role, authorise};
use processors::{
    AskLookUp, Chosen, Clause, ClauseRecord, ContractorKeys, Form, Lease, Partner, RecordContract, RegisterContractor,
    Storage, Trade, find_partner, issue_credential, record_contract, register_contractor, seal_contact,
};
use registration::scheme::FieldGroup;
use seal::age_files;
use store::StoreError;
use testkit::figures::{Meter, spread};

use crate::Failure;
use crate::city::City;
use crate::dice::Dice;

/// Clerks of a contractor who look up at the same time, and how often each.
const CLERKS: usize = 128;
const LOOKS: usize = 160;
const CONTRACTORS: usize = 50;
const LEASES: usize = 1_000;
const SEED: u64 = 2_022;
const DAY_MS: i64 = 86_400_000;

/// Look-ups through a lease: each is noted in the platform's journal and is an opening in the journal of the service.
pub fn look_ups(city: &City) -> Result<(), Failure> {
    let (service, households) = (city.service()?, city.households()?);
    let contract = contract(city, 0)?;
    let lease = give(city, contract, Chosen::All)?;
    let partner = partner(city, contract)?;
    let mut references = Vec::new();
    let mut dice = Dice(SEED);
    for _ in 0..1_000 {
        let household = *households.get(dice.below(households.len())).ok_or("nobody is registered")?;
        let found = service.ledger().read("bench.reference", |tx| registration::status(tx, household))?;
        references.push(found.ok_or("a household is missing")?.household.reference.to_string());
    }
    // A lease has a daily limit.
    let looks = LOOKS.min(usize::try_from(lease.daily_most)? / CLERKS);
    let look = |clerk: usize| -> Result<Vec<Duration>, String> {
        let mut dice = Dice(SEED + 1 + clerk as u64);
        let mut times = Vec::with_capacity(looks);
        for _ in 0..looks {
            let reference = references.get(dice.below(references.len())).cloned().unwrap_or_default();
            let ask = AskLookUp { lease: lease.id, purpose: "delivery".into(), reference };
            let start = Stopwatch::now();
            let found = lease_look_up(&city.platform, &partner, &ask).map_err(|error| error.to_string())?;
            found.record.contact.ok_or("the lease's group was not opened")?;
            times.push(start.elapsed());
        }
        Ok(times)
    };
    let meter = Meter::start()?;
    let times = std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..CLERKS).map(|clerk| scope.spawn({ let look = &look; move || look(clerk) })).collect();
        let done = clerks.into_iter().map(|clerk| clerk.join().map_err(|_| "a clerk stopped".to_owned()).flatten());
        done.collect::<Result<Vec<_>, _>>()
    })?;
    println!("{}", meter.rate("look-ups through a lease, two journals each", CLERKS * looks)?);
    println!("{}", spread("  the same, each with 128 outstanding", times.concat()));
    Ok(())
}

/// A month of daily rounds over 1,000 leases that all end on the same day: the days on which there was much to do.
pub fn daily_round(city: &City) -> Result<(), Failure> {
    let meter = Meter::start()?;
    let contracts = (0..CONTRACTORS).map(|n| contract(city, n + 1)).collect::<Result<Vec<_>, _>>()?;
    for (n, contract) in (0..LEASES).zip(contracts.iter().cycle()) {
        let district = District::ALL.get(n % District::ALL.len()).ok_or("a district")?;
        give(city, *contract, Chosen::District(district.code().to_owned()))?;
    }
    println!("{}", meter.rate("leases given", LEASES)?);
    for _ in 0..60 {
        city.clock.advance_millis(DAY_MS);
        let day = city.platform.now().day();
        let meter = Meter::start()?;
        let done = contractor_round(&city.platform)?;
        if done.reminded + done.ended + done.keys + done.overdue + done.carried > 0 {
            let what = format!(
                "round of {day}: {} reminded, {} ended, {} keys, {} overdue",
                done.reminded, done.ended, done.keys, done.overdue
            );
            println!("{}", meter.once(&what)?);
            let meter = Meter::start()?;
            contractor_round(&city.platform)?;
            println!("{}", meter.once("  the round a minute later")?);
        }
        if done.overdue > 0 {
            break;
        }
    }
    Ok(())
}

fn contract(city: &City, number: usize) -> Result<Id<kinds::Contract>, Failure> {
    let keys = city.platform.ledger().keys().clone();
    let contact = Contact::parse("Chan Siu Ming", "sm.chan@forms.example.hk").map_err(|error| format!("{error:?}"))?;
    let command = RegisterContractor {
        name: Text::new(format!("Harbour Couriers {number}"), format!("海港速遞{number}"), format!("海港速递{number}")),
        trade: Trade::Courier,
        contact: seal_contact(&keys, city.platform.now().day(), &contact)?,
        keys: Some(ContractorKeys { signing: [7; 32], recipient: age_files::generate_identity().1 }),
    };
    let may = authorise::<ManageContractors>(&city.officer(2, Role::PrivacyOfficer), None)?;
    let contractor = city.act(may.actor(), move |work| register_contractor(work, &may, &command).map_err(said))?;
    let clauses = Clause::ALL.into_iter().map(|clause| (clause, "Clause".to_owned())).collect();
    let command = RecordContract {
        contractor,
        title: Text::new("Delivery", "派遞", "派递"),
        clauses: ClauseRecord { clauses, storage: Storage::OwnMachines, place: "8 Wharf Road".into() },
        from: "2020-05-01".parse()?,
        until: "2020-06-10".parse()?,
    };
    city.act(may.actor(), move |work: &mut Work<'_, '_>| record_contract(work, &may, &command).map_err(said))
}

fn give(city: &City, contract: Id<kinds::Contract>, chosen: Chosen) -> Result<Lease, Failure> {
    let grant = authorise::<GrantLease>(&city.officer(1, Role::SchemeOwner), Some(city.scope()?))?;
    let groups = vec![FieldGroup::Contact];
    let new = NewLease { contract, purpose: "delivery".into(), groups, chosen, form: Form::LookUp };
    Ok(give_lease(&city.platform, &*city.service()?, grant, &new)?)
}

fn partner(city: &City, contract: Id<kinds::Contract>) -> Result<Partner, Failure> {
    let grant = authorise::<ManageContractors>(&city.officer(2, Role::PrivacyOfficer), None)?;
    let issued = city.act(grant.actor(), move |work| issue_credential(work, &grant, contract).map_err(said))?;
    let found = city.platform.ledger().read("bench.partner", |tx| find_partner(tx, &issued.token));
    Ok(found.map_err(|error| format!("{error:?}"))?)
}

fn said(error: impl std::fmt::Display) -> StoreError {
    StoreError::Engine(error.to_string())
}
