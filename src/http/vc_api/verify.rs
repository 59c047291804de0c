//! `POST /credentials/verify`: anyone's credential, answered in a word.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::answer::{self, VerificationAnswer};
use super::{Asked, contexts};
use crate::check::options::Options;
use crate::http::App;
use crate::http::body;
use crate::http::limits::Client;
use crate::http::problem::Problem;
use crate::http::sources::Own;
use crate::verify::{Verifier, Wanted};

/// What a credential's proof is for.
const PURPOSE: &str = "assertionMethod";

/// What is to be verified.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct CredentialToVerify {
    /// An object: with embedded proofs, or an `EnvelopedVerifiableCredential`.
    #[schema(value_type = Object)]
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    verifiable_credential: serde_json::Value,
    /// Nothing in it is needed. Of an `expectedProofPurpose` only `assertionMethod` verifies.
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    options: Option<serde_json::Value>,
}

/// Verify a credential of any issuer (VC-API).
#[utoipa::path(post, path = "/credentials/verify", tag = "vc-api", operation_id = "vc_api_verify_credential", request_body = CredentialToVerify,
    responses((status = 200, description = "It verified", body = VerificationAnswer),
              (status = 400, description = "It did not verify, or the request cannot be read", body = VerificationAnswer)))]
pub async fn verify(
    State(app): State<Arc<App>>,
    client: Client,
    request: Request,
) -> Result<Response, Problem> {
    answer(&app, client, None, request).await
}

/// Verify a credential by the rules of an instance (VC-API).
#[utoipa::path(post, path = "/{instance}/credentials/verify", tag = "vc-api", operation_id = "vc_api_verify_credential_at",
    params(("instance" = String, Path, example = "nea", description = "An issuer's name")),
    request_body = CredentialToVerify,
    responses((status = 200, description = "It verified", body = VerificationAnswer),
              (status = 400, description = "It did not verify, or the request cannot be read", body = VerificationAnswer)))]
pub async fn verify_at(
    State(app): State<Arc<App>>,
    client: Client,
    Path(instance): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    app.known_instance(&instance).await?;
    answer(&app, client, Some(&instance), request).await
}

async fn answer(
    app: &App,
    client: Client,
    instance: Option<&str>,
    request: Request,
) -> Result<Response, Problem> {
    app.admit(client.0)?;
    body::require_json(request.headers())?;
    let bytes = body::read(request).await?;
    let asked = Asked::read(&bytes, "verifiableCredential")?;
    if let Some(purpose) = asked.wanted("expectedProofPurpose")?.filter(|p| p != PURPOSE) {
        return Ok(answer::of_purpose(&purpose, PURPOSE, app.vc_api.failure));
    }
    let profile = app.vc_api.profile(instance);
    let options = Options { profile, ..app.options.clone() };
    let report = report(app, asked, &options, Wanted::Credential).await;
    Ok(answer::of(&report, app.vc_api.failure))
}

/// The report on what a body holds, which must be what is wanted.
pub(super) async fn report(
    app: &App,
    asked: Asked<'_>,
    options: &Options,
    wanted: Wanted,
) -> crate::check::Report {
    let (own, now) = (Own::of(app), app.issuance.ambient.now());
    let contexts = contexts(app, options.profile);
    Verifier { sources: &own, contexts, now, options }.verify_as(asked.held, wanted).await
}
