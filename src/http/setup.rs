//! Set-up: issuers, recognizers, their keys, and API keys.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::{Caller, Scope};
use super::body::Body;
use super::problem::Problem;
use crate::issue::access::NewApiKey;
use crate::issue::parties::Party;
use crate::model::Fault;
use crate::model::fault::Faults;
use crate::model::profile::ProfileDefinition;
use crate::store::{ApiKeyRow, KeyState, PartyKind, SigningKeyRow};

/// A new issuer or recognizer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewParty {
    /// Its short name in URLs and in its DID; it never changes.
    #[schema(example = "nea")]
    pub name: String,
    pub profile: ProfileDefinition,
}

/// An issuer or recognizer.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartyView {
    #[schema(example = "nea")]
    pub name: String,
    #[schema(example = "did:web:touchmark.example:issuers:nea")]
    pub did: String,
    pub profile: ProfileDefinition,
    /// Its public page.
    pub page: String,
}

/// A signing key's public half.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// The verification method that signatures name.
    pub id: String,
    /// `Ed25519` (usually of embedded proofs) or `ES256` (usually of JWTs).
    pub algorithm: String,
    /// New signatures are made with it. A key that is retired stays published.
    pub active: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub retired_at: Option<Timestamp>,
    /// Since when nothing that it signed verifies: it may have leaked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub withdrawn_at: Option<Timestamp>,
}

/// An API key that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApiKeyRequest {
    /// Of `mint`, `issue`, `status`, `admin`, `claim`, `policy`. Who has `issue` may have
    /// anything signed in the issuer's name, by the VC-API.
    #[schema(example = json!(["mint", "status"]))]
    pub scopes: Vec<String>,
    /// Whose system uses it. Idempotency keys belong to the client, not to the API key, so that
    /// they outlive its rotation.
    #[serde(default = "default_client")]
    #[schema(default = "default")]
    pub client: String,
    /// Credentials that it may mint in an hour; the service's default where absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub mints_per_hour: Option<i64>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

fn default_client() -> String {
    "default".into()
}

/// An API key without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyView {
    pub id: String,
    pub client: String,
    pub scopes: Vec<String>,
    pub mints_per_hour: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
}

/// A new API key, with the secret that is shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewApiKeyView {
    /// Send it as `Authorization: Bearer …`. It is kept hashed and cannot be shown again.
    pub token: String,
    #[serde(flatten)]
    pub key: ApiKeyView,
}

/// Add an issuer.
#[utoipa::path(post, path = "/v1/issuers", tag = "set-up", request_body = NewParty,
    responses((status = 201, description = "The issuer; its keys are made at first use", body = PartyView)),
    security(("apiKey" = ["admin"])))]
pub async fn add_issuer(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewParty>,
) -> Result<(StatusCode, Json<PartyView>), Problem> {
    add(&app, &caller, PartyKind::Issuer, new).await
}

/// Add a recognizer.
#[utoipa::path(post, path = "/v1/recognizers", tag = "set-up", request_body = NewParty,
    responses((status = 201, description = "The recognizer; its keys are made at first use", body = PartyView)),
    security(("apiKey" = ["admin"])))]
pub async fn add_recognizer(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(new): Body<NewParty>,
) -> Result<(StatusCode, Json<PartyView>), Problem> {
    add(&app, &caller, PartyKind::Recognizer, new).await
}

async fn add(
    app: &App,
    caller: &Caller,
    kind: PartyKind,
    new: NewParty,
) -> Result<(StatusCode, Json<PartyView>), Problem> {
    caller.may_everywhere(Scope::Admin)?;
    let profile = new.profile.check().map_err(|faults| inside("/profile", faults));
    profile.map_err(Problem::Invalid)?;
    let party = app.issuance.parties.add(kind, &new.name, &new.profile, caller.key_id()).await?;
    Ok((StatusCode::CREATED, Json(view(app, party))))
}

fn inside(at: &str, faults: Vec<Fault>) -> Vec<Fault> {
    faults.into_iter().map(|f| Fault { pointer: format!("{at}{}", f.pointer), ..f }).collect()
}

/// An issuer's profile.
#[utoipa::path(get, path = "/v1/issuers/{issuer}", tag = "set-up", params(("issuer" = String, Path, example = "nea")),
    responses((status = 200, description = "The issuer", body = PartyView)),
    security(("apiKey" = ["admin"])))]
pub async fn issuer(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<PartyView>, Problem> {
    let party = app.party(&caller, Scope::Admin, &name).await?;
    Ok(Json(view(&app, party)))
}

/// Change what an issuer says of itself, from the next credential on.
#[utoipa::path(put, path = "/v1/issuers/{issuer}", tag = "set-up", params(("issuer" = String, Path, example = "nea")),
    request_body = ProfileDefinition,
    responses((status = 200, description = "The issuer", body = PartyView)),
    security(("apiKey" = ["admin"])))]
pub async fn update_issuer(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(name): Path<String>,
    Body(profile): Body<ProfileDefinition>,
) -> Result<Json<PartyView>, Problem> {
    caller.may(Scope::Admin, &name)?;
    let actor = caller.key_id();
    let party = app.issuance.parties.update(PartyKind::Issuer, &name, &profile, actor).await?;
    Ok(Json(view(&app, party.ok_or(Problem::NotFound)?)))
}

/// A recognizer's profile.
#[utoipa::path(get, path = "/v1/recognizers/{recognizer}", tag = "set-up",
    params(("recognizer" = String, Path)),
    responses((status = 200, description = "The recognizer", body = PartyView)),
    security(("apiKey" = ["admin"])))]
pub async fn recognizer(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<PartyView>, Problem> {
    caller.may_everywhere(Scope::Admin)?;
    let party = app.issuance.parties.party(PartyKind::Recognizer, &name).await?;
    Ok(Json(view(&app, party.ok_or(Problem::NotFound)?)))
}

/// An issuer's signing keys, oldest first.
#[utoipa::path(get, path = "/v1/issuers/{issuer}/keys", tag = "set-up", params(("issuer" = String, Path, example = "nea")),
    responses((status = 200, description = "All keys it ever had", body = Vec<KeyView>)),
    security(("apiKey" = ["admin"])))]
pub async fn keys(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Vec<KeyView>>, Problem> {
    let party = app.party(&caller, Scope::Admin, &name).await?;
    let rows = app.issuance.parties.keys(&party).await?;
    Ok(Json(rows.into_iter().map(|row| key_view(&party, row)).collect()))
}

/// Make new signing keys; the old ones stay published, so that what they signed stays good.
#[utoipa::path(post, path = "/v1/issuers/{issuer}/keys:rotate", tag = "set-up",
    params(("issuer" = String, Path, example = "nea")),
    responses((status = 200, description = "All keys, the new ones active", body = Vec<KeyView>)),
    security(("apiKey" = ["admin"])))]
pub async fn rotate_keys(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Vec<KeyView>>, Problem> {
    let party = app.party(&caller, Scope::Admin, &name).await?;
    let rows = app.issuance.parties.rotate(&party, caller.key_id()).await?;
    Ok(Json(rows.into_iter().map(|row| key_view(&party, row)).collect()))
}

/// Make an API key for an issuer's backend.
#[utoipa::path(post, path = "/v1/issuers/{issuer}/api-keys", tag = "set-up",
    params(("issuer" = String, Path, example = "nea")), request_body = ApiKeyRequest,
    responses((status = 201, description = "The key, with its secret this once", body = NewApiKeyView)),
    security(("apiKey" = ["admin"])))]
pub async fn create_api_key(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(name): Path<String>,
    Body(asked): Body<ApiKeyRequest>,
) -> Result<(StatusCode, Json<NewApiKeyView>), Problem> {
    app.party(&caller, Scope::Admin, &name).await?;
    let scopes = check_api_key(&asked, app.issuance.ambient.now()).map_err(Problem::Invalid)?;
    let new = NewApiKey {
        issuer: Some(name),
        client: asked.client,
        scopes: scopes.into_iter().map(Scope::as_str).collect(),
        mints_per_hour: asked.mints_per_hour.unwrap_or(app.mints_per_hour),
        expires_at: asked.expires_at,
    };
    let (row, token) = app.issuance.create_api_key(new, caller.key_id()).await?;
    let key = NewApiKeyView { token: token.expose().into(), key: api_key_view(row) };
    Ok((StatusCode::CREATED, Json(key)))
}

fn check_api_key(asked: &ApiKeyRequest, now: Timestamp) -> Result<Vec<Scope>, Vec<Fault>> {
    let mut faults = Faults::default();
    let mut scopes = Vec::new();
    for (i, word) in asked.scopes.iter().enumerate() {
        match Scope::parse(word) {
            Some(scope) if scopes.contains(&scope) => {}
            Some(scope) => scopes.push(scope),
            None => {
                let detail = "a scope is one of mint, issue, status, admin, claim, policy";
                faults.add(format!("/scopes/{i}"), "unknown-scope", detail);
            }
        }
    }
    if asked.scopes.is_empty() {
        faults.add("/scopes", "no-scope", "a key needs at least one scope");
    }
    faults.text("/client", &asked.client, 100);
    if asked.mints_per_hour.is_some_and(|n| !(1..=10_000_000).contains(&n)) {
        faults.add("/mintsPerHour", "out-of-range", "a ceiling is 1 to 10000000 mints per hour");
    }
    if asked.expires_at.is_some_and(|end| end <= now) {
        faults.add("/expiresAt", "already-past", "the end must be in the future");
    }
    faults.into_result().map(|()| scopes)
}

/// An issuer's API keys, without their secrets.
#[utoipa::path(get, path = "/v1/issuers/{issuer}/api-keys", tag = "set-up",
    params(("issuer" = String, Path, example = "nea")),
    responses((status = 200, description = "The keys, oldest first", body = Vec<ApiKeyView>)),
    security(("apiKey" = ["admin"])))]
pub async fn api_keys(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Vec<ApiKeyView>>, Problem> {
    app.party(&caller, Scope::Admin, &name).await?;
    let rows = app.issuance.store.api_keys(Some(&name)).await?;
    Ok(Json(rows.into_iter().map(api_key_view).collect()))
}

/// Revoke an API key, for good and at once.
#[utoipa::path(delete, path = "/v1/issuers/{issuer}/api-keys/{key}", tag = "set-up",
    params(("issuer" = String, Path, example = "nea"), ("key" = String, Path, description = "The key's id")),
    responses((status = 200, description = "The revoked key", body = ApiKeyView)),
    security(("apiKey" = ["admin"])))]
pub async fn revoke_api_key(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((name, key)): Path<(String, String)>,
) -> Result<Json<ApiKeyView>, Problem> {
    app.party(&caller, Scope::Admin, &name).await?;
    let row = app.issuance.revoke_api_key(&key, Some(&name), caller.key_id()).await?;
    Ok(Json(api_key_view(row.ok_or(Problem::NotFound)?)))
}

impl App {
    /// The issuer, if the caller may do `scope` for it.
    pub async fn party(&self, caller: &Caller, scope: Scope, name: &str) -> Result<Party, Problem> {
        caller.may(scope, name)?;
        let party = self.issuance.parties.party(PartyKind::Issuer, name).await?;
        party.ok_or(Problem::NotFound)
    }
}

impl App {
    /// The issuer, for a key that mints, changes or sets up for it.
    pub async fn party_to_read(&self, caller: &Caller, name: &str) -> Result<Party, Problem> {
        caller.may_read(name)?;
        let party = self.issuance.parties.party(PartyKind::Issuer, name).await?;
        party.ok_or(Problem::NotFound)
    }
}

fn view(app: &App, party: Party) -> PartyView {
    let page = match party.kind {
        PartyKind::Issuer => app.issuance.links.issuer(&party.name),
        PartyKind::Recognizer => app.issuance.links.recognizer(&party.name),
    };
    PartyView { name: party.name, did: party.did, profile: party.profile, page }
}

fn key_view(party: &Party, row: SigningKeyRow) -> KeyView {
    KeyView {
        id: format!("{}#{}", party.did, row.id),
        algorithm: row.algorithm,
        active: row.state == KeyState::Active,
        created_at: row.created_at,
        retired_at: row.retired_at,
        withdrawn_at: row.withdrawn_at,
    }
}

fn api_key_view(row: ApiKeyRow) -> ApiKeyView {
    ApiKeyView {
        id: row.id,
        client: row.client,
        scopes: row.scopes.split(' ').map(Into::into).collect(),
        mints_per_hour: row.mints_per_hour,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    }
}
