//! What can make a document show something else tomorrow, or elsewhere, than it shows today.

use super::PdfError;
use super::object::{Dict, Object};
use super::reader::Pdf;

/// Names of dictionaries' entries that act, and what they are.
const ENTRIES: [(&str, &str); 5] = [
    ("JavaScript", "a program"),
    ("JS", "a program"),
    ("XFA", "a form that programs draw"),
    ("AA", "something that acts by itself"),
    ("OCProperties", "layers that can be switched off"),
];
/// Kinds of actions that reach outside or change fields.
const ACTIONS: [&str; 6] = ["JavaScript", "Launch", "ImportData", "SubmitForm", "ResetForm", "Hide"];

/// Refuses a document that can change what it shows.
pub fn refuse(pdf: &Pdf<'_>) -> Result<(), PdfError> {
    for number in pdf.numbers() {
        look(&pdf.object(number)?)?;
    }
    Ok(())
}

fn look(object: &Object) -> Result<(), PdfError> {
    match object {
        Object::Array(items) => items.iter().try_for_each(look),
        Object::Dict(dict) | Object::Stream(dict, _) => look_into(dict),
        _ => Ok(()),
    }
}

fn look_into(dict: &Dict) -> Result<(), PdfError> {
    if let Some((_, what)) = ENTRIES.iter().find(|(name, _)| dict.get(name).is_some()) {
        return Err(PdfError::Active(what));
    }
    if ACTIONS.iter().any(|kind| dict.is("S", kind)) {
        return Err(PdfError::Active("an action"));
    }
    // A picture or a page that stands in another file (7.11): what is there is not signed.
    if matches!(dict.get("F"), Some(Object::Text(_) | Object::Dict(_))) && (dict.get("Ref").is_some() || dict.get("Length").is_some()) {
        return Err(PdfError::Active("a part that stands elsewhere"));
    }
    dict.0.iter().try_for_each(|(_, value)| look(value))
}
