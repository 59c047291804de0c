//! Around every request: its id, the log line, the figures, the problem
//! document and the headers that keep pages safe.
//!
//! Nothing about an earner is logged: a line holds the route's pattern, never
//! the path, and no header but the request id.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::Instrument as _;

use super::App;
use super::problem::Problem;
use super::{language, negotiate};
use crate::cache::Figures;
use crate::pages;
use crate::pages::speech::Speech;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost layer.
pub async fn observe(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = request_id(request.headers())
        .unwrap_or_else(|| format!("{:032x}", u128::from_be_bytes(app.issuance.ambient.random())));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let accept = negotiate::accept(request.headers());
    let reader = Reader::of(&request, &accept);
    let span = tracing::info_span!("request", request.id = %id);
    let started = Instant::now();

    async move {
        let response = match request.uri().path().contains("%00") {
            // Nothing of ours is named so, and PostgreSQL refuses to look for it.
            true => Problem::NotFound.into_response(),
            false => next.run(request).await,
        };
        let mut response = describe(response, &method, reader.as_ref(), &id);
        let https = app.issuance.links.base().starts_with("https:");
        secure(&mut response);
        if let Some(reader) = reader.filter(|_| is_page(&response)) {
            reader.remember(&mut response, https);
        }
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID.clone(), value);
        }
        let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
        record(&method, route, response.status().as_u16(), started);
        response
    }
    .instrument(span)
    .await
}

/// Who may want a page, and in which language. Programs that ask for data make none.
struct Reader {
    /// Rather than a program.
    is_person: bool,
    uri: Uri,
    headers: HeaderMap,
}

impl Reader {
    fn of(request: &Request, accept: &str) -> Option<Self> {
        let uri = request.uri();
        if !accept.contains("text/html") && uri.query().is_none() {
            return None;
        }
        let kinds = ["application/problem+json", "text/html"];
        let is_person = negotiate::choose_of(accept, &kinds) == Some("text/html");
        let mut headers = HeaderMap::new();
        for name in [header::COOKIE, header::ACCEPT_LANGUAGE] {
            if let Some(value) = request.headers().get(&name) {
                headers.insert(name, value.clone());
            }
        }
        Some(Self { is_person, uri: uri.clone(), headers })
    }

    fn speech(&self) -> Speech {
        language::speech(&self.uri, &self.headers)
    }

    /// The choice of a language, for the pages to come.
    fn remember(&self, response: &mut Response, https: bool) {
        if let Some(cookie) = language::cookie(&self.uri, https) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// The client's own id, where it is short and harmless.
fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(&REQUEST_ID)?.to_str().ok()?;
    let harmless = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    ((1..=64).contains(&id.len()) && id.bytes().all(harmless)).then(|| id.to_owned())
}

/// Writes the body of a response that carries a [`Problem`]: a page for people, a
/// problem document for programs.
fn describe(
    mut response: Response,
    method: &Method,
    reader: Option<&Reader>,
    id: &str,
) -> Response {
    // What axum answers by itself: a path that it cannot read or does not know, a wrong method.
    if response.extensions().get::<Problem>().is_none() {
        if is_page(&response) || is_json(&response) {
            return response;
        }
        let known = match response.status().as_u16() {
            400 => Problem::Unreadable { part: "path", detail: "it is not UTF-8".into() },
            404 => Problem::NotFound,
            405 => Problem::MethodNotAllowed { method: method.to_string() },
            _ => return response,
        };
        response.extensions_mut().insert(known);
    }
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let document = problem.document(Some(id.to_owned()));
    let (content_type, body) = match reader.filter(|reader| reader.is_person) {
        Some(reader) if matches!(*method, Method::GET | Method::POST) => {
            ("text/html; charset=utf-8", pages::problem(&reader.speech(), &document))
        }
        _ => {
            let json = serde_json::to_string(&document).expect("a problem document is plain data");
            ("application/problem+json", json)
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(body);
    response
}

fn is_page(response: &Response) -> bool {
    is_of(response, "text/html")
}

/// An answer of the VC-API, whose failures are no problem documents.
fn is_json(response: &Response) -> bool {
    is_of(response, "application/json")
}

fn is_of(response: &Response, media: &str) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.and_then(|v| v.to_str().ok()).is_some_and(|t| t.starts_with(media))
}

fn secure(response: &mut Response) {
    let is_page = is_page(response);
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // Unless whom it is about allows more. Of files too: search engines list pictures and any text.
    headers.entry("x-robots-tag").or_insert(HeaderValue::from_static("noindex"));
    if is_page {
        let policy = HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; \
             connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        );
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
        headers.append(header::VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    }
}

/// The method as figures and log name it: what a client makes up must not make new series.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        "PATCH" => "PATCH",
        _ => "other",
    }
}

fn record(method: &Method, route: &str, status: u16, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    let method = method_name(method);
    let labels = [
        ("method", method.to_owned()),
        ("route", route.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::counter!("touchmark_http_requests_total", &labels).increment(1);
    metrics::histogram!("touchmark_http_request_duration_seconds", &labels[..2]).record(seconds);
    // Times are kept one by one until they are put into buckets, which nobody else asks for where
    // nobody reads the figures.
    static TIMES: AtomicU32 = AtomicU32::new(0);
    if TIMES.fetch_add(1, Ordering::Relaxed) % 1024 == 1023 {
        figures().run_upkeep();
    }
    tracing::info!(
        http.method = method,
        http.route = route,
        http.status = status,
        duration.us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        "answered a request"
    );
}

/// The process's figures, in Prometheus' text format.
pub fn figures() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &seconds)
            .expect("the buckets are not empty")
            .build_recorder();
        let handle = recorder.handle();
        // Only a second recorder is refused, and this runs once.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

/// Brings the figures of the caches up to date.
pub async fn caches(app: &App) {
    let (others, own) = tokio::join!(app.network.figures(), app.issuance.figures());
    let (pictures, policies, trusted) =
        tokio::join!(app.pictures.figures(), app.policies.figures(), app.trusted.figures());
    for Figures { cache, entries, bytes, hits, misses, evictions } in
        others.into_iter().chain(own).chain(policies).chain([pictures, trusted])
    {
        for (name, now) in [("entries", entries), ("bytes", bytes)] {
            metrics::gauge!(format!("touchmark_cache_{name}"), "cache" => cache).set(now as f64);
        }
        for (name, since) in [("hits", hits), ("misses", misses), ("evictions", evictions)] {
            let name = format!("touchmark_cache_{name}_total");
            metrics::counter!(name, "cache" => cache).absolute(since);
        }
    }
}

/// Turns a panic in a handler into the ordinary answer for our own mistakes.
pub fn on_panic(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem::Internal.into_response()
}
