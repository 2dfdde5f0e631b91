use std::sync::Arc;

use flows::Platform;
use kernel::{Environment, Scanner, Text};
use webkit::{Density, Layout};

/// What the pages for contractors need.
pub struct PartnerState {
    /// Everything there is.
    pub platform: Arc<Platform>,
    /// Whether the site is reached by TLS. Only a demonstration on `http://localhost` is not, and its cookies are plain.
    pub secure: bool,
    /// What looks at files that contractors send, if there is something.
    pub scanner: Option<Arc<dyn Scanner>>,
}

impl PartnerState {
    /// The name of the session's cookie; the shell must be told the same, because form tokens are bound to it.
    pub const fn session_cookie(&self) -> &'static str {
        if self.secure { "__Host-partner" } else { "partner" }
    }
}

/// The frame of the pages for contractors; failures below `/partner` are shown in it too.
pub fn layout(environment: Environment) -> Layout {
    let mut layout = Layout::new(Text::new("Contractors", "承辦商專頁", "承办商专页"), environment);
    layout.home = String::from("/partner");
    layout.density = Density::Staff;
    layout
}
