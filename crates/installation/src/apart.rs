//! Directories that must not lie in each other: whoever copies, backs up or publishes one must not take another along.

use std::path::{Component, Path, PathBuf};

/// Whether one of two directories is the other or lies in it, wherever symbolic links and `..` lead.
pub fn nested(one: &Path, other: &Path) -> bool {
    let (one, other) = (resolved(one), resolved(other));
    one.starts_with(&other) || other.starts_with(&one)
}

/// Where a path leads. What does not exist yet is taken by its name, below the nearest directory that does.
fn resolved(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut rest: Vec<Component<'_>> = Vec::new();
    let mut there = whole.components();
    let mut real = loop {
        match there.as_path().canonicalize() {
            Ok(real) => break real,
            Err(_) => match there.next_back() {
                Some(part) => rest.push(part),
                None => break PathBuf::new(),
            },
        }
    };
    for part in rest.iter().rev() {
        if *part == Component::ParentDir {
            real.pop();
        } else {
            real.push(part);
        }
    }
    // Out of a directory that is still to be made, the way may lead to a link that is there already.
    if rest.contains(&Component::ParentDir) { resolved(&real) } else { real }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::create_dir_all;
    use std::os::unix::fs::symlink;

    #[test]
    fn inside_is_inside_whatever_the_way() {
        let home = tempfile::tempdir().unwrap();
        let at = |path: &str| home.path().join(path);
        create_dir_all(at("stores/deep")).unwrap();
        create_dir_all(at("keys")).unwrap();
        symlink(at("stores/deep"), at("link")).unwrap();
        assert!(!nested(&at("stores"), &at("keys")));
        assert!(!nested(&at("stores"), &at("stores-2")), "a name that begins alike is another directory");
        assert!(nested(&at("stores"), &at("stores")));
        assert!(nested(&at("stores"), &at("stores/new")) && nested(&at("stores/new"), &at("stores")));
        assert!(nested(&at("stores"), &at("link/new/roots")), "by a link");
        assert!(nested(&at("stores"), &at("link/../keys")), "by a link and out of where it leads");
        assert!(!nested(&at("stores"), &at("stores/../keys")));
        assert!(nested(&at("stores"), &at("nowhere/../stores/keys")));
        assert!(nested(Path::new("data/keys"), &std::env::current_dir().unwrap().join("data/keys/roots")));
    }
}
