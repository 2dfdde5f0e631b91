use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use journal::Actor;
use kernel::{Instant, Text};
use people::{Role, Scope};
use response::{AlertKind, RaiseAlert, raise_alert};
use store::{Store, StoreError};

use crate::certify::certify;
use crate::erase::finish_erasures;
use crate::inventory::platform_inventory;
use crate::purge_lag::{PurgeLag, identity_lag, platform_lag, service_lag};
use crate::{Platform, PlatformError, Service, StepError};

/// Hours by which the purge may be behind before somebody is told.
pub const PURGE_LAG_HOURS: i64 = 24;

/// An order of erasure that is younger may be under way on another thread.
pub(crate) const UNDER_WAY_MS: i64 = 60_000;

/// What is known about a service's purge: looked at once an hour, shown as a metric.
#[derive(Debug, Default)]
pub(crate) struct Retention {
    looked: AtomicI64,
    lag_hours: AtomicI64,
}

impl Retention {
    /// How many hours ago the oldest value that still stands should have gone; 0 when the purge is up to date.
    pub fn lag_hours(&self) -> i64 {
        self.lag_hours.load(Ordering::Relaxed)
    }

    fn is_new_hour(&self, now: Instant) -> bool {
        let hour = now.millis() / 3_600_000;
        self.looked.swap(hour, Ordering::AcqRel) != hour
    }
}

/// Brings erasures that a crash left behind to their end, and certifies those that have become final. The midnight of the keys
/// rolls them at the latest.
pub(crate) fn follow_erasures(platform: &Arc<Platform>, service: &Service) -> Result<(), StepError> {
    finish_erasures(service.ledger(), UNDER_WAY_MS)?;
    if !service.ledger().keys().needs_roll() {
        certify(platform, service)?;
    }
    sweep(platform, service)
}

/// After each roll, and once an hour because the purge deletes too, the store gives its free pages back in small steps, and its log
/// is emptied then, so that no page stands in it as it was before the erasure. Where an engine frees nothing by itself the store
/// is rewritten, in the night after: writers wait meanwhile.
fn sweep(platform: &Platform, service: &Service) -> Result<(), StepError> {
    let (store, swept, now) = (service.ledger().store(), service.swept(), platform.now());
    let rolls = service.ledger().keys().rolls()?.last().map_or(0, |roll| roll.number);
    let hour = now.millis() / 3_600_000;
    if swept.rolls.load(Ordering::Acquire) != rolls || swept.hour.load(Ordering::Acquire) != hour {
        match shrink(store) {
            // More is free, or somebody reads an older snapshot; the next round goes on.
            Ok(false) | Err(StoreError::Locked) => {}
            Err(error) => return Err(PlatformError::from(error).into()),
            Ok(true) => {
                swept.rolls.store(rolls, Ordering::Release);
                swept.hour.store(hour, Ordering::Release);
            }
        }
    }
    let today = i64::from(now.day().number());
    let day = swept.day.swap(today, Ordering::AcqRel);
    if day != 0 && day != today && store.wants_rewriting() && swept.rewritten.swap(rolls, Ordering::AcqRel) != rolls {
        store.compact().map_err(PlatformError::from)?;
    }
    Ok(())
}

/// Pages that are given back at once: writers wait for it a few milliseconds.
const PAGES: u32 = 1_000;

/// One step; whether nothing is left to give back and the log is empty.
fn shrink(store: &Store) -> Result<bool, StoreError> {
    if store.give_back(PAGES)? > 0 {
        return Ok(false);
    }
    store.empty_log()?;
    Ok(true)
}

/// How far the store's old bytes are gone.
#[derive(Debug, Default)]
pub(crate) struct Swept {
    /// The roll after which free pages were last given back and the log was emptied.
    rolls: AtomicU64,
    /// The hour in which that was last done.
    hour: AtomicI64,
    /// The roll after which the store was last rewritten.
    rewritten: AtomicU64,
    /// The day that was last seen.
    day: AtomicI64,
}

/// Looks once an hour how far the purge is behind, and alerts when it is more than a day.
pub(crate) fn watch_retention(platform: &Platform, service: &Service) -> Result<(), StepError> {
    let now = platform.now();
    if !service.retention().is_new_hour(now) {
        return Ok(());
    }
    let lag = service_lag(service)?;
    service.retention().lag_hours.store(lag.as_ref().map_or(0, |lag| lag.hours), Ordering::Relaxed);
    let title = service.scheme().definition().title.clone();
    tell(platform, Some(service.scope()), &title, lag)
}

/// The same for the platform's own store and the identity provider's.
pub(crate) fn watch_own_retention(platform: &Platform) -> Result<(), StepError> {
    if !platform.retention().is_new_hour(platform.now()) {
        return Ok(());
    }
    tell(platform, None, &platform_inventory().title, platform_lag(platform)?)?;
    let Some(identity) = platform.identity() else { return Ok(()) };
    tell(platform, Some(identity.scope()), &identity.charter().title, identity_lag(&identity)?)
}

/// Alerts those who must act, once a day. What stands in the platform's own store concerns every department.
fn tell(platform: &Platform, scope: Option<Scope>, title: &Text, lag: Option<PurgeLag>) -> Result<(), StepError> {
    let Some(lag) = lag.filter(|lag| lag.hours > PURGE_LAG_HOURS) else { return Ok(()) };
    let alert = RaiseAlert {
        kind: AlertKind::PurgeLag,
        department: scope.map(|scope| scope.department()),
        service: scope.map(|scope| scope.service()),
        to: vec![Role::PrivacyOfficer, Role::SchemeOwner],
        key: format!("{}:purge-lag:{}", lag.store, platform.now().day()),
        text: words(title, &lag),
    };
    platform.ledger().write("flows.alert_purge_lag", Actor::Job("watch"), move |work| raise_alert(work, &alert))?;
    Ok(())
}

/// What residents wrote in formal requests goes on its day, and the log book after its four years.
pub(crate) fn purge_requests(platform: &Platform) -> Result<(), StepError> {
    platform.ledger().write("flows.purge_requests", Actor::Job("purge"), vault::purge_requests)?;
    Ok(())
}

fn words(title: &Text, lag: &PurgeLag) -> Text {
    let (en, traditional, simplified) = (&title.en, &title.zh_hant, &title.zh_hans);
    let (place, lag) = (&lag.place, lag.hours);
    Text::new(
        format!("“{en}” still holds values ({place}) whose day passed {lag} hours ago. They cannot be read, but the purge does not run: ask the operator."),
        format!("「{traditional}」仍存有{lag}小時前已屆滿的資料（{place}）。資料已無法讀取，但清除工序沒有運行，請向系統管理員查詢。"),
        format!("“{simplified}”仍存有{lag}小时前已届满的资料（{place}）。资料已无法读取，但清除工序没有运行，请向系统管理员查询。"),
    )
}

#[cfg(test)]
mod tests {
    use registration::{EraseWhat, HouseholdRow};
    use vault::Cause;

    use super::*;
    use crate::erase_household;
    use crate::rehearsal::City;

    /// The sealed name and address of a household, as they stand in the store.
    fn sealed(city: &City, household: &HouseholdRow) -> Vec<u8> {
        let sql = "-- test.sealed\nselect contact from household_submission where household = $1";
        let id = household.id;
        let row = city.service().ledger().read("test.sealed", move |tx| tx.query(sql, &[id.into()])).unwrap();
        row[0].get(0).unwrap()
    }

    /// In how many files of the store these bytes stand.
    fn found(city: &City, bytes: &[u8]) -> usize {
        let files = std::fs::read_dir(city.path("stores")).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
        files.filter(|file| file.windows(bytes.len()).any(|window| window == bytes)).count()
    }

    fn erase(city: &City, household: &HouseholdRow) {
        erase_household(&city.service(), Actor::Visitor, household.id, EraseWhat::All, Cause::Withdrawal).unwrap();
    }

    #[test]
    fn promise_04_after_a_roll_no_page_of_the_store_stands_as_it_was_before_the_erasure() {
        let city = City::new();
        let [gone, stays] = [1, 2].map(|n| city.register(n));
        let (erased, kept) = (sealed(&city, &gone), sealed(&city, &stays));
        let service = city.service();
        sweep(city.platform(), &service).unwrap();
        erase(&city, &gone);
        sweep(city.platform(), &service).unwrap();
        assert!(found(&city, &erased) > 0, "the log still has the pages: nothing was rolled, and the hour is the same");
        service.ledger().keys().roll().unwrap();
        sweep(city.platform(), &service).unwrap();
        assert_eq!(found(&city, &erased), 0);
        assert!(found(&city, &kept) > 0);
    }

    #[test]
    fn what_the_purge_removed_is_swept_within_the_hour() {
        let city = City::new();
        let gone = city.register(1);
        let bytes = sealed(&city, &gone);
        let service = city.service();
        sweep(city.platform(), &service).unwrap();
        erase(&city, &gone);
        for (minutes, there) in [(1, true), (70, false)] {
            city.clock.advance_millis(minutes * 60_000);
            sweep(city.platform(), &service).unwrap();
            assert_eq!(found(&city, &bytes) > 0, there, "{minutes} minutes later");
        }
    }
}
