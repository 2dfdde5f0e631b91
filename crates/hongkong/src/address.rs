use kernel::Language;
use serde::{Deserialize, Serialize};

use crate::premises::{Block, Name, Numbered, Premises};

/// Where in the building somebody lives. An empty text is a part that is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unit {
    /// Flat, room or shop: `A`, `1203`.
    pub flat: String,
    /// Floor: `12`, `G` for the ground floor, `UG`, `LG`, `M`, `B`, `R`.
    pub floor: String,
    /// Block, where the premises do not say it: `3`, `B`.
    pub block: String,
}

/// The address on several lines: small to large in English, large to small in Chinese. Simplified Chinese uses the
/// Traditional text of the source, because that is what stands on the door.
pub fn format_lines(premises: &Premises, unit: &Unit, language: Language) -> Vec<String> {
    let groups = match language {
        Language::En => english_groups(premises, unit),
        Language::ZhHant | Language::ZhHans => chinese_groups(premises, unit),
    };
    let join = |group: Vec<String>| if language == Language::En { group.join(", ") } else { joined(&group) };
    groups.into_iter().map(join).filter(|line| !line.is_empty()).collect()
}

/// The address on one line.
pub fn format_line(premises: &Premises, unit: &Unit, language: Language) -> String {
    let lines = format_lines(premises, unit, language);
    if language == Language::En { lines.join(", ") } else { joined(&lines) }
}

fn english_groups(premises: &Premises, unit: &Unit) -> Vec<Vec<String>> {
    let mut groups = vec![
        vec![english_flat(&unit.flat), english_floor(&unit.floor)],
        inner_parts(premises, unit, Language::En),
        vec![
            premises.phase.as_ref().map_or_else(String::new, |phase| phase.name.en.to_string()),
            premises.estate.as_ref().map_or_else(String::new, |estate| estate.en.to_string()),
        ],
        vec![numbered(premises.street.as_ref(), Language::En), numbered(premises.village.as_ref(), Language::En)],
        vec![
            premises.locality.as_ref().map_or_else(String::new, |name| name.en.to_string()),
            premises.district.name(Language::En).to_ascii_uppercase(),
            premises.region().name(Language::En).to_ascii_uppercase(),
        ],
    ];
    drop_repeated(&mut groups);
    groups
}

fn chinese_groups(premises: &Premises, unit: &Unit) -> Vec<Vec<String>> {
    let text = |name: Option<&Name>| name.map_or_else(String::new, |name| name.zh.to_string());
    let mut inner = inner_parts(premises, unit, Language::ZhHant);
    inner.reverse();
    let mut groups = vec![
        vec![
            premises.region().name(Language::ZhHant).to_owned(),
            premises.district.name(Language::ZhHant).to_owned(),
            text(premises.locality.as_deref()),
        ],
        vec![numbered(premises.village.as_ref(), Language::ZhHant), numbered(premises.street.as_ref(), Language::ZhHant)],
        vec![text(premises.estate.as_ref()), text(premises.phase.as_ref().map(|phase| &phase.name))],
        inner,
        vec![chinese_floor(&unit.floor), chinese_flat(&unit.flat)],
    ];
    drop_repeated(&mut groups);
    groups
}

/// Building and block, the smaller first: a block belongs to the estate where there is one ("Leung Fat House, Block 3,
/// Cheung Fat Estate"), and else to the building ("Tower A, Billion Centre").
fn inner_parts(premises: &Premises, unit: &Unit, language: Language) -> Vec<String> {
    let building = premises.building.as_ref().map_or_else(String::new, |name| name.get(language).to_owned());
    let block = match &premises.block {
        Some(block) => block_text(block, language),
        None if unit.block.is_empty() => String::new(),
        None if language == Language::En => format!("BLOCK {}", unit.block),
        None => format!("{}座", unit.block),
    };
    if premises.estate.is_some() { vec![building, block] } else { vec![block, building] }
}

fn block_text(block: &Block, language: Language) -> String {
    let (descriptor, number) = (block.descriptor.get(language), block.number.get(language));
    match language {
        _ if descriptor.is_empty() || number.is_empty() => format!("{descriptor}{number}"),
        Language::En if block.descriptor_first => format!("{descriptor} {number}"),
        Language::En => format!("{number} {descriptor}"),
        Language::ZhHant | Language::ZhHans if descriptor == "期" => format!("第{number}期"),
        Language::ZhHant | Language::ZhHans => format!("{number}{descriptor}"),
    }
}

fn numbered(place: Option<&Numbered>, language: Language) -> String {
    let Some(place) = place else { return String::new() };
    let name = place.name.get(language);
    let number = if place.to.is_empty() { place.from.to_string() } else { format!("{}-{}", place.from, place.to) };
    match language {
        _ if number.is_empty() || name.is_empty() => name.to_owned(),
        Language::En => format!("{number} {name}"),
        Language::ZhHant | Language::ZhHans => format!("{name}{number}號"),
    }
}

fn english_flat(flat: &str) -> String {
    match flat.chars().next() {
        None => String::new(),
        Some(first) if first.is_ascii_digit() => format!("ROOM {flat}"),
        Some(_) => format!("FLAT {flat}"),
    }
}

fn chinese_flat(flat: &str) -> String {
    if flat.is_empty() { String::new() } else { format!("{flat}室") }
}

fn english_floor(floor: &str) -> String {
    if floor.is_empty() { String::new() } else { format!("{floor}/F") }
}

fn chinese_floor(floor: &str) -> String {
    match floor {
        "" => String::new(),
        known => match FLOORS.iter().find(|(code, _)| *code == known) {
            Some((_, words)) => words.first().copied().unwrap_or_default().to_owned(),
            None => format!("{floor}樓"),
        },
    }
}

/// Floors that have a name instead of a number: the code, how we write it in Chinese, and how else it is written.
/// Longer names come first, so that they are found before the shorter ones within them.
pub(crate) const FLOORS: [(&str, &[&str]); 8] = [
    ("UG", &["高層地下", "地下高層"]),
    ("LG", &["低層地下", "地下低層", "地下下層", "地下底層"]),
    ("G", &["地下", "地面"]),
    ("B", &["地庫"]),
    ("M", &["閣樓"]),
    ("R", &["天台"]),
    ("P", &["平台"]),
    ("L", &["大堂"]),
];

/// A name said twice (estate and building, estate and village) is written once, where it comes first.
fn drop_repeated(groups: &mut [Vec<String>]) {
    let mut written: Vec<String> = Vec::new();
    for group in groups {
        group.retain(|part| !part.is_empty() && !written.contains(part));
        written.extend(group.iter().cloned());
        group.dedup();
    }
}

/// Chinese parts stand together; a space keeps digits and letters of neighbours apart.
fn joined(parts: &[String]) -> String {
    let mut whole = String::new();
    for part in parts {
        let ends = whole.chars().next_back().is_some_and(|last| last.is_ascii_alphanumeric());
        if ends && part.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            whole.push(' ');
        }
        whole.push_str(part);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped_premises;

    fn find(building: &str) -> Premises {
        let all = shipped_premises().unwrap();
        all.into_iter().find(|one| one.building.as_ref().is_some_and(|name| &*name.en == building)).unwrap()
    }

    fn unit(flat: &str, floor: &str) -> Unit {
        Unit { flat: flat.into(), floor: floor.into(), block: String::new() }
    }

    #[test]
    fn english_goes_from_small_to_large() {
        let lines = format_lines(&find("LEUNG FAT HOUSE"), &unit("A", "12"), Language::En);
        assert_eq!(
            lines,
            [
                "FLAT A, 12/F",
                "LEUNG FAT HOUSE, BLK 3",
                "CHEUNG FAT ESTATE",
                "6 TAM KON SHAN ROAD",
                "KWAI TSING DISTRICT, NEW TERRITORIES"
            ]
        );
    }

    #[test]
    fn chinese_goes_from_large_to_small() {
        let premises = find("LEUNG FAT HOUSE");
        let line = format_line(&premises, &unit("A", "12"), Language::ZhHant);
        assert_eq!(line, "新界葵青區担杆山路6號長發邨3座亮發樓12樓A室");
        assert_eq!(format_line(&premises, &unit("A", "12"), Language::ZhHans), line);
        let ground = format_line(&premises, &unit("1203", "G"), Language::ZhHant);
        assert!(ground.ends_with("亮發樓地下1203室"), "{ground}");
    }

    #[test]
    fn the_block_stands_where_the_record_says() {
        let tower = find("BILLION CENTRE");
        assert!(format_line(&tower, &Unit::default(), Language::En).starts_with("TOWER A, BILLION CENTRE, 1 WANG KWONG ROAD"));
        assert!(format_line(&tower, &Unit::default(), Language::ZhHant).ends_with("億京中心A座"));
        let mut after = find("TSZ KWAI HSE");
        assert!(format_line(&after, &Unit::default(), Language::En).starts_with("TSZ KWAI HSE, 11-12 BLK, KWAI CHUNG ESTATE"));
        after.block = None;
        let typed = Unit { block: "7".into(), ..unit("B", "3") };
        assert!(format_line(&after, &typed, Language::En).starts_with("FLAT B, 3/F, TSZ KWAI HSE, BLOCK 7, KWAI CHUNG ESTATE"));
        assert!(format_line(&after, &typed, Language::ZhHant).ends_with("葵涌邨7座芷葵樓3樓B室"));
    }

    #[test]
    fn a_name_said_twice_is_written_once() {
        let market = find("TAI YUEN STREET COOKED FOOD MARKET");
        let line = format_line(&market, &Unit::default(), Language::En);
        assert_eq!(line.matches("COOKED FOOD MARKET").count(), 1, "{line}");
        let line = format_line(&market, &Unit::default(), Language::ZhHant);
        assert_eq!(line.matches("熟食市場").count(), 1, "{line}");
    }

    #[test]
    fn every_shipped_address_has_text_in_every_language() {
        for premises in shipped_premises().unwrap() {
            for language in Language::ALL {
                let lines = format_lines(&premises, &Unit::default(), language);
                assert!(lines.len() >= 2, "{premises:?}");
                assert!(lines.iter().all(|line| !line.starts_with([',', ' ']) && !line.contains(", ,")), "{lines:?}");
            }
        }
    }
}
