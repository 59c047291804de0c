//! A key of one issuer can touch nothing of another, and does what its scopes say.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, Database, TestApp, on_both_databases};
use crate::support::samples;

on_both_databases! {
    a_key_of_one_issuer_finds_nothing_of_another
}

/// What a route needs: a scope, the whole service, or any key of the issuer.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    Scope(&'static str),
    Reading,
    /// Any key of the recognizer.
    Recognizing,
    WholeService,
}
use Needs::{Reading, Recognizing, Scope, WholeService};

/// Every route that needs a key, with a body that it would take.
fn routes() -> Vec<(Method, &'static str, Needs, Option<Value>)> {
    let because = || json!({"reason": "Withdrawn."});
    let party = || json!({"name": "third", "profile": {"name": "Third"}});
    let [get, post, put, delete] = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
    let review = Some(samples::review());
    let claim =
        || json!({"policy": "p", "claimant": {"licenseNumber": "1"}, "credentials": ["a.b.c"]});
    vec![
        (post.clone(), "/v1/issuers", WholeService, Some(party())),
        (post.clone(), "/v1/recognizers", WholeService, Some(party())),
        (get.clone(), "/v1/recognizers/{recognizer}", WholeService, None),
        (get.clone(), "/v1/recognizers/{recognizer}/policies", Recognizing, None),
        (
            post.clone(),
            "/v1/recognizers/{recognizer}/policies",
            Scope("policy"),
            Some(json!({"id": "none"})),
        ),
        (
            put.clone(),
            "/v1/recognizers/{recognizer}/menus/{menu}",
            Scope("policy"),
            Some(json!({"title": "Ours", "policy": "none", "achievements": []})),
        ),
        (
            put.clone(),
            "/v1/recognizers/{recognizer}/trusted-issuers",
            Scope("policy"),
            Some(json!({"issuers": []})),
        ),
        (post.clone(), "/v1/recognizers/{recognizer}/claims/challenges", Scope("claim"), None),
        (get.clone(), "/v1/recognizers/{recognizer}/claims", Scope("claim"), None),
        (post.clone(), "/v1/recognizers/{recognizer}/claims", Scope("claim"), Some(claim())),
        (get.clone(), "/v1/recognizers/{recognizer}/claims/{claim}", Scope("claim"), None),
        (
            post.clone(),
            "/v1/recognizers/{recognizer}/claims/{claim}/correct",
            Scope("claim"),
            Some(json!({"reason": "Misspelt.", "claim": claim()})),
        ),
        (
            post.clone(),
            "/v1/recognizers/{recognizer}/claims/{claim}/withdraw",
            Scope("claim"),
            Some(because()),
        ),
        (
            post.clone(),
            "/v1/recognizers/{recognizer}/claims/{claim}/appeal",
            Scope("claim"),
            Some(because()),
        ),
        (
            post.clone(),
            "/v1/recognizers/{recognizer}/claims/{claim}/appeal/decision",
            Scope("claim"),
            Some(json!({"decision": "dismissed", "by": "M. Okafor", "reason": "It stays."})),
        ),
        (post.clone(), "/v1/recognizers/{recognizer}/claims/{claim}/review", Scope("claim"), None),
        (post.clone(), "/v1/recognizers/{recognizer}/claims/{claim}/redact", Scope("claim"), None),
        (get.clone(), "/v1/issuers/{issuer}", Scope("admin"), None),
        (put.clone(), "/v1/issuers/{issuer}", Scope("admin"), Some(json!({"name": "Mine now"}))),
        (get.clone(), "/v1/issuers/{issuer}/keys", Scope("admin"), None),
        (post.clone(), "/v1/issuers/{issuer}/keys:rotate", Scope("admin"), None),
        (get.clone(), "/v1/issuers/{issuer}/api-keys", Scope("admin"), None),
        (
            post.clone(),
            "/v1/issuers/{issuer}/api-keys",
            Scope("admin"),
            Some(json!({"scopes": ["mint"]})),
        ),
        (delete, "/v1/issuers/{issuer}/api-keys/{key}", Scope("admin"), None),
        (get.clone(), "/v1/issuers/{issuer}/achievements", Reading, None),
        (
            post.clone(),
            "/v1/issuers/{issuer}/achievements",
            Scope("admin"),
            Some(samples::suspendable()),
        ),
        (get.clone(), "/v1/issuers/{issuer}/achievements/{slug}", Reading, None),
        (
            put,
            "/v1/issuers/{issuer}/achievements/{slug}",
            Scope("admin"),
            Some(samples::achievement()),
        ),
        (get.clone(), "/v1/issuers/{issuer}/credentials", Reading, None),
        (get, "/v1/issuers/{issuer}/credentials/{id}", Reading, None),
        (post.clone(), "/v1/issuers/{issuer}/credentials", Scope("mint"), review.clone()),
        (post.clone(), "/v1/issuers/{issuer}/credentials:batch", Scope("mint"), review),
        (post.clone(), "/v1/issuers/{issuer}/credentials/{id}/manage-link", Scope("mint"), None),
        (
            post.clone(),
            "/v1/issuers/{issuer}/credentials/{id}/suspend",
            Scope("status"),
            Some(because()),
        ),
        (
            post.clone(),
            "/v1/issuers/{issuer}/credentials/{id}/reinstate",
            Scope("status"),
            Some(because()),
        ),
        (
            post.clone(),
            "/v1/issuers/{issuer}/credentials/{id}/supersede",
            Scope("status"),
            Some(json!({"reason": "Corrected.", "replacement": samples::review()})),
        ),
        (post, "/v1/issuers/{issuer}/credentials/{id}/revoke", Scope("status"), Some(because())),
    ]
}

/// A recognizer.
const OFFICE: &str = "office";

async fn add_office(app: &TestApp) {
    let office = json!({"name": OFFICE, "profile": {"name": "Office"}});
    app.post("/v1/recognizers", &app.admin, &office).await.expect(201);
}

struct Place<'a> {
    issuer: &'a str,
    credential: &'a str,
    api_key: &'a str,
}

async fn ask(
    app: &TestApp,
    (method, path, _, body): &(Method, &'static str, Needs, Option<Value>),
    place: &Place<'_>,
    key: Option<&str>,
) -> Answer {
    let path = path
        .replace("{issuer}", place.issuer)
        .replace("{recognizer}", if place.issuer == "nobody" { "nobody" } else { OFFICE })
        .replace("{claim}", "none")
        .replace("{menu}", "none")
        .replace("{slug}", "restorative-practices")
        .replace("{id}", place.credential)
        .replace("{key}", place.api_key);
    let mut asked = app.request(method.clone(), &path);
    if let Some(key) = key {
        asked = asked.key(key);
    }
    match body {
        Some(body) => asked.json(body).send().await,
        None => asked.send().await,
    }
}

#[tokio::test]
async fn the_table_of_routes_is_whole() {
    let app = TestApp::sqlite().await;
    let description = app.get("/openapi.json").await.expect(200).json();
    let described: BTreeSet<_> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(path, _)| path.starts_with("/v1/"))
        // What anybody may ask.
        .filter(|(path, _)| !path.starts_with("/v1/verify") && *path != "/v1/counts")
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .keys()
                .map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let listed: BTreeSet<_> =
        routes().into_iter().map(|(m, path, ..)| (m.to_string(), path.to_owned())).collect();
    assert_eq!(described, listed);
}

async fn a_key_of_one_issuer_finds_nothing_of_another(database: Database) {
    let app = TestApp::new(database).await;
    add_office(&app).await;
    let minted = app.minted().await;
    let path = "/v1/issuers/other/achievements";
    app.post(path, &app.other, &samples::achievement()).await.expect(201);
    let api_keys = app.read("/v1/issuers/nea/api-keys", &app.nea).await.json();
    let before =
        (app.get("/issuers/nea").await.json(), app.get("/issuers/nea/did.json").await.json());
    let credential = minted["id"].as_str().unwrap();
    let api_key = api_keys[0]["id"].as_str().unwrap();

    for route in routes().iter().filter(|route| route.2 != WholeService) {
        let name = format!("{} {}", route.0, route.1);
        let of_nea = Place { issuer: "nea", credential, api_key };
        let refused = ask(&app, route, &of_nea, Some(&app.other)).await;
        let mut refused = refused.expect_problem(404, "not-found");
        let of_nobody = Place { issuer: "nobody", ..of_nea };
        for key in [&app.other, &app.admin] {
            let missing = ask(&app, route, &of_nobody, Some(key)).await;
            let mut missing = missing.expect_problem(404, "not-found");
            missing["requestId"] = refused["requestId"].take();
            refused["requestId"] = missing["requestId"].clone();
            assert_eq!(missing, refused, "{name}: not one's own is like what does not exist");
        }
        // nea's credential or API key under one's own name.
        if route.1.contains("{id}") || route.1.contains("{key}") {
            let mixed = Place { issuer: "other", credential, api_key };
            let answer = ask(&app, route, &mixed, Some(&app.other)).await;
            assert_eq!(answer.status, 404, "{name}: {}", answer.text());
        }
    }
    let after =
        (app.get("/issuers/nea").await.json(), app.get("/issuers/nea/did.json").await.json());
    assert_eq!(before, after);
    assert_eq!(app.verify(minted["credential"].to_string()).await["status"], "good");
    assert_eq!(app.read("/v1/issuers/nea/api-keys", &app.nea).await.json(), api_keys);

    let path = "/v1/issuers/other/credentials";
    let theirs = app.post(path, &app.other, &samples::review()).await.expect(201).json();
    let body = json!({"reason": "Corrected.", "successor": credential});
    let path =
        format!("/v1/issuers/other/credentials/{}/supersede", theirs["id"].as_str().unwrap());
    let foreign = app.post(&path, &app.other, &body).await.expect_problem(422, "invalid");
    assert_eq!(foreign["errors"][0]["code"], "unknown-successor");
}

#[tokio::test]
async fn each_route_needs_its_scope() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let place =
        Place { issuer: "nea", credential: minted["id"].as_str().unwrap(), api_key: "none" };
    add_office(&app).await;
    let (mut of_nea, mut of_office) = (Vec::new(), Vec::new());
    for scope in ["mint", "issue", "status", "admin", "claim", "policy"] {
        of_nea.push((scope, app.api_key(Some("nea"), &[scope]).await));
        of_office.push((scope, app.api_key(Some("recognizer:office"), &[scope]).await));
    }
    for route in &routes() {
        let keys = if route.1.contains("{recognizer}/") { &of_office } else { &of_nea };
        let name = format!("{} {}", route.0, route.1);
        ask(&app, route, &place, None).await.expect_problem(401, "unauthorized");
        for (scope, key) in keys {
            let allowed = match route.2 {
                Reading => ["mint", "status", "admin"].contains(scope),
                Recognizing => ["claim", "policy"].contains(scope),
                Scope(needed) => needed == *scope,
                WholeService => false,
            };
            // With the right scope alone: whatever comes of it, it is not forbidden. What would
            // change things for the next key is left to the other tests.
            if allowed && (route.0 != Method::GET || route.1.contains("{claim}")) {
                continue;
            }
            let answer = ask(&app, route, &place, Some(key)).await;
            if allowed {
                assert_eq!(answer.status, 200, "{name} with {scope}: {}", answer.text());
            } else {
                answer.expect_problem(403, "forbidden");
            }
        }
    }
    // A key of the whole service acts for every issuer.
    app.post("/v1/issuers/nea/credentials", &app.admin, &samples::review()).await.expect(201);
    app.post("/v1/issuers", &app.admin, &json!({"name": "third", "profile": {"name": "Third"}}))
        .await
        .expect(201);
    let taken = json!({"name": "third", "profile": {"name": "Third"}});
    app.post("/v1/issuers", &app.admin, &taken).await.expect_problem(409, "name-taken");
    let wrong = json!({"name": "No Slug", "profile": {"name": "Third"}});
    let problem = app.post("/v1/issuers", &app.admin, &wrong).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/name");
    let wrong = json!({"name": "fourth", "profile": {"name": ""}});
    let problem = app.post("/v1/issuers", &app.admin, &wrong).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/profile/name");
}
