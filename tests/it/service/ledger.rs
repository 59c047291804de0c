//! The ledger of a recognizer: one past for each claimant, what changes meanwhile, and what is
//! redacted.

use axum::http::Method;
use serde_json::{Value, json};
use touchmark::http::examine::examine;
use touchmark::recognize::claim::{Claim, Filer};
use touchmark::recognize::request::ClaimRequest;
use touchmark::recognize::{Recognition, RecognizeError};
use touchmark::store::PartyKind;

use super::recognition::{NEA, Office, claim, policy};
use crate::support::app::{Database, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    a_second_name_gives_no_second_limit
    what_is_revoked_between_its_verification_and_the_books_is_not_recorded
    a_redacted_claims_receipt_is_gone_from_the_service_and_verifies_where_it_was_kept
    what_was_composed_elsewhere_flags_its_claims_and_is_used_up_under_its_correction
    a_correction_of_another_policy_and_claimant_is_refused_for_what_it_is
    a_license_cannot_be_shifted_to_count_again
    a_redacted_claim_keeps_a_license_only_where_later_claims_go_by_it
    a_deadline_ends_in_the_offices_time_zone_and_papers_may_have_come_in_before
}

impl Office {
    /// Credentials of so many achievements, of one earner.
    async fn earned(&self, count: usize) -> Vec<Value> {
        let mut all = Vec::new();
        for n in 0..count {
            let slug = format!("skill-{n}");
            let achievement = with(samples::achievement(), json!({"slug": slug, "name": slug}));
            self.app.publish(&achievement).await;
            let review = with(samples::review(), json!({"achievement": slug}));
            all.push(self.app.mint(&review).await.expect(201).json()["credential"].clone());
        }
        all
    }
}

/// Every order in which somebody with two names may use one, the other or both for three claims:
/// what is recorded under names that belong together stays within the limit.
async fn a_second_name_gives_no_second_limit(database: Database) {
    let office = Office::new(database).await;
    let credentials = office.earned(3).await;
    for order in 0..27 {
        let (id, most) = (format!("limited-{order}"), 1 + order % 2);
        let limits = json!([{"credentials": most, "per": "calendarYear"}]);
        office.publish(&with(policy(&id), json!({"limits": limits}))).await.expect(201);
        // The names that claims which stand have joined, and what counts under each.
        let (mut joined, mut counted) = (false, [0, 0]);
        let uses = [order % 3, order / 3 % 3, order / 9];
        for (names, credential) in uses.into_iter().zip(&credentials) {
            let (number, email) = (format!("L {order}"), format!("e{order}@school.example"));
            let claimant = match names {
                0 => json!({"licenseNumber": number}),
                1 => json!({"email": email}),
                _ => json!({"licenseNumber": number, "email": email}),
            };
            let asked = with(claim(&[credential]), json!({"policy": id, "claimant": claimant}));
            let past = match names {
                0 | 1 if !joined => counted[names],
                _ => counted[0] + counted[1],
            };
            let answer = office.claim(&asked).await;
            let expected = if past < most { 201 } else { 422 };
            assert_eq!(answer.status, expected, "{uses:?}: {}", answer.text());
            if answer.status == 201 {
                joined |= names == 2;
                counted[names % 2] += 1;
            }
        }
    }
}

async fn what_is_revoked_between_its_verification_and_the_books_is_not_recorded(
    database: Database,
) {
    let office = Office::new(database).await;
    let minted = office.minted().await;
    let asked = claim(&[&minted["credential"]]);
    let request: ClaimRequest = serde_json::from_str(&asked.to_string()).unwrap();
    let app = &office.app.app;
    let party = app.issuance.parties.party(PartyKind::Recognizer, "tennessee").await;
    let recognizer = party.unwrap().unwrap();
    let (filed, examined) = examine(app, &recognizer, &request).await.unwrap();
    let reason = json!({"reason": "Awarded by mistake"});
    office.app.change(minted["id"].as_str().unwrap(), "revoke", &reason).await.expect(200);

    let claim = Claim {
        recognizer: &recognizer,
        request: &request,
        filed: &filed,
        examined: &examined,
        corrects: None,
    };
    let by = Filer { actor: "key".into(), client: "office".into(), idempotency_key: None };
    let refused = Recognition { issuance: &app.issuance }.file(&claim, &by).await;
    let Err(RecognizeError::StatusChanged(faults)) = refused else { panic!("{refused:?}") };
    assert_eq!((faults[0].code, faults[0].pointer.as_str()), ("status-changed", "/credentials/0"));
    assert!(faults[0].detail.contains("was revoked by its issuer"), "{}", faults[0].detail);
    let list = office.app.read("/v1/recognizers/tennessee/claims", &office.key).await;
    assert_eq!(list.expect(200).json(), json!([]), "nothing of it stays");
    // Filed again it is decided anew.
    office.claim(&asked).await.expect_problem(422, "invalid");
}

async fn a_redacted_claims_receipt_is_gone_from_the_service_and_verifies_where_it_was_kept(
    database: Database,
) {
    let office = Office::new(database.clone()).await;
    let minted = office.minted().await;
    let did = "did:example:jordan-4471";
    let claimant = json!({"id": did, "email": "jordan.rivera@school.example"});
    let asked = with(claim(&[&minted["credential"]]), json!({"claimant": claimant}));
    // An office may call a request by whom it is of.
    let file = async |asked: &Value| {
        let request = office.app.request(Method::POST, "/v1/recognizers/tennessee/claims");
        let request =
            request.key(&office.key).header("idempotency-key", "jordan.rivera@school.example");
        request.json(asked).send().await
    };
    let recorded = file(&asked).await.expect(201).json();
    let first = asked.clone();
    let json = recorded["receipt"]["json"].as_str().unwrap();
    let path = json.strip_prefix("https://touchmark.example").unwrap();
    let kept = office.app.get(path).await.expect(200).text();
    assert!(kept.contains(did));

    let other = office.earned(1).await;
    let asked = with(claim(&[&other[0]]), json!({"claimant": {"email": "someone@else.example"}}));
    let others = office.claim(&asked).await.expect(201).json();
    office.change(&recorded["id"], "redact", &json!({})).await.expect(200);
    for form in ["json", "jwt"] {
        let link = recorded["receipt"][form].as_str().unwrap();
        let path = link.strip_prefix("https://touchmark.example").unwrap();
        office.app.get(path).await.expect_problem(410, "withdrawn-by-holder");
    }
    let report = office.app.verify(kept).await;
    assert_eq!(
        (&report["verified"], &report["status"]),
        (&json!(true), &json!("good")),
        "{report}"
    );
    assert_eq!(office.receipt(&others).await["verified"], true, "others keep theirs");
    assert_eq!(office.read(&others["id"]).await["claimant"]["email"], "someone@else.example");
    let emptied = office.app.app.issuance.store.empty_log().await;
    assert!(emptied.unwrap(), "nobody reads");
    if let Some(bytes) = database.bytes() {
        for told in [did, "jordan.rivera@school.example"] {
            let found = bytes.windows(told.len()).position(|it| it == told.as_bytes());
            let around =
                found.map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(200)..at + 200]));
            assert_eq!(around, None, "{told} is still in the database's file");
        }
    }
    // What was used up stays so, and what is redacted is not corrected.
    let correction = json!({"reason": "Wrong", "claim": asked});
    let refused = office.change(&recorded["id"], "correct", &correction).await;
    refused.expect_problem(409, "claim-is-redacted");
    file(&first).await.expect_problem(409, "already-counted");
}

#[tokio::test]
async fn redacting_a_claim_redacts_those_that_it_corrected() {
    let office = Office::new(Database::sqlite()).await;
    let asked = claim(&[&office.minted().await["credential"]]);
    let first = office.claim(&asked).await.expect(201).json();
    let correction = json!({"reason": "Jordan was misspelt", "claim": asked});
    let corrected = office.change(&first["id"], "correct", &correction).await.expect(201).json();
    office.change(&corrected["id"], "redact", &json!({})).await.expect(200);
    let first = office.read(&first["id"]).await;
    assert!(first["redactedAt"].is_string() && !first.to_string().contains("Jordan"), "{first}");
}

async fn what_was_composed_elsewhere_flags_its_claims_and_is_used_up_under_its_correction(
    database: Database,
) {
    let office = Office::new(database).await;
    let composed = |id: &str| {
        json!({
            "@context": ["https://www.w3.org/ns/credentials/v2",
                         "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
            "type": ["VerifiableCredential", "OpenBadgeCredential"], "id": id,
            "name": "Circles", "issuer": {"id": NEA, "type": ["Profile"], "name": "NEA"},
            "validFrom": "2026-05-01T00:00:00Z",
            "credentialSubject": {"type": ["AchievementSubject"], "id": "urn:uuid:earner",
                "achievement": {"id": "https://nea.example/circles", "type": ["Achievement"],
                    "name": "Circles", "description": "Leads circles.",
                    "criteria": {"narrative": "Three circles."}}},
        })
    };
    let issue = async |id: &str| {
        let body = json!({"credential": composed(id), "options": {}});
        let answer = office.app.post("/nea/credentials/issue", &office.app.nea, &body).await;
        answer.expect(201).json()["verifiableCredential"].clone()
    };
    let first = issue("urn:uuid:badge-1").await;
    let recorded = office.claim(&claim(&[&first])).await.expect(201).json();
    let entry = json!({"type": "BitstringStatusListEntry", "statusPurpose": "revocation"});
    let body =
        json!({"credentialId": "urn:uuid:badge-1", "credentialStatus": entry, "status": true});
    office.app.post("/nea/credentials/status", &office.app.nea, &body).await.expect(200);
    let flagged = office.read(&recorded["id"]).await;
    assert_eq!(flagged["flag"], "a credential that was counted is revoked", "{flagged}");

    let second = issue("urn:uuid:badge-2").await;
    let renamed = json!({"claimant": {"email": "second@school.example"}});
    let asked = with(claim(&[&second]), renamed);
    office.claim(&asked).await.expect(201);
    let third = issue("urn:uuid:badge-3").await;
    let store = &office.app.app.issuance.store;
    let id = async |id: &str| {
        store.credential_by_external_id("nea", id).await.unwrap().expect("it is kept").id
    };
    let change = touchmark::store::Change::Supersede { successor: id("urn:uuid:badge-3").await };
    let at = office.app.app.issuance.ambient.now();
    let older = id("urn:uuid:badge-2").await;
    let changed = store.change_status(("nea", &older), &change, "Corrected", "test", at).await;
    changed.unwrap().unwrap();
    let asked = with(claim(&[&third]), json!({"claimant": {"email": "third@school.example"}}));
    office.claim(&asked).await.expect_problem(409, "already-counted");
}

async fn a_correction_of_another_policy_and_claimant_is_refused_for_what_it_is(database: Database) {
    let office = Office::new(database).await;
    office.publish(&policy("second")).await.expect(201);
    let minted = office.minted().await;
    let asked = claim(&[&minted["credential"]]);
    let recorded = office.claim(&asked).await.expect(201).json();
    let other = json!({"policy": "second", "claimant": {"email": "other@school.example"}});
    let correction =
        |change: Value| json!({"reason": "Wrong", "claim": with(asked.clone(), change)});
    let refused = office.change(&recorded["id"], "correct", &correction(other)).await;
    let refused = refused.expect_problem(409, "not-a-correction");
    assert!(refused["detail"].as_str().unwrap().contains("withdraw"), "{refused}");
    assert_eq!(office.read(&recorded["id"]).await["state"], "recorded");
    let policy = correction(json!({"policy": "second"}));
    office.change(&recorded["id"], "correct", &policy).await.expect(201);
}

async fn a_license_cannot_be_shifted_to_count_again(database: Database) {
    let office = Office::new(database).await;
    office.publish(&with(policy("renewal"), json!({"again": "license"}))).await.expect(201);
    let first = office.minted().await;
    let again = with(samples::review(), json!({"narrative": "Earned once more."}));
    let again = office.app.mint(&again).await.expect(201).json();
    let asked = |minted: &Value, from: &str, until: &str| {
        let claimant = json!({"licenseNumber": "44", "license": {"from": from, "until": until}});
        let change = json!({"policy": "renewal", "claimant": claimant});
        with(claim(&[&minted["credential"]]), change)
    };
    let path = "/v1/recognizers/tennessee/claims";
    let recorded = office.claim(&asked(&first, "2024-07-01", "2029-06-30")).await.expect(201);
    let same = office.claim(&asked(&again, "2024-07-01", "2029-06-30")).await;
    same.expect_problem(409, "already-counted");
    for (from, until, code) in [
        ("2024-07-02", "2029-06-30", "other-license"),
        ("2020-01-01", "2024-07-01", "other-license"),
        ("2029-07-01", "2034-06-30", "license-not-begun"),
    ] {
        let refused = office.claim(&asked(&again, from, until)).await;
        let refused = refused.expect_problem(422, "invalid");
        assert_eq!(refused["errors"][0]["code"], code, "{refused}");
        assert_eq!(refused["errors"][0]["pointer"], "/claimant/license");
    }
    let preview = office.app.request(Method::POST, &format!("{path}?dry_run=true"));
    let shifted = asked(&again, "2024-07-02", "2029-06-30");
    preview.key(&office.key).json(&shifted).send().await.expect_problem(422, "invalid");
    // That of a license that was mistaken is corrected, not added to.
    let reason = "The license was another";
    let correction = json!({"reason": reason, "claim": asked(&first, "2024-07-02", "2029-06-30")});
    office.change(&recorded.json()["id"], "correct", &correction).await.expect(201);
}

async fn a_redacted_claim_keeps_a_license_only_where_later_claims_go_by_it(database: Database) {
    let office = Office::new(database).await;
    office.publish(&with(policy("renewal"), json!({"again": "license"}))).await.expect(201);
    let minted = office.minted().await;
    let license = |from: &str| json!({"from": from, "until": "2029-06-30"});
    let asked = |from: &str| {
        let claimant = json!({"licenseNumber": "44", "license": license(from)});
        let change = json!({"policy": "renewal", "claimant": claimant});
        with(claim(&[&minted["credential"]]), change)
    };
    let first = office.claim(&asked("2024-07-01")).await.expect(201).json();
    let correction = json!({"reason": "It was another", "claim": asked("2024-07-02")});
    let second = office.change(&first["id"], "correct", &correction).await.expect(201).json();
    office.change(&second["id"], "redact", &json!({})).await.expect(200);
    for (claim, kept) in [(&first, None), (&second, Some("2024-07-02/2029-06-30"))] {
        let read = office.read(&claim["id"]).await;
        assert!(!read.to_string().contains("2024-07"), "{read}");
        let store = &office.app.app.issuance.store;
        let row = store.claim("tennessee", claim["id"].as_str().unwrap()).await.unwrap().unwrap();
        assert_eq!(row.license.as_deref(), kept);
    }
    let other = office.earned(1).await;
    let shifted = with(asked("2024-07-03"), json!({"credentials": [other[0]]}));
    let refused = office.claim(&shifted).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "other-license", "{refused}");
}

async fn a_deadline_ends_in_the_offices_time_zone_and_papers_may_have_come_in_before(
    database: Database,
) {
    let office = Office::new(database).await;
    let deadline = json!({"day": "05-31", "after": {"refusedUntil": "07-01"}});
    for (id, zone) in [("there", json!("Pacific/Pago_Pago")), ("utc", Value::Null)] {
        let policy = with(policy(id), json!({"deadline": deadline, "timeZone": zone}));
        office.publish(&policy).await.expect(201);
    }
    let credentials = office.earned(2).await;
    let asked = |policy: &str, n: usize| with(claim(&[&credentials[n]]), json!({"policy": policy}));
    // June 1, 10:00 UTC: an hour before midnight there.
    let late = office.claim(&asked("utc", 0)).await.expect_problem(422, "invalid");
    assert!(late["detail"].as_str().unwrap().contains("The deadline has passed"), "{late}");
    let recorded = office.claim(&asked("there", 0)).await.expect(201).json();
    assert_eq!(recorded["filedOn"], "2026-05-31");
    assert_eq!(recorded["events"][0]["detail"].get("filedOn"), None, "nobody stated it");
    // The receipt is signed on June 1 in UTC, and goes by the day that it still is there.
    let json = recorded["receipt"]["json"].as_str().unwrap();
    let path = json.strip_prefix("https://touchmark.example").unwrap();
    let receipt = office.app.get(path).await.expect(200).json();
    assert_eq!(receipt["awardedDate"], "2026-06-01T10:00:00Z");
    let told = receipt["credentialSubject"]["narrative"].as_str().unwrap();
    assert!(told.contains("It goes by the day 2026-05-31 (Pacific/Pago_Pago)."), "{told}");
    assert!(told.contains("This claim is for the deadline of 2026-05-31."), "{told}");
    let page = office.app.get_as(path.trim_end_matches(".json"), "text/html").await.expect(200);
    let page = page.text();
    assert!(
        page.contains("datetime=\"2026-05-31\"") && page.contains("Pacific/Pago_Pago"),
        "{page}"
    );
    assert!(!page.contains("datetime=\"2026-06-01\""), "{page}");

    office.app.clock.advance(jiff::SignedDuration::from_mins(60));
    office.claim(&asked("there", 1)).await.expect_problem(422, "invalid");
    let on = |day: &str| with(asked("there", 1), json!({"filedOn": day}));
    let future = office.claim(&on("2026-06-02")).await.expect_problem(422, "invalid");
    assert_eq!(future["errors"][0]["pointer"], "/filedOn");
    let recorded = office.claim(&on("2026-05-30")).await.expect(201).json();
    let event = &recorded["events"][0];
    assert_eq!(
        (&recorded["filedOn"], &event["detail"]["filedOn"]),
        (&json!("2026-05-30"), &json!("2026-05-30"))
    );
    assert!(event["by"].is_string() && event["at"] == "2026-06-01T11:00:00.5Z", "{event}");
}
