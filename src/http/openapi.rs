//! `openapi.yaml`: generated from the handlers, served, and browsable at `/docs`.

use std::collections::btree_map::Entry;
use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{OpenApi as _, PartialSchema as _, ToSchema as _};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::App;
use super::problem::ProblemDocument;

/// The description without its paths.
pub fn preamble() -> OpenApi {
    #[derive(utoipa::OpenApi)]
    #[openapi(
        info(
            title = "Touchmark",
            description = "Mints educator micro-credentials as Open Badges 3.0 credentials, and \
                           verifies anyone's. Errors are problem documents (RFC 9457).",
            license(name = "", identifier = "")
        ),
        tags(
            (name = "credentials", description = "Mint after a passing review"),
            (name = "status", description = "Revoke, suspend, reinstate, supersede"),
            (name = "achievements", description = "What is to be shown, and how it is judged"),
            (name = "set-up", description = "Issuers, recognizers, keys"),
            (name = "recognition", description = "What micro-credentials count for: policies and claims"),
            (name = "verify", description = "Check a credential of any issuer"),
            (name = "vc-api", description = "The same as other programs of the W3C's VC-API ask for it"),
            (name = "public", description = "What anyone may read"),
            (name = "operations", description = "For operators"),
        )
    )]
    struct Preamble;
    let mut description = Preamble::openapi();
    description.info.version = env!("CARGO_PKG_VERSION").into();
    description.info.license = None;
    let components = description.components.get_or_insert_default();
    components.schemas.insert(ProblemDocument::name().into(), ProblemDocument::schema());
    let mut schemas = Vec::new();
    ProblemDocument::schemas(&mut schemas);
    components.schemas.extend(schemas);
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.security_schemes.insert("apiKey".into(), RefOr::T(bearer));
    description
}

/// Adds to each operation the problems that every one of its kind can have.
pub fn complete(mut description: OpenApi) -> OpenApi {
    for (path, item) in &mut description.paths.paths {
        for operation in [&mut item.get, &mut item.head].into_iter().flatten() {
            add_problems(path, operation, false);
        }
        for operation in [&mut item.put, &mut item.post, &mut item.delete].into_iter().flatten() {
            add_problems(path, operation, true);
        }
    }
    description
}

fn add_problems(path: &str, operation: &mut Operation, changes: bool) {
    let has_body = operation.request_body.is_some();
    let guarded = operation.security.as_ref().is_some_and(|s| !s.is_empty());
    let mut problems: Vec<(u16, &str)> = vec![(500, "Something went wrong on our side")];
    if path != "/healthz" && path != "/metrics" {
        problems.push((503, "The database does not answer just now"));
    }
    if path.contains('{') {
        problems.push((400, "The path cannot be read"));
        problems.push((404, "There is nothing here, or nothing for this key"));
    }
    if guarded {
        problems.push((400, "The request cannot be read"));
        problems.push((401, "The API key is missing, unknown or revoked"));
        problems.push((403, "The API key lacks the scope"));
    } else if !path.starts_with("/v1/") && !has_body {
        problems.push((406, "None of the media types in Accept is on offer"));
    }
    if has_body {
        problems.push((400, "The body cannot be read"));
        problems.push((413, "The body is too large"));
        problems.push((422, "Something in the body is not valid; `errors` says what and where"));
    }
    if changes && guarded {
        problems.push((409, "It conflicts with what there is"));
    }
    let vc_api = operation.tags.iter().flatten().any(|tag| tag == "vc-api");
    if has_body && (guarded || vc_api) {
        problems.push((415, "The body is not JSON"));
    }
    // What leads to private things by a secret in its path, and what costs work, is asked for so
    // often and no more.
    let bounded = ["/s/", "/manage/", "/credentials/", "/evidence/", "/achievements/"];
    if has_body || bounded.iter().any(|start| path.starts_with(start)) && !path.ends_with(".svg") {
        problems.push((429, "Too many; `Retry-After` says when to come again"));
    }
    for (status, text) in problems {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(ProblemDocument::name())))
            .build();
        let response = ResponseBuilder::new()
            .description(text)
            .content("application/problem+json", content)
            .build();
        match operation.responses.responses.entry(status.to_string()) {
            Entry::Vacant(none) => drop(none.insert(RefOr::T(response))),
            // What else it may answer is told by its handler; the problem stands beside it.
            Entry::Occupied(mut told) => {
                if let RefOr::T(told) = told.get_mut() {
                    told.content.extend(response.content);
                }
            }
        }
    }
}

/// The whole description as it stands in `openapi.yaml`.
pub fn yaml(description: &OpenApi) -> String {
    description.to_yaml().expect("a description is plain data")
}

/// `/openapi.yaml`, `/openapi.json` and `/docs`.
pub fn routes(description: OpenApi) -> Router<Arc<App>> {
    let text = yaml(&description);
    // No online validator: no page of ours asks a third party for anything.
    let config = Config::from("/openapi.json").validator_url("none");
    let answer = move || {
        let text = text.clone();
        async move { ([(header::CONTENT_TYPE, "application/yaml")], text) }
    };
    Router::new()
        .route("/openapi.yaml", get(answer))
        .merge(SwaggerUi::new("/docs").url("/openapi.json", description).config(config))
}
