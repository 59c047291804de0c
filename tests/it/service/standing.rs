//! Where a micro-credential counts, told before anybody files it.

use serde_json::{Value, json};
use touchmark::check::trusted_issuers::TrustedIssuers;
use touchmark::store::PartyKind;

use crate::support::app::{Database, Setting, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    an_achievement_says_where_it_counts_by_the_newest_policies
}

const NEA: &str = "did:web:touchmark.example:issuers:nea";
const RECOGNITION: &str = "/achievements/nea.restorative-practices/recognition";

/// A new recognizer's key for its policies.
async fn recognizer(app: &TestApp, name: &str, called: &str) -> String {
    let profile = serde_json::from_value(json!({"name": called})).unwrap();
    let parties = &app.app.issuance.parties;
    parties.add(PartyKind::Recognizer, name, &profile, "test").await.unwrap();
    app.api_key(Some(&format!("recognizer:{name}")), &["policy"]).await
}

fn policy(rest: Value) -> Value {
    let base = json!({
        "id": "renewal", "version": "1", "name": "Renewal of a license",
        "recognizer": {"name": "An office (example)"},
        "authority": [{"title": "A rule (example)", "url": "https://rules.example/1"}],
        "unit": "PDP", "accepts": [{"issuers": [NEA]}],
        "award": {"perCredential": {"amount": "6"}},
    });
    with(base, rest)
}

fn pairs() -> Value {
    json!({"perGroup": {"of": 2, "relatedBy": ["stack", "alignment"], "amount": "10"}})
}

async fn an_achievement_says_where_it_counts_by_the_newest_policies(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    assert_eq!(app.get(RECOGNITION).await.expect(200).json()["recognizers"], json!([]));
    let tennessee = recognizer(&app, "tennessee", "Tennessee (example)").await;
    let massachusetts = recognizer(&app, "massachusetts", "Massachusetts (example)").await;
    let elsewhere = recognizer(&app, "elsewhere", "Elsewhere (example)").await;
    let publish = async |name: &str, key: &str, policy: Value| {
        app.post(&format!("/v1/recognizers/{name}/policies"), key, &policy).await.expect(201);
    };
    publish("tennessee", &tennessee, policy(json!({"window": "license"}))).await;
    publish("massachusetts", &massachusetts, policy(json!({"award": pairs()}))).await;
    let other = json!([{"issuers": ["did:web:other.example"]}]);
    publish("elsewhere", &elsewhere, policy(json!({"accepts": other}))).await;

    let told = app.get(RECOGNITION).await.expect(200).json();
    assert_eq!(
        told["achievement"],
        "https://touchmark.example/achievements/nea.restorative-practices"
    );
    assert_eq!(told["whole"], true);
    let says = |told: &Value| -> Vec<(String, String)> {
        let offices = told["recognizers"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        offices.map(|it| (text(&it["name"]), text(&it["counts"][0]["says"]))).collect()
    };
    let both = [
        ("Massachusetts (example)", "10 PDPs with one more related one"),
        ("Tennessee (example)", "6 PDPs each"),
    ];
    assert_eq!(says(&told), both.map(|(name, says)| (name.to_owned(), says.to_owned())));
    let tennessees = &told["recognizers"][1]["counts"][0];
    assert_eq!(tennessees["worth"], json!({"kind": "each", "amount": "6"}));
    assert_eq!(tennessees["conditions"][0]["at"], "/window");
    let url = tennessees["policyUrl"].as_str().unwrap().strip_prefix("https://touchmark.example");
    assert_eq!(app.get(url.unwrap()).await.expect(200).json()["version"], "1");

    // A new version takes its place; one that accepts it no more ends it.
    let eight = json!({"perCredential": {"amount": "8"}});
    publish("tennessee", &tennessee, policy(json!({"version": "2", "award": eight}))).await;
    let ends = policy(json!({"version": "2", "accepts": other}));
    publish("massachusetts", &massachusetts, ends).await;
    let told = app.get(RECOGNITION).await.expect(200).json();
    assert_eq!(says(&told), [("Tennessee (example)".into(), "8 PDPs each".into())]);
    let unknown = "/achievements/nea.no-such-one/recognition";
    app.get(unknown).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn what_is_cut_for_want_of_room_is_told() {
    let database = Database::sqlite();
    let app = TestApp::new(database.clone()).await;
    app.publish(&samples::achievement()).await;
    recognizer(&app, "committee", "A committee (example)").await;
    let menus = |most: u32| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most}) \
             INSERT OR REPLACE INTO menu_entries (recognizer, name, achievement, title, comment, \
             endorsement) SELECT 'committee', 'm-' || i, \
             'https://touchmark.example/achievements/nea.restorative-practices', 'M', 'C', 'e-' || i \
             FROM n"
        )
    };
    for (most, whole) in [(100, true), (101, false)] {
        database.execute(&menus(most)).await;
        let told = app.get(RECOGNITION).await.expect(200).json();
        assert_eq!(told["whole"], whole, "{most}");
        assert_eq!(told["recognizers"][0]["menus"].as_array().unwrap().len(), 100);
        let path = "/achievements/nea.restorative-practices";
        let page = app.get_as(path, "text/html").await.expect(200).text();
        assert_eq!(page.contains("It may count with more offices"), !whole, "{page}");
    }
}

#[tokio::test]
async fn counting_anew_is_taken_from_the_share_and_a_page_that_many_read_is_counted_once() {
    let setting = Setting { verify_per_minute: 2, ..Setting::default() };
    let app = TestApp::set(Database::sqlite(), setting).await;
    let key = recognizer(&app, "tennessee", "Tennessee (example)").await;
    let publish = async |version: &str| {
        let policy = policy(json!({"version": version}));
        app.post("/v1/recognizers/tennessee/policies", &key, &policy).await.expect(201);
    };
    publish("1").await;
    for slug in ["first", "second"] {
        app.publish(&with(samples::achievement(), json!({"slug": slug}))).await;
    }
    for _ in 0..3 {
        app.get("/achievements/nea.first/recognition").await.expect(200);
        app.get_as("/achievements/nea.first", "text/html").await.expect(200);
        app.get_as("/achievements/nea.first/versions/1", "text/html").await.expect(200);
    }
    // What is new is told at once, and is counted anew.
    publish("2").await;
    let page = app.get_as("/achievements/nea.first", "text/html").await.expect(200).text();
    assert!(page.contains("version 2"), "{page}");
    let second = "/achievements/nea.second";
    app.get(&format!("{second}/recognition")).await.expect_problem(429, "too-many-requests");
    // A page is shown without it, since the rest of it costs nothing.
    for (language, said) in [
        ("en", ["Where it counts", "Try again in a moment"]),
        ("es", ["Dónde cuenta", "Vuelva a intentarlo en un momento"]),
    ] {
        let page = format!("{second}?lang={language}");
        let page = app.get_as(&page, "text/html").await.expect(200).text();
        assert!(said.iter().all(|said| page.contains(said)), "{page}");
        assert!(page.contains("id=\"counts\"") && !page.contains("Tennessee (example)"), "{page}");
    }
    // Nothing is counted for what programs read of it.
    app.get(second).await.expect(200);
}

#[tokio::test]
async fn pages_say_where_it_counts_in_the_readers_language() {
    let trusted = format!("[[issuer]]\nid = \"{NEA}\"\nname = \"NEA\"\nfrom = \"a list\"\n");
    let trusted = Some(std::sync::Arc::new(TrustedIssuers::parse(&trusted).unwrap()));
    let app = TestApp::set(Database::sqlite(), Setting { trusted, ..Setting::default() }).await;
    app.publish(&samples::achievement()).await;
    let minted = app.mint(&samples::review()).await.expect(201).json();
    let key = recognizer(&app, "tennessee", "Tennessee <example>").await;
    let by_list = policy(json!({"accepts": [{"trustedIssuers": true}], "window": "license",
        "description": "Proof is <b>the</b> certificate.",
        "statements": [{"id": "free", "text": "It was not required.", "of": "claim"}],
        "award": pairs()}));
    app.post("/v1/recognizers/tennessee/policies", &key, &by_list).await.expect(201);

    let credential = minted["links"]["page"].as_str().unwrap();
    let credential = credential.strip_prefix("https://touchmark.example").unwrap();
    for path in ["/achievements/nea.restorative-practices", credential] {
        let page = app.get_as(path, "text/html").await.expect(200).text();
        for shown in [
            "Where it counts",
            "10 PDPs with one more related one",
            "version 1",
            "You state: It was not required.",
            "href=\"/recognizers/tennessee\"",
            "Tennessee &#60;example&#62;",
            "href=\"/counts\"",
        ] {
            assert!(page.contains(shown), "{shown} on {path}: {page}");
        }
        let page = app.get_as(&format!("{path}?lang=es"), "text/html").await.expect(200).text();
        assert!(page.contains("10 PDP con una más relacionada"), "{path}: {page}");
    }
    let page = app.get_as("/recognizers/tennessee", "text/html").await.expect(200).text();
    for shown in [
        "What it counts",
        "Every 2 related ones count 10 PDPs together.",
        "href=\"https://rules.example/1\"",
        "Proof is &#60;b&#62;the&#60;/b&#62;",
        "Awarded within the validity of your license",
        "href=\"/recognizers/tennessee/policies/renewal/versions/1\"",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }

    // What does not hold counts nowhere.
    let id = minted["id"].as_str().unwrap();
    let revoke = format!("/v1/issuers/nea/credentials/{id}/revoke");
    app.post(&revoke, &app.nea, &json!({"reason": "a mistake"})).await.expect(200);
    let page = app.get_as(credential, "text/html").await.expect(200).text();
    assert!(!page.contains("Where it counts"), "{page}");
}
