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
        ["é 𝄞 \u{202e}evil", "a\r\nb\t\"\\", "\u{7f}\u{80}\u{fffe}", "<b>&amp;", "{{ 7*7 }}"];
    for text in texts {
        for at in ["/narrative", "/earner/name", "/evidence/0/name", "/evidence/0/description"] {
            let minted = app.mint(&changed(at, json!(text))).await.expect(201).json();
            for form in [minted["credential"].to_string(), minted["jwt"].as_str().unwrap().into()] {
                let report = app.verify(form).await;
                assert_eq!(report["verified"], true, "{at} {text:?}: {report:#}");
            }
        }
    }
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
