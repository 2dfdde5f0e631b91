use std::fmt;

use kernel::{Random, Secret, to_hex};
use region::LockGuard;
use zeroize::Zeroize;

use crate::{AfterCommit, SealError, aead};

/// Pages of this size or smaller: the key shares its page with nothing else, so locking and unlocking it touches nothing else.
const PAGE: usize = 4096;

#[repr(align(4096))]
struct Page([u8; PAGE]);

/// A key that is written nowhere. It stands in a page of memory that is never swapped out (`mlock`), alone there; dropping it
/// overwrites it, and with it dies whatever it sealed. A crash is the same as dropping it. What it seals may lie in files: it is
/// worth nothing without this process.
pub struct OneTimeKey {
    id: [u8; 16],
    // The page is overwritten (`Drop`) before it is unlocked: fields are dropped after that.
    page: Box<Page>,
    _locked: LockGuard,
}

impl OneTimeKey {
    /// Makes a key. Fails when the system does not let another page be locked: then nothing is taken that would need it.
    pub fn new(random: &dyn Random) -> Result<Self, SealError> {
        let mut page = Box::new(Page([0; PAGE]));
        let locked = region::lock(page.0.as_ptr(), PAGE).map_err(|_| SealError::Unlocked)?;
        let mut id = [0; 16];
        random.fill(&mut id);
        random.fill(page.0.first_chunk_mut::<32>().ok_or(SealError::Unlocked)?);
        Ok(Self { id, page, _locked: locked })
    }

    /// A name for the key that says nothing about it.
    pub const fn id(&self) -> [u8; 16] {
        self.id
    }

    /// Seals a value; it opens under the same label only.
    pub fn seal(&self, label: &str, plaintext: &[u8], random: &dyn Random) -> Result<Vec<u8>, SealError> {
        let mut out = Vec::with_capacity(plaintext.len() + aead::OVERHEAD);
        aead::seal_into(&mut out, self.bytes()?, &self.about(label), plaintext, random)?;
        Ok(out)
    }

    /// Opens a value, once its opening is on record.
    pub fn open(&self, label: &str, sealed: &[u8], _proof: &AfterCommit) -> Result<Secret<Vec<u8>>, SealError> {
        let mut plain = aead::open(self.bytes()?, &self.about(label), sealed)?;
        Ok(Secret::new(std::mem::take(&mut *plain)))
    }

    fn bytes(&self) -> Result<&[u8; 32], SealError> {
        self.page.0.first_chunk().ok_or(SealError::Unlocked)
    }

    fn about(&self, label: &str) -> Vec<u8> {
        [b"lionrock one-time key v1 ".as_slice(), &self.id, label.as_bytes()].concat()
    }
}

impl fmt::Debug for OneTimeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OneTimeKey({})", to_hex(&self.id))
    }
}

impl Drop for OneTimeKey {
    fn drop(&mut self) {
        self.page.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::Seeded;

    const PROOF: AfterCommit = AfterCommit::vouched_by_journal();

    #[test]
    fn it_opens_what_it_sealed_under_the_same_label_and_no_other_key_does() {
        let random = Seeded::new(9);
        let (key, other) = (OneTimeKey::new(&random).unwrap(), OneTimeKey::new(&random).unwrap());
        let sealed = key.seal("document", b"a picture", &random).unwrap();
        assert_eq!(key.open("document", &sealed, &PROOF).unwrap().expose(), b"a picture");
        assert!(key.open("selfie", &sealed, &PROOF).is_err());
        assert!(other.open("document", &sealed, &PROOF).is_err());
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(key.open("document", &altered, &PROOF).is_err(), "{at}");
        }
        assert!(!format!("{key:?}").contains(&to_hex(key.bytes().unwrap())));
    }

    /// What the kernel says of the mapping in which the key stands.
    fn locked_kib(address: usize) -> u64 {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut within = false;
        for line in maps.lines() {
            if let Some((range, _)) = line.split_once(' ').filter(|(range, _)| range.contains('-')) {
                let (from, to) = range.split_once('-').unwrap();
                let number = |text| usize::from_str_radix(text, 16).unwrap();
                within = (number(from)..number(to)).contains(&address);
            } else if let Some(kib) = line.strip_prefix("Locked:").filter(|_| within) {
                return kib.trim().trim_end_matches(" kB").parse().unwrap();
            }
        }
        0
    }

    #[test]
    fn it_stands_in_a_page_of_its_own_that_is_never_swapped_out() {
        let key = OneTimeKey::new(&Seeded::new(9)).unwrap();
        let address = key.page.0.as_ptr().addr();
        assert_eq!(address % PAGE, 0);
        assert!(locked_kib(address) >= 4);
        drop(key);
        assert_eq!(locked_kib(address), 0);
    }
}
