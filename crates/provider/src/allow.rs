use journal::{Event, Work};
use kernel::Instant;
use openid::{AuthorizationRequest, ErrorCode, OAuthError, Prompt, Scope, pairwise_subject};
use seal::Keyring;
use serde_json::json;
use store::StoreError;

use crate::consent::{CONSENT_DAYS, Consent};
use crate::issue::{CODE_SECS, GRANT_DAYS, Given, GrantBody};
use crate::pushed::{Asked, take};
use crate::secret::Opener;
use crate::storage;
use crate::storage::code::StoredCode;

/// A resident who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub account: [u8; 16],
    /// The session, with which its grants end.
    pub session: [u8; 16],
    /// When the resident last proved to be there.
    pub signed_in: Instant,
    /// The level that was reached.
    pub acr: String,
    /// The means (RFC 8176).
    pub amr: Vec<String>,
}

/// What has to happen before a request can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The resident signs in, although perhaps signed in before.
    SignIn,
    /// The resident is asked.
    Ask,
    /// Nothing: the same was agreed to before.
    Answer,
    /// It goes back with this error.
    Refuse(OAuthError),
}

impl Asked {
    /// What has to happen next. `levels` are this provider's, weakest first; `asked_at` is when the request was first shown,
    /// so that `prompt=login` is met by a sign-in after it.
    pub fn next(&self, person: Option<&Person>, consents: &[Consent], levels: &[&str], asked_at: Instant, now: Instant) -> Next {
        let silent = self.request.prompt.contains(&Prompt::None);
        let no = |code: ErrorCode, what: &'static str| Next::Refuse(OAuthError::new(code, what));
        let Some(person) = person.filter(|person| self.is_recent(person, asked_at, now)) else {
            return if silent { no(ErrorCode::LoginRequired, "nobody is signed in, or not recently enough") } else { Next::SignIn };
        };
        let rank = |level: &str| levels.iter().position(|known| *known == level);
        let wanted = self.request.acr_values.iter().filter_map(|level| rank(level)).min();
        if wanted.is_some_and(|wanted| rank(&person.acr).is_none_or(|own| own < wanted)) {
            return no(ErrorCode::UnmetAuthenticationRequirements, "the account has not reached any of acr_values");
        }
        let agreed = consents.iter().find(|consent| consent.client == self.registered.client().id.as_str());
        let agreed = agreed.and_then(|consent| Scope::parse(&consent.scope).ok());
        let covered = agreed.is_some_and(|agreed| self.request.scope.is_within(&agreed));
        if covered && !self.request.prompt.contains(&Prompt::Consent) {
            return Next::Answer;
        }
        if silent { no(ErrorCode::ConsentRequired, "the resident must be asked") } else { Next::Ask }
    }

    fn is_recent(&self, person: &Person, asked_at: Instant, now: Instant) -> bool {
        let again = [Prompt::Login, Prompt::SelectAccount].iter().any(|prompt| self.request.prompt.contains(prompt));
        let aged = self.request.max_age_secs.is_some_and(|most| now.since(person.signed_in) > most.saturating_mul(1000));
        // What was asked with max_age=0 is met by a sign-in after the asking, or nobody could ever meet it.
        let after = person.signed_in >= asked_at;
        after || !(again || aged)
    }
}

/// What a resident allows.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The service.
    pub client: String,
    /// The request.
    pub request_uri: String,
    /// The provider.
    pub issuer: String,
    /// How the service's sector knows this resident.
    pub subject: String,
    /// Whether it was agreed to before and nobody was asked now.
    pub unasked: bool,
}

/// The name under which a service knows a resident: one for each host that residents are sent back to.
pub fn subject_at(keys: &Keyring, asked: &Asked, person: &Person) -> String {
    let sector = asked.request.redirect_uri.host();
    pairwise_subject(|input| keys.prf("provider subject", input), sector, &person.account)
}

/// Answers a request with a code: where the resident is sent. The request is used up, whatever happens afterwards.
pub fn allow(work: &mut Work<'_, '_>, person: &Person, permission: &Permission) -> Result<Result<String, OAuthError>, StoreError> {
    let now = work.now();
    let asked = match take(work.tx(), &permission.client, &permission.request_uri, now)? {
        Ok(asked) => asked,
        Err(error) => return Ok(Err(error)),
    };
    let request = &asked.request;
    let given = Given {
        id: work.random().bytes16(),
        client: permission.client.clone(),
        account: person.account,
        session: person.session,
        body: GrantBody {
            subject: permission.subject.clone(),
            scope: request.scope.to_string(),
            nonce: request.nonce.clone(),
            acr: person.acr.clone(),
            amr: person.amr.clone(),
            signed_in: person.signed_in.millis(),
            bound: None,
        },
        generation: 0,
        expires: now.plus_secs(GRANT_DAYS * 86_400),
    };
    storage::grant::insert(work.tx(), &given)?;
    let opener = Opener::make(work.random());
    let body = json!({
        "redirect_uri": request.redirect_uri.as_str(),
        "challenge": kernel::to_hex(request.challenge.as_bytes()),
        "dpop": request.dpop_key,
    });
    let code = StoredCode { grant: given.id, body: body.to_string(), expires: now.plus_secs(CODE_SECS) };
    storage::code::insert(work.tx(), opener.tag, &code)?;
    if !permission.unasked {
        let consent = Consent { client: given.client, scope: given.body.scope, given: now, expires: now.plus_secs(CONSENT_DAYS * 86_400) };
        storage::consent::keep(work.tx(), person.account, &consent)?;
    }
    let event = Event::new("provider.allowed").record(person.account).detail("client", permission.client.as_str());
    work.journal(event.detail("scope", request.scope.to_string()).detail("asked", !permission.unasked))?;
    Ok(Ok(request.answer(&permission.issuer, opener.text.expose())))
}

/// Answers a request with an error: where the resident is sent.
pub fn deny(work: &mut Work<'_, '_>, client: &str, request_uri: &str, issuer: &str, error: &OAuthError) -> Result<Result<String, OAuthError>, StoreError> {
    let now = work.now();
    let taken = take(work.tx(), client, request_uri, now)?;
    Ok(taken.map(|asked| {
        let request = asked.request;
        AuthorizationRequest::refusal(&request.redirect_uri, request.state.as_deref(), issuer, error)
    }))
}
