//! The stories of erasure on PostgreSQL.

use super::tests;
use crate::rehearsal::City;

#[test]
fn promise_04_on_postgres_a_household_goes_with_everything_that_names_it() {
    tests::household_goes(&City::on_postgres());
}

#[test]
fn promise_04_on_postgres_a_group_a_person_and_a_day_go_alone() {
    tests::parts_go_alone(&City::on_postgres());
}

#[test]
fn promise_04_on_postgres_old_backups_bring_back_none_of_the_erased() {
    tests::old_backups(City::on_postgres());
}

#[test]
fn promise_04_on_postgres_an_erasure_is_finished_after_a_crash_at_every_step() {
    tests::crash_at_every_step(City::on_postgres);
}

#[test]
fn promise_04_on_postgres_the_certificate_verifies() {
    tests::certificate_verifies(&City::on_postgres());
}

#[test]
fn promise_04_on_postgres_a_scheme_ends_with_a_certificate_and_without_a_store() {
    tests::scheme_ends(City::on_postgres());
}
#[test]
fn promise_04_on_postgres_many_who_withdraw_at_once_each_find_their_certificate() {
    tests::many_at_once(&City::on_postgres());
}
