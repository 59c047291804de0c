//! The description of the API says what the service does.

use serde_json::Value;
use touchmark::http;

use crate::support::app::TestApp;

/// Each operation: method, path, what is said of it.
fn operations(description: &Value) -> Vec<(String, String, &Value)> {
    let paths = description["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("a path's operations").iter();
        methods.map(move |(method, told)| (method.to_uppercase(), path.clone(), told))
    });
    operations.collect()
}

fn description() -> Value {
    serde_json::to_value(http::description()).expect("a description is plain data")
}

#[test]
fn the_file_in_the_repository_is_what_the_handlers_say() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.yaml");
    let kept = std::fs::read_to_string(file).expect("openapi.yaml is there");
    let generated = http::openapi::yaml(&http::description());
    let first = kept.lines().zip(generated.lines()).position(|(kept, new)| kept != new);
    assert!(
        kept.trim_end() == generated.trim_end(),
        "openapi.yaml is not what the handlers say from line {} on; run `make openapi`",
        first.map_or(kept.lines().count().min(generated.lines().count()), |line| line + 1)
    );
}

#[tokio::test]
async fn every_described_route_is_there_and_is_guarded_as_described() {
    let app = TestApp::sqlite().await;
    let description = description();
    let operations = operations(&description);
    assert!(operations.len() > 30, "{}", operations.len());
    for (method, path, told) in operations {
        let filled = path.replace(['{', '}'], "");
        let asked = app.request(method.parse().expect("a method"), &filled);
        let answer = asked.send().await;
        let name = format!("{method} {path}: {}", answer.text());
        assert_ne!(answer.status, 405, "{name}");
        assert!(answer.status < 500, "{name}");
        let guarded = told["security"].as_array().is_some_and(|s| !s.is_empty());
        assert_eq!(guarded, answer.status == 401, "{name}");
        let open = ["/v1/verify", "/v1/counts"].iter().any(|open| path.starts_with(open))
            || !path.starts_with("/v1/");
        let vc_api = path.ends_with("/credentials/issue") || path.ends_with("/credentials/status");
        assert_eq!(guarded, vc_api || !open, "{name}");
        assert!(told["responses"].get(answer.status.to_string()).is_some(), "{name}");
    }
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let mut seen = std::collections::BTreeSet::new();
    for (method, path, operation) in operations(&description()) {
        let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path}"));
        assert!(seen.insert(name.to_owned()), "{method} {path}: {name} is another's");
    }
}

#[test]
fn every_operation_says_which_problems_it_can_have() {
    let description = description();
    for (method, path, told) in operations(&description) {
        let name = format!("{method} {path}");
        assert!(told["summary"].as_str().is_some_and(|s| s.len() > 5), "{name} says what it does");
        let responses = told["responses"].as_object().expect("responses");
        let said = |status: &str| responses.contains_key(status);
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name}");
        assert!(said("500"), "{name}");
        assert!(said("503") || path == "/healthz" || path == "/metrics", "{name}");
        if told["security"].as_array().is_some_and(|s| !s.is_empty()) {
            assert!(["400", "401", "403"].into_iter().all(said), "{name}");
            assert!(said("409") || method == "GET", "{name}");
        }
        if path.contains('{') {
            assert!(["400", "404"].into_iter().all(said), "{name}");
        }
        if told.get("requestBody").is_some() {
            assert!(["400", "413", "422", "429"].into_iter().all(said), "{name}");
        }
        for (status, response) in responses {
            let content = &response["content"];
            // Private evidence is a page for people.
            let is_page = content.get("text/html").is_some();
            if status.starts_with(['4', '5']) && !is_page {
                let problem = &content["application/problem+json"]["schema"]["$ref"];
                assert_eq!(problem, "#/components/schemas/ProblemDocument", "{name} {status}");
            }
        }
    }
    let schemas = &description["components"]["schemas"];
    assert!(schemas["ProblemDocument"].is_object() && schemas["Fault"].is_object());
    assert_eq!(description["components"]["securitySchemes"]["apiKey"]["scheme"], "bearer");
}

#[tokio::test]
async fn the_description_is_served_and_can_be_browsed() {
    let app = TestApp::sqlite().await;
    let yaml = app.get("/openapi.yaml").await.expect(200);
    assert_eq!(yaml.media_type(), "application/yaml");
    assert_eq!(yaml.text(), http::openapi::yaml(&http::description()));
    assert_eq!(app.get("/openapi.json").await.expect(200).json(), description());
    let page = app.get("/docs/").await.expect(200);
    assert_eq!(page.media_type(), "text/html");
    // What the page loads comes from here, and nothing on it is inline.
    for part in page.text().split(['"', '\'']).filter(|p| p.ends_with(".js") || p.ends_with(".css"))
    {
        let part = part.trim_start_matches("./");
        assert!(!part.contains("//"), "{part}");
        app.get(&format!("/docs/{part}")).await.expect(200);
    }
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
    let text = page.text();
    let inline = text.split("<script").skip(1).filter(|tag| !tag.trim_start().starts_with("src"));
    assert_eq!(inline.filter(|tag| !tag.contains(" src=")).count(), 0, "{text}");
    app.get("/docs/nothing.js").await.expect_problem(404, "not-found");
}
