//! The document by which somebody is known who has no way in: its kind, its number and the day on which it was issued. Whoever has
//! only seen or heard a number does not know the day. Kept as a blind index, never in clear.

use std::fmt;

use hongkong::{DateOfBirth, IdNumber};
use kernel::{Day, Environment};
use seal::Keyring;

/// What kind of document somebody holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// A Hong Kong identity card.
    IdentityCard,
    /// A certificate of exemption from holding one.
    ExemptionCertificate,
    /// A passport or another travel document.
    TravelDocument,
}

impl DocumentKind {
    /// All of them, in the order in which people are shown them.
    pub const ALL: [Self; 3] = [Self::IdentityCard, Self::ExemptionCertificate, Self::TravelDocument];

    /// Its name in forms and under the index.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdentityCard => "identity-card",
            Self::ExemptionCertificate => "exemption-certificate",
            Self::TravelDocument => "travel-document",
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// A document as it was typed, in the one form in which it is compared.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    kind: DocumentKind,
    number: String,
    issued: Day,
}

impl fmt::Debug for Document {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Document({})", self.kind.name())
    }
}

/// A document as it came from a form.
#[derive(Clone, Copy, Debug, Default)]
pub struct TypedDocument<'a> {
    /// The name of its kind.
    pub kind: &'a str,
    /// Its number.
    pub number: &'a str,
    /// Day, month and year of issue.
    pub issued: [&'a str; 3],
}

/// What is wrong with a document, by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DocumentFlaw {
    /// No kind was chosen.
    Kind,
    /// The number is none of that kind.
    Number,
    /// The number could be a real person's, and this is no live system.
    RealNumber,
    /// The date of issue is none, or in the future.
    Issued,
}

/// Lengths of the numbers of other documents (ICAO 9303: nine, longer ones exist), letters and digits.
const NUMBER_LEAST: usize = 5;
const NUMBER_MOST: usize = 20;
/// Outside a live system a number begins with one of these, as no identity card does.
const SYNTHETIC: [char; 4] = ['Q', 'U', 'I', 'O'];

impl Document {
    /// Reads a form; everything that is wrong is named at once.
    pub fn parse(typed: &TypedDocument<'_>, today: Day, environment: Environment) -> Result<Self, Vec<DocumentFlaw>> {
        let kind = DocumentKind::from_name(typed.kind);
        let numbered = match kind {
            Some(DocumentKind::TravelDocument | DocumentKind::ExemptionCertificate) => other_number(typed.number),
            _ => card_number(typed.number),
        };
        let [day, month, year] = typed.issued;
        let issued = DateOfBirth::parse(day, month, year, today).ok().map(Day::from);
        let synthetic = numbered.as_ref().is_some_and(|(_, synthetic)| *synthetic);
        let (only, card) = (environment.synthetic_only(), kind == Some(DocumentKind::IdentityCard));
        let flaws = [
            (kind.is_none(), DocumentFlaw::Kind),
            (numbered.is_none() || card && synthetic && !only, DocumentFlaw::Number),
            (numbered.is_some() && !synthetic && only, DocumentFlaw::RealNumber),
            (issued.is_none(), DocumentFlaw::Issued),
        ];
        let flaws: Vec<_> = flaws.into_iter().filter_map(|(wrong, flaw)| wrong.then_some(flaw)).collect();
        match (kind, numbered, issued) {
            (Some(kind), Some((number, _)), Some(issued)) if flaws.is_empty() => Ok(Self { kind, number, issued }),
            _ => Err(flaws),
        }
    }

    /// Its kind.
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// Its number: of an identity card without the check digit, as [`IdNumber::number`] gives it.
    pub fn number(&self) -> &str {
        &self.number
    }
}

/// The blind index of a document: kind, number and date of issue together, so that a number alone finds nothing.
pub(crate) fn document_tag(keys: &Keyring, document: &Document) -> [u8; 32] {
    let Document { kind, number, issued } = document;
    keys.prf("account-document", format!("{}:{number}:{issued}", kind.name()).as_bytes())
}

/// A number, and whether it belongs to nobody.
fn card_number(typed: &str) -> Option<(String, bool)> {
    let number = IdNumber::parse(typed).ok()?;
    Some((number.number().to_owned(), number.is_synthetic()))
}

fn other_number(typed: &str) -> Option<(String, bool)> {
    let plain: String = hongkong::half_width(typed).to_ascii_uppercase().split([' ', '-', '.', '(', ')']).collect();
    let length = (NUMBER_LEAST..=NUMBER_MOST).contains(&plain.len());
    let synthetic = plain.starts_with(SYNTHETIC);
    (length && plain.chars().all(|letter| letter.is_ascii_alphanumeric())).then_some((plain, synthetic))
}

#[cfg(test)]
mod tests {
    use kernel::Instant;
    use testkit::SeededRandom;

    use super::*;

    const TYPED: TypedDocument<'_> = TypedDocument { kind: "identity-card", number: "Q123456(8)", issued: ["1", "6", "2019"] };

    fn read(typed: TypedDocument<'_>) -> Result<Document, Vec<DocumentFlaw>> {
        Document::parse(&typed, Day::from_civil(2022, 1, 2).unwrap(), Environment::Demo)
    }

    fn card(number: &str) -> String {
        IdNumber::from_number(number).unwrap().formatted()
    }

    #[test]
    fn one_document_is_one_however_it_is_typed() {
        let number = card("Q123456");
        let plain = read(TypedDocument { number: &number, ..TYPED }).unwrap();
        let wide = number.to_lowercase().replace("123", "１２３").replace('(', " （").replace(')', "）");
        assert!(plain == read(TypedDocument { number: &wide, issued: ["０1", "June", "2019年"], ..TYPED }).unwrap());
        assert_eq!((plain.kind(), plain.number()), (DocumentKind::IdentityCard, "Q123456"));
        let kind = "travel-document";
        let travel = read(TypedDocument { kind, number: "q 12-3456x", ..TYPED }).unwrap();
        assert_eq!(travel.number(), "Q123456X");
    }

    #[test]
    fn what_is_wrong_is_named_at_once() {
        let nothing = TypedDocument::default();
        assert_eq!(read(nothing), Err(vec![DocumentFlaw::Kind, DocumentFlaw::Number, DocumentFlaw::Issued]));
        let real = card("A123456");
        assert_eq!(read(TypedDocument { number: &real, ..TYPED }), Err(vec![DocumentFlaw::RealNumber]));
        let number = card("Q123456");
        let future = ["3", "1", "2022"];
        assert_eq!(read(TypedDocument { number: &number, issued: future, ..TYPED }), Err(vec![DocumentFlaw::Issued]));
        let kind = "travel-document";
        for number in ["Q123", "Q12345678901234567890", "Q1234567é"] {
            assert_eq!(read(TypedDocument { kind, number, ..TYPED }), Err(vec![DocumentFlaw::Number]), "{number}");
        }
    }

    #[test]
    fn each_part_counts_in_the_index() {
        let keys = Keyring::in_memory("identity", Instant::from_millis(0).day(), std::sync::Arc::new(SeededRandom::new(1)));
        let (number, other) = (card("Q123456"), card("Q123457"));
        let one = TypedDocument { number: &number, ..TYPED };
        let all = [
            one,
            TypedDocument { number: &other, ..one },
            TypedDocument { issued: ["2", "6", "2019"], ..one },
            TypedDocument { kind: "travel-document", number: "Q123456", ..one },
        ];
        let tags = all.map(|typed| document_tag(&keys, &read(typed).unwrap()));
        let different: std::collections::BTreeSet<_> = tags.iter().collect();
        assert_eq!(different.len(), 4);
    }
}
