//! What a person decides: on an appeal, and what a policy leaves to the office to approve.

use serde_json::{Value, json};

use super::recognition::{Office, claim, policy};
use crate::support::app::{Database, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    an_appeal_is_decided_by_a_person_with_a_reason_and_its_history_stays
    a_flag_that_a_review_finds_as_it_was_is_no_new_event
    an_approval_is_kept_with_who_gave_it_and_told_in_the_receipt
}

fn decided(decision: &str) -> Value {
    json!({"decision": decision, "by": "M. Okafor", "reason": "Jordan has shown the letter"})
}

async fn an_appeal_is_decided_by_a_person_with_a_reason_and_its_history_stays(database: Database) {
    let office = Office::new(database).await;
    let asked = claim(&[&office.minted().await["credential"]]);
    let recorded = office.claim(&asked).await.expect(201).json();
    let id = &recorded["id"];
    let decide = async |decision| office.change(id, "appeal/decision", &decided(decision)).await;
    decide("upheld").await.expect_problem(409, "no-appeal");

    office.change(id, "appeal", &json!({"reason": "It is worth more"})).await.expect(200);
    for (body, pointer) in [
        (with(decided("upheld"), json!({"by": " "})), "/by"),
        (with(decided("upheld"), json!({"reason": ""})), "/reason"),
    ] {
        let refused = office.change(id, "appeal/decision", &body).await;
        assert_eq!(refused.expect_problem(422, "invalid")["errors"][0]["pointer"], pointer);
    }
    let dismissed = decide("dismissed").await.expect(200).json();
    assert_eq!(dismissed["appealDecision"], "dismissed");
    assert!(dismissed["appealedAt"].is_string() && dismissed["appealDecidedAt"].is_string());
    let event = &dismissed["events"][2];
    assert_eq!(
        (&event["action"], &event["detail"], &event["person"], &event["reason"]),
        (
            &json!("decide-appeal"),
            &json!({"decision": "dismissed"}),
            &json!("M. Okafor"),
            &json!("Jordan has shown the letter")
        )
    );
    decide("upheld").await.expect_problem(409, "no-appeal");

    // Another appeal waits anew, and is decided though the claim was corrected meanwhile.
    let again = office.change(id, "appeal", &json!({"reason": "It is worth more"})).await;
    assert_eq!(again.expect(200).json().get("appealDecision"), None);
    let correction = json!({"reason": "It is", "claim": asked});
    office.change(id, "correct", &correction).await.expect(201);
    let upheld = decide("upheld").await.expect(200).json();
    assert_eq!(
        (&upheld["appealDecision"], &upheld["state"]),
        (&json!("upheld"), &json!("corrected"))
    );
    assert_eq!(upheld["events"][2], *event, "what was decided before stays in the history");

    let redacted = office.change(id, "redact", &json!({})).await.expect(200).json();
    assert_eq!(redacted["appealDecision"], "upheld");
    assert!(!redacted.to_string().contains("Okafor"), "{redacted}");
    decide("upheld").await.expect_problem(409, "claim-is-redacted");
}

async fn a_flag_that_a_review_finds_as_it_was_is_no_new_event(database: Database) {
    let office = Office::new(database).await;
    let suspendable = json!({"slug": "circles", "name": "Circles", "suspendable": true});
    office.app.publish(&with(samples::achievement(), suspendable)).await;
    let review = with(samples::review(), json!({"achievement": "circles"}));
    let minted = office.app.mint(&review).await.expect(201).json();
    let recorded = office.claim(&claim(&[&minted["credential"]])).await.expect(201).json();
    let reason = json!({"reason": "Until it is clear"});
    let credential = minted["id"].as_str().unwrap();
    office.app.change(credential, "suspend", &reason).await.expect(200);
    let review = async || office.change(&recorded["id"], "review", &json!({})).await;
    let flagged = review().await.expect(200).json();
    assert_eq!(flagged["flag"], "credential 1 no longer holds");
    let again = review().await.expect(200).json();
    assert_eq!(again, flagged, "nothing happened to it");
    office.app.change(credential, "reinstate", &reason).await.expect(200);
    let cleared = review().await.expect(200).json();
    assert_eq!(cleared.get("flag"), None, "{cleared}");
    let actions = |claim: &Value| -> Vec<String> {
        let events = claim["events"].as_array().unwrap().iter();
        events.map(|it| it["action"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(actions(&flagged), ["record", "flag", "flag"]);
    assert_eq!(actions(&cleared).last().unwrap(), "clear");
}

async fn an_approval_is_kept_with_who_gave_it_and_told_in_the_receipt(database: Database) {
    let office = Office::new(database).await;
    let approvals = json!([
        {"id": "superintendent", "text": "It serves the district.", "of": "claim"},
        {"id": "principal", "text": "It was put to use.", "of": "credential"},
    ]);
    office.publish(&with(policy("approved"), json!({"approvals": approvals}))).await.expect(201);
    let minted = office.minted().await;
    let by = json!({"decision": "yes", "by": "M. Okafor", "reason": "Jordan led two circles"});
    let mut asked = with(
        claim(&[&minted["credential"]]),
        json!({"policy": "approved", "approvals": {"superintendent": by}}),
    );
    asked["credentials"][0]["approvals"] = json!({"principal": true});
    let unnamed = with(
        asked.clone(),
        json!({"approvals": {"superintendent": {"decision": "yes", "by": ""}}}),
    );
    let refused = office.claim(&unnamed).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/approvals/superintendent/by");
    let denied = json!({"approvals": {"superintendent": {"decision": "no", "by": "M. Okafor"}}});
    let refused = office.claim(&with(asked.clone(), denied)).await.expect_problem(422, "invalid");
    assert!(refused["detail"].as_str().unwrap().contains("did not approve"), "{refused}");

    let recorded = office.claim(&asked).await.expect(201).json();
    let note = &recorded["decision"]["notes"][0];
    let expected = json!({
        "code": "approval-decided", "text": "It serves the district.", "approved": true,
        "by": "M. Okafor", "reason": "Jordan led two circles", "at": "/approvals/0",
        "detail": "M. Okafor approved: It serves the district. The reason given: Jordan led two circles",
    });
    assert_eq!(*note, expected, "a bare yes names nobody, and is not noted");
    let json = recorded["receipt"]["json"].as_str().unwrap();
    let path = json.strip_prefix("https://touchmark.example").unwrap();
    let receipt = office.app.get(path).await.expect(200).json();
    let told = receipt["credentialSubject"]["narrative"].as_str().unwrap();
    assert!(told.ends_with("M. Okafor approved: It serves the district."), "{told}");

    let redacted = office.change(&recorded["id"], "redact", &json!({})).await.expect(200).json();
    assert_eq!(redacted["decision"]["notes"][0]["by"], "M. Okafor");
    assert!(!redacted.to_string().contains("Jordan"), "{redacted}");
}
