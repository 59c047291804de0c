//! Verifying for anyone.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use metrics::counter;
use url::Url;

use super::App;
use super::limits::Client;
use super::problem::Problem;
use super::sources::Own;
use super::upload::{self, Upload};
use super::wishes::Wishes;
use crate::bake::Picture;
use crate::check::Report;
use crate::check::options::Options;
use crate::check::report::Verdict;
use crate::model::Fault;
use crate::model::document::DocumentError;
use crate::model::json::{Object, Value};
use crate::verify::{self, DecodeError, Secured, Verifier};

/// Verify a credential of any issuer: JSON, a JWT, a PNG or SVG with one baked in, or `{"url": …}`
/// or the bare URL for a link to one.
///
/// The body decides which it is, whatever its content type; `multipart/form-data` holds one of
/// these in one field, as a file or as text. A credential that does not verify is
/// a 200 too: the report says why.
///
/// With the header `Expected-Recipient` the report also says whether the credential names that
/// person, in a section of its own: what fits is no proof that it is theirs.
#[utoipa::path(post, path = "/v1/verify", tag = "verify",
    params(("Expected-Recipient" = Option<String>, Header, example = "email:teacher@example.org",
            description = "Whom the credential should name: a type of identity (email, name, userName, …, ext:…) and a value, or the id of the earner (did:…, urn:…, https:…)"),
           ("explain" = Option<bool>, Query,
            description = "Tell the canonical form and the hashes that each proof signs, up to 2 MiB in all, to find out why one fails; not of credentials in a presentation"),
           ("recognizer" = Option<String>, Query, example = "tennessee",
            description = "Whose list of trusted issuers says what an issuer is known as; else the operator's file")),
    request_body(content((serde_json::Value = "application/json"), (serde_json::Value = "application/vc+ld+json"),
                         (serde_json::Value = "application/vc"), (String = "text/plain"),
                         (String = "application/jwt"), (String = "application/vc+jwt"),
                         (Vec<u8> = "image/png"), (String = "image/svg+xml"),
                         (Upload = "multipart/form-data")),
                 description = "The credential, or {\"url\": …}"),
    responses((status = 200, description = "What was checked, and the verdicts", body = Report)))]
pub async fn verify(
    State(app): State<Arc<App>>,
    client: Client,
    Wishes(options): Wishes,
    request: Request,
) -> Result<Response, Problem> {
    app.admit(client.0)?;
    let bytes = upload::read(request).await?;
    let report = report(&app, &bytes, &options).await?;
    // In one piece of memory: most reports have between two and four kilobytes.
    let mut json = Vec::with_capacity(4096);
    serde_json::to_writer(&mut json, &report).expect("a report is plain data");
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// Verifies what a body holds: a credential, or a link to one.
pub async fn report(app: &App, bytes: &[u8], options: &Options) -> Result<Report, Problem> {
    let own = Own::of(app);
    let now = app.issuance.ambient.now();
    let contexts = app.contexts;
    let verifier = Verifier { sources: &own, contexts, now, options };
    let report = match (verify::decode(bytes), bare_link(bytes)) {
        (Ok(secured), _) => match link(&secured)? {
            Some(url) => verifier.verify_url(url.as_str()).await,
            None => verifier.verify_decoded(&secured).await,
        },
        (Err(_), Some(url)) => verifier.verify_url(url).await,
        (Err(_), None) if Picture::of(bytes).is_some() => verifier.verify(bytes).await,
        (Err(error), None) => verify::unreadable(&refused(error)?),
    };
    count(report.verdicts.authentic);
    Ok(report)
}

/// With labels that are known beforehand, so that no key is made for each request.
fn count(authentic: Verdict) {
    match authentic {
        Verdict::Yes => counter!("touchmark_verifications_total", "authentic" => "yes"),
        Verdict::No => counter!("touchmark_verifications_total", "authentic" => "no"),
        Verdict::Undecided => {
            counter!("touchmark_verifications_total", "authentic" => "undecided")
        }
    }
    .increment(1);
}

/// A body that is neither JSON nor a JWS is refused: there is nothing to give a verdict on.
fn refused(error: DecodeError) -> Result<DecodeError, Problem> {
    match error {
        DecodeError::NotACredential => {
            Err(Problem::Unreadable { part: "body", detail: error.to_string() })
        }
        DecodeError::Json(DocumentError::Json(error)) => Err(Problem::MalformedJson(error)),
        error => Ok(error),
    }
}

/// A body or a form's text that is nothing but a link.
fn bare_link(bytes: &[u8]) -> Option<&str> {
    let bytes = bytes.trim_ascii();
    let is_link = bytes.starts_with(b"https://") || bytes.starts_with(b"http://");
    let text = is_link.then(|| std::str::from_utf8(bytes).ok()).flatten()?;
    (!text.contains(char::is_whitespace)).then_some(text)
}

/// The link that is asked for in place of a credential.
fn link(secured: &Secured<'_>) -> Result<Option<Url>, Problem> {
    let Secured::Embedded(document) = secured else { return Ok(None) };
    let Some(url) = only_url(document.root()) else { return Ok(None) };
    let invalid = |detail: String| Problem::Invalid(vec![Fault::new("/url", "not-a-url", detail)]);
    let Some(text) = url.as_str() else {
        return Err(invalid(format!("a link is a string; this is {}", url.kind())));
    };
    let url = Url::parse(text).map_err(|e| invalid(format!("this is not a link ({e})")))?;
    match url.scheme() {
        "https" | "http" => Ok(Some(url)),
        other => Err(invalid(format!("a link is https:; its scheme is {other}:"))),
    }
}

fn only_url<'o, 'a>(object: &'o Object<'a>) -> Option<&'o Value<'a>> {
    object.get("url").filter(|_| object.len() == 1)
}
