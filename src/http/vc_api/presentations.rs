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
use crate::model::json::Value;
use crate::verify::Wanted;

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
    let options = Options {
        profile: app.vc_api.profile(instance),
        domain: wanted(&asked, "domain")?,
        challenge: wanted(&asked, "challenge")?,
        ..app.options.clone()
    };
    let report = verify::report(app, asked, &options, Wanted::Presentation).await;
    Ok(answer::of(&report, app.vc_api.failure))
}

/// One that is there and no text must not be taken for none.
fn wanted(asked: &Asked<'_>, name: &'static str) -> Result<Option<String>, Problem> {
    match asked.named_option(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.to_string())),
        Some(_) => {
            let detail = format!("`options.{name}` is not a text");
            Err(Problem::Unreadable { part: "body", detail })
        }
    }
}
