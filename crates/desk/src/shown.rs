//! How the desk shows what the slices name.

use std::collections::HashMap;

use kernel::{Id, Instant, Text, kinds};
use people::{ApprovalState, Role};
use registration::matching::{AddressState, Reason, State};
use registration::{SchemeState, Status};
use webkit::parts::{Tag, Tone};
use webkit::{Failure, Markup, formats};

use crate::desk::Desk;

impl Desk {
    /// A state in words and colour.
    pub fn tag(&self, text: impl Into<String>, tone: Tone) -> Markup {
        self.html(&Tag::new(text, tone))
    }

    /// A day and a time.
    pub fn at(&self, instant: Instant) -> String {
        formats::date_time(instant, self.language())
    }

    /// A text in the page's language.
    pub fn text(&self, text: &Text) -> String {
        text.get(self.language()).to_owned()
    }

    /// Where a scheme stands; one that has no state is a draft.
    pub fn status(&self, state: Option<SchemeState>) -> Markup {
        let status = state.map_or(Status::Draft, |state| state.status_at(self.now()));
        let tone = match status {
            Status::Open => Tone::Good,
            Status::Scheduled => Tone::Active,
            Status::Paused => Tone::Attention,
            Status::Draft | Status::Closed => Tone::Neutral,
        };
        self.tag(self.say(&format!("status-{}", status.as_str())), tone)
    }

    /// How far a registration has come.
    pub fn household_state(&self, state: State) -> Markup {
        let tone = match state {
            State::Confirmed | State::Delivered => Tone::Good,
            State::Checking | State::Undelivered => Tone::Attention,
            State::Dispatched => Tone::Active,
            State::Replaced | State::Withdrawn => Tone::Neutral,
            State::Rejected => Tone::Bad,
        };
        self.tag(self.say(&format!("state-{}", state.as_str())), tone)
    }

    /// Why a registration was not confirmed; empty when there is no reason.
    pub fn reason(&self, reason: Reason) -> String {
        if reason == Reason::None { String::new() } else { self.say(&format!("reason-{}", reason.as_str())) }
    }

    /// Whether an address is known.
    pub fn address_state(&self, state: AddressState) -> String {
        self.say(&format!("address-{}", state.as_str()))
    }

    /// How far an approval has come; `expired` when its time is over.
    pub fn approval_state(&self, state: ApprovalState, expired: bool) -> Markup {
        let open = matches!(state, ApprovalState::Requested | ApprovalState::Approved);
        if expired && open {
            return self.tag(self.say("approval-expired"), Tone::Neutral);
        }
        let tone = match state {
            ApprovalState::Requested => Tone::Attention,
            ApprovalState::Approved => Tone::Good,
            ApprovalState::Refused => Tone::Bad,
            ApprovalState::Used => Tone::Neutral,
        };
        self.tag(self.say(&format!("approval-{}", state.slug())), tone)
    }

    /// The titles of roles, in a row.
    pub fn roles(&self, roles: &[Role]) -> String {
        let names: Vec<String> = roles.iter().map(|role| self.text(&role.title())).collect();
        names.join(&self.say("list-comma"))
    }

    /// The name of a district; the code itself when there is none.
    pub fn district(&self, code: &str) -> String {
        hongkong::District::from_code(code).map_or_else(|| code.to_owned(), |it| it.name(self.language()).to_owned())
    }

    /// The titles of the posts of the officer's department.
    pub fn posts(&self) -> Result<Posts, Failure> {
        let department = self.who()?.department();
        let officers =
            self.platform().ledger().read("staff.posts", |tx| people::officers(tx, department))?;
        Ok(Posts(officers.into_iter().map(|officer| (officer.id, self.text(&officer.post))).collect()))
    }
}

/// Post titles by officer.
pub struct Posts(HashMap<Id<kinds::Officer>, String>);

impl Posts {
    /// The post's title; the officer's id when the officer is of another department.
    pub fn of(&self, officer: Id<kinds::Officer>) -> String {
        self.0.get(&officer).cloned().unwrap_or_else(|| officer.to_string())
    }
}

/// A link that stands alone in a cell or a list; the span makes it large enough to be pressed with a finger.
pub fn link(text: &str, href: &str) -> Markup {
    let (text, href) = (Markup::text(text), Markup::text(href));
    Markup::trusted(format!("<span class=\"lr-alone\"><a class=\"govuk-link\" href=\"{href}\">{text}</a></span>"))
}

/// A digest, a position, a name of a program: in a fixed pitch, allowed to break anywhere.
pub fn code(text: &str) -> Markup {
    Markup::trusted(format!("<code class=\"lr-code\">{}</code>", Markup::text(text)))
}

/// The first twelve characters of a digest: enough to compare at a glance; the whole stands on the page behind it.
pub fn short(digest: &str) -> Markup {
    code(digest.get(..12).unwrap_or(digest))
}
