use std::sync::Arc;

use journal::{Actor, Event};
use seal::{Roll, SealError};
use store::StoreError;

use crate::certify::certify;
use crate::open_platform::{IDENTITY, PLATFORM, store_name};
use crate::{EraseError, Platform};

/// Changes the root of every keyring that this process holds, or of the one with this name (as `lionrock keys status` shows it),
/// notes each change in the platform's journal, and certifies the erasures that it made final. Returns what was changed, by name.
pub fn roll_keys(platform: &Arc<Platform>, only: Option<&str>) -> Result<Vec<(String, Roll)>, EraseError> {
    let asked = |name: &str| only.is_none_or(|only| only == name);
    let mut rolled = Vec::new();
    if asked(PLATFORM) {
        rolled.push((PLATFORM.to_owned(), platform.ledger().keys().roll()?));
    }
    if let Some(identity) = platform.identity().filter(|_| asked(IDENTITY)) {
        rolled.push((IDENTITY.to_owned(), identity.ledger().keys().roll()?));
    }
    for service in platform.services() {
        let name = store_name(service.slug());
        if !asked(&name) {
            continue;
        }
        match service.ledger().keys().roll() {
            Ok(roll) => rolled.push((name, roll)),
            // It has just ended.
            Err(SealError::Gone) => continue,
            Err(error) => return Err(error.into()),
        }
        certify(platform, &service)?;
    }
    let noted = rolled.clone();
    platform.ledger().write("flows.note_roll", Actor::Operator, move |work| {
        for (name, roll) in &noted {
            let event = Event::new("operations.keys_rolled").detail("store", name.clone()).detail("change", roll.number);
            let event = event.detail("before", roll.root_id_before.clone()).detail("after", roll.root_id_after.clone());
            work.journal(event.detail("how", roll.how).detail("erasures", roll.erasures))?;
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(rolled)
}

#[cfg(test)]
mod tests {
    use crate::rehearsal::{City, SLUG};
    use crate::roll_keys;

    #[test]
    fn one_or_all_are_rolled_and_the_journal_says_which() {
        let city = City::new();
        let changes = |only| {
            let rolled = roll_keys(city.platform(), only).unwrap();
            rolled.into_iter().map(|(name, roll)| format!("{name} {}", roll.number)).collect::<Vec<_>>()
        };
        let name = format!("s_{}", SLUG.replace('-', "_"));
        assert_eq!(changes(None), ["platform 1".to_owned(), format!("{name} 1")]);
        assert_eq!(changes(Some(&name)), [format!("{name} 2")]);
        assert_eq!(changes(Some("s_other")), Vec::<String>::new());
        let noted = city.platform().ledger().scan(None, 1000).unwrap();
        assert_eq!(noted.iter().filter(|entry| entry.body.contains("operations.keys_rolled")).count(), 3);
    }
}
