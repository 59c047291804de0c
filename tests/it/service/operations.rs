//! For operators: health, readiness, figures, and what the log must not hold.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing::instrument::WithSubscriber as _;

use crate::support::app::{Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    readiness_follows_the_database_and_health_does_not
}

async fn readiness_follows_the_database_and_health_does_not(database: Database) {
    let app = TestApp::new(database).await;
    assert_eq!(app.get("/healthz").await.expect(200).text(), "ok\n");
    assert_eq!(app.get("/readyz").await.expect(200).text(), "ready\n");
    app.app.issuance.store.close().await;
    app.get("/healthz").await.expect(200);
    app.get("/readyz").await.expect_problem(503, "unavailable");
}

#[tokio::test]
async fn figures_count_requests_by_route_and_name_nobody() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let id = minted["id"].as_str().unwrap();
    app.get(&format!("/credentials/{id}")).await.expect(200);
    app.get("/no/such/path").await.expect(404);
    app.verify(minted["credential"].to_string()).await;
    let figures = app.get("/metrics").await.expect(200).text();
    let counted = |labels: &str| {
        let name = "touchmark_http_requests_total";
        figures.lines().any(|l| l.starts_with(name) && l.contains(labels))
    };
    assert!(counted("route=\"/credentials/{id}\",status=\"200\""), "{figures}");
    assert!(counted("route=\"unmatched\",status=\"404\""));
    for name in [
        "touchmark_credentials_minted_total",
        "touchmark_verifications_total{authentic=\"yes\"}",
        "touchmark_http_request_duration_seconds_bucket",
    ] {
        assert!(figures.contains(name), "{name}");
    }
    for private in [id, "Jordan", "school.example", "no/such"] {
        assert!(!figures.contains(private), "{private}");
    }
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_holds_no_names_addresses_links_or_keys() {
    let kept = Kept::default();
    let writer = kept.clone();
    // While there is one dispatcher only, `tracing` asks the thread that comes by a log line first,
    // another test's, and remembers its no; with two it asks both.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    async {
        let app = TestApp::sqlite().await;
        let minted = app.minted().await;
        let id = minted["id"].as_str().unwrap();
        let broken = with(samples::review(), json!({"narrative": "", "earner": {"name": ""}}));
        app.mint(&broken).await.expect(422);
        app.change(id, "revoke", &json!({"reason": "Jordan copied it."})).await.expect(200);
        app.verify(minted["credential"].to_string()).await;
        app.get_as(&format!("/credentials/{id}"), "text/html").await.expect(200);
        let evidence = minted["credential"]["evidence"][1]["id"].as_str().unwrap();
        app.get(evidence.strip_prefix("https://touchmark.example").unwrap()).await.expect(200);
        app.api_key(Some("nea"), &["mint"]).await;
        let link = json!({"url": "https://nobody.invalid/Jordan?code=A-7731"});
        app.verify(link.to_string()).await;
        let secrets = [app.nea.split('_').nth(2).unwrap().to_owned()];
        let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("minted a credential") && log.contains("answered a request"), "{log}");
        assert!(log.contains("outbound request failed") && log.contains("nobody.invalid"), "{log}");
        let private =
            ["Jordan", "school.example", "A-7731", "drive.example", "narrative", "copied"];
        for private in private.into_iter().chain(secrets.iter().map(String::as_str)) {
            assert!(!log.contains(private), "{private} is in the log: {log}");
        }
    }
    .with_subscriber(subscriber)
    .await;
}
