//! Many credentials in one request: an answer a line, in order.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, Database, Setting, TestApp};

const PATH: &str = "/v1/verify:batch";

async fn verify(app: &TestApp, body: String, key: Option<&str>) -> Answer {
    let request = app.request(Method::POST, PATH).header("content-type", "application/x-ndjson");
    let request = if let Some(key) = key { request.key(key) } else { request };
    request.body(body).send().await
}

fn lines(answer: &Answer) -> Vec<Value> {
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_and_every_mistake_has_its_line() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let good = minted["credential"].to_string();
    let body = [
        good.clone(),
        good.replacen("Jordan", "Jordin", 1),
        String::new(),
        minted["jwt"].as_str().unwrap().to_owned(),
        json!({"url": minted["links"]["page"]}).to_string(),
        "{\"id\": 1, \"id\": 2}".into(),
        "nonsense".into(),
    ];
    let answer = verify(&app, body.join("\n"), None).await.expect(200);
    let lines = lines(&answer);
    let verdict = |i: usize| (&lines[i]["line"], &lines[i]["report"]["verdicts"]["authentic"]);
    assert_eq!(verdict(0), (&json!(1), &json!("yes")));
    assert_eq!(verdict(1), (&json!(2), &json!("no")));
    assert_eq!(verdict(2), (&json!(4), &json!("yes")));
    assert_eq!(verdict(3), (&json!(5), &json!("yes")));
    assert_eq!(lines[4]["problem"]["status"], 400, "{}", lines[4]);
    assert_eq!(lines[5]["problem"]["status"], 400, "{}", lines[5]);
    assert_eq!(lines.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn order_is_kept_over_many_lines() {
    let app =
        TestApp::set(Database::sqlite(), Setting { verify_per_minute: 1000, ..Setting::default() })
            .await;
    let good = app.minted().await["credential"].to_string();
    let body: Vec<String> = (0..300)
        .map(|i| if i % 3 == 0 { good.replacen("Jordan", "Jordin", 1) } else { good.clone() })
        .collect();
    let answer = verify(&app, body.join("\n"), None).await.expect(200);
    for (i, line) in lines(&answer).iter().enumerate() {
        assert_eq!(line["line"], i + 1);
        assert_eq!(line["report"]["verified"], i % 3 != 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_its_share_of_lines_and_a_key_has_no_such_bound() {
    let app =
        TestApp::set(Database::sqlite(), Setting { verify_per_minute: 3, ..Setting::default() })
            .await;
    let good = app.minted().await["credential"].to_string();
    let body = vec![good; 5].join("\n");
    let limited = lines(&verify(&app, body.clone(), None).await.expect(200));
    let refused = limited.iter().filter(|line| line["problem"]["status"] == 429).count();
    assert_eq!(refused, 2, "{limited:?}");
    let free = lines(&verify(&app, body.clone(), Some(&app.nea)).await.expect(200));
    assert!(free.iter().all(|line| line["report"]["verified"] == true), "{free:?}");
    verify(&app, body, Some("tm_unknown_key")).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_a_client_makes_up_makes_no_new_figures() {
    let app = TestApp::sqlite().await;
    app.request("MADEUPMETHOD".parse().unwrap(), "/healthz").send().await.expect(405);
    let figures = app.get("/metrics").await.expect(200).text();
    assert!(!figures.contains("MADEUP"), "{figures}");
    assert!(figures.contains("method=\"other\""), "{figures}");
}
