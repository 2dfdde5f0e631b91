use std::sync::Arc;

use assurance::Component;
use flows::Platform;
use hongkong::Gazetteer;
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
}

impl ResidentState {
    /// The state with the usual frame.
    pub fn new(platform: Arc<Platform>, gazetteer: Arc<Gazetteer>, components: Vec<Component>) -> Self {
        let layout = layout(platform.environment());
        Self { platform, gazetteer, components, limits: Limits::default(), layout }
    }
}
