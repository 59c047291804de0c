//! Problem documents: the one place where an error gets an HTTP meaning.
//!
//! Spec: RFC 9457. A client gets a stable `type`, what was wrong, where (JSON
//! pointers) and a request id; the cause of a 5xx is logged here, once, and
//! nothing about the inside leaves.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::issue::IssueError;
use crate::keys::KeyError;
use crate::model::Fault;
use crate::model::json;
use crate::recognize::RecognizeError;
use crate::store::StoreError;

/// Everything that goes wrong for a client.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Problem {
    #[error("{0}")]
    MalformedJson(json::Error),
    #[error("the request's {part} cannot be read: {detail}")]
    Unreadable { part: &'static str, detail: String },
    #[error("send the body as {expected}; its content type was {found}")]
    UnsupportedMediaType { expected: &'static str, found: String },
    #[error("the body is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("{}", first_detail(.0))]
    Invalid(Vec<Fault>),
    #[error(
        "send an API key as \"Authorization: Bearer …\"; this one is missing, unknown or revoked"
    )]
    Unauthorized,
    #[error("this API key lacks the scope {needed:?}")]
    Forbidden { needed: &'static str },
    #[error("there is nothing here")]
    NotFound,
    #[error("{detail}")]
    Private { detail: &'static str },
    #[error("{detail}")]
    Gone { code: &'static str, detail: &'static str },
    #[error("this form was sent from another site; open the page itself, and send it from there")]
    ForeignOrigin,
    #[error("this resource is not answered to {method}")]
    MethodNotAllowed { method: String },
    #[error("none of the media types in Accept is on offer here; offered are {offered}")]
    NotAcceptable { offered: &'static str },
    #[error("{detail}")]
    Conflict { code: &'static str, detail: String },
    #[error("{}", first_detail(.0))]
    AlreadyCounted(Vec<Fault>),
    #[error("{}", first_detail(.0))]
    StatusChanged(Vec<Fault>),
    #[error("this Idempotency-Key was used before with another body; use a new key")]
    IdempotencyKeyReused,
    #[error("too many requests; try again in {retry_after} seconds")]
    TooManyRequests { retry_after: u64 },
    #[error(
        "this API key has reached its {per_hour} mints per hour; try again in {retry_after} seconds"
    )]
    MintCeiling { per_hour: i64, retry_after: u64 },
    #[error("the service cannot do this just now; try again")]
    Unavailable,
    #[error("something went wrong on our side; it is logged under the request id")]
    Internal,
}

fn first_detail(faults: &[Fault]) -> String {
    match faults {
        [] => "the request is not valid".into(),
        [only] => only.detail.clone(),
        [first, rest @ ..] => format!("{} (and {} more, see errors)", first.detail, rest.len()),
    }
}

impl Problem {
    /// What is asked for was of an earner who is forgotten here.
    pub const FORGOTTEN: Self = Self::Gone {
        code: "withdrawn-by-holder",
        detail: "its holder withdrew this micro-credential from the service, which keeps only \
                 whether it was revoked; who has a copy can still verify it",
    };

    /// The link leads nowhere any more.
    pub const SHARE_LINK_ENDED: Self = Self::Gone {
        code: "share-link-ended",
        detail: "who shared this micro-credential here ended this link, which says nothing against \
                 the micro-credential; ask them for another",
    };

    /// What is asked for is shown only by the holder's own links.
    pub const PRIVATE: Self = Self::Private {
        detail: "its holder keeps this micro-credential private; ask them for a share link or for \
                 the file itself, which can be verified like any other",
    };

    /// Status, stable code (the tail of `type`) and title.
    fn meaning(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Problem::MalformedJson(_) => (S::BAD_REQUEST, "malformed-json", "Malformed JSON"),
            Problem::Unreadable { .. } => (S::BAD_REQUEST, "unreadable", "Unreadable request"),
            Problem::UnsupportedMediaType { .. } => {
                (S::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Unsupported media type")
            }
            Problem::TooLarge { .. } => (S::PAYLOAD_TOO_LARGE, "too-large", "Body too large"),
            Problem::Invalid(_) => (S::UNPROCESSABLE_ENTITY, "invalid", "Invalid request"),
            Problem::Unauthorized => (S::UNAUTHORIZED, "unauthorized", "Unauthorized"),
            Problem::Forbidden { .. } => (S::FORBIDDEN, "forbidden", "Forbidden"),
            Problem::NotFound => (S::NOT_FOUND, "not-found", "Not found"),
            Problem::Private { .. } => (S::FORBIDDEN, "private", "Kept private"),
            Problem::Gone { code, .. } => (S::GONE, code, "No longer here"),
            Problem::ForeignOrigin => (S::FORBIDDEN, "foreign-origin", "Sent from another site"),
            Problem::MethodNotAllowed { .. } => {
                (S::METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed")
            }
            Problem::NotAcceptable { .. } => {
                (S::NOT_ACCEPTABLE, "not-acceptable", "Not acceptable")
            }
            Problem::Conflict { code, .. } => (S::CONFLICT, code, "Conflict"),
            Problem::AlreadyCounted(_) => (S::CONFLICT, "already-counted", "Already counted"),
            Problem::StatusChanged(_) => (S::CONFLICT, "status-changed", "Status changed"),
            Problem::IdempotencyKeyReused => {
                (S::UNPROCESSABLE_ENTITY, "idempotency-key-reused", "Idempotency-Key reused")
            }
            Problem::TooManyRequests { .. } => {
                (S::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests")
            }
            Problem::MintCeiling { .. } => {
                (S::TOO_MANY_REQUESTS, "mint-ceiling", "Mint ceiling reached")
            }
            Problem::Unavailable => (S::SERVICE_UNAVAILABLE, "unavailable", "Unavailable"),
            Problem::Internal => (S::INTERNAL_SERVER_ERROR, "internal", "Internal error"),
        }
    }

    pub fn status(&self) -> StatusCode {
        self.meaning().0
    }

    pub fn document(&self, request_id: Option<String>) -> ProblemDocument {
        let (status, code, title) = self.meaning();
        ProblemDocument {
            kind: format!("urn:touchmark:problem:{code}"),
            title: title.into(),
            status: status.as_u16(),
            detail: self.to_string(),
            errors: match self {
                Problem::Invalid(faults)
                | Problem::AlreadyCounted(faults)
                | Problem::StatusChanged(faults) => faults.clone(),
                _ => Vec::new(),
            },
            request_id,
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Problem::TooManyRequests { retry_after } | Problem::MintCeiling { retry_after, .. } => {
                Some(*retry_after)
            }
            Problem::Unavailable => Some(1),
            _ => None,
        }
    }
}

/// A problem document (RFC 9457).
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemDocument {
    /// Stable: programs decide by this.
    #[serde(rename = "type")]
    #[schema(example = "urn:touchmark:problem:invalid")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What was wrong and what to change, for people.
    pub detail: String,
    /// Each thing that is wrong, and where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// Names this request in our log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl IntoResponse for Problem {
    /// The body is written by [`super::observe`], which knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Problem::Unauthorized) {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        (&error).into()
    }
}

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Unstorable => {
                let detail = "the text contains U+0000, which cannot be stored; remove it";
                Problem::Invalid(vec![Fault::new("", "unstorable", detail)])
            }
            StoreError::Taken { what } => {
                let detail = format!("{what} already exists; somebody else was first");
                Problem::Conflict { code: "taken", detail }
            }
            error if error.is_unavailable() => {
                tracing::warn!(%error, "the database did not answer");
                Problem::Unavailable
            }
            error => {
                tracing::error!(%error, "the database refused");
                Problem::Internal
            }
        }
    }
}

impl From<&KeyError> for Problem {
    fn from(error: &KeyError) -> Self {
        tracing::error!(%error, "a signing key could not be used");
        Problem::Internal
    }
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Invalid(faults) => Problem::Invalid(faults),
            IssueError::NotFound => Problem::NotFound,
            IssueError::Forgotten => Problem::FORGOTTEN,
            IssueError::Conflict { code, detail } => Problem::Conflict { code, detail },
            IssueError::IdempotencyKeyReused => Problem::IdempotencyKeyReused,
            IssueError::MintCeiling { per_hour, retry_after } => {
                Problem::MintCeiling { per_hour, retry_after }
            }
            IssueError::Store(error) => (&*error).into(),
            IssueError::Key(error) => (&*error).into(),
            IssueError::Broken(cause) => {
                tracing::error!(%cause, "what we composed does not pass our own checks");
                Problem::Internal
            }
        }
    }
}

impl From<RecognizeError> for Problem {
    fn from(error: RecognizeError) -> Self {
        match error {
            RecognizeError::Invalid(faults) => Problem::Invalid(faults),
            RecognizeError::NotFound => Problem::NotFound,
            RecognizeError::Conflict { code, detail } => Problem::Conflict { code, detail },
            RecognizeError::AlreadyCounted(faults) => Problem::AlreadyCounted(faults),
            RecognizeError::StatusChanged(faults) => Problem::StatusChanged(faults),
            RecognizeError::IdempotencyKeyReused => Problem::IdempotencyKeyReused,
            RecognizeError::Issue(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_names_every_fault_and_the_request() {
        let problem = Problem::Invalid(vec![
            Fault::new("/a", "empty", "this text must not be empty"),
            Fault::new("/b", "empty", "this text must not be empty"),
        ]);
        let json = serde_json::to_value(problem.document(Some("r1".into()))).unwrap();
        assert_eq!(json["type"], "urn:touchmark:problem:invalid");
        assert_eq!(json["status"], 422);
        assert_eq!(json["detail"], "this text must not be empty (and 1 more, see errors)");
        assert_eq!(json["errors"][1]["pointer"], "/b");
        assert_eq!(json["requestId"], "r1");
    }

    #[test]
    fn a_client_that_must_wait_is_told_how_long() {
        let response = Problem::TooManyRequests { retry_after: 7 }.into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    }
}
