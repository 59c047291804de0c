//! A recognizer's ledger over the years: new versions of policies, late papers, corrections, and
//! names that meet.

use serde_json::{Value, json};
use touchmark::issue::access::note;
use touchmark::store::{NewPolicy, PartyKind, Published, Redaction};

use super::recognition::{Office, claim, policy};
use crate::support::app::{Database, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    a_version_of_another_exclusive_group_is_refused
    what_was_counted_in_the_group_of_an_older_version_excludes_still
    however_late_it_is_filed_a_license_keeps_its_limit_in_the_books
    a_correction_goes_by_the_day_the_version_and_the_license_of_what_it_corrects
    a_redaction_that_stopped_half_way_goes_on_and_takes_what_corrected_it_along
    what_a_credential_calls_itself_goes_with_a_redaction
    an_achievement_that_another_name_used_up_is_told_in_words_of_its_own
    two_license_numbers_are_never_joined
    a_preview_tells_at_once_of_all_that_is_used_up_and_would_take_its_place
}

/// Credentials of so many achievements.
pub(super) async fn earned<const N: usize>(office: &Office) -> [Value; N] {
    let mut all = Vec::new();
    for n in 0..N {
        let slug = format!("skill-{n}");
        let achievement = with(samples::achievement(), json!({"slug": slug, "name": slug}));
        office.app.publish(&achievement).await;
        let review = with(samples::review(), json!({"achievement": slug}));
        let minted = office.app.mint(&review).await.expect(201).json();
        all.push(minted["credential"].clone());
    }
    all.try_into().expect("as many as were earned")
}

async fn a_version_of_another_exclusive_group_is_refused(database: Database) {
    let office = Office::new(database).await;
    let of = |version: &str, group: Option<&str>| {
        let exclusive = group.map(|group| json!({"group": group, "says": "One or the other."}));
        with(policy("pay"), json!({"version": version, "exclusive": exclusive}))
    };
    let minted = office.minted().await;
    let asked = with(claim(&[&minted["credential"]]), json!({"policy": "pay"}));
    office.publish(&of("1", Some("pay-or-role"))).await.expect(201);
    office.claim(&asked).await.expect(201);
    for group in [Some("another"), Some("pay"), None] {
        let refused = office.publish(&of("2", group)).await.expect_problem(422, "invalid");
        let error = &refused["errors"][0];
        assert_eq!(
            (&error["code"], &error["pointer"]),
            (&json!("other-group"), &json!("/exclusive/group"))
        );
        assert!(error["detail"].as_str().unwrap().contains("pay-or-role"), "{refused}");
        office.claim(&asked).await.expect_problem(409, "already-counted");
    }
    office.publish(&of("2", Some("pay-or-role"))).await.expect(201);
    office.publish(&of("1", Some("pay-or-role"))).await.expect(200);
    office.publish(&of("1", None)).await.expect_problem(409, "version-published");
    office.claim(&asked).await.expect_problem(409, "already-counted");

    // Alone, a policy has a group by its own id.
    office
        .publish(&with(policy("relicensure"), json!({"version": "2", "name": "New"})))
        .await
        .expect(201);
    let grouped = json!({"version": "3", "exclusive": {"group": "relicensure", "says": "Once."}});
    office.publish(&with(policy("relicensure"), grouped)).await.expect(201);
}

/// Versions of different groups could be published once, and are in the books of whoever did.
async fn what_was_counted_in_the_group_of_an_older_version_excludes_still(database: Database) {
    let office = Office::new(database.clone()).await;
    let [first, second, third] = earned::<3>(&office).await;
    let pay = |credential: &Value, version: &str| {
        with(claim(&[credential]), json!({"policy": "pay", "policyVersion": version}))
    };
    let grouped = json!({"exclusive": {"group": "pay-or-role", "says": "One or the other."}});
    office.publish(&with(policy("pay"), grouped.clone())).await.expect(201);
    office.publish(&with(policy("role"), grouped)).await.expect(201);
    office.claim(&pay(&first, "1")).await.expect(201);
    let withdrawn = office.claim(&pay(&second, "1")).await.expect(201).json();

    let store = &office.app.app.issuance.store;
    let two = with(policy("pay"), json!({"version": "2"})).to_string();
    let two = touchmark::recognition::Policy::read(two.as_bytes()).unwrap();
    let (body, owner) = (two.canonical(), PartyKind::Recognizer.owner("tennessee"));
    let note =
        note(&office.app.app.issuance.ambient, ("test", "policy.publish"), Some(&owner), "pay");
    let new = NewPolicy {
        recognizer: "tennessee",
        id: "pay",
        version: "2",
        digest: &two.reference().digest_multibase,
        body: &body,
        after: 1,
    };
    assert!(matches!(store.publish_policy(new, &note).await.unwrap(), Published::New(_)));
    // As a start of this version finds them.
    database.execute("DELETE FROM _sqlx_migrations WHERE version = 13").await;
    store.migrate().await.unwrap();

    for version in ["1", "2"] {
        office.claim(&pay(&first, version)).await.expect_problem(409, "already-counted");
    }
    let role = |credential| with(claim(&[credential]), json!({"policy": "role"}));
    office.claim(&role(&first)).await.expect_problem(409, "already-counted");
    // What is withdrawn is free in both.
    let reason = json!({"reason": "By mistake"});
    office.change(&withdrawn["id"], "withdraw", &reason).await.expect(200);
    let by_two = office.claim(&pay(&second, "2")).await.expect(201).json();
    office.change(&by_two["id"], "withdraw", &reason).await.expect(200);
    // By an old version that is asked for by name, it is used up for the new one too.
    office.claim(&pay(&third, "1")).await.expect(201);
    let preview = "/v1/recognizers/tennessee/claims?dry_run=true";
    let told = office.app.post(preview, &office.key, &pay(&third, "2")).await.expect(200).json();
    let why = &told["decision"]["credentials"][0]["reasons"][0]["code"];
    assert_eq!(why, "already-counted", "{told}");
    office.claim(&pay(&third, "2")).await.expect_problem(409, "already-counted");
    office.claim(&role(&third)).await.expect_problem(409, "already-counted");
}

async fn however_late_it_is_filed_a_license_keeps_its_limit_in_the_books(database: Database) {
    let office = Office::new(database).await;
    let limits = json!([{"credentials": 2, "per": "license"}]);
    office.publish(&with(policy("renewal"), json!({"limits": limits}))).await.expect(201);
    let credentials = earned::<4>(&office).await;
    let claimant = json!({"licenseNumber": "44",
                          "license": {"from": "2021-05-16", "until": "2026-05-15"}});
    for (n, credential) in credentials.iter().enumerate() {
        let change = json!({"policy": "renewal", "claimant": claimant});
        let answer = office.claim(&with(claim(&[credential]), change)).await;
        assert_eq!(answer.status, if n < 2 { 201 } else { 422 }, "{}", answer.text());
    }
}

async fn a_correction_goes_by_the_day_the_version_and_the_license_of_what_it_corrects(
    database: Database,
) {
    let office = Office::new(database).await;
    let deadline = json!({"day": "05-15", "after": {"refusedUntil": "07-01"}});
    let limits = json!([{"amount": "60", "per": "license"}]);
    let dated = json!({"deadline": deadline, "limits": limits});
    office.publish(&with(policy("dated"), dated.clone())).await.expect(201);
    let minted = office.minted().await;
    let license = json!({"from": "2024-07-01", "until": "2029-06-30"});
    let claimant = json!({"licenseNumber": "44", "license": license});
    let asked = json!({"policy": "dated", "claimant": claimant, "filedOn": "2026-05-12"});
    let first = office.claim(&with(claim(&[&minted["credential"]]), asked)).await;
    let first = first.expect(201).json();
    let three = json!({"version": "2", "award": {"perCredential": {"amount": "3"}}});
    office.publish(&with(with(policy("dated"), dated), three)).await.expect(201);

    let restated = json!({"policy": "dated", "purpose": "Renewal",
                          "claimant": {"licenseNumber": "44", "name": "Jordan Rivera"}});
    let restated = with(claim(&[&minted["credential"]]), restated);
    let correction = json!({"reason": "The purpose was missing", "claim": restated});
    let second = office.change(&first["id"], "correct", &correction).await.expect(201).json();
    assert_eq!(second["filedOn"], "2026-05-12", "it came in before the deadline: {second}");
    assert_eq!(second["events"][0]["detail"]["filedOn"], "2026-05-12");
    assert_eq!(second["decision"]["policy"]["version"], "1");
    assert_eq!(second["decision"]["total"], "6");
    assert_eq!(second["claimant"]["license"], license);

    // What the clerk states goes before; of another claimant no license is taken over.
    let stated = json!({"policyVersion": "2", "filedOn": "2026-05-11"});
    let correction =
        json!({"reason": "By the new version", "claim": with(restated.clone(), stated)});
    let third = office.change(&second["id"], "correct", &correction).await.expect(201).json();
    let version = &third["decision"]["policy"]["version"];
    assert_eq!((&third["filedOn"], version), (&json!("2026-05-11"), &json!("2")));
    let other = json!({"claimant": {"licenseNumber": "45"}});
    let correction = json!({"reason": "It was another's", "claim": with(restated, other)});
    let fourth = office.change(&third["id"], "correct", &correction).await.expect(201).json();
    assert_eq!(fourth["claimant"].get("license"), None, "{fourth}");
}

async fn a_redaction_that_stopped_half_way_goes_on_and_takes_what_corrected_it_along(
    database: Database,
) {
    let office = Office::new(database).await;
    let [first, second, other] = earned::<3>(&office).await;
    // As if it had stopped after the newest.
    let chain = office.corrected_twice(&claim(&[&first])).await;
    let issuance = &office.app.app.issuance;
    let newest = chain[2].as_str().expect("an id");
    let row = issuance.store.claim("tennessee", newest).await.unwrap().expect("it is there");
    let owner = PartyKind::Recognizer.owner("tennessee");
    let note = note(&issuance.ambient, ("test", "forget"), Some(&owner), &row.receipt);
    let redaction = Redaction { decision: &row.decision, digest: None, note: &note };
    let by = ("test", issuance.ambient.now());
    issuance.store.redact_claim(("tennessee", newest), redaction, by).await.unwrap().unwrap();
    let answer = office.change(&chain[2], "redact", &json!({})).await.expect(200).json();
    assert_eq!(answer["id"], chain[2]);
    office.all_redacted(&chain).await;

    // The oldest leads to what took its place, and all of them go.
    let chain = office.corrected_twice(&claim(&[&second])).await;
    office.change(&chain[0], "redact", &json!({})).await.expect(200);
    office.all_redacted(&chain).await;
    for id in &chain {
        office.change(id, "redact", &json!({})).await.expect_problem(409, "claim-is-redacted");
    }

    // A claim that was corrected to be somebody else's goes without theirs.
    let asked = claim(&[&other]);
    let mistaken = office.claim(&asked).await.expect(201).json();
    let theirs = with(asked, json!({"claimant": {"licenseNumber": "88", "name": "Sam Ode"}}));
    let correction = json!({"reason": "It was Sam's", "claim": theirs});
    let theirs = office.change(&mistaken["id"], "correct", &correction).await.expect(201).json();
    office.change(&mistaken["id"], "redact", &json!({})).await.expect(200);
    let kept = office.read(&theirs["id"]).await;
    assert_eq!((&kept["claimant"]["name"], kept.get("redactedAt")), (&json!("Sam Ode"), None));
}

impl Office {
    /// A claim, its correction, and the correction of that.
    async fn corrected_twice(&self, asked: &Value) -> Vec<Value> {
        let mut chain = vec![self.claim(asked).await.expect(201).json()["id"].clone()];
        for reason in ["The purpose was wrong", "And again"] {
            let correction = json!({"reason": reason, "claim": asked});
            let corrected = self.change(&chain[chain.len() - 1], "correct", &correction).await;
            chain.push(corrected.expect(201).json()["id"].clone());
        }
        chain
    }

    async fn all_redacted(&self, chain: &[Value]) {
        for id in chain {
            let read = self.read(id).await;
            assert!(read["redactedAt"].is_string(), "{read}");
            assert!(!read.to_string().contains("Jordan"), "{read}");
        }
    }
}

async fn what_a_credential_calls_itself_goes_with_a_redaction(database: Database) {
    let office = Office::new(database.clone()).await;
    let pairs = json!({"perGroup": {"of": 2, "amount": "10", "relatedBy": ["alignment", "stack"]}});
    office.publish(&with(policy("pairs"), json!({"award": pairs}))).await.expect(201);
    let mut credentials = Vec::new();
    for n in [1, 2] {
        let name = format!("Zebedee Quill the {n}th");
        let slug = format!("named-{n}");
        let (stack, more) = (json!(["Cohort of Zebedee Quill"]), json!([]));
        let named = json!({"slug": slug, "name": name, "tag": stack, "alignment": more});
        office.app.publish(&with(samples::achievement(), named)).await;
        let review = with(samples::review(), json!({"achievement": slug}));
        credentials.push(office.app.mint(&review).await.expect(201).json());
    }
    let [one, two] = [&credentials[0]["credential"], &credentials[1]["credential"]];
    let asked = with(claim(&[one, two, one]), json!({"policy": "pairs"}));
    let recorded = office.claim(&asked).await.expect(201).json();
    assert!(recorded["decision"].to_string().contains("Zebedee"), "{recorded}");
    let reason = json!({"reason": "Awarded by mistake"});
    office.app.change(credentials[1]["id"].as_str().unwrap(), "revoke", &reason).await.expect(200);
    let reviewed = office.change(&recorded["id"], "review", &json!({})).await.expect(200).json();
    assert_eq!(reviewed["flag"], "credential 2 no longer holds");
    assert!(!reviewed["events"].to_string().contains("Zebedee"), "{reviewed}");

    let redacted = office.change(&recorded["id"], "redact", &json!({})).await.expect(200).json();
    assert!(!redacted.to_string().contains("Zebedee"), "{redacted}");
    let line = |input: &str| {
        let lines = redacted["decision"]["credentials"].as_array().expect("lines");
        lines.iter().find(|line| line["input"] == input).expect("a line").clone()
    };
    let reason = &line("credential 1")["reasons"][0];
    let detail = reason["detail"].as_str().expect("a sentence");
    assert!(detail.contains("together with credential 2, related by a stack."), "{detail}");
    assert_eq!(line("credential 3")["reasons"][0]["other"], "credential 1");
    let mut group = redacted["decision"]["groups"][0]["credentials"].as_array().unwrap().clone();
    group.sort_by_key(Value::to_string);
    assert_eq!(group, ["credential 1", "credential 2"]);
    assert_eq!(redacted["decision"]["total"], recorded["decision"]["total"]);
}

async fn an_achievement_that_another_name_used_up_is_told_in_words_of_its_own(database: Database) {
    let office = Office::new(database).await;
    let first = office.minted().await;
    let again = with(samples::review(), json!({"narrative": "Earned once more."}));
    let again = office.app.mint(&again).await.expect(201).json();
    let claimed = |minted: &Value| {
        let claimant = json!({"claimant": {"email": "office@school.example"}});
        with(claim(&[&minted["credential"]]), claimant)
    };
    office.claim(&claimed(&first)).await.expect(201);
    let same = office.claim(&claimed(&first)).await.expect_problem(409, "already-counted");
    assert_eq!(same["errors"][0]["code"], "already-counted");
    let other = office.claim(&claimed(&again)).await.expect_problem(409, "already-counted");
    let error = &other["errors"][0];
    assert_eq!(error["code"], "achievement-already-counted", "{other}");
    assert_eq!(error["pointer"], "/credentials/0");
    assert!(error["detail"].as_str().unwrap().contains("one of these names"), "{other}");
}

async fn two_license_numbers_are_never_joined(database: Database) {
    let office = Office::new(database).await;
    let [first, second, third] = earned::<3>(&office).await;
    let asked = |credential: &Value, claimant: Value| {
        with(claim(&[credential]), json!({"claimant": claimant}))
    };
    let shared = |number: &str| json!({"licenseNumber": number, "email": "school@school.example"});
    let recorded = office.claim(&asked(&first, shared("1"))).await.expect(201).json();
    let refused = office.claim(&asked(&second, shared("2"))).await.expect_problem(422, "invalid");
    let error = &refused["errors"][0];
    assert_eq!(
        (&error["code"], &error["pointer"]),
        (&json!("two-license-numbers"), &json!("/claimant"))
    );
    // In another spelling it is the same number; without what is shared there are two claimants.
    office.claim(&asked(&second, shared(" 1 "))).await.expect(201);
    let alone = json!({"licenseNumber": "2", "id": "did:example:two"});
    office.claim(&asked(&third, alone)).await.expect(201);
    // Nor by a claim that names no number and would bring both together.
    let both = json!({"email": "school@school.example", "id": "did:example:two"});
    let refused = office.claim(&asked(&first, both)).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "two-license-numbers");
    // A number that was misspelt is corrected.
    let correction =
        json!({"reason": "Misspelt", "claim": asked(&first, json!({"licenseNumber": "3"}))});
    office.change(&recorded["id"], "correct", &correction).await.expect(201);
}

/// Of one achievement one counts; where that is used up the next would take its place, which may be
/// used up as well.
async fn a_preview_tells_at_once_of_all_that_is_used_up_and_would_take_its_place(
    database: Database,
) {
    let office = Office::new(database).await;
    let mut credentials = Vec::new();
    for n in 0..6 {
        let review = with(samples::review(), json!({"narrative": format!("Circle {n}.")}));
        credentials.push(office.app.mint(&review).await.expect(201).json()["credential"].clone());
    }
    let asked = |credentials: &[&Value], number: &str| {
        with(claim(credentials), json!({"claimant": {"licenseNumber": number}}))
    };
    let (used, free) = credentials.split_at(5);
    for (n, credential) in used.iter().enumerate() {
        office.claim(&asked(&[credential], &format!("A-{n}"))).await.expect(201);
    }
    let preview = async |credentials: &[&Value]| {
        let path = "/v1/recognizers/tennessee/claims?dry_run=true";
        let asked = asked(credentials, "Z-1");
        office.app.post(path, &office.key, &asked).await.expect(200).json()["decision"].clone()
    };
    let codes = |decision: &Value, code: &str| {
        let lines = decision["credentials"].as_array().unwrap().iter();
        lines.filter(|line| line["reasons"][0]["code"] == code).count()
    };
    let used: Vec<&Value> = used.iter().collect();
    let none = preview(&used).await;
    assert_eq!((&none["total"], codes(&none, "already-counted")), (&json!("0"), 5), "{none}");
    let one = preview(&[&used[..], &[&free[0]]].concat()).await;
    assert_eq!((&one["total"], codes(&one, "already-counted")), (&json!("6"), 5), "{one}");
    assert_eq!(codes(&one, "counted"), 1, "{one}");
}
