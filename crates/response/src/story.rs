//! One story of this crate on each engine.

use journal::Actor;
use people::Role;
use testkit::both_engines;

use crate::rehearsal::City;
use crate::*;

#[test]
fn what_goes_wrong_is_heard_once_by_whom_it_concerns_on_both_engines() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let incident = city.open(IncidentKind::ContractorSilent, "lease 7 silent");
        assert_eq!(city.open(IncidentKind::ContractorSilent, "lease 7 silent"), incident);
        let both = [Role::HeadOfDepartment, Role::PrivacyOfficer];
        let alert = city.raise("lease 7 silent", &both);
        assert_eq!(city.raise("lease 7 silent", &both), alert);
        let head = City::officer(1, &both);
        assert_eq!(city.read(|tx| open_alerts(tx, &head)).iter().map(|it| it.id).collect::<Vec<_>>(), [alert]);
        assert!(city.read(|tx| open_alerts(tx, &City::officer(2, &both))).is_empty());
        assert!(city.read(|tx| alerts(tx, City::DEPARTMENT, Role::CaseOfficer)).is_empty());
        let (who, command) = (head.clone(), AcknowledgeAlert { alert, outcome: Outcome::PassedOn });
        city.act(Actor::Operator, move |work| acknowledge_alert(work, &who, command)).unwrap();
        assert!(city.read(|tx| open_alerts(tx, &head)).is_empty());
        let listed = city.read(|tx| alerts(tx, City::DEPARTMENT, Role::PrivacyOfficer));
        assert_eq!(listed[0].acknowledged.map(|it| it.2), Some(Outcome::PassedOn));
        let public = city.read(|tx| public_incidents(tx, City::SERVICE));
        assert_eq!((public.len(), public[0].title.clone()), (1, IncidentKind::ContractorSilent.title()));
        assert_eq!(city.read(|tx| incidents(tx, City::DEPARTMENT)).len(), 1);
        assert!(city.read(|tx| incidents(tx, kernel::Id::from_bytes([2; 16]))).is_empty());
    });
}
