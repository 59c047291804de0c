//! Achievements, for anyone: their pages, JSON and pictures, in each version.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};

use super::{HTML, html, json, json_or_page, with_context};
use crate::http::limits::Client;
use crate::http::problem::Problem;
use crate::http::{App, standing};
use crate::issue::definition;
use crate::model::achievement::{Achievement, AchievementDefinition, AchievementIds};
use crate::model::fault::is_slug;
use crate::pages;
use crate::pages::speech::Speech;
use crate::store::{AchievementRow, PartyKind};

/// An achievement's latest version: its page, or its JSON.
#[utoipa::path(get, path = "/achievements/{achievement}", tag = "public",
    params(("achievement" = String, Path, description = "Issuer and slug with a full stop between them")),
    responses((status = 200, description = "The achievement", content(
        (serde_json::Value = "application/ld+json"), (serde_json::Value = "application/json"),
        (String = "text/html")))))]
pub async fn achievement(
    State(app): State<Arc<App>>,
    client: Client,
    t: Speech,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (issuer, slug) = split_name(&name)?;
    let row = app.issuance.store.latest_achievement(issuer, slug).await?;
    achievement_answer(&app, (client, &t), row, &headers).await
}

/// One version of an achievement, as it was when it was earned.
#[utoipa::path(get, path = "/achievements/{achievement}/versions/{version}", tag = "public",
    params(("achievement" = String, Path), ("version" = String, Path, description = "1, 2, …")),
    responses((status = 200, description = "The achievement", content(
        (serde_json::Value = "application/ld+json"), (serde_json::Value = "application/json"),
        (String = "text/html")))))]
pub async fn achievement_version(
    State(app): State<Arc<App>>,
    client: Client,
    t: Speech,
    Path((name, version)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let row = find_version(&app, &name, &version).await?;
    achievement_answer(&app, (client, &t), row, &headers).await
}

/// The picture of an achievement whose issuer gives none.
#[utoipa::path(get, path = "/achievements/{achievement}/versions/{version}/image.svg", tag = "public",
    params(("achievement" = String, Path), ("version" = String, Path)),
    responses((status = 200, description = "A drawn picture", body = String, content_type = "image/svg+xml")))]
pub async fn achievement_image(
    State(app): State<Arc<App>>,
    Path((name, version)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let row = find_version(&app, &name, &version).await?.ok_or(Problem::NotFound)?;
    let issuer = app.issuance.parties.party(PartyKind::Issuer, &row.issuer).await?;
    let issuer = issuer.ok_or(Problem::NotFound)?;
    let svg = pages::drawing::mark::svg(&definition(&row)?.name, &issuer.profile.name);
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
    ];
    Ok((headers, svg).into_response())
}

async fn find_version(
    app: &App,
    name: &str,
    version: &str,
) -> Result<Option<AchievementRow>, Problem> {
    let (issuer, slug) = split_name(name)?;
    // One spelling a version: neither "+1" nor "01".
    let number: i64 = version.parse().map_err(|_| Problem::NotFound)?;
    let version = Some(number).filter(|n| n.to_string() == version).ok_or(Problem::NotFound)?;
    Ok(app.issuance.store.achievement_version(issuer, slug, version).await?)
}

pub(in crate::http) fn split_name(name: &str) -> Result<(&str, &str), Problem> {
    let parts = name.split_once('.').filter(|(issuer, slug)| is_slug(issuer) && is_slug(slug));
    parts.ok_or(Problem::NotFound)
}

async fn achievement_answer(
    app: &App,
    (client, t): (Client, &Speech),
    row: Option<AchievementRow>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let media = json_or_page(headers)?;
    let row = row.ok_or(Problem::NotFound)?;
    let definition: AchievementDefinition = definition(&row)?;
    let id = app.issuance.links.achievement(&row.issuer, &row.slug);
    let ids = AchievementIds { achievement: id, version: row.version };
    if media == HTML {
        let issuer = app.issuance.parties.party(PartyKind::Issuer, &row.issuer).await?;
        let issuer = issuer.ok_or(Problem::NotFound)?;
        let latest = app.issuance.store.latest_achievement(&row.issuer, &row.slug).await?;
        let latest = latest.map_or(row.version, |latest| latest.version);
        let definition = &definition;
        let known = standing::known(&app.issuance.links, (&row.issuer, &row.slug), definition);
        let standing = app.standing_for_page(client, &known).await?;
        let standing = standing.as_deref();
        let told =
            pages::achievement::Told { issuer: &issuer, ids: &ids, definition, latest, standing };
        return Ok(html(pages::achievement(t, &app.issuance.links, &told)?));
    }
    json(media, &with_context(&Achievement::new(&ids, &definition)))
}
