//! Verifying in bulk: NDJSON in, NDJSON out, a line each, in order.
//!
//! A few groups of lines are under way for each core, so that memory stays
//! constant however long the body is. The answers come while the body is still being read:
//! a client that sends much must read while it sends.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header;
use axum::response::Response;
use bytes::Bytes;
use futures_util::future::{FutureExt as _, join_all};
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use tokio::task::JoinHandle;

use super::App;
use super::auth::Caller;
use super::limits::Client;
use super::ndjson::{self, Groups, Line};
use super::problem::{Problem, ProblemDocument};
use super::verify;
use crate::check::Report;

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
                 description = "A credential a line, at most 2 MiB each; any number of lines. Read the \
                                answer while you send: it comes as the lines do"),
    responses((status = 200, description = "A VerifiedLine a line, in the order of the request",
               body = VerifiedLine, content_type = "application/x-ndjson"),
              (status = 401, description = "The API key is unknown or revoked", body = ProblemDocument,
               content_type = "application/problem+json")))]
pub async fn verify_batch(
    State(app): State<Arc<App>>,
    client: Client,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let asker = if parts.headers.contains_key(header::AUTHORIZATION) {
        Asker::Key(Caller::from_request_parts(&mut parts, &app).await?)
    } else {
        Asker::Address(client.0)
    };
    let groups = Groups::of(body);
    let groups = stream::unfold((app.clone(), asker, groups), |(app, asker, mut groups)| async {
        let group = groups.next().await?;
        let admitted = asker.admitted(&app).await;
        let mut group = group.into_iter();
        let shares = std::iter::from_fn(|| {
            let share: Vec<Line> = group.by_ref().take(SHARE).collect();
            (!share.is_empty()).then(|| (share, admitted.clone()))
        });
        let shares: Vec<_> = shares.collect();
        Some((stream::iter(shares), (app, asker, groups)))
    });
    let answers = groups
        .flatten()
        // Each share is a task of its own: that is what spreads them over the cores.
        .map(move |(share, admitted)| {
            Task(tokio::spawn(verify_share(app.clone(), admitted, share)))
        })
        .buffered(AHEAD * cores);
    Ok(ndjson::answer(answers))
}

/// Lines that are worth a task.
const SHARE: usize = 8;
/// Shares under way for each core.
const AHEAD: usize = 4;

/// Who asks, which decides how much they may.
enum Asker {
    /// As an anonymous verification, each line counts against the address's share.
    Address(IpAddr),
    Key(Caller),
}

/// What a group of lines is admitted as.
type Admission = Result<Option<IpAddr>, Problem>;

impl Asker {
    /// An upload may go on for long, and ends with its API key.
    async fn admitted(&self, app: &App) -> Admission {
        match self {
            Asker::Address(client) => Ok(Some(*client)),
            Asker::Key(caller) => caller.again(app).await.map(|_| None),
        }
    }
}

/// A task that ends with the request that wanted it.
struct Task(JoinHandle<Bytes>);

impl Future for Task {
    type Output = Bytes;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Bytes> {
        Pin::new(&mut self.0).poll(cx).map(|ended| ended.expect("it is not aborted before"))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The answers to a share of lines. One that waits for the network holds up no other.
async fn verify_share(app: Arc<App>, admitted: Admission, share: Vec<Line>) -> Bytes {
    let numbers: Vec<usize> = share.iter().map(|line| line.number).collect();
    let lines = share.into_iter().map(|line| {
        // A line that brings us down is answered as our mistake, like a single request.
        AssertUnwindSafe(verify_line(&app, &admitted, line)).catch_unwind()
    });
    let mut text = Vec::new();
    for (line, outcome) in numbers.into_iter().zip(join_all(lines).await) {
        let answer = match outcome.unwrap_or(Err(Problem::Internal)) {
            Ok(report) => VerifiedLine { line, report: Some(report), problem: None },
            Err(problem) => {
                VerifiedLine { line, report: None, problem: Some(problem.document(None)) }
            }
        };
        ndjson::write(&answer, &mut text);
    }
    text.into()
}

async fn verify_line(app: &App, admitted: &Admission, line: Line) -> Result<Report, Problem> {
    let text = line.text?;
    if let Some(client) = admitted.as_ref().map_err(Clone::clone)? {
        app.admit(*client)?;
    }
    verify::report(app, &text, &app.options).await
}
