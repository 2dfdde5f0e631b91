use kernel::Language;

use super::{Part, part};
use crate::markup::Markup;
use crate::values::Values;
use crate::visitor::Visitor;

/// A form that posts: `novalidate`, with its token, guarded against a double click.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Where it posts to.
    pub action: String,
    /// Its id, which [`crate::Page::switch_submits`] names.
    pub id: String,
    token: String,
    hidden: Vec<(String, String)>,
    body: Markup,
    language: Option<Language>,
    passkey: Option<Passkey>,
    with_file: bool,
    unremembered: bool,
}

#[derive(Clone, Debug)]
struct Passkey {
    ceremony: &'static str,
    options_url: String,
    finish_url: String,
}

impl Form {
    /// A form of this visitor, posting to this page.
    pub fn new(visitor: &Visitor) -> Self {
        Self {
            action: visitor.here(),
            id: "form".to_owned(),
            token: visitor.form_token(),
            language: Some(visitor.language),
            ..Self::default()
        }
    }

    /// Posts to another address.
    pub fn to(mut self, action: impl Into<String>) -> Self {
        self.action = action.into();
        self
    }

    /// Another id than `form`, when a page has two.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Carries a value along: an idempotency key, a sealed draft.
    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// Carries along what earlier pages sent, except these fields.
    pub fn carry(mut self, values: &Values, except: &[&str]) -> Self {
        let kept = values.pairs().filter(|(name, _)| !except.contains(name));
        self.hidden
            .extend(kept.map(|(name, value)| (name.to_owned(), value.to_owned())));
        self
    }

    /// Adds a part to its body.
    pub fn part(mut self, part: &impl Part) -> Self {
        self.body
            .push(&part.html(self.language.unwrap_or(Language::En)));
        self
    }

    /// Adds safe HTML to its body.
    pub fn push(mut self, markup: &Markup) -> Self {
        self.body.push(markup);
        self
    }

    /// Lets it carry a file; see [`crate::parts::FileInput`].
    pub const fn with_file(mut self) -> Self {
        self.with_file = true;
        self
    }

    /// Leaves the token out, for a page that is kept where there is no session; its script must bring one.
    pub fn tokenless(mut self) -> Self {
        self.token.clear();
        self
    }

    /// Asks the browser to remember nothing of it: neither for filling in later nor for bringing a tab back.
    pub const fn unremembered(mut self) -> Self {
        self.unremembered = true;
        self
    }

    /// Makes it register a passkey by script: options are fetched from the first address, the answer goes to the second.
    /// The page needs `.script("passkey.js")`.
    pub fn registers_passkey(
        self,
        options_url: impl Into<String>,
        finish_url: impl Into<String>,
    ) -> Self {
        self.passkey("register", options_url.into(), finish_url.into())
    }

    /// Makes it sign in by passkey; see [`Form::registers_passkey`].
    pub fn signs_in_by_passkey(
        self,
        options_url: impl Into<String>,
        finish_url: impl Into<String>,
    ) -> Self {
        self.passkey("sign-in", options_url.into(), finish_url.into())
    }

    fn passkey(mut self, ceremony: &'static str, options_url: String, finish_url: String) -> Self {
        self.passkey = Some(Passkey {
            ceremony,
            options_url,
            finish_url,
        });
        self
    }
}

part!(Form, "parts/form.html");

/// A button that submits, or a link that looks like one.
#[derive(Clone, Debug, Default)]
pub struct Button {
    /// The words: they say what happens.
    pub label: String,
    /// How it looks.
    pub style: ButtonStyle,
    /// Name and value sent with the form.
    pub sends: Option<(String, String)>,
    /// Makes it a link to this address.
    pub href: Option<String>,
    /// Submits to another address than the form's.
    pub action: Option<String>,
}

/// How a button looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonStyle {
    /// The one thing to do on the page.
    #[default]
    Main,
    /// Something else that can be done.
    Secondary,
    /// Something that cannot be undone.
    Warning,
    /// As quiet as a link.
    Quiet,
}

impl Button {
    /// The page's main button.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ..Self::default()
        }
    }

    /// A link that looks like a button.
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: Some(href.into()),
            ..Self::default()
        }
    }

    /// Sets the style.
    pub const fn style(mut self, style: ButtonStyle) -> Self {
        self.style = style;
        self
    }

    /// Sends a name and value with the form.
    pub fn sends(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.sends = Some((name.into(), value.into()));
        self
    }

    const fn class(&self) -> &'static str {
        match self.style {
            ButtonStyle::Main => "lr-button",
            ButtonStyle::Secondary => "lr-button lr-button--secondary",
            ButtonStyle::Warning => "lr-button lr-button--warning",
            ButtonStyle::Quiet => "lr-text-button",
        }
    }
}

part!(Button, "parts/button.html", without words);

/// Buttons side by side.
#[derive(Clone, Debug, Default)]
pub struct ButtonGroup(pub Vec<Button>);

impl Part for ButtonGroup {
    fn html(&self, language: Language) -> Markup {
        let mut html = Markup::trusted("<div class=\"lr-buttons\">\n");
        for button in &self.0 {
            html.push(&button.html(language));
        }
        html.push(&Markup::trusted("</div>\n"));
        html
    }
}
