//! Who registers: where they live, whether the address is right, and what they do with a PIN.

use hongkong::District;
use identity::Resident;

/// Of a hundred addresses so many are wrong (an assumption).
const WRONG: u64 = 13;
/// Of a hundred people so many get no further without somebody who helps (an assumption).
const HELPLESS: u64 = 8;
/// Of a hundred people so many never type the PIN (an assumption).
const IDLE: u64 = 2;
/// Of a hundred right addresses the register knows so many (an assumption).
const KNOWN: u64 = 60;

/// Numbers that look like chance and are the same for a seed (SplitMix64).
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below another.
    pub const fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % if most == 0 { 1 } else { most }
    }
}

/// What somebody does with a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ways {
    /// Types it.
    Able,
    /// Types it with help.
    Helpless,
    /// Does nothing.
    Idle,
}

/// The address as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// Right, and the register knows it.
    Known,
    /// Right.
    Right,
    /// Wrong: a letter comes back.
    Wrong,
}

/// A PIN in somebody's hand.
#[derive(Clone, Debug)]
pub struct Held {
    pub pin: String,
    /// The day of the month on which it is typed, if its owner can.
    pub typed: i32,
}

/// Somebody who registers.
#[derive(Clone, Debug)]
pub struct Person {
    pub number: u32,
    pub district: District,
    pub home: Home,
    pub ways: Ways,
    /// The account, once there is one.
    pub account: Option<Resident>,
    pub held: Option<Held>,
    pub activated: bool,
    pub helped: bool,
    /// The day on which it is put right after a letter came back.
    pub mends: Option<i32>,
}

impl Person {
    pub fn new(number: u32, chance: &mut Chance) -> Self {
        let district = usize::try_from(chance.below(18)).unwrap_or(0);
        let ways = match chance.below(100) {
            roll if roll < HELPLESS => Ways::Helpless,
            roll if roll < HELPLESS + IDLE => Ways::Idle,
            _ => Ways::Able,
        };
        Self {
            number,
            district: District::ALL.into_iter().nth(district).unwrap_or(District::KwunTong),
            home: match (chance.below(100) < WRONG, chance.below(100) < KNOWN) {
                (true, _) => Home::Wrong,
                (false, true) => Home::Known,
                (false, false) => Home::Right,
            },
            ways,
            account: None,
            held: None,
            activated: false,
            helped: false,
            mends: None,
        }
    }

    /// The address as it was typed.
    pub fn address(&self) -> Vec<String> {
        let street = if self.home == Home::Wrong { "Wrong Street" } else { "Example Street" };
        vec![format!("Flat {}, {street}", self.number % 90 + 1), self.district.text().en]
    }
}
