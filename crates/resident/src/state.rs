use std::sync::Arc;

use assurance::Component;
use flows::Platform;
use hongkong::Gazetteer;
use kernel::Scanner;
use notify::LetterFont;
use webkit::Layout;

use crate::layout::layout;
use crate::Pictures;
use crate::limits::Limits;

/// What the pages need.
pub struct ResidentState {
    /// The platform and its services.
    pub platform: Arc<Platform>,
    /// Where addresses are looked up.
    pub gazetteer: Arc<Gazetteer>,
    /// What the program is made of, for the trust page.
    pub components: Vec<Component>,
    /// How often codes were asked for and tried.
    pub(crate) limits: Limits,
    /// The frame of pages that belong to no scheme.
    pub layout: Layout,
    /// The font of documents to keep; without one, a copy of one's data is given as JSON only.
    pub font: Option<LetterFont>,
    /// How pictures that residents send are taken.
    pub(crate) pictures: Pictures,
}

impl ResidentState {
    /// The state with the usual frame.
    pub fn new(platform: Arc<Platform>, gazetteer: Arc<Gazetteer>, components: Vec<Component>) -> Self {
        let layout = layout(platform.environment());
        Self { platform, gazetteer, components, limits: Limits::default(), layout, font: None, pictures: Pictures::default() }
    }

    /// The same with a font for documents to keep.
    pub fn with_font(self, font: Option<LetterFont>) -> Self {
        Self { font, ..self }
    }

    /// The same with a scanner for pictures that residents send.
    pub fn with_scanner(self, scanner: Option<Arc<dyn Scanner>>) -> Self {
        Self { pictures: Pictures::new(scanner), ..self }
    }
}
