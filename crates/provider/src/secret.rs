use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Random, Secret};

/// Something that opens a door for whoever shows it: 256 random bits, known to us by their hash alone.
#[derive(Clone)]
pub(crate) struct Opener {
    pub(crate) text: Secret<String>,
    pub(crate) tag: [u8; 32],
}

impl Opener {
    pub(crate) fn make(random: &dyn Random) -> Self {
        let text = URL_SAFE_NO_PAD.encode(random.bytes32());
        let tag = tag(&text);
        Self { text: Secret::new(text), tag }
    }
}

/// What is stored of it.
pub(crate) fn tag(text: &str) -> [u8; 32] {
    seal::sha256(&[text.as_bytes()])
}
