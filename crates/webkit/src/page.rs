use axum::http::StatusCode;

use crate::markup::Markup;

/// One page: its title and body, and how it differs from a plain one.
#[derive(Clone, Debug)]
pub struct Page {
    pub(crate) title: String,
    pub(crate) body: Markup,
    pub(crate) status: StatusCode,
    pub(crate) back: Option<String>,
    pub(crate) error: bool,
    pub(crate) switch_form: Option<String>,
    pub(crate) refresh_secs: Option<u32>,
    pub(crate) scripts: Vec<&'static str>,
    pub(crate) density: Density,
    pub(crate) current: Option<String>,
    pub(crate) wide: bool,
    pub(crate) signed_in: Option<(String, Option<String>)>,
    pub(crate) only_this_language: bool,
    pub(crate) session_end: Option<SessionEnd>,
}

/// When the session of whoever is signed in ends. Every page says so in words; where scripts run, a notice comes two
/// minutes before.
#[derive(Clone, Debug)]
pub struct SessionEnd {
    /// The sentence in the bar: "Session ends at 15:32".
    pub words: String,
    /// In how many seconds it ends when nothing more is done.
    pub secs: i64,
    /// Where a post keeps it alive; nothing when it has reached its greatest age.
    pub stay: Option<String>,
    /// What the notice says before the end.
    pub soon: String,
    /// What it says afterwards.
    pub over: String,
    /// The words on the button that keeps it alive.
    pub button: String,
}

/// How large and how dense a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// Residents: large and roomy.
    #[default]
    Roomy,
    /// Officers, who look at many rows a day.
    Staff,
    /// A screen in a public place: very large.
    Kiosk,
}

impl Density {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Roomy => "lr-roomy",
            Self::Staff => "lr-staff",
            Self::Kiosk => "lr-kiosk",
        }
    }
}

impl Page {
    /// A plain page. The title is also the page's name in the browser; give it the words of the heading.
    pub fn new(title: impl Into<String>, body: Markup) -> Self {
        Self {
            title: title.into(),
            body,
            status: StatusCode::OK,
            back: None,
            error: false,
            switch_form: None,
            refresh_secs: None,
            scripts: Vec::new(),
            density: Density::Roomy,
            current: None,
            wide: false,
            signed_in: None,
            only_this_language: false,
            session_end: None,
        }
    }

    /// Offers a way back.
    pub fn back(mut self, href: impl Into<String>) -> Self {
        self.back = Some(href.into());
        self
    }

    /// The page shows what is wrong with a form: "Error:" stands first in its title, and the status is 422.
    pub const fn invalid(mut self) -> Self {
        self.error = true;
        self.status = StatusCode::UNPROCESSABLE_ENTITY;
        self
    }

    /// Another status than 200.
    pub const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The language switch submits this form (by its id), so that nothing typed is lost; see [`crate::Values::switching`].
    pub fn switch_submits(mut self, form_id: impl Into<String>) -> Self {
        self.switch_form = Some(form_id.into());
        self
    }

    /// Asks browsers without scripts to load the page again after so many seconds.
    pub const fn refresh(mut self, secs: u32) -> Self {
        self.refresh_secs = Some(secs);
        self
    }

    /// Adds a script of the shell's: `waiting.js`, `passkey.js`.
    pub fn script(mut self, name: &'static str) -> Self {
        self.scripts.push(name);
        self
    }

    /// Sets the density.
    pub const fn density(mut self, density: Density) -> Self {
        self.density = density;
        self
    }

    /// Marks the entry of the navigation with this path as the current one.
    pub fn current(mut self, path: impl Into<String>) -> Self {
        self.current = Some(path.into());
        self
    }

    /// Uses the whole width, for tables and dashboards.
    pub const fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// Names who is signed in, and where a post signs them out.
    pub fn signed_in(mut self, name: impl Into<String>, sign_out: Option<String>) -> Self {
        self.signed_in = Some((name.into(), sign_out));
        self
    }

    /// Puts something before everything else on the page: what must not be missed, whichever page it is.
    pub fn before(mut self, part: &Markup) -> Self {
        let mut body = part.clone();
        body.push(&self.body);
        self.body = body;
        self
    }

    /// Says when the session ends.
    pub fn session_ends(mut self, end: SessionEnd) -> Self {
        self.session_end = Some(end);
        self
    }

    /// Hides the language switch, where the address of the other languages would not work (the answer to a post that
    /// must not be sent again).
    pub const fn without_switch(mut self) -> Self {
        self.only_this_language = true;
        self
    }
}
