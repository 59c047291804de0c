//! `POST /v1/verify` for what is not as it should be.

use std::sync::Arc;

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use touchmark::check::trusted_issuers::TrustedIssuers;
use touchmark::issue::parties::MethodSigner;
use touchmark::jsonld::Contexts;
use touchmark::model::Document;
use touchmark::model::key::Algorithm;
use touchmark::proof::eddsa_rdfc_2022::{self, Options};
use touchmark::proof::vc_jwt::{self, Kind, SigningHeader};
use touchmark::store::PartyKind;

use crate::support::app::{Database, Setting, TestApp, on_both_databases};
use crate::support::samples::with;

on_both_databases! {
    one_changed_letter_is_not_authentic_and_the_report_says_why
    who_has_a_retired_key_of_ours_signs_nothing_that_we_confirm
    a_status_list_of_ours_is_confirmed_as_it_is_now
    an_expected_recipient_is_compared_and_never_repeated
}

fn check<'r>(report: &'r Value, name: &str) -> &'r Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("{report:#}"))
}

fn verdicts(report: &Value) -> (&str, &str) {
    let verdict = |name: &str| report["verdicts"][name].as_str().unwrap();
    (verdict("authentic"), verdict("current"))
}

#[tokio::test]
async fn an_issuer_in_the_operators_file_is_known_in_reports_and_on_pages() {
    let file = "[[issuer]]\nid = \"did:web:touchmark.example:issuers:nea\"\n\
                name = \"Known to us & <you>\"\nfrom = \"a letter\"\n";
    let trusted = Some(Arc::new(TrustedIssuers::parse(file).unwrap()));
    let app = TestApp::set(Database::sqlite(), Setting { trusted, ..Setting::default() }).await;
    let minted = app.minted().await;
    let report = app.verify(minted["credential"].to_string()).await;
    assert_eq!(report["signer"]["knownAs"]["name"], "Known to us & <you>");
    let id = minted["id"].as_str().unwrap();
    let page = app.get_as(&format!("/credentials/{id}"), "text/html").await.expect(200).text();
    assert!(page.contains("Known to us &#38; &#60;you&#62;"), "{page}");
    assert!(page.contains("a letter"));
    let usual = TestApp::sqlite().await;
    let minted = usual.minted().await;
    let report = usual.verify(minted["credential"].to_string()).await;
    assert_eq!(report["signer"]["knownAs"], json!(null));
}

async fn one_changed_letter_is_not_authentic_and_the_report_says_why(database: Database) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    let good = minted["credential"].to_string();
    for (letter, other) in [
        ("Jordan Rivera", "Jordan Riverb"),
        ("Repairs harm", "Repairs Harm"),
        ("2026-05-03T", "2026-05-04T"),
        ("#plan.exemplary", "#plan.proficient"),
    ] {
        assert!(good.contains(letter), "{letter}");
        let report = app.verify(good.replacen(letter, other, 1)).await;
        assert_eq!(report["verified"], false);
        assert_eq!(verdicts(&report).0, "no", "{report:#}");
        let proof = check(&report, "proof");
        assert_eq!(proof["outcome"], "fail");
        assert!(proof["problem"]["detail"].as_str().unwrap().len() > 20, "{proof}");
        // Nothing in it is followed, so nothing is known of its status.
        assert_eq!(report["status"], "unknown");
    }
    let jwt = minted["jwt"].as_str().unwrap();
    let mut parts: Vec<_> = jwt.split('.').map(str::to_owned).collect();
    let middle = parts[1].len() / 2;
    let letter = if &parts[1][middle..=middle] == "A" { "B" } else { "A" };
    parts[1].replace_range(middle..=middle, letter);
    let report = app.verify(parts.join(".")).await;
    assert_eq!((&report["verified"], verdicts(&report).0), (&json!(false), "no"));
}

/// Somebody else with the private keys of `nea`.
struct Thief {
    ed25519: MethodSigner,
    es256: MethodSigner,
}

impl Thief {
    async fn of(app: &TestApp) -> Self {
        let parties = &app.app.issuance.parties;
        let nea = parties.party(PartyKind::Issuer, "nea").await.unwrap().unwrap();
        let keys = parties.signers(&nea).await.unwrap();
        let own = |kind| keys.of(kind).unwrap().clone();
        Self { ed25519: own(Algorithm::Ed25519), es256: own(Algorithm::P256) }
    }

    /// The forms of a credential, signed well; without an id there is no Open Badges JWT.
    fn sign(&self, credential: &Value) -> Vec<String> {
        let unsigned = with(credential.clone(), json!({"proof": null})).to_string();
        let document = Document::parse(unsigned.as_bytes()).unwrap();
        let created = "2026-06-01T10:00:00Z".parse().unwrap();
        let options = Options { created, verification_method: &self.ed25519.method, expires: None };
        let embedded = eddsa_rdfc_2022::sign(&document, &options, Contexts::bundled(), |message| {
            self.ed25519.signer.sign(message)
        });
        let jwt = |payload: &[u8], kind| {
            let algorithm = self.es256.public.algorithm();
            let header = SigningHeader { algorithm, kid: &self.es256.method, kind };
            vc_jwt::sign(&header, payload, |message| self.es256.signer.sign(message)).unwrap()
        };
        let mut forms = vec![
            String::from_utf8(embedded.unwrap()).unwrap(),
            jwt(unsigned.as_bytes(), Kind::VcJose),
        ];
        forms
            .extend(vc_jwt::compose(&document).ok().map(|payload| jwt(&payload, Kind::OpenBadges)));
        forms
    }
}

async fn who_has_a_retired_key_of_ours_signs_nothing_that_we_confirm(database: Database) {
    let app = TestApp::new(database.clone()).await;
    let minted = app.minted().await;
    let thief = Thief::of(&app).await;
    app.post("/v1/issuers/nea/keys:rotate", &app.nea, &json!(null)).await.expect(200);
    let genuine = &minted["credential"];
    let other_id = format!("https://touchmark.example/credentials/{}", "7".repeat(32));
    let books = |report: &Value| check(report, "issuer-books")["problem"]["code"].clone();
    for (change, code) in [
        (json!({"id": other_id}), "not-in-issuer-books"),
        (json!({"id": "urn:uuid:5a8f0000-0000-4000-8000-000000000009"}), "not-in-issuer-books"),
        (json!({"id": null}), "not-in-issuer-books"),
        (json!({"name": "Another"}), "differs-from-issuer-books"),
        // Without its status entry it could not be revoked.
        (json!({"credentialStatus": null}), "differs-from-issuer-books"),
    ] {
        for forged in thief.sign(&with(genuine.clone(), change.clone())) {
            let report = app.verify(forged).await;
            assert_eq!(check(&report, "proof")["outcome"], "pass", "{report:#}");
            assert_eq!(books(&report), code, "{change}: {report:#}");
            assert_eq!(verdicts(&report), ("no", "undecided"), "{report:#}");
            assert_eq!(report["verified"], false);
        }
    }
    // What we did mint stays good, whichever of its keys signs it and however it is written.
    let copies = thief.sign(genuine);
    let genuine = [genuine.to_string(), minted["jwt"].as_str().unwrap().to_owned()];
    for copy in copies.iter().chain(&genuine) {
        let report = app.verify(copy.clone()).await;
        assert_eq!(check(&report, "issuer-books")["outcome"], "pass", "{report:#}");
        assert_eq!(report["verified"], true, "{report:#}");
    }

    // Books that cannot be read leave it undecided.
    database.execute("ALTER TABLE credentials RENAME TO lost").await;
    let report = app.verify(genuine[0].clone()).await;
    assert_eq!(books(&report), "issuer-books-silent", "{report:#}");
    assert_eq!((&report["verified"], verdicts(&report).0), (&json!(false), "undecided"));
}

async fn a_status_list_of_ours_is_confirmed_as_it_is_now(database: Database) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    let url = minted["credential"]["credentialStatus"]["statusListCredential"].as_str().unwrap();
    let path = url.strip_prefix("https://touchmark.example").unwrap();
    let list = app.get_as(path, "application/json").await.expect(200).text();
    let jwt = app.get_as(path, "application/jwt").await.expect(200).text();
    app.clock.advance(SignedDuration::from_hours(2));
    for form in [json!({"url": url}).to_string(), list.clone(), jwt] {
        let report = app.verify(form).await;
        assert_eq!(check(&report, "issuer-books")["outcome"], "pass", "{report:#}");
        assert_eq!(report["verified"], true, "{report:#}");
    }
    let badge = with(minted["credential"].clone(), json!({"id": url}));
    let later =
        with(serde_json::from_str(&list).unwrap(), json!({"validFrom": "2026-06-01T11:00:00Z"}));
    let thief = Thief::of(&app).await;
    for forged in [thief.sign(&badge), thief.sign(&later)].concat() {
        let report = app.verify(forged).await;
        assert_eq!(check(&report, "proof")["outcome"], "pass", "{report:#}");
        assert_ne!(verdicts(&report).0, "yes", "{report:#}");
    }
    let id = minted["id"].as_str().unwrap();
    app.change(id, "revoke", &json!({"reason": "r"})).await.expect(200);
    let report = app.verify(list).await;
    let problem = &check(&report, "issuer-books")["problem"]["code"];
    assert_eq!(
        (problem.as_str(), verdicts(&report).0),
        (Some("older-than-issuer-books"), "undecided")
    );
    assert_eq!(app.verify(json!({"url": url}).to_string()).await["verified"], true);
}

#[tokio::test]
async fn a_link_of_ours_may_have_something_hung_on_to_it() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let page = minted["links"]["page"].as_str().unwrap();
    for more in ["", "?fbclid=1", "#top", ".jwt?utm_source=mail&x=.json#top"] {
        let report = app.verify(json!({"url": format!("{page}{more}")}).to_string()).await;
        assert_eq!(report["verified"], true, "{more}: {report:#}");
    }
}

#[tokio::test]
async fn a_term_that_no_context_defines_is_refused() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let more = with(minted["credential"].clone(), json!({"honours": "summa"}));
    let report = app.verify(more.to_string()).await;
    assert_eq!(verdicts(&report).0, "no");
    assert_eq!(check(&report, "json-ld")["outcome"], "fail");
    assert!(report.to_string().contains("honours"), "{report:#}");
}

#[tokio::test]
async fn what_cannot_be_read_in_one_way_only_is_refused() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let ask = async |body: String| app.request(Method::POST, "/v1/verify").body(body).send().await;
    let good = minted["credential"].to_string();
    let twice = good.replacen('{', "{\"name\": \"Another\", ", 1);
    for malformed in ["{".to_owned(), format!("{good}x"), twice, "{\"a\": 1e999}".into()] {
        ask(malformed).await.expect_problem(400, "malformed-json");
    }
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(2 * 1024 * 1024));
    ask(large).await.expect_problem(413, "too-large");
    for no_credential in ["", "hello", "[]", "null", "a.b.c"] {
        ask(no_credential.into()).await.expect_problem(400, "unreadable");
    }
    let report = ask("eyJhbGciOiJub25lIn0.e30.".into()).await.expect(200).json();
    assert_eq!((&report["verified"], verdicts(&report).0), (&json!(false), "no"), "{report}");
    assert_eq!(report["status"], "unknown");
    for (link, code) in
        [("\"no link\"", "not-a-url"), ("4", "not-a-url"), ("\"file:///etc/passwd\"", "not-a-url")]
    {
        let problem = ask(format!("{{\"url\": {link}}}")).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["code"], code);
        assert_eq!(problem["errors"][0]["pointer"], "/url");
    }
}

#[tokio::test]
async fn what_cannot_be_reached_is_undecided() {
    let app = TestApp::sqlite().await;
    for url in [
        "https://nowhere.invalid/credentials/1",
        "https://touchmark.example/credentials/none",
        "http://touchmark.example/",
        "https://user:secret@example.org/",
    ] {
        let report = app.verify(json!({"url": url}).to_string()).await;
        assert_eq!(report["verified"], false);
        assert_eq!(verdicts(&report), ("undecided", "undecided"), "{url}: {report:#}");
    }
    // Another issuer's credential whose key document does not answer.
    let minted = app.minted().await;
    let foreign = minted["credential"].to_string().replace("touchmark.example", "nowhere.invalid");
    let report = app.verify(foreign).await;
    assert_eq!(verdicts(&report).0, "undecided", "{report:#}");
    assert_eq!(check(&report, "issuer-key")["outcome"], "undecided");
}

#[tokio::test]
async fn no_link_makes_the_service_connect_inside() {
    let app = TestApp::sqlite().await;
    let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = inside.local_addr().unwrap().port();
    let minted = app.minted().await;
    let credential = minted["credential"].to_string();
    let mut attempts: Vec<String> = [
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "https://169.254.169.254/".to_owned(),
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://0x7f.1:{port}/"),
        format!("https://0:{port}/"),
        "https://10.0.0.1/".to_owned(),
        "https://[fd00::1]/".to_owned(),
        "https://metadata/".to_owned(),
    ]
    .map(|url| json!({"url": url}).to_string())
    .into();
    // The same by the key document that a credential names.
    for host in [format!("localhost%3A{port}"), format!("127.0.0.1%3A{port}")] {
        attempts.push(credential.replace("did:web:touchmark.example", &format!("did:web:{host}")));
    }
    let watch = tokio::spawn(async move { inside.accept().await.map(|_| ()) });
    for attempt in attempts {
        let report = app.verify(attempt.clone()).await;
        assert_eq!(report["verified"], false);
        assert_ne!(verdicts(&report).0, "yes", "{attempt}");
        if attempt.contains("\"url\":\"http") && !attempt.contains("@context") {
            assert_eq!(verdicts(&report).0, "undecided", "{attempt}: {report:#}");
        }
    }
    assert!(!watch.is_finished(), "somebody connected");
    watch.abort();
}

#[tokio::test]
async fn a_credential_from_the_future_is_not_valid_yet() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    app.clock.advance(SignedDuration::from_mins(-4));
    assert_eq!(app.verify(minted["credential"].to_string()).await["verified"], true);
    app.clock.advance(SignedDuration::from_mins(-10));
    let report = app.verify(minted["credential"].to_string()).await;
    assert_eq!(report["verified"], false, "{report:#}");
}

#[tokio::test]
async fn each_credential_of_a_presentation_is_reported_in_its_place() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let good = &minted["credential"];
    let changed = with(good.clone(), json!({"name": "Another"}));
    let presentation = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [good, changed],
    });
    let report = app.verify(presentation.to_string()).await;
    assert_eq!(report["form"], "presentation");
    assert_eq!(verdicts(&report), ("no", "undecided"), "{report:#}");
    let credentials = report["presentation"]["credentials"].as_array().unwrap();
    let verified: Vec<_> = credentials.iter().map(|one| &one["verified"]).collect();
    assert_eq!(verified, [&json!(true), &json!(false)], "{report:#}");
    assert_eq!(check(&credentials[1], "proof")["problem"]["code"], "signature");
    let alone = with(presentation, json!({"verifiableCredential": [good]}));
    let report = app.verify(alone.to_string()).await;
    assert_eq!(report["verified"], true, "{report:#}");
    assert_eq!(check(&report, "proof")["outcome"], "skipped");
    assert_eq!(report["presentation"]["credentials"][0]["signer"]["issuer"], good["issuer"]["id"]);
}

async fn an_expected_recipient_is_compared_and_never_repeated(database: Database) {
    let app = TestApp::new(database).await;
    let credential = app.minted().await["credential"].to_string();
    let ask = async |recipient: &str| {
        let asked = app.request(Method::POST, "/v1/verify");
        asked.header("expected-recipient", recipient).body(credential.clone()).send().await
    };
    for (recipient, outcome) in [
        ("name:Jordan Rivera", "fits"),
        ("name:Robin Smith", "does-not-fit"),
        ("email:robin@school.example", "nothing-to-compare"),
    ] {
        let report = ask(recipient).await.expect(200).json();
        assert_eq!(report["recipient"]["outcome"], outcome, "{report:#}");
        assert_eq!(report["verdicts"]["belongs"], "undecided");
        assert_eq!(report["verified"], true);
        assert!(!report["recipient"].to_string().contains(&recipient[5..]), "{report:#}");
    }
    let problem = ask("robin").await.expect_problem(400, "unreadable");
    assert!(problem["detail"].as_str().unwrap().contains("email:"), "{problem}");
    let report = app.verify(credential.clone()).await;
    assert_eq!(
        (&report["recipient"], &report["verdicts"]["belongs"]),
        (&Value::Null, &json!("not-asked"))
    );
}

#[tokio::test]
async fn what_a_proof_signs_is_told_where_it_is_asked_for() {
    let app = TestApp::sqlite().await;
    let credential = app.minted().await["credential"].clone();
    let changed = with(credential.clone(), json!({"name": "Another"})).to_string();
    let ask = async |path: &str| app.request(Method::POST, path).body(changed.clone()).send().await;
    let report = ask("/v1/verify?explain=true").await.expect(200).json();
    let proof = &report["explanation"][0];
    assert_eq!(proof["verificationMethod"], credential["proof"][0]["verificationMethod"]);
    assert_eq!(proof["key"]["controller"], credential["issuer"]["id"]);
    assert!(proof["canonicalDocument"].as_str().unwrap().contains("\"Another\""), "{proof:#}");
    let problem = &check(&report, "proof")["problem"];
    assert!(problem["remedy"].as_str().unwrap().starts_with("Ask the holder"), "{problem}");
    let report = ask("/v1/verify").await.expect(200).json();
    assert_eq!(report["explanation"], Value::Null);
    ask("/v1/verify?explain=maybe").await.expect_problem(400, "unreadable");
}
