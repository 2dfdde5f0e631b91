use std::sync::Arc;

use hongkong::names::NamePart;
use kernel::{Day, Language};

use super::chance::Dice;
use super::household::{Household, Place, Resident, Unit};
use super::naming::name;
use super::numbers::{id_number, mobile};

/// All the households of a seed. They are made when they are asked for and kept nowhere.
#[derive(Clone, Debug)]
pub struct Population {
    seed: u64,
    as_at: Day,
    places: Arc<[Place]>,
}

/// A population needs somewhere to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a synthetic population needs at least one place to live: the gazetteer is empty")]
pub struct NoPlaces;

impl Population {
    /// The population of this seed on this day, living in these places.
    pub fn new(seed: u64, as_at: Day, places: impl Into<Arc<[Place]>>) -> Result<Self, NoPlaces> {
        let places = places.into();
        if places.is_empty() { Err(NoPlaces) } else { Ok(Self { seed, as_at, places }) }
    }

    /// The household with this number, always the same people; nothing from 2,500,000 on, where identity-card numbers run out.
    pub fn household(&self, number: u64) -> Option<Household> {
        let mut dice = Dice::of(self.seed, number);
        let dice = &mut dice;
        let home = self.home(dice, number)?;
        let size = 1 + dice.weighted(&SIZES);
        let (main, surname) = self.person(dice, &home, number, 0, None)?;
        let mut members = Vec::with_capacity(size - 1);
        for place in 1..size {
            let same = dice.per_mille(720).then_some(surname);
            members.push(self.person(dice, &home, number, place, same)?.0);
        }
        Some(Household { main, members })
    }

    /// The first so many households.
    pub fn households(&self, count: u64) -> impl Iterator<Item = Household> {
        (0..count).map_while(|number| self.household(number))
    }

    /// Households until there are at least so many people.
    pub fn people(&self, count: usize) -> impl Iterator<Item = Household> {
        let mut sofar = 0;
        (0..).map_while(move |number| {
            let household = if sofar < count { self.household(number) } else { None }?;
            sofar += household.size();
            Some(household)
        })
    }

    fn home(&self, dice: &mut Dice, number: u64) -> Option<Home<'_>> {
        let place = dice.pick(&self.places)?;
        let floor = u8::try_from(1 + dice.below(40)).ok()?;
        let flat = *dice.pick(&FLATS)?;
        let language = match dice.weighted(&LANGUAGES) {
            0 => Language::ZhHant,
            1 => Language::En,
            _ => Language::ZhHans,
        };
        Some(Home { place, unit: Unit { floor, flat }, mobile: mobile(self.seed, number)?, language })
    }

    /// A person, with the surname they bear. Eight identity-card numbers belong to each household.
    fn person(
        &self,
        dice: &mut Dice,
        home: &Home<'_>,
        household: u64,
        place: usize,
        surname: Option<NamePart>,
    ) -> Option<(Resident, NamePart)> {
        let serial = household.checked_mul(8)?.checked_add(u64::try_from(place).ok()?)?;
        let naming = name(dice, surname);
        let resident = Resident {
            name_en: naming.en,
            name_zh: naming.zh,
            id_number: id_number(self.seed, serial)?,
            birth: self.birth(dice, place == 0),
            mobile: home.mobile,
            address_key: home.place.key.clone(),
            unit: home.unit,
            district: home.place.district,
            language: home.language,
            resident: !dice.per_mille(NOT_RESIDENT_PER_MILLE),
        };
        Some((resident, naming.surname))
    }

    /// A day of the five years that an age band spans. Who registers is eighteen at least.
    fn birth(&self, dice: &mut Dice, adult: bool) -> Day {
        let from = if adult { FIRST_ADULT_BAND } else { 0 };
        let band = from + dice.weighted(AGES.get(from..).unwrap_or(&AGES));
        let days = band * 1_826 + dice.below(1_826);
        self.as_at.plus(-i32::try_from(days).unwrap_or(0) - 1)
    }
}

struct Home<'p> {
    place: &'p Place,
    unit: Unit,
    mobile: hongkong::Phone,
    language: Language,
}

/// Households of one to six in a thousand; the mean is 2.76, as in May 2020 (500,000 registrations for 1.38 million people).
const SIZES: [usize; 6] = [185, 270, 260, 195, 65, 25];
/// People by five years of age from 0 to 94, roughly as Hong Kong was in 2020 (thousands).
const AGES: [usize; 19] = [
    270, 305, 295, 275, 400, 490, 555, 590, 600, 580, 585, 625, 640, 560, 430, 275, 200, 140, 60,
];
/// The band of those who are twenty and more.
const FIRST_ADULT_BAND: usize = 4;
/// Traditional Chinese, English, Simplified Chinese.
const LANGUAGES: [usize; 3] = [800, 140, 60];
const NOT_RESIDENT_PER_MILLE: usize = 15;
const FLATS: [char; 8] = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use hongkong::District;

    use super::*;

    fn as_at() -> Day {
        Day::from_civil(2020, 5, 6).unwrap()
    }

    fn population(seed: u64) -> Population {
        let place = |number: u32, district| Place {
            key: format!("place-{number}").into(),
            en: format!("Block {number}, Synthetic Estate").into(),
            zh: format!("合成邨第{number}座").into(),
            district,
        };
        let places: Vec<_> =
            (0..30).map(|n| place(n, if n < 20 { District::KwunTong } else { District::KwaiTsing })).collect();
        Population::new(seed, as_at(), places).unwrap()
    }

    /// FNV-1a over everything that is known about everybody.
    fn digest(population: &Population, households: u64) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for household in population.households(households) {
            for person in household.people() {
                let line = format!(
                    "{}|{}|{}|{}|{}|{}|{}|{}|{}|{}",
                    person.name_en,
                    person.name_zh,
                    person.id_number.formatted(),
                    person.birth,
                    person.mobile.digits(),
                    person.address_key,
                    person.unit.en(),
                    person.district.code(),
                    person.language,
                    person.resident,
                );
                for byte in line.bytes() {
                    hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
        }
        hash
    }

    #[test]
    fn the_same_seed_makes_the_same_people_and_another_seed_others() {
        // Changes only when the city is meant to change; simulations recorded before then cannot be repeated.
        assert_eq!(format!("{:016x}", digest(&population(7), 1_000)), "cd022517fb5ec710");
        assert_ne!(digest(&population(7), 100), digest(&population(8), 100));
    }

    #[test]
    fn a_household_does_not_depend_on_the_order_in_which_it_is_asked_for() {
        let population = population(7);
        let seventeenth = population.households(18).last();
        assert_eq!(population.household(17), seventeenth);
    }

    #[test]
    fn households_are_as_large_as_in_2020_and_people_as_old_as_they_may_be() {
        let population = population(7);
        let (mut people, mut strangers) = (0_u32, 0_u32);
        let mut numbers = HashSet::new();
        let mut languages: HashMap<Language, u32> = HashMap::new();
        for household in population.households(20_000) {
            assert!(as_at().age_since(household.main.birth) >= 18);
            *languages.entry(household.main.language).or_default() += 1;
            for person in household.people() {
                people += 1;
                strangers += u32::from(!person.resident);
                assert!((0..=95).contains(&as_at().age_since(person.birth)));
                assert!(numbers.insert(person.id_number), "no number twice");
                assert!(person.id_number.is_synthetic() && person.mobile.is_mobile());
            }
        }
        assert!((2.72..2.80).contains(&(f64::from(people) / 20_000.0)), "{people}");
        assert!((0.010..0.020).contains(&(f64::from(strangers) / f64::from(people))), "{strangers}");
        assert!(languages[&Language::ZhHant] > 15_000 && languages[&Language::ZhHans] > 800);
    }

    #[test]
    fn names_read_like_names_in_both_scripts() {
        let household = population(7).households(40).find(|household| household.size() > 2).unwrap();
        for person in household.people() {
            let surname = person.name_en.split(' ').next().unwrap();
            assert!(surname.chars().all(|c| c.is_ascii_uppercase()), "{}", person.name_en);
            assert!((2..=4).contains(&person.name_zh.chars().count()), "{}", person.name_zh);
            assert_eq!(person.mobile, household.main.mobile);
        }
        let shared = household.members.iter().filter(|m| m.name_zh.chars().next() == household.main.name_zh.chars().next());
        assert!(shared.count() > 0);
    }

    #[test]
    fn as_many_people_as_wanted_and_no_household_is_split() {
        let count: usize = population(7).people(1_000).map(|household| household.size()).sum();
        assert!((1_000..1_006).contains(&count), "{count}");
    }

    #[test]
    fn numbers_run_out_rather_than_repeat_and_nobody_lives_nowhere() {
        assert!(population(7).household(2_499_999).is_some());
        assert!(population(7).household(2_500_000).is_none());
        assert_eq!(Population::new(7, as_at(), Vec::new()).err(), Some(NoPlaces));
    }
}
