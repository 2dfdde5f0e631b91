use std::sync::Arc;

use kernel::Instant;
use openid::{Audience, Client, ClientAssertion, ClientAuthentication, ClientId, ErrorCode, OAuthError, Seen};
use store::{StoreError, Tx};

use crate::{secret, storage};

/// How a service says who it is.
#[derive(Clone, Copy, Debug)]
pub enum ClientProof<'a> {
    /// A signed assertion.
    Assertion(&'a str),
    /// The certificate of the TLS connection, by its SHA-256.
    Certificate {
        /// Who it says it is.
        client: &'a str,
        /// The certificate.
        hash: [u8; 32],
    },
    /// A shared secret.
    Secret {
        /// Who it says it is.
        client: &'a str,
        /// The secret.
        secret: &'a str,
    },
}

/// A service that is who it says. Its proof is used up by the unit of work that it is brought to.
#[derive(Clone, Debug)]
pub struct Proven {
    pub(crate) client: Arc<Client>,
    pub(crate) once: Option<Seen>,
}

impl Proven {
    /// The service.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

/// Whose proof it says it is; to be believed by [`prove`] alone.
pub fn claimed_client(proof: &ClientProof<'_>) -> Option<ClientId> {
    match proof {
        ClientProof::Assertion(token) => ClientAssertion::claimed_client(token),
        ClientProof::Certificate { client, .. } | ClientProof::Secret { client, .. } => ClientId::parse(client),
    }
}

/// Judges a proof. `said` is the `client_id` among the parameters, which must not be another's.
pub fn prove(tx: &mut Tx<'_>, proof: &ClientProof<'_>, said: Option<&str>, audience: Audience<'_>, now: Instant) -> Result<Result<Proven, OAuthError>, StoreError> {
    Ok(judge(tx, proof, said, audience, now)?.map(|judged| judged.proven))
}

/// A service that is who it says, and the digest of the registration that says so.
pub(crate) struct Judged {
    pub(crate) proven: Proven,
    pub(crate) digest: [u8; 32],
}

pub(crate) fn judge(tx: &mut Tx<'_>, proof: &ClientProof<'_>, said: Option<&str>, audience: Audience<'_>, now: Instant) -> Result<Result<Judged, OAuthError>, StoreError> {
    let refused = |what: String| Ok(Err(OAuthError::new(ErrorCode::InvalidClient, what)));
    let id = match named_client(proof, said) {
        Ok(id) => id,
        Err(what) => return refused(what.to_owned()),
    };
    let known = storage::client::find(tx, id.as_str())?.filter(crate::Registered::is_in_force);
    let Some(known) = known else {
        return refused("no such client is in force".to_owned());
    };
    let client = known.registration.client;
    match judge_client(proof, &client, audience, now) {
        Ok(once) => Ok(Ok(Judged { proven: Proven { client: Arc::new(client), once }, digest: known.digest })),
        Err(what) => refused(what),
    }
}

/// Whose proof it says it is, if what is said beside it agrees.
pub(crate) fn named_client(proof: &ClientProof<'_>, said: Option<&str>) -> Result<ClientId, &'static str> {
    let id = claimed_client(proof).ok_or("what the client proves itself with cannot be read, or does not name it in iss and sub")?;
    if said.is_some_and(|said| said != id.as_str()) { Err("client_id is not the client that authenticated") } else { Ok(id) }
}

/// Whether the proof is this client's; what must come once of it.
pub(crate) fn judge_client(proof: &ClientProof<'_>, client: &Client, audience: Audience<'_>, now: Instant) -> Result<Option<Seen>, String> {
    let other = || "this client authenticates in another way".to_owned();
    match (proof, &client.authentication) {
        (ClientProof::Assertion(token), _) => {
            let judged = ClientAssertion::verify(token, client, audience, now);
            judged.map(|assertion| Some(assertion.once)).map_err(|error| error.to_string())
        }
        (ClientProof::Certificate { hash, .. }, ClientAuthentication::TlsCertificate(known)) => {
            if hash == known { Ok(None) } else { Err("the certificate is not the registered one".to_owned()) }
        }
        (ClientProof::Secret { secret, .. }, ClientAuthentication::SecretBasic(known)) => {
            let same = seal::constant_time_eq(&secret::tag(secret), known.expose());
            if same { Ok(None) } else { Err("the secret is not the registered one".to_owned()) }
        }
        _ => Err(other()),
    }
}

/// Uses up what comes once; false if it came before.
pub(crate) fn first_time(tx: &mut Tx<'_>, seen: Option<&Seen>) -> Result<bool, StoreError> {
    match seen {
        Some(seen) => Ok(storage::seen::insert(tx, secret::tag(&seen.id), seen.until)? > 0),
        None => Ok(true),
    }
}
