//! What is wrong is said in one way everywhere.

use axum::http::Method;
use serde_json::json;

use crate::support::app::{Database, Setting, TestApp, on_both_databases};
use crate::support::samples;

on_both_databases! {
    names_that_no_database_knows_are_not_found_on_either
}

async fn names_that_no_database_knows_are_not_found_on_either(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    for path in [
        "/credentials/%00",
        "/credentials/a%00b.json",
        "/credentials/%F0%9D%84%9E",
        "/issuers/%00",
        "/issuers/nea%00/did.json",
        "/issuers/%2e%2e",
        "/achievements/nea.%00",
        "/achievements/nea",
        "/achievements/nea.restorative-practices/versions/0",
        "/achievements/nea.restorative-practices/versions/+1",
        "/achievements/nea.restorative-practices/versions/01",
        "/achievements/nea.restorative-practices/versions/99999999999999999999",
        "/achievements/nea.restorative-practices/versions/2/image.svg",
        "/status/%00",
        "/evidence/%00",
        "/recognizers/nobody",
        "/recognizers/nobody/did.json",
        "/nothing/here",
        "/v1/nothing",
    ] {
        app.get(path).await.expect_problem(404, "not-found");
        app.read(path, &app.nea).await.expect_problem(404, "not-found");
    }
    app.get("/achievements/nea.restorative-practices/versions/1").await.expect(200);
    for path in ["/credentials/%FF", "/issuers/%C3%28"] {
        app.get(path).await.expect_problem(400, "unreadable");
    }
    let list = "/v1/issuers/nea/credentials";
    for query in ["limit=0", "limit=201", "limit=x", "after=x", "after=1-%00", "colour=red"] {
        let answer = app.read(&format!("{list}?{query}"), &app.nea).await;
        answer.expect_problem(400, "unreadable");
    }
}

#[tokio::test]
async fn a_wrong_method_type_or_shape_is_said_to_be_so() {
    let app = TestApp::sqlite().await;
    let wrong = app.request(Method::DELETE, "/healthz").send().await;
    assert!(wrong.header("allow").contains("GET"));
    wrong.expect_problem(405, "method-not-allowed");
    let path = "/v1/issuers/nea/achievements";
    let asked = || app.request(Method::POST, path).key(&app.nea);
    let text = asked().header("content-type", "text/plain").body("{}").send().await;
    text.expect_problem(415, "unsupported-media-type");
    asked().body("{}").send().await.expect_problem(415, "unsupported-media-type");
    let json = || asked().header("content-type", "application/json; charset=utf-8");
    for body in ["", "{", "{\"name\": \"a\", \"name\": \"b\"}", "{\"name\": 1e999}", "\u{feff}{}"] {
        json().body(body).send().await.expect_problem(400, "malformed-json");
    }
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    json().body(deep).send().await.expect_problem(400, "malformed-json");
    json().body(vec![b'{', 0xff, b'}']).send().await.expect_problem(400, "malformed-json");
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(2 * 1024 * 1024));
    json().body(large).send().await.expect_problem(413, "too-large");
    for (body, pointer) in [
        ("[]", ""),
        ("{}", ""),
        (r#"{"name": 4}"#, "/name"),
        (r#"{"name": "x", "criteria": {"narrative": []}}"#, "/criteria/narrative"),
        (r#"{"resultDescription": [{"id": "a"}, 3]}"#, "/resultDescription/0"),
        (r#"{"colour": "red"}"#, "/colour"),
    ] {
        let problem = json().body(body).send().await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
        assert_eq!(problem["errors"][0]["code"], "wrong-shape");
    }
}

#[tokio::test]
async fn a_request_id_is_echoed_where_it_is_harmless_and_made_where_not() {
    let app = TestApp::sqlite().await;
    let ask = async |id: &str| {
        app.request(Method::GET, "/nothing").header("x-request-id", id).send().await
    };
    let answer = ask("upload-7_a").await;
    assert_eq!(answer.header("x-request-id"), "upload-7_a");
    assert_eq!(answer.json()["requestId"], "upload-7_a");
    for id in ["a b", "<script>", &"x".repeat(65), ""] {
        let answer = ask(id).await;
        assert_ne!(answer.header("x-request-id"), id);
        assert_eq!(answer.header("x-request-id").len(), 32);
    }
    let fine = app.get("/healthz").await;
    assert_eq!(fine.header("x-request-id").len(), 32);
}

#[tokio::test]
async fn people_get_a_page_where_programs_get_a_problem_document() {
    let app = TestApp::sqlite().await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let page = app.get_as("/credentials/nothing", browser).await.expect(404);
    assert_eq!(page.media_type(), "text/html");
    assert!(page.text().contains("There is nothing here"));
    let spanish = app.get_as("/credentials/nothing?lang=es", browser).await.expect(404);
    assert!(spanish.text().contains("Aquí no hay nada") && spanish.text().contains("lang=\"es\""));
    assert!(
        spanish.header("set-cookie").starts_with("lang=es; Path=/; Max-Age=31536000; SameSite=Lax")
    );
    assert_eq!(page.header("cache-control"), "no-store");
    app.get_as("/credentials/nothing", "application/json").await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn nothing_about_the_inside_leaves_when_the_database_is_gone() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    app.app.issuance.store.close().await;
    let id = minted["id"].as_str().unwrap();
    for path in [&format!("/credentials/{id}"), "/readyz", "/", "/issuers/nea", "/status/x"] {
        let answer = app.get(path).await;
        assert_eq!(answer.header("retry-after"), "1");
        let problem = answer.expect_problem(503, "unavailable").to_string();
        assert!(!problem.contains("sqlite") && !problem.contains("pool"), "{problem}");
    }
    let answer = app.mint(&samples::review()).await;
    answer.expect_problem(503, "unavailable");
    // Of our own lists nothing is known then: undecided, and no 5xx.
    let report = app.verify(minted["credential"].to_string()).await;
    assert_eq!(report["verdicts"]["authentic"], "undecided");
    app.get("/healthz").await.expect(200);
}

#[tokio::test]
async fn one_client_that_verifies_too_often_waits() {
    let setting = Setting { verify_per_minute: 2, ..Setting::default() };
    let app = TestApp::set(Database::sqlite(), setting).await;
    for _ in 0..2 {
        app.verify("{}").await;
    }
    let answer = app.request(Method::POST, "/v1/verify").body("{}").send().await;
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait));
    answer.expect_problem(429, "too-many-requests");
    app.post("/v1/issuers/nea/achievements", &app.nea, &json!({})).await.expect(422);
}
