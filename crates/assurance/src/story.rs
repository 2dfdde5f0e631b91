//! One story of this crate on each engine.

use people::{Role, WithdrawGateRecord};
use testkit::both_engines;

use crate::rehearsal::City;
use crate::*;

#[test]
fn two_versions_and_a_withdrawal_on_both_engines() {
    both_engines(|place| {
        let city = City::on(place.store("platform", City::TABLES));
        let old = city.launch(b"definition");
        city.clock.advance_days(1);
        let new = city.open(b"with another purpose").unwrap();
        city.fill(new);
        city.sign(new, 1, Role::SchemeOwner).unwrap();
        assert_eq!(city.open_versions(), [old]);
        city.sign(new, 2, Role::SecurityOfficer).unwrap();
        assert_eq!(city.open_versions(), [new]);
        let record = city.status(new).gate.to_sign(city.now().day())[0];
        let grant = city.grant::<WithdrawGateRecord>(3, Role::PrivacyOfficer);
        let command = WithdrawRecord { version: new, record, reason: WithdrawReason::Outdated };
        assert!(city.act(grant.actor(), move |work| withdraw_record(work, &grant, command)).unwrap());
        assert!(city.open_versions().is_empty());
        let listed: Vec<_> = city.read(|tx| gates(tx, City::SERVICE, city.now()));
        assert_eq!(listed.iter().map(|status| status.gate.version()).collect::<Vec<_>>(), [new, old]);
        assert_eq!(city.read(|tx| find_version(tx, City::SERVICE, Digest::of(b"definition"))), Some(old));
    });
}
