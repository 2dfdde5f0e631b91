use std::sync::Arc;

use kernel::Language;

use crate::district::{District, Region};

/// One address of one building, as the Address Lookup Service knows it. A building may have several.
///
/// Texts are shared between records (an estate's name is held once), because a whole city stays in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Premises {
    /// The Lands Department's number of the building; several records may share it.
    pub csu_id: Box<str>,
    /// The district.
    pub district: District,
    /// Street and house numbers.
    pub street: Option<Numbered>,
    /// Village and house numbers.
    pub village: Option<Numbered>,
    /// The estate.
    pub estate: Option<Name>,
    /// The building.
    pub building: Option<Name>,
    /// The phase of the estate.
    pub phase: Option<Box<Phase>>,
    /// The block of the estate or the building.
    pub block: Option<Box<Block>>,
    /// The locality, where the source names one: `KWAI CHUNG`.
    pub locality: Option<Box<Name>>,
    /// Where it stands.
    pub grid: Option<Grid>,
}

/// A name in English and in Traditional Chinese; one of them may be empty, where the source has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Name {
    /// English, in the capitals of the source.
    pub en: Arc<str>,
    /// Traditional Chinese.
    pub zh: Arc<str>,
}

/// A street or village with the numbers of the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// The street or village.
    pub name: Name,
    /// The house number, or the first of a range: `300A`; empty where there is none.
    pub from: Arc<str>,
    /// The last of a range; empty where there is one number.
    pub to: Arc<str>,
}

/// A phase of an estate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Its name: `PHASE 1`, `LOTUS TOWER`.
    pub name: Name,
    /// Its number, where it has one.
    pub number: Arc<str>,
}

/// A block of an estate or of a building.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// `BLK`, `TOWER`, `CARPARK BLK`; `座`, `停車場`.
    pub descriptor: Name,
    /// `A`, `11-12`; empty where the descriptor says all.
    pub number: Name,
    /// In English the descriptor stands before the number ("BLK A") and not after it.
    pub descriptor_first: bool,
}

/// A point of the Hong Kong 1980 grid, in metres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Metres east.
    pub easting: u32,
    /// Metres north.
    pub northing: u32,
}

impl Premises {
    /// A key that stays the same as long as this address does, for forms and stored records: the building's number and
    /// a digest of the texts, because several addresses may share the building.
    pub fn key(&self) -> String {
        format!("{}-{:08x}", self.csu_id, self.digest())
    }

    /// The region.
    pub const fn region(&self) -> Region {
        self.district.region()
    }

    /// FNV-1a over the texts. It tells apart the few addresses of one building and proves nothing.
    pub(crate) fn digest(&self) -> u32 {
        let mut hash: u32 = 0x811c_9dc5;
        for text in self.texts() {
            for byte in text.bytes().chain([0x1f]) {
                hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            }
        }
        hash
    }

    /// Bytes that belong to this record alone.
    pub(crate) fn own_bytes(&self) -> usize {
        let boxed = self.phase.as_ref().map_or(0, |_| size_of::<Phase>())
            + self.block.as_ref().map_or(0, |_| size_of::<Block>())
            + self.locality.as_ref().map_or(0, |_| size_of::<Name>());
        size_of::<Self>() + self.csu_id.len() + boxed
    }

    /// Where the texts stand that it may share with others, and how long they are.
    pub(crate) fn shared_texts(&self) -> Vec<(*const u8, usize)> {
        self.texts().into_iter().skip(1).map(|text| (text.as_ptr(), text.len())).collect()
    }

    /// Every text that belongs to the address, in a fixed order.
    fn texts(&self) -> Vec<&str> {
        let mut texts = vec![self.district.code()];
        for numbered in [&self.street, &self.village] {
            let parts = numbered.as_ref().map(|part| [&*part.name.en, &*part.name.zh, &*part.from, &*part.to]);
            texts.extend(parts.unwrap_or_default());
        }
        for name in [self.estate.as_ref(), self.building.as_ref(), self.phase.as_ref().map(|phase| &phase.name)] {
            texts.extend(name.map(|name| [&*name.en, &*name.zh]).unwrap_or_default());
        }
        if let Some(block) = &self.block {
            texts.extend([&*block.descriptor.en, &*block.number.en, &*block.descriptor.zh, &*block.number.zh]);
            texts.push(if block.descriptor_first { "" } else { "after" });
        }
        texts.extend(self.phase.as_ref().map(|phase| &*phase.number));
        texts
    }
}

impl Name {
    /// The name in a language; Simplified Chinese uses the Traditional text of the source.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::ZhHant | Language::ZhHans => &self.zh,
        }
    }

    /// Whether the source has the name in neither language.
    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.zh.is_empty()
    }
}
