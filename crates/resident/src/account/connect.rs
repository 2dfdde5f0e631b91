//! What happens between a resident and an online service that sends them here (OpenID Connect): who asks is shown, the resident signs in
//! if need be, decides attribute by attribute, and is sent back.
//!
//! A request is kept in the provider's store and known by its `request_uri` alone, which is the last part of the page's address: a
//! sign-in, a change of language or a reload finds it again, and it ends half an hour after it was first shown.

mod answer;
mod arrive;
mod consent;
mod held;
mod leave;
mod logout;
mod person;
mod waiting;

use axum::extract::Path;
use axum::response::Response;
use openid::{ErrorCode, OAuthError, Prompt};
use provider::{Agreed, Asked, LEVELS, Next, Person, REQUEST_URI};
use serde::Deserialize;
use webkit::{Failure, Page};

use super::call::Call;
use crate::faults::Faults;

pub(super) use answer::decide;
pub(super) use arrive::arrive;
pub(super) use consent::marks;
pub(super) use held::{label, written};
pub(super) use leave::{go_on, see};
pub(super) use logout::{arrive_to_leave, ask as ask_to_leave, leave as leave_all};
pub(super) use waiting::{goes_on, read_waiting, who_waits};
use waiting::note_waiting;

/// Which request: the service and the random end of its `request_uri`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Way {
    client: String,
    opener: String,
}

impl Way {
    fn request_uri(&self) -> String {
        format!("{REQUEST_URI}{}", self.opener)
    }

    fn path(&self) -> String {
        format!("/account/connect/{}/{}", self.client, self.opener)
    }

    async fn asked(&self, call: &Call) -> Result<Result<Asked, OAuthError>, Failure> {
        let (client, uri, now) = (self.client.clone(), self.request_uri(), call.now());
        call.read("resident.asked", move |tx| provider::asked(tx, &client, &uri, now)).await
    }

    async fn agreed(&self, call: &Call, person: Option<&Person>) -> Result<Agreed, Failure> {
        let Some(account) = person.map(|person| person.account) else { return Ok(Agreed::default()) };
        let (client, now) = (self.client.clone(), call.now());
        call.read("resident.agreed", move |tx| provider::agreed(tx, account, &client, now)).await
    }
}

/// A request, whoever is here, and what has to happen next.
struct Standing {
    asked: Asked,
    person: Option<Person>,
    agreed: Agreed,
    next: Next,
}

async fn standing(call: &Call, way: &Way) -> Result<Result<Standing, OAuthError>, Failure> {
    let asked = match way.asked(call).await? {
        Ok(asked) => asked,
        Err(error) => return Ok(Err(error)),
    };
    let person = person::of(call).await?;
    let agreed = way.agreed(call, person.as_ref()).await?;
    let now = call.now();
    let next = asked.next(person.as_ref(), &agreed, &LEVELS, asked.shown.unwrap_or(now), now);
    Ok(Ok(Standing { asked, person, agreed, next }))
}

/// `GET /account/connect/{client}/{opener}`: the next step of a request.
pub(super) async fn show(call: Call, Path(way): Path<Way>) -> Result<Response, Failure> {
    let Standing { asked, person, agreed, next } = match standing(&call, &way).await? {
        Ok(standing) => standing,
        Err(error) => return Ok(ended(&call, &error)),
    };
    match (next, person) {
        (Next::Ask, Some(_)) => consent::ask(&call, &way, &asked, &agreed).await,
        (Next::Answer, Some(person)) => leave::answer(&call, &way, &asked, &person).await,
        (Next::Refuse(error), _) if stays(&asked, &error) => Ok(too_low(&call, &way, &asked)),
        (Next::Refuse(error), _) => leave::refuse(&call, &way, &error).await,
        (Next::SignIn | Next::Ask | Next::Answer, _) => {
            let mut response = call.go(&format!("/account/sign-in?next={}", way.path()));
            note_waiting(&call, &mut response, &way);
            Ok(response)
        }
    }
}

/// Whether the resident can do something about a refusal: reach the level that the service wants.
fn stays(asked: &Asked, error: &OAuthError) -> bool {
    error.code == ErrorCode::UnmetAuthenticationRequirements && !asked.request.prompt.contains(&Prompt::None)
}

/// The request is not known any more.
fn ended(call: &Call, error: &OAuthError) -> Response {
    let title = call.say("connect-ended");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("connect-ended-lead")).note(call.t.with("connect-code", [("code", error.code.name())]));
    call.show(Page::new(title, body.markup()).invalid())
}

/// The account is not at the level that the service wants.
fn too_low(call: &Call, way: &Way, asked: &Asked) -> Response {
    let title = call.say("connect-level");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.t.with("connect-level-lead", [("service", asked.registered.registration.name.get(call.language()))]));
    body.p(call.say("connect-level-how")).link(call.say("connect-level-account"), call.url("/account"));
    body.part(&leave::refuse_form(call, way, "unmet", call.say("connect-back")));
    call.show(Page::new(title, body.markup()))
}
