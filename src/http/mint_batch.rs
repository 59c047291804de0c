//! A batch of mints: NDJSON in, NDJSON out, a line each, in order.
//!
//! The body is read and answered as it comes, in constant memory. Lines that
//! arrive together are committed together; a broken line is answered as such
//! and does not stop the others. While a group of lines is being committed, the
//! next ones are being signed.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::Serialize;

use super::App;
use super::auth::{Caller, Scope};
use super::body;
use super::credentials::{self, MintAnswer};
use super::ndjson::{self, Groups, Line};
use super::problem::{Problem, ProblemDocument};
use crate::issue::control::ManageLinks;
use crate::issue::parties::Party;
use crate::issue::request::MintRequest;
use crate::issue::{Issued, Order, Signed};

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
    let batch = Arc::new(Batch { app, issuer, caller });
    let groups = Groups::of(request.into_body());
    let signing = stream::unfold((batch.clone(), groups), |(batch, mut groups)| async {
        let group = groups.next().await?;
        let signing = tokio::spawn(batch.clone().sign(group));
        Some((signing, (batch, groups)))
    });
    let answers = signing.buffered(AHEAD).then(move |group| {
        let batch = batch.clone();
        async move { batch.record(group.expect("minting does not panic")).await }
    });
    Ok(ndjson::answer(answers))
}

/// Groups of lines that are signed, or being signed, before they are recorded.
const AHEAD: usize = 3;

/// What stands around the two forms of a credential in its answer, about (bytes).
const AROUND: usize = 1024;

/// For whom a batch is minted.
struct Batch {
    app: Arc<App>,
    issuer: String,
    caller: Caller,
}

/// A group of lines on its way into the books.
struct Group {
    lines: Vec<Read>,
    signed: Result<Signed, Problem>,
}

/// A line, and whether it is an order.
struct Read {
    number: usize,
    idempotency_key: Option<String>,
    refused: Option<Problem>,
}

impl Batch {
    /// Reads a group of lines and signs what they ask for.
    async fn sign(self: Arc<Self>, group: Vec<Line>) -> Group {
        let mut orders = Vec::new();
        let mut lines = Vec::with_capacity(group.len());
        for Line { number, text } in group {
            match text.and_then(|text| body::from_json::<MintRequest>(&text)) {
                Ok(request) => {
                    let idempotency_key = request.idempotency_key.clone();
                    lines.push(Read {
                        number,
                        idempotency_key: idempotency_key.clone(),
                        refused: None,
                    });
                    orders.push(Order { request, idempotency_key, supersedes: None });
                }
                Err(problem) => {
                    lines.push(Read { number, idempotency_key: None, refused: Some(problem) });
                }
            }
        }
        Group { lines, signed: self.sign_orders(orders).await }
    }

    /// Caller and issuer as they are now: an upload may go on for long, and ends with its key.
    async fn parties(&self) -> Result<(Caller, Party), Problem> {
        let caller = self.caller.again(&self.app).await?;
        let issuer = self.app.party(&caller, Scope::Mint, &self.issuer).await?;
        Ok((caller, issuer))
    }

    async fn sign_orders(&self, orders: Vec<Order>) -> Result<Signed, Problem> {
        let (caller, issuer) = self.parties().await?;
        Ok(Signed::new(&self.app.issuance, issuer, caller.minter(), orders).await)
    }

    /// Records what was signed and writes the answers to all lines. Asks again who may: a client
    /// that stops reading lets a signed group wait for as long as it likes.
    async fn record(&self, Group { lines, signed }: Group) -> Bytes {
        let allowed = match signed {
            Ok(signed) => self.parties().await.map(|_| signed),
            refused => refused,
        };
        // Before the books are written to: what is minted must be answered.
        let manage = self.app.issuance.manage_links().await.map_err(Problem::from);
        let issued = match (allowed, manage) {
            (Ok(signed), Ok(manage)) => Ok((signed.record(&self.app.issuance).await, manage)),
            (Err(problem), _) | (_, Err(problem)) => Err(problem),
        };
        // Megabytes, which are not to be moved while they grow.
        let answers = issued.iter().flat_map(|(answers, _)| answers).flatten();
        let answered: usize = answers.map(|it| it.embedded.len() + it.jwt.len()).sum();
        let mut text = Vec::with_capacity(answered + lines.len() * AROUND);
        let mut issued = issued.map(|(answers, manage)| (answers.into_iter(), manage));
        for Read { number, idempotency_key, refused } in lines {
            let outcome = match (refused, &mut issued) {
                (Some(problem), _) => Err(problem),
                (None, Err(problem)) => Err(problem.clone()),
                (None, Ok((issued, manage))) => {
                    let one = issued.next().expect("each order has its answer");
                    one.map(|one| (one, *manage)).map_err(Problem::from)
                }
            };
            self.write(number, idempotency_key.as_deref(), outcome, &mut text);
        }
        text.into()
    }

    fn write(
        &self,
        line: usize,
        key: Option<&str>,
        outcome: Result<(Issued, &ManageLinks), Problem>,
        to: &mut Vec<u8>,
    ) {
        let answered = outcome.as_ref().map_err(Clone::clone).and_then(|(issued, manage)| {
            let minted = credentials::answer(&self.app, &self.issuer, issued, manage)?;
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
