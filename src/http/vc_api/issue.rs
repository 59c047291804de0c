//! `POST /credentials/issue`: a credential that its issuer composed is signed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::value::RawValue;

use super::answer::{self, ProblemDetails};
use super::{Asked, Instance, contexts};
use crate::http::App;
use crate::http::auth::{Caller, Scope};
use crate::http::body;
use crate::http::credentials::{idempotency_key, mark_replayed};
use crate::http::problem::{Problem, ProblemDocument};
use crate::issue::IssueError;
use crate::issue::external::{External, ExternalError, Mechanism, SignedExternal};
use crate::model::credential::Credential;

/// What is to be signed.
#[derive(utoipa::ToSchema)]
pub struct CredentialToIssue {
    /// Of the data model 2.0 or 1.1. What is missing of id, issuer and status is added.
    #[schema(value_type = Object)]
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    credential: serde_json::Value,
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    options: Option<IssueOptions>,
}

/// How it is to be secured, unless the path says so.
#[derive(utoipa::ToSchema)]
pub struct IssueOptions {
    /// `DataIntegrityProof`, or `vc+jwt` for an `EnvelopedVerifiableCredential`.
    #[schema(rename = "type")]
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    kind: Option<String>,
    /// `eddsa-rdfc-2022`, `eddsa-jcs-2022`, `ecdsa-rdfc-2019` or `ecdsa-jcs-2019`.
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    cryptosuite: Option<String>,
    /// Behind a cryptosuite of ECDSA: `P-256` or `P-384`.
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    curve: Option<String>,
    /// Of a `vc+jwt`: `ES256`, `EdDSA`, `ES384` or `RS256`.
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    alg: Option<String>,
}

/// The secured credential.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssueAnswer {
    #[schema(value_type = Object)]
    pub verifiable_credential: Box<RawValue>,
}

/// Why it was not signed.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotIssued {
    pub problem_details: Vec<ProblemDetails>,
}

/// Sign a credential as the issuer whose API key this is (VC-API).
#[utoipa::path(post, path = "/credentials/issue", tag = "vc-api", operation_id = "vc_api_issue",
    params(("Idempotency-Key" = Option<String>, Header,
            description = "Asking again under the same key gives the same bytes and signs nothing")),
    request_body = CredentialToIssue,
    responses((status = 201, description = "The credential, secured and committed", body = IssueAnswer),
              (status = 400, description = "It cannot be signed as it is, or the request cannot be read", content(
                  (NotIssued = "application/json"), (ProblemDocument = "application/problem+json")))),
    security(("apiKey" = ["issue"])))]
pub async fn issue(
    State(app): State<Arc<App>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    answer(&app, &caller, None, request).await
}

/// Sign a credential as an issuer, in the way that the instance names (VC-API).
#[utoipa::path(post, path = "/{instance}/credentials/issue", tag = "vc-api", operation_id = "vc_api_issue_at",
    params(("instance" = String, Path, example = "nea.ecdsa-rdfc-2019",
            description = "An issuer's name; after a full stop also a cryptosuite or `vc+jwt`, and after another its curve (`P-384`) or `alg`"),
           ("Idempotency-Key" = Option<String>, Header,
            description = "Asking again under the same key gives the same bytes and signs nothing")),
    request_body = CredentialToIssue,
    responses((status = 201, description = "The credential, secured and committed", body = IssueAnswer),
              (status = 400, description = "It cannot be signed as it is, or the request cannot be read", content(
                  (NotIssued = "application/json"), (ProblemDocument = "application/problem+json")))),
    security(("apiKey" = ["issue"])))]
pub async fn issue_at(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(instance): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    answer(&app, &caller, Some(&instance), request).await
}

async fn answer(
    app: &App,
    caller: &Caller,
    instance: Option<&str>,
    request: Request,
) -> Result<Response, Problem> {
    let named = instance.map(Instance::of);
    let idempotency_key = idempotency_key(request.headers(), None)?;
    if let Some(named) = &named {
        app.party(caller, Scope::Issue, named.issuer).await?;
    }
    body::require_json(request.headers())?;
    let bytes = body::read(request).await?;
    let asked = Asked::read(&bytes, "credential")?;
    let issuer = match named {
        Some(named) => named.issuer.to_owned(),
        None => issuer(app, caller, &asked)?,
    };
    let party = app.party(caller, Scope::Issue, &issuer).await?;
    let profile = app.vc_api.profile(instance);
    let external = External {
        credential: &asked.held,
        mechanism: mechanism(named.and_then(|named| named.mechanism), &asked)?,
        profile,
        contexts: contexts(app, profile),
        idempotency_key: idempotency_key.as_deref(),
    };
    match app.issuance.issue_external(&party, &caller.minter(), external).await {
        Ok(secured) => created(secured),
        Err(ExternalError::NotValid(problems)) => Ok(refused(&problems)),
        Err(ExternalError::Issue(IssueError::Invalid(faults))) => {
            let problem = |fault: crate::model::Fault| {
                let problem = crate::check::Problem::new(fault.code, fault.detail);
                ("form".to_owned(), problem.at(fault.pointer))
            };
            Ok(refused(&faults.into_iter().map(problem).collect::<Vec<_>>()))
        }
        Err(ExternalError::Issue(error)) => Err(error.into()),
    }
}

/// Where the path names none: that of the key, else the one that the credential names.
pub(super) fn issuer(app: &App, caller: &Caller, asked: &Asked<'_>) -> Result<String, Problem> {
    if let Some(own) = caller.own_issuer() {
        return Ok(own.to_owned());
    }
    let named = Credential(asked.held.root()).issuer();
    let named = named.and_then(|did| app.issuance.links.own_issuer(did));
    named.map(str::to_owned).ok_or_else(|| {
        let detail = "nothing says which issuer is to sign; ask at /NAME/credentials/issue".into();
        Problem::Unreadable { part: "body", detail }
    })
}

/// That of the path, else that of the options; none where neither names one.
fn mechanism(named: Option<&str>, asked: &Asked<'_>) -> Result<Option<Mechanism>, Problem> {
    let options = (asked.option("type"), asked.option("cryptosuite"));
    let wanted = match (named, options) {
        (Some(named), _) => Some(named),
        (None, (Some("DataIntegrityProof"), None)) => None,
        (None, (kind, cryptosuite)) => cryptosuite.or(kind),
    };
    let Some(wanted) = wanted else { return unasked(asked).map(|()| None) };
    let which = if wanted == "vc+jwt" { asked.option("alg") } else { asked.option("curve") };
    let wanted = match which.filter(|_| !wanted.contains('.')) {
        Some(which) => format!("{wanted}.{which}"),
        None => wanted.to_owned(),
    };
    Mechanism::named(&wanted).map(Some).ok_or_else(|| {
        let detail = format!("credentials are not signed with {wanted:?} here");
        Problem::Unreadable { part: "options", detail }
    })
}

/// That nothing is asked for of a way of securing that is not named: which one would be a guess.
fn unasked(asked: &Asked<'_>) -> Result<(), Problem> {
    let of_what =
        [("curve", "a `cryptosuite`, as \"ecdsa-rdfc-2019\""), ("alg", "the `type` \"vc+jwt\"")];
    match of_what.into_iter().find(|(option, _)| asked.option(option).is_some()) {
        None => Ok(()),
        Some((option, of)) => {
            let detail =
                format!("`{option}` says nothing alone: name {of} beside it, or leave it out");
            Err(Problem::Unreadable { part: "options", detail })
        }
    }
}

fn created(signed: SignedExternal) -> Result<Response, Problem> {
    let verifiable_credential = RawValue::from_string(signed.credential).map_err(|error| {
        tracing::error!(%error, "a secured credential is not JSON");
        Problem::Internal
    })?;
    let answer = Json(IssueAnswer { verifiable_credential });
    let mut response = (StatusCode::CREATED, answer).into_response();
    if signed.replayed {
        mark_replayed(response.headers_mut());
    }
    Ok(response)
}

fn refused(problems: &[(String, crate::check::Problem)]) -> Response {
    let details = problems.iter().map(|(check, problem)| answer::of_problem(check, problem));
    let answer = NotIssued { problem_details: details.collect() };
    (StatusCode::BAD_REQUEST, Json(answer)).into_response()
}
