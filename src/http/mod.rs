//! The service over HTTP: the route table, and what every route shares.
//!
//! A handler reads its request, asks a floor below, and answers; what an error
//! means in HTTP is said once, in [`problem`].

pub mod achievements;
pub mod auth;
pub mod body;
pub mod claims;
pub mod claims_appeal;
pub mod claims_control;
pub mod counts;
pub mod counts_kept;
pub mod counts_page;
pub mod credentials;
pub mod examine;
pub mod files;
pub mod gathered;
pub mod language;
pub mod limits;
pub mod listener;
pub mod manage;
pub mod manage_link;
pub mod menus;
pub mod mint_batch;
pub mod ndjson;
pub mod negotiate;
pub mod observe;
pub mod openapi;
pub mod operations;
pub mod origin;
pub mod policies;
pub mod problem;
pub mod public;
pub mod setup;
pub mod share;
pub mod sources;
pub mod standing;
pub mod trusted_issuers;
pub mod upload;
pub mod vc_api;
pub mod verify;
pub mod verify_batch;
pub mod verify_page;
pub mod wishes;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::check::options::Options;
use crate::fetch::Network;
use crate::issue::Issuance;
use crate::jsonld::Contexts;
use crate::recognize::shelf::Shelf;
use crate::recognize::trust::TrustShelf;

/// What the handlers share.
pub struct App {
    pub issuance: Issuance,
    /// The way out, for what verifying needs from others.
    pub network: Network,
    /// What credentials may name: the bundled contexts, and those that the operator pinned.
    pub contexts: &'static Contexts,
    /// Credentials that a new API key may mint in an hour, unless it is told otherwise.
    pub mints_per_hour: i64,
    pub verify_limit: limits::PerMinute,
    pub trust_forwarded_for: bool,
    pub vc_api: vc_api::VcApi,
    /// What verifications here go by, unless who asks wishes otherwise.
    pub options: Options,
    /// What was drawn before.
    pub pictures: files::Pictures,
    /// The policies that recognizers here have published, as far as they were asked for.
    pub policies: Shelf,
    /// Whom recognizers here trust, likewise.
    pub trusted: TrustShelf,
}

/// The service.
pub fn router(app: Arc<App>) -> Router {
    // From the first request on, not from the first reading of the figures.
    observe::figures();
    api()
        .split_for_parts()
        .0
        .merge(openapi::routes(description()))
        .merge(operations::page_assets())
        .layer(CatchPanicLayer::custom(observe::on_panic))
        .layer(from_fn_with_state(app.clone(), observe::observe))
        .with_state(app)
}

/// What `openapi.yaml` says, from the handlers.
pub fn description() -> utoipa::openapi::OpenApi {
    openapi::complete(api().into_openapi())
}

/// The route table.
fn api() -> OpenApiRouter<Arc<App>> {
    let set_up = OpenApiRouter::new()
        .routes(routes!(setup::add_issuer))
        .routes(routes!(setup::issuer, setup::update_issuer))
        .routes(routes!(setup::add_recognizer))
        .routes(routes!(setup::recognizer))
        .routes(routes!(setup::keys))
        .routes(routes!(setup::rotate_keys))
        .routes(routes!(setup::create_api_key, setup::api_keys))
        .routes(routes!(setup::revoke_api_key));
    let issuing = OpenApiRouter::new()
        .routes(routes!(achievements::create, achievements::list))
        .routes(routes!(achievements::update, achievements::latest))
        .routes(routes!(credentials::mint, credentials::list))
        .routes(routes!(mint_batch::mint_batch))
        .routes(routes!(credentials::record))
        .routes(routes!(manage_link::renew))
        .routes(routes!(credentials::revoke))
        .routes(routes!(credentials::suspend))
        .routes(routes!(credentials::reinstate))
        .routes(routes!(credentials::supersede));
    let recognizing = OpenApiRouter::new()
        .routes(routes!(policies::publish, policies::list))
        .routes(routes!(trusted_issuers::publish))
        .routes(routes!(menus::publish))
        .routes(routes!(claims::file, claims::list))
        .routes(routes!(claims::claim))
        .routes(routes!(claims_control::challenge))
        .routes(routes!(claims::correct))
        .routes(routes!(claims::withdraw))
        .routes(routes!(claims_appeal::appeal))
        .routes(routes!(claims_appeal::decide))
        .routes(routes!(claims::review))
        .routes(routes!(claims::redact))
        .routes(routes!(counts::counts))
        .routes(routes!(counts_page::form, counts_page::answer));
    let verifying = OpenApiRouter::new()
        .routes(routes!(verify::verify))
        .routes(routes!(verify_page::form, verify_page::answer))
        .routes(routes!(verify_batch::verify_batch));
    let vc_api = OpenApiRouter::new()
        .routes(routes!(vc_api::issue::issue))
        .routes(routes!(vc_api::issue::issue_at))
        .routes(routes!(vc_api::status::change))
        .routes(routes!(vc_api::status::change_at))
        .routes(routes!(vc_api::verify::verify))
        .routes(routes!(vc_api::verify::verify_at))
        .routes(routes!(vc_api::presentations::verify))
        .routes(routes!(vc_api::presentations::verify_at));
    let public = OpenApiRouter::new()
        .routes(routes!(public::credential))
        .routes(routes!(files::page_file))
        .routes(routes!(public::parties::issuer))
        .routes(routes!(public::parties::issuer_did))
        .routes(routes!(public::parties::recognizer))
        .routes(routes!(public::parties::recognizer_did))
        .routes(routes!(policies::latest))
        .routes(routes!(policies::version))
        .routes(routes!(trusted_issuers::latest))
        .routes(routes!(trusted_issuers::version))
        .routes(routes!(menus::list))
        .routes(routes!(menus::latest))
        .routes(routes!(menus::version))
        .routes(routes!(public::achievements::achievement))
        .routes(routes!(public::achievements::achievement_version))
        .routes(routes!(standing::of_achievement))
        .routes(routes!(public::achievements::achievement_image))
        .routes(routes!(public::status_list))
        .routes(routes!(public::evidence))
        .routes(routes!(share::shared))
        .routes(routes!(share::evidence))
        .routes(routes!(share::page_file))
        .routes(routes!(public::standards))
        .routes(routes!(public::home))
        .route_layer(from_fn(public::open_to_browsers));
    let earners = OpenApiRouter::new()
        .routes(routes!(manage::page, manage::act))
        .routes(routes!(claims_control::prove));
    let operations = OpenApiRouter::new()
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
        .routes(routes!(operations::metrics));
    OpenApiRouter::with_openapi(openapi::preamble())
        .merge(set_up)
        .merge(issuing)
        .merge(recognizing)
        .merge(verifying)
        .merge(vc_api)
        .merge(public)
        .merge(earners)
        .merge(operations)
}
