use journal::{Event, Work};
use kernel::Instant;
use openid::{ANONYMOUS, AuthorizationRequest, ErrorCode, OAuthError, Prompt, pairwise_subject};
use seal::Keyring;
use serde_json::json;
use store::StoreError;

use crate::consent::{Agreed, CONSENT_DAYS, Consent, LASTING_DAYS, SHARE_DAYS_MOST, Share};
use crate::issue::{ACCESS_SECS, CODE_SECS, GRANT_DAYS, Given, GrantBody};
use crate::pushed::{Asked, take};
use crate::secret::Opener;
use crate::storage;
use crate::storage::code::StoredCode;
use crate::AskedAttribute;

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
    pub fn next(&self, person: Option<&Person>, agreed: &Agreed, levels: &[&str], asked_at: Instant, now: Instant) -> Next {
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
        // What is given without a name is asked for each time.
        let covered = !self.is_anonymous() && self.request.scope.names().all(|name| agreed.settles(name));
        if covered && !self.request.prompt.contains(&Prompt::Consent) {
            return Next::Answer;
        }
        if silent { no(ErrorCode::ConsentRequired, "the resident must be asked") } else { Next::Ask }
    }

    /// Whether it asks for attributes without any name for the person.
    pub fn is_anonymous(&self) -> bool {
        self.request.scope.contains(ANONYMOUS)
    }

    /// The attributes that it asks for, in the order of the registration.
    pub fn attributes(&self) -> impl Iterator<Item = &AskedAttribute> {
        self.registered.registration.attributes.iter().filter(|one| self.request.scope.contains(&one.name))
    }

    fn is_recent(&self, person: &Person, asked_at: Instant, now: Instant) -> bool {
        let again = [Prompt::Login, Prompt::SelectAccount].iter().any(|prompt| self.request.prompt.contains(prompt));
        let aged = self.request.max_age_secs.is_some_and(|most| now.since(person.signed_in) > most.saturating_mul(1000));
        // What was asked with max_age=0 is met by a sign-in after the asking, or nobody could ever meet it.
        let after = person.signed_in >= asked_at;
        after || !(again || aged)
    }
}

/// For how long an attribute is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// This time: until the first tokens have ended.
    Once,
    /// Until this moment, at most [`SHARE_DAYS_MOST`] days from now.
    Until(Instant),
    /// Until it is taken back, or was not used for two years.
    Lasting,
}

/// What a resident decided about one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The attribute, as in the scope.
    pub attribute: String,
    /// For how long; nothing if it is not given.
    pub term: Option<Term>,
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
    /// What the resident decided now, about each attribute; what is not named is not given. Nothing at all if everything was agreed
    /// to before and nobody was asked now.
    pub decided: Option<Vec<Decision>>,
}

/// The name under which a service knows a resident: one for each host that residents are sent back to.
pub fn subject_at(keys: &Keyring, asked: &Asked, person: &Person) -> String {
    let sector = asked.request.redirect_uri.host();
    pairwise_subject(|input| keys.prf("provider subject", input), sector, &person.account)
}

/// Answers a request with a code: where the resident is sent. The request is used up, whatever happens afterwards. Without an
/// attribute that is needed the answer is that the resident said no.
pub fn allow(work: &mut Work<'_, '_>, person: &Person, permission: &Permission) -> Result<Result<String, OAuthError>, StoreError> {
    let now = work.now();
    let asked = match take(work.tx(), &permission.client, &permission.request_uri, now)? {
        Ok(asked) => asked,
        Err(error) => return Ok(Err(error)),
    };
    let before = crate::agreed(work.tx(), person.account, &permission.client, now)?;
    let gifts = gifts(&asked, permission.decided.as_deref(), &before, now);
    if asked.attributes().any(|one| one.needed && !gifts.has(&one.name)) {
        let refused = OAuthError::new(ErrorCode::AccessDenied, "an attribute that is needed was not given");
        let request = &asked.request;
        return Ok(Ok(AuthorizationRequest::refusal(&request.redirect_uri, request.state.as_deref(), &permission.issuer, &refused)));
    }
    let given = give(work, person, permission, &asked, &gifts)?;
    let opener = Opener::make(work.random());
    let body = json!({
        "redirect_uri": asked.request.redirect_uri.as_str(),
        "challenge": kernel::to_hex(asked.request.challenge.as_bytes()),
        "dpop": asked.request.dpop_key,
    });
    let code = StoredCode { grant: given.id, body: body.to_string(), expires: now.plus_secs(CODE_SECS) };
    storage::code::insert(work.tx(), opener.tag, &code)?;
    if !asked.is_anonymous() {
        keep(work, person, permission, &asked, &gifts)?;
    }
    let event = Event::new("provider.allowed").record(person.account).detail("client", permission.client.as_str());
    work.journal(event.detail("scope", given.body.scope).detail("asked", permission.decided.is_some()))?;
    Ok(Ok(asked.request.answer(&permission.issuer, opener.text.expose())))
}

/// What is given of what was asked for.
#[derive(Default)]
struct Gifts {
    once: Vec<String>,
    standing: Vec<Share>,
}

impl Gifts {
    fn has(&self, name: &str) -> bool {
        self.once.iter().any(|known| known == name) || self.standing.iter().any(|share| share.attribute == name)
    }

    /// The names of a request of which the answer holds: all but the attributes that are not given.
    fn scope(&self, asked: &Asked) -> String {
        let withheld = |name: &&str| asked.attributes().any(|one| one.name == *name) && !self.has(name);
        asked.request.scope.names().filter(|name| !withheld(name)).collect::<Vec<_>>().join(" ")
    }
}

fn gifts(asked: &Asked, decided: Option<&[Decision]>, before: &Agreed, now: Instant) -> Gifts {
    let Some(decided) = decided else {
        let standing = before.shares.iter().filter(|share| asked.request.scope.contains(&share.attribute));
        return Gifts { standing: standing.cloned().collect(), ..Gifts::default() };
    };
    let mut gifts = Gifts::default();
    for one in asked.attributes() {
        let term = decided.iter().find(|decision| decision.attribute == one.name).and_then(|decision| decision.term);
        let latest = now.plus_secs(SHARE_DAYS_MOST * 86_400);
        let (expires, lasting) = match term {
            None => continue,
            Some(Term::Until(at)) if !asked.is_anonymous() => (at.min(latest), false),
            Some(Term::Lasting) if !asked.is_anonymous() => (now.plus_secs(LASTING_DAYS * 86_400), true),
            Some(_) => {
                gifts.once.push(one.name.clone());
                continue;
            }
        };
        let client = asked.registered.client().id.to_string();
        gifts.standing.push(Share { client, attribute: one.name.clone(), given: now, expires, lasting });
    }
    gifts
}

fn give(work: &mut Work<'_, '_>, person: &Person, permission: &Permission, asked: &Asked, gifts: &Gifts) -> Result<Given, StoreError> {
    let now = work.now();
    let once_until = now.plus_secs(CODE_SECS + ACCESS_SECS);
    let given = Given {
        id: work.random().bytes16(),
        client: permission.client.clone(),
        account: person.account,
        session: person.session,
        body: GrantBody {
            subject: if asked.is_anonymous() { String::new() } else { permission.subject.clone() },
            scope: gifts.scope(asked),
            nonce: asked.request.nonce.clone(),
            acr: person.acr.clone(),
            amr: person.amr.clone(),
            signed_in: person.signed_in.millis(),
            bound: None,
            once: gifts.once.clone(),
            once_until: once_until.millis(),
        },
        generation: 0,
        expires: if asked.is_anonymous() { once_until } else { now.plus_secs(GRANT_DAYS * 86_400) },
    };
    storage::grant::insert(work.tx(), &given)?;
    Ok(given)
}

/// Keeps what was decided for later, or moves the end of what lasts.
fn keep(work: &mut Work<'_, '_>, person: &Person, permission: &Permission, asked: &Asked, gifts: &Gifts) -> Result<(), StoreError> {
    let (now, client) = (work.now(), permission.client.clone());
    if permission.decided.is_none() {
        return storage::share::prolong(work.tx(), person.account, &client, now.plus_secs(LASTING_DAYS * 86_400));
    }
    for one in asked.attributes() {
        storage::share::delete(work.tx(), person.account, &client, &one.name)?;
    }
    for share in &gifts.standing {
        storage::share::keep(work.tx(), person.account, share)?;
    }
    // What is given this time only is asked for again next time.
    let settled = asked.request.scope.names().filter(|name| !gifts.has(name));
    let scope = settled.collect::<Vec<_>>().join(" ");
    let consent = Consent { client, scope, given: now, expires: now.plus_secs(CONSENT_DAYS * 86_400) };
    storage::consent::keep(work.tx(), person.account, &consent)
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
