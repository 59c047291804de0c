//! Menus of recognizers: what each accepts, published under a key, read by anyone.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::value::RawValue;

use super::App;
use super::auth::{Caller, Scope};
use super::body;
use super::examine::verify_all;
use super::negotiate::choose;
use super::problem::Problem;
use super::public::{HTML, html};
use crate::pages;
use crate::pages::speech::Speech;
use crate::recognition::menu::{Menu, MenuDefinition};
use crate::recognize::control::Asked;
use crate::recognize::menus::Accepted;
use crate::recognize::request::ClaimRequest;
use crate::recognize::{self, Recognition, RecognizeError};
use crate::store::{MenuRow, PartyKind};

/// Menus of one recognizer that are told of at once.
pub const MOST_MENUS: i64 = 100;

const JSON: &str = "application/json";

/// Publish a menu, or a new version of it: each achievement on it is endorsed by a signed
/// `EndorsementCredential`, and what is taken off is revoked. The same again changes nothing.
///
/// What an endorsement says goes by the policy's newest version: publish the menu again when the
/// policy has a new one.
#[utoipa::path(put, path = "/v1/recognizers/{recognizer}/menus/{menu}", operation_id = "publish_menu", tag = "recognition",
    params(("recognizer" = String, Path, example = "committee"),
           ("menu" = String, Path, example = "chosen-micro-credentials")),
    request_body(content((MenuDefinition = "application/json"), (String = "application/yaml")),
                 description = "The menu, as JSON or YAML"),
    responses((status = 201, description = "It is published", body = Menu),
              (status = 200, description = "It was published so before", body = Menu)),
    security(("apiKey" = ["policy"])))]
pub async fn publish(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((recognizer, menu)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let party = app.recognizer(&caller, Scope::Policy, &recognizer).await?;
    let text = body::read(request).await?;
    let definition = MenuDefinition::read(&text).map_err(RecognizeError::Invalid)?;
    let recognition = Recognition { issuance: &app.issuance };
    let (row, new) = recognition.publish_menu(&party, &menu, &definition, caller.key_id()).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, [(header::CONTENT_TYPE, JSON)], row.body).into_response())
}

/// A recognizer's menus, each as it was published last.
#[utoipa::path(get, path = "/recognizers/{recognizer}/menus", operation_id = "list_menus", tag = "public",
    params(("recognizer" = String, Path)),
    responses((status = 200, description = "By id, a hundred at most", body = Vec<Menu>)))]
pub async fn list(
    State(app): State<Arc<App>>,
    Path(recognizer): Path<String>,
) -> Result<Response, Problem> {
    let party = app.issuance.parties.party(PartyKind::Recognizer, &recognizer).await?;
    let party = party.ok_or(Problem::NotFound)?;
    let rows = app.issuance.store.latest_menus(&party.name, MOST_MENUS).await?;
    let bodies = rows.into_iter().map(|row| RawValue::from_string(row.body));
    let bodies: Vec<_> = bodies.collect::<Result<_, _>>().map_err(|error| {
        tracing::error!(%error, recognizer = %party.name, "a stored menu is not JSON");
        Problem::Internal
    })?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=60")], Json(bodies)).into_response())
}

/// A menu as it was published last: its page, or its JSON.
#[utoipa::path(get, path = "/recognizers/{recognizer}/menus/{menu}", operation_id = "latest_menu", tag = "public",
    params(("recognizer" = String, Path), ("menu" = String, Path)),
    responses((status = 200, description = "The menu", content(
        (Menu = "application/json"), (String = "text/html")))))]
pub async fn latest(
    State(app): State<Arc<App>>,
    t: Speech,
    Path((recognizer, menu)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let row = app.issuance.store.latest_menu(&recognizer, &menu).await?;
    answer(&app, &t, row, &headers).await
}

/// One version of a menu: it never changes.
#[utoipa::path(get, path = "/recognizers/{recognizer}/menus/{menu}/versions/{version}", operation_id = "menu_version", tag = "public",
    params(("recognizer" = String, Path), ("menu" = String, Path),
           ("version" = String, Path, description = "1, 2, …")),
    responses((status = 200, description = "The menu", content(
        (Menu = "application/json"), (String = "text/html")))))]
pub async fn version(
    State(app): State<Arc<App>>,
    t: Speech,
    Path((recognizer, menu, version)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // One spelling a version: neither "+1" nor "01".
    let number: i64 = version.parse().map_err(|_| Problem::NotFound)?;
    let number = Some(number).filter(|n| n.to_string() == version).ok_or(Problem::NotFound)?;
    let row = app.issuance.store.menu_version((&recognizer, &menu), number).await?;
    answer(&app, &t, row, &headers).await
}

async fn answer(
    app: &App,
    t: &Speech,
    row: Option<MenuRow>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let offered = "application/json, text/html";
    let media = choose(headers, &[JSON, HTML]).ok_or(Problem::NotAcceptable { offered })?;
    let row = row.ok_or(Problem::NotFound)?;
    if media == JSON {
        let caching = (header::CACHE_CONTROL, "public, max-age=60");
        return Ok(([caching, (header::CONTENT_TYPE, JSON)], row.body).into_response());
    }
    let newest = app.issuance.store.latest_menu(&row.recognizer, &row.name).await?;
    let newest = newest.map_or(row.number, |newest| newest.number);
    let menu = read(&row)?;
    let by = (row.recognizer.as_str(), menu.policy.id.as_str());
    let policy = app.issuance.store.policy_version(by, &menu.policy.version).await?;
    let policy = recognize::policy(&policy.ok_or(Problem::NotFound)?)?;
    let recognizer = &row.recognizer;
    let told = pages::menu::Told { recognizer, menu: &menu, policy: &policy, newest };
    Ok(html(pages::menu(t, &app.issuance.links, &told)?))
}

/// What the endorsements that were handed in with a claim accept: those that hold.
pub async fn handed(
    app: &Arc<App>,
    by: (&str, &Asked),
    request: &ClaimRequest,
) -> Result<Vec<Accepted>, Problem> {
    let inputs = request.read_endorsements().map_err(RecognizeError::Invalid)?;
    if inputs.is_empty() {
        return Ok(Vec::new());
    }
    let verified = verify_all(app, by, inputs).await?;
    Ok(verified.iter().filter_map(|it| recognize::menus::handed(&it.report)).collect())
}

/// What a stored version says.
pub fn read(row: &MenuRow) -> Result<Menu, Problem> {
    serde_json::from_str(&row.body).map_err(|error| {
        tracing::error!(%error, recognizer = %row.recognizer, menu = %row.name,
            "a stored menu cannot be read");
        Problem::Internal
    })
}
