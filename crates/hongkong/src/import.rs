use std::collections::HashSet;
use std::sync::Arc;

use kernel::{Fault, Kind};

use crate::district::District;
use crate::premises::{Block, Grid, Name, Numbered, Phase, Premises};

/// Why a file of addresses cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The text is not JSON, or not a feature collection of addresses.
    #[error("not GeoJSON of the Address Lookup Service: {0}")]
    Json(String),
    /// The table has no such column.
    #[error("the table of addresses has no column {0}")]
    Column(&'static str),
    /// A record names no district that we know.
    #[error("address {record}: {name:?} is not one of the eighteen districts")]
    District {
        /// Counted from 1, the header not counted.
        record: usize,
        /// What stands in its place.
        name: String,
    },
}

impl Fault for ImportError {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

/// One record with every field flat and as text, as both file formats yield it.
#[derive(Default)]
pub(crate) struct Fields<'a> {
    pub csu_id: &'a str,
    pub district_en: &'a str,
    pub district_zh: &'a str,
    pub street: [&'a str; 2],
    pub street_no: [&'a str; 2],
    pub village: [&'a str; 2],
    pub village_no: [&'a str; 2],
    pub locality: [&'a str; 2],
    pub estate: [&'a str; 2],
    pub phase: [&'a str; 2],
    pub phase_no: &'a str,
    pub building: [&'a str; 2],
    pub block_descriptor: [&'a str; 2],
    pub block_no: [&'a str; 2],
    /// `N` where the descriptor follows the number; anything else means before.
    pub block_descriptor_first: &'a str,
    pub easting: &'a str,
    pub northing: &'a str,
}

/// Makes premises of records; equal texts are held once.
#[derive(Default)]
pub(crate) struct Assembler {
    texts: HashSet<Arc<str>>,
    records: usize,
}

impl Assembler {
    pub fn assemble(&mut self, fields: &Fields<'_>) -> Result<Premises, ImportError> {
        self.records += 1;
        let district = District::from_name(fields.district_en).or_else(|| District::from_name(fields.district_zh));
        let district = district
            .ok_or_else(|| ImportError::District { record: self.records, name: fields.district_en.to_owned() })?;
        Ok(Premises {
            csu_id: fields.csu_id.trim().into(),
            district,
            street: self.numbered(fields.street, fields.street_no),
            village: self.numbered(fields.village, fields.village_no),
            estate: self.name(fields.estate),
            building: self.name(fields.building),
            phase: self.phase(fields).map(Box::new),
            block: self.block(fields).map(Box::new),
            locality: self.name(fields.locality).map(Box::new),
            grid: grid(fields),
        })
    }

    fn text(&mut self, text: &str) -> Arc<str> {
        let text = text.trim();
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&new));
        new
    }

    fn name(&mut self, [en, zh]: [&str; 2]) -> Option<Name> {
        let name = Name { en: self.text(en), zh: self.text(zh) };
        (!name.is_empty()).then_some(name)
    }

    fn numbered(&mut self, name: [&str; 2], [from, to]: [&str; 2]) -> Option<Numbered> {
        let name = self.name(name)?;
        Some(Numbered { name, from: self.text(from), to: self.text(to) })
    }

    fn phase(&mut self, fields: &Fields<'_>) -> Option<Phase> {
        let number = self.text(fields.phase_no);
        match self.name(fields.phase) {
            Some(name) => Some(Phase { name, number }),
            None if number.is_empty() => None,
            None => {
                let name = Name { en: self.text(&format!("PHASE {number}")), zh: self.text(&format!("第{number}期")) };
                Some(Phase { name, number })
            }
        }
    }

    fn block(&mut self, fields: &Fields<'_>) -> Option<Block> {
        let descriptor = self.name(fields.block_descriptor);
        let number = self.name(fields.block_no);
        if descriptor.is_none() && number.is_none() {
            return None;
        }
        let descriptor_first = !fields.block_descriptor_first.trim().eq_ignore_ascii_case("n");
        Some(Block { descriptor: descriptor.unwrap_or_default(), number: number.unwrap_or_default(), descriptor_first })
    }
}

fn grid(fields: &Fields<'_>) -> Option<Grid> {
    let easting = fields.easting.trim().parse().ok()?;
    let northing = fields.northing.trim().parse().ok()?;
    Some(Grid { easting, northing })
}
