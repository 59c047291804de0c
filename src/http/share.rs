//! Share links: a credential's page and files for whom its earner gave the link to.
//!
//! Invariant: what a link shows is what its earner chose for it, whether the page itself is hidden
//! or its evidence closed; an ended link says kindly that it ended, and never that something is
//! wrong. Views are counted, and nothing of whoever looks is kept.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use super::App;
use super::files::{self, OfPage, PageFile, Wish};
use super::limits::Client;
use super::problem::{Problem, ProblemDocument};
use super::public::{self, Asked, HTML};
use crate::pages;
use crate::pages::credential::{Shared, Told};
use crate::pages::gone;
use crate::pages::speech::Speech;
use crate::store::{CredentialRow, ShareLink};

/// A credential by a share link: its page, or a file of it.
#[utoipa::path(get, path = "/s/{file}", tag = "public",
    params(("file" = String, Path, description = "The link's token, with `.json`, `.jwt`, `.png` or `.svg` for that form")),
    responses((status = 200, description = "The credential", content(
        (serde_json::Value = "application/vc+ld+json"), (serde_json::Value = "application/vc"),
        (serde_json::Value = "application/ld+json"), (serde_json::Value = "application/json"),
        (String = "text/html"), (String = "text/plain"), (String = "application/jwt"), (String = "application/vc+jwt"),
        (Vec<u8> = "image/png"), (String = "image/svg+xml"))),
        (status = 304, description = "The copy of a picture that the client has is current"),
        (status = 409, description = "Its key was withdrawn, so that no other form of it is signed",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 410, description = "Who shared it ended the link",
         body = ProblemDocument, content_type = "application/problem+json")))]
pub async fn shared(
    State(app): State<Arc<App>>,
    client: Client,
    t: Speech,
    method: Method,
    Path(file): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.admit(client.0)?;
    let (token, suffix) = public::parts(&file);
    let asked = Asked::of(suffix, wish, &headers)?;
    let (link, row) = match find(&app, token).await? {
        Found::Live(link, row) => (link, row),
        Found::Ended(key, _) if asked.media == HTML => {
            return Ok(kept_nowhere(public::gone_page(gone::page(&t, key)?)));
        }
        Found::Ended(_, problem) => return Err(problem),
    };
    if asked.media != HTML {
        return Ok(kept_nowhere(public::form(&app, *row, &asked, &headers).await?));
    }
    if is_a_view(&method, &headers) {
        app.issuance.store.count_view(&link.token).await?;
    }
    let report = public::report_on(&app, &row).await;
    let shared = Some(Shared { token: &link.token, evidence: &link.evidence });
    let standing = app.standing_of(&report).await?;
    let standing = standing.as_ref();
    let told = Told { row: &row, report: &report, open_evidence: &[], shared, standing };
    let page = pages::credential(&t, &app.issuance.links, &told)?;
    Ok(kept_nowhere(public::html(page)))
}

/// Evidence by a share link: the way to the artifact.
#[utoipa::path(get, path = "/s/{token}/evidence/{number}", operation_id = "shared_evidence", tag = "public",
    params(("token" = String, Path), ("number" = String, Path, description = "1, 2, … in the credential's order")),
    responses((status = 303, description = "Where the artifact is"),
              (status = 204, description = "Nothing, where a browser asks before its reader does"),
              (status = 410, description = "Who shared it ended the link",
               body = ProblemDocument, content_type = "application/problem+json")))]
pub async fn evidence(
    State(app): State<Arc<App>>,
    client: Client,
    Path((token, number)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.admit(client.0)?;
    let (link, row) = match find(&app, &token).await? {
        Found::Live(link, row) => (link, row),
        Found::Ended(_, problem) => return Err(problem),
    };
    let position = number.parse::<i64>().ok().and_then(|number| number.checked_sub(1));
    let position = position.filter(|position| link.evidence.contains(position));
    let position = position.and_then(|position| usize::try_from(position).ok());
    let evidence = app.issuance.store.evidence_of(&row.id).await?;
    let found = position.and_then(|position| evidence.get(position)).ok_or(Problem::NotFound)?;
    // The artifact's host would see a visit that nobody made.
    if is_prefetch(&headers) {
        return Ok(kept_nowhere(StatusCode::NO_CONTENT.into_response()));
    }
    let to = HeaderValue::from_str(&found.url).map_err(|_| Problem::NotFound)?;
    Ok(kept_nowhere((StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()))
}

/// The QR code of a share link, or the preview that other sites show of it.
#[utoipa::path(get, path = "/s/{token}/{file}", operation_id = "shared_page_file", tag = "public",
    params(("token" = String, Path), ("file" = String, Path, description = "`qr.svg`, `qr.png` or `preview.png`"),
           ("lang" = Option<String>, Query, description = "The language of the preview; else English")),
    responses((status = 200, description = "The picture", content(
                  (Vec<u8> = "image/png"), (String = "image/svg+xml"))),
              (status = 304, description = "The copy that the client has is current"),
              (status = 410, description = "Who shared it ended the link",
               body = ProblemDocument, content_type = "application/problem+json")))]
pub async fn page_file(
    State(app): State<Arc<App>>,
    client: Client,
    Path((token, file)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.admit(client.0)?;
    let file = PageFile::named(&file).ok_or(Problem::NotFound)?;
    let row = match find(&app, &token).await? {
        Found::Live(_, row) => row,
        Found::Ended(_, problem) => return Err(problem),
    };
    let page = app.issuance.links.shared(&token);
    let t = Speech::choose(uri.query(), None, None);
    let wanted = OfPage { row: &row, page: &page, file, t: &t };
    Ok(kept_nowhere(files::of_page(&app, &wanted, &headers).await?))
}

enum Found {
    Live(ShareLink, Box<CredentialRow>),
    /// The message for people, the problem for programs.
    Ended(&'static str, Problem),
}

async fn find(app: &App, token: &str) -> Result<Found, Problem> {
    let (link, row, _) = app.issuance.store.shared(token).await?.ok_or(Problem::NotFound)?;
    Ok(match (row.is_forgotten(), link.withdrawn_at) {
        (true, _) => Found::Ended(gone::FORGOTTEN, Problem::FORGOTTEN),
        (false, Some(_)) => Found::Ended(gone::SHARE_WITHDRAWN, Problem::SHARE_LINK_ENDED),
        (false, None) if !link.is_live(app.issuance.ambient.now()) => {
            Found::Ended(gone::SHARE_ENDED, Problem::SHARE_LINK_ENDED)
        }
        (false, None) => Found::Live(link, Box::new(row)),
    })
}

/// So that a link's end is seen at once, and no copy of what it showed is left.
fn kept_nowhere(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Words in the names of programs that look at links by themselves.
const ROBOTS: [&str; 12] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "preview",
    "scan",
    "monitor",
    "facebookexternalhit",
    "embed",
    "fetch",
    "archive",
    "lighthouse",
];

/// Whether a person looks: people's browsers call themselves Mozilla, and so do many robots.
fn is_a_view(method: &Method, headers: &HeaderMap) -> bool {
    let name = headers.get(header::USER_AGENT).and_then(|name| name.to_str().ok());
    let name = name.unwrap_or_default().to_ascii_lowercase();
    let robot = ROBOTS.iter().any(|word| name.contains(word));
    method == Method::GET && name.contains("mozilla/") && !robot && !is_prefetch(headers)
}

/// Whether a browser asks before its reader does.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"].into_iter().any(|name| {
        let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.contains("prefetch") || value.contains("prerender")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_looks_at_is_a_view() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let view = |method: Method, name: &str, purpose: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, name.parse().unwrap());
            headers.insert("sec-purpose", purpose.parse().unwrap());
            is_a_view(&method, &headers)
        };
        assert!(view(Method::GET, firefox, ""));
        assert!(!view(Method::HEAD, firefox, ""));
        assert!(!view(Method::GET, firefox, "prefetch;prerender"));
        assert!(!view(Method::GET, "curl/8.5.0", ""));
        assert!(!view(Method::GET, "", ""));
        let googlebot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
        assert!(!view(Method::GET, googlebot, ""));
        assert!(!view(Method::GET, "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache)", ""));
    }
}
