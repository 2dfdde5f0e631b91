use std::sync::Arc;

use axum::Extension;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::Response;
use flows::{LookUpFault, lease_look_up, letters_under};
use kernel::{Fault, Id, Kind, Language, kinds};
use processors::{AskLookUp, FileStatement, HandedOver, Lease, Partner, PartnerError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::RunError;
use webkit::{Failure, Json, ProblemField, Visitor};

use crate::blocking::blocking;
use crate::package::{NotFetched, fetched, noted};
use crate::state::PartnerState;
use crate::statement::signature;
use crate::texts::texts;
use crate::visit::partner_of;

/// A program that sends the credential: `Authorization: Bearer …`.
pub(crate) struct Bearer(Partner);

impl FromRequestParts<Arc<PartnerState>> for Bearer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<PartnerState>) -> Result<Self, Failure> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let text = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(|| Failure::from(PartnerError::Unknown))?;
        partner_of(&state.platform, text).await.map(Self)
    }
}

/// `GET /api/partner/v1/leases`: the leases under the contract of the credential.
pub(crate) async fn leases(
    State(state): State<Arc<PartnerState>>,
    Bearer(partner): Bearer,
) -> Result<Json<Value>, Failure> {
    let (platform, contract) = (state.platform.clone(), partner.contract().id);
    let now = platform.now();
    let found = blocking(move || -> Result<_, RunError<store::StoreError>> {
        platform.ledger().read("partner.api_leases", |tx| processors::leases_of_contract(tx, contract))
    });
    let leases: Vec<Value> = found.await?.iter().map(|lease| describe(lease, now)).collect();
    Ok(Json(json!({ "leases": leases })))
}

fn describe(lease: &Lease, now: kernel::Instant) -> Value {
    json!({
        "id": lease.id,
        "service": lease.service,
        "purpose": lease.purpose,
        "groups": lease.groups,
        "form": lease.form,
        "until": lease.until,
        "days_left": lease.days_left(now.day()),
        "usable": lease.is_usable(now),
        "look_ups_a_day": lease.daily_most,
        "state": lease.state.slug(),
        "due": lease.due.map(|due| due.to_string()),
    })
}

/// What is asked about one record. The reference stands in the body, because addresses are written into logs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookUpRequest {
    purpose: String,
    reference: String,
}

/// `POST /api/partner/v1/leases/{lease}/look-up`
pub(crate) async fn look_up(
    State(state): State<Arc<PartnerState>>,
    Extension(visitor): Extension<Visitor>,
    Path(lease): Path<String>,
    Bearer(partner): Bearer,
    Json(request): Json<LookUpRequest>,
) -> Result<Json<Value>, Failure> {
    let lease = lease_id(&lease)?;
    let ask = AskLookUp { lease, purpose: request.purpose, reference: request.reference };
    let looked = blocking(move || Ok::<_, LookUpFault>(lease_look_up(&state.platform, &partner, &ask))).await?;
    let found = looked.map_err(|fault| refusal(&fault, visitor.language))?;
    let record = &found.record;
    let mut answer = json!({ "reference": record.household.reference.to_string(), "people": record.household.people });
    if let (Some(contact), Some(fields)) = (&record.contact, answer.as_object_mut()) {
        fields.insert("name".into(), contact.name.clone().into());
        fields.insert("address".into(), contact.address.line.clone().into());
    }
    if let (Some(mobile), Some(fields)) = (&record.mobile, answer.as_object_mut()) {
        fields.insert("mobile".into(), mobile.digits().into());
    }
    if let (Some(people), Some(fields)) = (&record.people, answer.as_object_mut()) {
        let person = |person: &registration::Person| {
            json!({ "identity_number": person.id_number.formatted(), "birth": person.birth })
        };
        fields.insert("persons".into(), people.iter().map(person).collect());
    }
    Ok(Json(answer))
}

/// A refusal names its reason, for programs and for people.
fn refusal(fault: &LookUpFault, language: Language) -> Failure {
    let failure = Failure::of(fault.kind()).because(fault.to_string());
    let LookUpFault::Refused(refused) = fault else { return failure };
    let message = refused.title().get(language).to_owned();
    failure.with_fields(vec![ProblemField { field: "lease".into(), code: refused.slug().into(), message }])
}

/// `GET /api/partner/v1/leases/{lease}/packages`: what was handed over under a lease of the credential's contract.
pub(crate) async fn packages(
    State(state): State<Arc<PartnerState>>,
    Path(lease): Path<String>,
    Bearer(partner): Bearer,
) -> Result<Json<Value>, Failure> {
    let (platform, contract, lease) = (state.platform.clone(), partner.contract().id, lease_id(&lease)?);
    let found = blocking(move || -> Result<_, RunError<store::StoreError>> {
        let found = platform.ledger().read("partner.api_packages", |tx| {
            let own = processors::lease(tx, lease)?.filter(|lease| lease.contract == contract);
            own.map(|own| Ok((processors::hand_overs(tx, lease)?, own))).transpose()
        })?;
        found.map(|(packages, own)| Ok((packages, letters_under(&platform, &own)?))).transpose()
    });
    let (packages, letters) = found.await?.ok_or_else(|| Failure::of(Kind::Missing))?;
    let describe = |one: &HandedOver| {
        let mut fields = json!({ "id": one.id, "at": one.at.to_string(), "digest": kernel::to_hex(&one.digest), "records": one.records });
        if let (Some(letters), Some(fields)) = (&letters, fields.as_object_mut()) {
            let posted = letters.iter().find(|batch| batch.id == one.id).and_then(|batch| batch.posted);
            fields.insert("posted".into(), json!(posted.map(|at| at.to_string())));
        }
        fields
    };
    Ok(Json(json!({ "packages": packages.iter().map(describe).collect::<Vec<Value>>() })))
}

/// `GET /api/partner/v1/leases/{lease}/packages/{package}`: the encrypted file.
pub(crate) async fn package(
    State(state): State<Arc<PartnerState>>,
    Path((_, package)): Path<(String, String)>,
    Bearer(partner): Bearer,
) -> Result<Response, Failure> {
    let package = package.parse().map_err(|_| Failure::of(Kind::Missing))?;
    fetched(&state, partner, package).await
}

/// `POST /api/partner/v1/leases/{lease}/packages/{package}/posted`: the letters of this package are in the post. Saying it twice changes
/// nothing.
pub(crate) async fn posted(
    State(state): State<Arc<PartnerState>>,
    Extension(visitor): Extension<Visitor>,
    Path((lease, package)): Path<(String, String)>,
    Bearer(partner): Bearer,
) -> Result<Json<Value>, Failure> {
    let package = package.parse().map_err(|_| Failure::of(Kind::Missing))?;
    let at = noted(&state, partner, (lease_id(&lease)?, package)).await?.map_err(|NotFetched| {
        let message = texts(visitor.language).get("package-not-fetched");
        let field = ProblemField { field: "package".into(), code: "not-fetched".into(), message };
        Failure::of(Kind::Invalid).with_fields(vec![field])
    })?;
    Ok(Json(json!({ "posted": at.to_string() })))
}

/// A statement with its signature.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementRequest {
    text: String,
    /// 64 bytes in hexadecimal.
    signature: String,
}

/// What became of it.
#[derive(Debug, Serialize)]
pub(crate) struct StatementAnswer {
    verdict: &'static str,
    late: bool,
}

/// `POST /api/partner/v1/leases/{lease}/statement`
pub(crate) async fn statement(
    State(state): State<Arc<PartnerState>>,
    Path(lease): Path<String>,
    Bearer(partner): Bearer,
    Json(request): Json<StatementRequest>,
) -> Result<Json<StatementAnswer>, Failure> {
    let signature = signature(&request.signature).ok_or_else(|| Failure::of(Kind::Invalid))?;
    let command = FileStatement { lease: lease_id(&lease)?, text: request.text, signature };
    let filed = blocking(move || {
        let actor = partner.actor();
        let file = move |work: &mut journal::Work<'_, '_>| {
            flows::file_statement(work, &partner, &command)
        };
        state.platform.ledger().write("partner.api_statement", actor, file)
    });
    let (filed, _) = filed.await?;
    Ok(Json(StatementAnswer { verdict: filed.verdict.slug(), late: filed.late }))
}

fn lease_id(text: &str) -> Result<Id<kinds::Lease>, Failure> {
    text.parse().map_err(|_| Failure::of(Kind::Missing))
}
