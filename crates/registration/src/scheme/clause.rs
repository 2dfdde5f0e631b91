use std::fmt;

use kernel::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The wording of one part of the statement: the usual one of the library, or the department's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clause {
    /// `clause = "usual"`.
    Usual,
    /// `clause = { en = "…", zh-hant = "…", zh-hans = "…" }`; may use the same placeholders as the usual clauses.
    Own(Text),
}

impl Serialize for Clause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Usual => serializer.serialize_str("usual"),
            Self::Own(text) => text.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Clause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> de::Visitor<'de> for Reader {
    type Value = Clause;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"usual\", or a text in en, zh-hant and zh-hans")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Clause, E> {
        match word {
            "usual" => Ok(Clause::Usual),
            other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
        }
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Clause, A::Error> {
        Text::deserialize(de::value::MapAccessDeserializer::new(map)).map(Clause::Own)
    }
}
