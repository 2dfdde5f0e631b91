use kernel::{Fault, Kind};
use serde::{Deserialize, Serialize};

/// A part of the program that somebody else wrote, as the trust page lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub licence: String,
}

/// A list of components that does not say what it must.
#[derive(Debug, thiserror::Error)]
pub enum ComponentsError {
    /// It is not a JSON list of name, version and licence.
    #[error("the list of components is not a JSON list of name, version and licence: {0}")]
    Form(#[from] serde_json::Error),
    /// A component has no licence.
    #[error("the component {0} has no licence on record")]
    NoLicence(String),
}

impl Fault for ComponentsError {
    fn kind(&self) -> Kind {
        Kind::Broken
    }
}

/// Reads the committed list of components (made from `cargo metadata` by `xtask`), sorted by name.
pub fn parse_components(json: &str) -> Result<Vec<Component>, ComponentsError> {
    let mut components: Vec<Component> = serde_json::from_str(json)?;
    if let Some(bare) = components.iter().find(|component| component.licence.trim().is_empty()) {
        return Err(ComponentsError::NoLicence(bare.name.clone()));
    }
    components.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(components)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_have_a_licence_and_are_sorted() {
        let json = r#"[{"name": "serde", "version": "1.0.2", "licence": "MIT OR Apache-2.0"},
                       {"name": "axum", "version": "0.8.1", "licence": "MIT"}]"#;
        let names: Vec<_> = parse_components(json).unwrap().into_iter().map(|component| component.name).collect();
        assert_eq!(names, ["axum", "serde"]);
        let bare = parse_components(r#"[{"name": "mystery", "version": "1.0.0", "licence": ""}]"#);
        assert!(matches!(bare, Err(ComponentsError::NoLicence(name)) if name == "mystery"));
        assert!(parse_components("{}").is_err());
    }
}
