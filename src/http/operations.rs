//! For operators and their machines: health, readiness, figures.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use super::App;
use super::observe;
use super::problem::Problem;
use crate::pages;

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operations",
    responses((status = 200, description = "ok", body = String, content_type = "text/plain")))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers too: requests may be sent here.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, description = "ready", body = String, content_type = "text/plain")))]
pub async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    app.issuance.store.ping().await.map_err(|error| {
        tracing::warn!(%error, "not ready: the database does not answer");
        Problem::Unavailable
    })?;
    Ok("ready\n")
}

/// Figures in Prometheus' text format; nothing personal.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "The figures", body = String, content_type = "text/plain")))]
pub async fn metrics(State(app): State<Arc<App>>) -> String {
    observe::caches(&app).await;
    observe::figures().render()
}

/// The pages' style sheet, their mark and their scripts.
pub fn page_assets() -> Router<Arc<App>> {
    let asset = |media: &'static str, text: &'static str| {
        get(async move || {
            let headers =
                [(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "public, max-age=3600")];
            (headers, text).into_response()
        })
    };
    Router::new()
        .route("/assets/style.css", asset("text/css; charset=utf-8", pages::STYLE))
        .route("/assets/copy.js", asset("text/javascript; charset=utf-8", pages::COPY))
        .route("/assets/mark.svg", asset("image/svg+xml", pages::MARK))
        .route("/assets/ask.js", asset("text/javascript; charset=utf-8", pages::ASK))
}
