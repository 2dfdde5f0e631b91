use std::borrow::Cow;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::import::{Assembler, Fields, ImportError};
use crate::premises::Premises;

/// Reads the GeoJSON of the Address Lookup Service (data set `hk-dpo-als_01-als`), as its district files are published.
pub fn import_geojson(json: impl AsRef<[u8]>) -> Result<Vec<Premises>, ImportError> {
    let bytes = json.as_ref();
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let file: File<'_> = serde_json::from_slice(bytes).map_err(|error| ImportError::Json(error.to_string()))?;
    if file.kind != "FeatureCollection" {
        return Err(ImportError::Json("not a FeatureCollection".to_owned()));
    }
    let mut assembler = Assembler::default();
    file.features.iter().map(|feature| assembler.assemble(&feature.properties.fields())).collect()
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    features: Vec<Feature<'a>>,
}

#[derive(Deserialize)]
struct Feature<'a> {
    #[serde(borrow)]
    properties: Properties<'a>,
}

#[derive(Deserialize)]
struct Properties<'a> {
    #[serde(rename = "Address", borrow)]
    address: Address<'a>,
    #[serde(rename = "Easting", borrow, default)]
    easting: Loose<'a>,
    #[serde(rename = "Northing", borrow, default)]
    northing: Loose<'a>,
}

#[derive(Deserialize)]
struct Address<'a> {
    #[serde(rename = "PremisesAddress", borrow)]
    premises: Both<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Both<'a> {
    #[serde(borrow, default)]
    building_csu_information: Csu<'a>,
    #[serde(borrow, default)]
    eng_premises_address: Side<'a>,
    #[serde(borrow, default)]
    chi_premises_address: Side<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Csu<'a> {
    #[serde(borrow)]
    csu_id: Loose<'a>,
}

/// The English or the Chinese half; both have the same shape under names of their own.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Side<'a> {
    #[serde(borrow)]
    building_name: Loose<'a>,
    #[serde(borrow, alias = "EngDistrict", alias = "ChiDistrict")]
    district: Loose<'a>,
    #[serde(borrow, alias = "EngStreet", alias = "ChiStreet")]
    street: Place<'a>,
    #[serde(borrow, alias = "EngVillage", alias = "ChiVillage")]
    village: Place<'a>,
    #[serde(borrow, alias = "EngEstate", alias = "ChiEstate")]
    estate: Estate<'a>,
    #[serde(borrow, alias = "EngBlock", alias = "ChiBlock")]
    block: BlockOf<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Place<'a> {
    #[serde(borrow, alias = "StreetName", alias = "VillageName")]
    name: Loose<'a>,
    #[serde(borrow)]
    location_name: Loose<'a>,
    #[serde(borrow)]
    building_no_from: Loose<'a>,
    #[serde(borrow)]
    building_no_to: Loose<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Estate<'a> {
    #[serde(borrow)]
    estate_name: Loose<'a>,
    #[serde(borrow, alias = "EngPhase", alias = "ChiPhase")]
    phase: PhaseOf<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PhaseOf<'a> {
    #[serde(borrow)]
    phase_name: Loose<'a>,
    #[serde(borrow)]
    phase_no: Loose<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct BlockOf<'a> {
    #[serde(rename = "BlockDescriptor", borrow)]
    descriptor: Loose<'a>,
    #[serde(rename = "BlockNo", borrow)]
    number: Loose<'a>,
    #[serde(rename = "BlockDescriptorPrecedenceIndicator", borrow)]
    descriptor_first: Loose<'a>,
}

impl Properties<'_> {
    fn fields(&self) -> Fields<'_> {
        let Both { building_csu_information, eng_premises_address: en, chi_premises_address: zh } = &self.address.premises;
        Fields {
            csu_id: &building_csu_information.csu_id,
            district_en: &en.district,
            district_zh: &zh.district,
            street: [&en.street.name, &zh.street.name],
            street_no: [&en.street.building_no_from, &en.street.building_no_to],
            village: [&en.village.name, &zh.village.name],
            village_no: [&en.village.building_no_from, &en.village.building_no_to],
            locality: [en.locality(), zh.locality()],
            estate: [&en.estate.estate_name, &zh.estate.estate_name],
            phase: [&en.estate.phase.phase_name, &zh.estate.phase.phase_name],
            phase_no: &en.estate.phase.phase_no,
            building: [&en.building_name, &zh.building_name],
            block_descriptor: [&en.block.descriptor, &zh.block.descriptor],
            block_no: [&en.block.number, &zh.block.number],
            block_descriptor_first: &en.block.descriptor_first,
            easting: &self.easting,
            northing: &self.northing,
        }
    }
}

impl Side<'_> {
    fn locality(&self) -> &str {
        if self.village.location_name.is_empty() { &self.street.location_name } else { &self.village.location_name }
    }
}

/// A text that may come as a number, as null, or (the district in replies of the API) as an object of one text.
#[derive(Default)]
struct Loose<'a>(Cow<'a, str>);

impl std::ops::Deref for Loose<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Loose<'de>, E> {
        Ok(Loose(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose<'de>, E> {
        Ok(Loose(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Loose<'de>, E> {
        Ok(Loose(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Loose<'de>, E> {
        Ok(Loose(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Loose<'de>, E> {
        Ok(Loose(Cow::Owned(number.round().to_string())))
    }

    fn visit_unit<E>(self) -> Result<Loose<'de>, E> {
        Ok(Loose::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose<'de>, A::Error> {
        let first = map.next_entry::<IgnoredAny, Cow<'de, str>>()?;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose(first.map(|(_, text)| text).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::District;
    use crate::tsv::import_tsv;

    const SAMPLE: &str = include_str!("../data/als-geojson-sample.json");

    #[test]
    fn the_sample_is_read_and_agrees_with_the_table() {
        let sample = import_geojson(SAMPLE).unwrap();
        assert_eq!(sample.len(), 141);
        let table = import_tsv(crate::SAMPLE_ADDRESSES).unwrap();
        let missing: Vec<&Premises> = sample
            .iter()
            .filter(|one| !table.contains(&Premises { locality: None, ..(*one).clone() }))
            .collect();
        assert_eq!(missing, Vec::<&Premises>::new());
        assert_eq!(sample.iter().filter(|one| one.locality.is_some()).count(), 39);
    }

    #[test]
    fn the_districts_of_the_api_s_replies_are_read_too() {
        let json = SAMPLE.replace("\"EngDistrict\":\"KWUN TONG DISTRICT\"", "\"EngDistrict\":{\"DcDistrict\":\"KWUN TONG DISTRICT\"}");
        assert_ne!(json, SAMPLE);
        let premises = import_geojson(json.as_bytes()).unwrap();
        assert!(premises.iter().any(|one| one.district == District::KwunTong));
    }

    #[test]
    fn what_is_not_the_format_is_refused() {
        for json in ["", "[]", "{\"type\":\"FeatureCollection\"}", "{\"type\":\"Feature\",\"features\":[]}"] {
            assert!(matches!(import_geojson(json), Err(ImportError::Json(_))), "{json}");
        }
        assert_eq!(import_geojson("{\"type\":\"FeatureCollection\",\"features\":[]}"), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), cut in 0_usize..98_000) {
            let _ = import_geojson(&text);
            let _ = import_geojson(SAMPLE.as_bytes().get(..cut).unwrap_or_default());
        }
    }
}
