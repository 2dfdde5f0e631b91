//! What to do, in which order, as data.

use std::sync::LazyLock;

use kernel::Text;
use serde::Deserialize;

use crate::IncidentKind;

/// A checklist for a kind of incident.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    /// Its name in the store and in addresses.
    pub slug: String,
    /// What officers read.
    pub title: Text,
    /// The kinds of incident for which it is offered first, by their names.
    pub kinds: Vec<String>,
    /// In their order.
    pub steps: Vec<PlaybookStep>,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaybookStep {
    /// Its name in the store.
    pub slug: String,
    /// What to do.
    pub text: Text,
}

impl Playbook {
    /// Whether it is written for this kind of incident.
    pub fn is_for(&self, kind: IncidentKind) -> bool {
        self.kinds.iter().any(|slug| slug == kind.slug())
    }
}

/// The shipped checklists. They are part of the program; a test reads them.
pub fn playbooks() -> &'static [Playbook] {
    static PLAYBOOKS: LazyLock<Vec<Playbook>> =
        LazyLock::new(|| serde_json::from_str(include_str!("../playbooks/playbooks.json")).unwrap_or_default());
    &PLAYBOOKS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_playbooks_are_whole() {
        let read: Vec<Playbook> = serde_json::from_str(include_str!("../playbooks/playbooks.json")).unwrap();
        assert_eq!(playbooks(), read);
        for book in &read {
            assert!(book.title.blanks().is_empty() && book.steps.len() >= 6, "{}", book.slug);
            assert!(book.kinds.iter().all(|kind| IncidentKind::from_slug(kind).is_some()), "{}", book.slug);
            for step in &book.steps {
                assert!(step.text.blanks().is_empty(), "{} {}", book.slug, step.slug);
                assert_eq!(book.steps.iter().filter(|other| other.slug == step.slug).count(), 1, "{} {}", book.slug, step.slug);
            }
        }
        for kind in IncidentKind::ALL {
            assert!(read.iter().any(|book| book.is_for(kind)), "{} has no playbook", kind.slug());
        }
    }
}
