use std::io::Write;
use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::failure::Failure;

/// The address of an asset: `asset("lionrock.css")` is `/assets/lionrock.0123456789abcdef.css`. The hash is of the
/// content, so browsers may keep the file for ever.
pub fn asset(name: &str) -> String {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    found.map_or_else(
        || {
            tracing::error!(name, "an asset is missing");
            format!("{PREFIX}{name}")
        },
        |asset| format!("{PREFIX}{}", asset.hashed),
    )
}

/// The text of an asset, for one that must be served at an address of its own: a service worker.
pub fn asset_bytes(name: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes)
}

pub(crate) async fn serve_asset(Path(hashed): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.hashed == hashed) else {
        return Failure::status(StatusCode::NOT_FOUND).into_response();
    };
    let accepted = headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let zipped = accepted.contains("gzip") && asset.gzip.len() < asset.bytes.len();
    let body = if zipped {
        asset.gzip.clone()
    } else {
        Bytes::from_static(asset.bytes)
    };
    let mut response = Body::from(body).into_response();
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    fields.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    fields.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if zipped {
        fields.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

pub(crate) const PREFIX: &str = "/assets/";

struct Asset {
    name: &'static str,
    hashed: String,
    kind: &'static str,
    bytes: &'static [u8],
    gzip: Bytes,
}

/// Hashed and compressed once, at first use: nothing compiled can go stale beside its source.
static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(name, bytes)| prepare(name, bytes))
        .collect()
});

const FILES: [(&str, &[u8]); 11] = [
    ("govuk.css", include_bytes!("../assets/govuk.css")),
    ("lionrock.css", include_bytes!("../assets/lionrock.css")),
    ("site.js", include_bytes!("../assets/site.js")),
    ("passkey.js", include_bytes!("../assets/passkey.js")),
    ("field.js", include_bytes!("../assets/field.js")),
    ("field-worker.js", include_bytes!("../assets/field-worker.js")),
    ("waiting.js", include_bytes!("../assets/waiting.js")),
    ("live.js", include_bytes!("../assets/live.js")),
    ("shown-code.js", include_bytes!("../assets/shown-code.js")),
    ("inspect.js", include_bytes!("../assets/inspect.js")),
    ("icon.svg", include_bytes!("../assets/icon.svg")),
];

fn prepare(name: &'static str, bytes: &'static [u8]) -> Asset {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let kind = match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let gzip = Bytes::from(compress(bytes).unwrap_or_else(|| bytes.to_vec()));
    Asset {
        name,
        hashed: format!("{stem}.{:016x}.{extension}", fnv(bytes)),
        kind,
        bytes,
        gzip,
    }
}

fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// FNV-1a, 64 bits: it only tells versions apart, so no cipher is needed.
fn fnv(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn addresses_carry_the_hash() {
        let address = asset("lionrock.css");
        assert!(
            address.starts_with("/assets/lionrock.")
                && address.strip_suffix(".css").is_some()
                && address.len() == 37,
            "{address}"
        );
        assert_eq!(
            fnv(b"a"),
            0xaf63_dc4c_8601_ec8c,
            "published vector of FNV-1a"
        );
    }

    #[test]
    fn the_vendored_sheet_is_the_one_that_was_compiled() {
        let hash = kernel::to_hex(&Sha256::digest(include_bytes!("../assets/govuk.css")));
        let recorded = include_str!("../assets/govuk.css.sha256");
        assert_eq!(
            recorded.split_whitespace().next(),
            Some(hash.as_str()),
            "make it again: see assets/README.md"
        );
    }

    #[test]
    fn assets_ask_nobody_else_and_stay_small() {
        for asset in ASSETS.iter() {
            let text = String::from_utf8(asset.bytes.to_vec()).unwrap();
            for foreign in ["url(", "@import", "//cdn", "GDS Transport", "FaceDetector"] {
                assert!(!text.contains(foreign), "{} names {foreign}", asset.name);
            }
        }
        // What field officers' pages load beside the others is theirs alone, and what shows and inspects codes, or follows an exercise,
        // as well.
        let field = ["field.js", "field-worker.js"];
        let codes = ["shown-code.js", "inspect.js"];
        let live = ["live.js"];
        let gzip = |extension: &str| -> usize {
            ASSETS
                .iter()
                .filter(|a| a.name.ends_with(extension) && !field.contains(&a.name) && !codes.contains(&a.name) && !live.contains(&a.name))
                .map(|a| a.gzip.len())
                .sum()
        };
        assert!(gzip(".js") <= 5 * 1024, "scripts: {} bytes", gzip(".js"));
        let shown: usize = ASSETS.iter().filter(|a| codes.contains(&a.name)).map(|a| a.gzip.len()).sum();
        assert!(shown <= 3 * 1024, "scripts for codes: {shown} bytes");
        let following: usize = ASSETS.iter().filter(|a| live.contains(&a.name)).map(|a| a.gzip.len()).sum();
        assert!(following <= 2 * 1024, "scripts for exercises: {following} bytes");
        let own: usize = ASSETS.iter().filter(|a| field.contains(&a.name)).map(|a| a.gzip.len()).sum();
        assert!(own <= 5 * 1024, "scripts for the field: {own} bytes");
        assert!(gzip(".css") <= 18 * 1024, "sheets: {} bytes", gzip(".css"));
    }
}
