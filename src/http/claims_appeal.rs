//! Appeals of claims: that the claimant disagrees is noted, and a person decides on it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::App;
use super::auth::Caller;
use super::body::Body;
use super::claims::{ClaimReason, ClaimView, change};
use super::problem::Problem;
use crate::model::fault::Faults;
use crate::store::{AppealDecision, ClaimChange};

/// What a person decides on an appeal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecidedAppeal {
    pub decision: Word,
    /// The person. Kept, as the reason is, until the claim is redacted.
    #[schema(example = "M. Okafor")]
    pub by: String,
    #[schema(example = "The workshop was within the license's validity; the claim is corrected")]
    pub reason: String,
}

/// `upheld` where the claimant is right: correct or withdraw the claim too, which this does not do.
/// `dismissed` where it stays as it is.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    Upheld,
    Dismissed,
}

impl From<Word> for AppealDecision {
    fn from(word: Word) -> Self {
        match word {
            Word::Upheld => Self::Upheld,
            Word::Dismissed => Self::Dismissed,
        }
    }
}

/// Note that the claimant disagrees. The appeal waits for a decision.
#[utoipa::path(post, path = "/v1/recognizers/{recognizer}/claims/{claim}/appeal", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee"), ("claim" = String, Path)),
    request_body = ClaimReason,
    responses((status = 200, description = "The claim now", body = ClaimView)),
    security(("apiKey" = ["claim"])))]
pub async fn appeal(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((recognizer, id)): Path<(String, String)>,
    Body(ClaimReason { reason }): Body<ClaimReason>,
) -> Result<Json<ClaimView>, Problem> {
    change(&app, &caller, (&recognizer, &id), (ClaimChange::Appeal, &reason)).await
}

/// Decide the appeal that waits. Of a claim that was corrected or withdrawn meanwhile, too.
#[utoipa::path(post, path = "/v1/recognizers/{recognizer}/claims/{claim}/appeal/decision",
    operation_id = "decide_appeal", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee"), ("claim" = String, Path)),
    request_body = DecidedAppeal,
    responses((status = 200, description = "The claim now", body = ClaimView)),
    security(("apiKey" = ["claim"])))]
pub async fn decide(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((recognizer, id)): Path<(String, String)>,
    Body(DecidedAppeal { decision, by, reason }): Body<DecidedAppeal>,
) -> Result<Json<ClaimView>, Problem> {
    let mut faults = Faults::default();
    faults.text("/by", &by, 300);
    faults.text("/reason", &reason, 1000);
    faults.into_result().map_err(Problem::Invalid)?;
    let decided = ClaimChange::DecideAppeal { decision: decision.into(), person: by };
    change(&app, &caller, (&recognizer, &id), (decided, &reason)).await
}
