use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use assurance::Component;
use flows::Platform;
use hongkong::Gazetteer;
use kernel::Scanner;
use notify::LetterFont;
use webkit::Layout;

use crate::layout::layout;
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
    /// What looks at pictures that residents send.
    pub(crate) scanner: Option<Arc<dyn Scanner>>,
    /// Held by whoever decodes a picture: one at a time, since each may take a hundred megabytes.
    decoder: Mutex<()>,
}

impl ResidentState {
    /// The state with the usual frame.
    pub fn new(platform: Arc<Platform>, gazetteer: Arc<Gazetteer>, components: Vec<Component>) -> Self {
        let layout = layout(platform.environment());
        Self { platform, gazetteer, components, limits: Limits::default(), layout, font: None, scanner: None, decoder: Mutex::default() }
    }

    /// The same with a font for documents to keep.
    pub fn with_font(self, font: Option<LetterFont>) -> Self {
        Self { font, ..self }
    }

    /// The same with a scanner for pictures that residents send.
    pub fn with_scanner(self, scanner: Option<Arc<dyn Scanner>>) -> Self {
        Self { scanner, ..self }
    }

    pub(crate) fn hold_decoder(&self) -> MutexGuard<'_, ()> {
        self.decoder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
