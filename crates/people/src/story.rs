//! One story of this crate on each engine.

use journal::Work;
use kernel::Id;
use testkit::both_engines;

use crate::rehearsal::City;
use crate::*;

#[test]
fn from_department_to_the_end_of_an_officer_on_both_engines() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let department = city.department();
        let mut officer = city.sign_in_new(department, &[Role::DeliveryOfficer]);
        let supervisor = city.sign_in_new(department, &[Role::SupervisingOfficer]);
        city.clock.advance_secs(120);
        assert!(city.find_session(&officer.token).unwrap().stale);
        two_persons_agree(&city, &officer.who, &supervisor.who);
        let grant = city.administrator(department);
        let command = ChangeRoles { officer: officer.who.officer(), roles: vec![Role::CaseOfficer] };
        city.act(grant.actor(), move |work| change_roles(work, &grant, &command)).unwrap();
        assert_eq!(city.find_session(&officer.token).unwrap().who.roles(), [Role::CaseOfficer]);
        let (sign_in, committed) = city.sign_in(&mut officer.passkey, Some(officer.token.clone())).unwrap();
        let SignIn::Welcome(welcome) = sign_in else { panic!("suspended") };
        assert!(welcome.contact.open(&committed, &city.keys).is_ok());
        assert_eq!(city.find_session(&officer.token).unwrap_err(), SessionError::Ended);
        let end = EndOfficer { officer: officer.who.officer() };
        city.act(grant.actor(), move |work| end_officer(work, &grant, end)).unwrap();
        assert_eq!(city.find_session(&welcome.token).unwrap_err(), SessionError::Ended);
        assert!(city.try_sign_in(&mut officer.passkey).is_err());
        let listed = city.read(|tx| officers(tx, department).map(Some)).unwrap();
        assert_eq!(listed.iter().filter(|listed| listed.ended.is_some()).count(), 1);
    });
}

fn two_persons_agree(city: &City, asker: &SignedIn, second: &SignedIn) {
    let service = Id::from_bytes([4; 16]);
    let department = asker.department();
    let ask = authorise::<RequestExport>(asker, Some(Scope::at_console(service, department))).unwrap();
    let decide = authorise::<ApproveExport>(second, Some(Scope::at_console(service, department))).unwrap();
    let enrol = move |work: &mut Work<'_, '_>| enrol_service(work, &ask, EnrolService { service });
    city.act(ask.actor(), enrol).unwrap();
    assert_eq!(city.read(|tx| owner_of(tx, service)).unwrap().department(), department);
    let what = "households of Sha Tin".to_owned();
    let command = RequestApproval { service, what: what.clone() };
    let request = move |work: &mut Work<'_, '_>| request_approval::<PersonalDataExport>(work, &ask, command.clone());
    let id = city.act(ask.actor(), request).unwrap().id;
    city.act(decide.actor(), move |work| approve::<PersonalDataExport>(work, &decide, id)).unwrap();
    let command = UseApproval { approval: id, what };
    let use_it = move |work: &mut Work<'_, '_>| use_approval::<PersonalDataExport>(work, &ask, &command);
    city.act(ask.actor(), use_it.clone()).unwrap();
    assert!(city.act(ask.actor(), use_it).is_err());
    let listed = city.read(|tx| approvals(tx, service, 10).map(Some)).unwrap();
    assert_eq!(listed.iter().map(|approval| approval.state).collect::<Vec<_>>(), [ApprovalState::Used]);
}
