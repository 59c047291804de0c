//! Forms with a file: `multipart/form-data`, as a browser or `curl -F` sends it.
//! Spec: RFC 7578.
//!
//! Invariant: a form holds one thing to verify. Where two parts have content, which one is meant
//! would be for us to choose, so neither is taken.

use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::{HeaderMap, StatusCode};
use utoipa::ToSchema;

use super::body::{self, MAX_BODY};
use super::problem::Problem;

/// The media type of such a form.
pub const FORM: &str = "multipart/form-data";
/// What the parts' own headers and the boundaries between them may take beside the file (bytes).
const AROUND: usize = 16 * 1024;
/// More parts than any form of ours has.
const MAX_PARTS: usize = 8;

/// A form with one of these; the others are empty or absent.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it describes what is read by parts")]
pub struct Upload {
    /// The credential as a file.
    #[schema(value_type = Option<String>, format = Binary)]
    file: Option<Vec<u8>>,
    /// The credential or a link to it as text.
    text: Option<String>,
}

/// What there is to verify: the body, or the one part of a form that is not empty.
pub async fn read(request: Request) -> Result<Bytes, Problem> {
    match is_form(request.headers()) {
        true => only_part(request).await,
        false => body::read(request).await,
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    body::content_type(headers) == FORM
}

async fn only_part(mut request: Request) -> Result<Bytes, Problem> {
    DefaultBodyLimit::max(MAX_BODY + AROUND).apply(&mut request);
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| unreadable(error.body_text()))?;
    let mut found: Vec<(String, Bytes)> = Vec::new();
    let mut parts = 0;
    while let Some(part) = form.next_field().await.map_err(|error| broken(&error))? {
        parts += 1;
        if parts > MAX_PARTS {
            return Err(unreadable(format!("the form has more than {MAX_PARTS} fields")));
        }
        let name = told(&part);
        let bytes = part.bytes().await.map_err(|error| broken(&error))?;
        // A browser sends the field that nobody filled in, too.
        if !bytes.trim_ascii().is_empty() {
            found.push((name, bytes));
        }
    }
    match found.len() {
        0 => Err(unreadable("the form is empty: send a file, a text or a link")),
        1 => Ok(found.remove(0).1),
        _ => {
            let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
            let names = names.join(" and ");
            Err(unreadable(format!("the form holds {names}; send one thing at a time")))
        }
    }
}

/// What a person knows the part by.
fn told(part: &Field<'_>) -> String {
    match (part.file_name(), part.name()) {
        (Some(file), _) => format!("the file {file:?}"),
        (None, Some(name)) => format!("the field {name:?}"),
        (None, None) => "a field without a name".to_owned(),
    }
}

fn broken(error: &MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge { limit: MAX_BODY },
        _ => unreadable(error.body_text()),
    }
}

fn unreadable(detail: impl Into<String>) -> Problem {
    Problem::Unreadable { part: "body", detail: detail.into() }
}
