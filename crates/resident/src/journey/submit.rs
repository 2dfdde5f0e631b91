use axum::response::Response;
use flows::{Submit, SubmitError, submit_household};
use kernel::Kind;
use registration::{Channel, FieldProblem, RegisterError};
use tokio::sync::oneshot;
use webkit::Failure;

use super::{Step, check, page, statement};
use crate::draft::Draft;
use crate::faults::Faults;
use crate::visit::Visit;
use crate::{front, received};

/// Sends the household in. The answer is the same for everybody: what the register says of them is found out later.
pub(super) async fn submit(mut visit: Visit, mut draft: Draft) -> Result<Response, Failure> {
    let (sender, receiver) = oneshot::channel();
    let command = Submit {
        form: &draft.form,
        idempotency: &draft.key,
        language: visit.language(),
        channel: Channel::Online,
        replaces: draft.replaces,
        shown: visit.scheme.digest(),
        officer: None,
    };
    submit_household(&visit.state.platform, &visit.service, &command, move |result| {
        // Nobody waits any more when the connection has gone; the registration stands all the same.
        let _ = sender.send(result);
    });
    let result = receiver.await.map_err(|_| Failure::of(Kind::Busy))?;
    match result {
        Ok(acknowledged) => received::page(visit, &acknowledged.receipt.to_line()),
        Err(SubmitError::Fields(problems)) => first_fault(&visit, &mut draft, &problems),
        Err(SubmitError::Busy { .. }) => check::answers(&visit, &draft, Some(&visit.t.get("check-busy"))),
        Err(SubmitError::Register(RegisterError::NotOpen(_))) => front::not_open(&visit).await,
        // A new version came into force while this one was being sent.
        Err(SubmitError::Register(RegisterError::Statement)) => {
            visit.scheme = visit.service.scheme();
            statement::page(&visit, &draft)
        }
        Err(SubmitError::Register(error)) => Err(error.into()),
    }
}

/// Leads to the first page with something wrong, which shows what.
fn first_fault(visit: &Visit, draft: &mut Draft, problems: &[FieldProblem]) -> Result<Response, Failure> {
    let Some(first) = problems.first() else { return Err(Failure::of(Kind::Invalid)) };
    draft.step = step_of(&first.field, draft);
    let prefix = member_prefix(&first.field);
    let same = |problem: &&FieldProblem| {
        step_of(&problem.field, draft) == draft.step && member_prefix(&problem.field) == prefix
    };
    let here: Vec<FieldProblem> = problems.iter().filter(same).cloned().collect();
    page(visit, draft, &Faults::of(&here, visit.language()))
}

fn step_of(field: &str, draft: &Draft) -> Step {
    let listed = !draft.form.address.key.is_empty();
    match field {
        "id_number" | "birth" => Step::Identity,
        "name" => Step::Name,
        "mobile" => Step::Mobile,
        "address.flat" | "address.floor" if listed => Step::Unit,
        "address.flat" | "address.floor" | "address.district" | "address.text" => Step::Manual,
        "address.key" => Step::Address,
        _ => member_prefix(field).map_or(Step::Members, Step::Member),
    }
}

fn member_prefix(field: &str) -> Option<usize> {
    field.strip_prefix("members.")?.split('.').next()?.parse().ok()
}
