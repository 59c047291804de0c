//! `POST /credentials/status`: a credential that was signed here is revoked or suspended.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Instance;
use crate::http::App;
use crate::http::auth::{Caller, Scope};
use crate::http::body::Body;
use crate::http::problem::Problem;
use crate::model::Fault;
use crate::model::links::Own;
use crate::store::{Change, CredentialRow};

/// A change of status.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusUpdate {
    /// The credential's id. May be left out where the entry names list and index.
    #[serde(default)]
    pub credential_id: Option<String>,
    pub credential_status: StatusEntryNamed,
    /// Whether the bit is to be set; it is where absent. A revocation is final.
    #[serde(default)]
    pub status: Option<bool>,
}

/// Which of its entries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusEntryNamed {
    /// `BitstringStatusListEntry`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `revocation` where absent, or `suspension`.
    #[serde(default)]
    pub status_purpose: Option<String>,
    #[serde(default)]
    pub status_list_index: Option<String>,
    #[serde(default)]
    pub status_list_credential: Option<String>,
}

/// What the status is now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusAnswer {
    /// The credential's id here.
    pub credential: String,
    /// `good`, `suspended`, `revoked` or `superseded`.
    pub status: String,
}

const REASON: &str = "by the VC-API";

/// Change the status of a credential of the issuer whose API key this is (VC-API).
#[utoipa::path(post, path = "/credentials/status", tag = "vc-api", operation_id = "vc_api_status", request_body = StatusUpdate,
    responses((status = 200, description = "What it is now", body = StatusAnswer)),
    security(("apiKey" = ["status"])))]
pub async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(asked): Body<StatusUpdate>,
) -> Result<Json<StatusAnswer>, Problem> {
    let issuer = caller.own_issuer().map(str::to_owned).ok_or_else(|| {
        let detail = "nothing says whose credential it is; ask at /NAME/credentials/status".into();
        Problem::Unreadable { part: "path", detail }
    })?;
    update(&app, &caller, &issuer, &asked).await
}

/// Change the status of an issuer's credential (VC-API).
#[utoipa::path(post, path = "/{instance}/credentials/status", tag = "vc-api", operation_id = "vc_api_status_at",
    params(("instance" = String, Path, example = "nea", description = "An issuer's name")),
    request_body = StatusUpdate,
    responses((status = 200, description = "What it is now", body = StatusAnswer)),
    security(("apiKey" = ["status"])))]
pub async fn change_at(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(instance): Path<String>,
    Body(asked): Body<StatusUpdate>,
) -> Result<Json<StatusAnswer>, Problem> {
    update(&app, &caller, Instance::of(&instance).issuer, &asked).await
}

async fn update(
    app: &App,
    caller: &Caller,
    issuer: &str,
    asked: &StatusUpdate,
) -> Result<Json<StatusAnswer>, Problem> {
    app.party(caller, Scope::Status, issuer).await?;
    let change = wanted(asked).map_err(|fault| Problem::Invalid(vec![fault]))?;
    let row = find(app, issuer, asked).await?.ok_or(Problem::NotFound)?;
    let changed = app.issuance.change(issuer, &row.id, &change, REASON, caller.key_id()).await?;
    let row = changed.credential;
    let credential = row.external_id.unwrap_or_else(|| app.issuance.links.credential(&row.id));
    Ok(Json(StatusAnswer { credential, status: row.state.as_str().into() }))
}

fn wanted(asked: &StatusUpdate) -> Result<Change, Fault> {
    let entry = &asked.credential_status;
    if entry.kind != "BitstringStatusListEntry" {
        let detail = "a status entry here is a BitstringStatusListEntry";
        return Err(Fault::new("/credentialStatus/type", "unknown-status", detail));
    }
    let set = asked.status.unwrap_or(true);
    match (entry.status_purpose.as_deref().unwrap_or("revocation"), set) {
        ("revocation", true) => Ok(Change::Revoke),
        ("revocation", false) => {
            let detail = "a revocation is final; it cannot be taken back";
            Err(Fault::new("/status", "status-is-final", detail))
        }
        ("suspension", true) => Ok(Change::Suspend),
        ("suspension", false) => Ok(Change::Reinstate),
        _ => {
            let detail = "a purpose is revocation or suspension";
            Err(Fault::new("/credentialStatus/statusPurpose", "unknown-purpose", detail))
        }
    }
}

/// By our id, by the id that its issuer gave it, or by its entry.
async fn find(
    app: &App,
    issuer: &str,
    asked: &StatusUpdate,
) -> Result<Option<CredentialRow>, Problem> {
    let (links, store) = (&app.issuance.links, &app.issuance.store);
    if let Some(id) = &asked.credential_id {
        let own = match links.own(id) {
            Some(Own::Credential(token)) => store.credential_of(issuer, token).await?,
            _ => None,
        };
        let found = match own {
            Some(row) => Some(row),
            None => store.credential_by_external_id(issuer, id).await?,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    let entry = &asked.credential_status;
    let (Some(list), Some(index)) = (&entry.status_list_credential, &entry.status_list_index)
    else {
        return Ok(None);
    };
    match (links.own(list), index.parse::<u32>()) {
        (Some(Own::StatusList(list)), Ok(index)) => {
            Ok(store.credential_at(issuer, (list, index)).await?)
        }
        _ => Ok(None),
    }
}
