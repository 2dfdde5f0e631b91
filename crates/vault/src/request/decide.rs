use journal::Work;
use kernel::{Fault, Id, Kind, kinds};
use people::{Grant, HandleRequests};
use store::StoreError;
use thiserror::Error;

use super::lodge::log;
use super::{Ground, RequestRow, RequestState};
use crate::storage;

/// Why a request was not decided.
#[derive(Debug, Error)]
pub enum DecideError {
    /// There is no such request in the officer's services.
    #[error("there is no such request in your services")]
    Missing,
    /// It has been answered or refused.
    #[error("this request has been decided already")]
    Decided,
    /// The ground is none for this kind of request.
    #[error("this is not a ground on which such a request can be refused")]
    Ground,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for DecideError {
    fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::Decided => Kind::Taken,
            Self::Ground => Kind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }
}

/// The request was complied with; with a ground, only in part (section 19(2): the rest as soon as practicable, or refused).
pub fn answer_request(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleRequests>,
    id: Id<kinds::SubjectRequest>,
    except: Option<Ground>,
) -> Result<RequestRow, DecideError> {
    let state = if except.is_some() { RequestState::Partly } else { RequestState::Complied };
    decide(work, grant, id, state, except)
}

/// The request is refused on a ground of sections 20 or 24; the notice of refusal goes out within the forty days (sections 21
/// and 25).
pub fn refuse_request(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleRequests>,
    id: Id<kinds::SubjectRequest>,
    ground: Ground,
) -> Result<RequestRow, DecideError> {
    decide(work, grant, id, RequestState::Refused, Some(ground))
}

fn decide(
    work: &mut Work<'_, '_>,
    grant: &Grant<HandleRequests>,
    id: Id<kinds::SubjectRequest>,
    state: RequestState,
    ground: Option<Ground>,
) -> Result<RequestRow, DecideError> {
    let row = storage::request::find(work.tx(), id)?.filter(|row| grant.covers(row.service)).ok_or(DecideError::Missing)?;
    if row.state != RequestState::Lodged {
        return Err(DecideError::Decided);
    }
    if ground.is_some_and(|ground| !Ground::for_kind(row.kind).contains(&ground)) {
        return Err(DecideError::Ground);
    }
    let decided = RequestRow { state, ground, decided: Some(work.now()), ..row };
    let actor = work.actor().to_json().to_string();
    if !storage::request::set_decided(work.tx(), &decided, &actor)? {
        return Err(DecideError::Decided);
    }
    log(work, &decided, state.as_str())?;
    Ok(decided)
}
