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
    pub(crate) client: Client,
    pub(crate) once: Option<Seen>,
}

impl Proven {
    /// The service.
    pub const fn client(&self) -> &Client {
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
    let refused = |what: String| Ok(Err(OAuthError::new(ErrorCode::InvalidClient, what)));
    let Some(id) = claimed_client(proof) else {
        return refused("no client says who it is".to_owned());
    };
    if said.is_some_and(|said| said != id.as_str()) {
        return refused("client_id is not the client that authenticated".to_owned());
    }
    let known = storage::client::find(tx, id.as_str())?.filter(crate::Registered::is_in_force);
    let Some(known) = known else {
        return refused("no such client is in force".to_owned());
    };
    let client = known.registration.client;
    match judge(proof, &client, audience, now) {
        Ok(once) => Ok(Ok(Proven { client, once })),
        Err(what) => refused(what),
    }
}

fn judge(proof: &ClientProof<'_>, client: &Client, audience: Audience<'_>, now: Instant) -> Result<Option<Seen>, String> {
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
