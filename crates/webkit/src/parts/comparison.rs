use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::part;

/// Pictures side by side, to be compared by eye: each in a window of its own that scrolls, larger on demand. It works without a
/// script, and the pictures are part of the page, so that nothing of them has an address.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// The pictures.
    pub pictures: Vec<ComparedPicture>,
    /// The question how large they are shown.
    pub zoom: String,
    /// What the steps are called: as wide as the window, twice, four times.
    pub steps: [String; 3],
}

/// A picture that is compared.
#[derive(Clone, Debug, Default)]
pub struct ComparedPicture {
    /// What it is.
    pub title: String,
    /// What a measurement of its pixels says, in words.
    pub facts: Vec<String>,
    /// The file: JPEG, PNG or WebP.
    pub bytes: Vec<u8>,
}

impl ComparedPicture {
    fn source(&self) -> String {
        let kind = match self.bytes.get(..4) {
            Some(b"\x89PNG") => "image/png",
            Some(b"RIFF") => "image/webp",
            _ => "image/jpeg",
        };
        format!("data:{kind};base64,{}", STANDARD.encode(&self.bytes))
    }
}

impl Comparison {
    /// The steps with what the style sheet knows them by.
    fn choices(&self) -> impl Iterator<Item = (&'static str, &String)> {
        ["1", "2", "4"].into_iter().zip(&self.steps)
    }
}

part!(Comparison, "parts/comparison.html", without words);
