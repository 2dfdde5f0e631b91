use std::sync::Arc;

use journal::{Actor, Work};
use kernel::{Fault, Id, Kind, kinds};
use people::{Grant, RequestExport};
use processors::{
    Canary, Cargo, Chosen, Contract, ContractorKeys, DeclareError, ExportHandedOver, Form, GrantLeaseCommand, HandOverError,
    Lease, LeaseError, LeaseExports, LeaseExportsError, NewKey, Package, PackageError, Whereabouts, export_lease,
    hand_over_export, last_day, lease_exports, pack, plant_canaries, seal_package,
};
use registration::scheme::{FieldGroup, Scheme};
use registration::{AskDelivery, DeliveryCargo, ExportError, ExportFile, ExportRow, delivery_cargo, record_export};
use seal::SealError;
use store::{RunError, StoreError};
use thiserror::Error;

use crate::give_lease::group_name;
use crate::hand_over::make_canaries;
use crate::{Platform, Service, StepError};

/// Why nothing was exported.
#[derive(Debug, Error)]
pub enum ExportFault {
    /// The contract does not run today, or its clauses are not complete.
    #[error("the contract does not run today, or its clauses are not complete")]
    Contract,
    /// The key that the gate agreed to is not this contractor's.
    #[error("the contractor has not given the key that the scheme names for its courier")]
    OtherKey,
    /// Where the contractor will hold the data.
    #[error(transparent)]
    Address(DeclareError),
    /// The lease.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The records, or the approval.
    #[error(transparent)]
    Records(#[from] ExportError),
    /// The package.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Handing it over.
    #[error(transparent)]
    HandOver(#[from] HandOverError),
    /// The keys refused.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It is on record and will be handed over by the next round.
    #[error("the export is on record; handing it over is tried again")]
    Later(#[source] Box<StepError>),
    /// Too much is being written.
    #[error("the system is busy; try again in a moment")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ExportFault {
    fn kind(&self) -> Kind {
        match self {
            Self::Contract | Self::OtherKey => Kind::Invalid,
            Self::Address(error) => error.kind(),
            Self::Lease(error) => error.kind(),
            Self::Records(error) => error.kind(),
            Self::Package(error) => error.kind(),
            Self::HandOver(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Later(error) => error.kind(),
            Self::Busy => Kind::Busy,
            Self::Store(error) => error.kind(),
        }
    }
}

impl From<LeaseExportsError> for ExportFault {
    fn from(error: LeaseExportsError) -> Self {
        match error {
            LeaseExportsError::Lease(error) => Self::Lease(error),
            LeaseExportsError::Address(error) => Self::Address(error),
            LeaseExportsError::Store(error) => Self::Store(error),
        }
    }
}

store::from_run_error!(ExportFault);

/// Contracts under which exports of a scheme may go today: in force, with complete clauses, with the contractor whose key the scheme
/// names for its courier. Two signers agreed to that key at the gate.
pub fn export_contracts(
    platform: &Platform,
    scheme: &Scheme,
    department: Id<kinds::Department>,
) -> Result<Vec<Contract>, RunError<StoreError>> {
    let Some(courier) = scheme.courier().map(|courier| courier.recipient.clone()) else { return Ok(Vec::new()) };
    let now = platform.now();
    platform.ledger().read("flows.export_contracts", move |tx| {
        let contractors = processors::contractors(tx)?;
        let has_key = |contract: &Contract| {
            let found = contractors.iter().find(|contractor| contractor.id == contract.contractor);
            found.and_then(|contractor| contractor.keys.as_ref()).is_some_and(|keys| keys.recipient == courier)
        };
        let mut contracts = processors::contracts(tx, department)?;
        contracts.retain(|contract| contract.holds(now) && has_key(contract));
        Ok::<_, StoreError>(contracts)
    })
}

/// The lease under which exports to a contract go already; nothing when the first of them begins one.
pub fn standing_export_lease(
    platform: &Platform,
    service: Id<kinds::Service>,
    contract: &Contract,
) -> Result<Option<Lease>, RunError<StoreError>> {
    let now = platform.now();
    platform.ledger().read("flows.export_lease", |tx| export_lease(tx, service, contract, now))
}

/// Writes a need-only export of one district and hands it over under a lease: with planted records among the true ones, encrypted to
/// the contractor. The approval is used up in the unit of work that puts the export on record; from then on it is handed over,
/// whatever happens to this process.
pub fn export_delivery(
    platform: &Platform,
    service: &Service,
    grant: &Arc<Grant<RequestExport>>,
    ask: &AskDelivery,
    whereabouts: Whereabouts,
) -> Result<ExportRow, ExportFault> {
    let (ledger, scheme) = (service.ledger(), service.scheme());
    if scheme.courier().is_none() {
        return Err(ExportError::NoCourier.into());
    }
    let to = receiver(platform, &scheme, grant, ask)?;
    let cargo = delivery_cargo(ledger, &scheme, platform.sender(), grant, ask)?;
    let lease = match standing_export_lease(platform, service.id(), &to.contract)? {
        Some(lease) => lease,
        None => begin_lease(platform, service, grant, (&to.contract, whereabouts), &cargo, ask)?,
    };
    let package = pack_cargo(platform, service, grant, (&lease, &to), &cargo)?;
    let records = u64::try_from(package.records).unwrap_or(u64::MAX);
    let file = ExportFile { lease: lease.id, bytes: package.bytes, records };
    let row = record_export(ledger, &scheme, grant, cargo, file)?;
    hand_over_exports(platform, service).map_err(|error| ExportFault::Later(Box::new(error)))?;
    Ok(row)
}

/// Hands over every export that stands on record, withdraws the packages of those that hold somebody erased since, and takes back
/// those whose lease ended before anybody fetched them: their households wait for delivery again. Also a step of each round, for what
/// a crash has interrupted.
pub fn hand_over_exports(platform: &Platform, service: &Service) -> Result<(), StepError> {
    let ledger = service.ledger();
    for row in registration::exports_to_hand_over(ledger)? {
        hand_over_one(platform, service, &row)?;
    }
    let id = service.id();
    for export in platform.ledger().read("flows.never_fetched", |tx| processors::never_fetched(tx, id))? {
        // What was handed over otherwise than for delivery is no export there, and simply ends.
        ledger.write("flows.recall_export", JOB, move |work| registration::recall_export(work, export).map(drop))?;
        platform.ledger().write("flows.settle_package", JOB, move |work| processors::settle_package(work, export))?;
    }
    for export in registration::exports_to_withdraw(ledger)? {
        let withdraw = move |work: &mut Work<'_, '_>| processors::withdraw_package(work, export).map(drop);
        platform.ledger().write("flows.withdraw_package", JOB, withdraw)?;
        ledger.write("flows.note_withdrawn", JOB, move |work| registration::note_withdrawn(work, export))?;
    }
    Ok(())
}

const JOB: Actor = Actor::Job("exports");

fn hand_over_one(platform: &Platform, service: &Service, row: &ExportRow) -> Result<(), StepError> {
    let Some((lease, bytes)) = row.lease.zip(registration::export_file(service.ledger(), row.id)?) else { return Ok(()) };
    let ledger = platform.ledger();
    let (lease, before) = ledger.read("flows.export_to_hand_over", |tx| {
        Ok::<_, StoreError>((processors::lease(tx, lease)?, processors::hand_overs(tx, lease)?.len()))
    })?;
    let export = row.id;
    let Some(lease) = lease.filter(|lease| lease.is_usable(platform.now())) else {
        // It ended after the export was put on record and before it was handed over.
        service.ledger().write("flows.recall_export", JOB, move |work| registration::recall_export(work, export).map(drop))?;
        return Ok(());
    };
    let records = u64::try_from(row.records).unwrap_or(0);
    let package = Package { bytes, digest: row.digest, records: usize::try_from(records).unwrap_or(usize::MAX) };
    let command = ExportHandedOver {
        export: row.id,
        lease: lease.id,
        approval: row.approval.unwrap_or_else(|| Id::from_bytes([0; 16])),
        digest: row.digest,
        households: u64::try_from(row.households).unwrap_or(0),
        records,
        package: seal_package(ledger.keys(), &lease, before, &package)?,
    };
    let hand_over = move |work: &mut Work<'_, '_>| hand_over_export(work, &command);
    ledger.write("flows.hand_over_export", JOB, hand_over).map_err(|error| match error {
        RunError::Refused(error) => StepError::HandOver(error),
        RunError::Store(error) => RunError::<StoreError>::Store(error).into(),
        RunError::Busy { retry_after_ms } => RunError::<StoreError>::Busy { retry_after_ms }.into(),
    })?;
    service.ledger().write("flows.note_handed_over", JOB, move |work| registration::note_handed_over(work, export))?;
    Ok(())
}

struct Receiver {
    contract: Contract,
    keys: ContractorKeys,
}

/// Everything about the contractor that would stop the export is found before any record is opened for it.
fn receiver(
    platform: &Platform,
    scheme: &Scheme,
    grant: &Grant<RequestExport>,
    ask: &AskDelivery,
) -> Result<Receiver, ExportFault> {
    let (now, id, department) = (platform.now(), ask.contract, grant.department());
    let (contract, contractor) = platform.ledger().read("flows.export_receiver", move |tx| {
        let contract = processors::contract(tx, id)?.filter(|one| one.department == department && one.holds(now));
        let contractor = contract.as_ref().map(|contract| processors::contractor(tx, contract.contractor)).transpose()?;
        Ok::<_, StoreError>((contract, contractor.flatten()))
    })?;
    let contract = contract.ok_or(ExportFault::Contract)?;
    let named = scheme.courier().map(|courier| courier.recipient.as_str());
    let keys = contractor.and_then(|contractor| contractor.keys);
    let keys = keys.filter(|keys| named == Some(keys.recipient.as_str())).ok_or(ExportFault::OtherKey)?;
    if last_day(&contract, scheme.expiry(FieldGroup::Contact)) < now.day() {
        return Err(LeaseError::Days.into());
    }
    Ok(Receiver { contract, keys })
}

fn begin_lease(
    platform: &Platform,
    service: &Service,
    grant: &Arc<Grant<RequestExport>>,
    (contract, whereabouts): (&Contract, Whereabouts),
    cargo: &DeliveryCargo,
    ask: &AskDelivery,
) -> Result<Lease, ExportFault> {
    let (ledger, scheme) = (platform.ledger(), service.scheme());
    let group = scheme.group(FieldGroup::Contact);
    let until = last_day(contract, group.expiry);
    let terms = GrantLeaseCommand {
        service: service.id(),
        contract: contract.id,
        purpose: group.purpose.clone(),
        groups: vec![group_name(FieldGroup::Contact).to_owned()],
        selection: Chosen::All,
        records: u64::try_from(cargo.table.rows.len()).unwrap_or(u64::MAX),
        form: Form::HandOver,
        retention: group.expiry,
        key: NewKey::make(ledger.keys(), &**ledger.random(), until)?,
    };
    let command = LeaseExports { terms, whereabouts, approval: ask.approval };
    let (may, environment) = (grant.clone(), platform.environment());
    let given = ledger.write("flows.lease_exports", grant.actor(), move |work| {
        lease_exports(work, &may, &command, environment)
    });
    Ok(given?.0)
}

fn pack_cargo(
    platform: &Platform,
    service: &Service,
    grant: &Arc<Grant<RequestExport>>,
    (lease, to): (&Lease, &Receiver),
    cargo: &DeliveryCargo,
) -> Result<Package, ExportFault> {
    let (ledger, now) = (platform.ledger(), platform.now());
    let table = &cargo.table;
    let canaries = make_canaries(platform, service, table.rows.len(), &table.buildings)?;
    let sealed: Result<Vec<_>, _> = canaries.iter().map(|canary: &Canary| canary.seal(ledger.keys(), now.day())).collect();
    let (sealed, may, id) = (sealed?, grant.clone(), lease.id);
    ledger.write("flows.plant_canaries", grant.actor(), move |work| plant_canaries(work, &may, id, &sealed))?;
    let clauses = to.contract.clauses.digest();
    let cargo = Cargo { lease, clauses, fields: table.fields.clone(), rows: table.rows.clone(), canaries: &canaries };
    Ok(pack(cargo, &to.keys, now, &**ledger.random())?)
}

#[cfg(test)]
mod tests {
    use people::{ApproveExport, PersonalDataExport, RequestApproval, Role, approve, authorise, request_approval};
    use processors::{LeaseState, fetch_package, hand_overs, leases_of_service};
    use registration::export_words;

    use super::*;
    use crate::lease_story::{contract, partner};
    use crate::rehearsal::City;

    fn asker(city: &City) -> Arc<Grant<RequestExport>> {
        Arc::new(authorise(&city.officer(4, Role::DeliveryOfficer), Some(city.scope())).unwrap())
    }

    /// An export of a district under a contract, asked for by one officer and approved by another.
    fn approved(city: &City, district: &str, contract: Id<kinds::Contract>) -> AskDelivery {
        let service = city.service();
        let what = export_words(&service.scheme(), district, contract);
        let (command, may) = (RequestApproval { service: service.id(), what }, asker(city));
        let asked = service.ledger().write("test", may.actor(), move |work| {
            request_approval::<PersonalDataExport>(work, &may, command.clone())
        });
        let approval = asked.unwrap().0.id;
        let second: Grant<ApproveExport> = authorise(&city.officer(5, Role::SupervisingOfficer), Some(city.scope())).unwrap();
        service.ledger().write("test", second.actor(), move |work| approve::<PersonalDataExport>(work, &second, approval)).unwrap();
        AskDelivery { district: district.to_owned(), contract, approval }
    }

    fn courier(city: &City) -> Id<kinds::Contract> {
        contract(city, city.service().scheme().courier().unwrap().recipient.clone())
    }

    fn export(city: &City, ask: &AskDelivery) -> Result<ExportRow, ExportFault> {
        export_delivery(city.platform(), &city.service(), &asker(city), ask, Whereabouts::Offline)
    }

    fn leases(city: &City) -> Vec<Lease> {
        let service = city.service().id();
        city.platform().ledger().read("test", |tx| leases_of_service(tx, service)).unwrap()
    }

    fn fetches(city: &City, contract: Id<kinds::Contract>, export: Id<kinds::Export>) -> bool {
        let partner = partner(city, contract);
        let fetch = move |work: &mut Work<'_, '_>| fetch_package(work, &partner, export);
        city.platform().ledger().write("test", Actor::Operator, fetch).is_ok()
    }

    #[test]
    fn promise_08_an_export_is_a_lease_and_each_further_one_a_package_of_it() {
        let city = City::new();
        let first = city.register(1);
        let (good, other) = (courier(&city), contract(&city, seal::age_files::generate_identity().1));
        let wrong = export(&city, &approved(&city, &first.district, other));
        assert!(matches!(wrong, Err(ExportFault::OtherKey)), "{wrong:?}");
        let alone = AskDelivery { approval: Id::from_bytes([9; 16]), ..approved(&city, &first.district, good) };
        assert!(matches!(export(&city, &alone), Err(ExportFault::Records(ExportError::Approval(_)))));
        assert!(leases(&city).is_empty(), "what is refused leaves no lease");
        let ask = approved(&city, &first.district, good);
        let row = export(&city, &ask).unwrap();
        assert!(row.records > row.households + 2, "planted records are among them");
        let second = city.register(2);
        let other = export(&city, &approved(&city, &second.district, good)).unwrap();
        let found = leases(&city);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].state, found[0].records, found[0].groups.as_slice()), (LeaseState::Active, 2, &["contact".to_owned()][..]));
        let packages = city.platform().ledger().read("test", |tx| hand_overs(tx, found[0].id)).unwrap();
        assert_eq!(packages.iter().map(|one| one.id).collect::<Vec<_>>(), [row.id, other.id]);
        assert!(matches!(export(&city, &ask), Err(ExportFault::Records(ExportError::Empty))));
        assert!(fetches(&city, good, row.id));
    }

    #[test]
    fn what_a_courier_says_of_planted_records_is_no_mistake() {
        let city = City::new();
        let row = city.register(1);
        export(&city, &approved(&city, &row.district, courier(&city))).unwrap();
        let random = city.platform().ledger().random().clone();
        let planted = make_canaries(city.platform(), &city.service(), 1, &[]).unwrap();
        let keys = city.platform().ledger().keys();
        let sealed: Vec<_> = planted.iter().map(|one| one.seal(keys, city.platform().now().day()).unwrap()).collect();
        let (may, lease) = (asker(&city), leases(&city)[0].id);
        let count = sealed.len();
        city.platform().ledger().write("test", may.actor(), move |work| plant_canaries(work, &may, lease, &sealed)).unwrap();
        let unused: [u8; 32] = random.bytes32();
        let [chance @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = unused;
        let stranger = registration::unused_reference(city.service().ledger(), chance).unwrap();
        let mut file = format!("reference,result\n{},delivered\n{stranger},delivered\n", row.reference);
        for one in &planted {
            file.extend([one.reference.clone(), ",failed\n".to_owned()]);
        }
        let imported =
            crate::import_delivery_results(city.platform(), &city.service(), &asker(&city), &file).unwrap();
        assert_eq!((imported.taken, imported.bad.len()), (1 + count, 1));
        assert_eq!(imported.bad[0].0, 3, "the stranger is named");
    }

    #[test]
    fn promise_05_an_export_that_stands_on_record_is_handed_over_though_the_program_stopped() {
        let mut city = City::new();
        let household = city.register(1);
        let contract = courier(&city);
        let ask = approved(&city, &household.district, contract);
        let row = {
            let (platform, service, may) = (city.platform(), city.service(), asker(&city));
            let to = receiver(platform, &service.scheme(), &may, &ask).unwrap();
            let cargo = delivery_cargo(service.ledger(), &service.scheme(), platform.sender(), &may, &ask).unwrap();
            let given = (&to.contract, Whereabouts::Offline);
            let lease = begin_lease(platform, &service, &may, given, &cargo, &ask).unwrap();
            let package = pack_cargo(platform, &service, &may, (&lease, &to), &cargo).unwrap();
            let file = ExportFile { lease: lease.id, bytes: package.bytes, records: 5 };
            record_export(service.ledger(), &service.scheme(), &may, cargo, file).unwrap()
        };
        assert!(!fetches(&city, contract, row.id));
        city.restart();
        city.work();
        assert!(fetches(&city, contract, row.id), "the next round hands it over");
        assert!(registration::exports_to_hand_over(city.service().ledger()).unwrap().is_empty());
        assert_eq!(leases(&city)[0].records, 1);
    }

    fn state(city: &City, household: &registration::HouseholdRow) -> registration::matching::State {
        registration::find(city.service().ledger(), household.reference).unwrap().unwrap().state
    }

    fn owner(city: &City) -> Grant<people::GrantLease> {
        authorise(&city.officer(1, Role::SchemeOwner), Some(city.scope())).unwrap()
    }

    /// Ends the one active lease of the service.
    fn end_lease(city: &City) {
        let (grant, lease) = (owner(city), leases(city).into_iter().find(|one| one.state == LeaseState::Active).unwrap().id);
        let end = move |work: &mut Work<'_, '_>| processors::end_lease(work, &grant, lease, &crate::lease_rules());
        city.platform().ledger().write("test", Actor::Operator, end).unwrap();
        crate::erase_lease_keys(city.platform()).unwrap();
    }

    #[test]
    fn a_lease_that_ends_before_its_package_is_fetched_leaves_nobody_with_a_courier_who_has_nothing() {
        use registration::matching::State::{Confirmed, Dispatched};
        let city = City::new();
        let (one, contract) = (city.register(1), courier(&city));
        let first = export(&city, &approved(&city, &one.district, contract)).unwrap();
        assert_eq!(state(&city, &one), Dispatched);
        end_lease(&city);
        assert!(!fetches(&city, contract, first.id));
        city.work();
        assert_eq!(state(&city, &one), Confirmed, "it waits for delivery again");
        let listed = registration::exports(city.service().ledger()).unwrap();
        assert!(listed[0].recalled.is_some());
        city.work();
        let again = export(&city, &approved(&city, &one.district, contract)).unwrap();
        assert_eq!((again.households, state(&city, &one)), (1, Dispatched), "under a lease of its own");
        assert!(fetches(&city, contract, again.id));
        // What was fetched is with the courier, whatever becomes of the lease.
        end_lease(&city);
        city.work();
        assert_eq!(state(&city, &one), Dispatched);
        let counted = city.service().ledger().read("test", registration::Figures::read).unwrap();
        assert_eq!((counted.total("dispatched"), counted.total("confirmed")), (1, 0));
    }

    #[test]
    fn a_lease_that_ends_between_export_and_hand_over_holds_up_nobody_else() {
        use registration::matching::State::{Confirmed, Dispatched};
        let city = City::new();
        let (one, contract) = (city.register(1), courier(&city));
        let ask = approved(&city, &one.district, contract);
        let (platform, service, may) = (city.platform(), city.service(), asker(&city));
        let to = receiver(platform, &service.scheme(), &may, &ask).unwrap();
        let cargo = delivery_cargo(service.ledger(), &service.scheme(), platform.sender(), &may, &ask).unwrap();
        let lease = begin_lease(platform, &service, &may, (&to.contract, Whereabouts::Offline), &cargo, &ask).unwrap();
        let package = pack_cargo(platform, &service, &may, (&lease, &to), &cargo).unwrap();
        let file = ExportFile { lease: lease.id, bytes: package.bytes, records: 5 };
        record_export(service.ledger(), &service.scheme(), &may, cargo, file).unwrap();
        assert_eq!(state(&city, &one), Dispatched);
        end_lease(&city);
        hand_over_exports(platform, &service).unwrap();
        assert_eq!(state(&city, &one), Confirmed);
        assert!(registration::exports_to_hand_over(service.ledger()).unwrap().is_empty(), "and its file is gone");
        assert_eq!(registration::export_file(service.ledger(), registration::exports(service.ledger()).unwrap()[0].id).unwrap(), None);
    }

    #[test]
    fn a_lease_of_exports_goes_on_with_the_courier_of_the_scheme_and_with_nobody_else() {
        let city = City::new();
        let (one, first) = (city.register(1), courier(&city));
        let row = export(&city, &approved(&city, &one.district, first)).unwrap();
        let other = contract(&city, seal::age_files::generate_identity().1);
        let lease = leases(&city)[0].id;
        let offline = || Some(Whereabouts::Offline);
        let refused = crate::transfer(city.platform(), &owner(&city), lease, other, offline());
        assert!(matches!(refused, Err(crate::GiveLeaseError::OtherKey)), "{refused:?}");
        let second = courier(&city);
        let nowhere = crate::transfer(city.platform(), &owner(&city), lease, second, None);
        assert!(matches!(nowhere, Err(crate::GiveLeaseError::Lease(LeaseError::Empty))), "{nowhere:?}");
        let begun = crate::transfer(city.platform(), &owner(&city), lease, second, offline()).unwrap();
        assert_eq!((begun.records, &begun.selection), (0, &processors::Selection::Exports));
        assert!(!fetches(&city, first, row.id), "the first courier gets nothing any more");
        city.work();
        let again = export(&city, &approved(&city, &one.district, second)).unwrap();
        assert_eq!((again.households, again.lease), (1, Some(begun.id)), "what was never fetched goes to the other");
        assert!(fetches(&city, second, again.id));
    }

    #[test]
    fn promise_04_a_package_with_somebody_who_is_erased_is_fetched_no_more() {
        let city = City::new();
        let one = city.register(1);
        let contract = courier(&city);
        let row = export(&city, &approved(&city, &one.district, contract)).unwrap();
        assert!(fetches(&city, contract, row.id));
        let erase = crate::erase_household(
            &city.service(),
            Actor::Visitor,
            one.id,
            registration::EraseWhat::All,
            vault::Cause::Withdrawal,
        );
        erase.unwrap();
        city.work();
        assert!(!fetches(&city, contract, row.id));
    }
}
