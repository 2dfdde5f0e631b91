use std::sync::Arc;

use journal::Receipt;
use kernel::{Fault, Id, Kind, Language, kinds};
use registration::scheme::{FieldKind, Scheme};
use registration::{
    Asked, Channel, EnteredBy, FieldProblem, Household, HouseholdForm, Received, RegisterError, Rules, Submission, prepare, register,
};
use store::RunError;
use thiserror::Error;

use crate::{Platform, Service};

/// A household as somebody sends it in.
#[derive(Clone, Copy, Debug)]
pub struct Submit<'a> {
    /// What was typed.
    pub form: &'a HouseholdForm,
    /// The client-made key.
    pub idempotency: &'a str,
    /// The language for messages.
    pub language: Language,
    /// The way it came.
    pub channel: Channel,
    /// The household that it repairs: known only from a checked code.
    pub replaces: Option<Id<kinds::Household>>,
    /// Digest of the definition whose collection statement was shown: `Service::scheme().digest()` of the page or document.
    pub shown: [u8; 32],
    /// The right of the officer who sends it in; nothing when it comes from the public.
    pub officer: Option<EnteredBy>,
}

/// What is acknowledged once it is durable.
#[derive(Debug)]
pub struct Acknowledged {
    /// Reference and time.
    pub received: Received,
    /// The signed receipt.
    pub receipt: Receipt,
}

/// Why nothing was taken.
#[derive(Debug, Error)]
pub enum SubmitError {
    /// Fields that are not right.
    #[error("{} fields are not right", .0.len())]
    Fields(Vec<FieldProblem>),
    /// The scheme, the key, or a fault of ours.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The write queue is full.
    #[error("busy: try again in {retry_after_ms} ms")]
    Busy {
        /// When to try again.
        retry_after_ms: u64,
    },
}

impl Fault for SubmitError {
    fn kind(&self) -> Kind {
        match self {
            Self::Fields(_) => Kind::Invalid,
            Self::Register(error) => error.kind(),
            Self::Busy { .. } => Kind::Busy,
        }
    }
}

impl From<RunError<RegisterError>> for SubmitError {
    fn from(error: RunError<RegisterError>) -> Self {
        match error {
            RunError::Refused(error) => Self::Register(error),
            RunError::Busy { retry_after_ms } => Self::Busy { retry_after_ms },
            RunError::Store(error) => Self::Register(error.into()),
        }
    }
}

/// What the one parser must know in this service.
pub fn rules<'a>(platform: &'a Platform, service: &Service, channel: Channel) -> Rules<'a> {
    let scheme = service.scheme();
    Rules {
        environment: platform.environment(),
        today: platform.now().day(),
        max_people: scheme.max_people(),
        minimum_age: i16::from(scheme.minimum_age()),
        without_mobile: channel == Channel::Letter
            || (channel == Channel::Field && asked(&scheme, FieldKind::Mobile) == Asked::Voluntary),
        vaccination: asked(&scheme, FieldKind::Vaccination),
        places: platform.places(),
    }
}

fn asked(scheme: &Scheme, kind: FieldKind) -> Asked {
    match scheme.field(kind) {
        None => Asked::No,
        Some(field) if field.obligatory => Asked::Obligatory,
        Some(_) => Asked::Voluntary,
    }
}

/// Parses, seals, writes, signs; `reply` runs once, on another thread, after the registration is durable and its receipt
/// signed, or at once when it is refused.
pub fn submit_household(
    platform: &Platform,
    service: &Arc<Service>,
    submit: &Submit<'_>,
    reply: impl FnOnce(Result<Acknowledged, SubmitError>) + Send + 'static,
) {
    let command = match parse_and_seal(platform, service, submit) {
        Ok(command) => command,
        Err(error) => return reply(Err(error)),
    };
    let ledger = service.ledger().clone();
    service.ledger().submit(
        "registration.register",
        command.actor(),
        move |work| register(work, &command),
        move |result| match result {
            Ok((received, committed)) => {
                ledger.sign_receipt(&committed, move |receipt| reply(Ok(Acknowledged { received, receipt })));
            }
            Err(error) => reply(Err(error.into())),
        },
    );
}

fn parse_and_seal(
    platform: &Platform,
    service: &Service,
    submit: &Submit<'_>,
) -> Result<registration::Register, SubmitError> {
    let household =
        Household::parse(submit.form, &rules(platform, service, submit.channel)).map_err(SubmitError::Fields)?;
    let submission = Submission {
        household: &household,
        idempotency: submit.idempotency,
        language: submit.language,
        channel: submit.channel,
        replaces: submit.replaces,
        shown: submit.shown,
        officer: submit.officer,
    };
    Ok(prepare(service.ledger().keys(), &service.scheme(), &submission)?)
}
