//! Synthetic households: 2.76 people each, spread over eighteen districts.

use hongkong::{District, IdNumber};
use registration::{AddressForm, BirthForm, HouseholdForm, PersonForm, Places};

use crate::Failure;

/// People in household `n`: three, or two in six of twenty-five.
fn size(n: u32) -> u32 {
    if n % 25 < 6 { 2 } else { 3 }
}

/// People in the first `households`.
pub fn people(households: u32) -> u32 {
    households / 25 * 69 + (0..households % 25).map(size).sum::<u32>()
}

/// What household `n` types.
pub fn form(n: u32) -> Result<HouseholdForm, Failure> {
    let member = |place| Ok::<_, Failure>(PersonForm { id_number: number(3 * n + place)?, birth: birth(n + place) });
    Ok(HouseholdForm {
        id_number: number(3 * n)?,
        birth: birth(n),
        name: format!("Chan Tai Man {}", letters(n)),
        address: AddressForm {
            key: format!("k{}", n % 18),
            flat: (n % 400).to_string(),
            floor: (n % 40).to_string(),
            ..AddressForm::default()
        },
        mobile: format!("51{:06}", n % 1_000_000),
        members: (1..size(n)).map(member).collect::<Result<_, _>>()?,
        vaccination: String::new(),
    })
}

fn number(person: u32) -> Result<String, Failure> {
    let letter = if person < 1_000_000 { 'Q' } else { 'U' };
    let number = IdNumber::from_number(&format!("{letter}{:06}", person % 1_000_000));
    Ok(number.map_err(|error| format!("{error:?}"))?.formatted())
}

fn birth(n: u32) -> BirthForm {
    BirthForm::Iso(format!("19{:02}-{:02}-{:02}", 31 + n % 60, 1 + n % 12, 1 + n % 28))
}

fn letters(n: u32) -> String {
    n.to_string().bytes().map(|digit| char::from(b'a' + (digit - b'0'))).collect()
}

/// One building in each district.
pub struct Buildings;

impl Places for Buildings {
    fn premises(&self, key: &str, flat: &str, floor: &str) -> Option<(String, District)> {
        let district = District::ALL.get(key.strip_prefix('k')?.parse::<usize>().ok()?)?;
        Some((format!("Flat {flat}, {floor}/F, Harbour House, 388 Kwun Tong Road"), *district))
    }

    fn resolve(&self, _: &str) -> Option<(String, District)> {
        None
    }
}
