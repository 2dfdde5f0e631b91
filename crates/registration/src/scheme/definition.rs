use kernel::{Day, Fault, Instant, Kind, Text};
use serde::{Deserialize, Serialize};

use super::{
    Admission, Bulletins, Delivery, Eligibility, Field, HouseholdRule, Matching, Operation, PurposeRule, Statement, Statistics,
    Window,
};

/// A scheme as its department writes it: a TOML file, also edited and previewed in the staff pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The name in addresses: a letter, then letters, digits and hyphens, 3 to 40 in all.
    pub slug: String,
    /// The scheme's name.
    pub title: Text,
    /// What it offers, in a sentence or two.
    pub summary: Text,
    /// The department that collects the data.
    pub department: Text,
    /// When one can register.
    pub window: Window,
    /// Who may register.
    pub eligibility: Eligibility,
    /// How many in one registration.
    pub household: HouseholdRule,
    /// What the data are collected for.
    pub purposes: Vec<PurposeRule>,
    /// What is asked.
    pub fields: Vec<Field>,
    /// The collection statement.
    #[serde(default)]
    pub statement: Statement,
    /// The building at which field officers enter people; nothing for a scheme in which the public registers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// On what the comparison with the population register rests. Missing in a draft, or in an operation that compares nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matching: Option<Matching>,
    /// What a confirmed household receives.
    pub delivery: Delivery,
    /// How fast visitors are let in.
    pub admission: Admission,
    /// What statistics may show.
    pub statistics: Statistics,
    /// When bulletins are issued.
    pub bulletins: Bulletins,
}

/// Why a text is not a definition.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionError {
    /// It is not TOML, a key is missing or unknown, or a value has the wrong form.
    #[error("this is not a scheme definition: {0}")]
    Toml(#[from] toml::de::Error),
    /// It cannot be written as TOML.
    #[error("the definition cannot be written: {0}")]
    Write(#[from] toml::ser::Error),
}

impl Fault for DefinitionError {
    fn kind(&self) -> Kind {
        match self {
            Self::Toml(_) => Kind::Invalid,
            Self::Write(_) => Kind::Broken,
        }
    }
}

impl Definition {
    /// Reads a definition; the error names line and key.
    pub fn from_toml(text: &str) -> Result<Self, DefinitionError> {
        Ok(toml::from_str(text)?)
    }

    /// Writes it for the staff editor; reading that again gives the same definition.
    pub fn to_toml(&self) -> Result<String, DefinitionError> {
        Ok(toml::to_string_pretty(self)?)
    }

    /// The demonstration scheme, modelled on the mask registration of 2020.
    pub fn masks_2020() -> Result<Self, DefinitionError> {
        Self::from_toml(include_str!("../../schemes/masks-2020.toml"))
    }

    /// A restriction-testing declaration: one operation at one building, entered by field officers.
    pub fn restriction_testing() -> Result<Self, DefinitionError> {
        Self::from_toml(include_str!("../../schemes/restriction-testing.toml"))
    }

    /// The same scheme in another window, to the second.
    pub fn with_window(mut self, opens: Instant, closes: Instant, latest: Day) -> Self {
        let whole = |moment: Instant| moment.plus_millis(-moment.millis().rem_euclid(1000));
        self.window = Window { opens: whole(opens), closes: whole(closes), latest };
        self
    }

    /// The same scheme with another key of its courier; a scheme without a courier stays as it is.
    pub fn with_recipient(mut self, recipient: &str) -> Self {
        if let Delivery::Courier(courier) = &mut self.delivery {
            recipient.clone_into(&mut courier.recipient);
        }
        self
    }

    /// The same scheme under another name in addresses.
    pub fn with_slug(mut self, slug: &str) -> Self {
        slug.clone_into(&mut self.slug);
        self
    }
}
