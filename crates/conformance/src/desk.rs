use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use api::IdentityDoor as _;
use journal::{Actor, Work};
use kernel::Instant;
use openid::{AuthorizationRequest, ErrorCode, OAuthError, Parameters, Prompt};
use provider::{Agreed, Asked, Decision, Next, Permission, Person, Term};
use seal::OsRandom;
use store::{RunError, StoreError};

use crate::door::Door;

/// Where a script takes the place of a resident.
pub struct Desk {
    door: Arc<Door>,
    sessions: Mutex<HashMap<String, Person>>,
    first_shown: Mutex<HashMap<String, Instant>>,
}

/// What the browser gets.
pub enum Outcome {
    /// Back to the service.
    Back(String),
    /// A question to the resident.
    Question { client: String, request_uri: String },
    /// Nothing may go back: the error stays here.
    Error(OAuthError),
}

impl From<OAuthError> for Outcome {
    fn from(error: OAuthError) -> Self {
        Self::Error(error)
    }
}

type Answer = Result<Outcome, RunError<StoreError>>;

impl Desk {
    pub fn new(door: Arc<Door>) -> Self {
        Self { door, sessions: Mutex::default(), first_shown: Mutex::default() }
    }

    /// A service sent somebody here.
    pub fn arrive(&self, pairs: &[(String, String)], session: Option<&str>) -> Answer {
        let (client, uri) = match self.request(pairs)? {
            Ok(found) => found,
            Err(outcome) => return Ok(outcome),
        };
        let now = self.door.now();
        let asked_at = *self.first_shown.lock().unwrap_or_else(PoisonError::into_inner).entry(uri.clone()).or_insert(now);
        let asked = match self.door.ledger.read("host.asked", |tx| provider::asked(tx, &client, &uri, now))? {
            Ok(asked) => asked,
            Err(error) => return Ok(error.into()),
        };
        let person = session.and_then(|token| self.person(token));
        let agreed = match &person {
            Some(person) => self.door.ledger.read("host.agreed", |tx| provider::agreed(tx, person.account, &client, now))?,
            None => Agreed::default(),
        };
        match (asked.next(person.as_ref(), &agreed, &provider::LEVELS, asked_at, now), person) {
            (Next::Refuse(error), _) => self.refuse(&client, &uri, error),
            (Next::Answer, Some(person)) => self.allow(person, &asked, &client, &uri, None),
            _ => Ok(Outcome::Question { client, request_uri: uri }),
        }
    }

    /// The script answered. Returns the new session too.
    pub fn answer(&self, pairs: &[(String, String)], session: Option<&str>) -> Result<(Outcome, Option<String>), RunError<StoreError>> {
        let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default();
        let (client, uri, now) = (value("client_id"), value("request_uri"), self.door.now());
        let asked = match self.door.ledger.read("host.asked", |tx| provider::asked(tx, &client, &uri, now))? {
            Ok(asked) => asked,
            Err(error) => return Ok((error.into(), None)),
        };
        if value("answer") != "allow" {
            let error = OAuthError::new(ErrorCode::AccessDenied, "the resident said no");
            return Ok((self.refuse(&client, &uri, error)?, None));
        }
        let again = [Prompt::Login, Prompt::SelectAccount].iter().any(|prompt| asked.request.prompt.contains(prompt));
        let known = session.and_then(|token| self.person(token)).filter(|_| !again && asked.request.max_age_secs.is_none());
        let (person, token) = match known {
            Some(person) => (person, None),
            None => self.sign_in(value("resident").parse().unwrap_or(1)),
        };
        let all = asked.attributes().map(|one| Decision { attribute: one.name.clone(), term: Some(Term::Lasting) }).collect();
        Ok((self.allow(person, &asked, &client, &uri, Some(all))?, token))
    }

    /// Client and `request_uri`: pushed before, or kept now for a service of the basic profile.
    fn request(&self, pairs: &[(String, String)]) -> Result<Result<(String, String), Outcome>, RunError<StoreError>> {
        let parameters = match Parameters::new(pairs.to_vec()) {
            Ok(parameters) => parameters,
            Err(error) => return Ok(Err(error.into())),
        };
        let id = parameters.get("client_id").unwrap_or_default().to_owned();
        let known = self.door.ledger.read("host.client", |tx| provider::find_client(tx, &id))?.filter(provider::Registered::is_in_force);
        let Some(known) = known else {
            return Ok(Err(OAuthError::new(ErrorCode::InvalidClient, "no such client is in force").into()));
        };
        if let Some(uri) = parameters.get("request_uri") {
            return Ok(Ok((id, uri.to_owned())));
        }
        let redirect = match AuthorizationRequest::redirect(known.client(), &parameters) {
            Ok(redirect) => redirect.clone(),
            Err(error) => return Ok(Err(error.into())),
        };
        let (client, kept) = (known.client().clone(), pairs.to_vec());
        let keep = move |work: &mut Work<'_, '_>| provider::keep_request(work, &client, &kept);
        let (pushed, _) = self.door.ledger.write("host.keep", Actor::Visitor, keep)?;
        Ok(match pushed {
            Ok(pushed) => Ok((id, pushed.request_uri)),
            Err(error) => Err(Outcome::Back(AuthorizationRequest::refusal(&redirect, parameters.get("state"), &self.door.issuer, &error))),
        })
    }

    fn allow(&self, person: Person, asked: &Asked, client: &str, uri: &str, decided: Option<Vec<Decision>>) -> Answer {
        let permission = Permission {
            client: client.to_owned(),
            request_uri: uri.to_owned(),
            issuer: self.door.issuer.clone(),
            subject: provider::subject_at(self.door.ledger.keys(), asked, &person),
            decided,
        };
        let allow = move |work: &mut Work<'_, '_>| provider::allow(work, &person, &permission);
        let (address, _) = self.door.ledger.write("host.allow", Actor::Visitor, allow)?;
        Ok(address.map_or_else(Outcome::Error, Outcome::Back))
    }

    fn refuse(&self, client: &str, uri: &str, error: OAuthError) -> Answer {
        let (client, uri, issuer) = (client.to_owned(), uri.to_owned(), self.door.issuer.clone());
        let deny = move |work: &mut Work<'_, '_>| provider::deny(work, &client, &uri, &issuer, &error);
        let (address, _) = self.door.ledger.write("host.deny", Actor::Visitor, deny)?;
        Ok(address.map_or_else(Outcome::Error, Outcome::Back))
    }

    fn person(&self, token: &str) -> Option<Person> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }

    fn sign_in(&self, resident: u8) -> (Person, Option<String>) {
        let session = kernel::Random::bytes16(&OsRandom);
        let person = Person {
            account: [resident; 16],
            session,
            signed_in: self.door.now(),
            acr: provider::LEVELS[0].to_owned(),
            amr: ["pop", "user", "mfa"].map(str::to_owned).to_vec(),
        };
        let token = kernel::to_hex(&session);
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(token.clone(), person.clone());
        (person, Some(token))
    }
}
