//! The plaintext of a tree file: fixed-width big-endian fields, read with a limit on everything.

use zeroize::Zeroizing;

/// Collects bytes; wiped when dropped.
pub struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    pub fn new(capacity: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(capacity)))
    }

    pub fn put(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn count(&mut self, count: usize) -> &mut Self {
        self.put(&u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes())
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        self.count(text.len()).put(text.as_bytes())
    }

    pub fn finish(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// Reads what a `Writer` wrote; nothing where the bytes end too early.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    pub fn count(&mut self) -> Option<usize> {
        self.array().map(u32::from_be_bytes).and_then(|n| usize::try_from(n).ok())
    }

    pub fn text(&mut self) -> Option<&'a str> {
        let len = self.count()?;
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    /// Bytes after their length in two bytes.
    pub fn short(&mut self) -> Option<&'a [u8]> {
        let len = self.array().map(u16::from_be_bytes)?;
        let (bytes, rest) = self.0.split_at_checked(usize::from(len))?;
        self.0 = rest;
        Some(bytes)
    }

    pub const fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub const fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}
