//! `/counts` and `POST /v1/counts`: what micro-credentials count for, before anything is filed.

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};
use touchmark::check::trusted_issuers::TrustedIssuers;
use touchmark::recognize::Recognition;
use touchmark::store::PartyKind;

use super::verify_page::{Part, send};
use crate::support::app::{Answer, Database, Setting, TestApp};
use crate::support::samples::{self, with};

const OFFICES: [(&str, &str, &[&str]); 3] = [
    (
        "lebanon",
        "Lebanon schools (example)",
        &[
            include_str!("../../../schemas/policies/lebanon-compensation.yaml"),
            include_str!("../../../schemas/policies/lebanon-instructional-assistant-leader.yaml"),
        ],
    ),
    (
        "massachusetts",
        "Massachusetts (example)",
        &[include_str!("../../../schemas/policies/massachusetts-renewal.yaml")],
    ),
    (
        "tennessee",
        "Tennessee (example)",
        &[include_str!("../../../schemas/policies/tennessee-relicensure.yaml")],
    ),
];

/// A service with three offices, and an issuer that they know.
pub(super) async fn offices() -> TestApp {
    offices_on(Database::sqlite()).await
}

pub(super) async fn offices_on(database: Database) -> TestApp {
    let file = "[[issuer]]\nid = \"did:web:touchmark.example:issuers:nea\"\nname = \"NEA\"\n\
                from = \"a test\"\n";
    let trusted = Some(Arc::new(TrustedIssuers::parse(file).unwrap()));
    let app = TestApp::set(database, Setting { trusted, ..Setting::default() }).await;
    for (name, called, policies) in OFFICES {
        let profile = serde_json::from_value(json!({"name": called})).unwrap();
        let issuance = &app.app.issuance;
        let party =
            issuance.parties.add(PartyKind::Recognizer, name, &profile, "test").await.unwrap();
        for policy in policies {
            Recognition { issuance }.publish(&party, policy.as_bytes(), "test").await.unwrap();
        }
    }
    app
}

async fn ask(app: &TestApp, request: &Value) -> Answer {
    app.request(Method::POST, "/v1/counts").json(request).send().await
}

pub(super) async fn page(app: &TestApp, parts: &[Part<'_>]) -> String {
    send(app, "/counts", parts).await.expect(200).text()
}

/// The totals that are known and those that are hoped for, by policy.
fn totals(answer: &Value) -> Vec<(String, String, Option<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let policies = answer["recognizers"].as_array().unwrap().iter();
    let policies = policies.flat_map(|office| office["policies"].as_array().unwrap());
    let told = policies.map(|by| {
        let hoped = by["hoped"].as_object().map(|hoped| text(&hoped["total"]));
        (text(&by["known"]["policy"]["id"]), text(&by["known"]["total"]), hoped)
    });
    told.collect()
}

#[tokio::test]
async fn one_counts_by_each_office_with_what_it_hangs_on_told_apart() {
    let app = offices().await;
    let minted = app.minted().await;
    let credentials = json!([minted["jwt"]]);
    let answer = ask(&app, &json!({"credentials": credentials})).await.expect(200).json();
    assert_eq!(answer["credentials"][0]["report"]["verified"], true, "{answer:#}");
    assert_eq!(answer["credentials"][0]["checkedAt"], "2026-06-01T10:00:00.5Z");
    let told = |id: &str, known: &str, hoped: Option<&str>| {
        (id.to_owned(), known.to_owned(), hoped.map(str::to_owned))
    };
    let expected = [
        told("lebanon-compensation", "175", None),
        told("lebanon-instructional-assistant-leader", "0", Some("0.5")),
        told("massachusetts-renewal", "0", Some("0")),
        told("tennessee-relicensure", "0", Some("6")),
    ];
    assert_eq!(totals(&answer), expected);
    let massachusetts = &answer["recognizers"][1]["policies"][0];
    assert_eq!(massachusetts["hoped"]["suggestions"][0]["code"], "suggest-related");
    assert_eq!(massachusetts["known"]["open"][0]["code"], "license-unknown");

    // With what was missing it is certain; by one office alone.
    let known = json!({"credentials": credentials, "recognizer": "tennessee",
                       "license": {"from": "2021-09-01", "until": "2031-08-31"}});
    let answer = ask(&app, &known).await.expect(200).json();
    assert_eq!(totals(&answer), [told("tennessee-relicensure", "6", None)]);
    let statements = json!({"not-required": true,
        "lebanon/lebanon-instructional-assistant-leader/not-for-a-degree": true});
    let stated = json!({"policies": ["lebanon-instructional-assistant-leader"], "credentials":
        [{"credential": minted["credential"], "statements": statements}]});
    let answer = ask(&app, &stated).await.expect(200).json();
    let open = &answer["recognizers"][0]["policies"][0]["known"]["open"];
    let codes: Vec<_> = open.as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["approval-pending"], "{answer:#}");
}

#[tokio::test]
async fn each_office_counts_by_whom_it_trusts_itself() {
    let app = offices().await;
    let minted = app.minted().await;
    let key = app.api_key(Some("recognizer:tennessee"), &["policy"]).await;
    let nobody = json!({"issuers": []});
    app.put("/v1/recognizers/tennessee/trusted-issuers", &key, &nobody).await.expect(201);
    let answer = ask(&app, &json!({"credentials": [minted["jwt"]]})).await.expect(200).json();
    let totals = totals(&answer);
    assert_eq!((totals[0].1.as_str(), totals[3].2.as_deref()), ("175", None), "{totals:?}");
    let tennessee = &answer["recognizers"][2]["policies"][0]["known"];
    assert_eq!(tennessee["credentials"][0]["reasons"][0]["code"], "not-accepted");
}

#[tokio::test]
async fn it_is_what_a_dry_run_of_a_claim_decides() {
    let app = offices().await;
    let minted = app.minted().await;
    let key = app.api_key(Some("recognizer:tennessee"), &["claim"]).await;
    let license = json!({"from": "2021-09-01", "until": "2031-08-31"});
    let belongs = json!({"decision": "yes", "reason": "She is here", "by": "M. Okafor"});
    let claim = json!({"policy": "tennessee-relicensure",
        "claimant": {"licenseNumber": "1", "license": license},
        "credentials": [{"credential": minted["jwt"], "belongs": belongs}]});
    let path = "/v1/recognizers/tennessee/claims?dry_run=true";
    let mut decided = app.post(path, &key, &claim).await.expect(200).json()["decision"].clone();
    let asked = json!({"recognizer": "tennessee", "license": license,
                       "credentials": [minted["jwt"]]});
    let answer = ask(&app, &asked).await.expect(200).json();
    let known = &answer["recognizers"][0]["policies"][0]["known"];
    decided["credentials"][0]["input"] = known["credentials"][0]["input"].clone();
    assert_eq!(*known, decided);
    let list = app.read("/v1/recognizers/tennessee/claims", &key).await.expect(200).json();
    assert_eq!(list, json!([]));
}

/// An unsigned presentation of so many.
fn holding(minted: &Value, count: usize) -> Value {
    json!({"@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiablePresentation",
           "verifiableCredential": vec![&minted["credential"]; count]})
}

fn stated(count: usize) -> Value {
    (0..count).map(|i| (format!("s{i}"), json!(true))).collect::<serde_json::Map<_, _>>().into()
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_with_its_place() {
    let app = offices().await;
    let minted = app.minted().await;
    let good = json!({"credentials": [minted["jwt"]]});
    let many: Vec<&Value> = vec![&minted["jwt"]; 51];
    for (change, pointer, code) in [
        (json!({"credentials": []}), "/credentials", "no-credentials"),
        (json!({"credentials": many}), "/credentials", "too-many"),
        (json!({"credentials": ["x"]}), "/credentials/0", "not-a-credential"),
        (
            json!({"credentials": [holding(&minted, 30), holding(&minted, 21)]}),
            "/credentials",
            "too-many",
        ),
        (json!({"policies": vec!["x"; 101]}), "/policies", "too-many"),
        (json!({"policies": ["x".repeat(301)]}), "/policies/0", "too-long"),
        (json!({"statements": stated(301)}), "/statements", "too-many"),
        (json!({"statements": {"s".repeat(301): true}}), "/statements", "too-long"),
        (
            json!({"credentials": [{"credential": minted["jwt"], "statements": stated(301)}]}),
            "/credentials/0/statements",
            "too-many",
        ),
        (json!({"recognizer": "texas"}), "/recognizer", "unknown-recognizer"),
        (json!({"policies": ["tennesse"]}), "/policies/0", "unknown-policy"),
        (json!({"statements": {"not-requird": true}}), "/statements/not-requird", "not-asked-for"),
    ] {
        let asked = ask(&app, &with(good.clone(), change)).await;
        let problem = asked.expect_problem(422, "invalid");
        let error = &problem["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!(pointer), &json!(code)));
    }
}

#[tokio::test]
async fn a_page_says_the_sum_first_and_then_why_and_what_to_do() {
    let app = offices().await;
    let minted = app.minted().await;
    let json = minted["credential"].to_string();
    let page = page(&app, &[("file", Some("mine.json"), json.as_bytes())]).await;
    let order = [
        "Lebanon schools (example)",
        "<strong>US$175</strong>",
        "<strong>0.5 credit</strong> if you can state what it asks for and if the office approves",
        "<strong>10 PDPs</strong> with one more related micro-credential, if your license",
        "<strong>6 PDPs</strong> if your license covers",
        "Make it certain",
        "By its policy, version 2",
        "What to do next",
    ];
    let mut at = 0;
    for text in order {
        let found = page[at..].find(text).unwrap_or_else(|| panic!("{text} after {at}: {page}"));
        at += found;
    }
    assert!(page.contains("<span>or</span> <strong>0.5 credit"), "never both: {page}");
    assert!(page.contains("name=\"license-from\"") && page.contains("name=\"kept\""), "{page}");
    assert!(page.len() < 50_000, "{}", page.len());
}

/// The value of a hidden field of the page.
pub(super) fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).expect("the field");
    rest.split('"').next().expect("its value").to_owned()
}

/// The values of all fields of this name, in the order of the page.
pub(super) fn values(page: &str, name: &str) -> Vec<String> {
    let marked = format!("name=\"{name}\" value=\"");
    let rests = page.split(&marked).skip(1);
    rests.map(|rest| rest.split('"').next().expect("its value").to_owned()).collect()
}

#[tokio::test]
async fn dates_and_statements_are_added_without_giving_the_files_again() {
    let app = offices().await;
    let minted = app.minted().await;
    let jwt = minted["jwt"].as_str().unwrap();
    let first = page(&app, &[("text", None, jwt.as_bytes())]).await;
    let kept = hidden(&first, "kept");
    let name = "lebanon/lebanon-instructional-assistant-leader";
    let states = values(&first, "state");
    assert!(states.len() == 2 && states.iter().all(|it| it.starts_with(name)), "{states:?}");
    let mut parts: Vec<Part<'_>> = vec![
        ("kept", None, kept.as_bytes()),
        ("license-from", None, b"2021-09-01"),
        ("license-until", None, b"2031-08-31"),
        ("state", None, states[0].as_bytes()),
        ("state", None, states[1].as_bytes()),
    ];
    let second = page(&app, &parts).await;
    assert!(second.contains("<strong>6 PDPs</strong></p>"), "{second}");
    assert!(second.contains("<strong>0.5 credit</strong> if the office approves"), "{second}");
    assert!(second.contains("value=\"2021-09-01\"") && second.contains(" checked>"), "{second}");

    // More is added to it, and the same one again counts once.
    parts.push(("text", None, jwt.as_bytes()));
    let third = page(&app, &parts).await;
    assert!(third.contains("It is the same one as"), "{third}");

    // The days have to make sense, and what was sealed is not to be written by others.
    parts[2].2 = b"2020-01-01";
    assert!(page(&app, &parts).await.contains("ends before it begins"));
    let forged = kept.replacen(&kept[..1], if kept.starts_with('A') { "B" } else { "A" }, 1);
    let parts: [Part<'_>; 1] = [("kept", None, forged.as_bytes())];
    let refused = send(&app, "/counts", &parts).await.expect(400).text();
    assert!(refused.contains("is needed again"), "{refused}");
    app.clock.advance(jiff::SignedDuration::from_mins(31));
    let parts: [Part<'_>; 1] = [("kept", None, kept.as_bytes())];
    let old = send(&app, "/counts", &parts).await.expect(400).text();
    assert!(old.contains("is needed again"), "{old}");
}

#[tokio::test]
async fn what_does_not_hold_counts_nowhere_and_says_why() {
    let app = offices().await;
    let minted = app.minted().await;
    let id = minted["id"].as_str().unwrap();
    app.change(id, "revoke", &json!({"reason": "Awarded by mistake"})).await.expect(200);
    let sam = json!({"earner": {"name": "Sam", "email": "s@b.example"}});
    let good = app.mint(&with(samples::review(), sam)).await.expect(201).json();
    let revoked = minted["credential"].to_string();
    let forged = good["credential"].to_string().replacen("Sam", "Pam", 1);
    let link = good["links"]["page"].as_str().unwrap();
    let parts: [Part<'_>; 4] = [
        ("file", Some("revoked.json"), revoked.as_bytes()),
        ("file", Some("forged.json"), forged.as_bytes()),
        ("file", Some("photo.jpg"), &[0xff, 0xd8, 0xff, 0xe0]),
        ("text", None, link.as_bytes()),
    ];
    let page = page(&app, &parts).await;
    for told in ["Withdrawn", "Not genuine", "photo.jpg", "as its issuer handed it out"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(page.contains("From one micro-credential"), "{page}");
    assert_eq!(page.matches("action=\"/verify\"").count(), 2, "more of each is told there");
    let (troubles, offices) =
        (page.find("Not counted anywhere").unwrap(), page.find("class=\"office\"").unwrap());
    assert!(troubles < offices);

    let words: [Part<'_>; 2] = [("text", None, b"my badge"), ("file", Some(""), b"")];
    let wrong = send(&app, "/counts", &words).await.expect(200).text();
    assert!(wrong.contains("my badge") && wrong.contains("This is no micro-credential"), "{wrong}");
    let empty: [Part<'_>; 1] = [("text", None, b" ")];
    let empty = send(&app, "/counts", &empty).await.expect(400).text();
    assert!(empty.contains("Give a file, a link or a text first"), "{empty}");
}

#[tokio::test]
async fn an_office_is_chosen_by_its_link_and_what_strangers_wrote_stays_text() {
    let app = offices().await;
    let form = app.get_as("/counts?recognizer=tennessee", "text/html").await.expect(200);
    assert_eq!(form.header("cache-control"), "no-store");
    let form = form.text();
    assert!(form.contains("<option value=\"tennessee\" selected>"), "{form}");
    assert!(!form.contains("no such office"));
    let other = app.get_as("/counts?recognizer=texas", "text/html").await.expect(200).text();
    assert!(other.contains("There is no such office here"), "{other}");

    let script = "</textarea><script>alert(1)</script>\"><img src=x onerror=alert(1)>";
    let achievement = with(samples::achievement(), json!({"slug": "hostile", "name": script}));
    let key = app.api_key(Some("nea"), &["admin"]).await;
    app.post("/v1/issuers/nea/achievements", &key, &achievement).await.expect(201);
    let review = with(samples::review(), json!({"achievement": "hostile"}));
    let hostile = app.mint(&review).await.expect(201).json();
    let jwt = hostile["jwt"].as_str().unwrap();
    let parts: [Part<'_>; 2] =
        [("text", None, jwt.as_bytes()), ("file", Some(script), b"nothing of it")];
    let answer = send(&app, "/counts", &parts).await.expect(200);
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let page = answer.text();
    assert!(page.contains("alert(1)") && page.matches("<script").count() == 1, "{page}");
    assert!(!page.contains("<img"), "{page}");
    let spanish = app.get_as("/counts?lang=es", "text/html").await.expect(200).text();
    assert!(spanish.contains("Para qué cuenta"), "{spanish}");
}

#[tokio::test]
async fn each_credential_is_one_verification_of_the_addresss_share() {
    let setting = Setting { verify_per_minute: 3, ..Setting::default() };
    let app = TestApp::set(Database::sqlite(), setting).await;
    let asked = json!({"credentials": ["eyJ.e30.c2ln", "eyJ.e30.c2ln"]});
    ask(&app, &asked).await.expect(200);
    ask(&app, &asked).await.expect_problem(429, "too-many-requests");
}

#[tokio::test]
async fn each_credential_of_a_presentation_is_one_verification_of_the_share() {
    let setting = Setting { verify_per_minute: 3, ..Setting::default() };
    let app = TestApp::set(Database::sqlite(), setting).await;
    let minted = app.minted().await;
    let three = json!({"credentials": [holding(&minted, 3)]});
    ask(&app, &three).await.expect(200);
    ask(&app, &json!({"credentials": [minted["jwt"]]}))
        .await
        .expect_problem(429, "too-many-requests");
}

#[tokio::test]
async fn what_was_verified_is_good_for_half_an_hour_however_often_it_is_brought_along() {
    let app = offices().await;
    let minted = app.minted().await;
    let first = page(&app, &[("text", None, minted["jwt"].as_str().unwrap().as_bytes())]).await;
    app.clock.advance(jiff::SignedDuration::from_mins(20));
    let second = page(&app, &[("kept", None, hidden(&first, "kept").as_bytes())]).await;
    app.clock.advance(jiff::SignedDuration::from_mins(20));
    let kept = hidden(&second, "kept");
    let parts: [Part<'_>; 1] = [("kept", None, kept.as_bytes())];
    let third = send(&app, "/counts", &parts).await.expect(400).text();
    assert!(third.contains("is needed again"), "{third}");
}
