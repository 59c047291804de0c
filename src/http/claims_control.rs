//! By what an earner shows that a credential is theirs, when it is claimed: a proof made by their
//! private link, and a challenge for a presentation of their own.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::{Caller, Scope};
use super::body::Body;
use super::limits::Client;
use super::problem::{Problem, ProblemDocument};
use crate::issue::claims_proof::{ClaimsProof, LONGEST, USUAL};
use crate::model::Fault;
use crate::recognize::control::GIVEN;
use crate::store::PartyKind;

/// How long a challenge can be answered.
const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// For whom a proof is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProofRequest {
    /// The recognizer's short name at this service.
    #[schema(example = "tennessee")]
    pub recognizer: String,
    /// How many hours it holds: 1 to 720; 24 where nothing is said.
    #[serde(default)]
    pub hours: Option<u16>,
}

/// To be handed to the recognizer with the credential, as its `proof`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    pub proof: String,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// What a presentation is to be made for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Challenge {
    /// For the presentation's proof (`nonce` of one that is a JWT), and for the claim. It is used by
    /// one claim.
    pub challenge: String,
    /// For the presentation's proof (`aud` of one that is a JWT).
    pub domain: String,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

const NEVER_KEPT: [(HeaderName, HeaderValue); 1] =
    [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];

/// As the earner: make a proof that the credential is theirs, for a claim at one recognizer.
///
/// Who has it can show that recognizer, until it ends, that the credential's earner claims it; a
/// credential is counted once, and one that names another claimant stays another's.
#[utoipa::path(post, path = "/manage/{link}/claims-proof", tag = "public",
    params(("link" = String, Path)), request_body = ProofRequest,
    responses((status = 200, description = "The proof", body = Proof),
              (status = 415, description = "The body is not JSON", body = ProblemDocument,
               content_type = "application/problem+json")))]
pub async fn prove(
    State(app): State<Arc<App>>,
    client: Client,
    Path(link): Path<String>,
    Body(ProofRequest { recognizer, hours }): Body<ProofRequest>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Proof>), Problem> {
    app.admit(client.0)?;
    let managed = app.issuance.managed(&link).await?.ok_or(Problem::NotFound)?;
    let parties = &app.issuance.parties;
    let known = parties.party(PartyKind::Recognizer, &recognizer).await?;
    let Some(party) = known else {
        let detail = "no recognizer here has this name";
        return Err(invalid("/recognizer", "unknown-recognizer", detail));
    };
    let lasts = hours.map_or(USUAL, |hours| SignedDuration::from_hours(hours.into()));
    if lasts.is_zero() || lasts > LONGEST {
        return Err(invalid("/hours", "too-long", "a proof holds for 1 to 720 hours"));
    }
    let proof = app.issuance.claims_proof(&managed, &party.name, lasts).await?;
    let ClaimsProof { token, expires_at } = proof;
    Ok((NEVER_KEPT, Json(Proof { proof: token, expires_at })))
}

/// Give a challenge, for a presentation by which a claimant shows control of their DID.
#[utoipa::path(post, path = "/v1/recognizers/{recognizer}/claims/challenges", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee")),
    responses((status = 201, description = "It can be answered once, within ten minutes", body = Challenge)),
    security(("apiKey" = ["claim"])))]
pub async fn challenge(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(recognizer): Path<String>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1], Json<Challenge>), Problem> {
    let party = app.recognizer(&caller, Scope::Claim, &recognizer).await?;
    let challenge = format!("{GIVEN}{}", app.issuance.token());
    let now = app.issuance.ambient.now();
    let expires_at = now + ANSWERED_WITHIN;
    let of = (party.name.as_str(), challenge.as_str());
    app.issuance.store.give_challenge(of, (now, expires_at)).await?;
    let given = Challenge { challenge, domain: party.did.clone(), expires_at };
    Ok((StatusCode::CREATED, NEVER_KEPT, Json(given)))
}

fn invalid(pointer: &str, code: &'static str, detail: &str) -> Problem {
    Problem::Invalid(vec![Fault::new(pointer, code, detail)])
}
