//! What the VC-API answers to a verification.
//! Spec: <https://www.w3.org/TR/vc-data-model-2.0/#problem-details>
//!
//! Invariant: an answer has no member `verifiableCredential`: some clients take
//! that of any answer for a credential.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::check::report::{CheckReport, OutcomeName};
use crate::check::trusted_issuers::KnownAs;
use crate::check::{self, Problem, Report};

/// Whether it verified, and why not.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerificationAnswer {
    /// Authentic and current are both yes.
    pub verified: bool,
    /// What failed or could not be told. Empty where it verified.
    pub problem_details: Vec<ProblemDetails>,
    /// What is not wrong enough to fail, and worth mending.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Problem>,
    /// What the issuer is known as here, where it is and its key signed. No part of verifying.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_as: Option<KnownAs>,
}

/// One thing that failed or could not be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemDetails {
    /// By the data model's list of problems.
    #[serde(rename = "type")]
    #[schema(example = "https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR")]
    pub kind: String,
    /// The check that it is of.
    pub title: String,
    /// Stable, in kebab case.
    pub code: String,
    pub detail: String,
    /// A JSON pointer into what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

/// The answer to a report: 200, or the status for failures.
pub fn of(report: &Report, failure: StatusCode) -> Response {
    let problem_details = problems(report);
    let verified = report.verified && problem_details.is_empty();
    let status = if verified { StatusCode::OK } else { failure };
    let warnings = report.warnings.clone();
    let known_as = report.signer.as_ref().and_then(|signer| signer.known_as.clone());
    let answer = VerificationAnswer { verified, problem_details, warnings, known_as };
    (status, Json(answer)).into_response()
}

/// The answer where what is asked for is not what such a proof can be for, whoever signed it.
pub fn of_purpose(asked: &str, only: &str, failure: StatusCode) -> Response {
    let detail = format!(
        "The proof verified here is one for `{only}`, and `options.expectedProofPurpose` asks for \
         {asked:?}."
    );
    let problem = of_problem(check::proof::NAME, &Problem::new("proof-purpose", detail));
    let answer = VerificationAnswer {
        verified: false,
        problem_details: vec![problem],
        warnings: Vec::new(),
        known_as: None,
    };
    (failure, Json(answer)).into_response()
}

/// What keeps a report from being a yes: of a presentation also what keeps its credentials.
fn problems(report: &Report) -> Vec<ProblemDetails> {
    let mut found: Vec<_> = report.checks.iter().filter_map(of_check).collect();
    let contained = report.presentation.iter().flat_map(|presentation| &presentation.credentials);
    for (index, credential) in contained.enumerate() {
        let at = format!("/verifiableCredential/{index}");
        found.extend(problems(credential).into_iter().map(|problem| {
            let pointer = problem.pointer.as_deref().unwrap_or_default();
            ProblemDetails { pointer: Some(format!("{at}{pointer}")), ..problem }
        }));
    }
    if found.is_empty() && !report.verified {
        let detail = "There is nothing in it that is signed, so nothing was verified.";
        found.push(of_problem("proof", &Problem::new("no-proof", detail)));
    }
    found
}

fn of_check(check: &CheckReport) -> Option<ProblemDetails> {
    match check.outcome {
        OutcomeName::Fail | OutcomeName::Undecided => {
            check.problem.as_ref().map(|problem| of_problem(&check.name, problem))
        }
        OutcomeName::Pass | OutcomeName::Skipped => None,
    }
}

pub fn of_problem(check: &str, problem: &Problem) -> ProblemDetails {
    let kind = match check {
        "form" => "PARSING_ERROR",
        check::data_model::NAME
        | check::open_badges::NAME
        | check::json_ld::NAME
        | check::presentation::NAME => "MALFORMED_VALUE_ERROR",
        check::validity::NAME | check::status::NAME => "RANGE_ERROR",
        _ => "CRYPTOGRAPHIC_SECURITY_ERROR",
    };
    ProblemDetails {
        kind: format!("https://www.w3.org/TR/vc-data-model#{kind}"),
        title: check.to_owned(),
        code: problem.code.clone(),
        detail: problem.detail.clone(),
        pointer: problem.pointer.clone(),
    }
}
