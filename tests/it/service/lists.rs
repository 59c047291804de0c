//! Status lists as anyone reads them.

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use touchmark::ambient::Clock as _;
use touchmark::status::bitstring;

use crate::support::app::{Answer, Database, TestApp, on_both_databases};
use crate::support::samples;

on_both_databases! {
    a_list_is_signed_in_both_forms_and_sets_only_the_bits_of_what_was_revoked
    a_list_has_an_entity_tag_that_changes_with_it
    a_list_never_expires_for_good_and_its_start_never_goes_back
}

const FORMS: [&str; 2] = ["application/vc+ld+json", "text/plain"];

fn entry(minted: &Value) -> (String, usize) {
    let status = &minted["credential"]["credentialStatus"];
    let list = status["statusListCredential"].as_str().unwrap();
    let path = list.strip_prefix("https://touchmark.example").unwrap().to_owned();
    (path, status["statusListIndex"].as_str().unwrap().parse().unwrap())
}

async fn revoke(app: &TestApp, minted: &Value) {
    let id = minted["id"].as_str().unwrap();
    app.change(id, "revoke", &json!({"reason": "Withdrawn."})).await.expect(200);
}

/// The list's JSON, whichever form it has.
fn read(answer: &Answer) -> Value {
    use base64::Engine as _;
    if answer.media_type() != "text/plain" {
        return answer.json();
    }
    let payload = answer.text().split('.').nth(1).unwrap().to_owned();
    let payload = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap();
    serde_json::from_slice(&payload).unwrap()
}

fn bits(list: &Value) -> Vec<usize> {
    let encoded = list["credentialSubject"]["encodedList"].as_str().unwrap();
    let bits = bitstring::decode(encoded).unwrap();
    assert_eq!(bits.len(), 131_072);
    (0..bits.len()).filter(|i| bits.get(*i) == Some(true)).collect()
}

async fn a_list_is_signed_in_both_forms_and_sets_only_the_bits_of_what_was_revoked(
    database: Database,
) {
    let app = TestApp::new(database).await;
    let first = app.minted().await;
    let (path, index) = entry(&first);
    let second = app.mint(&samples::review()).await.expect(201).json();
    assert_eq!(entry(&second).0, path);
    assert_ne!(entry(&second).1, index);
    for revoked in [vec![], vec![index]] {
        for form in FORMS {
            let answer = app.get_as(&path, form).await.expect(200);
            assert_eq!(answer.media_type(), form);
            let report = app.verify(answer.bytes.clone()).await;
            assert_eq!(report["verdicts"]["authentic"], "yes", "{report:#}");
            let list = read(&answer);
            assert_eq!(list["id"], format!("https://touchmark.example{path}"));
            assert_eq!(list["credentialSubject"]["type"], "BitstringStatusList");
            assert_eq!(list["credentialSubject"]["statusPurpose"], "revocation");
            assert_eq!(list["issuer"], "did:web:touchmark.example:issuers:nea");
            assert_eq!(bits(&list), revoked);
        }
        revoke(&app, &first).await;
    }
    let other = app.replica().await.get(&path).await.expect(200);
    assert_eq!(bits(&other.json()), [index], "a replica sees the change");
}

async fn a_list_has_an_entity_tag_that_changes_with_it(database: Database) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    let (path, _) = entry(&minted);
    let mut tags = Vec::new();
    for form in FORMS {
        let answer = app.get_as(&path, form).await.expect(200);
        assert!(answer.header("cache-control").contains("max-age=30"));
        tags.push(answer.header("etag").to_owned());
    }
    assert_ne!(tags[0], tags[1], "two representations, two strong tags");
    let ask = async |tag: &str, form: &str| {
        let asked = app.request(Method::GET, &path).header("accept", form);
        asked.header("if-none-match", tag).send().await
    };
    for (tag, form) in tags.iter().zip(FORMS) {
        let unchanged = ask(tag, form).await.expect(304);
        assert_eq!((unchanged.bytes.len(), unchanged.header("etag")), (0, tag.as_str()));
        ask(&format!("\"x\", W/{tag}"), form).await.expect(304);
        ask("\"x\"", form).await.expect(200);
    }
    ask(&tags[0], FORMS[1]).await.expect(200);
    let replica = app.replica().await.get(&path).await.expect(200);
    assert_eq!(replica.header("etag"), tags[0]);
    let same = app.get(&path).await.expect(200);
    assert_eq!(replica.bytes, same.bytes, "every replica answers the same bytes");
    revoke(&app, &minted).await;
    for (tag, form) in tags.iter().zip(FORMS) {
        let changed = ask(tag, form).await.expect(200);
        assert_ne!(changed.header("etag"), tag);
    }
}

async fn a_list_never_expires_for_good_and_its_start_never_goes_back(database: Database) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    let (path, _) = entry(&minted);
    let time =
        |list: &Value, name: &str| -> Timestamp { list[name].as_str().unwrap().parse().unwrap() };
    let mut last = Timestamp::MIN;
    for step in 0..6 {
        if step == 3 {
            revoke(&app, &minted).await;
        }
        for form in FORMS {
            let answer = app.get_as(&path, form).await.expect(200);
            let list = read(&answer);
            let now = app.clock.now();
            let [from, until] = ["validFrom", "validUntil"].map(|name| time(&list, name));
            assert!(last <= from && from <= now, "{last} <= {from} <= {now}");
            let day = SignedDuration::from_hours(24);
            assert!(until.duration_since(now) >= day, "{until} is a day after {now}");
            last = from;
            let report = app.verify(answer.bytes.clone()).await;
            assert_eq!(report["verified"], true, "{report:#}");
        }
        let report = app.verify(minted["credential"].to_string()).await;
        assert_eq!(report["status"], if step < 3 { "good" } else { "revoked" });
        app.clock.advance(SignedDuration::from_hours(24 * 6 + 5));
    }
    // A clock that is set back an hour must not move the start back.
    app.clock.advance(SignedDuration::from_hours(-1));
    let another = app.mint(&samples::review()).await.expect(201).json();
    revoke(&app, &another).await;
    let list = app.get(&path).await.expect(200).json();
    assert!(time(&list, "validFrom") >= last);
}

#[tokio::test]
async fn suspension_has_a_list_of_its_own() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::suspendable()).await;
    let minted = app.mint(&samples::suspendable_review()).await.expect(201).json();
    let entries = minted["credential"]["credentialStatus"].as_array().unwrap().clone();
    assert_ne!(entries[0]["statusListCredential"], entries[1]["statusListCredential"]);
    let id = minted["id"].as_str().unwrap();
    app.change(id, "suspend", &json!({"reason": "Under review."})).await.expect(200);
    for (entry, set) in entries.iter().zip([false, true]) {
        let url = entry["statusListCredential"].as_str().unwrap();
        let list = app.get(url.strip_prefix("https://touchmark.example").unwrap()).await.json();
        assert_eq!(list["credentialSubject"]["statusPurpose"], entry["statusPurpose"]);
        assert_eq!(!bits(&list).is_empty(), set);
    }
}

#[tokio::test]
async fn a_list_that_does_not_exist_is_not_found() {
    let app = TestApp::sqlite().await;
    for accept in ["*/*", "text/plain"] {
        let answer = app.get_as("/status/nothing", accept).await;
        answer.expect_problem(404, "not-found");
    }
    app.get_as("/status/nothing", "text/html").await.expect(404);
}
