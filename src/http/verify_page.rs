//! `/verify`: the same verification for people, by a form that needs no script.
//!
//! Invariant: the page tells what `POST /v1/verify` answers to the same bytes, no more and no less.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::App;
use super::limits::Client;
use super::problem::Problem;
use super::public::html_once;
use super::upload::{self, Upload};
use super::verify;
use crate::check::Report;
use crate::pages::speech::Speech;
use crate::pages::verification::{Answer, verification};

/// The page with the form.
#[utoipa::path(get, path = "/verify", tag = "verify",
    responses((status = 200, description = "A form", body = String, content_type = "text/html")))]
pub async fn form(t: Speech) -> Result<Response, Problem> {
    page(&t, StatusCode::OK, &Answer::Empty)
}

/// The page with the report on what the form holds.
///
/// For people: programs ask `POST /v1/verify`, which answers with the same report.
#[utoipa::path(post, path = "/verify", tag = "verify",
    request_body(content((Upload = "multipart/form-data")), description = "A file, or a text or link"),
    responses((status = 200, description = "The report in plain words", body = String, content_type = "text/html")))]
pub async fn answer(
    State(app): State<Arc<App>>,
    client: Client,
    t: Speech,
    request: Request,
) -> Result<Response, Problem> {
    match checked(&app, client, request).await {
        Ok(report) => page(&t, StatusCode::OK, &Answer::Report(&report)),
        // Refused in words, and with the status that a program would get.
        Err(problem) => {
            page(&t, problem.status(), &Answer::Refused(sentence(&problem.to_string())))
        }
    }
}

async fn checked(app: &App, client: Client, request: Request) -> Result<Report, Problem> {
    app.admit(client.0)?;
    let bytes = upload::read(request).await?;
    verify::report(app, &bytes, &app.options).await
}

fn page(t: &Speech, status: StatusCode, answer: &Answer<'_>) -> Result<Response, Problem> {
    Ok(html_once(status, verification(t, answer)?))
}

/// Problems are told as clauses; a person reads a sentence.
fn sentence(clause: &str) -> String {
    let mut characters = clause.chars();
    let first = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}
