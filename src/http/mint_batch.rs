//! A batch of mints: NDJSON in, NDJSON out, a line each, in order.
//!
//! The body is read and answered as it comes, in constant memory. Lines that
//! arrive together are committed together; a broken line is answered as such
//! and does not stop the others.

use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use serde::Serialize;

use super::App;
use super::auth::{Caller, Scope};
use super::body::{self, MAX_BODY};
use super::credentials::{self, MintAnswer};
use super::problem::{Problem, ProblemDocument};
use crate::issue::request::MintRequest;
use crate::issue::{Issued, Order};

/// Lines that share one commit, at most.
const GROUP: usize = 64;

const NDJSON: &str = "application/x-ndjson";

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
                 description = "A MintRequest a line, at most 2 MiB each; any number of lines"),
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
    let found = body::content_type(request.headers());
    if !found.contains("json") {
        return Err(Problem::UnsupportedMediaType { expected: NDJSON, found });
    }
    let batch = Batch { app, issuer, caller };
    let lines = Lines::new(request.into_body().into_data_stream());
    let answers = stream::unfold((batch, lines), |(batch, mut lines)| async {
        let group = lines.next_group().await?;
        let text = batch.mint(group).await;
        Some((Ok::<_, std::convert::Infallible>(text), (batch, lines)))
    });
    Ok(([(header::CONTENT_TYPE, NDJSON)], Body::from_stream(answers)).into_response())
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
        serde_json::to_writer(&mut *to, &answer).expect("a Vec takes any bytes");
        to.push(b'\n');
    }
}

/// One line of the request, or why it cannot be read.
struct Line {
    number: usize,
    text: Result<Bytes, Problem>,
}

/// Cuts a body into lines as it arrives.
struct Lines {
    body: BodyDataStream,
    buffer: BytesMut,
    /// Lines cut so far.
    number: usize,
    /// Within a line that is too long, up to its end.
    skipping: bool,
    ended: bool,
}

impl Lines {
    fn new(body: BodyDataStream) -> Self {
        Self { body, buffer: BytesMut::new(), number: 0, skipping: false, ended: false }
    }

    /// The lines that are there, waiting for at least one; `None` at the end.
    async fn next_group(&mut self) -> Option<Vec<Line>> {
        let mut group = Vec::new();
        loop {
            while group.len() < GROUP
                && let Some(line) = self.cut()
            {
                group.extend(line);
            }
            if !group.is_empty() {
                return Some(group);
            }
            if self.ended {
                return None;
            }
            match self.body.next().await {
                Some(Ok(data)) => self.buffer.extend_from_slice(&data),
                Some(Err(error)) => {
                    self.ended = true;
                    self.buffer.clear();
                    let text = Err(Problem::Unreadable { part: "body", detail: error.to_string() });
                    return Some(vec![Line { number: self.number + 1, text }]);
                }
                None => self.ended = true,
            }
        }
    }

    /// Cuts the next line off, if it is there whole; inside is `None` for a line that has no answer
    /// (blank, or the end of one that was refused).
    fn cut(&mut self) -> Option<Option<Line>> {
        let newline = self.buffer.iter().position(|b| *b == b'\n');
        let end = match newline {
            Some(end) => end,
            None if self.ended && !self.buffer.is_empty() => self.buffer.len(),
            None if self.buffer.len() > MAX_BODY => {
                self.buffer.clear();
                let first = !std::mem::replace(&mut self.skipping, true);
                let refused = || Err(Problem::TooLarge { limit: MAX_BODY });
                return Some(first.then(|| Line { number: self.number + 1, text: refused() }));
            }
            None => return None,
        };
        let text = self.buffer.split_to(end).freeze();
        if newline.is_some() {
            self.buffer.advance(1);
        }
        self.number += 1;
        let answered = std::mem::take(&mut self.skipping);
        let blank = text.trim_ascii().is_empty();
        let text = match text.len() > MAX_BODY {
            true => Err(Problem::TooLarge { limit: MAX_BODY }),
            false => Ok(text),
        };
        Some((!answered && !blank).then_some(Line { number: self.number, text }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn cut(chunks: Vec<Vec<u8>>) -> Vec<(usize, Result<String, u16>)> {
        let body = Body::from_stream(stream::iter(chunks.into_iter().map(Ok::<_, std::io::Error>)));
        let mut lines = Lines::new(body.into_data_stream());
        let mut all = Vec::new();
        while let Some(group) = lines.next_group().await {
            for line in group {
                let text = line.text.map(|t| String::from_utf8(t.to_vec()).unwrap());
                all.push((line.number, text.map_err(|p| p.status().as_u16())));
            }
        }
        all
    }

    #[tokio::test]
    async fn lines_are_cut_wherever_the_chunks_break() {
        let lines =
            cut(vec![b"{\"a\"".to_vec(), b":1}\n\n{".to_vec(), b"}\r\nlast".to_vec()]).await;
        let expected = [(1, "{\"a\":1}"), (3, "{}\r"), (4, "last")];
        assert_eq!(lines, expected.map(|(n, t)| (n, Ok(t.to_owned()))));
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_refused_once_and_the_next_is_read() {
        let long = vec![b'x'; MAX_BODY + 1];
        let lines = cut(vec![b"a\n".to_vec(), long.clone(), long.clone(), b"\nb\n".to_vec()]).await;
        let expected = [(1, Ok("a".into())), (2, Err(413)), (3, Ok("b".into()))];
        assert_eq!(lines, expected);
        let at_once = [b"a\n".to_vec(), long.repeat(2), b"\nb\n".to_vec()].concat();
        assert_eq!(cut(vec![at_once]).await, expected);
    }
}
