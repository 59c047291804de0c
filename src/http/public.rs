//! What anyone may read: credentials and status lists here, [issuers and recognizers](parties) and
//! [achievements] beside them.
//!
//! People get a page, programs get the signed bytes exactly as they are stored.

pub mod achievements;
pub mod parties;

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use super::files::{self, Form, Wish};
use super::limits::Client;
use super::negotiate::{choose, is_current};
use super::problem::{Problem, ProblemDocument};
use super::sources::Own;
use crate::bake::Picture;
use crate::check::Report;
use crate::check::options::Options;
use crate::issue::status_list::ListForm;
use crate::pages;
use crate::pages::credential::Told;
use crate::pages::speech::Speech;
use crate::store::{Control, CredentialRow, PartyKind};
use crate::verify::Verifier;

/// The media types of a credential with an embedded proof, the best known first.
const EMBEDDED: [&str; 4] =
    ["application/vc+ld+json", "application/vc", "application/ld+json", "application/json"];
/// The media types of the Open Badges VC-JWT.
const JWT: [&str; 2] = ["text/plain", "application/jwt"];
/// The media type of the VC-JOSE form, whose type and signature are its own.
const VC_JOSE: &str = "application/vc+jwt";
pub(super) const HTML: &str = "text/html";

/// Lets scripts of any site read what is public anyway: verifiers run in browsers too.
pub async fn open_to_browsers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.append(header::VARY, HeaderValue::from_static("Accept"));
    response
}

/// A credential: its page, its embedded form, its JWT or its VC-JOSE form, by `Accept` or by the suffix `.json` or
/// `.jwt`; with the suffix `.png` or `.svg` a picture of its achievement with the credential in it.
#[utoipa::path(get, path = "/credentials/{id}", tag = "public",
    params(("id" = String, Path, description = "The credential's id, with `.json`, `.jwt`, `.png` or `.svg` for that form"),
           ("form" = Option<files::Form>, Query, description = "Which form a picture carries; else JSON")),
    responses((status = 200, description = "The credential", content(
        (serde_json::Value = "application/vc+ld+json"), (serde_json::Value = "application/vc"),
        (serde_json::Value = "application/ld+json"), (serde_json::Value = "application/json"),
        (String = "text/html"), (String = "text/plain"), (String = "application/jwt"), (String = "application/vc+jwt"),
        (Vec<u8> = "image/png"), (String = "image/svg+xml"))),
        (status = 304, description = "The copy of a picture that the client has is current"),
        (status = 403, description = "Its holder keeps the files private; the page says whether it holds",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Its key was withdrawn, so that no other form of it is signed",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 410, description = "Its holder withdrew it from this service",
         body = ProblemDocument, content_type = "application/problem+json")))]
pub async fn credential(
    State(app): State<Arc<App>>,
    client: Client,
    t: Speech,
    Path(file): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // A page is a verification, a picture is drawn: both cost us work.
    app.admit(client.0)?;
    let (id, suffix) = parts(&file);
    let asked = Asked::of(suffix, wish, &headers)?;
    let found = app.issuance.store.credential_and_control(id).await?;
    let (row, control) = found.ok_or(Problem::NotFound)?;
    let links = &app.issuance.links;
    match (asked.media == HTML, row.is_forgotten(), control.hidden) {
        (true, true, _) => Ok(gone_page(pages::gone::page(&t, pages::gone::of(&row))?)),
        (false, true, _) => Err(Problem::FORGOTTEN),
        (true, ..) => {
            let report = report_on(&app, &row).await;
            if control.hidden {
                return Ok(html(pages::private::page(&t, links, &row, &report)?));
            }
            if let Some(page) = pages::endorsement(&t, links, (&row, &report))? {
                return Ok(html(page));
            }
            if let Some(page) = pages::receipt(&t, links, &row, &report)? {
                return Ok(html(page));
            }
            let evidence = app.issuance.store.evidence_of(&row.id).await?;
            let open = evidence.into_iter().filter(|evidence| evidence.open);
            let open: Vec<_> = open.map(|evidence| evidence.token).collect();
            let standing = app.standing_of(&report).await?;
            let told = Told {
                row: &row,
                report: &report,
                open_evidence: &open,
                shared: None,
                standing: standing.as_ref(),
            };
            Ok(for_robots(&control, html(pages::credential(&t, links, &told)?)))
        }
        (false, false, true) => Err(Problem::PRIVATE),
        (false, false, false) => {
            let successor = row.superseded_by.as_deref().map(|id| links.credential(id));
            let form = form(&app, row, &asked, &headers).await?;
            Ok(for_robots(&control, files::with_successor(successor.as_deref(), form)))
        }
    }
}

/// Lets search engines list it, where its holder does; else they are told not to.
pub(super) fn for_robots(control: &Control, mut response: Response) -> Response {
    if control.robots && !control.hidden {
        response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("all"));
    }
    response
}

/// A file's name and what follows its first full stop.
pub(super) fn parts(file: &str) -> (&str, Option<&str>) {
    file.split_once('.').map_or((file, None), |(name, suffix)| (name, Some(suffix)))
}

/// The form that is asked for.
pub(super) struct Asked<'f> {
    suffix: Option<&'f str>,
    pub media: &'static str,
    /// What a picture is to hold.
    form: Form,
}

impl<'f> Asked<'f> {
    pub fn of(
        suffix: Option<&'f str>,
        wish: Result<Query<Wish>, QueryRejection>,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        let Query(wish) =
            wish.map_err(|error| Problem::Unreadable { part: "query", detail: error.body_text() })?;
        Ok(Self { suffix, media: media(suffix, headers)?, form: wish.form })
    }
}

/// The media type: by the suffix, else by `Accept`.
fn media(suffix: Option<&str>, headers: &HeaderMap) -> Result<&'static str, Problem> {
    match suffix {
        None => {
            let offered = [&EMBEDDED[..], &[HTML], &JWT, &[VC_JOSE]].concat();
            choose(headers, &offered).ok_or(Problem::NotAcceptable {
                offered: "application/vc+ld+json, application/json, text/html, text/plain (JWT), \
                          application/vc+jwt",
            })
        }
        Some("json") => Ok(EMBEDDED[0]),
        Some("jwt") => Ok(JWT[0]),
        Some(other) => Ok(Picture::with_extension(other).ok_or(Problem::NotFound)?.media_type()),
    }
}

/// A signed form, for whoever may see it.
pub(super) async fn form(
    app: &App,
    row: CredentialRow,
    asked: &Asked<'_>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    if let Some(picture) = asked.suffix.and_then(Picture::with_extension) {
        return files::baked(app, &row, picture, asked.form, headers).await;
    }
    if row.is_external() {
        return external(&row, asked.suffix, headers);
    }
    let media = asked.media;
    let body = match media {
        VC_JOSE => app.issuance.vc_jose(&row).await?,
        media if JWT.contains(&media) => row.jwt,
        _ => row.embedded,
    };
    Ok(([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "no-cache")], body).into_response())
}

/// One that was composed elsewhere has the forms that it was signed in.
fn external(
    row: &CredentialRow,
    suffix: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let offered = "application/vc+ld+json, application/json, application/vc+jwt, text/html";
    let forms = match (suffix, &row.vc_jose) {
        (Some("json"), _) => vec![EMBEDDED[0]],
        (Some(_), _) => return Err(Problem::NotFound),
        (None, Some(_)) => [&EMBEDDED[..], &[VC_JOSE]].concat(),
        (None, None) => EMBEDDED.to_vec(),
    };
    let media = match suffix {
        Some(_) => EMBEDDED[0],
        None => choose(headers, &forms).ok_or(Problem::NotAcceptable { offered })?,
    };
    let body = match (&row.vc_jose, media) {
        (Some(jws), VC_JOSE) => jws.clone(),
        _ => row.embedded.clone(),
    };
    Ok(([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "no-cache")], body).into_response())
}

/// A page is made of a verification done as it loads, by the same code that serves everyone.
pub(super) async fn report_on(app: &App, row: &CredentialRow) -> Report {
    let now = app.issuance.ambient.now();
    let own = Own::of(app);
    let options = &Options { counted: true, ..app.options.clone() };
    let verifier = Verifier { sources: &own, contexts: app.contexts, now, options };
    verifier.verify(row.embedded.as_bytes()).await
}

/// What ended at its holder's wish, for people.
pub(super) fn gone_page(page: String) -> Response {
    (StatusCode::GONE, html(page)).into_response()
}

const JSON_LD: [&str; 2] = ["application/ld+json", "application/json"];

fn json_or_page(headers: &HeaderMap) -> Result<&'static str, Problem> {
    let offered = "application/ld+json, application/json, text/html";
    choose(headers, &[JSON_LD[0], JSON_LD[1], HTML]).ok_or(Problem::NotAcceptable { offered })
}

/// A status list, signed: JSON with an embedded proof, or a JWS.
#[utoipa::path(get, path = "/status/{list}", tag = "public", params(("list" = String, Path)),
    responses((status = 200, description = "The list as of now", content(
        (serde_json::Value = "application/vc+ld+json"), (serde_json::Value = "application/vc"),
        (serde_json::Value = "application/ld+json"), (serde_json::Value = "application/json"),
        (String = "text/html"), (String = "text/plain"), (String = "application/jwt"))),
        (status = 304, description = "The copy that the client has is current")))]
pub async fn status_list(
    State(app): State<Arc<App>>,
    t: Speech,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let offered = [&EMBEDDED[..], &[HTML], &JWT].concat();
    let media = choose(&headers, &offered).ok_or(Problem::NotAcceptable {
        offered: "application/vc+ld+json, application/json, text/html, text/plain (JWT)",
    })?;
    if media == HTML {
        let list = app.issuance.store.status_list(&id).await?.ok_or(Problem::NotFound)?;
        return Ok(html(pages::status_list(&t, &app.issuance.links, &list)?));
    }
    let form = if JWT.contains(&media) { ListForm::Jwt } else { ListForm::Embedded };
    let list = app.issuance.status_list(&id, form).await?.ok_or(Problem::NotFound)?;
    let tag = format!("W/\"{}\"", list.tag);
    let current = is_current(&headers, &tag);
    let caching = [(header::CACHE_CONTROL, "public, max-age=30".to_owned()), (header::ETAG, tag)];
    if current {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, [(header::CONTENT_TYPE, media)], list.body).into_response())
}

/// An earner's evidence: the way to the artifact, where its holder leaves it open.
#[utoipa::path(get, path = "/evidence/{token}", tag = "public", params(("token" = String, Path)),
    responses((status = 200, description = "A page with the link", body = String, content_type = "text/html"),
              (status = 403, description = "Its holder keeps it private", body = String,
               content_type = "text/html")))]
pub async fn evidence(
    State(app): State<Arc<App>>,
    client: Client,
    t: Speech,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    app.admit(client.0)?;
    let found = app.issuance.store.evidence(&token).await?.ok_or(Problem::NotFound)?;
    let open = found.evidence.open;
    let page = pages::evidence_link(&t, open.then_some(found.evidence.url.as_str()))?;
    let status = if open { StatusCode::OK } else { StatusCode::FORBIDDEN };
    Ok((status, html(page)).into_response())
}

/// What is verified here.
#[utoipa::path(get, path = "/standards", tag = "public",
    responses((status = 200, description = "The standards, forms and algorithms", body = String, content_type = "text/html")))]
pub async fn standards(t: Speech) -> Result<Response, Problem> {
    Ok(html(pages::standards(&t)?))
}

/// The home page.
#[utoipa::path(get, path = "/", tag = "public",
    responses((status = 200, description = "What this service is", body = String, content_type = "text/html")))]
pub async fn home(State(app): State<Arc<App>>, t: Speech) -> Result<Response, Problem> {
    let issuers = app.issuance.parties.readable(PartyKind::Issuer).await?;
    Ok(html(pages::home(&t, &app.issuance.links, &issuers)?))
}

/// The same with the contexts that give its terms their meaning.
fn with_context(thing: &impl serde::Serialize) -> serde_json::Value {
    let context = serde_json::json!(crate::model::achievement_credential::CONTEXTS);
    let mut object = serde_json::Map::from_iter([("@context".to_owned(), context)]);
    if let Ok(serde_json::Value::Object(members)) = serde_json::to_value(thing) {
        object.extend(members);
    }
    object.into()
}

fn json(media: &'static str, value: &serde_json::Value) -> Result<Response, Problem> {
    Ok(([(header::CONTENT_TYPE, media)], value.to_string()).into_response())
}

/// A page that nobody keeps: made of what was just given, or by a secret.
pub(super) fn html_once(status: StatusCode, page: String) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, page).into_response()
}

pub(super) fn html(page: String) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, page).into_response()
}
