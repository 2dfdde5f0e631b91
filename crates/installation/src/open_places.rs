//! Places of keys that other accounts of the machine can read.

use std::os::unix::fs::PermissionsExt;

use crate::config::Config;

/// A line for each place of keys that is open to others, for the log of a start. A place that is not there is told of elsewhere.
pub fn open_places(config: &Config) -> Vec<String> {
    let mut places = vec![("keys", &config.keys), ("roots", &config.roots), ("log_key", &config.log_key)];
    places.extend(config.tls_key.iter().map(|path| ("tls_key", path)));
    places.extend(config.root_token_pin_file.iter().map(|path| ("root_token_pin_file", path)));
    let said = places.into_iter().filter_map(|(key, path)| {
        let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
        let closed = mode & !0o077;
        (mode & 0o007 != 0).then(|| format!("{key}: every account of this machine reaches {} (mode {mode:03o}): chmod {closed:03o}", path.display()))
    });
    said.collect()
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use super::*;

    #[test]
    fn what_others_can_read_is_named_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        for place in ["keys", "roots"] {
            fs::create_dir(path(place)).unwrap();
            fs::set_permissions(path(place), Permissions::from_mode(0o700)).unwrap();
        }
        fs::write(path("log.key"), "").unwrap();
        fs::set_permissions(path("log.key"), Permissions::from_mode(0o640)).unwrap();
        let config = Config { keys: path("keys"), roots: path("roots"), log_key: path("log.key"), tls_key: Some(path("none")), ..Config::default() };
        assert_eq!(open_places(&config), Vec::<String>::new());
        fs::set_permissions(path("roots"), Permissions::from_mode(0o755)).unwrap();
        let lines = open_places(&config);
        assert!(lines.len() == 1 && lines[0].starts_with("roots: ") && lines[0].ends_with("(mode 755): chmod 700"), "{lines:?}");
    }
}
