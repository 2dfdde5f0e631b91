use crate::import::{Assembler, Fields, ImportError};
use crate::premises::Premises;

/// Reads the flattened table of addresses (`data/als-addresses.tsv`): one header line that names the columns, in any order.
pub fn import_tsv(text: &str) -> Result<Vec<Premises>, ImportError> {
    let mut lines = text.strip_prefix('\u{FEFF}').unwrap_or(text).lines();
    let columns = Columns::find(lines.next().unwrap_or_default())?;
    let mut assembler = Assembler::default();
    let rows = lines.filter(|line| !line.trim().is_empty());
    rows.map(|line| assembler.assemble(&columns.fields(line))).collect()
}

/// The columns read, in the order in which [`Columns::fields`] takes them.
const READ: [&str; 24] = [
    "csu_id",
    "district_en",
    "district_zh",
    "street_en",
    "street_zh",
    "street_no_from",
    "street_no_to",
    "village_en",
    "village_zh",
    "village_no_from",
    "village_no_to",
    "estate_en",
    "estate_zh",
    "phase_en",
    "phase_zh",
    "phase_no",
    "building_en",
    "building_zh",
    "block_desc_en",
    "block_desc_zh",
    "block_no_en",
    "block_no_zh",
    "block_desc_first_en",
    "easting",
];
const NORTHING: &str = "northing";

struct Columns {
    places: [usize; READ.len()],
    northing: usize,
}

impl Columns {
    fn find(header: &str) -> Result<Self, ImportError> {
        let header: Vec<&str> = header.split('\t').map(str::trim).collect();
        let place = |name: &'static str| header.iter().position(|column| *column == name).ok_or(ImportError::Column(name));
        let mut places = [0; READ.len()];
        for (slot, name) in places.iter_mut().zip(READ) {
            *slot = place(name)?;
        }
        Ok(Self { places, northing: place(NORTHING)? })
    }

    fn fields<'a>(&self, line: &'a str) -> Fields<'a> {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |place: usize| cells.get(place).copied().unwrap_or_default();
        let mut next = self.places.iter().map(|&place| cell(place));
        let mut one = || next.next().unwrap_or_default();
        Fields {
            csu_id: one(),
            district_en: one(),
            district_zh: one(),
            street: [one(), one()],
            street_no: [one(), one()],
            village: [one(), one()],
            village_no: [one(), one()],
            locality: ["", ""],
            estate: [one(), one()],
            phase: [one(), one()],
            phase_no: one(),
            building: [one(), one()],
            block_descriptor: [one(), one()],
            block_no: [one(), one()],
            block_descriptor_first: one(),
            easting: one(),
            northing: cell(self.northing),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{District, SAMPLE_ADDRESSES};

    #[test]
    fn the_shipped_table_is_read() {
        let premises = import_tsv(SAMPLE_ADDRESSES).unwrap();
        assert_eq!(premises.len(), 6280);
        let block = premises.iter().find(|one| one.building.as_ref().is_some_and(|name| &*name.en == "LEUNG FAT HOUSE")).unwrap();
        assert_eq!(block.district, District::KwaiTsing);
        assert_eq!(&*block.estate.as_ref().unwrap().zh, "長發邨");
        assert_eq!(&*block.block.as_ref().unwrap().number.en, "3");
        assert_eq!(&*block.street.as_ref().unwrap().from, "6");
        assert!(block.grid.is_some());
        let with_street = premises.iter().filter(|one| one.street.is_some()).count();
        let with_village = premises.iter().filter(|one| one.village.is_some()).count();
        assert_eq!((with_street, with_village), (4664, 1540));
    }

    #[test]
    fn a_wrong_table_is_refused_with_its_reason() {
        assert_eq!(import_tsv("a\tb\n"), Err(ImportError::Column("csu_id")));
        let strange = SAMPLE_ADDRESSES.lines().take(2).collect::<Vec<_>>().join("\n").replace("KWAI TSING", "GOTHAM").replace("葵青區", "");
        let error = import_tsv(&strange).unwrap_err();
        assert_eq!(error, ImportError::District { record: 1, name: "GOTHAM DISTRICT".to_owned() });
    }

    #[test]
    fn an_address_has_a_key_of_its_own() {
        let premises = import_tsv(SAMPLE_ADDRESSES).unwrap();
        let mut keys: Vec<String> = premises.iter().map(Premises::key).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut shown: Vec<String> = premises.iter().map(|one| format!("{:?}", Premises { grid: None, locality: None, ..one.clone() })).collect();
        shown.sort_unstable();
        shown.dedup();
        assert_eq!(keys.len(), shown.len());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let header = SAMPLE_ADDRESSES.lines().next().unwrap_or_default();
            let _ = import_tsv(&text);
            let _ = import_tsv(&format!("{header}\n{text}"));
        }
    }
}
