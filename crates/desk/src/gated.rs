use std::sync::Arc;

use flows::IdentityService;
use people::{Action, Grant, Scope, authorise};
use store::StoreError;
use webkit::Failure;

use crate::desk::{Desk, missing};

/// What stands behind the launch gate of the address: a scheme of the officer's department, or the identity provider.
pub struct Gated {
    /// The service and its department, as rights are given.
    pub scope: Scope,
    /// The text by which pages call it: `scheme` or `service`.
    pub word: &'static str,
    /// Its name in the page's language.
    pub title: String,
    /// Its own page; versions and gates stand below.
    pub home: String,
    /// Whether it is not at its end.
    pub goes_on: bool,
}

impl Desk {
    /// What the address is about, and the right to do `A` in it.
    pub fn gated<A: Action>(&self) -> Result<(Gated, Grant<A>), Failure> {
        if self.param("slug").is_empty() {
            let (scope, grant) = self.identity::<A>()?;
            let title = self.say("identity-title");
            let home = self.url("/staff/identity");
            return Ok((Gated { scope: scope.ok_or_else(missing)?, word: "service", title, home, goes_on: true }, grant));
        }
        let (case, grant) = self.scheme::<A>()?;
        let goes_on = case.listed.ending.is_none();
        let (title, home) = (case.title(self.language()), self.scheme_url(&case, ""));
        Ok((Gated { scope: case.scope, word: "scheme", title, home, goes_on }, grant))
    }

    /// The identity provider, once it has a charter, and the right to do `A` in it. Before that there is no owner, and the right
    /// is that of any department; afterwards it is another department's for everybody else.
    pub fn identity<A: Action>(&self) -> Result<(Option<Scope>, Grant<A>), Failure> {
        self.right::<A>()?;
        let scope = self.platform().ledger().read("staff.identity", |tx| {
            let Some(provider) = identity::provider(tx)? else { return Ok::<_, StoreError>(None) };
            people::owner_of(tx, provider.service)
        })?;
        Ok((scope, authorise::<A>(self.who()?, scope)?))
    }

    /// The identity provider's own store; before its first gate there is none.
    pub fn accounts(&self) -> Result<Arc<IdentityService>, Failure> {
        self.platform().identity().ok_or_else(missing)
    }
}
