use journal::{Event, Work};
use people::{Grant, HandleIncident};
use store::{StoreError, Tx};

use crate::{AdvisoryError, Impact, Receipt, storage};

/// The officer's department has read an advisory and says what it means for them. What they say later stands in its place.
pub fn confirm_advisory(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleIncident>,
    (number, impact): (i64, Impact),
) -> Result<(), AdvisoryError> {
    let found = storage::advisory(work.tx(), number)?.filter(|one| one.withdrawn.is_none());
    let found = found.ok_or(AdvisoryError::Missing)?;
    let receipt = Receipt { department: grant.department(), impact, confirmed: work.now(), revision: found.revision };
    storage::keep_receipt(work.tx(), number, &receipt, grant.officer())?;
    work.journal(
        Event::new("advisories.confirmed")
            .detail("advisory", number)
            .detail("revision", found.revision)
            .detail("department", grant.department().to_string())
            .detail("impact", impact.slug())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(())
}

/// What departments said about an advisory.
pub fn receipts(tx: &mut Tx<'_>, number: i64) -> Result<Vec<Receipt>, StoreError> {
    storage::receipts(tx, number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::City;
    use testkit::both_engines;

    #[test]
    fn each_department_confirms_and_the_last_word_counts_on_both_engines() {
        both_engines(|place| {
            let city = City::on(place.store("platform", City::TABLES));
            let number = city.publish(&City::officer(1), false);
            for (department, impact) in [(1, Impact::None), (2, Impact::Concerned), (2, Impact::Mended)] {
                let grant = City::officer(department);
                city.act(grant.actor(), move |work| confirm_advisory(work, &grant, (number, impact))).unwrap();
            }
            let said: Vec<Impact> = city.read(|tx| receipts(tx, number)).iter().map(|one| one.impact).collect();
            assert_eq!(said, [Impact::None, Impact::Mended]);
            let grant = City::officer(1);
            assert!(city.act(grant.actor(), move |work| confirm_advisory(work, &grant, (99, Impact::None))).is_err());
        });
    }
}
