//! Verifying in bulk: NDJSON in, NDJSON out, a line each, in order.
//!
//! Lines are verified beside each other on all cores, a bounded number at a
//! time, so that memory stays constant however long the body is.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::Serialize;

use super::App;
use super::auth::Caller;
use super::limits;
use super::ndjson::{self, Line, Lines};
use super::problem::{Problem, ProblemDocument};
use super::verify;
use crate::check::Report;

/// Lines under way at once.
const AT_ONCE: usize = 64;

/// What became of one line.
#[derive(Serialize, utoipa::ToSchema)]
pub struct VerifiedLine {
    /// From 1, blank lines counted.
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
    /// Where the line is nothing that can be verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemDocument>,
}

/// Verify many credentials: one a line, as JSON, as a JWT, or as `{"url": …}`.
///
/// Without an API key each line counts against the address's share, as a single verification does.
#[utoipa::path(post, path = "/v1/verify:batch", tag = "verify",
    request_body(content = String, content_type = "application/x-ndjson",
                 description = "A credential a line, at most 2 MiB each; any number of lines"),
    responses((status = 200, description = "A VerifiedLine a line, in the order of the request",
               body = VerifiedLine, content_type = "application/x-ndjson"),
              (status = 401, description = "The API key is unknown or revoked", body = ProblemDocument,
               content_type = "application/problem+json")))]
pub async fn verify_batch(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let limited = if parts.headers.contains_key(header::AUTHORIZATION) {
        Caller::from_request_parts(&mut parts, &app).await?;
        None
    } else {
        Some(limits::client(&parts, app.trust_forwarded_for))
    };
    let lines = Lines::new(axum::body::Body::into_data_stream(body));
    let answers = stream::unfold(lines, |mut lines| async {
        let group = lines.next_group().await?;
        Some((stream::iter(group), lines))
    })
    .flatten()
    .map(move |line| {
        // Each line is a task of its own: that is what spreads them over the cores.
        let number = line.number;
        let verifying = tokio::spawn(verify_line(app.clone(), limited, line));
        async move { written(number, verifying.await.unwrap_or(Err(Problem::Internal))) }
    })
    .buffered(AT_ONCE)
    .ready_chunks(AT_ONCE)
    .map(|answers: Vec<Bytes>| answers.concat().into());
    Ok(ndjson::answer(answers))
}

async fn verify_line(
    app: Arc<App>,
    limited: Option<IpAddr>,
    line: Line,
) -> Result<Report, Problem> {
    let text = line.text?;
    limited.map_or(Ok(()), |client| app.admit(client))?;
    verify::report(&app, &text).await
}

fn written(line: usize, outcome: Result<Report, Problem>) -> Bytes {
    let answer = match outcome {
        Ok(report) => VerifiedLine { line, report: Some(report), problem: None },
        Err(problem) => VerifiedLine { line, report: None, problem: Some(problem.document(None)) },
    };
    let mut text = Vec::new();
    ndjson::write(&answer, &mut text);
    text.into()
}
