use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use kernel::Instant;
use openid::{Audience, Client, OAuthError};
use store::{StoreError, Tx};

use crate::client_proof::{Judged, judge_client, named_client};
use crate::{ClientProof, Proven, storage};

/// Services as they stood when they last came, so that a proof can be judged without a look into the store.
///
/// What is remembered proves nothing by itself: a [`Supposed`] service becomes a [`Proven`] one only inside the unit of work that acts
/// for it, and only if the very registration that its proof was judged by is still in force there.
#[derive(Debug, Default)]
pub struct KnownClients {
    by_id: RwLock<HashMap<String, Arc<Known>>>,
}

#[derive(Debug)]
struct Known {
    client: Arc<Client>,
    digest: [u8; 32],
}

/// A service whose proof is good by the registration that was in force when it last came.
#[derive(Clone, Debug)]
pub struct Supposed {
    proven: Proven,
    digest: [u8; 32],
}

/// More services than any provider has; beyond it none is remembered.
const MOST: usize = 4096;

impl KnownClients {
    /// Judges a proof by what is remembered. `None` says nothing of the proof: ask the store ([`KnownClients::prove`]).
    pub fn suppose(&self, proof: &ClientProof<'_>, said: Option<&str>, audience: Audience<'_>, now: Instant) -> Option<Supposed> {
        let id = named_client(proof, said).ok()?;
        let known = self.by_id.read().unwrap_or_else(PoisonError::into_inner).get(id.as_str()).cloned()?;
        let once = judge_client(proof, &known.client, audience, now).ok()?;
        Some(Supposed { proven: Proven { client: known.client.clone(), once }, digest: known.digest })
    }

    /// Judges a proof as [`crate::prove`] does, and remembers the service.
    pub fn prove(&self, tx: &mut Tx<'_>, proof: &ClientProof<'_>, said: Option<&str>, audience: Audience<'_>, now: Instant) -> Result<Result<Proven, OAuthError>, StoreError> {
        let judged = crate::client_proof::judge(tx, proof, said, audience, now)?;
        Ok(judged.map(|Judged { proven, digest }| {
            self.remember(&proven.client, digest);
            proven
        }))
    }

    fn remember(&self, client: &Arc<Client>, digest: [u8; 32]) {
        let mut by_id = self.by_id.write().unwrap_or_else(PoisonError::into_inner);
        if by_id.len() < MOST || by_id.contains_key(client.id.as_str()) {
            by_id.insert(client.id.to_string(), Arc::new(Known { client: client.clone(), digest }));
        }
    }
}

impl Supposed {
    /// The service, if it is still registered as it was when its proof was judged, approved and not ended: to be asked in the
    /// unit of work that acts for it. `None`: judge the proof anew.
    pub fn confirm(&self, tx: &mut Tx<'_>) -> Result<Option<Proven>, StoreError> {
        let same = storage::client::is_in_force(tx, self.proven.client.id.as_str(), self.digest)?;
        Ok(same.then(|| self.proven.clone()))
    }
}

#[cfg(test)]
mod tests {
    use people::Role;
    use seal::{JoseAlgorithm, JoseSigner};

    use super::*;
    use crate::rehearsal::{AUDIENCE, Provider, Service, on_both};
    use crate::{approve_client, end_client, propose_change};

    fn supposed(provider: &Provider, known: &KnownClients, service: &Service) -> Option<Supposed> {
        let assertion = service.assertion(&provider.fresh(), provider.now());
        known.suppose(&ClientProof::Assertion(&assertion), None, AUDIENCE, provider.now())
    }

    fn prove(provider: &Provider, known: &KnownClients, service: &Service) -> Result<Proven, OAuthError> {
        let assertion = service.assertion(&provider.fresh(), provider.now());
        provider.read(|tx| known.prove(tx, &ClientProof::Assertion(&assertion), None, AUDIENCE, provider.now()))
    }

    #[test]
    fn what_is_remembered_acts_only_while_it_is_in_force() {
        on_both(|provider| {
            let (library, known) = (provider.service("library"), KnownClients::default());
            assert!(supposed(provider, &known, &library).is_none(), "it has never come");
            prove(provider, &known, &library).unwrap();
            let before = supposed(provider, &known, &library).unwrap();
            assert!(provider.read(|tx| before.confirm(tx)).is_some());

            let mut changed = library.registration();
            let signer = JoseSigner::generate(JoseAlgorithm::Es256).unwrap();
            let renewed = Service { client: Client { authentication: Service::keys(&signer), ..library.client.clone() }, signer, ..Service::new("library") };
            changed.client = renewed.client.clone();
            let digest = provider.act(move |work| propose_change(work, &Provider::officer(1, Role::SchemeOwner), &changed)).unwrap();
            let approve = move |work: &mut journal::Work<'_, '_>| approve_client(work, &Provider::officer(2, Role::PrivacyOfficer), kernel::Environment::Test, "library", digest);
            provider.act(approve).unwrap();
            assert!(provider.read(|tx| before.confirm(tx)).is_none(), "another key is registered since");
            assert!(supposed(provider, &known, &renewed).is_none(), "what is remembered has the key of before");
            prove(provider, &known, &renewed).unwrap();
            assert!(supposed(provider, &known, &library).is_none() && prove(provider, &known, &library).is_err());

            let last = supposed(provider, &known, &renewed).unwrap();
            provider.act(|work| end_client(work, &Provider::officer(2, Role::PrivacyOfficer), "library")).unwrap();
            assert!(provider.read(|tx| last.confirm(tx)).is_none(), "it has ended");
            assert!(prove(provider, &known, &renewed).is_err());
        });
    }

    #[test]
    fn a_bad_proof_of_a_known_service_supposes_nothing() {
        let provider = Provider::new();
        let (library, known) = (provider.service("library"), KnownClients::default());
        prove(&provider, &known, &library).unwrap();
        let assertion = library.assertion("one", provider.now());
        let judge = |proof: &ClientProof<'_>, said, now| known.suppose(proof, said, AUDIENCE, now).is_some();
        assert!(judge(&ClientProof::Assertion(&assertion), Some("library"), provider.now()));
        assert!(!judge(&ClientProof::Assertion(&assertion), Some("clinic"), provider.now()), "it says that it is another");
        assert!(!judge(&ClientProof::Assertion(&assertion), None, provider.now().plus_secs(7200)), "too late");
        assert!(!judge(&ClientProof::Assertion(&assertion[..assertion.len() - 4]), None, provider.now()), "cut short");
        assert!(!judge(&ClientProof::Secret { client: "library", secret: "x" }, None, provider.now()), "in another way");
    }
}
