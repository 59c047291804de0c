//! What the asker of a verification wishes for, beside the body.
//!
//! A recipient is personal: it arrives in a header, since addresses of requests
//! are written into the logs of every proxy on the way.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;

use super::App;
use super::problem::Problem;
use crate::check::options::Options;
use crate::check::recipient::NotARecipient;

/// The header with whom the credential is expected to name.
pub const EXPECTED_RECIPIENT: &str = "expected-recipient";

/// The wishes of one request.
pub struct Wishes(pub Options);

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    explain: bool,
    recognizer: Option<String>,
}

impl FromRequestParts<Arc<App>> for Wishes {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Query(Asked { explain, recognizer }) = Query::from_request_parts(parts, app)
            .await
            .map_err(|error| unreadable("query", error.body_text()))?;
        let recipient = match parts.headers.get(EXPECTED_RECIPIENT) {
            None => None,
            Some(header) => {
                let text = std::str::from_utf8(header.as_bytes()).map_err(|_| NotARecipient);
                let expected = text.and_then(str::parse);
                Some(
                    expected
                        .map_err(|error| unreadable("Expected-Recipient", error.to_string()))?,
                )
            }
        };
        let options = match recognizer {
            Some(recognizer) => app.options_asked_of(&recognizer).await?,
            None => app.options.clone(),
        };
        Ok(Self(Options { explain, recipient, ..options }))
    }
}

fn unreadable(part: &'static str, detail: String) -> Problem {
    Problem::Unreadable { part, detail }
}
