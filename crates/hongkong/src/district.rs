use std::fmt;

use kernel::{Language, Text};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// One of the eighteen districts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum District {
    CentralAndWestern,
    WanChai,
    Eastern,
    Southern,
    YauTsimMong,
    ShamShuiPo,
    KowloonCity,
    WongTaiSin,
    KwunTong,
    KwaiTsing,
    TsuenWan,
    TuenMun,
    YuenLong,
    North,
    TaiPo,
    ShaTin,
    SaiKung,
    Islands,
}

/// One of the three regions that postal addresses name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Region {
    HongKong,
    Kowloon,
    NewTerritories,
}

impl District {
    /// All eighteen, in the Government's order.
    pub const ALL: [Self; 18] = [
        Self::CentralAndWestern,
        Self::WanChai,
        Self::Eastern,
        Self::Southern,
        Self::YauTsimMong,
        Self::ShamShuiPo,
        Self::KowloonCity,
        Self::WongTaiSin,
        Self::KwunTong,
        Self::KwaiTsing,
        Self::TsuenWan,
        Self::TuenMun,
        Self::YuenLong,
        Self::North,
        Self::TaiPo,
        Self::ShaTin,
        Self::SaiKung,
        Self::Islands,
    ];

    /// The code of the Address Lookup Service: `CW`, `WC`, `EST`…
    pub const fn code(self) -> &'static str {
        self.row().0
    }

    /// `Kwun Tong District`, `觀塘區`, `观塘区`.
    pub const fn name(self, language: Language) -> &'static str {
        let (_, english, traditional, simplified) = self.row();
        match language {
            Language::En => english,
            Language::ZhHant => traditional,
            Language::ZhHans => simplified,
        }
    }

    /// The name in all three languages.
    pub fn text(self) -> Text {
        let (_, english, traditional, simplified) = self.row();
        Text::new(english, traditional, simplified)
    }

    /// The region it lies in.
    pub const fn region(self) -> Region {
        match self {
            Self::CentralAndWestern | Self::WanChai | Self::Eastern | Self::Southern => Region::HongKong,
            Self::YauTsimMong | Self::ShamShuiPo | Self::KowloonCity | Self::WongTaiSin | Self::KwunTong => Region::Kowloon,
            _ => Region::NewTerritories,
        }
    }

    /// The district with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|district| district.code() == code)
    }

    /// The district by a name in any language and case, as the Address Lookup Service spells it: `KWUN TONG DISTRICT`, `觀塘區`.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL.into_iter().find(|district| {
            let (_, english, traditional, simplified) = district.row();
            english.eq_ignore_ascii_case(name) || traditional == name || simplified == name
        })
    }

    /// Code, English, Traditional Chinese, Simplified Chinese; a test holds it against `districts.tsv`.
    const fn row(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::CentralAndWestern => ("CW", "Central and Western District", "中西區", "中西区"),
            Self::WanChai => ("WC", "Wan Chai District", "灣仔區", "湾仔区"),
            Self::Eastern => ("EST", "Eastern District", "東區", "东区"),
            Self::Southern => ("STH", "Southern District", "南區", "南区"),
            Self::YauTsimMong => ("YTM", "Yau Tsim Mong District", "油尖旺區", "油尖旺区"),
            Self::ShamShuiPo => ("SSP", "Sham Shui Po District", "深水埗區", "深水埗区"),
            Self::KowloonCity => ("KLC", "Kowloon City District", "九龍城區", "九龙城区"),
            Self::WongTaiSin => ("WTS", "Wong Tai Sin District", "黃大仙區", "黄大仙区"),
            Self::KwunTong => ("KT", "Kwun Tong District", "觀塘區", "观塘区"),
            Self::KwaiTsing => ("KC", "Kwai Tsing District", "葵青區", "葵青区"),
            Self::TsuenWan => ("TW", "Tsuen Wan District", "荃灣區", "荃湾区"),
            Self::TuenMun => ("TM", "Tuen Mun District", "屯門區", "屯门区"),
            Self::YuenLong => ("YL", "Yuen Long District", "元朗區", "元朗区"),
            Self::North => ("NTH", "North District", "北區", "北区"),
            Self::TaiPo => ("TP", "Tai Po District", "大埔區", "大埔区"),
            Self::ShaTin => ("ST", "Sha Tin District", "沙田區", "沙田区"),
            Self::SaiKung => ("SK", "Sai Kung District", "西貢區", "西贡区"),
            Self::Islands => ("ILD", "Islands District", "離島區", "离岛区"),
        }
    }
}

/// The code, as in files and URLs.
impl fmt::Display for District {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for District {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for District {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| de::Error::custom("not the code of a district"))
    }
}

impl Region {
    /// All three.
    pub const ALL: [Self; 3] = [Self::HongKong, Self::Kowloon, Self::NewTerritories];

    /// `HK`, `KLN`, `NT`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::HongKong => "HK",
            Self::Kowloon => "KLN",
            Self::NewTerritories => "NT",
        }
    }

    /// The region with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.code() == code)
    }

    /// `Kowloon`, `九龍`, `九龙`.
    pub const fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::HongKong, Language::En) => "Hong Kong",
            (Self::HongKong, _) => "香港",
            (Self::Kowloon, Language::En) => "Kowloon",
            (Self::Kowloon, Language::ZhHant) => "九龍",
            (Self::Kowloon, Language::ZhHans) => "九龙",
            (Self::NewTerritories, Language::En) => "New Territories",
            (Self::NewTerritories, _) => "新界",
        }
    }

    /// The districts in it.
    pub fn districts(self) -> impl Iterator<Item = District> {
        District::ALL.into_iter().filter(move |district| district.region() == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_code_agree() {
        let lines: Vec<&str> = include_str!("../data/districts.tsv").lines().skip(1).collect();
        assert_eq!(lines.len(), District::ALL.len());
        for (line, district) in lines.into_iter().zip(District::ALL) {
            let region = district.region();
            let [en, traditional, simplified] = Language::ALL.map(|language| district.name(language));
            let (region_en, region_zh) = (region.name(Language::En), region.name(Language::ZhHant));
            let geojson = en.to_ascii_uppercase();
            let expected = [district.code(), region.code(), region_en, region_zh, en, traditional, simplified, &geojson].join("\t");
            assert_eq!(line, expected);
            assert_eq!(District::from_code(district.code()), Some(district));
            assert_eq!(District::from_name(&geojson), Some(district));
            assert_eq!(District::from_name(simplified), Some(district));
        }
    }

    #[test]
    fn a_district_travels_as_its_code() {
        let json = serde_json::to_string(&District::KwunTong).unwrap();
        assert_eq!(json, "\"KT\"");
        assert_eq!(serde_json::from_str::<District>(&json).unwrap(), District::KwunTong);
        assert!(serde_json::from_str::<District>("\"XX\"").is_err());
        assert_eq!(Region::Kowloon.districts().count(), 5);
    }
}
