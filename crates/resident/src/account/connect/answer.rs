use axum::extract::Path;
use axum::response::Response;
use kernel::{Day, Instant};
use openid::{ErrorCode, OAuthError};
use provider::{Asked, Decision, Next, SHARE_DAYS_MOST, Term};
use webkit::parts::DateValue;
use webkit::{Failure, Values};

use super::{Call, Standing, Way, consent, ended, leave, standing};
use crate::faults::Faults;

/// `POST /account/connect/{client}/{opener}`: what the resident decided.
pub(in crate::account) async fn decide(call: Call, Path(way): Path<Way>, values: Values) -> Result<Response, Failure> {
    let Standing { asked, person, next, .. } = match standing(&call, &way).await? {
        Ok(standing) => standing,
        Err(error) => return Ok(ended(&call, &error)),
    };
    let name = asked.registered.registration.name.get(call.language()).to_owned();
    if let Some(error) = refusal(values.get("answer")) {
        return match leave::deny(&call, &way, error).await? {
            Ok(address) => leave::go_on(&call, &name, &address),
            Err(error) => Ok(ended(&call, &error)),
        };
    }
    let (Next::Ask | Next::Answer, Some(person)) = (next, person) else { return Ok(call.go(&way.path())) };
    let held = consent::Held::read(&call, &asked).await?;
    let decided = decisions(&call, &asked, &held, &values);
    let shown = |faults: &Faults| consent::page(&call, &way, &asked, &held, &consent::Chosen::typed(&asked, &values), faults);
    if values.switching() {
        return Ok(shown(&Faults::none()));
    }
    let decided = match decided {
        Ok(decided) => decided,
        Err(faults) => return Ok(shown(&faults)),
    };
    match leave::allow(&call, &way, &asked, &person, Some(decided)).await? {
        Ok(address) => leave::go_on(&call, &name, &address),
        Err(error) => Ok(ended(&call, &error)),
    }
}

fn refusal(answer: &str) -> Option<OAuthError> {
    match answer {
        "refuse" => Some(OAuthError::new(ErrorCode::AccessDenied, "the resident said no")),
        "unmet" => Some(OAuthError::new(ErrorCode::UnmetAuthenticationRequirements, "the account has not reached any of acr_values")),
        _ => None,
    }
}

/// What was decided about each attribute, or what is missing.
fn decisions(call: &Call, asked: &Asked, held: &consent::Held, values: &Values) -> Result<Vec<Decision>, Faults> {
    let mut faults = Vec::new();
    let mut decided = Vec::new();
    let until = until(DateValue::of(values, "until").day(), call.now());
    for (number, one) in asked.attributes().enumerate() {
        let field = consent::field(number);
        let term = match values.get(&field) {
            _ if !held.has(&one.name) => None,
            "once" => Some(Term::Once),
            "lasting" => Some(Term::Lasting),
            "until" => {
                if until.is_none() {
                    faults.push(("until".to_owned(), call.t.with("connect-until-wrong", [("days", SHARE_DAYS_MOST)])));
                }
                until.map(Term::Until)
            }
            "no" if !one.needed => None,
            _ => {
                let name = super::label(call, &one.name);
                faults.push((field, call.t.with("connect-choose", [("attribute", name)])));
                None
            }
        };
        decided.push(Decision { attribute: one.name.clone(), term });
    }
    faults.dedup();
    if faults.is_empty() { Ok(decided) } else { Err(Faults::list(faults)) }
}

/// The end of the day that was typed, if it is one of the next year.
fn until(day: Option<Day>, now: Instant) -> Option<Instant> {
    let day = day?;
    let ahead = i64::from(day.since(now.day()));
    (1..SHARE_DAYS_MOST).contains(&ahead).then(|| Instant::at(day.plus(1), 0))
}
