//! `POST /presentations/verify`: a holder's presentation, and each credential in it.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::answer::{self, VerificationAnswer};
use super::{Asked, verify};
use crate::check::options::Options;
use crate::http::App;
use crate::http::body;
use crate::http::limits::Client;
use crate::http::problem::Problem;
use crate::verify::Wanted;

/// What a holder's proof is for.
const PURPOSE: &str = "authentication";

/// What is to be verified.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct PresentationToVerify {
    /// An object: signed or not, or an `EnvelopedVerifiablePresentation`.
    #[schema(value_type = Object)]
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    verifiable_presentation: serde_json::Value,
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    options: Option<PresentationOptions>,
}

/// What it was asked for with. What is not given is not compared.
#[derive(utoipa::ToSchema)]
pub struct PresentationOptions {
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    domain: Option<String>,
    #[expect(dead_code, reason = "describes the body, which is read as it was written")]
    challenge: Option<String>,
}

/// Verify a presentation, and each credential in it (VC-API).
#[utoipa::path(post, path = "/presentations/verify", tag = "vc-api", operation_id = "vc_api_verify_presentation", request_body = PresentationToVerify,
    responses((status = 200, description = "All of it verified", body = VerificationAnswer),
              (status = 400, description = "Something did not verify, or the request cannot be read", body = VerificationAnswer)))]
pub async fn verify(
    State(app): State<Arc<App>>,
    client: Client,
    request: Request,
) -> Result<Response, Problem> {
    answer(&app, client, None, request).await
}

/// Verify a presentation by the rules of an instance (VC-API).
#[utoipa::path(post, path = "/{instance}/presentations/verify", tag = "vc-api", operation_id = "vc_api_verify_presentation_at",
    params(("instance" = String, Path, example = "nea", description = "An issuer's name")),
    request_body = PresentationToVerify,
    responses((status = 200, description = "All of it verified", body = VerificationAnswer),
              (status = 400, description = "Something did not verify, or the request cannot be read", body = VerificationAnswer)))]
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
    let asked = Asked::read(&bytes, "verifiablePresentation")?;
    if let Some(purpose) = asked.wanted("expectedProofPurpose")?.filter(|p| p != PURPOSE) {
        return Ok(answer::of_purpose(&purpose, PURPOSE, app.vc_api.failure));
    }
    let options = Options {
        profile: app.vc_api.profile(instance),
        domain: asked.wanted("domain")?,
        challenge: asked.wanted("challenge")?,
        ..app.options.clone()
    };
    let report = verify::report(app, asked, &options, Wanted::Presentation).await;
    Ok(answer::of(&report, app.vc_api.failure))
}
