use kernel::Text;
use serde::{Deserialize, Serialize};

use super::{Clause, FieldKind};

/// The personal information collection statement: every part of PDPO data protection principle 1(3), each in three
/// languages. A part may be missing in a draft; a statement with a part missing does not compile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The purposes (DPP1(3)(b)(i)(A)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purposes: Option<PurposesPart>,
    /// Whether each item is obligatory or voluntary (DPP1(3)(a)(i)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<ItemsPart>,
    /// What follows from not supplying what is obligatory (DPP1(3)(a)(ii)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<ClausePart>,
    /// Classes of persons to whom the data may be transferred (DPP1(3)(b)(i)(B)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transferees: Option<ClausePart>,
    /// How long the data are kept and what then becomes of them (DPP2(2), DPP5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<ClausePart>,
    /// The right to request access and correction (DPP1(3)(b)(ii)(A)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<ClausePart>,
    /// Who handles such requests (DPP1(3)(b)(ii)(B)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<OfficerPart>,
}

/// A part that is only words (and lists that are derived from the fields).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClausePart {
    /// The wording.
    pub clause: Clause,
}

/// The purposes that the statement names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurposesPart {
    /// Their ids; every purpose of a field must stand here.
    pub names: Vec<String>,
    /// The wording above the list.
    pub clause: Clause,
}

/// Which items are obligatory and which voluntary, as told to the resident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemsPart {
    /// One mark for each field, which must agree with the field.
    pub marks: Vec<Item>,
    /// The wording above the list.
    pub clause: Clause,
}

/// One item's mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The item.
    pub field: FieldKind,
    /// Whether it must be given.
    pub obligatory: bool,
}

/// Who handles requests for access and correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerPart {
    /// Post (or name) of the officer.
    pub post: Text,
    /// Postal address.
    pub address: Text,
    /// Mail address; this or the telephone must be given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mail: String,
    /// Telephone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// The wording above post and address.
    pub clause: Clause,
}
