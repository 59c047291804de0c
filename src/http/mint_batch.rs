//! A batch of mints: NDJSON in, NDJSON out, a line each, in order.
//!
//! The body is read and answered as it comes, in constant memory. Lines that
//! arrive together are committed together; a broken line is answered as such
//! and does not stop the others.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;

use super::App;
use super::auth::{Caller, Scope};
use super::body;
use super::credentials::{self, MintAnswer};
use super::ndjson::{self, Line, Lines};
use super::problem::{Problem, ProblemDocument};
use crate::issue::request::MintRequest;
use crate::issue::{Issued, Order};

/// What became of one line.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer<'a> {
    /// From 1, blank lines counted.
    line: usize,
    /// As HTTP would have it for this line alone: 201, or a 4xx or 5xx.
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'a str>,
    /// It was minted by an earlier request with the same idempotency key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    minted: Option<MintAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemDocument>,
}

/// Mint many credentials: a mint request a line, each with its own `idempotencyKey`.
#[utoipa::path(post, path = "/v1/issuers/{issuer}/credentials:batch", tag = "credentials",
    params(("issuer" = String, Path, example = "nea")),
    request_body(content = String, content_type = "application/x-ndjson",
                 description = "A MintRequest a line, at most 2 MiB each; any number of lines. Read the \
                                answer while you send: it comes as the lines do"),
    responses((status = 200, description = "A BatchAnswer a line, in the order of the request",
               body = BatchAnswer, content_type = "application/x-ndjson")),
    security(("apiKey" = ["mint"])))]
pub async fn mint_batch(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(issuer): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    app.party(&caller, Scope::Mint, &issuer).await?;
    ndjson::require(request.headers())?;
    let batch = Batch { app, issuer, caller };
    let lines = Lines::new(request.into_body().into_data_stream());
    let answers = stream::unfold((batch, lines), |(batch, mut lines)| async {
        let group = lines.next_group().await?;
        let text = batch.mint(group).await;
        Some((text, (batch, lines)))
    });
    Ok(ndjson::answer(answers))
}

/// For whom a batch is minted.
struct Batch {
    app: Arc<App>,
    issuer: String,
    caller: Caller,
}

impl Batch {
    /// Mints a group of lines and writes their answers.
    async fn mint(&self, group: Vec<Line>) -> Bytes {
        let mut orders = Vec::new();
        let mut read: Vec<Result<usize, Problem>> = Vec::new();
        for line in &group {
            let request = line.text.as_ref().map_err(Clone::clone);
            match request.and_then(|text| body::from_json::<MintRequest>(text)) {
                Ok(request) => {
                    let idempotency_key = request.idempotency_key.clone();
                    orders.push(Order { request, idempotency_key, supersedes: None });
                    read.push(Ok(orders.len() - 1));
                }
                Err(problem) => read.push(Err(problem)),
            }
        }
        let issued = self.issue(&orders).await;
        let mut text = Vec::new();
        for (line, order) in group.iter().zip(read) {
            let (key, outcome) = match order {
                Ok(at) => (
                    orders[at].idempotency_key.as_deref(),
                    issued[at].as_ref().map_err(Clone::clone),
                ),
                Err(problem) => (None, Err(problem)),
            };
            self.write(line.number, key, outcome, &mut text);
        }
        text.into()
    }

    /// For caller and issuer as they are now: an upload may go on for long, and ends with its key.
    async fn issue(&self, orders: &[Order]) -> Vec<Result<Issued, Problem>> {
        let allowed = async {
            let caller = self.caller.again(&self.app).await?;
            let issuer = self.app.party(&caller, Scope::Mint, &self.issuer).await?;
            Ok((caller, issuer))
        };
        match allowed.await {
            Ok((caller, issuer)) => {
                let issued = self.app.issuance.issue(&issuer, &caller.minter(), orders).await;
                issued.into_iter().map(|one| one.map_err(Problem::from)).collect()
            }
            Err(problem) => orders.iter().map(|_| Err(Problem::clone(&problem))).collect(),
        }
    }

    fn write(
        &self,
        line: usize,
        key: Option<&str>,
        outcome: Result<&Issued, Problem>,
        to: &mut Vec<u8>,
    ) {
        let answered = outcome.and_then(|issued| {
            let minted = credentials::answer(&self.app, &self.issuer, issued)?;
            Ok((minted, issued.replayed))
        });
        let mut answer = BatchAnswer {
            line,
            status: 201,
            idempotency_key: key,
            replayed: false,
            minted: None,
            problem: None,
        };
        match answered {
            Ok((minted, replayed)) => {
                answer.minted = Some(minted);
                answer.replayed = replayed;
            }
            Err(problem) => {
                answer.status = problem.status().as_u16();
                answer.problem = Some(problem.document(None));
            }
        }
        ndjson::write(&answer, to);
    }
}
