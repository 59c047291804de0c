//! Issuers and recognizers, for anyone: their pages, profiles and DID documents.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse as _, Response};

use super::{HTML, html, json, json_or_page, with_context};
use crate::http::problem::Problem;
use crate::http::{App, standing};
use crate::issue::{IssueError, definition};
use crate::model::profile::Profile;
use crate::pages;
use crate::pages::speech::Speech;
use crate::store::PartyKind;

/// An issuer: its page, or its profile.
#[utoipa::path(get, path = "/issuers/{issuer}", operation_id = "issuer_page", tag = "public", params(("issuer" = String, Path, example = "nea"),
        ("q" = Option<String>, Query, description = "Words to look for in the page's catalogue"),
        ("stack" = Option<String>, Query, description = "One stack of it"),
        ("page" = Option<String>, Query, description = "1, 2, …")),
    responses((status = 200, description = "The issuer", content(
        (serde_json::Value = "application/ld+json"), (serde_json::Value = "application/json"),
        (String = "text/html")))))]
pub async fn issuer(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    t: Speech,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    party(&app, PartyKind::Issuer, &name, &PartyAsked { t, headers, uri }).await
}

/// A recognizer: its page, or its profile.
#[utoipa::path(get, path = "/recognizers/{recognizer}", operation_id = "recognizer_page", tag = "public",
    params(("recognizer" = String, Path)),
    responses((status = 200, description = "The recognizer", content(
        (serde_json::Value = "application/ld+json"), (serde_json::Value = "application/json"),
        (String = "text/html")))))]
pub async fn recognizer(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    t: Speech,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    party(&app, PartyKind::Recognizer, &name, &PartyAsked { t, headers, uri }).await
}

/// What decides how an issuer or recognizer is told of.
struct PartyAsked {
    t: Speech,
    headers: HeaderMap,
    uri: Uri,
}

async fn party(
    app: &App,
    kind: PartyKind,
    name: &str,
    asked: &PartyAsked,
) -> Result<Response, Problem> {
    let PartyAsked { t, headers, uri } = asked;
    let media = json_or_page(headers)?;
    let party = app.issuance.parties.party(kind, name).await?.ok_or(Problem::NotFound)?;
    if media == HTML {
        let keys = app.issuance.parties.keys(&party).await?;
        // An issuer and a recognizer of one name are two.
        let achievements = match kind {
            PartyKind::Issuer => app.issuance.store.achievements(&party.name).await?,
            PartyKind::Recognizer => Vec::new(),
        };
        let achievements = achievements.iter().map(|row| Ok((row.slug.clone(), definition(row)?)));
        let achievements: Vec<_> = achievements.collect::<Result<_, IssueError>>()?;
        let (policies, menus) = match kind {
            PartyKind::Issuer => (Vec::new(), Vec::new()),
            PartyKind::Recognizer => standing::of_recognizer(app, &party.name).await?,
        };
        let known_as = app.options.trusted.as_ref().and_then(|known| known.known(&party.did));
        let told = pages::party::Told {
            party: &party,
            known_as,
            keys: &keys,
            achievements: &achievements,
            policies: &policies,
            menus: &menus,
            wish: &pages::catalogue::Wish::of(uri.query()),
        };
        return Ok(html(pages::party(t, &app.issuance.links, &told)?));
    }
    json(media, &with_context(&Profile::new(&party.did, &party.profile)))
}

/// An issuer's DID document: its keys, the retired ones too.
#[utoipa::path(get, path = "/issuers/{issuer}/did.json", tag = "public", params(("issuer" = String, Path, example = "nea")),
    responses((status = 200, description = "The DID document", body = serde_json::Value,
               content_type = "application/did+ld+json")))]
pub async fn issuer_did(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    did(&app, PartyKind::Issuer, &name).await
}

/// A recognizer's DID document.
#[utoipa::path(get, path = "/recognizers/{recognizer}/did.json", tag = "public",
    params(("recognizer" = String, Path)),
    responses((status = 200, description = "The DID document", body = serde_json::Value,
               content_type = "application/did+ld+json")))]
pub async fn recognizer_did(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    did(&app, PartyKind::Recognizer, &name).await
}

async fn did(app: &App, kind: PartyKind, name: &str) -> Result<Response, Problem> {
    let party = app.issuance.parties.party(kind, name).await?.ok_or(Problem::NotFound)?;
    let body = app.issuance.parties.did_document(&party).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/did+ld+json"),
        (header::CACHE_CONTROL, "public, max-age=60"),
    ];
    Ok((headers, body).into_response())
}
