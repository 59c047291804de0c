//! What is refused at minting, and that nothing is minted then.

use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp};
use crate::support::samples::{self, with};

/// Puts `value` at a JSON pointer into the usual review.
fn changed(pointer: &str, value: Value) -> Value {
    let mut review = samples::review();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = review.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        parent => *parent = with(parent.take(), json!({name: value})),
    }
    review
}

async fn minted(app: &TestApp) -> usize {
    let list = app.read("/v1/issuers/nea/credentials", &app.nea).await.expect(200).json();
    list["credentials"].as_array().unwrap().len()
}

fn faults(answer: Answer) -> Vec<(String, String)> {
    let problem = answer.expect_problem(422, "invalid");
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|fault| (text(fault, "pointer"), text(fault, "code"))).collect()
}

#[tokio::test]
async fn each_fault_is_pointed_at_and_nothing_is_minted() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let table = [
        ("/review/levels/plan", json!("not-yet"), "/review/levels/plan", "below-required-level"),
        ("/review/levels/plan", json!("gold"), "/review/levels/plan", "unknown-level"),
        ("/review/levels/plan", Value::Null, "/review/levels/plan", "missing-level"),
        ("/review/levels/zeal", json!("proficient"), "/review/levels/zeal", "unknown-criterion"),
        ("/review/outcome", json!("failed"), "/review/outcome", "not-passed"),
        ("/review/outcome", json!("maybe"), "/review/outcome", "wrong-shape"),
        ("/review/date", json!("2027-05-03"), "/review/date", "in-the-future"),
        ("/review/date", json!("yesterday"), "/review/date", "wrong-shape"),
        ("/review/date", json!("-000100-01-01"), "/review/date", "not-a-date"),
        ("/evidence/0/url", json!("http://drive.example/x"), "/evidence/0/url", "not-https"),
        ("/evidence/0/url", json!("javascript:alert(1)"), "/evidence/0/url", "not-https"),
        ("/evidence/1/sha256", json!("abc"), "/evidence/1/sha256", "not-a-digest"),
        ("/earner", json!({"name": "Jordan"}), "/earner", "no-earner"),
        ("/earner", Value::Null, "", "wrong-shape"),
        ("/earner/name", json!(" "), "/earner/name", "empty"),
        ("/earner/id", json!("jordan"), "/earner/id", "not-a-did"),
        ("/earner/email", json!("jordan"), "/earner/email", "not-an-email"),
        ("/achievement", json!("juggling"), "/achievement", "unknown-achievement"),
        ("/hours", json!("-3"), "/hours", "wrong-shape"),
        ("/validUntil", json!("2026-05-31T00:00:00Z"), "/validUntil", "already-past"),
        ("/narrative", json!("a\u{0}b"), "/narrative", "null-character"),
        ("/grade", json!("A"), "/grade", "wrong-shape"),
    ];
    for (at, value, pointer, code) in table {
        let answer = app.mint(&changed(at, value.clone())).await;
        assert_eq!(faults(answer), [(pointer.into(), code.into())], "{at} = {value}");
    }
    assert_eq!(minted(&app).await, 0);
}

#[tokio::test]
async fn all_faults_are_named_at_once() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let mut review = changed("/review/levels/plan", json!("not-yet"));
    review["earner"]["name"] = json!("");
    review["evidence"][0]["url"] = json!("ftp://drive.example");
    let pointers: Vec<_> = faults(app.mint(&review).await).into_iter().map(|f| f.0).collect();
    assert_eq!(pointers, ["/earner/name", "/review/levels/plan", "/evidence/0/url"]);
}

/// Text that the checks let through must be text that can be signed.
#[tokio::test]
async fn unusual_text_is_minted_or_refused_but_never_breaks() {
    let app = TestApp::sqlite().await;
    app.publish(&with(samples::achievement(), json!({"directEvidence": true}))).await;
    let texts =
        ["é 𝄞 \u{202e}evil", "a\r\nb\t\"\\", "\u{7f}\u{80}\u{fffd}", "<b>&amp;", "{{ 7*7 }}"];
    for text in texts {
        for at in ["/narrative", "/earner/name", "/evidence/0/name", "/evidence/0/description"] {
            let minted = app.mint(&changed(at, json!(text))).await.expect(201).json();
            for form in [minted["credential"].to_string(), minted["jwt"].as_str().unwrap().into()] {
                let report = app.verify(form).await;
                assert_eq!(report["verified"], true, "{at} {text:?}: {report:#}");
            }
        }
    }
    let not_text = app.mint(&changed("/earner/name", json!("a\u{fffe}"))).await;
    assert_eq!(faults(not_text), [("/earner/name".into(), "not-a-character".into())]);
    // What sorts by UTF-16 otherwise than by code points, as some processors do.
    let mut mixed = changed("/narrative", json!("\u{1d11e} a"));
    mixed["earner"]["name"] = json!("\u{ff21}");
    assert_eq!(faults(app.mint(&mixed).await), [("".into(), "ambiguous-text".into())]);
    let urls = [
        "https://drive.example/a b",
        "https://drive.example/\u{e9}",
        "https://drive.example/a\tb",
        "https://drive.example/<x>",
        "https://drive.example/\"x\"",
        "https://drive.example/a\\b",
        "https:drive.example",
        "https:\\\\drive.example",
        " https://drive.example",
        "https://drive.example/%zz",
        "https://drive.example/{x}|^`",
        "HTTPS://drive.example/#a#b",
        "https://[::1]/",
        "https://drive.example:99/?q=[1]",
    ];
    for url in urls {
        let answer = app.mint(&changed("/evidence/0/url", json!(url))).await;
        match answer.status {
            201 => {
                let report = app.verify(answer.json()["credential"].to_string()).await;
                assert_eq!(report["verified"], true, "{url:?}: {report:#}");
            }
            _ => assert_eq!(faults(answer)[0].0, "/evidence/0/url", "{url:?}"),
        }
    }
}

#[tokio::test]
async fn a_definition_that_could_not_be_signed_is_refused_when_it_is_published() {
    let app = TestApp::sqlite().await;
    let bad = [
        ("image", json!({"id": "data:image/png;base64,<script>"}), "/image/id"),
        ("image", json!({"id": "data:image/svg+xml;base64,a b"}), "/image/id"),
        ("image", json!({"id": "https://x.example/a b.png"}), "/image/id"),
        ("criteria", json!({"id": "https://x.example/a b"}), "/criteria/id"),
        (
            "alignment",
            json!([{"targetName": "T", "targetUrl": "https://x.example/<>"}]),
            "/alignment/0/targetUrl",
        ),
        ("slug", json!("Not A Slug"), "/slug"),
        ("inLanguage", json!("a"), "/inLanguage"),
        ("name", json!("a\u{0}b"), "/name"),
    ];
    let path = "/v1/issuers/nea/achievements";
    for (member, value, pointer) in bad {
        let achievement = with(samples::achievement(), json!({member: value}));
        let answer = app.post(path, &app.nea, &achievement).await;
        assert_eq!(faults(answer)[0].0, pointer, "{member}");
    }
    // What passes can be minted and verifies.
    let odd = with(
        samples::achievement(),
        json!({
            "name": "<b>Ünïcode</b> & \u{202e}\"quotes\"", "slug": "odd", "tag": ["a, b", "<i>"],
            "image": {"id": "data:image/png;base64,iVBORw0KGgo="},
            "alignment": [{"targetName": "T", "targetUrl": "https://x.example/%20", "targetType": "ext:my Type"}],
            "inLanguage": "zh-Hant-TW",
        }),
    );
    let answer = app.post(path, &app.nea, &odd).await;
    if answer.status != 201 {
        assert_eq!(faults(answer)[0].0, "/alignment/0/targetType");
        return;
    }
    let review = with(samples::review(), json!({"achievement": "odd"}));
    let minted = app.mint(&review).await.expect(201).json();
    assert_eq!(app.verify(minted["credential"].to_string()).await["verified"], true);
}

/// Every text of a definition, a profile or a review, by JSON pointer.
fn texts(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(i, item)| texts(item, &format!("{at}/{i}"), found));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| texts(value, &format!("{at}/{name}"), found));
        }
        _ => {}
    }
}

/// A definition, a profile and a review with each of their members.
fn whole() -> Value {
    let mut achievement = with(
        samples::achievement(),
        json!({"slug": "whole", "directEvidence": true,
               "criteria": {"id": "https://nea.example/criteria", "narrative": "Lead circles."},
               "image": {"id": "https://nea.example/i.png", "type": "Image", "caption": "A circle"}}),
    );
    achievement["resultDescription"].as_array_mut().unwrap().truncate(1);
    let level = &mut achievement["resultDescription"][0]["rubricCriterionLevel"][1];
    *level = with(level.take(), json!({"level": "2", "points": "2"}));
    let alignment = &mut achievement["alignment"][0];
    let more = json!({"targetCode": "3a", "targetDescription": "x", "targetFramework": "InTASC"});
    *alignment = with(alignment.take(), more);
    let profile = with(
        samples::nea(),
        json!({"email": "badges@nea.example", "image": {"id": "https://nea.example/n.png"}}),
    );
    let review = with(
        samples::review(),
        json!({"achievement": "whole", "validUntil": "2027-01-01T00:00:00Z", "hours": "3",
               "review": {"outcome": "passed", "date": "2026-05-03", "levels": {"overview": "exemplary"}},
               "earner": {"name": "Jordan", "id": "did:web:jordan.example", "email": "a@b.example",
                          "identifier": {"type": "accountId", "value": "1"}}}),
    );
    json!({"achievement": achievement, "profile": profile, "review": review})
}

#[tokio::test]
async fn whatever_stands_in_a_member_is_refused_or_verifies() {
    let app = TestApp::sqlite().await;
    let good = whole();
    let mut places = Vec::new();
    texts(&good, "", &mut places);
    let odd = ["did:web:%zz:\u{202e}a", "https://x.example/\u{ff}?<\"\\", "_:b0"];
    let mut minted = 0;
    for (i, place) in places.iter().enumerate() {
        for (j, odd) in odd.into_iter().enumerate() {
            let mut changed = good.clone();
            changed["achievement"]["slug"] = format!("whole-{i}-{j}").into();
            changed["review"]["achievement"] = changed["achievement"]["slug"].clone();
            *changed.pointer_mut(place).unwrap() = odd.into();
            let path = "/v1/issuers/nea/achievements";
            for answer in [
                app.put("/v1/issuers/nea", &app.nea, &changed["profile"]).await,
                app.post(path, &app.nea, &changed["achievement"]).await,
                app.mint(&changed["review"]).await,
            ] {
                let text = answer.text();
                assert!(matches!(answer.status, 200 | 201 | 422), "{place} {odd:?}: {text}");
                if !answer.text().contains("credentialSubject") {
                    continue;
                }
                let report = app.verify(answer.json()["credential"].to_string()).await;
                assert_eq!(report["verified"], true, "{place} {odd:?}: {report:#}");
                minted += 1;
            }
        }
    }
    assert!(minted > places.len(), "{minted}");
}

#[tokio::test]
async fn what_would_be_too_large_to_verify_is_not_minted() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let mut review = samples::review();
    let item = review["evidence"][0].clone();
    review["evidence"] = Value::Array(vec![item; 101]);
    assert_eq!(faults(app.mint(&review).await), [("/evidence".into(), "too-many".into())]);

    let picture = format!("data:image/png;base64,{}", "A".repeat(1_700_000));
    let large = with(samples::achievement(), json!({"slug": "large", "image": {"id": picture}}));
    let answer = app.post("/v1/issuers/nea/achievements", &app.nea, &large).await;
    assert_eq!(faults(answer), [("/image/id".into(), "too-long".into())]);
    // Each part alone may be as large as it may be.
    let picture = format!("data:image/png;base64,{}", "A".repeat(500_000));
    let texts = |n: usize| Value::Array(vec![json!("\u{1d11e}".repeat(100)); n]);
    let image = json!({"id": picture});
    let large = with(large, json!({"image": image, "tag": texts(100)}));
    app.publish(&large).await;
    let profile = with(samples::nea(), json!({"image": image}));
    app.put("/v1/issuers/nea", &app.nea, &profile).await.expect(200);
    let review = with(
        samples::review(),
        json!({"achievement": "large", "narrative": "\u{1d11e}".repeat(20_000)}),
    );
    let minted = app.mint(&review).await.expect(201).json();
    for form in [minted["credential"].to_string(), minted["jwt"].as_str().unwrap().into()] {
        let report = app.verify(form).await;
        assert_eq!(report["verified"], true, "{report:#}");
    }
    let mut huge = with(large, json!({"slug": "huge"}));
    for criterion in huge["resultDescription"].as_array_mut().unwrap() {
        for level in criterion["rubricCriterionLevel"].as_array_mut().unwrap() {
            level["description"] = "\u{221a}".repeat(5000).into();
        }
        let levels = criterion["rubricCriterionLevel"].as_array_mut().unwrap();
        for i in 0..17 {
            let more =
                json!({"id": format!("l{i}"), "name": "L", "description": "\u{221a}".repeat(5000)});
            levels.push(more);
        }
    }
    app.publish(&huge).await;
    let review = with(review, json!({"achievement": "huge"}));
    assert_eq!(faults(app.mint(&review).await), [(String::new(), "too-large".into())]);
}
