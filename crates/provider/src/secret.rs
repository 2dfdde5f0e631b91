use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Instant, Random, Secret};

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

    /// As [`Opener::make`], with the second in which it is made before the random bits. What is made together then stands together
    /// in an index, where bare hashes would write to a page of the store each. Only for what tells its holder nothing new by that.
    pub(crate) fn make_dated(random: &dyn Random, now: Instant) -> Self {
        let second = u32::try_from(now.millis() / 1000).unwrap_or(u32::MAX).to_be_bytes();
        let text = URL_SAFE_NO_PAD.encode([&second[..], &random.bytes32()].concat());
        let tag = dated_tag(&text);
        Self { text: Secret::new(text), tag }
    }
}

/// Length in bytes of what [`Opener::make_dated`] makes: a second and 256 random bits.
const DATED: usize = 4 + 32;

/// What is stored of it.
pub(crate) fn tag(text: &str) -> [u8; 32] {
    seal::sha256(&[text.as_bytes()])
}

/// What is stored of something dated: its second, and 224 bits of its hash. Of anything else, such as what was made before these
/// were dated, the whole hash.
pub(crate) fn dated_tag(text: &str) -> [u8; 32] {
    let hash = tag(text);
    let Some(second) = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == DATED).and_then(|bytes| bytes.first_chunk::<4>().copied()) else {
        return hash;
    };
    let mut dated = hash;
    dated[..4].copy_from_slice(&second);
    dated
}

#[cfg(test)]
mod tests {
    use testkit::SeededRandom;

    use super::*;

    #[test]
    fn what_is_made_later_stands_later_and_is_found_by_its_text_alone() {
        let (random, begun) = (SeededRandom::new(7), Instant::from_millis(1_600_000_000_000));
        let made: Vec<_> = (0..1000_i64).map(|second| Opener::make_dated(&random, begun.plus_secs(second))).collect();
        assert!(made.is_sorted_by(|earlier, later| earlier.tag < later.tag));
        for opener in &made {
            assert_eq!(dated_tag(opener.text.expose()), opener.tag);
            assert_ne!(tag(opener.text.expose()), opener.tag);
            assert_eq!(opener.tag[4..], tag(opener.text.expose())[4..], "but for its second it is a hash");
        }
        let twins = [begun; 2].map(|now| Opener::make_dated(&random, now));
        assert_ne!(twins[0].tag, twins[1].tag, "one second, two tokens");
    }

    #[test]
    fn what_is_not_dated_has_its_hash() {
        let bare = Opener::make(&SeededRandom::new(7));
        assert_eq!(dated_tag(bare.text.expose()), bare.tag);
        for text in ["", "no base64 !", "AAAA", &"A".repeat(47), &"A".repeat(64)] {
            assert_eq!(dated_tag(text), tag(text), "{text:?}");
        }
    }
}
