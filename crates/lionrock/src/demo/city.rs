use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use connectors::PopulationTable;
use connectors::synthetic::{Household, Place, Population};
use flows::{Service, Submit, submit_household};
use installation::config::Config;
use installation::runtime::Runtime;
use installation::seed::{self, SeededOfficer};
use kernel::{Day, Instant, Language, Secret, Text};
use people::{RelyingParty, Role, Token};
use registration::scheme::Definition;
use registration::{AddressForm, BirthForm, Channel, HouseholdForm, PersonForm};
use seal::age_files;

use super::{broken, calls, connect, courier, drills, operation, stations, training, try_it};
use crate::serve::RunError;

/// What the demonstration knows beside the platform.
pub struct City {
    /// The officers to sign in as.
    pub officers: Vec<SeededOfficer>,
    /// An invitation for each of them, in the same order.
    pub invitations: Vec<Token>,
    /// The population register.
    pub register: Arc<PopulationTable>,
    /// Residents who have not registered yet: for whoever wants to try.
    pub free: Vec<Household>,
    /// The courier's identity, to open packages with any `age` tool.
    pub courier: Secret<String>,
    /// The courier's credential, to sign in to the contractors' pages with.
    pub credential: Secret<String>,
    /// Relying party of the passkeys.
    pub relying_party: Arc<RelyingParty>,
}

/// So many households of the synthetic population; the first are registered, some of the rest are offered to visitors.
const POPULATION: u64 = 3_000;
const OFFERED: usize = 6;
const SEED: u64 = 2020;
/// The scheme opened so many days ago, at seven in the morning.
const OPEN_DAYS: i32 = 3;
/// People register from seven in the morning for fifteen hours.
const WAKING_MS: i64 = 15 * 3_600_000;

/// Builds the city: department, officers, scheme through its gate, the service to try, registrations.
pub fn build(runtime: &Runtime, config: &Config, households: u64, library: &try_it::Known) -> Result<City, RunError> {
    let platform = &runtime.platform;
    let now = platform.now();
    let opens = Instant::at(now.day().plus(-OPEN_DAYS), 7 * 60);
    // The gate was passed a day before the opening; then the city registers day by day until now.
    runtime.clock.show(opens.plus_secs(-86_400));
    let relying_party = Arc::new(RelyingParty::new(&config.origin, "Lionrock").map_err(|e| broken("passkeys", &e))?);
    let name = kernel::Text::new(
        "Innovation Services Department (demonstration)",
        "創新服務署（示範）",
        "创新服务署（示范）",
    );
    let department = seed::department(platform, "ISD", name).map_err(|e| broken("the department", &e))?;
    let mut officers = Vec::new();
    // Field officers belong to the department that has an operation.
    for (role, number) in Role::ALL.into_iter().filter(|role| *role != Role::FieldOfficer).zip(1..) {
        let officer = seed::officer(platform, &relying_party, &config.origin, department, role, number);
        officers.push(officer.map_err(|e| broken("an officer", &e))?);
    }
    let (identity, recipient) = age_files::generate_identity();
    let definition = definition(opens, &recipient)?;
    let by_role: BTreeMap<&str, _> = officers.iter().map(|officer| (officer.role.slug(), officer.id)).collect();
    let id = |role: Role| by_role.get(role.slug()).copied().ok_or_else(|| broken("an officer", &"missing"));
    let (owner, privacy) = (id(Role::SchemeOwner)?, id(Role::PrivacyOfficer)?);
    let (service, version) =
        seed::scheme(platform, department, owner, &definition).map_err(|e| broken("the scheme", &e))?;
    seed::pass_gate(platform, department, service, version, owner, privacy).map_err(|e| broken("the gate", &e))?;
    let name = || Text::new("Demonstration verifier", "示範核實機構", "示范核实机构");
    let verifier = config.verifier_url.is_some().then(name);
    let (accounts, charter) =
        seed::identity_provider(platform, department, owner, verifier.as_ref()).map_err(|e| broken("the identity provider", &e))?;
    seed::pass_gate(platform, department, accounts, charter, owner, privacy).map_err(|e| broken("the gate", &e))?;
    stations::open_stations(platform, department, id(Role::CaseOfficer)?).map_err(|e| broken("the support stations", &e))?;
    calls::team(platform, department, id(Role::SecurityOfficer)?).map_err(|e| broken("the incident team", &e))?;
    let learners = (id(Role::SecurityOfficer)?, privacy);
    training::add(platform, department, learners, now.day()).map_err(|e| broken("the training", &e))?;
    connect::add(platform, department, (owner, privacy), library)?;
    let credential = courier::add(runtime, config, (department, privacy), &definition)?;
    officers.push(operation::add(runtime, &relying_party, &config.origin, (opens, now.day()))?);
    drills::add(platform, department, &officers, now.day()).map_err(|e| broken("the exercise", &e))?;
    let population = population(runtime)?;
    let register = Arc::new(table(&population));
    let service = platform.service(&definition.slug).ok_or_else(|| broken("the scheme", &"not in force"))?;
    register_households(runtime, &service, &population, households, (opens, now))?;
    runtime.clock.show_real();
    let invitations = officers.iter().map(|officer| seed::invite_again(platform, officer.id));
    let invitations = invitations.collect::<Result<_, _>>().map_err(|e| broken("an invitation", &e))?;
    let free = (households..POPULATION).filter_map(|number| population.household(number));
    let free = free.filter(|household| household.people().all(|person| person.resident)).take(OFFERED).collect();
    Ok(City { officers, invitations, register, free, courier: identity, credential, relying_party })
}

/// The shipped scheme with a window of a month.
fn definition(opens: Instant, recipient: &str) -> Result<Definition, RunError> {
    let definition = Definition::masks_2020().map_err(|e| broken("the shipped scheme", &e))?;
    let closes = Instant::at(opens.day().plus(31), 0);
    Ok(definition.with_window(opens, closes, opens.day().plus(45)).with_recipient(recipient))
}

fn population(runtime: &Runtime) -> Result<Population, RunError> {
    let places: Vec<Place> = runtime
        .gazetteer
        .premises()
        .iter()
        // Estates are where people live; other buildings may be markets or factories.
        .filter(|premises| premises.estate.is_some())
        .map(|premises| {
            let unit = hongkong::Unit::default();
            Place {
                key: premises.key().into(),
                en: hongkong::format_line(premises, &unit, Language::En).into(),
                zh: hongkong::format_line(premises, &unit, Language::ZhHant).into(),
                district: premises.district,
            }
        })
        .collect();
    let as_at: Day = runtime.platform.now().day();
    Population::new(SEED, as_at, places).map_err(|e| broken("the population", &e))
}

fn table(population: &Population) -> PopulationTable {
    let mut table = PopulationTable::new();
    for household in population.households(POPULATION) {
        for person in household.people() {
            table.enter(&person.id_number, person.birth, person.resident);
        }
    }
    table
}

/// Registers the first households by the same way as everybody: parse, seal, write, receipt. A few are wrong on purpose.
fn register_households(
    runtime: &Runtime,
    service: &Arc<Service>,
    population: &Population,
    count: u64,
    (opens, now): (Instant, Instant),
) -> Result<(), RunError> {
    let (sender, receiver) = sync_channel(usize::try_from(count).unwrap_or(1) + 1);
    for (household, number) in population.households(count).zip(0u64..) {
        let form = spoilt(form_of(&household), number);
        let submit = Submit {
            form: &form,
            idempotency: &format!("demonstration-household-{number}"),
            language: household.main.language,
            channel: Channel::Online,
            replaces: None,
            shown: service.scheme().digest(),
            officer: None,
        };
        runtime.clock.show(moment(opens, now, number, count));
        let sender = sender.clone();
        submit_household(&runtime.platform, service, &submit, move |result| {
            let _ = sender.send(result.map(|_| ()).map_err(|error| error.to_string()));
        });
    }
    drop(sender);
    receiver.iter().try_for_each(|result| result.map_err(|error| broken("a registration", &error)))
}

/// When a household came: most in the first hours, by day only.
fn moment(opens: Instant, now: Instant, number: u64, count: u64) -> Instant {
    let share = i64::try_from(number * number * 1000 / (count * count).max(1)).unwrap_or(0);
    let waking = i64::from(OPEN_DAYS + 1) * WAKING_MS * share / 1000;
    let at = opens.plus_millis(waking / WAKING_MS * 86_400_000 + waking % WAKING_MS);
    if at < now { at } else { now }
}

/// One in fifty has a wrong date of birth, one in sixty an address that is not in the gazetteer.
fn spoilt(mut form: HouseholdForm, number: u64) -> HouseholdForm {
    if number % 50 == 7 {
        form.birth = BirthForm::Iso("1961-01-01".into());
    }
    if number % 60 == 11 {
        form.address = AddressForm {
            text: "Hut 3, Stone Nullah Village".into(),
            district: "KT".into(),
            ..AddressForm::default()
        };
    }
    form
}

/// What a resident would type.
pub fn form_of(household: &Household) -> HouseholdForm {
    let main = &household.main;
    let name = if main.language == Language::En { main.name_en.clone() } else { main.name_zh.clone() };
    HouseholdForm {
        id_number: main.id_number.formatted(),
        birth: BirthForm::Iso(main.birth.to_string()),
        name,
        address: AddressForm {
            key: main.address_key.to_string(),
            flat: main.unit.flat.to_string(),
            floor: main.unit.floor.to_string(),
            ..AddressForm::default()
        },
        mobile: main.mobile.digits().to_owned(),
        vaccination: String::new(),
        members: household
            .members
            .iter()
            .map(|member| PersonForm {
                id_number: member.id_number.formatted(),
                birth: BirthForm::Iso(member.birth.to_string()),
            })
            .collect(),
    }
}
