use hongkong::{District, Gazetteer, Unit, format_line};
use kernel::Language;

use crate::household::Places;

/// The city's own list of addresses. Labels are printed in English; the courier's people read both.
impl Places for Gazetteer {
    fn premises(&self, key: &str, flat: &str, floor: &str) -> Option<(String, District)> {
        let premises = self.get(key)?;
        let unit = Unit::from_boxes(flat, floor, "");
        Some((format_line(premises, &unit, Language::En), premises.district))
    }

    fn resolve(&self, text: &str) -> Option<(String, District)> {
        let found = Gazetteer::resolve(self, text).filter(|found| found.certain)?;
        Some((found.key, found.premises.district))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_from_the_list_becomes_one_line_with_its_district() {
        let city = Gazetteer::build(hongkong::shipped_premises().unwrap());
        let place: &dyn Places = &city;
        let chosen = city.premises().iter().find(|one| one.district == District::KwunTong).unwrap();
        let (line, district) = place.premises(&chosen.key(), "A", "12").unwrap();
        assert_eq!(district, District::KwunTong);
        assert!(line.contains("12/F") && line.to_uppercase().contains("KWUN TONG"), "{line}");
        assert!(place.premises("no-such-key", "A", "12").is_none());
        assert!(place.premises("", "", "").is_none());
    }

    #[test]
    fn a_typed_address_is_taken_only_when_nothing_else_can_be_meant() {
        let city = Gazetteer::build(hongkong::shipped_premises().unwrap());
        let place: &dyn Places = &city;
        let chosen = city.premises().iter().find(|one| one.building.is_some() && one.street.is_some()).unwrap();
        let typed = format_line(chosen, &Unit::default(), Language::En);
        if let Some((key, district)) = place.resolve(&typed) {
            assert_eq!((key, district), (chosen.key(), chosen.district));
        }
        assert!(place.resolve("Hut 3, a village that is on no map").is_none());
        assert!(place.resolve("").is_none());
    }
}
