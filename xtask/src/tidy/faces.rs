//! No biometric capability exists in the product (promise 10): the app this project answers shipped one it never needed,
//! inside a ready-made scanner.

use super::finding::Finding;
use super::repository::{File, Repository};

const TERMS: &[&str] = &[
    "facedetector",
    "face-api",
    "faceapi",
    "face_detection",
    "facedetection",
    "facelandmark",
    "facemesh",
    "facenet",
    "blazeface",
    "vision.face",
    "vision/face",
    "mediapipe",
    "biometricprompt",
    "faceidentification",
    "fingerprintmanager",
];

const LIBRARIES: &[&str] = &["rustface", "opencv", "dlib-face-recognition", "mediapipe"];

/// Looks into everything a browser is given, vendored or not, and at the libraries in the lock file.
pub fn check(repository: &Repository) -> Vec<Finding> {
    let shipped = repository.files.iter().filter(|file| is_shipped(file));
    let in_assets = shipped.flat_map(|file| {
        let text = String::from_utf8_lossy(&file.bytes).to_lowercase();
        let held = TERMS.iter().filter(move |term| text.contains(**term));
        held.map(|term| {
            Finding::new(
                &file.path,
                0,
                "biometrics",
                format!("holds `{term}`: take a build without it"),
            )
        })
    });
    let lock = repository
        .file("Cargo.lock")
        .and_then(File::text)
        .unwrap_or_default();
    let in_lock = (1..).zip(lock.lines()).filter(|(_, line)| {
        line.strip_prefix("name = ")
            .is_some_and(|name| LIBRARIES.contains(&name.trim_matches('"')))
    });
    let in_lock = in_lock.map(|(number, line)| {
        Finding::new(
            "Cargo.lock",
            number,
            "biometrics",
            format!("{line}: no biometric library"),
        )
    });
    in_assets.chain(in_lock).collect()
}

/// `webtest` is never shipped.
fn is_shipped(file: &File) -> bool {
    let for_browsers = file.has_extension(&["js", "mjs", "wasm", "html", "css", "json"]);
    file.house().is_some_and(|house| house != "webtest")
        && (for_browsers || file.path.contains("/assets/"))
}

#[cfg(test)]
mod tests {
    use super::super::finding::found;
    use super::check;

    #[test]
    fn a_face_in_an_asset_is_found() {
        assert_eq!(
            found(
                check,
                &[("crates/webkit/assets/scan.js", "new FaceDetector()")]
            ),
            ["0: biometrics"]
        );
        assert_eq!(
            found(
                check,
                &[("crates/a/assets/vendor/b.wasm", "\0vision/face\0")]
            ),
            ["0: biometrics"]
        );
        assert_eq!(
            found(
                check,
                &[("Cargo.lock", "[[package]]\nname = \"rustface\"\n")]
            ),
            ["2: biometrics"]
        );
        assert_eq!(
            found(check, &[("crates/webkit/assets/a.css", "@font-face { }")]),
            Vec::<String>::new()
        );
    }
}
