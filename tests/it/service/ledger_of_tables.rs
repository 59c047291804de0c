//! What tables award over the claims of somebody that come and go, and what the versions of a policy
//! and the policies of one group have to agree on.

use serde_json::{Value, json};

use super::ledger_over_time::earned;
use super::recognition::{Office, claim, policy};
use crate::support::app::{Database, on_both_databases};
use crate::support::samples::with;

on_both_databases! {
    what_a_withdrawn_claim_had_counted_is_awarded_once_and_flags_what_counted_on_it
    a_claim_that_is_corrected_to_be_anothers_flags_what_counted_on_it
    a_name_that_a_correction_takes_away_flags_who_counted_by_it
    a_redacted_claim_is_led_to_by_nothing_that_goes
    a_spelling_that_is_corrected_pays_no_row_twice
    a_version_of_another_unit_or_period_is_refused
    policies_of_one_group_have_one_period
}

/// Two micro-credentials are US$200, three US$500.
async fn paying(database: Database) -> Office {
    let office = Office::new(database).await;
    let rows = json!([{"from": "2", "amount": "200", "name": "Two"},
                      {"from": "3", "amount": "500", "name": "Three"}]);
    let award = json!({"table": {"by": "credentials", "rows": rows}});
    let pay = with(policy("pay"), json!({"unit": "USD", "award": award}));
    office.publish(&pay).await.expect(201);
    office
}

fn for_pay(credentials: &[&Value]) -> Value {
    with(claim(credentials), json!({"policy": "pay"}))
}

async fn what_a_withdrawn_claim_had_counted_is_awarded_once_and_flags_what_counted_on_it(
    database: Database,
) {
    let office = paying(database).await;
    let [one, two, three] = earned::<3>(&office).await;
    let first = office.claim(&for_pay(&[&one, &two])).await.expect(201).json();
    let second = office.claim(&for_pay(&[&three])).await.expect(201).json();
    let totals = [&first["decision"]["total"], &second["decision"]["total"]];
    assert_eq!(totals, ["200", "300"]);
    let reason = json!({"reason": "Filed by mistake"});
    let withdrawn = office.change(&first["id"], "withdraw", &reason).await.expect(200).json();
    assert_eq!((&withdrawn["state"], &withdrawn["flag"]), (&json!("withdrawn"), &Value::Null));

    let flagged = office.read(&second["id"]).await;
    let flag = "an earlier claim is gone that this one counted on: US$300 stand, and what stands \
                reaches US$0";
    assert_eq!((&flagged["state"], &flagged["flag"]), (&json!("recorded"), &json!(flag)));
    let event = &flagged["events"][1];
    assert_eq!((&event["action"], &event["detail"]), (&json!("flag"), &json!({"flag": flag})));
    // To look at the credentials again does not clear that.
    let looked = office.change(&second["id"], "review", &json!({})).await.expect(200).json();
    assert_eq!(looked["flag"], flag);

    // Filed again, it brings what is missing, and all of it stands for the three.
    let again = office.claim(&for_pay(&[&one, &two])).await.expect(201).json();
    assert_eq!(again["decision"]["total"], "200");
    let looked = office.change(&second["id"], "review", &json!({})).await.expect(200).json();
    assert_eq!(looked["flag"], Value::Null, "{looked}");
}

async fn a_claim_that_is_corrected_to_be_anothers_flags_what_counted_on_it(database: Database) {
    let office = paying(database).await;
    let [one, two, three] = earned::<3>(&office).await;
    let first = office.claim(&for_pay(&[&one, &two])).await.expect(201).json();
    let second = office.claim(&for_pay(&[&three])).await.expect(201).json();
    let theirs = json!({"claimant": {"licenseNumber": "88", "name": "Sam Ode"}});
    let theirs = with(for_pay(&[&one, &two]), theirs);
    let correction = json!({"reason": "It was Sam's", "claim": theirs});
    let theirs = office.change(&first["id"], "correct", &correction).await.expect(201).json();
    assert_eq!((&theirs["decision"]["total"], &theirs["flag"]), (&json!("200"), &Value::Null));
    let flag = office.read(&second["id"]).await["flag"].to_string();
    assert!(flag.contains("US$300 stand"), "{flag}");
}

async fn a_name_that_a_correction_takes_away_flags_who_counted_by_it(database: Database) {
    let office = paying(database).await;
    let [one, two, three] = earned::<3>(&office).await;
    let by = |claimant: Value, credentials: &[&Value]| {
        with(for_pay(credentials), json!({"claimant": claimant}))
    };
    let wrong = json!({"licenseNumber": "11", "email": "sam@school.example"});
    let first = office.claim(&by(wrong, &[&one, &two])).await.expect(201).json();
    let sams = by(json!({"email": "sam@school.example"}), &[&three]);
    let second = office.claim(&sams).await.expect(201).json();
    assert_eq!(second["decision"]["total"], "300");
    let right = json!({"licenseNumber": "11", "email": "jordan@school.example"});
    let correction = json!({"reason": "Not Sam's address", "claim": by(right, &[&one, &two])});
    let mended = office.change(&first["id"], "correct", &correction).await.expect(201).json();
    assert_eq!((&mended["decision"]["total"], &mended["flag"]), (&json!("200"), &Value::Null));
    let flag = office.read(&second["id"]).await["flag"].to_string();
    assert!(flag.contains("US$300 stand"), "{flag}");
}

async fn a_redacted_claim_is_led_to_by_nothing_that_goes(database: Database) {
    let office = paying(database).await;
    let [one, two, three] = earned::<3>(&office).await;
    let first = office.claim(&for_pay(&[&one, &two])).await.expect(201).json();
    let second = office.claim(&for_pay(&[&three])).await.expect(201).json();
    let asked = json!({"reason": "Asked for by the claimant"});
    office.change(&second["id"], "redact", &asked).await.expect(200);
    let before = office.read(&second["id"]).await;
    office.change(&first["id"], "withdraw", &json!({"reason": "By mistake"})).await.expect(200);
    assert_eq!(office.read(&second["id"]).await, before);
}

async fn a_spelling_that_is_corrected_pays_no_row_twice(database: Database) {
    let office = paying(database).await;
    let [one, two, three] = earned::<3>(&office).await;
    let first = office.claim(&for_pay(&[&one, &two])).await.expect(201).json();
    let second = office.claim(&for_pay(&[&three])).await.expect(201).json();
    let spelt = json!({"claimant": {"licenseNumber": "TN-44 71", "name": "Jordan A. Rivera"}});
    let spelt = with(for_pay(&[&one, &two]), spelt);
    let correction = json!({"reason": "The name was misspelt", "claim": spelt});
    let mended = office.change(&first["id"], "correct", &correction).await.expect(201).json();
    assert_eq!(mended["decision"]["total"], "200", "US$500 stand for the three, not US$800");
    assert_eq!(office.read(&second["id"]).await["flag"], Value::Null);
}

async fn a_version_of_another_unit_or_period_is_refused(database: Database) {
    let office = Office::new(database).await;
    let two = with(policy("relicensure"), json!({"version": "2"}));
    let cases = [
        (json!({"unit": "USD"}), "other-unit", "/unit", "PDP"),
        (json!({"again": "license"}), "other-period", "/again", "once and for all"),
        (json!({"again": {"schoolYear": "07-01"}}), "other-period", "/again", "once and for all"),
    ];
    for (change, code, pointer, kept) in cases {
        let refused = office.publish(&with(two.clone(), change)).await;
        let error = refused.expect_problem(422, "invalid")["errors"][0].clone();
        assert_eq!((&error["code"], &error["pointer"]), (&json!(code), &json!(pointer)));
        assert!(error["detail"].as_str().unwrap().contains(kept), "{error}");
    }
    office.publish(&with(two.clone(), json!({"again": "ever"}))).await.expect(201);
    // What stands for the same is the same.
    office.publish(&with(two, json!({"version": "3"}))).await.expect(201);
    // A version that was published is told to be that.
    let other = with(policy("relicensure"), json!({"unit": "CEU"}));
    office.publish(&other).await.expect_problem(409, "version-published");
}

async fn policies_of_one_group_have_one_period(database: Database) {
    let office = Office::new(database).await;
    let of = |id: &str, again: Value| {
        let group = json!({"group": "pay-or-role", "says": "One or the other."});
        with(policy(id), json!({"exclusive": group, "again": again}))
    };
    office.publish(&of("pay", json!("calendarYear"))).await.expect(201);
    let refused = office.publish(&of("role", json!("ever"))).await.expect_problem(422, "invalid");
    let error = &refused["errors"][0];
    assert_eq!((&error["code"], &error["pointer"]), (&json!("other-period"), &json!("/again")));
    assert!(error["detail"].as_str().unwrap().contains("\"pay\""), "{error}");
    office.publish(&of("role", json!("calendarYear"))).await.expect(201);
    // A policy alone is in nobody's group but its own.
    office.publish(&with(policy("alone"), json!({"again": "license"}))).await.expect(201);
    let own = json!({"exclusive": {"group": "alone", "says": "Once."}, "again": "calendarYear"});
    let refused = office.publish(&with(policy("another"), own)).await;
    refused.expect_problem(422, "invalid");
}
