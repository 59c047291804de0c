//! Achievements: made, versioned, read.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::auth::{Caller, Scope};
use super::body::Body;
use super::problem::Problem;
use crate::issue::{IssueError, definition};
use crate::model::Fault;
use crate::model::achievement::AchievementDefinition;
use crate::store::AchievementRow;

/// One version of an achievement.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AchievementView {
    /// Its stable id and public page.
    #[schema(example = "https://touchmark.example/achievements/nea.restorative-practices")]
    pub id: String,
    #[schema(example = "restorative-practices")]
    pub slug: String,
    #[schema(example = 1)]
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub definition: AchievementDefinition,
}

/// Publish an achievement: competency, criteria, rubric.
#[utoipa::path(post, path = "/v1/issuers/{issuer}/achievements", tag = "achievements",
    params(("issuer" = String, Path, example = "nea")), request_body = AchievementDefinition,
    responses((status = 201, description = "Version 1 of it", body = AchievementView)),
    security(("apiKey" = ["admin"])))]
pub async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(issuer): Path<String>,
    Body(new): Body<AchievementDefinition>,
) -> Result<(StatusCode, Json<AchievementView>), Problem> {
    app.party(&caller, Scope::Admin, &issuer).await?;
    let row = app.issuance.add_achievement(&issuer, &new, caller.key_id()).await?;
    Ok((StatusCode::CREATED, Json(view(&app, row)?)))
}

/// Publish a new version. What was earned keeps its version. Nothing changes where the definition
/// is the same.
#[utoipa::path(put, path = "/v1/issuers/{issuer}/achievements/{slug}", tag = "achievements",
    params(("issuer" = String, Path, example = "nea"), ("slug" = String, Path)), request_body = AchievementDefinition,
    responses((status = 200, description = "The latest version", body = AchievementView)),
    security(("apiKey" = ["admin"])))]
pub async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((issuer, slug)): Path<(String, String)>,
    Body(mut new): Body<AchievementDefinition>,
) -> Result<Json<AchievementView>, Problem> {
    app.party(&caller, Scope::Admin, &issuer).await?;
    if new.slug.as_ref().is_some_and(|given| *given != slug) {
        let fault = Fault::new("/slug", "slug-changed", "a slug never changes; leave it out here");
        return Err(Problem::Invalid(vec![fault]));
    }
    new.slug = Some(slug.clone());
    let row = app.issuance.update_achievement(&issuer, &slug, &new, caller.key_id()).await?;
    Ok(Json(view(&app, row.ok_or(Problem::NotFound)?)?))
}

/// The latest version of each of an issuer's achievements.
#[utoipa::path(get, path = "/v1/issuers/{issuer}/achievements", operation_id = "list_achievements", tag = "achievements",
    params(("issuer" = String, Path, example = "nea")),
    responses((status = 200, description = "By slug", body = Vec<AchievementView>)),
    security(("apiKey" = ["mint"]), ("apiKey" = ["status"]), ("apiKey" = ["admin"])))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(issuer): Path<String>,
) -> Result<Json<Vec<AchievementView>>, Problem> {
    app.party_to_read(&caller, &issuer).await?;
    let rows = app.issuance.store.achievements(&issuer).await?;
    Ok(Json(rows.into_iter().map(|row| view(&app, row)).collect::<Result<_, _>>()?))
}

/// The latest version of an achievement.
#[utoipa::path(get, path = "/v1/issuers/{issuer}/achievements/{slug}", operation_id = "latest_achievement", tag = "achievements",
    params(("issuer" = String, Path, example = "nea"), ("slug" = String, Path)),
    responses((status = 200, description = "The latest version", body = AchievementView)),
    security(("apiKey" = ["mint"]), ("apiKey" = ["status"]), ("apiKey" = ["admin"])))]
pub async fn latest(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((issuer, slug)): Path<(String, String)>,
) -> Result<Json<AchievementView>, Problem> {
    app.party_to_read(&caller, &issuer).await?;
    let row = app.issuance.store.latest_achievement(&issuer, &slug).await?;
    Ok(Json(view(&app, row.ok_or(Problem::NotFound)?)?))
}

fn view(app: &App, row: AchievementRow) -> Result<AchievementView, IssueError> {
    Ok(AchievementView {
        id: app.issuance.links.achievement(&row.issuer, &row.slug),
        definition: definition(&row)?,
        slug: row.slug,
        version: row.version,
        created_at: row.created_at,
    })
}
