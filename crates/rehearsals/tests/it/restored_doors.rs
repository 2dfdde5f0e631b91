//! Ways in that were taken away after the backup stay away after the restore, on each engine.

use std::sync::Arc;

use flows::IdentityService;
use identity::{NewPassword, Resident};
use installation::backup::Kind;
use installation::seed;
use journal::{Actor, Ledger, Work};
use kernel::{Fault, Id, Text, kinds};
use people::{Action, ChangeRoles, EndOfficer, Grant, ManageContractors, ManageOfficers, ManageStations, Role, SignGate, SignedIn, SoftwarePasskey, authorise};
use processors::PartnerToken;
use rehearsals::simulate::Console;
use seal::{Ed25519Signer, Signer as _, age_files};
use signing::Reason;
use signing::ocsp::State;
use stations::{DeviceCode, DeviceState};
use store::{StoreError, Tx};
use testkit::both_engines;

use crate::backup::{Stage, work};
use crate::restored_identity::{ORIGIN, PEOPLE, citizen, is_signed_in, open_provider, party, provider_of, sign_in};

/// Serial numbers of certificates: one that stays good, one revoked since the backup, one made and revoked since.
const CERTIFICATES: [[u8; 16]; 3] = [[1; 16], [2; 16], [3; 16]];

/// Whoever holds the platform's posts.
struct Desk {
    department: Id<kinds::Department>,
    stays: Id<kinds::Officer>,
    leaves: Id<kinds::Officer>,
    other_duties: Id<kinds::Officer>,
}

fn did<T: Send + 'static, E: Fault + From<StoreError> + Send + std::fmt::Debug + 'static>(
    ledger: &Ledger,
    act: impl FnMut(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
) -> T {
    ledger.write("test.act", Actor::Operator, act).unwrap_or_else(|error| panic!("{error:?}")).0
}

fn seen<T>(ledger: &Ledger, look: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> T {
    ledger.read("test.look", look).unwrap()
}

/// The right to something, of whoever may have it.
fn grant<A: Action>(department: Id<kinds::Department>) -> Grant<A> {
    let role = Role::ALL.into_iter().find(|role| role.may::<A>()).unwrap();
    let who = SignedIn::at_console(Id::from_bytes([9; 16]), department, vec![role], Text::new("a", "b", "c"));
    authorise::<A>(&who, None).unwrap()
}

fn desk(console: &Console) -> Desk {
    let platform = console.platform();
    let department = seed::department(platform, "ADM", Text::new("Administration", "行政", "行政")).unwrap();
    let rp = Arc::new(party());
    let [stays, leaves, other_duties] =
        [1, 2, 3].map(|number| seed::officer(platform, &rp, ORIGIN, department, Role::CaseOfficer, number).unwrap().id);
    Desk { department, stays, leaves, other_duties }
}

/// A second passkey of a resident.
fn second_passkey(service: &IdentityService, who: &Resident) -> SoftwarePasskey {
    let (ledger, rp) = (service.ledger(), party());
    let begun = ledger.read("test.further", |tx| {
        identity::further_passkey(tx, (ledger.keys(), &**ledger.random()), &rp, ledger.now(), who, "Account")
    });
    let begun = begun.unwrap_or_else(|error| panic!("{error:?}"));
    let (passkey, answer) = SoftwarePasskey::create(ORIGIN, &begun.options).unwrap();
    identity::add_passkey(ledger, &rp, who, (&begun.sealed, answer)).unwrap();
    passkey
}

/// A password as a telephone that keeps no passkey would have it; only that it is there counts.
fn with_password(ledger: &Ledger, account: Id<kinds::Account>) {
    let now = ledger.now();
    did::<_, StoreError>(ledger, move |work| {
        let sql = "-- test.password\ninsert into identity_password (account, record, hash, hash_purpose, hash_expiry, since) values ($1, 1, $2, 'account', $3, $4)";
        work.tx().execute(sql, &[account.into(), [0_u8; 32].into(), now.day().plus(400).into(), now.into()])
    });
}

fn has_password(ledger: &Ledger, account: Id<kinds::Account>) -> bool {
    seen(ledger, |tx| identity::password_since(tx, account)).is_some()
}

fn certificate(ledger: &Ledger, serial: [u8; 16], account: Id<kinds::Account>) {
    let now = ledger.now();
    did::<_, StoreError>(ledger, move |work| {
        work.tx().execute("-- test.certificate\ninsert into signing_certificate (number, made) values ($1, $2)", &[serial.into(), now.into()])?;
        let sql = "-- test.history\ninsert into signing_history (number, account, service, form, document, made, expires) values ($1, $2, 'tax', 'pdf', $3, $4, $5)";
        work.tx().execute(sql, &[serial.into(), account.into(), [0_u8; 32].into(), now.into(), now.plus_secs(400 * 86_400).into()])
    });
}

/// A courier with a credential: the department's contract with it.
fn courier(console: &Console, stage: &Stage, department: Id<kinds::Department>) -> PartnerToken {
    let platform = console.platform();
    let signer = Ed25519Signer::create(&stage.away.path().join("courier.key"), "courier.example").unwrap();
    let (_, recipient) = age_files::generate_identity();
    let (keys, until) = ((recipient.as_str(), signer.public_key()), platform.now().day().plus(300));
    let token = seed::courier(platform, department, Id::from_bytes([9; 16]), Text::new("Courier", "速遞", "速递"), keys, until).unwrap();
    PartnerToken::parse(token.expose()).unwrap()
}

/// A device with its key.
fn device(ledger: &Ledger, department: Id<kinds::Department>, name: &'static str) -> Id<kinds::Device> {
    let (may, code) = (grant::<ManageStations>(department), DeviceCode::new(&**ledger.random()));
    let typed = code.text().to_owned();
    let id = did(ledger, move |work| stations::add_device(work, &may, (name, &code)));
    stations::enrol_device(ledger, &typed).unwrap().unwrap();
    id
}

fn state_of(ledger: &Ledger, department: Id<kinds::Department>, device: Id<kinds::Device>) -> DeviceState {
    seen(ledger, |tx| stations::devices_of(tx, department)).into_iter().find(|found| found.id == device).unwrap().state
}

/// An officer's roles and passkeys; nothing when the officer has left.
fn post(ledger: &Ledger, officer: Id<kinds::Officer>) -> Option<(Vec<Role>, usize)> {
    let found = seen(ledger, |tx| people::officer(tx, officer)).unwrap();
    let passkeys = seen(ledger, |tx| people::passkeys(tx, officer)).len();
    found.ended.is_none().then_some((found.roles, passkeys))
}

fn officers_and_contractors_change(ledger: &Ledger, desk: &Desk, token: &PartnerToken) {
    let (may, officer) = (grant::<ManageOfficers>(desk.department), desk.leaves);
    did(ledger, move |work| people::end_officer(work, &may, EndOfficer { officer }));
    let (may, officer) = (grant::<ManageOfficers>(desk.department), desk.other_duties);
    did(ledger, move |work| people::change_roles(work, &may, &ChangeRoles { officer, roles: vec![Role::DeliveryOfficer] }));
    let contract = ledger.read("test.partner", |tx| processors::find_partner(tx, token)).unwrap().contract().id;
    let may = grant::<ManageContractors>(desk.department);
    did(ledger, move |work| processors::revoke_credentials(work, &may, contract));
}

#[test]
fn officers_contractors_and_devices_that_were_ended_since_the_backup_are_ended_again() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let console = stage.console();
        let (desk, ledger) = (desk(&console), console.platform().ledger().clone());
        let token = courier(&console, &stage, desk.department);
        let [lost, kept] = ["Counter 1", "Counter 2"].map(|name| device(&ledger, desk.department, name));
        work(&console);
        let archive = stage.back_up(Kind::Data);
        officers_and_contractors_change(&ledger, &desk, &token);
        let may = grant::<ManageStations>(desk.department);
        did(&ledger, move |work| stations::end_device(work, &may, (lost, false)));
        work(&console);
        drop((ledger, console));

        stage.restore(&archive, true).unwrap();
        let console = stage.console();
        let ledger = console.platform().ledger();
        assert_eq!(post(ledger, desk.leaves), None, "who has left has left");
        assert_eq!(post(ledger, desk.other_duties), Some((vec![Role::DeliveryOfficer], 1)), "rights that were taken away");
        assert_eq!(post(ledger, desk.stays), Some((vec![Role::CaseOfficer], 1)));
        assert!(ledger.read("test.partner", |tx| processors::find_partner(tx, &token)).is_err(), "a revoked credential");
        assert_eq!(state_of(ledger, desk.department, lost), DeviceState::Missing);
        assert_eq!(state_of(ledger, desk.department, kept), DeviceState::Enrolled);
    });
}

/// What residents and the provider's officers do after the backup.
fn doors_close(ledger: &Ledger, [changed, given_back, moved]: [&Resident; 3], old: Id<kinds::AccountPasskey>) {
    let who = *moved;
    did(ledger, move |work| identity::remove_passkey(work, &who, old, provider::end_session_grants));
    let account = given_back.account();
    // As the end of a recovery says it.
    did::<_, StoreError>(ledger, move |work| work.removed("ways-in", &account.bytes(), ""));
    let may = grant::<SignGate>(Id::from_bytes([8; 16]));
    did(ledger, move |work| provider::end_client(work, &may, "library"));
    let (account, revoked) = (changed.account(), CERTIFICATES[1]);
    did(ledger, move |work| signing::revoke(work, account, &revoked, Reason::Disowned));
    certificate(ledger, CERTIFICATES[2], account);
    did(ledger, move |work| signing::revoke(work, account, &CERTIFICATES[2], Reason::Ended));
}

#[test]
fn residents_ways_in_services_and_certificates_that_were_ended_since_the_backup_are_ended_again() {
    both_engines(|place| {
        let stage = Stage::new(place);
        let console = stage.console();
        let service = open_provider(&console);
        let ledger = service.ledger().clone();
        let [mut moved, mut given_back, mut changed] = PEOPLE.map(|person| citizen(&service, person));
        let old = seen(&ledger, |tx| identity::passkeys(tx, moved.who.account()))[0].id;
        let newer = second_passkey(&service, &moved.who);
        for citizen in [&moved, &given_back, &changed] {
            with_password(&ledger, citizen.who.account());
        }
        certificate(&ledger, CERTIFICATES[0], changed.who.account());
        certificate(&ledger, CERTIFICATES[1], changed.who.account());
        work(&console);
        let archive = stage.back_up(Kind::Data);
        doors_close(&ledger, [&changed.who, &given_back.who, &moved.who], old);
        let password = NewPassword::parse("correct horse battery staple 71", None).unwrap();
        identity::change_password(&ledger, &service.charter(), &changed.who, &password, provider::end_session_grants).unwrap();
        work(&console);
        drop((ledger, service, console));

        stage.restore(&archive, true).unwrap();
        let console = stage.console();
        let service = provider_of(&console);
        let ledger = service.ledger();
        let passwords = [&moved, &given_back, &changed].map(|citizen| has_password(ledger, citizen.who.account()));
        assert_eq!(passwords, [true, false, false], "a password that was changed since opens nothing, whichever it is");
        assert!(sign_in(&service, &mut moved).is_err(), "the passkey that was removed");
        moved.passkey = newer;
        let token = sign_in(&service, &mut moved).unwrap();
        assert!(is_signed_in(ledger, &token), "and its other passkey signs in");
        assert!(sign_in(&service, &mut given_back).is_err(), "no way in of before an account was given back");
        assert!(sign_in(&service, &mut changed).is_ok(), "whose password was changed still has the passkey");
        let library = seen(ledger, |tx| provider::find_client(tx, "library")).unwrap();
        assert!(!library.is_in_force(), "an ended service");
        let states = CERTIFICATES.map(|serial| seen(ledger, |tx| signing::state(tx, &serial)));
        assert!(matches!(states, [State::Good, State::Revoked(_, Reason::Disowned), State::Revoked(_, Reason::Ended)]), "{states:?}");
    });
}
