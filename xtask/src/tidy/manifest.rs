//! The few lines of TOML that our manifests use: sections, and the names of dependencies.

use super::repository::{File, Repository};

/// A dependency as a manifest names it.
pub struct Dependency {
    /// The package's name, with `-` as `_`.
    pub name: String,
    pub line: usize,
    pub for_tests: bool,
}

/// The manifests of the house, each with its crate's name.
pub fn manifests(repository: &Repository) -> impl Iterator<Item = (&str, &File)> {
    let files = repository
        .files
        .iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"));
    files
        .filter_map(|file| Some((file.house()?, file)))
        .filter(|(house, file)| is_own(house, &file.path))
}

/// All dependencies of a manifest: `a = …`, `a.workspace = true`, `[dependencies.a]`, of any target.
pub fn dependencies(manifest: &File) -> Vec<Dependency> {
    let (mut section, mut found) = (String::new(), Vec::new());
    for (line, text) in (1..).zip(manifest.text().unwrap_or_default().lines()) {
        let text = text.trim();
        if let Some(header) = text.strip_prefix('[') {
            header.trim_end_matches(']').clone_into(&mut section);
            if let Some((kind, name)) = section.split_once("dependencies.") {
                found.push(dependency(name, line, kind));
            }
        } else if let (Some(kind), Some((key, value))) =
            (section.strip_suffix("dependencies"), text.split_once('='))
        {
            let renamed = value
                .split_once("package")
                .and_then(|(_, rest)| rest.split('"').nth(1));
            let key = key.split('.').next().unwrap_or_default();
            found.push(dependency(renamed.unwrap_or(key), line, kind));
        }
    }
    found.retain(|dependency| !dependency.name.is_empty() && !dependency.name.starts_with('#'));
    found
}

/// The line of a section, when the manifest has it.
pub fn section(manifest: &File, name: &str) -> Option<usize> {
    let header = format!("[{name}]");
    manifest
        .text()?
        .lines()
        .position(|line| line.trim() == header)
        .map(|at| at + 1)
}

fn dependency(name: &str, line: usize, kind: &str) -> Dependency {
    let name = name.trim().trim_matches('"').replace('-', "_");
    Dependency {
        name,
        line,
        for_tests: kind.ends_with("dev-"),
    }
}

fn is_own(house: &str, path: &str) -> bool {
    path == format!("crates/{house}/Cargo.toml") || path == "xtask/Cargo.toml"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_naming_a_dependency_is_read() {
        let text = "[package]\nname = \"x\"\n[dependencies]\na.workspace = true\nb = { version = \"1\" }\n# c = 1\n\
            d = { package = \"real-name\", version = \"1\" }\n[dev-dependencies.e]\nversion = \"1\"\n\
            [target.'cfg(unix)'.dev-dependencies]\nf-g = \"1\"\n[features]\nh = []\n";
        let repository = Repository::of(&[("crates/x/Cargo.toml", text)]);
        let file = repository.file("crates/x/Cargo.toml").unwrap();
        let found: Vec<(String, bool)> = dependencies(file)
            .into_iter()
            .map(|d| (d.name, d.for_tests))
            .collect();
        let expected = [
            ("a", false),
            ("b", false),
            ("real_name", false),
            ("e", true),
            ("f_g", true),
        ];
        assert_eq!(found, expected.map(|(name, test)| (name.to_owned(), test)));
        assert_eq!(
            (section(file, "features"), section(file, "lib")),
            (Some(12), None)
        );
    }
}
