use std::sync::Arc;

use flows::Platform;
use kernel::{Environment, Text};
use notify::LetterFont;
use people::{ManageOfficers, ReadDashboard, RelyingParty, SignedIn};
use webkit::{Density, Layout, Link};

use crate::Uploads;

/// What the pages for officers need.
pub struct StaffState {
    /// Everything there is.
    pub platform: Arc<Platform>,
    /// The site, as passkeys know it.
    pub relying_party: RelyingParty,
    /// The site's address, for links that are sent to somebody: `https://lionrock.example.hk`.
    pub origin: String,
    /// The font of letters; without one, letters cannot be printed.
    pub letter_font: Option<LetterFont>,
    /// Whether the site is reached by TLS. Only a demonstration on `http://localhost` is not, and its cookies are plain.
    pub secure: bool,
    /// What looks at the files that officers send.
    pub uploads: Uploads,
}

impl StaffState {
    /// The name of the session's cookie; the shell must be told the same, because form tokens are bound to it.
    pub const fn session_cookie(&self) -> &'static str {
        if self.secure { "__Host-session" } else { "session" }
    }

    /// The name of the cookie of a passkey's ceremony.
    pub const fn ceremony_cookie(&self) -> &'static str {
        if self.secure { "__Host-ceremony" } else { "ceremony" }
    }

    /// The name of the cookie that carries what was just done to the page that says it.
    pub const fn told_cookie(&self) -> &'static str {
        if self.secure { "__Host-told" } else { "told" }
    }

    /// The name of the cookie by which a guest has a seat in an exercise.
    pub const fn guest_cookie(&self) -> &'static str {
        if self.secure { "__Host-guest" } else { "guest" }
    }
}

/// The layout of the pages for officers; the shell uses it for failures below `/staff`.
pub fn layout(environment: Environment) -> Layout {
    let mut layout = Layout::new(Text::new("Lionrock desk", "獅子山工作台", "狮子山工作台"), environment);
    layout.home = String::from("/staff");
    layout.density = Density::Staff;
    layout
}

/// The layout with the navigation of whoever is signed in.
pub(crate) fn layout_of(environment: Environment, who: Option<&SignedIn>) -> Layout {
    let mut layout = layout(environment);
    let Some(who) = who else { return layout };
    layout.navigation = vec![Link::new(Text::new("Desk", "工作台", "工作台"), "/staff")];
    if who.roles().iter().any(|role| role.may::<ReadDashboard>()) {
        layout.navigation.push(Link::new(Text::new("Schemes", "計劃", "计划"), "/staff/schemes"));
    }
    if who.roles().iter().any(|role| role.may::<ManageOfficers>()) {
        layout.navigation.push(Link::new(Text::new("Officers", "人員", "人员"), "/staff/officers"));
    }
    layout.navigation.push(Link::new(Text::new("My passkeys", "我的通行密鑰", "我的通行密钥"), "/staff/passkeys"));
    layout
}
