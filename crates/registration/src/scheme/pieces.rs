use kernel::{Day, Instant, Text};
use serde::{Deserialize, Serialize};

/// When the scheme takes registrations, in Hong Kong time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First moment at which one can register: `2020-05-06T07:00`.
    #[serde(with = "hong_kong_time")]
    pub opens: Instant,
    /// The announced end.
    #[serde(with = "hong_kong_time")]
    pub closes: Instant,
    /// The last day to which the end may be extended. Every expiry day counts from it, so that an extension never
    /// needs a value to be sealed again.
    pub latest: Day,
}

/// Who may register. Residents of Hong Kong; the population register decides who that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    /// The rule in words.
    pub text: Text,
    /// Youngest age of a main registrant on the day of registration, in full years.
    pub minimum_age: u8,
    /// Whether someone may register for a relative.
    pub relatives: bool,
}

/// How many people one registration may hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HouseholdRule {
    /// The main registrant included; 1 to 20.
    pub max_people: u8,
}

/// One purpose for which data are collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurposeRule {
    /// Short name `[a-z0-9-]{1,32}`, as the vault's slots and journal name it.
    pub id: String,
    /// The purpose in words, as the statement names it.
    pub text: Text,
    /// Why the department may collect for it.
    pub legal_ground: Text,
    /// Classes of persons to whom the data may be transferred for it; may be empty.
    pub recipients: Vec<Text>,
}

/// The consent or approval on which comparing with another register rests (PDPO sections 30 to 32).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    /// Whose register is asked.
    pub counterparty: Text,
    /// The consent given by registering, or the approval, in words.
    pub basis: Text,
    /// Where that consent or approval is on record, such as `statement:matching` or the number of an approval.
    pub reference: String,
}

/// What a confirmed household receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Delivery {
    /// Nothing is delivered.
    None,
    /// A courier brings it; data leave only sealed to the courier's key.
    Courier(Courier),
}

/// A courier and its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Courier {
    /// Who delivers.
    pub name: Text,
    /// The `age` recipient to which exports are encrypted: `age1…`.
    pub recipient: String,
    /// How long delivery takes, in words.
    pub days: Text,
}

/// How many visitors the waiting room admits at first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admission {
    /// Visitors a minute; the operator changes it while the scheme runs.
    pub rate_per_minute: u32,
}

/// What public statistics may show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statistics {
    /// Cells under this count are suppressed; at least 10.
    pub minimum_cell: u16,
}

/// When public bulletins are issued while the scheme is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bulletins {
    /// Times of day in Hong Kong, such as `15:00`; may be empty.
    pub times: Vec<String>,
}

impl Window {
    /// Whether one can register at this moment, by the announced end.
    pub fn is_open(&self, now: Instant) -> bool {
        now >= self.opens && now < self.closes
    }
}

impl Bulletins {
    /// The times as minutes since midnight; a time that is none is left out (the compiler has refused it before).
    pub fn minutes(&self) -> Vec<i64> {
        self.times.iter().filter_map(|time| minute_of_day(time)).collect()
    }
}

/// `15:00` as minutes since midnight.
pub(super) fn minute_of_day(time: &str) -> Option<i64> {
    let (hours, minutes) = time.split_once(':')?;
    let two = |part: &str, below: i64| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<i64>().ok().filter(|&n| digits && n < below)
    };
    Some(two(hours, 24)? * 60 + two(minutes, 60)?)
}

/// Moments as officers write them: `2020-05-06T07:00`, seconds only where there are some.
mod hong_kong_time {
    use kernel::Instant;
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde's `with` asks for")]
    pub fn serialize<S: Serializer>(moment: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
        let minute = moment.hong_kong_minute().replace(' ', "T");
        match moment.millis().rem_euclid(60_000) / 1000 {
            0 => serializer.serialize_str(&minute),
            seconds => serializer.serialize_str(&format!("{minute}:{seconds:02}")),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(deserializer)?;
        Instant::parse_hong_kong(&text)
            .ok_or_else(|| de::Error::custom("not a time of Hong Kong in the form 2020-05-06T07:00"))
    }
}
