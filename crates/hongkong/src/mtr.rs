use std::sync::LazyLock;

use kernel::{Language, Text};

use crate::District;

/// A heavy-rail station of the MTR.
#[derive(Debug, PartialEq, Eq)]
pub struct MtrStation {
    code: &'static str,
    name: Text,
    district: District,
}

impl MtrStation {
    /// All of them, by code.
    pub fn all() -> &'static [Self] {
        &STATIONS
    }

    /// The station with this code of three letters, such as `ADM`.
    pub fn from_code(code: &str) -> Option<&'static Self> {
        let position = STATIONS.binary_search_by_key(&code, |station| station.code).ok()?;
        STATIONS.get(position)
    }

    /// Its code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// `Admiralty`, `金鐘`, `金钟`.
    pub fn name(&self, language: Language) -> &str {
        self.name.get(language)
    }

    /// The district in which it lies; near a boundary from general knowledge.
    pub const fn district(&self) -> District {
        self.district
    }
}

static STATIONS: LazyLock<Vec<MtrStation>> = LazyLock::new(|| {
    let rows = include_str!("../data/mtr-stations.tsv").lines().skip(1);
    let mut stations: Vec<MtrStation> = rows.filter_map(read).collect();
    stations.sort_by_key(|station| station.code);
    stations
});

/// A line that cannot be read is no station; a test holds that each of the table compiled in can.
fn read(line: &'static str) -> Option<MtrStation> {
    let mut columns = line.split('\t');
    let (code, _, english, traditional, simplified, _, district) = (
        columns.next()?,
        columns.next()?,
        columns.next()?,
        columns.next()?,
        columns.next()?,
        columns.next()?,
        columns.next()?,
    );
    let district = District::from_code(district.trim())?;
    Some(MtrStation { code, name: Text::new(english, traditional, simplified), district })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_station() {
        assert_eq!(MtrStation::all().len(), include_str!("../data/mtr-stations.tsv").lines().count() - 1);
        let admiralty = MtrStation::from_code("ADM").unwrap();
        assert_eq!(admiralty.name(Language::ZhHant), "金鐘");
        assert_eq!(admiralty.district(), District::CentralAndWestern);
        assert_eq!(MtrStation::from_code("XYZ"), None);
        let districts: std::collections::BTreeSet<_> = MtrStation::all().iter().map(MtrStation::district).collect();
        assert_eq!(districts.len(), 18, "each district has one");
    }
}
