//! What somebody has typed so far. It travels sealed in the form and is stored nowhere.

use kernel::{Day, Id, Random, kinds, to_hex};
use registration::HouseholdForm;
use seal::Keyring;
use serde::{Deserialize, Serialize};
use webkit::Failure;

use crate::sealed;
use crate::journey::Step;

/// A registration on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Draft {
    /// Made with the first page, so that a double click or a resend counts once.
    pub(crate) key: String,
    /// The page on which it is.
    pub(crate) step: Step,
    /// What was typed.
    pub(crate) form: HouseholdForm,
    /// What was typed to find the address.
    pub(crate) query: String,
    /// The pass from the waiting room.
    pub(crate) pass: String,
    /// A place in the queue, once the pass has run out in the middle.
    pub(crate) ticket: String,
    /// The household that it repairs: only a checked code puts it here.
    pub(crate) replaces: Option<Id<kinds::Household>>,
    /// The version whose collection statement was shown, in hexadecimal; empty when none was yet.
    pub(crate) shown: String,
    /// The version that the page now shown lets the resident read; empty on every other page.
    pub(crate) offered: String,
    /// Whether the answers have been shown for checking; changes then lead back there.
    pub(crate) checked: bool,
}

impl Draft {
    /// An empty one.
    pub(crate) fn new(
        random: &dyn Random,
        pass: String,
        replaces: Option<Id<kinds::Household>>,
        shown: String,
    ) -> Self {
        Self {
            key: to_hex(&random.bytes16()),
            step: Step::Identity,
            form: HouseholdForm::default(),
            query: String::new(),
            pass,
            ticket: String::new(),
            replaces,
            shown,
            offered: String::new(),
            checked: false,
        }
    }

    /// Seals it for the form.
    pub(crate) fn seal(&self, keys: &Keyring, slug: &str, today: Day) -> Result<String, Failure> {
        sealed::seal(keys, &what(slug), today, self)
    }

    /// Opens what a form sent back, if it is of this service and not older than a day.
    pub(crate) fn open(keys: &Keyring, slug: &str, today: Day, text: &str) -> Option<Self> {
        sealed::open(keys, &what(slug), today, text)
    }
}

fn what(slug: &str) -> String {
    format!("draft of {slug}")
}
