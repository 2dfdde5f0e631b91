use journal::{Event, Work};
use kernel::Instant;
use store::{StoreError, Tx};

use crate::storage;

/// What a resident answered to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The service.
    pub client: String,
    /// What is not asked again: to sign in, and which attributes not to give.
    pub scope: String,
    /// When.
    pub given: Instant,
    /// Until when it is not asked again.
    pub expires: Instant,
}

/// An attribute that a resident gives a service from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The service.
    pub client: String,
    /// The attribute, as in the scope.
    pub attribute: String,
    /// Since when.
    pub given: Instant,
    /// Until when; each use moves it if it is lasting.
    pub expires: Instant,
    /// Whether it holds until it is taken back.
    pub lasting: bool,
}

/// What holds between a resident and a service at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreed {
    /// The answer to the service.
    pub consent: Option<Consent>,
    /// What it is given.
    pub shares: Vec<Share>,
}

impl Agreed {
    /// Whether a name of a scope needs no question.
    pub(crate) fn settles(&self, name: &str) -> bool {
        let answered = self.consent.as_ref().is_some_and(|consent| consent.scope.split(' ').any(|known| known == name));
        answered || self.gives(name)
    }

    /// Whether this attribute is given.
    pub fn gives(&self, name: &str) -> bool {
        self.shares.iter().any(|share| share.attribute == name)
    }
}

/// A consent is asked for again after so many days, and what is given until it is taken back ends when it was not used for twice as many.
pub(crate) const CONSENT_DAYS: i64 = 365;
pub(crate) const LASTING_DAYS: i64 = 2 * CONSENT_DAYS;
/// What is given until a day is given for so many days at most.
pub const SHARE_DAYS_MOST: i64 = CONSENT_DAYS;

/// What a resident agreed to and what is still in force, by service; 200 at most.
pub fn consents(tx: &mut Tx<'_>, account: [u8; 16], now: Instant) -> Result<Vec<Consent>, StoreError> {
    storage::consent::of_account(tx, account, now)
}

/// What a resident gives, by service; 1,000 at most.
pub fn shares(tx: &mut Tx<'_>, account: [u8; 16], now: Instant) -> Result<Vec<Share>, StoreError> {
    storage::share::of_account(tx, account, now)
}

/// What holds between a resident and one service.
pub fn agreed(tx: &mut Tx<'_>, account: [u8; 16], client: &str, now: Instant) -> Result<Agreed, StoreError> {
    let consent = consents(tx, account, now)?.into_iter().find(|consent| consent.client == client);
    Ok(Agreed { consent, shares: storage::share::of_client(tx, account, client, now)? })
}

/// A resident takes back one attribute: no token of the service opens it from this commit on. False if it was not given.
pub fn end_share(work: &mut Work<'_, '_>, account: [u8; 16], client: &str, attribute: &str) -> Result<bool, StoreError> {
    let ended = storage::share::delete(work.tx(), account, client, attribute)? > 0;
    if ended {
        work.journal(Event::new("provider.share_taken_back").record(account).detail("client", client).detail("attribute", attribute))?;
    }
    Ok(ended)
}
